"""Automatic items and milestones: done as soon as they begin, with values computed here."""

from __future__ import annotations

from runtime.core.kinds.effects import Beginning, Begun
from runtime.core.kinds.fields import completed


def begin(beginning: Beginning) -> Begun:
    """It completes at once."""
    return Begun(event=completed(beginning.item.compiled, beginning.names, beginning.evaluation))
