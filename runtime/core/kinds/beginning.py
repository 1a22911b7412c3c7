"""An item begins: its condition is asked, then what its kind does."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from runtime.core.definitions import Automatic, Callout, Decision, Manual, Milestone, Push, Wait
from runtime.core.evaluation import Unusable, told, why
from runtime.core.events import ItemSkipped
from runtime.core.kinds import automatic, callout, decision, manual, push, wait
from runtime.core.kinds.effects import Beginning, Begun, failed
from runtime.rules import feel

_KINDS: dict[type, Callable[[Beginning], Begun]] = {
    Automatic: automatic.begin,
    Callout: callout.begin,
    Decision: decision.begin,
    Manual: manual.begin,
    Milestone: automatic.begin,
    Push: push.begin,
    Wait: wait.begin,
}


def begin(beginning: Beginning, *, ask_condition: bool = True) -> Begun:
    """What an item does when everything it depends on has ended.

    A condition that is neither true nor false fails the item; a person may then have it run without being asked.
    """
    item = beginning.item
    condition = item.compiled.condition
    warnings: tuple[str, ...] = ()
    if condition is not None and ask_condition:
        asked = beginning.evaluation.value(condition, beginning.names)
        if asked.value is False:
            return Begun(event=ItemSkipped(_reason(asked, condition)))
        if asked.value is not True:
            return failed(
                "condition", f"Condition `{condition.text}` is neither true nor false: {why(asked)}. Run it or skip it."
            )
        warnings = tuple(f"condition: {warning.message}" for warning in asked.warnings if warning.code != "name")
    begun = do(beginning)
    if warnings and hasattr(begun.event, "warnings"):
        return structs.replace(begun, event=structs.replace(begun.event, warnings=(*warnings, *begun.event.warnings)))
    return begun


def do(beginning: Beginning) -> Begun:
    """What the item does where its condition holds."""
    try:
        return _KINDS[type(beginning.item.compiled.definition)](beginning)
    except Unusable as unusable:
        return failed("expression", f"{unusable}.")


def _reason(asked: feel.Result, condition: feel.Expression) -> str:
    """Why an item is skipped, with the values that its condition saw."""
    values = told(asked)
    return f"{condition.text} is false: {values}" if values else f"{condition.text} is false"
