"""Functions of lists (DMN 1.5, 10.3.4.4), and sort (10.3.4.8)."""

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from runtime.rules.arithmetic import operate
from runtime.rules.builtins.strings import index
from runtime.rules.compare import LONG, compare, equal, within
from runtime.rules.errors import Unfit
from runtime.rules.signatures import builtin
from runtime.rules.values import NUMBERS, Function, kind

Items = list[Any]


def _or_given(name: str, result: str) -> Callable[[Callable[[Any, Items], Any]], Callable[[Any, Items], Any]]:
    """Declares a function of one list that may also be given its items as arguments."""

    def declare(call: Callable[[Any, Items], Any]) -> Callable[[Any, Items], Any]:
        @builtin(f"{name}(list: list) -> {result}")
        def of_list(run: Any, items: Items) -> Any:
            run.spend(len(items))
            return call(run, items)

        @builtin(f"{name}(item...: Any) -> {result}")
        def of_items(run: Any, *items: Any) -> Any:
            if len(items) == 1 and items[0] is None:
                raise Unfit("the list is null")
            return call(run, list(items))

        return call

    return declare


@builtin("list contains(list: list, element: Any) -> boolean")
def list_contains(run: Any, items: Items, element: Any) -> bool:
    run.spend(len(items))
    return within(items, element, run)


@builtin("count(list: list) -> number")
def count(items: Items) -> Decimal:
    return Decimal(len(items))


@_or_given("min", "Any")
def least(run: Any, items: Items) -> Any:
    return _extreme(run, items, -1)


@_or_given("max", "Any")
def greatest(run: Any, items: Items) -> Any:
    return _extreme(run, items, 1)


def _extreme(run: Any, items: Items, sign: int) -> Any:
    if not items:
        raise Unfit("the list is empty", "domain")
    best = items[0]
    if compare(best, best) is None:
        raise Unfit(f"{kind(best)} has no order")
    for item in items[1:]:
        order = compare(item, best, run)
        if order is None:
            raise Unfit(f"{kind(item)} and {kind(best)} have no order")
        if order == sign:
            best = item
    return best


@_or_given("sum", "Any")
def total(run: Any, items: Items) -> Any:
    """The sum of numbers, or of durations of one kind."""
    if not items:
        raise Unfit("the list is empty", "domain")
    if kind(items[0]) not in ("number", "days and time duration", "years and months duration"):
        raise Unfit(f"a {kind(items[0])} cannot be added up")
    result = items[0]
    for item in items[1:]:
        result = operate("+", result, item)
    return result


@_or_given("mean", "Any")
def mean(run: Any, items: Items) -> Any:
    return operate("/", total(run, items), Decimal(len(items)))


@_or_given("product", "number")
def product(run: Any, items: Items) -> Decimal:
    numbers = _numbers(items)
    if not numbers:
        raise Unfit("the list is empty", "domain")
    result = numbers[0]
    for number in numbers[1:]:
        result = operate("*", result, number)
    return result


@_or_given("median", "number")
def median(run: Any, items: Items) -> Decimal:
    run.spend(len(items))
    numbers = sorted(_numbers(items))
    if not numbers:
        raise Unfit("the list is empty", "domain")
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return NUMBERS.divide(NUMBERS.add(numbers[middle - 1], numbers[middle]), Decimal(2))


@_or_given("stddev", "number")
def stddev(run: Any, items: Items) -> Decimal:
    """The deviation of a sample: divided by one less than there are numbers."""
    numbers = _numbers(items)
    if len(numbers) < 2:
        raise Unfit("at least two numbers are needed", "domain")
    run.spend(2 * len(numbers))
    middle = operate("/", total(run, numbers), Decimal(len(numbers)))
    squares = [
        operate("*", difference, difference) for difference in (NUMBERS.subtract(number, middle) for number in numbers)
    ]
    return NUMBERS.sqrt(operate("/", total(run, squares), Decimal(len(numbers) - 1)))


@_or_given("mode", "list<number>")
def mode(run: Any, items: Items) -> list[Decimal]:
    """The most frequent numbers, smallest first."""
    counts: dict[Decimal, int] = {}
    for number in _numbers(items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


def _numbers(items: Items) -> list[Decimal]:
    for item in items:
        if item.__class__ is not Decimal:
            raise Unfit(f"a {kind(item)} is not a number")
    return items


@_or_given("all", "boolean")
def all_true(run: Any, items: Items) -> bool | None:
    return _settled(items, False)


@_or_given("any", "boolean")
def any_true(run: Any, items: Items) -> bool | None:
    return _settled(items, True)


def _settled(items: Items, settles: bool) -> bool | None:
    """Three-valued: one item that `settles` decides."""
    if any(item is settles for item in items):
        return settles
    if all(item is (not settles) for item in items):
        return not settles
    raise Unfit("not all items are true or false")


@builtin("sublist(list: list, start position: number, length?: number) -> list")
def sublist(items: Items, position: Decimal, length: Decimal | None = None) -> Items:
    start = index(position)
    if start == 0 or abs(start) > len(items):
        raise Unfit(f"there is no item {start} of {len(items)}", "domain")
    start = start - 1 if start > 0 else len(items) + start
    if length is None:
        return items[start:]
    count_ = index(length)
    if count_ < 1 or start + count_ > len(items):
        raise Unfit(f"there are no {count_} items from there", "domain")
    return items[start : start + count_]


@builtin("append(list: list, item...: Any) -> list")
def append(run: Any, items: Items, *more: Any) -> Items:
    run.spend(len(items))
    return [*items, *more]


@builtin("concatenate(list...: list) -> list")
def concatenate(run: Any, *lists: Items) -> Items:
    run.spend(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before(list: list, position: number, newItem: Any) -> list")
def insert_before(run: Any, items: Items, position: Decimal, item: Any) -> Items:
    run.spend(len(items))
    at = _position(items, position)
    return [*items[:at], item, *items[at:]]


@builtin("remove(list: list, position: number) -> list")
def remove(run: Any, items: Items, position: Decimal) -> Items:
    run.spend(len(items))
    at = _position(items, position)
    return [*items[:at], *items[at + 1 :]]


@builtin("list replace(list: list, position: number, newItem: Any) -> list")
def replace_at(run: Any, items: Items, position: Decimal, item: Any) -> Items:
    run.spend(len(items))
    at = _position(items, position)
    return [*items[:at], item, *items[at + 1 :]]


@builtin("list replace(list: list, match: function, newItem: Any) -> list")
def replace_matching(run: Any, items: Items, match: Function, new: Any) -> Items:
    if len(match.parameters) != 2:
        raise Unfit("the match function needs two parameters", "arity")
    replaced = []
    for item in items:
        verdict = run.call(match, [item, new])
        if verdict.__class__ is not bool:
            raise Unfit("the match function gives neither true nor false")
        replaced.append(new if verdict else item)
    return replaced


def _position(items: Items, position: Decimal) -> int:
    """The index, from 0, of a position from 1, or from the end where negative."""
    at = index(position)
    if at == 0 or abs(at) > len(items):
        raise Unfit(f"there is no item {at} of {len(items)}", "domain")
    return at - 1 if at > 0 else len(items) + at


@builtin("reverse(list: list) -> list")
def reverse(run: Any, items: Items) -> Items:
    run.spend(len(items))
    return items[::-1]


@builtin("index of(list: list, match: Any) -> list<number>")
def index_of(run: Any, items: Items, match: Any) -> list[Decimal]:
    run.spend(len(items))
    return [Decimal(number) for number, item in enumerate(items, 1) if equal(item, match, run) is True]


@builtin("union(list...: list) -> list")
def union(run: Any, *lists: Items) -> Items:
    return distinct_values(run, [item for items in lists for item in items])


@builtin("distinct values(list: list) -> list")
def distinct_values(run: Any, items: Items) -> Items:
    """The items without those that equal an earlier one."""
    kept: Items = []
    seen: set[Any] = set()
    for item in items:
        # Simple values are looked up; only the others need a comparison with each that was kept.
        if item.__class__ in (Decimal, str, bool):
            if item.__class__ is str:
                run.spend(len(item) // LONG)
            key = (item.__class__, item)
            if key in seen:
                continue
            seen.add(key)
        else:
            run.spend(len(kept))
            if within(kept, item, run):
                continue
        kept.append(item)
    run.spend(len(items))
    return kept


@builtin("flatten(list: list) -> list")
def flatten(run: Any, items: Items) -> Items:
    flat: Items = []
    pending = [iter(items)]
    while pending:
        for item in pending[-1]:
            run.spend()
            if item.__class__ is list:
                pending.append(iter(item))
                break
            flat.append(item)
        else:
            pending.pop()
    return flat


@builtin("sort(list: list, precedes?: function) -> list")
def sort(run: Any, items: Items, precedes: Function | None = None) -> Items:
    """A stable sort: by the function that says whether its first argument comes first, or by value."""
    if precedes is None:

        def order(one: Any, other: Any) -> int:
            run.spend()
            found = compare(one, other, run)
            if found is None:
                raise Unfit(f"{kind(one)} and {kind(other)} have no order")
            return found

    else:
        if len(precedes.parameters) != 2:
            raise Unfit("the function needs two parameters", "arity")

        def order(one: Any, other: Any) -> int:
            return -1 if _precedes(one, other) else 1 if _precedes(other, one) else 0

        def _precedes(one: Any, other: Any) -> bool:
            verdict = run.call(precedes, [one, other])
            if verdict.__class__ is not bool:
                raise Unfit("the function gives neither true nor false")
            return bool(verdict)

    return sorted(items, key=cmp_to_key(order))
