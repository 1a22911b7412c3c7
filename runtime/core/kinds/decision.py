"""Decisions: a decision table is asked."""

from __future__ import annotations

from typing import Any

from runtime.core.evaluation import Evaluation, Names
from runtime.core.events import ItemCompleted, ItemFailed
from runtime.core.kinds.effects import Beginning, Begun, Decided
from runtime.core.release import Release
from runtime.core.values import encode, to_json, to_stored
from runtime.rules import feel


def begin(beginning: Beginning) -> Begun:
    """It completes with what the table decides; a table that decides nothing fails it, and is never a way on."""
    compiled, release = beginning.item.compiled, beginning.release
    assert compiled.table is not None
    decided, doubts = ask(compiled.table, compiled.inputs, beginning.names, release, beginning.evaluation)
    result = decided.result
    warnings = (*doubts, *(warning.message for warning in result.warnings))
    # A row that fired with an output that cannot be computed has not decided, whatever its other outputs are.
    uncomputed = any("/outputs/" in warning.where and warning.code != "name" for warning in result.warnings)
    if result.value is None or uncomputed:
        reason = "; ".join(dict.fromkeys(warnings)) or "no row matched"
        given = encode(to_json(decided.inputs))
        error = f"Table {compiled.table} decides nothing for {given}: {reason}."
        return Begun(event=ItemFailed(error, result.fired, "decision"), decided=decided)
    value = result.value
    if not isinstance(value, dict):
        value = {release.outputs(compiled.table)[0]: value}
    kept = {name: to_stored(each) for name, each in value.items()}
    return Begun(event=ItemCompleted(result=kept, warnings=warnings, rows=result.fired), decided=decided)


def ask(
    table: str, inputs: tuple[tuple[str, feel.Expression], ...], names: Names, release: Release, evaluation: Evaluation
) -> tuple[Decided, tuple[str, ...]]:
    """A table asked with its inputs, and what warned while they were made; a null input is passed on."""
    given: dict[str, Any] = {}
    doubts: list[str] = []
    for name, expression in inputs:
        asked = evaluation.value(expression, names)
        given[name] = asked.value
        doubts += [f"{name}: {warning.message}" for warning in asked.warnings]
    result = evaluation.decide(release.table(table), {**names, **given})
    return Decided(table=table, inputs=given, result=result), tuple(doubts)
