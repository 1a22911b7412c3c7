"""One order told in a few lines: messages go in, and the test looks at states."""

from __future__ import annotations

from typing import Any

from runtime.core.decomposition import decompose
from runtime.core.messages import Called, Message
from runtime.core.orders import FulfilmentLine, Order
from runtime.core.release import Release
from runtime.core.scenarios import match, with_plans
from runtime.core.scopes import OrderScope
from runtime.core.state import Item, LineState, OrderState
from runtime.core.turn import Turn
from runtime.core.work import Recorded
from tests.builders import EVALUATION, an_order


def run_key(order: int, item: int, run: int) -> str:
    return f"here-{order}-{item}-{run}"


def a_call(n: int, attempt: int = 1, body: Any = None, *, run: int = 1, **rest: Any) -> Called:
    """An attempt that was answered with 200, unless a `status` or a `problem` says otherwise."""
    payload = rest.pop("payload", {"key": run_key(1, n, run), "run": run, "first": 1, "body": {}, "callback": False})
    status = rest.pop("status", None if rest.get("problem") else 200)
    return Called(
        n, run=run, attempt=attempt, payload=payload, url="http://outside/do", status=status, body=body, **rest
    )


def fulfilments(order: Order, release: Release) -> tuple[FulfilmentLine, ...]:
    """What the order is decomposed into, with the plans that are chosen for it."""
    lines = decompose(order, release, EVALUATION)
    return with_plans(lines, match(order, lines, release, EVALUATION))


class Story:
    """An order that has been submitted; everything about it is loaded."""

    def __init__(self, release: Release, order: Order | None = None, now: int = 1_000_000) -> None:
        document = order or an_order()
        self.now = now
        self._new_turn = lambda limit: Turn(self.now, key=run_key, chance=lambda: 0.0, limit=limit)
        self.order = OrderState(
            id=1,
            release=release,
            state="accepted",
            seq=2,
            scope=OrderScope(document),
            fulfilments={line.n: line for line in fulfilments(document, release)},
            lines={line.id: LineState(id=line.id) for line in document.lines},
        )
        self.turn = self._new_turn(None)
        self.turn.orders[1] = self.order
        self.turn.start(self.order)
        assert not self.turn.run()
        self.events: list[Recorded] = [*self.turn.events]

    def send(self, message: Message, after: int = 0, limit: int | None = None) -> Turn:
        """Another turn, `after` milliseconds later."""
        self.now += after
        self.turn = self._new_turn(limit)
        self.turn.orders[1] = self.order
        self.turn.send(self.order, message)
        assert not self.turn.run()
        self.events += self.turn.events
        return self.turn

    def item(self, key: str, group: str | None = None) -> Item:
        (found,) = (i for i in self.order.items.values() if i.key == key and group in (None, i.group))
        return found

    def n(self, key: str) -> int:
        return self.item(key).n

    def state(self, key: str) -> str:
        return self.item(key).state

    def states(self) -> dict[str, str]:
        return {item.key: item.state for item in self.order.items.values()}

    def happened(self) -> list[str]:
        """The types of the events of the last turn."""
        return [recorded.event.type for recorded in self.turn.events]
