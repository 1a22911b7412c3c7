"""What scenarios and policies have in common: for which lines each is, where it stands in the table of all, and why it
may never apply (pure)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from designer.checks.everything import Everything
from designer.checks.expressions import compiled, expressions
from runtime.core.definitions import Policy, Scenario, Specification
from runtime.rules import feel

LineRule = Scenario | Policy


class Row(Struct, frozen=True, kw_only=True):
    """One line of a table. `meant` are the specifications the rule is for; `idle` says why it never applies to
    anything, empty where it may."""

    rule: LineRule
    meant: tuple[Specification, ...]
    idle: str


def place(rule: LineRule) -> tuple[Any, ...]:
    """A specification before a category, a category before all."""
    return (
        rule.specification is None,
        rule.specification or "",
        not rule.category,
        rule.category,
        rule.actions,
        rule.key,
    )


def fault(rule: LineRule) -> str:
    """Why its condition cannot be read; empty where it can."""
    return next((compiled(written.text, written.names)[1] for written in expressions(rule)), "")


def idle(everything: Everything, rule: LineRule) -> str:
    """Why it never applies to anything; empty where it may."""
    meant = everything.meant_by([rule])
    if not meant:
        return "no specification fits what it asks for"
    if not rule.actions:
        return "it is for no action"
    # A policy is for what is ordered; a scenario also for its parts, which are asked to do what their whole is.
    asked = everything.and_wholes(meant) if isinstance(rule, Scenario) else meant
    if all(each.actions and not set(each.actions) & set(rule.actions) for each in asked):
        return f"nothing it is for can be asked to {' or '.join(rule.actions)}"
    if wrong := fault(rule):
        return f"its condition cannot be read: {wrong}"
    for written in expressions(rule):
        condition = feel.compile(written.text, written.names)
        if not condition.paths and condition.evaluate({}).value is not True:
            return "its condition is never true"
    return ""
