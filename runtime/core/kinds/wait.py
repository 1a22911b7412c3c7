"""Waits: for a report from outside, for a time, or for what comes first of both."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from runtime.core.definitions import Wait
from runtime.core.durations import milliseconds
from runtime.core.evaluation import Unusable
from runtime.core.events import ItemCompleted, ItemWaiting
from runtime.core.kinds.effects import Beginning, Begun, failed
from runtime.core.kinds.fields import known_results

EPOCH, MILLISECOND = datetime.fromtimestamp(0, UTC), timedelta(milliseconds=1)


def begin(beginning: Beginning) -> Begun:
    """It waits, unless its moment has passed."""
    compiled, evaluation = beginning.item.compiled, beginning.evaluation
    definition = compiled.definition
    assert isinstance(definition, Wait)
    moments: list[int] = []
    if definition.delay is not None:
        length, calendar = milliseconds(definition.delay), compiled.calendar
        over = evaluation.now + length if calendar is None else calendar.after(evaluation.now, length)
        if over is None:
            return failed("time", f"Calendar {definition.calendar} never has {definition.delay} of working time.")
        moments.append(over)
    if compiled.until is not None:
        try:
            value = evaluation.given(compiled.until, beginning.names)
        except Unusable as unusable:
            return failed("time", f"The moment to wait for is not known: {unusable}.")
        moment = moment_of(value)
        if moment is None:
            return failed("time", f"`{definition.until}` gives {value!r}, which is no date, or date and time.")
        moments.append(moment)
    until = min(moments, default=None)
    if until is not None and until <= evaluation.now:
        return Begun(event=timed_out(beginning))
    return Begun(event=ItemWaiting(definition.event or "time", until), until=until)


def timed_out(beginning: Beginning) -> ItemCompleted:
    """Its time came, and that completes it: with as much of its result as can be known without a report."""
    compiled = beginning.item.compiled
    return ItemCompleted(result=known_results(compiled, beginning.names, beginning.evaluation))


def moment_of(value: Any) -> int | None:
    """A FEEL date, or date and time, as a moment in milliseconds since 1970; None for anything else. Without a zone it
    is taken for UTC, and what is finer than a millisecond is cut off."""
    match value:
        case datetime():
            return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - EPOCH) // MILLISECOND
        case date():
            return (datetime(value.year, value.month, value.day, tzinfo=UTC) - EPOCH) // MILLISECOND
    return None
