"""Tells lines what they do not say themselves, before anything is made of them; what only people know is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

from msgspec import Struct, structs

from runtime.core.definitions import Enrichment, Policy
from runtime.core.evaluation import Evaluation, Unusable
from runtime.core.events import Given
from runtime.core.kinds.decision import ask as ask_table
from runtime.core.orders import Line, Order
from runtime.core.release import CompiledStep, Release
from runtime.core.scopes import OrderScope, line_context
from runtime.core.values import from_stored, to_stored, typed, types_of
from runtime.errors import Fault, OrderRefused
from runtime.rules import feel


class Question(Struct, frozen=True, kw_only=True):
    """What one step of an enrichment asks people about one line. The steps after it wait for the answer."""

    line: str
    enrichment: str
    step: int


Found = tuple[tuple[Given, ...], tuple[Question, ...]]


def enrich(order: Order, release: Release, evaluation: Evaluation) -> Found:
    """What the lines are given, step by step, and the first question about each line that cannot go on without one.

    Enrichments come in the order of their keys, and each step sees what those before it gave to the line. `order` in
    an expression is the order as it was asked. An expression that gives null gives nothing. Raises OrderRefused where
    the condition of a step is neither true nor false.
    """
    if not release.enrichments:
        return (), ()
    scope = OrderScope(order)
    return _apart(
        found for line in order.lines for found in _enriched(line, _steps(line, release), scope, release, evaluation)
    )


def go_on(
    line: Line,
    question: Question,
    answered: Mapping[str, Any],
    asked: Order,
    release: Release,
    evaluation: Evaluation,
) -> Found:
    """What an answer gives to its line, what the steps after the question then give, and what they ask next.

    `line` is the line as it is by now, and `asked` the order as it was submitted. Raises what `enrich` raises.
    """
    _, step = release.step(question.enrichment, question.step)
    scope = OrderScope(asked)
    names = _names(line, scope) | {"answered": from_stored(answered)}
    first = _given(line, question.enrichment, question.step, step, names, release, evaluation)
    line = with_given(line, first)
    return _apart((first, *_enriched(line, _steps(line, release, after=question), scope, release, evaluation)))


def still_given(question: Question, line: Line, release: Release) -> frozenset[str]:
    """The names of the attributes that a question, once answered, and the steps after it may give to their line."""
    _, asking = release.step(question.enrichment, question.step)
    later = (step for _, _, step in _steps(line, release, after=question))
    return frozenset(name for step in (asking, *later) for name, _ in step.attributes)


def enriched(order: Order, given: Iterable[Given]) -> Order:
    """The order with what its lines were given."""
    by_line: dict[str, list[Given]] = {}
    for each in given:
        by_line.setdefault(each.line, []).append(each)
    if not by_line:
        return order
    return structs.replace(
        order, lines=tuple(reduce(with_given, by_line.get(line.id, ()), line) for line in order.lines)
    )


def with_given(line: Line, given: Given) -> Line:
    return structs.replace(line, attributes={**line.attributes, **given.attributes}) if given.attributes else line


def applies(document: Enrichment | Policy, line: Line, release: Release) -> bool:
    """Whether it is for a line; never for a line that means nothing, which is refused elsewhere."""
    specification = release.specifications.get(line.specification)
    return (
        specification is not None
        and document.specification in (None, specification.key)
        and document.category in ("", specification.category)
        and line.action in document.actions
    )


def _apart(found: Iterable[Given | Question]) -> Found:
    given: list[Given] = []
    questions: list[Question] = []
    for each in found:
        if isinstance(each, Given):
            given.append(each)
        else:
            questions.append(each)
    return tuple(given), tuple(questions)


Place = tuple[str, int, CompiledStep]  # key of the enrichment, number of the step


def _steps(line: Line, release: Release, after: Question | None = None) -> Iterator[Place]:
    specification = release.specifications.get(line.specification)
    if specification is None:  # which is refused elsewhere
        return
    for enrichment, steps in release.enrichments.of(specification, line.action):
        for n, step in enumerate(steps):
            if after is None or (enrichment.key, n) > (after.enrichment, after.step):
                yield enrichment.key, n, step


def _enriched(
    line: Line, steps: Iterable[Place], scope: OrderScope, release: Release, evaluation: Evaluation
) -> Iterator[Given | Question]:
    """The record of each step that is taken; a question is the last."""
    for key, n, step in steps:
        names = _names(line, scope)
        if step.condition is not None and not _holds(step.condition, names, line, key, n, evaluation):
            continue
        if step.definition.form:
            if any(_gives(line, step, name) for name, _ in step.attributes):
                yield Question(line=line.id, enrichment=key, step=n)
                return
            continue
        rows: tuple[str, ...] = ()
        warnings: tuple[str, ...] = ()
        if step.definition.table:
            decided, doubts = ask_table(step.definition.table, step.inputs, names, release, evaluation)
            rows, names["decided"] = decided.result.fired, decided.result.value
            warnings = (*doubts, *(warning.message for warning in decided.result.warnings))
        given = _given(line, key, n, step, names, release, evaluation, rows, warnings)
        line = with_given(line, given)
        yield given


def _holds(
    condition: feel.Expression, names: dict[str, Any], line: Line, key: str, n: int, evaluation: Evaluation
) -> bool:
    try:
        return evaluation.holds(condition, names)
    except Unusable as unusable:
        fault = Fault(
            line.pointer,
            f"enrichment {key}, step {n + 1}: condition {unusable}; give the line that value, or have the condition "
            f"say what null means",
        )
        raise OrderRefused("it cannot be said how the order is enriched", (fault,)) from None


def _names(line: Line, scope: OrderScope) -> dict[str, Any]:
    return {"order": scope.order, "line": line_context(line), "decided": None, "answered": None}


def _gives(line: Line, step: CompiledStep, name: str) -> bool:
    return step.definition.overwrite or line.attributes.get(name) is None


def _given(
    line: Line,
    enrichment: str,
    n: int,
    step: CompiledStep,
    names: dict[str, Any],
    release: Release,
    evaluation: Evaluation,
    rows: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Given:
    types = types_of(release.specifications[line.specification])
    attributes: dict[str, Any] = {}
    for name, expression in step.attributes:
        if not _gives(line, step, name):
            continue
        asked = evaluation.value(expression, names)
        warnings += tuple(f"{name}: {warning.message}" for warning in asked.warnings)
        if asked.value is not None:
            attributes[name] = to_stored(typed(asked.value, types.get(name, "")))
    return Given(
        line=line.id,
        enrichment=enrichment,
        step=n,
        attributes=attributes,
        table=step.definition.table,
        rows=rows,
        warnings=warnings,
    )
