"""Appends to the journal: the events of an order, numbered without a gap."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select, update

from runtime.core.events import Event
from runtime.core.values import encode
from runtime.schema import orders
from runtime.statements import Rows, insert_events

_newest = select(orders.c["seq", "changed_at"]).where(orders.c.id == bindparam("id")).with_for_update()
_advance = (
    update(orders)
    .where(orders.c.id == bindparam("b_id"))
    .values(seq=bindparam("v_seq"), changed_at=bindparam("v_changed_at"))
)


def append(
    connection: Connection, order_id: int, happened: Iterable[tuple[Event, int | None]], now: int
) -> tuple[int, int]:
    """Appends events, each with the number of its item, to the journal of an order outside of a turn. Gives the number
    of the last one, and their moment in ms since 1970, which is never before that of an earlier event."""
    row = connection.execute(_newest, {"id": order_id}).one()
    seq, at = row.seq, max(row.changed_at, now)
    entries = []
    for event, item in happened:
        seq += 1
        entries.append((order_id, seq, at, event, item))
    connection.execute(_advance, {"b_id": order_id, "v_seq": seq, "v_changed_at": at})
    write(connection, entries)
    return seq, at


def write(connection: Connection, entries: Iterable[tuple[int, int, int, Event, int | None]]) -> None:
    """Stores numbered events: (order, number, moment, event, item)."""
    insert_events(connection, rows_of(entries))


def rows_of(entries: Iterable[tuple[int, int, int, Event, int | None]]) -> Rows:
    """The rows of (order, number, moment, event, item)."""
    return [(order, seq, at, event.type, item, encode(event)) for order, seq, at, event, item in entries]
