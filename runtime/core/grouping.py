"""Groups: which lines of which domain orders belong together by a grouping key.

Theory of operation. A domain order that was merged works for several order lines, and a grouping key is asked for each
of them. So what is grouped are pairs of a domain order and one of its lines, here called members. Every grouping key
gives each member exactly one group, and a group is known by the typed value of its key: 1 and "1" are two groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from runtime.core.evaluation import Evaluation, Names, Unusable
from runtime.core.orders import FulfilmentLine
from runtime.core.release import Grouping
from runtime.core.scopes import OrderScope
from runtime.rules.errors import OutOfBudget
from runtime.rules.text import literal, quoted
from runtime.rules.values import kind

Member = tuple[FulfilmentLine, str]  # a domain order, and the id of one of the order lines it works for

LONGEST_KEY = 1000  # characters


class Value(NamedTuple):
    """The value of a grouping key: `identity` keeps its type, `text` is what people read."""

    identity: str
    text: str


class Group:
    """Members with the same value of a grouping key, and what they stand for."""

    __slots__ = ("lines", "members", "targets", "value")

    def __init__(self, value: Value, members: list[Member]) -> None:
        self.value = value
        self.members = members
        self.targets = tuple({each.n: each for each, _ in members}.values())
        self.lines = tuple(dict.fromkeys(line for _, line in members))


def members_of(fulfilments: Iterable[FulfilmentLine]) -> Iterator[Member]:
    """Each domain order with each of its lines."""
    return ((each, line) for each in fulfilments for line in each.lines)


def plain_value(key: str, member: Member, scope: OrderScope) -> Value:
    """The value of a grouping key that has a name."""
    fulfilment, line = member
    match key:
        case "order":
            return WHOLE_ORDER
        case "line":
            return Value(quoted(line), line)
        case "root line":
            root = scope.root_line(line)
            return Value(quoted(root), root)
    return Value(fulfilment.identity, str(fulfilment.n))


WHOLE_ORDER = Value("", "")


def asked_value(grouping: Grouping, names: Names, evaluation: Evaluation) -> Value:
    """The value of a grouping key that is an expression. Raises Unusable where it gives no value."""
    assert grouping.expression is not None
    value = evaluation.given(grouping.expression, names)
    if isinstance(value, str):
        return Value(quoted(value), value)
    try:
        text = "" if kind(value) == "function" else literal(value)
    except OutOfBudget:
        text = ""
    if not text or len(text) > LONGEST_KEY:
        raise Unusable(grouping.key, "gives something that cannot name a group; use a text, a number or a date")
    return Value(text, text)
