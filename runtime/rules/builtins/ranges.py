"""Relations of points and ranges (DMN 1.5, 10.3.4.7, table 78)."""

from typing import Any

from runtime.rules.compare import compare, equal
from runtime.rules.errors import Unfit
from runtime.rules.signatures import builtin
from runtime.rules.values import Range

# An end that is missing lies beyond all values.
_FIRST, _LAST = object(), object()


def _start(span: Range) -> Any:
    if span.start is None and not span.unbounded:
        raise Unfit("an end is null")
    return _FIRST if span.start is None else span.start


def _end(span: Range) -> Any:
    if span.end is None and not span.unbounded:
        raise Unfit("an end is null")
    return _LAST if span.end is None else span.end


def _order(one: Any, other: Any) -> int:
    """How two points, or ends, lie; raises Unfit where they cannot be compared."""
    if one is other and one in (_FIRST, _LAST):
        return 0
    if one is _FIRST or other is _LAST:
        return -1
    if one is _LAST or other is _FIRST:
        return 1
    order = compare(one, other)
    if order is None:
        raise Unfit("they cannot be compared")
    return order


def _before(one: Range, other: Range) -> bool:
    order = _order(_end(one), _start(other))
    return order < 0 or (order == 0 and not (one.end_included and other.start_included))


def _overlap(one: Range, other: Range) -> bool:
    return not _before(one, other) and not _before(other, one)


def _starts_first(one: Range, other: Range) -> int:
    """Below zero when `one` starts before `other`, zero when they start alike."""
    order = _order(_start(one), _start(other))
    return order or int(other.start_included) - int(one.start_included)


def _ends_last(one: Range, other: Range) -> int:
    """Above zero when `one` ends after `other`, zero when they end alike."""
    order = _order(_end(one), _end(other))
    return order or int(one.end_included) - int(other.end_included)


def _includes_point(span: Range, point: Any) -> bool:
    low, high = _order(point, _start(span)), _order(point, _end(span))
    return (low > 0 or (low == 0 and span.start_included)) and (high < 0 or (high == 0 and span.end_included))


def _includes(outer: Range, inner: Range) -> bool:
    return _starts_first(outer, inner) <= 0 <= _ends_last(outer, inner)


@builtin("before(range1: range, range2: range) -> boolean")
def before(one: Range, other: Range) -> bool:
    return _before(one, other)


@builtin("before(range: range, point: Any) -> boolean")
def before_point(span: Range, point: Any) -> bool:
    order = _order(_end(span), _point(point))
    return order < 0 or (order == 0 and not span.end_included)


@builtin("before(point: Any, range: range) -> boolean")
def point_before(point: Any, span: Range) -> bool:
    order = _order(_point(point), _start(span))
    return order < 0 or (order == 0 and not span.start_included)


@builtin("before(point1: Any, point2: Any) -> boolean")
def points_before(one: Any, other: Any) -> bool:
    return _order(_point(one), _point(other)) < 0


@builtin("after(range1: range, range2: range) -> boolean")
def after(one: Range, other: Range) -> bool:
    return _before(other, one)


@builtin("after(range: range, point: Any) -> boolean")
def after_point(span: Range, point: Any) -> bool:
    return point_before(point, span)


@builtin("after(point: Any, range: range) -> boolean")
def point_after(point: Any, span: Range) -> bool:
    return before_point(span, point)


@builtin("after(point1: Any, point2: Any) -> boolean")
def points_after(one: Any, other: Any) -> bool:
    return _order(_point(one), _point(other)) > 0


def _point(value: Any) -> Any:
    if isinstance(value, Range):
        raise Unfit("a point is wanted, not a range")
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None:
        raise Unfit("a point is null")
    return value


@builtin("meets(range1: range, range2: range) -> boolean")
def meets(one: Range, other: Range) -> bool:
    return one.end_included and other.start_included and _order(_end(one), _start(other)) == 0


@builtin("met by(range1: range, range2: range) -> boolean")
def met_by(one: Range, other: Range) -> bool:
    return meets(other, one)


@builtin("overlaps(range1: range, range2: range) -> boolean")
def overlaps(one: Range, other: Range) -> bool:
    return _overlap(one, other)


@builtin("overlaps before(range1: range, range2: range) -> boolean")
def overlaps_before(one: Range, other: Range) -> bool:
    """`one` starts first, ends within `other`, and not after it."""
    return _overlap(one, other) and _starts_first(one, other) < 0 and _ends_last(one, other) <= 0


@builtin("overlaps after(range1: range, range2: range) -> boolean")
def overlaps_after(one: Range, other: Range) -> bool:
    return overlaps_before(other, one)


@builtin("finishes(range1: range, range2: range) -> boolean")
def finishes(one: Range, other: Range) -> bool:
    return _ends_last(one, other) == 0 and _starts_first(one, other) >= 0


@builtin("finishes(point: Any, range: range) -> boolean")
def point_finishes(point: Any, span: Range) -> bool:
    return span.end_included and _order(_point(point), _end(span)) == 0


@builtin("finished by(range1: range, range2: range) -> boolean")
def finished_by(one: Range, other: Range) -> bool:
    return finishes(other, one)


@builtin("finished by(range: range, point: Any) -> boolean")
def finished_by_point(span: Range, point: Any) -> bool:
    return point_finishes(point, span)


@builtin("includes(range1: range, range2: range) -> boolean")
def includes(one: Range, other: Range) -> bool:
    return _includes(one, other)


@builtin("includes(range: range, point: Any) -> boolean")
def includes_point(span: Range, point: Any) -> bool:
    return _includes_point(span, _point(point))


@builtin("during(range1: range, range2: range) -> boolean")
def during(one: Range, other: Range) -> bool:
    return _includes(other, one)


@builtin("during(point: Any, range: range) -> boolean")
def point_during(point: Any, span: Range) -> bool:
    return includes_point(span, point)


@builtin("starts(range1: range, range2: range) -> boolean")
def starts(one: Range, other: Range) -> bool:
    return _starts_first(one, other) == 0 and _ends_last(one, other) <= 0


@builtin("starts(point: Any, range: range) -> boolean")
def point_starts(point: Any, span: Range) -> bool:
    return span.start_included and _order(_point(point), _start(span)) == 0


@builtin("started by(range1: range, range2: range) -> boolean")
def started_by(one: Range, other: Range) -> bool:
    return starts(other, one)


@builtin("started by(range: range, point: Any) -> boolean")
def started_by_point(span: Range, point: Any) -> bool:
    return point_starts(point, span)


@builtin("coincides(range1: range, range2: range) -> boolean")
def coincides(one: Range, other: Range) -> bool:
    return _starts_first(one, other) == 0 and _ends_last(one, other) == 0


@builtin("coincides(point1: Any, point2: Any) -> boolean")
def points_coincide(one: Any, other: Any) -> bool | None:
    answer = equal(_point(one), _point(other))
    if answer is None:
        raise Unfit("they cannot be compared")
    return answer
