"""Pushes: a system is told something, and the item is done; the delivery goes its own way."""

from __future__ import annotations

from runtime.core.evaluation import Unusable
from runtime.core.events import ItemCompleted
from runtime.core.kinds.effects import Beginning, Begun, failed
from runtime.core.kinds.fields import request_body


def begin(beginning: Beginning) -> Begun:
    """It completes at once, with a request on its way."""
    compiled = beginning.item.compiled
    assert compiled.operation is not None
    try:
        body = request_body(beginning.item, beginning.names, beginning.evaluation)
    except Unusable as unusable:
        return failed("request", f"{compiled.operation.name} was not called: {unusable}.")
    return Begun(event=ItemCompleted(), body=body)
