"""What the expressions of an item see: the names they read, once the rows behind them are there."""

from __future__ import annotations

from typing import Any

from runtime.core.scopes import OrderScope
from runtime.core.state import Item, OrderState
from runtime.core.values import from_stored
from runtime.core.work import Wanted


def names_for(order: OrderState, item: Item, wanted: Wanted) -> dict[str, Any] | None:
    """The names that the item's expressions read, and no others; None where rows are wanted first."""
    names = item.compiled.scope
    if not names:
        return {}
    complete = True
    if order.scope is None and names & {"order", "line", "lines"}:
        wanted.documents.add(order.id)
        complete = False
    if names & {"line", "lines", "target", "targets"}:
        missing = [(order.id, n) for n in item.targets if n not in order.fulfilments]
        wanted.fulfilments.update(missing)
        complete = complete and not missing
    unread = [(order.id, n) for ns in item.reads.values() for n in ns if n not in order.items]
    wanted.items.update(unread)
    if unread or not complete:
        return None
    return _names(order, item, names)


def _names(order: OrderState, item: Item, names: frozenset[str]) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    if "order" in names:
        assert order.scope is not None
        scope["order"] = order.scope.order
    if names & {"line", "lines"}:
        assert order.scope is not None
        ids = dict.fromkeys(id for n in item.targets for id in order.fulfilments[n].lines)
        scope["lines"] = [order.scope.line(id) for id in ids]
        scope["line"] = scope["lines"][0]
    if names & {"target", "targets"}:
        scope["targets"] = [OrderScope.fulfilment(order.fulfilments[n]) for n in item.targets]
        scope["target"] = scope["targets"][0]
    if "results" in names:
        scope["results"] = {key: _result(order, ns) for key, ns in item.reads.items()}
    return scope


def _result(order: OrderState, ns: tuple[int, ...]) -> Any:
    """One instance gives its result, several the list of theirs: FEEL reads a field of both alike."""
    results = [from_stored(order.items[n].result) for n in ns]
    return results[0] if len(results) == 1 else results
