"""Which rows of a table accept a value: one index per input column, one bit per row.

Theory of operation. A *row set* is a Python int. Of a table with n rows, row 0 has bit n and the last row bit 1, so
the first matching row is found by `bit_length()` without a search. Bit 0 is the *sure* bit: it is set while a lookup
is exact and has nothing to explain. ANDing the row sets of all columns keeps it only where every column was sure, so
one test after the loop finds the evaluations that need a closer look, and the others pay nothing for it.

The ends of the cells of a column cut each kind of value into segments in which all values are accepted by the same
rows. A sweep over the cuts gives the row set of every segment; `lookups` finds the segment of a value.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from operator import or_
from typing import Any

from runtime.rules.cells import ANYTHING, EVERYTHING, Cell, Cut, Spans, intersection
from runtime.rules.lookups import ALL, UNSURE, Changes, Decimals, Instants, Kinds, Same, Segments, Sets, Whole
from runtime.rules.values import YearsMonths

MEMORY = 32_000_000  # bytes of row sets that one table may hold
_NARROW = 8  # segments
_FINITE: Spans = (((Decimal("-Infinity"), 1), (Decimal("Infinity"), 0)),)

_CLASSES: dict[str, tuple[type, ...]] = {
    "number": (Decimal, int),
    "string": (str,),
    "boolean": (bool,),
    "date": (date,),
    "time": (time,),
    "date and time": (datetime,),
    "days and time duration": (timedelta,),
    "years and months duration": (YearsMonths,),
}


class Axis:
    """One kind of value in one column: its cuts in order, and which segments each distinct cell accepts.

    `ranges[d]` are the half-open ranges of segments that distinct cell d accepts; segment i lies between cut i - 1
    and cut i. Opaque cells accept none here.
    """

    __slots__ = ("_events", "cuts", "kind", "ranges")

    def __init__(self, kind: str, cells: Sequence[Cell | None], *more: Spans) -> None:
        """`more`: what further cells accept, those that are in no row."""
        self.kind = kind
        self._events: array[int] | None = None
        spans = [*(() if cell is None else cell.spans(kind) for cell in cells), *more]
        cuts = {cut for each in spans for span in each for cut in span if cut is not None}
        self.cuts: list[Cut] = sorted(cuts, key=_quick) if kind == "number" else sorted(cuts)
        if kind == "boolean":
            self.cuts = [(False, 1)]
        place = {cut: number for number, cut in enumerate(self.cuts, 1)}
        last = len(self.cuts) + 1
        self.ranges: list[tuple[tuple[int, int], ...]] = [
            _booleans(each) if kind == "boolean" else tuple(
                (0 if low is None else place[low], last if high is None else place[high]) for low, high in each
            )
            for each in spans
        ]  # fmt: skip

    @property
    def segments(self) -> int:
        return len(self.cuts) + 1

    @property
    def events(self) -> Sequence[int]:
        """Where the cells of a single range start (2 d + 1) and end (2 d), in order; at one cut the ends come first."""
        if self._events is None:
            single = [(number, ranges[0]) for number, ranges in enumerate(self.ranges) if len(ranges) == 1]
            order = [(2 * low + 1 << 32) + 2 * number + 1 for number, (low, _) in single]
            order += [(2 * high << 32) + 2 * number for number, (_, high) in single]
            self._events = array("I", [event & 0xFFFFFFFF for event in sorted(order)])
        return self._events

    def changes(self) -> list[list[int]]:
        """For every segment the distinct cells that begin to accept there, or cease to."""
        found: list[list[int]] = [[] for _ in range(self.segments + 1)]
        for number, ranges in enumerate(self.ranges):
            for low, high in ranges:
                found[low].append(number)
                found[high].append(number)
        return found[:-1]

    def rows(self, masks: Sequence[int]) -> Iterator[int]:
        """The row set of every segment, first to last."""
        rows = 0
        for numbers in self.changes():
            for number in numbers:
                rows ^= masks[number]
            yield rows


def _quick(cut: Cut) -> tuple[float, Cut]:
    """Orders numbers by what a float can tell, which is soon said, and only then by themselves."""
    return float(cut[0]), cut


def _booleans(spans: Spans) -> tuple[tuple[int, int], ...]:
    accepted = [any((low is None or low <= (v, 0)) and (high is None or (v, 1) <= high) for low, high in spans)
                for v in (False, True)]  # fmt: skip
    return tuple((number, number + 1) for number, yes in enumerate(accepted) if yes)


class Column:
    """One input column of a table, by distinct cell.

    `cells[d]` is a distinct cell (None: opaque), `which[r]` the distinct cell of row r. `kinds` finds the row set of
    a value. `opaque` are the rows whose cell must be asked although the lookup was sure.
    """

    __slots__ = ("cells", "constrained", "every", "kinds", "mentioned", "opaque", "which")

    def __init__(
        self, cells: Sequence[Cell | None], which: Sequence[int], allowed: Cell | None = None, memory: int = MEMORY
    ) -> None:
        """`allowed`: the cell that every value must pass, else the lookup is not sure."""
        count = len(which)
        self.every = (1 << count + 1) - 2
        self.cells = list(cells)
        self.which = which
        self.opaque = self._where(lambda cell: cell is None)
        self.constrained = self._where(lambda cell: cell is None or not cell.anything)
        self.mentioned = sorted({kind for cell in self.cells if cell is not None for kind in cell.sets})
        self.kinds = Kinds()
        self._fill(allowed, memory)

    def masks(self, first: int = 0, last: int | None = None) -> list[int]:
        """For every distinct cell the rows that have it; of the rows from `first` to before `last`, as if no others."""
        masks = [0] * len(self.cells)
        which = self.which[first:last]
        for row, number in enumerate(which):
            masks[number] |= 1 << (len(which) - row)
        return masks

    def _where(self, test: Callable[[Cell | None], bool]) -> int:
        """The rows of whose cell `test` holds."""
        wanted = [test(cell) for cell in self.cells]
        digits = "".join("1" if wanted[number] else "0" for number in self.which)
        return int(digits + "0", 2)

    def _fill(self, allowed: Cell | None, memory: int) -> None:
        gate = ANYTHING if allowed is None else allowed
        others = self.opaque | self._where(lambda cell: cell is not None and cell.others)
        null = self.opaque | self._where(lambda cell: cell is not None and cell.null is True)
        free = not self.mentioned  # nothing compares with anything: every kind is as good as another
        nobody_refuses = null == self.every
        self.kinds[type(None)] = Same(self._short(null | nobody_refuses) if gate.null is True else 0)
        for name, classes in _CLASSES.items():
            if name in self.mentioned or name in gate.sets:
                self._index(name, gate, memory)
            else:
                rows = self._short(others | free) if gate.others else 0
                found = Instants([], [rows]) if name == "date and time" and self.mentioned else Same(rows)
                for each in classes:
                    self.kinds[each] = found
        rest = Same((UNSURE if self.constrained else ALL) if gate.others else 0)
        for each in (list, dict):
            self.kinds[each] = rest

    def _index(self, kind: str, gate: Cell, memory: int) -> None:
        """Makes the lookups of one kind. It is sure where the gate is open, and of no infinite number."""
        sure = kind in self.mentioned or not self.mentioned
        bounds = _FINITE if kind == "number" else EVERYTHING
        axis = Axis(kind, self.cells, intersection(gate.spans(kind), bounds), bounds)
        changes = self._changes(axis, sure)
        if kind == "boolean":
            no, yes = map(self._short, swept(self.opaque, changes))
            self.kinds[bool] = {False: no, True: yes}
            return
        values: list[Any] = []
        segments = [0]  # of each place
        for number, (value, side) in enumerate(axis.cuts, 1):
            if values and values[-1] == value:
                segments[-1] = number
            else:
                values.append(value)
                segments += [number - side, number]
        rows = self._sets(changes, segments, memory)
        if kind == "number":
            decimals = Decimals(values, rows)
            self.kinds[Decimal] = decimals
            self.kinds[int] = Whole(values, rows)
            if isinstance(rows, list):
                self.kinds[float] = decimals.of_floats()
        else:
            for each in _CLASSES[kind]:
                self.kinds[each] = (Instants if kind == "date and time" else Segments)(values, rows)

    def _changes(self, axis: Axis, sure: bool) -> list[list[int]]:
        """For every segment the bits that change there: of rows, and the sure bit where the gate opens or closes."""
        bits: list[list[int]] = [[] for _ in axis.ranges]
        for row, number in enumerate(self.which):
            bits[number].append(len(self.which) - row)
        bits[len(self.cells)] = [0] * sure
        return [[bit for number in numbers for bit in bits[number]] for numbers in axis.changes()]

    def _sets(self, changes: Sequence[Sequence[int]], segments: Sequence[int], memory: int) -> Sets:
        """The row set of every place, given the segment it lies in; where `memory` is too small, in a quarter of it."""
        seen: set[int] = set()
        size = 0
        for rows in swept(0, changes):
            if (known := hash(rows)) not in seen:
                seen.add(known)
                size += rows.bit_length() // 8 + 28
        if size <= memory:
            shared: dict[int, int] = {}
            sets = [self._short(shared.setdefault(rows, rows)) for rows in swept(self.opaque, changes)]
            return [sets[segment] for segment in segments]
        whole = sum(map(len, changes)) * (len(self.which) // 8 + 28)
        places = [changes[segment] if segment != before else () for before, segment in pairwise((-1, *segments))]
        return Changes(self.opaque, places, -(-4 * whole // memory))

    def _short(self, rows: int) -> int:
        return ALL if rows == self.every | 1 else rows

    def candidates(self, value: object) -> tuple[int, int]:
        """The rows that may accept the FEEL value `value`, and those of them whose cell must be asked."""
        rows: int = self.kinds[type(value)][value]
        if rows == UNSURE:
            return self.every, self.constrained
        return rows & self.every, rows & self.opaque


def swept(rows: int, changes: Iterable[Iterable[int]]) -> Iterator[int]:
    """The row set after each of the `changes`, which are bits."""
    for bits in changes:
        for bit in bits:
            rows ^= 1 << bit
        yield rows


def touching(cells: Sequence[Cell | None], masks: Sequence[int], axes: Mapping[str, Axis] | None = None) -> list[int]:
    """For every distinct cell the rows whose cell accepts some value that it accepts too (opaque: all rows).

    `axes`: of the kinds that the cells mention, where they are known already.
    """
    result: list[int] = []
    every = opaque = null = others = 0
    for cell, mask in zip(cells, masks, strict=True):
        every |= mask
        opaque |= mask if cell is None else 0
        null |= mask if cell is not None and cell.null is True else 0
        others |= mask if cell is not None and cell.others else 0
    for axis in (axes_of(cells) if axes is None else axes).values():
        found = _touching(axis, masks)
        result = list(map(or_, result, found)) if result else found
    result = result or [0] * len(cells)
    for number, cell in enumerate(cells):
        if cell is None:
            result[number] = every
        else:
            result[number] |= opaque | (null if cell.null is True else 0) | (others if cell.others else 0)
    return result


def axes_of(cells: Sequence[Cell | None]) -> dict[str, Axis]:
    """The axis of every kind that `cells` mention."""
    kinds = sorted({kind for cell in cells if cell is not None for kind in cell.sets})
    return {kind: Axis(kind, cells) for kind in kinds}


def _touching(axis: Axis, masks: Sequence[int]) -> list[int]:
    """For every distinct cell the rows with a segment in common on `axis`.

    A cell of a single range touches another such unless it ends before that starts or starts after that ends, so a
    sweep of "has started" and "has ended" answers for all of them at once. Where there are cells of several ranges, a
    cell of few segments touches whatever accepts one of them. Wide cells of several ranges, such as `not(5)`, are few,
    and asked one by one.
    """
    result = [0] * len(masks)
    started = ended = 0
    for event in axis.events:
        number = event >> 1
        if event & 1:
            started |= masks[number]
            result[number] = ended
        else:
            result[number] ^= started  # all that had ended when it started have started long since
            ended |= masks[number]
    several = [number for number, ranges in enumerate(axis.ranges[: len(masks)]) if len(ranges) > 1]
    if several:
        _touch_several(axis, masks, several, result)
    return result


def _touch_several(axis: Axis, masks: Sequence[int], several: Sequence[int], result: list[int]) -> None:
    """Adds what cells touch that are of several ranges, or are touched by such."""
    ranges = axis.ranges[: len(masks)]
    widths = [sum(high - low for low, high in each) for each in ranges]
    inside: list[list[int]] = [[] for _ in range(axis.segments)]
    for number, each in enumerate(ranges):
        if widths[number] <= _NARROW:
            for low, high in each:
                for segment in range(low, high):
                    inside[segment].append(number)
    for numbers, rows in zip(inside, axis.rows([*masks, *[0] * (len(axis.ranges) - len(masks))]), strict=True):
        for number in numbers:
            result[number] |= rows
    segments = {number: _segments_of(ranges[number]) for number in several}
    for number, each in enumerate(ranges):
        if widths[number] > _NARROW:
            mine = segments[number] if number in segments else _segments_of(each)
            for other in several if len(each) == 1 else range(len(ranges)):
                theirs = segments[other] if other in segments else _segments_of(ranges[other])
                if mine & theirs:
                    result[number] |= masks[other]


def _segments_of(ranges: tuple[tuple[int, int], ...]) -> int:
    segments = 0
    for low, high in ranges:
        segments |= (1 << high) - (1 << low)
    return segments


def rows_in(rows: int, count: int) -> list[int]:
    """The row numbers in a row set of a table of `count` rows, first row first."""
    rows &= -2
    result = []
    while rows:
        place = rows.bit_length() - 1
        result.append(count - place)
        rows ^= 1 << place
    return result
