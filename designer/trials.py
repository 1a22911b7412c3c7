"""Trying a table out: the form its inputs ask for, what it decides, and why a row did not match (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from designer.checks.findings import Sound, sound
from runtime.core.evaluation import Evaluation
from runtime.errors import Fault, Refusal
from runtime.rules import feel, tree
from runtime.rules.cells import literal
from runtime.rules.documents import Table
from runtime.rules.errors import FeelSyntaxError

# How a plain text of such a field is written in FEEL; other types are written in FEEL by whoever fills the form.
WRITTEN = {
    "date": 'date("{}")',
    "time": 'time("{}")',
    "date and time": 'date and time("{}")',
    "days and time duration": 'duration("{}")',
    "years and months duration": 'duration("{}")',
}


# Cells without names, which are nearly all, need not be compiled to know what they read.
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
NAMED = re.compile(r"(?!\b(?:not|true|false|null|and|or|date|time|duration)\b)\b[A-Za-z_]\w*")


class Untryable(Refusal):
    """The table cannot be asked, or not with these values."""


class Field(Struct, frozen=True):
    """A value that the table reads: `name` is its path, as in order.customer.segment."""

    name: str
    label: str
    type: str
    choices: tuple[str, ...] = ()


class Why(Struct, frozen=True):
    """One cell that refused: what it says, what it saw, and whether it said no or (not comparable) nothing at all."""

    column: str
    cell: str
    value: str
    comparable: bool
    message: str


class Trial(Struct, frozen=True):
    """What came out, as FEEL literals. `matched` are all rows that match, `chosen` those the hit policy keeps."""

    value: str
    matched: tuple[str, ...]
    chosen: tuple[str, ...]
    seen: dict[str, str]
    warnings: tuple[str, ...]
    left_out: tuple[str, ...]
    why: tuple[Why, ...] | None = None


class Case(Struct, frozen=True):
    """A saved trial: what is given, by field, and what must come out, as a FEEL literal."""

    id: int
    name: str
    given: dict[str, str]
    expected: str


class Verdict(Struct, frozen=True):
    """How a case went; `wrong` says what kept it from being tried."""

    case: int
    passed: bool
    got: str = ""
    matched: tuple[str, ...] = ()
    wrong: str = ""


class Coverage(Struct, frozen=True):
    """How often each row matched over all cases, and which allowed or written outputs came out how often."""

    verdicts: tuple[Verdict, ...]
    hits: dict[str, int]
    outputs: dict[str, dict[str, int]]


def fields(table: Table) -> tuple[Field, ...]:
    """What the table reads: what its columns look at, in their order, then what only cells speak of."""
    found: dict[str, Field] = {}
    for column in table.inputs:
        for path in _paths(column.expression):
            plain = path == column.expression.strip()
            if plain or path not in found:
                label = (column.label if plain else "") or path
                found[path] = Field(
                    path, label, column.type if plain else "Any", _choices(column.allowed) if plain else ()
                )
    cells = {text for rule in table.rules for text in (*rule.inputs, *rule.outputs)}
    for text in sorted(text for text in cells if NAMED.search(STRINGS.sub("", text))):
        for path in _paths(text):
            found.setdefault(path, Field(path, path, "Any"))
    return tuple(found.values())


def _paths(text: str) -> list[str]:
    """The names that an expression or a cell reads, as in order.customer.segment."""
    if not text.strip():
        return []
    for reader in (feel.compile, feel.compile_tests):
        try:
            return sorted(".".join(path) for path in reader(text, None, "standard").paths)
        except FeelSyntaxError:
            continue
    return []


def trial(table: Table, given: Mapping[str, str], evaluation: Evaluation, *, why: str = "") -> Trial:
    """What the table decides. `given` are texts by field; `why` is the id of a row to explain.

    Raises Untryable where a value cannot be read, or the columns of the table have faults.
    """
    read = _askable(table)
    assert read.table is not None
    result = evaluation.decide(read.table, _scope(table, given, evaluation))
    trace = result.trace
    matched = trace.matched
    reasons = None
    if why and why not in read.left_out:
        labels = {column.id: column.label or column.expression for column in table.inputs}
        reasons = tuple(
            Why(
                each.column,
                each.cell,
                literal(each.value),
                each.verdict is False,
                f"{labels.get(each.column, each.column)} is {literal(each.value)}, and the row asks for {each.cell}"
                + ("" if each.verdict is False else ", which it cannot be compared with"),
            )
            for each in trace.why_not(why)
        )
    return Trial(
        value=literal(result.value),
        matched=matched,
        chosen=_chosen(table, matched, result.value),
        seen={seen.column: literal(seen.value) for seen in trace.inputs},
        warnings=tuple(warning.message for warning in result.warnings),
        left_out=tuple(sorted(read.left_out)),
        why=reasons,
    )


def coverage(table: Table, cases: tuple[Case, ...], evaluation: Evaluation) -> Coverage:
    """All cases, tried."""
    hits = {rule.id: 0 for rule in table.rules}
    rows = {rule.id: rule for rule in table.rules}
    outputs: dict[str, dict[str, int]] = {
        column.id: dict.fromkeys(
            [*_choices(column.allowed), *(rule.outputs[n] for rule in table.rules if n < len(rule.outputs))], 0
        )
        for n, column in enumerate(table.outputs)
    }
    verdicts = []
    for case in cases:
        try:
            done = trial(table, case.given, evaluation)
        except Untryable as refusal:
            verdicts.append(Verdict(case.id, False, wrong=str(refusal)))
            continue
        verdicts.append(Verdict(case.id, done.value == case.expected, done.value, done.matched))
        for id_ in done.matched:
            hits[id_] += 1
        for id_ in done.chosen:
            for n, column in enumerate(table.outputs):
                outputs[column.id][rows[id_].outputs[n]] += 1
    return Coverage(tuple(verdicts), hits, outputs)


def _askable(table: Table) -> Sound:
    read = sound(table)
    if read.table is None:
        faults = tuple(Fault(fault.pointer, fault.reason) for fault in read.faults)
        raise Untryable("the columns have errors; mend those first", faults)
    return read


def _scope(table: Table, given: Mapping[str, str], evaluation: Evaluation) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    faults = []
    for field in fields(table):
        *parents, name = field.name.split(".")
        inner = scope
        for parent in parents:
            inner = inner.setdefault(parent, {})
        try:
            inner[name] = _value(field, given.get(field.name, ""), evaluation)
        except FeelSyntaxError as error:
            faults.append(Fault(f"/{field.name}", error.reason))
    if faults:
        raise Untryable("some values cannot be read", tuple(faults))
    return scope


def _value(field: Field, text: str, evaluation: Evaluation) -> Any:
    """The FEEL value that somebody wrote into a field; nothing written is null."""
    text = text.strip()
    if not text:
        return None
    if field.type == "string":
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if field.type in WRITTEN and "(" not in text and "@" not in text:
        text = WRITTEN[field.type].format(text.replace('"', ""))
    result = evaluation.value(feel.compile(text, None, "standard"), {})
    if result.value is None and text != "null":
        raise FeelSyntaxError(f"{text} is no {field.type}", text, 0, len(text))
    return result.value


def _chosen(table: Table, matched: tuple[str, ...], value: Any) -> tuple[str, ...]:
    if table.hit_policy in ("unique", "any", "first"):
        return matched[:1] if value is not None or table.hit_policy == "first" else ()
    return matched


def _choices(allowed: str) -> tuple[str, ...]:
    """The strings and numbers that allowed values list, as they are written."""
    try:
        tests = feel.compile_tests(allowed, None, "standard").tree if allowed.strip() else None
    except FeelSyntaxError:
        return ()
    if tests is None or tests.negated or not all(isinstance(test, tree.String | tree.Number) for test in tests.tests):
        return ()
    return tuple(allowed[test.start : test.end] for test in tests.tests)
