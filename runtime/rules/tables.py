"""Decision tables: compiled once from their document, then evaluated with an index (DMN 1.5, chapter 8)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Literal

from msgspec import Struct

from runtime.rules import policies, reading
from runtime.rules.budget import REQUEST, Budget
from runtime.rules.cells import Cell
from runtime.rules.documents import Table as Document
from runtime.rules.errors import OutOfBudget, RuleWarning
from runtime.rules.feel import Expression
from runtime.rules.index import Axis, Column, axes_of, rows_in, touching
from runtime.rules.lookups import ALL
from runtime.rules.matching import UNREAD, InputColumn, Matching, Refusal, Seen, match, refusals
from runtime.rules.reading import OutputColumn
from runtime.rules.run import Run
from runtime.rules.types import conforms
from runtime.rules.values import kind

_WINDOW = 1024  # rows
TABLE = REQUEST  # steps of one table that is given no budget


def compile(
    document: Document,
    names: Any = None,
    mode: Literal["strict", "standard"] = "strict",
    given: Collection[str] | None = None,
) -> "Table":
    """The table that `document` describes, ready to evaluate.

    `names` are the names that expressions may read (see `feel.compile`); None: any. `given` are those that cells and
    allowed values may read beside what the columns read; None: any. Strict mode refuses every cell
    that cannot be what its column says; standard mode is for imported models and takes what DMN takes.
    Raises TableError, which lists all faults with JSON pointer, ids, line and column.
    """
    return Table(document, *reading.read(document, names, mode, given))


class Result(Struct, frozen=True):
    """What a table decided: a FEEL `value`, `warnings`, the rules that `fired`, and on demand a `trace`.

    The trace is worked out when it is read, from the inputs as they are then: do not change them before.
    """

    value: Any
    warnings: tuple[RuleWarning, ...]
    table: "Table"
    inputs: Mapping[str, Any]
    now: datetime | None
    rows: int = 0  # the row set that the value was made of; under `first` only its first row counts

    @property
    def fired(self) -> tuple[str, ...]:
        """The ids of the rules that the value was made of, first row first: what the hit policy left of those that
        matched. None where no rule matched, or where the matching ones broke the policy."""
        rules = self.table.document.rules
        rows = rows_in(self.rows, len(rules))
        return tuple(rules[row].id for row in (rows[:1] if self.table.document.hit_policy == "first" else rows))

    @property
    def trace(self) -> "Trace":
        """Which rows matched, and why the others did not."""
        run = Run(self.now, most=TABLE)
        return Trace(self.table, self.table.matching(self.inputs, run), run)


class Trace:
    """Which rows of a table matched, and why the others did not."""

    def __init__(self, table: "Table", matching: Matching, run: Run) -> None:
        self._table = table
        self._matching = matching
        self._run = run

    @property
    def inputs(self) -> tuple[Seen, ...]:
        """What each input column saw, in the order of the document."""
        return self._matching.seen

    @property
    def matched(self) -> tuple[str, ...]:
        """The ids of the rules that matched, first row first, before the hit policy chose among them."""
        return tuple(self._table.document.rules[row].id for row in self._table.rows_of(self._matching))

    def why_not(self, rule: str) -> tuple[Refusal, ...]:
        """The cells of the rule with this id that refused, with the values they saw; none for a rule that matched.

        None either where it takes too long to say. Raises KeyError for an id that the table does not have.
        """
        table = self._table
        row = table.row_of(rule)
        try:
            return refusals(table.inputs, table.document.rules, row, self._matching, self._run)
        except (OutOfBudget, RecursionError):
            return ()


class Table:
    """A compiled decision table. Nothing in it changes by evaluating but memory of what was looked up."""

    def __init__(
        self,
        document: Document,
        inputs: Sequence[InputColumn],
        outputs: Sequence[OutputColumn],
        entries: Sequence[tuple[Any, ...]],
    ) -> None:
        """`entries[r]` are the outputs of row r: each a constant, or an expression."""
        self.document = document
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.entries = entries
        self._names = tuple(output.document.name for output in outputs)
        self._row_of = {rule.id: row for row, rule in enumerate(document.rules)}
        count = len(document.rules)
        self._every = (1 << count + 1) - 1
        self._ask = 0
        for each in inputs:
            self._ask |= self._every if each.allowed is not None and each.gate is None else each.column.opaque
        self._gated = any(each.allowed is not None for each in inputs)
        # The column with the most different cells leaves the fewest rows.
        ordered = sorted(inputs, key=lambda each: -len(each.column.cells))
        self._steps = [(each.name, each.read, each.expression, each.column.kinds) for each in ordered]
        self._cost = 2 + len(ordered)
        self._answers = self._make_answers()
        self._defaults = any(output.default is not None for output in outputs)
        counts = document.hit_policy == "collect" and document.aggregation == "count"
        self._nothing = policies.ZERO if counts else None
        message = f"table {document.name}: no rule matches, and no output has a default"
        self._unmatched = () if counts else (RuleWarning(code="domain", message=message, where="/rules"),)

    def evaluate(self, inputs: Mapping[str, Any], now: datetime | None = None, budget: Budget | None = None) -> Result:
        """The decision for `inputs`, by name; `now` is the time that `now()` and `today()` give.

        Bad data never raises: the value is then null, or what the hit policy makes of the rows that still match, and
        the warnings name the rule, the cell and the reason. DMN 1.5, 8.2.8 to 8.2.11. The work is taken from `budget`:
        where nothing is left of it the value is null, with a warning, whatever rows had matched by then.
        """
        if budget is not None:
            budget.left -= self._cost
        run: Run | None = None
        try:
            rows = self._every
            for name, read, expression, kinds in self._steps:
                if name:
                    value = inputs.get(name)
                elif (value := read(inputs)) is UNREAD:
                    run = run or Run(now, budget, TABLE)
                    value = expression.within(run, inputs)
                    if run.warnings:
                        rows = 0
                        break
                accepted = kinds[value.__class__][value]
                if accepted is not ALL:
                    rows &= accepted
                    if rows < 2:
                        break
            warnings: tuple[RuleWarning, ...] = ()
            if rows & 1 and not rows & self._ask and (rows > 1 or not self._gated):
                answer = self._answers[rows.bit_length()]
                if answer is not None:
                    value = answer.copy() if answer.__class__ is dict else answer()
                    return Result(value, (), self, inputs, now, rows)
                run = run or Run(now, budget, TABLE)
            else:
                run = run or Run(now, budget, TABLE)
                run.warnings.clear()
                matching = match(self.inputs, self.document.rules, inputs, run)
                if matching.invalid:
                    return Result(None, matching.warnings, self, inputs, now)
                rows, warnings = matching.rows, matching.warnings
            value, warnings, fired = self._decided(rows, warnings, inputs, run)
            return Result(value, warnings, self, inputs, now, fired)
        except (OutOfBudget, RecursionError) as limit:
            return Result(None, (self._over(limit),), self, inputs, now)
        finally:
            if run is not None:
                run.close()

    def matching(self, inputs: Mapping[str, Any], run: Run) -> Matching:
        """The rows that match `inputs`, with what every column saw; none, and a warning, where that takes too long."""
        try:
            return match(self.inputs, self.document.rules, inputs, run)
        except (OutOfBudget, RecursionError) as limit:
            return Matching(0, (), (self._over(limit),), True, inputs)

    def _over(self, limit: Exception) -> RuleWarning:
        reason = str(limit) if isinstance(limit, OutOfBudget) else "functions call each other too deep"
        return RuleWarning("limit", f"table {self.document.name}: {reason}", where="/rules")

    def rows_of(self, matching: Matching) -> list[int]:
        """The numbers of the rows that match, from 0."""
        return rows_in(matching.rows, len(self.document.rules))

    def row_of(self, rule: str) -> int:
        """The number of the rule with this id, from 0. Raises KeyError."""
        return self._row_of[rule]

    def rank_of(self, row: int) -> tuple[int, ...] | None:
        """The priority of the outputs of a row (lower wins), or None while they are not known."""
        if any(isinstance(entry, Expression) for entry in self.entries[row]):
            return None
        return self._rank(self.entries[row], None)

    # --- from rows to a value

    def _make_answers(self) -> list[Any]:
        """By the bit length of a row set its result, where the first row alone settles it and its outputs are constant.

        That is so under `first`, and wherever no other row can match together with it. A context is to be copied,
        anything else to be called for.
        """
        count = len(self.document.rules)
        alone = self._every if self.document.hit_policy == "first" else alone_rows(self.inputs, count)
        answers: list[Any] = [None] * (count + 2)
        for row, entries in enumerate(self.entries):
            bit = 1 << count - row
            if alone & bit and not any(isinstance(entry, Expression) for entry in entries):
                with suppress(policies.Violation, OutOfBudget):
                    value = self._settle({row: entries}, Run())
                    answers[bit.bit_length()] = value if isinstance(value, dict) else _given(value)
        return answers

    def _decided(
        self, rows: int, warnings: tuple[RuleWarning, ...], inputs: Mapping[str, Any], run: Run
    ) -> tuple[Any, tuple[RuleWarning, ...], int]:
        """The value, the warnings, and the row set that the value is made of."""
        if rows < 2 and not self._defaults:
            return self._nothing, warnings + self._unmatched, 0
        matched = rows_in(rows, len(self.document.rules))
        found = list(warnings)
        if not matched:
            value = self._default(inputs, run, found)
            return value, tuple(found), 0
        if self.document.hit_policy == "first":
            matched = matched[:1]
        outputs = {row: self._outputs(row, inputs, run, found) for row in matched}
        try:
            value, fired = self._settle(outputs, run), self._fired(outputs, run)
        except policies.Violation as violation:
            found.append(
                RuleWarning(code="domain", message=f"table {self.document.name}: {violation}", where="/hit_policy")
            )
            value, fired = None, 0
        return value, tuple(found), fired

    def _fired(self, outputs: Mapping[int, tuple[Any, ...]], run: Run) -> int:
        """The row set of those that the value is made of: of rows that compete by priority the one that wins."""
        ranked = self.document.hit_policy == "priority"
        rows = [min(outputs, key=lambda row: self._rank(outputs[row], run))] if ranked else outputs
        count = len(self.document.rules)
        return sum(1 << count - row for row in rows)

    def _settle(self, outputs: Mapping[int, tuple[Any, ...]], run: Run) -> Any:
        document = self.document
        rows = {document.rules[row].id: entries for row, entries in outputs.items()}
        rank = partial(self._rank, run=run)
        return policies.settle(document.hit_policy, document.aggregation, self._names, rows, rank)

    def _rank(self, outputs: tuple[Any, ...], run: Run | None) -> tuple[int, ...]:
        ranked = zip(self.outputs, outputs, strict=True)
        return tuple(column.rank(value, run) for column, value in ranked if column.ranks)

    def _outputs(self, row: int, inputs: Mapping[str, Any], run: Run, found: list[RuleWarning]) -> tuple[Any, ...]:
        values = []
        for column, entry in zip(self.outputs, self.entries[row], strict=True):
            if isinstance(entry, Expression):
                where = f"/rules/{row}/outputs/{column.number}"
                entry = self._checked(column, entry, where, f"rule {self.document.rules[row].id}", inputs, run, found)
            values.append(entry)
        return tuple(values)

    def _default(self, inputs: Mapping[str, Any], run: Run, found: list[RuleWarning]) -> Any:
        values = []
        for column in self.outputs:
            value = None
            if column.default is not None:
                where = f"/outputs/{column.number}/default"
                value = self._checked(column, column.default, where, "the default", inputs, run, found)
            values.append(value)
        value = policies.result_of(self._names, tuple(values))
        document = self.document
        listed = document.hit_policy in policies.MULTIPLE and document.aggregation == "list"
        return [value] if listed else value

    def _checked(
        self,
        column: OutputColumn,
        expression: Expression,
        where: str,
        whose: str,
        inputs: Mapping[str, Any],
        run: Run,
        found: list[RuleWarning],
    ) -> Any:
        """The value of an output expression; null, with a warning, where its column does not allow it."""
        value = expression.within(run, inputs, where)
        found.extend(run.warnings)
        run.warnings.clear()
        if value is None:
            return None
        name = column.document.label or column.document.name or column.document.id
        if not conforms(value, column.type):
            message = f"{whose} gives a {kind(value)} for {name}, whose type is {column.document.type}"
            found.append(RuleWarning(code="type", message=message, where=where))
            return None
        if column.allowed is not None and column.allowed.within(run, value, inputs) is not True:
            message = f"{whose} gives a value for {name} that is not one of the allowed ones: {column.document.allowed}"
            found.append(RuleWarning(code="domain", message=message, where=where))
            return None
        return value


def _given(value: Any) -> Callable[[], Any]:
    """What gives `value`, each time to be the caller's own."""
    if isinstance(value, list):
        (only,) = value
        return lambda: [only.copy() if isinstance(only, dict) else only]
    return lambda: value


def alone_rows(inputs: Sequence[InputColumn], count: int) -> int:
    """The rows (as a row set) that cannot match together with another one.

    Every row is held against a window of rows at a time: all pairs at once would take memory.
    """
    columns = [(each.column.cells, each.column, axes_of(each.column.cells)) for each in inputs]
    alone = (1 << count + 1) - 2
    for first in range(0, count, _WINDOW):
        last = min(count, first + _WINDOW)
        for row, others in enumerate(_together(columns, count, first, last)):
            if others & ~(1 << last - row if first <= row < last else 0):
                alone &= ~(1 << count - row)
        if not alone:
            break
    return alone


Overlaid = tuple[Sequence[Cell | None], Column, Mapping[str, Axis] | None]


def overlapping(columns: Iterable[Overlaid], count: int) -> list[int]:
    """For every row the later rows that may match together with it.

    Of every column it takes the distinct cells, and their axes where they are known already.
    """
    together = _together(columns, count, 0, count)
    return [rows & (1 << count - row) - 2 for row, rows in enumerate(together)]


def _together(columns: Iterable[Overlaid], count: int, first: int, last: int) -> list[int]:
    """For every row those of the rows from `first` to before `last` that may match together with it, itself too."""
    together = [(1 << last - first + 1) - 2] * count
    for cells, column, axes in columns:
        touched = touching(cells, column.masks(first, last), axes)
        for row, cell in enumerate(column.which):
            together[row] &= touched[cell]
    return together
