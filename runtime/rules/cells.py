"""What a cell of a decision table accepts, as a set of values that can be indexed and compared.

Theory of operation. A cell such as `>= 18, "x"` or `not([1..5))` is read once into, for every kind of value, a list
of *spans*. The ends of a span are *cuts*: places between values, just before (`(v, 0)`) or just after (`(v, 1)`) one,
so that open and closed ends need no cases of their own. FEEL's three-valued logic is kept: a kind that a cell does not
name gives null, which accepts nothing, even under `not()`. A cell that compares with something else than constants is
*opaque* (None instead of a Cell): only FEEL itself can say what it accepts.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from msgspec import Struct

from runtime.rules import tree
from runtime.rules.values import KINDS, NUMBERS, YearsMonths

Cut: TypeAlias = tuple[Any, int]
Span: TypeAlias = tuple[Cut | None, Cut | None]  # None: no end on that side
Spans: TypeAlias = tuple[Span, ...]

EVERYTHING: Spans = ((None, None),)
NOTHING: Spans = ()
ORDERED = frozenset(
    {
        "number", "string", "date", "time", "date and time", "days and time duration",
        "years and months duration",
    }
)  # fmt: skip
_INDEXED_TYPES = frozenset({Decimal, str, bool, date, time, datetime, timedelta, YearsMonths})
_CONSTRUCTORS = frozenset({"date", "time", "date and time", "duration"})

Constant: TypeAlias = Callable[[tree.Node], object]


class Cell(Struct, frozen=True):
    """The values that a cell accepts: `sets` by kind, and what it makes of null and of all other kinds.

    `null` is the verdict on null (None: neither true nor false); `others` whether every value of a kind that is not in
    `sets` is accepted (`-`, `not(null)`), `undefined` whether such a value gives null instead of false.
    """

    sets: dict[str, Spans]
    null: bool | None
    others: bool = False
    undefined: bool = False

    @property
    def anything(self) -> bool:
        return self.others and self.null is True

    def spans(self, kind: str) -> Spans:
        """The accepted values of `kind`."""
        return self.sets.get(kind, EVERYTHING if self.others else NOTHING)

    def verdict(self, kind: str, value: object) -> bool | None:
        """What the cell says of a value of an indexed `kind`: true, false or (None) null."""
        if kind == "null":
            return self.null
        if kind in self.sets:
            return contains(self.sets[kind], value)
        return True if self.others else None if self.undefined else False


ANYTHING = Cell(sets={}, null=True, others=True)


class Test(Struct, frozen=True):
    """One test of a cell: the accepted values of its one kind ("null": the test is `null` itself)."""

    kind: str
    spans: Spans
    null: bool | None


def clipped(cell: Cell | None, kinds: Sequence[str], gate: Cell | None) -> Cell | None:
    """What is left of `cell` for values of `kinds` (none given: any) that `gate` accepts too; opaque stays opaque."""
    if cell is None:
        return None
    gate = ANYTHING if gate is None else gate
    return Cell(
        sets={kind: intersection(cell.spans(kind), gate.spans(kind)) for kind in kinds},
        null=cell.null is True and gate.null is True,
        others=not kinds and cell.others and gate.others,
    )


class Opaque(Exception):
    """Internal: the node is not made of constants."""


def read(tests: tree.Tests, constant: Constant) -> Cell | None:
    """The cell that `tests` describes, or None when only FEEL can say (it is opaque).

    `constant` gives the value of a call with literal arguments, such as `date("2024-02-29")`.
    """
    if not tests.tests:
        return ANYTHING
    try:
        read_tests = [_read_test(test, constant) for test in tests.tests]
    except Opaque:
        return None
    return _nothing_of(read_tests) if tests.negated else any_of(read_tests)


def any_of(tests: list[Test]) -> Cell:
    """The cell that accepts what one of `tests` accepts."""
    if len(tests) == 1 and tests[0].kind != "null":
        return Cell(sets={tests[0].kind: tests[0].spans}, null=tests[0].null, undefined=True)
    sets: dict[str, Spans] = {}
    for test in tests:
        if test.kind != "null":
            sets[test.kind] = union(sets.get(test.kind, NOTHING), test.spans)
    return Cell(sets=sets, null=_or(test.null for test in tests), undefined=bool(sets))


def _nothing_of(tests: list[Test]) -> Cell:
    positive = any_of(tests)
    null = None if positive.null is None else not positive.null
    if not positive.sets:
        return Cell(sets={}, null=null, others=True)
    if len(positive.sets) > 1:  # whatever the value, some test compares different kinds: null, or true
        return Cell(sets={}, null=null, undefined=True)
    return Cell(sets={kind: complement(spans) for kind, spans in positive.sets.items()}, null=null, undefined=True)


def _or(verdicts: Iterable[bool | None]) -> bool | None:
    seen = set(verdicts)
    return True if True in seen else None if None in seen else False


def _read_test(test: tree.Node, constant: Constant) -> Test:
    if isinstance(test, tree.Range):
        return _read_range(test, constant)
    value = constant_of(test, constant)
    if value is None:
        return Test("null", NOTHING, True)
    return Test(KINDS[type(value)], point(value), False)


def point(value: object) -> Spans:
    """The set of one value."""
    return ((_before(value), _after(value)),)


def _before(value: object) -> Cut:
    return (value, 0)


def _after(value: Any) -> Cut:
    """The cut just after `value`; days and months are whole, so theirs is just before the next."""
    if type(value) is date and value < date.max:
        return (value + timedelta(days=1), 0)
    if type(value) is YearsMonths:
        return (YearsMonths(value.total + 1), 0)
    return (value, 1)


def _read_range(test: tree.Range, constant: Constant) -> Test:
    low = None if test.low is None else constant_of(test.low, constant)
    high = None if test.high is None else constant_of(test.high, constant)
    some = high if low is None else low
    if some is None or (test.low is not None and low is None) or (test.high is not None and high is None):
        raise Opaque
    kind = KINDS[type(some)]
    if low is not None and high is not None and type(low) is not type(high):
        raise Opaque
    if test.operator == "=":
        return Test(kind, point(some), False)
    if test.operator == "!=":
        return Test(kind, complement(point(some)), True)
    if kind not in ORDERED:
        raise Opaque
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        raise Opaque  # FEEL decides what an interval that ends before it starts means
    return interval(kind, low, high, test.low_included, test.high_included)


def interval(kind: str, low: Any, high: Any, low_included: bool, high_included: bool) -> Test:
    """The test for values from `low` to `high`, of which one may be missing (None)."""
    first = None if low is None else _before(low) if low_included else _after(low)
    last = None if high is None else _after(high) if high_included else _before(high)
    return Test(kind, ((first, last),) if first is None or last is None or first < last else NOTHING, None)


def constant_of(node: tree.Node, constant: Constant) -> object:
    """The constant that `node` writes; raises Opaque where it is none, or of a kind without an index."""
    value: object
    if isinstance(node, tree.Number | tree.String | tree.Boolean):
        value = node.value
    elif isinstance(node, tree.Null):
        return None
    elif isinstance(node, tree.Negation) and isinstance(node.operand, tree.Number):
        value = NUMBERS.minus(node.operand.value)  # a minus sign would round to 28 digits
    elif isinstance(node, tree.At):
        value = node.value
    elif _is_constructor(node):
        value = constant(node)
    else:
        raise Opaque
    if type(value) not in _INDEXED_TYPES or getattr(value, "tzinfo", None) is not None:
        raise Opaque
    return value


def _is_constructor(node: tree.Node) -> bool:
    return (
        isinstance(node, tree.Call)
        and isinstance(node.function, tree.Name)
        and node.function.name in _CONSTRUCTORS
        and all(isinstance(argument.value, tree.String | tree.Number) for argument in node.arguments)
    )


def literal(value: object) -> str:
    """`value` as FEEL would write it: `"a"`, `5.5`, `date("2024-02-29")`; for people and for examples."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            text = format(value, "f")  # not normalize(), which rounds to the digits of the thread's context
            return text.rstrip("0").rstrip(".") if "." in text else text
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        case datetime():
            return f'date and time("{value.isoformat()}")'
        case date():
            return f'date("{value.isoformat()}")'
        case time():
            return f'time("{value.isoformat()}")'
        case YearsMonths():
            return f'duration("{_sign(value.total)}P{abs(value.years)}Y{abs(value.months)}M")'
        case timedelta():
            seconds, rest = abs(value) // timedelta(seconds=1), abs(value) % timedelta(seconds=1)
            minutes, second = divmod(seconds, 60)
            fraction = f".{rest.microseconds:06}" if rest else ""
            day = f"{_sign(value.days)}P{minutes // 1440}D"
            return f'duration("{day}T{minutes // 60 % 24}H{minutes % 60}M{second}{fraction}S")'
        case list():
            return "[" + ", ".join(literal(item) for item in value) + "]"
        case dict():
            return "{" + ", ".join(f"{literal(str(key))}: {literal(item)}" for key, item in value.items()) + "}"
    return str(value)


def _sign(number: int) -> str:
    return "-" if number < 0 else ""


# --- sets of values of one kind


def union(one: Spans, other: Spans) -> Spans:
    """The values in one or the other, as spans in order that do not touch."""
    return merged(one + other) if one and other else one or other


def merged(spans: Spans) -> Spans:
    """The same values as spans in order that do not touch."""
    result: list[Span] = []
    for span in sorted(spans, key=_by_start):
        if result and not _apart(result[-1][1], span[0]):
            result[-1] = (result[-1][0], _later(result[-1][1], span[1]))
        else:
            result.append(span)
    return tuple(result)


def complement(spans: Spans) -> Spans:
    """The values of the kind outside of `spans` (in order, not touching)."""
    result: list[Span] = []
    start: Cut | None = None
    for position, (low, high) in enumerate(spans):
        if low is not None:
            result.append((start, low))
        elif position:
            raise ValueError("spans out of order")
        if high is None:
            return tuple(result)
        start = high
    result.append((start, None))
    return tuple(result)


def intersection(one: Spans, other: Spans) -> Spans:
    """The values in both."""
    return complement(union(complement(one), complement(other)))


def contains(spans: Spans, value: Any) -> bool:
    """Whether `value`, of the spans' kind, lies in one of them."""
    return any((low is None or low <= (value, 0)) and (high is None or (value, 1) <= high) for low, high in spans)


def is_point(span: Span) -> bool:
    """Whether the span holds one value and no more."""
    low, high = span
    return low is not None and high is not None and low[0] == high[0]


class _Start:
    """Orders the starts of spans, with no start first; cuts alone cannot be compared with None."""

    __slots__ = ("cut",)

    def __init__(self, cut: Cut | None) -> None:
        self.cut = cut

    def __lt__(self, other: "_Start") -> bool:
        return other.cut is not None and (self.cut is None or self.cut < other.cut)


def _by_start(span: Span) -> _Start:
    return _Start(span[0])


def _apart(end: Cut | None, start: Cut | None) -> bool:
    return end is not None and start is not None and end < start


def _later(one: Cut | None, other: Cut | None) -> Cut | None:
    return None if one is None or other is None else max(one, other)
