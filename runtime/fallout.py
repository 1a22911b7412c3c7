"""Fallout records: opened by what happens in turns, moved by people, resolved by either.

A record is opened by one event of its order and keeps the number of that event. Every later move is an event too, so
that records can be made again from the journal.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, tuple_, update

from runtime import journal, releases, statements
from runtime.core import fallout as facts
from runtime.core.events import (
    Event,
    FalloutAssigned,
    FalloutHeld,
    FalloutNoted,
    FalloutReleased,
    FalloutReported,
    FalloutResolved,
    FalloutStarted,
    ItemCompleted,
    ItemFailed,
    ItemRetried,
    ItemSkipped,
    PushFailed,
)
from runtime.core.release import CompiledItem
from runtime.core.state import Item
from runtime.core.transitions import ENDED, FIRST, move
from runtime.core.turn import Turn
from runtime.core.work import Recorded
from runtime.errors import IllegalMove, Unknown
from runtime.schema import fallout, items, orders
from runtime.statements import Write

OPENING = ItemFailed | PushFailed | FalloutReported
RESOLVING = ItemRetried | ItemSkipped | ItemCompleted

# --- by turns -----------------------------------------------------------------------------------------


def writes(connection: Connection, turn: Turn) -> list[Write]:
    """The records that a turn opens, and those it resolves."""
    opened: list[tuple[Any, ...]] = []
    more: Counter[int] = Counter()
    ends: dict[tuple[int, int], Recorded] = {}
    for recorded in turn.events:
        if isinstance(recorded.event, OPENING):
            order = turn.orders[recorded.order]
            item = None if recorded.item is None else order.items[recorded.item]
            opened.append(_opened(recorded, item))
            more[recorded.order] += 1
        elif isinstance(recorded.event, RESOLVING) and turn.orders[recorded.order].open_fallout:
            assert recorded.item is not None
            ends.setdefault((recorded.order, recorded.item), recorded)  # a retry, and what came of it at once
    resolved = _resolved(connection, ends)
    more.subtract(order for order, _ in resolved)
    return [
        (statements.resolve_fallout, [row for _, row in resolved]),
        (statements.insert_fallout, opened),
        (statements.add_to_open_fallout, [(n, order) for order, n in sorted(more.items()) if n]),
    ]


def _opened(recorded: Recorded, item: Item | None) -> tuple[Any, ...]:
    compiled = item.compiled if item else None
    plan, key = (item.plan, item.key) if item else ("", "")
    return row_of(
        recorded.order, recorded.seq, recorded.at, recorded.event, recorded.item, plan, key, *_called(compiled)
    )


def _called(compiled: CompiledItem | None) -> tuple[str, str]:
    if compiled is None or compiled.system is None or compiled.operation is None:
        return "", ""
    return compiled.system.key, compiled.operation.key


def row_of(
    order: int, seq: int, at: int, event: Event, n: int | None, plan: str, key: str, system: str, operation: str
) -> tuple[Any, ...]:
    """The row of the record that an event opens, as `statements.insert_fallout` takes it."""
    match event:
        case ItemFailed(error=error, cause=cause, code=code):
            about = "item"
        case PushFailed(error=error, cause=cause, code=code):
            about = "push"
        case FalloutReported(about=about, error=error, cause=cause, code=code):
            pass
        case _:
            raise AssertionError(f"{event.type} opens no fallout")
    place = f"{system}/{operation}" if system else f"{plan}/{key}" if plan else ""
    group = facts.signature(place, cause, code)
    return (
        order, seq, n, about, plan, key, system, operation, cause[:40], code[:80], group, error, FIRST["fallout"], at,
        at,
    )  # fmt: skip


_unresolved = select(fallout.c["id", "order_id", "item", "state"]).where(
    tuple_(fallout.c.order_id, fallout.c.item).in_(bindparam("pairs", expanding=True)),
    fallout.c.about == "item",
    fallout.c.state.not_in(ENDED["fallout"]),
)


def _resolved(connection: Connection, ends: dict[tuple[int, int], Recorded]) -> list[tuple[int, tuple[Any, ...]]]:
    if not ends:
        return []
    found = []
    pairs = sorted(ends)
    for start in range(0, len(pairs), 400):
        for row in connection.execute(_unresolved, {"pairs": pairs[start : start + 400]}):
            recorded = ends[row.order_id, row.item]
            found.append((row.order_id, _resolution(row, recorded.event, recorded.at)))
    return found


def _resolution(row: Row[Any], event: Event, at: int) -> tuple[Any, ...]:
    state = move("fallout", row.state, event.type)
    by, reason = getattr(event, "by", "") or None, getattr(event, "reason", "") or None
    return (state, at, at, event.type, by, reason, row.id)


# --- of an order, without a turn ----------------------------------------------------------------------


def resolve(connection: Connection, order: int, event: Event, at: int, *about: str) -> None:
    """Resolves the records of an order that are about one of these; all of them, if none is named."""
    query = select(fallout.c["id", "state"]).where(
        fallout.c.order_id == order, fallout.c.state.not_in(ENDED["fallout"])
    )
    rows = connection.execute(query.where(fallout.c.about.in_(about)) if about else query).all()
    statements.resolve_fallout(connection, [_resolution(row, event, at) for row in rows])
    if rows:
        statements.add_to_open_fallout(connection, [(-len(rows), order)])


# --- by people ----------------------------------------------------------------------------------------


def assign(connection: Connection, fallout_id: int, *, to: str, by: str, now: int) -> None:
    """Gives a record to a person. Raises Unknown, IllegalMove."""
    record = _locked(connection, fallout_id)
    _move(connection, record, FalloutAssigned(record.seq, to, by), now, owner=to)


def release(connection: Connection, fallout_id: int, *, by: str, now: int) -> None:
    """Puts a record back, for anybody to take. Raises Unknown, IllegalMove."""
    record = _locked(connection, fallout_id)
    _move(connection, record, FalloutReleased(record.seq, by), now, owner=None)


def start(connection: Connection, fallout_id: int, *, by: str, now: int) -> None:
    """A person begins to work on a record, and owns it. Raises Unknown, IllegalMove."""
    record = _locked(connection, fallout_id)
    _move(connection, record, FalloutStarted(record.seq, by), now, owner=by)


def hold(connection: Connection, fallout_id: int, *, reason: str, by: str, now: int) -> None:
    """Puts a record on hold. Raises Unknown, IllegalMove."""
    record = _locked(connection, fallout_id)
    _move(connection, record, FalloutHeld(record.seq, reason, by), now)


def note(connection: Connection, fallout_id: int, *, note: str, by: str, now: int) -> None:
    """Writes a note about a record, whatever its state. Raises Unknown."""
    record = _locked(connection, fallout_id)
    journal.append(connection, record.order_id, [(FalloutNoted(record.seq, note, by), record.item)], now)


def dismiss(connection: Connection, fallout_id: int, *, reason: str, by: str, now: int) -> None:
    """Resolves a record that holds nothing up: a late answer, a lost push, a report. Raises Unknown, IllegalMove for
    one whose item or plan waits for a decision."""
    record = _locked(connection, fallout_id)
    if record.about in ("item", "plan"):
        remedy = "retry, complete or skip the item" if record.about == "item" else "retry or cancel the order"
        raise IllegalMove(f"the order cannot go on before somebody decides: {remedy}")
    event = FalloutResolved(record.seq, reason, by)
    _, at = journal.append(connection, record.order_id, [(event, record.item)], now)
    statements.resolve_fallout(connection, [_resolution(record, event, at)])
    statements.add_to_open_fallout(connection, [(-1, record.order_id)])


def report(connection: Connection, order_id: int, n: int | None, event: OPENING, now: int) -> int:
    """Opens a record that no turn opens: an answer that came too late, say, or a job that crashed. Gives the moment of
    the event in ms since 1970. The order must be locked."""
    seq, at = journal.append(connection, order_id, [(event, n)], now)
    plan, key, system, operation = _place(connection, order_id, n)
    row = row_of(order_id, seq, at, event, n, plan, key, system, operation)
    statements.insert_fallout(connection, [row])
    statements.add_to_open_fallout(connection, [(1, order_id)])
    return at


def _place(connection: Connection, order_id: int, n: int | None) -> tuple[str, str, str, str]:
    """Plan, key, system and operation of an item; empty where there is none, or its release cannot be read."""
    if n is None:
        return "", "", "", ""
    query = select(items.c["plan", "key"], orders.c.release_id).join(orders, orders.c.id == items.c.order_id)
    row = connection.execute(query.where(items.c.order_id == order_id, items.c.n == n)).one()
    try:
        compiled = releases.load(connection, row.release_id).plan(row.plan).items[row.key]
    except Exception:  # a record must be possible even where the release is what is broken
        return row.plan, row.key, "", ""
    return row.plan, row.key, *_called(compiled)


_KEEP: Any = object()


def _move(connection: Connection, record: Row[Any], event: Event, now: int, owner: Any = _KEEP) -> None:
    state = move("fallout", record.state, event.type)
    _, at = journal.append(connection, record.order_id, [(event, record.item)], now)
    changed: dict[str, Any] = {"state": state, "changed_at": at}
    if owner is not _KEEP:
        changed["owner"] = owner
    connection.execute(update(fallout).where(fallout.c.id == record.id).values(changed))


def _locked(connection: Connection, fallout_id: int) -> Row[Any]:
    """A record, its order locked first as everybody does. Raises Unknown."""
    order = connection.execute(select(fallout.c.order_id).where(fallout.c.id == fallout_id)).scalar()
    if order is None:
        raise Unknown(f"there is no fallout record {fallout_id}")
    connection.execute(select(orders.c.id).where(orders.c.id == order).with_for_update())
    return connection.execute(select(fallout).where(fallout.c.id == fallout_id)).one()
