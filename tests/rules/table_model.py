"""An independent model of decision tables: small, slow, and made of plain comparisons in three-valued logic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from hypothesis import strategies as st

from runtime.rules.documents import Input, Output, Rule, Table

Verdict = bool | None
DAY = date(2024, 2, 28)

# Per type what cells compare with, and values that lie at, between and beyond all of those.
CONSTANTS: dict[str, list[Any]] = {
    "number": [Decimal(n) for n in range(4)],
    "string": ["a", "b", "c"],
    "boolean": [False, True],
    "date": [DAY + timedelta(days=n) for n in range(3)],
}
SAMPLES: dict[str, list[Any]] = {
    "number": [Decimal(n) / 2 for n in range(-1, 8)],
    "string": ["", "a", "aa", "b", "bb", "c", "cc"],
    "boolean": [False, True],
    "date": [DAY + timedelta(days=n) for n in range(-1, 4)],
}
TYPES = list(CONSTANTS)


def written(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return f'@"{value}"' if isinstance(value, date) else str(value)


@dataclass(frozen=True)
class Equal:
    value: Any

    def __str__(self) -> str:
        return written(self.value)

    def verdict(self, value: Any) -> Verdict:
        if self.value is None or value is None:
            return self.value is value
        return None if type(self.value) is not type(value) else self.value == value


@dataclass(frozen=True)
class Unequal:
    value: Any

    def __str__(self) -> str:
        return f"!= {written(self.value)}"

    def verdict(self, value: Any) -> Verdict:
        equal = Equal(self.value).verdict(value)
        return None if equal is None else not equal


@dataclass(frozen=True)
class Compared:
    operator: str
    value: Any

    def __str__(self) -> str:
        return f"{self.operator} {written(self.value)}"

    def verdict(self, value: Any) -> Verdict:
        if type(value) is not type(self.value):
            return None
        if self.operator == "<":
            return bool(value < self.value)
        if self.operator == "<=":
            return bool(value <= self.value)
        return bool(value > self.value) if self.operator == ">" else bool(value >= self.value)


@dataclass(frozen=True)
class Within:
    low: Any
    high: Any
    low_included: bool
    high_included: bool

    def __str__(self) -> str:
        ends = "(["[self.low_included], ")]"[self.high_included]
        return f"{ends[0]}{written(self.low)}..{written(self.high)}{ends[1]}"

    def verdict(self, value: Any) -> Verdict:
        if type(value) is not type(self.low):
            return None
        low = value >= self.low if self.low_included else value > self.low
        high = value <= self.high if self.high_included else value < self.high
        return bool(low and high)


@dataclass(frozen=True)
class Cell:
    tests: tuple[Any, ...] = ()
    negated: bool = False

    def __str__(self) -> str:
        text = ", ".join(map(str, self.tests))
        return (f"not({text})" if self.negated else text) if self.tests else "-"

    def verdict(self, value: Any) -> Verdict:
        if not self.tests:
            return True
        verdicts = [test.verdict(value) for test in self.tests]
        some = True if True in verdicts else None if None in verdicts else False
        return some if not self.negated or some is None else not some


@dataclass(frozen=True)
class Model:
    """Rows of cells, and an output for each: a number, or what `allowed` ranks."""

    types: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    outputs: tuple[str, ...]

    def document(self, policy: str = "unique", aggregation: str = "list", typed: bool = True) -> Table:
        return Table(
            key="table",
            name="table",
            hit_policy=policy,
            aggregation=aggregation,
            inputs=tuple(
                Input(id=f"i{n}", expression=f"i{n}", type=type_ if typed else "Any")
                for n, type_ in enumerate(self.types)
            ),
            outputs=(Output(id="o", name="o", type="string", allowed='"x", "y", "z"'),),
            rules=tuple(
                Rule(id=f"r{n}", inputs=tuple(map(str, cells)), outputs=(written(output),))
                for n, (cells, output) in enumerate(zip(self.rows, self.outputs, strict=True))
            ),
        )

    def matching(self, values: Sequence[Any]) -> list[int]:
        return [
            number
            for number, cells in enumerate(self.rows)
            if all(cell.verdict(value) is True for cell, value in zip(cells, values, strict=True))
        ]

    def result(self, policy: str, values: Sequence[Any]) -> Any:
        """What the hit policy makes of the rows that match; None where it is violated or nothing matches."""
        matching = self.matching(values)
        given = [self.outputs[row] for row in matching]
        ranked = sorted(given, key="xyz".index)
        if not given:
            return None
        if policy == "unique":
            return given[0] if len(given) == 1 else None
        if policy == "any":
            return given[0] if len(set(given)) == 1 else None
        if policy == "first":
            return given[0]
        if policy == "priority":
            return ranked[0]
        return ranked if policy == "output order" else given

    def fired(self, policy: str, values: Sequence[Any]) -> list[int]:
        """The rows that the result is made of, first row first."""
        matching = self.matching(values)
        if self.result(policy, values) is None:
            return []
        if policy == "priority":
            return [row for row in matching if self.outputs[row] == self.result(policy, values)][:1]
        return matching[:1] if policy in ("unique", "first") else matching

    def space(self) -> Iterator[tuple[Any, ...]]:
        """Inputs of the right types such that every region of the table has some; null where a cell speaks of it."""
        axes = []
        for number, type_ in enumerate(self.types):
            speaks = any(row[number].tests and row[number].verdict(None) is True for row in self.rows)
            axes.append([*SAMPLES[type_], *([None] if speaks else [])])
        return product(*axes)


def inputs_of(values: Sequence[Any]) -> dict[str, Any]:
    return {f"i{number}": value for number, value in enumerate(values)}


# --- any of them


def tests_of(type_: str, null: bool) -> st.SearchStrategy[Any]:
    value = st.sampled_from(CONSTANTS[type_])
    choices: list[st.SearchStrategy[Any]] = [st.builds(Equal, value)]
    if null:
        choices += [st.just(Equal(None)), st.builds(Unequal, value)]
    if type_ != "boolean":
        ordered = st.tuples(value, value).map(sorted)
        choices += [
            st.builds(Compared, st.sampled_from(["<", "<=", ">", ">="]), value),
            st.builds(lambda ends, low, high: Within(*ends, low, high), ordered, st.booleans(), st.booleans()),
        ]
    return st.one_of(choices)


def cells_of(type_: str, null: bool = True) -> st.SearchStrategy[Cell]:
    tests = st.lists(tests_of(type_, null), min_size=1, max_size=3).map(tuple)
    return st.one_of(st.just(Cell()), st.builds(Cell, tests, st.booleans()))


@st.composite
def models(draw: st.DrawFn, rows: int = 6, columns: int = 3, null: bool = True) -> Model:
    types = tuple(draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=columns)))
    row = st.tuples(*(cells_of(type_, null) for type_ in types))
    made = draw(st.lists(row, min_size=1, max_size=rows))
    outputs = draw(st.lists(st.sampled_from("xyz"), min_size=len(made), max_size=len(made)))
    return Model(types, tuple(made), tuple(outputs))


def values_of(model: Model) -> st.SearchStrategy[tuple[Any, ...]]:
    """Any values: mostly of the right type, else null or of another type."""
    anything = [None, True, Decimal(1), "a", DAY]
    return st.tuples(*(st.sampled_from(SAMPLES[type_] * 3 + anything) for type_ in model.types))
