"""Which rows match, looked at closely: for values that the index is not sure of, and for whoever asks why."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from runtime.rules.cells import Cell
from runtime.rules.documents import Input, Rule
from runtime.rules.errors import RuleWarning
from runtime.rules.feel import Expression, UnaryTests
from runtime.rules.index import Column, rows_in
from runtime.rules.policies import listed
from runtime.rules.run import Run
from runtime.rules.text import brief
from runtime.rules.types import Type, conforms
from runtime.rules.values import kind

_EXAMINED = 20  # rows that a warning about null looks at


Read = Callable[[Mapping[str, Any]], Any]
UNREAD = object()


class InputColumn(Struct, frozen=True):
    """An input column, compiled. `name` is the plain name that its expression reads, "" for any other expression;
    `read` gives the value of a path of names, and UNREAD for any other expression and what must be looked at closely.

    `tests` compiles the cell of a row, `allowed` are the column's allowed values (`gate`: as far as they are constant).
    """

    number: int
    document: Input
    name: str
    read: Read
    expression: Expression
    type: Type
    column: Column
    tests: Callable[[int], UnaryTests]
    allowed: UnaryTests | None = None
    gate: Cell | None = None

    def verdict(self, row: int, value: object, scope: Mapping[str, Any], run: Run) -> bool | None:
        """What the cell of `row` says of the FEEL value `value`: true, false or (None) null. Raises OutOfBudget."""
        run.spend()
        cell = self.column.cells[self.column.which[row]]
        if cell is not None and (cell.anything or kind(value) in cell.sets or value is None):
            try:
                return cell.verdict(kind(value), value)
            except TypeError:  # a zoned time among local ones
                pass
        return self.tests(row).within(run, value, scope)


class Seen(Struct, frozen=True):
    """What an input column saw: the FEEL value of its expression."""

    column: str
    expression: str
    value: Any


class Refusal(Struct, frozen=True):
    """Why a rule did not match: its cell in `column` gave false, or (verdict None) null for `value`."""

    column: str
    cell: str
    value: Any
    verdict: bool | None

    def __str__(self) -> str:
        says = "is false" if self.verdict is False else "is null"
        return f"{self.column}: {self.cell} {says} for {brief(self.value)}"


class Matching(Struct, frozen=True):
    """The rows that match (a row set without the sure bit); `invalid` where a value is not an allowed one."""

    rows: int
    seen: tuple[Seen, ...]
    warnings: tuple[RuleWarning, ...]
    invalid: bool
    scope: Mapping[str, Any]


def match(columns: Sequence[InputColumn], rules: Sequence[Rule], scope: Mapping[str, Any], run: Run) -> Matching:
    """The rows that match `scope`, each doubtful cell asked, and every null explained. Raises OutOfBudget."""
    seen: list[Seen] = []
    warnings: list[RuleWarning] = []
    values: list[Any] = []
    for each in columns:
        value = each.expression.within(run, scope, f"/inputs/{each.number}")
        seen.append(Seen(each.document.id, each.document.expression, value))
        values.append(value)
        warnings.extend(run.warnings)
        run.warnings.clear()
        warnings.extend(_unfit(each, value))
    outside = [
        _outside(each, value)
        for each, value in zip(columns, values, strict=True)
        if each.allowed is not None and each.allowed.within(run, value, scope) is not True
    ]
    if outside:
        return Matching(0, tuple(seen), (*warnings, *outside), True, scope)
    rows, nulls = _survivors(columns, len(rules), values, scope, run)
    warnings.extend(_explained(columns, rules, values, nulls))
    return Matching(rows, tuple(seen), tuple(warnings), False, scope)


def refusals(
    columns: Sequence[InputColumn], rules: Sequence[Rule], row: int, matching: Matching, run: Run
) -> tuple[Refusal, ...]:
    """The cells of `row` that refuse what `matching` saw. Raises OutOfBudget."""
    found = []
    for each, seen in zip(columns, matching.seen, strict=True):
        verdict = each.verdict(row, seen.value, matching.scope, run)
        if verdict is not True:
            found.append(Refusal(each.document.id, rules[row].inputs[each.number], seen.value, verdict))
    return tuple(found)


Nulls = dict[int, list[int]]  # by input column the rows that refuse only because a cell of theirs is null


def _survivors(
    columns: Sequence[InputColumn], count: int, values: Sequence[Any], scope: Mapping[str, Any], run: Run
) -> tuple[int, Nulls]:
    found = [each.column.candidates(value) for each, value in zip(columns, values, strict=True)]
    rows = (1 << count + 1) - 2
    for accepted, _ in found:
        rows &= accepted
    nulls: Nulls = {}
    for each, value, (_, ask) in zip(columns, values, found, strict=True):
        for row in rows_in(rows & ask, count):
            verdict = each.verdict(row, value, scope, run)
            if verdict is not True:
                rows ^= 1 << count - row
            if verdict is None:
                nulls.setdefault(each.number, []).append(row)
    for each, value in zip(columns, values, strict=True):
        if value is None or kind(value) not in each.column.mentioned:
            refused = ~found[each.number][0] & (1 << count + 1) - 2
            for other, (accepted, _) in enumerate(found):
                if other != each.number:
                    refused &= accepted
            for row in rows_in(refused, count)[:_EXAMINED]:
                verdicts = [column.verdict(row, seen, scope, run) for column, seen in zip(columns, values, strict=True)]
                if verdicts.count(True) == len(columns) - 1 and verdicts[each.number] is None:
                    nulls.setdefault(each.number, []).append(row)
    return rows, nulls


def _explained(
    columns: Sequence[InputColumn], rules: Sequence[Rule], values: Sequence[Any], nulls: Nulls
) -> list[RuleWarning]:
    warnings = []
    for number, rows in sorted(nulls.items()):
        cell = rules[rows[0]].inputs[number]
        names = listed([rules[row].id for row in rows])
        warnings.append(
            RuleWarning(
                code="type",
                message=f"{_name(columns[number])} is {brief(values[number])}, which cannot be compared with the cell"
                f" {cell}: rule{'s'[: len(rows) > 1]} {names} did not match",
                end=len(cell),
                text=cell,
                where=f"/rules/{rows[0]}/inputs/{number}",
            )
        )
    return warnings


def _unfit(column: InputColumn, value: Any) -> list[RuleWarning]:
    if value is None or conforms(value, column.type):
        return []
    message = f"{_name(column)} is {brief(value)}, a {kind(value)}, but the column's type is {column.document.type}"
    return [
        RuleWarning(code="type", message=message, text=column.document.expression, where=f"/inputs/{column.number}")
    ]


def _outside(column: InputColumn, value: Any) -> RuleWarning:
    allowed = column.document.allowed
    message = f"{_name(column)} is {brief(value)}, which is not one of the allowed values {allowed}"
    return RuleWarning(
        code="domain", message=message, end=len(allowed), text=allowed, where=f"/inputs/{column.number}/allowed"
    )


def _name(column: InputColumn) -> str:
    return f"input {column.document.label or column.document.expression}"
