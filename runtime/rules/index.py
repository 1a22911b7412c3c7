"""Which rows of a table accept a value: one index per input column, one bit per row.

Theory of operation. A *row set* is a Python int. Of a table with n rows, row 0 has bit n and the last row bit 1, so
the first matching row is found by `bit_length()` without a search. Bit 0 is the *sure* bit: it is set while a lookup
is exact and has nothing to explain. ANDing the row sets of all columns keeps it only where every column was sure, so
one test after the loop finds the evaluations that need a closer look, and the others pay nothing for it.

The ends of the cells of a column cut each kind of value into segments in which all values are accepted by the same
rows. A sweep over the cuts gives the row set of every segment; a dict finds the ones at a cut, a binary search the
others. Where the row sets of a column would take too much memory, neighbouring segments share one that is too large
and the rows that differ between them are checked again when they survive.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from itertools import islice
from math import ceil
from operator import and_, or_
from typing import Any

from runtime.rules.cells import ANYTHING, Cell, Cut, Spans
from runtime.rules.values import YearsMonths, plain

ALL = -1  # every row, and sure: what most cells of a column often accept, and then need not be ANDed
UNSURE = -2  # every row, but not the sure bit: the value has no place in the index
MEMORY = 32_000_000  # bytes of row sets that one table may hold
_NARROW = 8  # segments
REMEMBERED = 4096  # whole numbers between two cuts whose row set is kept, per column
_EXACT = 10**34  # larger whole numbers are rounded as FEEL values

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


class Segments(dict[Any, int]):
    """From a value of one kind to its row set."""

    __slots__ = ("_after", "_cuts")

    def __init__(self, at: dict[Any, int], after: list[int]) -> None:
        """`at` holds the values at a cut, in order; `after[i]` is the row set between value i - 1 and value i."""
        super().__init__(at)
        self._cuts = list(at)
        self._after = after

    def __missing__(self, value: Any) -> int:
        try:
            return self._after[bisect_right(self._cuts, value)]
        except TypeError:  # a zoned time among local ones
            return UNSURE


class Numbers(Segments):
    """From a number to its row set; whole numbers come as int too, and the first few of them are remembered."""

    __slots__ = ("_ceilings", "_free")

    def __init__(self, at: dict[Any, int], after: list[int]) -> None:
        super().__init__(at, after)
        self._ceilings = [ceil(cut) for cut in self._cuts]  # a whole number is above one iff it is above the other
        self._free = REMEMBERED

    def __missing__(self, value: Any) -> int:
        if isinstance(value, int):
            if not -_EXACT < value < _EXACT:
                return self[plain(value)] if plain(value) is not None else UNSURE
            rows = self._after[bisect_right(self._ceilings, value)]
            if self._free > 0:
                self._free -= 1
                self[value] = rows
            return rows
        try:
            place = bisect_right(self._cuts, value)
        except ArithmeticError:  # not a number
            return UNSURE
        if not 0 < place < len(self._cuts) and not value.is_finite():
            return UNSURE
        return self._after[place]


class Instants(Segments):
    """From a date and time to its row set. One with a zone can be compared with dates too, so it is left to FEEL."""

    __slots__ = ()

    def __missing__(self, value: datetime) -> int:
        return UNSURE if value.tzinfo is not None else super().__missing__(value)


class Kinds(dict[type, Any]):
    """From the class of a value to what finds its row set."""

    __slots__ = ()

    def __missing__(self, cls: type) -> "_Foreign":
        return _Foreign(self)


_LOOKUPS: dict[str, type[Segments]] = {"number": Numbers, "date and time": Instants}


class _Foreign:
    """Finds the row set of a value of a class that FEEL does not know, by what it is in FEEL."""

    __slots__ = ("_kinds",)

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

    def __getitem__(self, value: object) -> int:
        value = plain(value)
        found = self._kinds.get(type(value))
        return UNSURE if found is None else int(found[value])


class _Same:
    """The same row set for every value."""

    __slots__ = ("_rows",)

    def __init__(self, rows: int) -> None:
        self._rows = rows

    def __getitem__(self, value: object) -> int:
        return self._rows


class Axis:
    """One kind of value in one column: its cuts in order, and which segments each distinct cell accepts.

    `ranges[d]` are the half-open ranges of segments that distinct cell d accepts; segment i lies between cut i - 1
    and cut i. Opaque cells accept none here.
    """

    __slots__ = ("cuts", "kind", "ranges")

    def __init__(self, kind: str, cells: Sequence[Cell | None]) -> None:
        self.kind = kind
        spans = [() if cell is None else cell.spans(kind) for cell in cells]
        self.cuts: list[Cut] = sorted({cut for each in spans for span in each for cut in span if cut is not None})
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

    def rows(self, masks: Sequence[int]) -> Iterator[int]:
        """The row set of every segment, first to last."""
        toggles: list[list[int]] = [[] for _ in range(self.segments + 1)]
        for number, ranges in enumerate(self.ranges):
            for low, high in ranges:
                toggles[low].append(number)
                toggles[high].append(number)
        rows = 0
        for numbers in toggles[:-1]:
            for number in numbers:
                rows ^= masks[number]
            yield rows


def _booleans(spans: Spans) -> tuple[tuple[int, int], ...]:
    accepted = [any((low is None or low <= (v, 0)) and (high is None or (v, 1) <= high) for low, high in spans)
                for v in (False, True)]  # fmt: skip
    return tuple((number, number + 1) for number, yes in enumerate(accepted) if yes)


class Column:
    """One input column of a table, by distinct cell.

    `cells[d]` is a distinct cell (None: opaque), `which[r]` the distinct cell of row r. `kinds` finds the row set of
    a value. `recheck` are the rows whose cell must be asked although the lookup was sure: opaque ones, and those in
    the `doubts` of a row set that several segments share.
    """

    __slots__ = ("cells", "constrained", "doubts", "every", "kinds", "mentioned", "opaque", "recheck", "which")

    def __init__(
        self, cells: Sequence[Cell | None], which: Sequence[int], allowed: Cell | None = None, memory: int = MEMORY
    ) -> None:
        """`allowed`: the cell that every value must pass, else no row is found and the lookup is not sure."""
        count = len(which)
        self.every = (1 << count + 1) - 2
        self.cells = list(cells)
        self.which = which
        self.opaque = self._where(lambda cell: cell is None)
        self.constrained = self._where(lambda cell: cell is None or not cell.anything)
        self.recheck = self.opaque
        self.doubts: dict[int, set[int]] = {}
        self.mentioned = sorted({kind for cell in self.cells if cell is not None for kind in cell.sets})
        self.kinds = Kinds()
        self._fill(allowed, memory)

    def masks(self) -> list[int]:
        """For every distinct cell the rows that have it."""
        masks = [0] * len(self.cells)
        count = len(self.which)
        for row, number in enumerate(self.which):
            masks[number] |= 1 << (count - row)
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
        masks = self.masks()
        free = not self.mentioned  # nothing compares with anything: every kind is as good as another
        nobody_refuses = null == self.every
        self.kinds[type(None)] = _Same(self._short(null | nobody_refuses) if gate.null is True else 0)
        for name, classes in _CLASSES.items():
            if name in self.mentioned or name in gate.sets:
                found: Any = self._segments(name, masks, gate, memory)
            else:
                rows = self._short(others | free) if gate.others else 0
                found = Instants({}, [rows]) if name == "date and time" and self.mentioned else _Same(rows)
            for each in classes:
                self.kinds[each] = found
        rest = _Same((UNSURE if self.constrained else ALL) if gate.others else 0)
        for each in (list, dict):
            self.kinds[each] = rest

    def _segments(self, kind: str, masks: Sequence[int], gate: Cell, memory: int) -> Segments:
        """The lookup of one kind; rows that are too expensive to tell apart are added to `recheck`."""
        sure = kind in self.mentioned or not self.mentioned
        axis = Axis(kind, [*self.cells, gate])
        rows = self._affordable(axis, masks, sure, memory)
        if kind == "boolean":
            return Segments({False: rows[0], True: rows[1]}, [0])
        at: dict[Any, int] = {}
        after = [rows[0]]
        for number, (value, side) in enumerate(axis.cuts, 1):
            if value not in at:
                at[value] = rows[number if side == 0 else number - 1]
                after.append(rows[number])
            else:
                after[-1] = rows[number]
        return _LOOKUPS.get(kind, Segments)(at, after)

    def _affordable(self, axis: Axis, masks: Sequence[int], sure: bool, memory: int) -> list[int]:
        """The row set of every segment of `axis`, whose last cell is the gate.

        Equal ones are shared. Where all of them would not fit into `memory`, neighbours share one that is too large;
        the rows that this adds to some of them are in doubt.
        """
        door = 1 << len(self.which) + 1
        masks = [*masks, door]

        def exact() -> Iterator[int]:
            for rows in axis.rows(masks):
                yield rows ^ door | self.opaque | sure if rows & door else 0

        sizes = {hash(rows): rows.bit_length() // 8 + 28 for rows in exact()}
        group = -(-sum(sizes.values()) // memory)
        shared: dict[int, int] = {}
        if group <= 1:
            return [self._short(shared.setdefault(rows, rows)) for rows in exact()]
        result: list[int] = []
        source = exact()
        while several := list(islice(source, group)):
            some = reduce(or_, several)
            every = reduce(and_, several)
            rows = self._short(some if every & 1 else some & UNSURE)
            doubtful = rows_in(some & ~every, len(self.which))
            if doubtful:
                self.doubts.setdefault(rows, set()).update(doubtful)
                self.recheck |= some & ~every & self.every
            result.extend([shared.setdefault(rows, rows)] * len(several))
        return result

    def _short(self, rows: int) -> int:
        return ALL if rows == self.every | 1 else rows

    def candidates(self, value: object) -> tuple[int, int]:
        """The rows that may accept the FEEL value `value`, and those of them whose cell must be asked."""
        rows: int = self.kinds[type(value)][value]
        if rows == UNSURE:
            return self.every, self.constrained
        ask = rows & self.opaque
        for row in self.doubts.get(rows, ()):
            ask |= 1 << len(self.which) - row
        return rows & self.every, ask


def touching(cells: Sequence[Cell | None], masks: Sequence[int]) -> list[int]:
    """For every distinct cell the rows whose cell accepts some value that it accepts too (opaque: all rows)."""
    result = [0] * len(cells)
    every = opaque = null = others = 0
    for cell, mask in zip(cells, masks, strict=True):
        every |= mask
        opaque |= mask if cell is None else 0
        null |= mask if cell is not None and cell.null is True else 0
        others |= mask if cell is not None and cell.others else 0
    for kind in sorted({kind for cell in cells if cell is not None for kind in cell.sets}):
        for number, rows in enumerate(_touching(Axis(kind, cells), masks)):
            result[number] |= rows
    for number, cell in enumerate(cells):
        if cell is None:
            result[number] = every
        else:
            result[number] |= opaque | (null if cell.null is True else 0) | (others if cell.others else 0)
    return result


def _touching(axis: Axis, masks: Sequence[int]) -> list[int]:
    """For every distinct cell the rows with a segment in common on `axis`.

    A cell of few segments touches whatever accepts one of them. A wide one of a single range touches another such
    unless it ends before that starts or starts after that ends, so one sweep of "has started" and one of "has ended"
    answer for all of them at once. Wide cells of several ranges, such as `not(5)`, are few, and asked one by one.
    """
    count = axis.segments
    widths = [sum(high - low for low, high in ranges) for ranges in axis.ranges]
    result = [0] * len(widths)
    starts: list[list[int]] = [[] for _ in range(count + 1)]
    ends: list[list[int]] = [[] for _ in range(count + 1)]
    inside: list[list[int]] = [[] for _ in range(count)]
    for number, ranges in enumerate(axis.ranges):
        if len(ranges) == 1:
            starts[ranges[0][0]].append(number)
            ends[ranges[0][1]].append(number)
        if widths[number] <= _NARROW:
            for low, high in ranges:
                for segment in range(low, high):
                    inside[segment].append(number)
    started = 0
    for opening, closing in zip(starts, ends, strict=True):
        for number in closing:
            if widths[number] > _NARROW:
                result[number] = started
        for number in opening:
            started |= masks[number]
    ended = 0
    for opening, closing in zip(starts, ends, strict=True):
        for number in closing:
            ended |= masks[number]
        for number in opening:
            result[number] &= ~ended
    for numbers, rows in zip(inside, axis.rows(masks), strict=True):
        for number in numbers:
            result[number] |= rows
    several = {number: _segments_of(ranges) for number, ranges in enumerate(axis.ranges) if len(ranges) > 1}
    for number, ranges in enumerate(axis.ranges):
        if widths[number] > _NARROW:
            mine = several[number] if number in several else _segments_of(ranges)
            for other in several if len(ranges) == 1 else range(len(widths)):
                theirs = several[other] if other in several else _segments_of(axis.ranges[other])
                if mine & theirs:
                    result[number] |= masks[other]
    return result


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
