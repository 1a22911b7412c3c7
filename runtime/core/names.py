"""What the expressions of an item see: the names they read, once the rows behind them are there."""

from __future__ import annotations

from typing import Any

from runtime.core.scopes import OrderScope, common, fulfilment_context
from runtime.core.state import Item, OrderState
from runtime.core.values import from_stored
from runtime.core.work import Wanted


def names_for(order: OrderState, item: Item, wanted: Wanted) -> dict[str, Any] | None:
    """The names that the item's expressions read, and no others; None where rows are wanted first."""
    names = item.compiled.scope
    if not names:
        return {}
    complete = True
    if order.scope is None and names & {"order", "line", "lines", "root"}:
        wanted.documents.add(order.id)
        complete = False
    if names & {"target", "targets"}:
        missing = [(order.id, n) for n in item.targets if n not in order.fulfilments]
        wanted.fulfilments.update(missing)
        complete = complete and not missing
    unread = [(order.id, n) for ns in item.reads.values() for n in ns if n not in order.items]
    wanted.items.update(unread)
    if unread or not complete:
        return None
    return _names(order, item, names)


def _names(order: OrderState, item: Item, names: frozenset[str]) -> dict[str, Any]:
    """`line`, `root` and `target` stand for one of each; where there are several they are what all agree on: nothing of
    lines (an item that reads `line` stands for one), and of targets what no expression of the item needs otherwise."""
    scope: dict[str, Any] = {}
    if names & {"order", "line", "lines", "root"}:
        assert order.scope is not None
        scope |= _of_order(order.scope, item.lines[: item.own], names)
    if names & {"target", "targets"}:
        targets = [fulfilment_context(order.fulfilments[n]) for n in item.targets]
        scope |= {"target": common(targets), "targets": targets}
    if "results" in names:
        single = item.compiled.single
        scope["results"] = {key: _result(order, ns, key in single) for key, ns in item.reads.items()}
    return scope


def _of_order(scope: OrderScope, lines: tuple[str, ...], names: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "order" in names:
        found["order"] = scope.order
    if names & {"line", "lines"}:
        found["lines"] = [scope.line(id) for id in lines]
        found["line"] = found["lines"][0] if len(lines) == 1 else None
    if "root" in names:
        roots = dict.fromkeys(map(scope.root_line, lines))
        found["root"] = scope.line(next(iter(roots))) if len(roots) == 1 else None
    return found


def _result(order: OrderState, ns: tuple[int, ...], single: bool) -> Any:
    """The result of a source of the same grouping or a coarser one, null where it has none; of any other the list of
    theirs, without those that have none because they were skipped."""
    results = [from_stored(result) for n in ns if (result := order.items[n].result) is not None]
    if not single:
        return results
    return results[0] if results else None
