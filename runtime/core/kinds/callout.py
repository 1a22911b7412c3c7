"""Callouts: a system is asked to do something."""

from __future__ import annotations

from runtime.core.evaluation import Unusable
from runtime.core.events import ItemStarted
from runtime.core.kinds.effects import Beginning, Begun, failed
from runtime.core.kinds.fields import request_body


def begin(beginning: Beginning) -> Begun:
    """The request is made once: every further attempt sends the same, because it goes under the same key."""
    item = beginning.item
    assert item.compiled.operation is not None
    try:
        body = request_body(item, beginning.names, beginning.evaluation)
    except Unusable as unusable:
        return failed("request", f"{item.compiled.operation.name} was not called: {unusable}.")
    return Begun(event=ItemStarted(item.attempt + 1, run=item.run), body=body)
