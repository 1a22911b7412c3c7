"""What the rows that matched make together: the hit policies of DMN 1.5, 8.2.8 to 8.2.11."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from runtime.rules.documents import Aggregation, HitPolicy
from runtime.rules.values import NUMBERS, kind

MULTIPLE = frozenset({"collect", "rule order", "output order"})
RANKED = frozenset({"priority", "output order"})
ZERO = Decimal(0)
_COMPARABLE = frozenset(
    {
        "number", "string", "date", "time", "date and time", "days and time duration",
        "years and months duration",
    }
)  # fmt: skip


class Violation(Exception):
    """Internal: the rows that matched break the hit policy; the result is null and this sentence a warning."""


Outputs = tuple[Any, ...]
Rank = Callable[[Outputs], tuple[int, ...]]


def settle(
    policy: HitPolicy, aggregation: Aggregation, names: Sequence[str], rows: Mapping[str, Outputs], rank: Rank
) -> Any:
    """The result of a table of which `rows` matched: the outputs of each by rule id, first row first, at least one.

    `names` are the outputs; one output makes a bare value, several a context. Raises Violation.
    """
    outputs = list(rows.values())
    if policy == "unique" and len(rows) > 1:
        raise Violation(f"rules {listed(list(rows))} match together, but the hit policy is unique")
    if policy == "any" and any(not same(each, outputs[0]) for each in outputs):
        raise Violation(f"rules {listed(list(rows))} match together with different outputs, but the hit policy is any")
    if policy in RANKED:
        outputs.sort(key=rank)
    if policy not in MULTIPLE:
        return result_of(names, outputs[0])
    if policy == "collect" and aggregation != "list":
        return _aggregate(aggregation, outputs)
    return [result_of(names, each) for each in outputs]


def result_of(names: Sequence[str], outputs: Outputs) -> Any:
    """What one row gives: its only output, or a context of its outputs by name."""
    return outputs[0] if len(names) == 1 else dict(zip(names, outputs, strict=True))


def _aggregate(aggregation: Aggregation, rows: list[Outputs]) -> Any:
    if aggregation == "count":
        return Decimal(len(rows))
    if len(rows[0]) > 1:
        raise Violation(f"collect {aggregation} is not defined for several outputs (DMN 1.5, 8.2.11)")
    values = [row[0] for row in rows]
    kinds = {kind(value) for value in values}
    if aggregation == "sum":
        if kinds != {"number"}:
            raise Violation(f"collect sum adds numbers, not {listed(sorted(kinds))}")
        total = ZERO
        for value in values:
            total = NUMBERS.add(total, value)
        return total
    try:
        if len(kinds) == 1 and kinds <= _COMPARABLE:
            return min(values) if aggregation == "min" else max(values)
    except TypeError:  # zoned and local times
        pass
    raise Violation(f"collect {aggregation} compares values of one ordered kind, not {listed(sorted(kinds))}")


def same(one: Any, other: Any) -> bool:
    """Whether two FEEL values are equal; unlike in Python, true is not 1."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return bool(one == other)


def listed(words: Sequence[str], most: int = 5) -> str:
    """`a`, `a and b`, `a, b and c`, or `a, b, c, d, e and 7 more`."""
    shown = list(words[:most])
    if len(words) > most:
        shown.append(f"{len(words) - most} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
