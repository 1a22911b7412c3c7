"""From a value to the set of rows that accept it: what the index of a column holds for every kind of value.

Theory of operation. The *values* at the ends of a column's cells, in order, leave places before, at and between them:
place 2 i + 1 is value i itself, place 2 i what lies before it. A dict finds the row sets of the values that are there,
a binary search the others. Where the row sets of all places would take too much memory, only some are kept whole;
the others are those with a few bits changed.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from math import isinf
from typing import Any

from runtime.rules.values import NUMBERS, plain

ALL = -1  # every row, and sure: what most cells of a column often accept, and then need not be ANDed
UNSURE = -2  # every row, but not the sure bit: the value has no place in the index
REMEMBERED = 4096  # whole numbers at no value whose row set is kept, per column
_rounded = NUMBERS.plus
_EXACT = 10**34  # larger whole numbers are rounded as FEEL values


class Changes:
    """A sequence of row sets of which every one that comes `stride` changed bits after another is kept whole."""

    __slots__ = ("_bits", "_ends", "_stride", "_whole")

    def __init__(self, first: int, changes: Sequence[Sequence[int]], stride: int) -> None:
        """`changes[i]` are the bits in which set i differs from the one before; set 0 from `first`."""
        self._stride = stride
        self._bits = array("I")
        self._ends = array("I")  # for every set how many bits have changed until then
        for bits in changes:
            self._bits.extend(bits)
            self._ends.append(len(self._bits))
        self._whole = [first]
        for number, bit in enumerate(self._bits, 1):
            first ^= 1 << bit
            if number % stride == 0:
                self._whole.append(first)
        self._whole.append(first)

    def __getitem__(self, place: int) -> int:
        end = self._ends[place]
        nearest = (end + self._stride // 2) // self._stride
        rows = self._whole[nearest]
        start = nearest * self._stride
        for bit in self._bits[min(start, end) : max(start, end)]:
            rows ^= 1 << bit
        return rows


Sets = list[int] | Changes


class Segments(dict[Any, int]):
    """From a value of one kind to its row set."""

    __slots__ = ("_rows", "_values")

    def __init__(self, values: list[Any], rows: Sets) -> None:
        """`rows` has the row set of every place: before, at and behind the `values`, which are in order."""
        super().__init__(zip(values, rows[1::2], strict=True) if isinstance(rows, list) else ())
        self._values = values
        self._rows = rows

    def __missing__(self, value: Any) -> int:
        values = self._values
        try:
            place = bisect_left(values, value)
        except TypeError:  # a zoned time among local ones
            return UNSURE
        return self._rows[2 * place + (place < len(values) and values[place] == value)]


class Whole(Segments):
    """From an int to its row set, among values that are numbers; the first few of them are remembered."""

    __slots__ = ("_free",)

    def __init__(self, values: list[Any], rows: Sets) -> None:
        super().__init__(values, rows)
        self._free = REMEMBERED if isinstance(rows, list) else 0

    def __missing__(self, value: int) -> int:
        if not -_EXACT < value < _EXACT:
            number = plain(value)
            return UNSURE if number is None else super().__missing__(number)
        rows = super().__missing__(value)
        if self._free > 0:
            self._free -= 1
            self[value] = rows
        return rows


class Floats:
    """From a float to its row set. The first and the last value are the infinities: no number lies beyond them."""

    __slots__ = ("_rows", "_values")

    def __init__(self, values: Sequence[Any], rows: Sets) -> None:
        self._values = values
        self._rows = rows

    def __getitem__(self, value: Any) -> int:
        place = bisect_left(self._values, value)
        return self._rows[2 * place + (self._values[place] == value)]


class Decimals(Floats):
    """From a Decimal to its row set, by search alone: to find the hash of a fraction takes longer than that."""

    __slots__ = ()

    def __getitem__(self, value: Decimal) -> int:
        try:
            value = _rounded(value)
            place = bisect_left(self._values, value)
            return self._rows[2 * place + (self._values[place] == value)]
        except ArithmeticError:  # too large, or not a number
            return UNSURE

    def of_floats(self) -> Floats:
        """The same from a float, which stands for the number that it is written as.

        Floats keep the order of numbers but for those that become the same float, and for that one it is worked out
        here what it is written as.
        """
        first: dict[float, int] = {}
        for number, value in enumerate(self._values):
            first.setdefault(float(value), number)
        rows = []
        for value, number in first.items():
            rows += [self._rows[2 * number], UNSURE if isinf(value) else self[Decimal(repr(value))]]
        return Floats(list(first), rows)


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


class _Foreign:
    """Finds the row set of a value of a class that FEEL does not know, by what it is in FEEL."""

    __slots__ = ("_kinds",)

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

    def __getitem__(self, value: object) -> int:
        value = plain(value)
        found = self._kinds.get(type(value))
        return UNSURE if found is None else int(found[value])


class Same:
    """The same row set for every value."""

    __slots__ = ("_rows",)

    def __init__(self, rows: int) -> None:
        self._rows = rows

    def __getitem__(self, value: object) -> int:
        return self._rows
