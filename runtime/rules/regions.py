"""The inputs of a table as a finite grid: which regions rows take, in words and by example.

Theory of operation. The ends of all cells of a column cut its values into segments; segments that the same rows
accept are one *class*. A row is then one bit mask of classes per column, and a region is a tuple of such masks (see
`boxes`). Whatever holds for one value of a class holds for all of them, so the grid is exact, however many values there
are.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from math import prod
from typing import Any

from runtime.rules.boxes import Box
from runtime.rules.cells import EVERYTHING, ORDERED, Cell, Cut, Span, Spans, complement, is_point, literal, merged
from runtime.rules.index import Axis, Column
from runtime.rules.samples import value_in
from runtime.rules.values import YearsMonths

_KINDS = ORDERED | {"boolean"}


class Dimension:
    """One input column of the grid; `domain` are the kinds of its values (none: any).

    `masks[d]` are the classes that distinct cell d accepts (all, for an opaque cell), `everything` the mask of all
    classes of the column's domain: its type and allowed values, with null only where a cell or they speak of it.
    """

    def __init__(self, column: Column, type_name: str, gate: Cell | None) -> None:
        self._kinds: list[str] = []  # of each class, "" for the class of every other value
        self._spans: list[Spans] = []
        self.axes: dict[str, Axis] = {}
        self.masks = [0] * len(column.cells)
        self.domain = [type_name] if type_name in _KINDS else column.mentioned or sorted(gate.sets if gate else ())
        for kind in self.domain:
            self._add_kind(kind, column, gate)
        if not self.domain:
            self._add_class("", EVERYTHING, [cell is None or cell.others for cell in column.cells])
        speaks = gate.null is True if gate else any(
            cell is not None and cell.null is True and not cell.anything for cell in column.cells
        )  # fmt: skip
        if speaks:
            self._add_class("null", EVERYTHING, [cell is None or cell.null is True for cell in column.cells])
        self.everything = (1 << len(self._kinds)) - 1

    def _add_class(self, kind: str, spans: Spans, accepted: Sequence[bool]) -> None:
        bit = 1 << len(self._kinds)
        self._kinds.append(kind)
        self._spans.append(spans)
        for number, yes in enumerate(accepted):
            if yes:
                self.masks[number] |= bit

    def _add_kind(self, kind: str, column: Column, gate: Cell | None) -> None:
        axis = Axis(kind, column.cells, *([gate.spans(kind)] if gate else []))
        self.axes[kind] = axis
        door = 1 << len(column.which) + 1
        rows = axis.rows([*column.masks(), door] if gate else column.masks())
        places: dict[int, int] = {}
        ahead = [0]  # for every segment the classes first met before it
        for segment, accepted in enumerate(rows):
            if gate and not accepted & door:
                ahead.append(ahead[-1])
                continue
            span = _span_of(axis, segment)
            place = places.get(accepted)
            if place is None:
                place = places[accepted] = len(self._kinds)
                self._kinds.append(kind)
                self._spans.append(span)
                ahead.append(ahead[-1] | 1 << place)
            else:
                self._spans[place] += span
                ahead.append(ahead[-1])
        for number, ranges in enumerate(axis.ranges[: len(column.cells)]):
            if column.cells[number] is None:
                self.masks[number] |= ahead[-1]
            for low, high in ranges:
                self.masks[number] |= ahead[high] ^ ahead[low]

    def example(self, mask: int) -> Any:
        """A value of one of the classes in `mask`; raises LookupError where no value of Python's lies in them."""
        for place in _places(mask):
            if self._kinds[place] == "null":
                return None
            if not self._kinds[place]:
                return Decimal(0)
            found = value_in(self._kinds[place], self._spans[place])
            if found is not None:
                return found
        raise LookupError

    def text(self, mask: int) -> str:
        """The classes in `mask` as FEEL unary tests."""
        if mask == self.everything:
            return "-"
        negated, tests = self._tests(mask)
        return f"not({', '.join(tests)})" if negated else ", ".join(tests)

    def words(self, mask: int) -> str:
        """The classes in `mask` as the end of a sentence: `is "a" or "b"`, `is >= 18`, `is neither "a" nor "b"`."""
        negated, tests = self._tests(mask)
        if not negated:
            return "is " + _either(tests, "or")
        return "is neither " + _either(tests, "nor") if len(tests) > 1 else f"is not {tests[0]}"

    def _tests(self, mask: int) -> tuple[bool, list[str]]:
        """Unary tests for the classes in `mask`, and whether they are to be negated."""
        parts: dict[str, Spans] = {}
        for kind, spans in self._runs(mask):
            parts[kind] = parts.get(kind, ()) + spans
        null = parts.pop("null", None)
        if list(parts) == ["string"]:
            spans = merged(parts["string"])
            rest = complement(spans)
            # not(...) accepts null too, so it serves where null is in the mask, or in no cell.
            if rest and all(map(is_point, rest)) and not all(map(is_point, spans)) and (null or not self._has_null):
                return True, [_test(span) for span in rest]
        tests = [_test(span) for spans in parts.values() for span in merged(spans)]
        return False, [*tests, "null"] if null else tests

    def _runs(self, mask: int) -> Iterator[tuple[str, Spans]]:
        """The spans of the classes in `mask`, one for each run of classes that follow each other without a break."""
        while mask:
            start = (mask & -mask).bit_length() - 1
            length = min(_ones(mask >> start), _ones(self._follows >> start) + 1)
            spans = self._spans[start]
            yield self._kinds[start], ((spans[0][0], self._spans[start + length - 1][-1][1]),) if length > 1 else spans
            mask &= -1 << start + length

    @cached_property
    def _follows(self) -> int:
        """The classes of one span that the next class, of one span too, begins at the end of."""
        follows = 0
        for place in range(len(self._kinds) - 1):
            one, two = self._spans[place], self._spans[place + 1]
            if len(one) == len(two) == 1 and one[0][1] is not None and one[0][1] == two[0][0]:
                follows |= 1 << place
        return follows

    @property
    def _has_null(self) -> bool:
        return "null" in self._kinds


class Grid:
    """All input columns of a table, and each row as a box: `upper` what it may accept, `lower` what it surely does.

    They differ for rows with opaque cells only.
    """

    def __init__(self, dimensions: Sequence[Dimension], columns: Sequence[Column], count: int) -> None:
        self.dimensions = tuple(dimensions)
        self.everything: Box = tuple(each.everything for each in dimensions)
        self.upper: list[Box] = _boxes(
            [(each.masks, column.which) for each, column in zip(dimensions, columns, strict=True)], count
        )
        self._columns = columns
        self._count = count

    @cached_property
    def lower(self) -> list[Box | None]:
        """As `upper`, but None for rows of which nothing is sure."""
        opaque = 0
        for column in self._columns:
            opaque |= column.opaque
        return [None if opaque >> self._count - row & 1 else box for row, box in enumerate(self.upper)]

    def share(self, box: Box) -> float:
        """How much of the grid `box` takes, counted in classes: 0 to 1."""
        return prod(
            mine.bit_count() / max(1, whole.bit_count()) for mine, whole in zip(box, self.everything, strict=True)
        )

    def example(self, box: Box) -> tuple[Any, ...]:
        """One input in `box`, a value per column."""
        return tuple(each.example(mask) for each, mask in zip(self.dimensions, box, strict=True))

    def texts(self, box: Box) -> tuple[str, ...]:
        """`box` as a row of FEEL unary tests."""
        return tuple(each.text(mask) for each, mask in zip(self.dimensions, box, strict=True))


def _boxes(columns: Sequence[tuple[list[int], Sequence[int]]], count: int) -> list[Box]:
    if not columns:
        return [()] * count
    return list(zip(*([masks[number] for number in which] for masks, which in columns), strict=True))


def _ones(mask: int) -> int:
    """How many of the lowest bits are set without a break."""
    return (~mask & mask + 1).bit_length() - 1


def _places(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


# --- words and examples


def _span_of(axis: Axis, segment: int) -> Spans:
    if axis.kind == "boolean":
        return (((bool(segment), 0), (bool(segment), 1)),)
    low = axis.cuts[segment - 1] if segment else None
    high = axis.cuts[segment] if segment < len(axis.cuts) else None
    return ((low, high),)


def _either(words: Sequence[str], last: str) -> str:
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _test(span: Span) -> str:
    low, high = span
    if low is None:
        return (
            f"{'<=' if high is not None and high[1] else '<'} {literal(high[0])}" if high is not None else "not(null)"
        )
    if high is None:
        return f"{'>' if low[1] else '>='} {literal(low[0])}"
    last = _day_before(high)
    if last is not None:
        return literal(low[0]) if last == low[0] else f"[{literal(low[0])}..{literal(last)}]"
    if low[0] == high[0]:
        return literal(low[0])
    return f"{'(' if low[1] else '['}{literal(low[0])}..{literal(high[0])}{']' if high[1] else ')'}"


def _day_before(cut: Cut) -> Any:
    """The last day, or number of months, before a cut; None for kinds that do not come in steps."""
    value, side = cut
    if side:
        return value if type(value) in (date, YearsMonths) else None
    if type(value) is date:
        return value - timedelta(days=1) if value > date.min else None
    if type(value) is YearsMonths:
        return YearsMonths(value.total - 1)
    return None
