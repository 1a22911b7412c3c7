"""What a finding of the checks is, which there are, and how they are worded."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

from msgspec import Struct

from runtime.rules.errors import sentence

Severity = Literal["error", "warning"]

# An error would break or silently do nothing when an order comes; a warning is worth another look.
CODES: dict[str, Severity] = {
    "action-without-scenario": "warning",
    "attribute-without-name": "error",
    "calendar-closed": "error",
    "calendar-holiday": "error",
    "calendar-hours": "error",
    "calendar-without-delay": "warning",
    "calendar-zone": "error",
    "callback-within-answer": "error",
    "callback-without-limit": "warning",
    "callout-without-operation": "error",
    "callout-without-system": "error",
    "choice-in-quotes": "warning",
    "choice-without-choices": "error",
    "cycle": "error",
    "decision-without-table": "error",
    "decomposition-loop": "error",
    "decomposition-upwards": "warning",
    "duplicate-dependency": "warning",
    "duplicate-identifier": "error",
    "duplicate-key": "error",
    "duplicate-target": "error",
    "empty-decomposition": "warning",
    "empty-enrichment": "warning",
    "empty-plan": "warning",
    "enrichment-without-action": "error",
    "feel": "error",
    "line-of-several": "error",
    "manual-without-queue": "error",
    "may-be-null": "warning",
    "merged-source": "warning",
    "missing-attribute": "warning",
    "missing-input": "error",
    "never-compensated": "warning",
    "never-paired": "error",
    "operation-path": "error",
    "operation-without-time": "error",
    "policy-without-action": "error",
    "policy-without-queue": "error",
    "push-of-callback": "warning",
    "question-without-form": "error",
    "question-without-queue": "error",
    "result-not-sure": "warning",
    "result-too-early": "error",
    "retry-delay": "error",
    "retry-maximum": "error",
    "scenario-without-action": "error",
    "scenario-without-plan": "error",
    "source-without-specification": "error",
    "step-asks-twice": "error",
    "step-without-attributes": "warning",
    "system-address": "error",
    "table": "error",
    "target-without-specification": "error",
    "timeout-without-time": "warning",
    "two-policies": "warning",
    "two-scenarios": "warning",
    "unchecked": "error",
    "unconnected-item": "warning",
    "unfulfilled": "warning",
    "unknown-attribute": "warning",
    "unknown-calendar": "error",
    "unknown-category": "error",
    "unknown-item": "error",
    "unknown-name": "error",
    "unknown-operation": "error",
    "unknown-plan": "error",
    "unknown-queue": "error",
    "unknown-specification": "error",
    "unknown-system": "error",
    "unknown-table": "error",
    "unreachable-item": "error",
    "unreadable": "error",
    "unused-answer": "warning",
    "unused-input": "warning",
    "unused-plan": "warning",
    "unused-table": "warning",
    "wait-for-nothing": "error",
    "wrong-type": "error",
}


class Problem(Struct, frozen=True, kw_only=True):
    """One finding. `definition` is "kind/key", `pointer` a JSON pointer into its document, `items` the keys of
    the plan items it concerns; an error stops publishing, a warning does not. Within an expression, `start` and `end`
    are offsets into its text; both are 0 where the finding is about all of it."""

    definition: str
    pointer: str
    code: str
    severity: Severity
    message: str
    items: tuple[str, ...] = ()
    start: int = 0
    end: int = 0


class Finding(Struct, frozen=True):
    """A problem of the definition that is just being checked."""

    pointer: str
    code: str
    message: str
    items: tuple[str, ...] = ()
    start: int = 0
    end: int = 0

    def of(self, definition: str) -> Problem:
        return Problem(
            definition=definition,
            pointer=self.pointer,
            code=self.code,
            severity=CODES[self.code],
            message=sentence(self.message),
            items=self.items,
            start=self.start,
            end=self.end,
        )


def unchecked(error: Exception) -> Finding:
    """A definition that makes its check raise what nobody expected."""
    message = (
        f"this could not be checked: {type(error).__name__}: {str(error)[:300]}; undo the last change, or report it"
    )
    return Finding("", "unchecked", message)


def unknown(what: str, pointer: str, key: str, known: Iterable[str], items: tuple[str, ...] = ()) -> Finding:
    """`key` names nothing: the finding says so, and what was perhaps meant."""
    return Finding(pointer, f"unknown-{what}", f"there is no {what} {key!r}{perhaps(key, known)}", items)


def perhaps(key: str, known: Iterable[str]) -> str:
    """The end of a sentence about a name that does not exist."""
    names = sorted(known)
    close = get_close_matches(key, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    if not names:
        return "; make it, or choose another"
    return f"; there {'is' if len(names) == 1 else 'are'} {', '.join(names[:6])}{' ...' if len(names) > 6 else ''}"
