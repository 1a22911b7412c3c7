"""Who is at a definition right now, and what of it they have in hand."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, and_, delete, insert, or_, select

from designer.models import Presence

LAPSE = 15_000  # ms after which somebody who said nothing counts as gone
RENEW = 6_000  # ms for which the row of somebody who does not move is good enough as it is


class Present(Struct, frozen=True):
    """One page that shows the definition: whose it is, and whatever its editor means by a place."""

    page: str
    by: str
    name: str
    place: Any


def find(connection: Connection, kind: str, key: str, *, now: int) -> tuple[Present, ...]:
    """Everybody who is there, in an order that does not change while they move."""
    query = select(Presence).where(Presence.kind == kind, Presence.key == key, Presence.seen_at > now - LAPSE)
    rows = connection.execute(query.order_by(Presence.by, Presence.page))
    return tuple(Present(row.page, row.by, row.name, msgspec.json.decode(row.place)) for row in rows)


def due(connection: Connection, kind: str, key: str, who: Present, *, now: int) -> bool:
    """Whether `stay` has something to write: most beats of a page that does not move need no transaction."""
    row = connection.execute(select(Presence).where(*_mine(kind, key, who.by, who.page))).one_or_none()
    return row is None or row.seen_at < now - RENEW or row.place != _json(who.place)


def stay(connection: Connection, kind: str, key: str, who: Present, *, now: int) -> None:
    """Notes that the page is there, and forgets all who are long gone, wherever they were."""
    mine = and_(*_mine(kind, key, who.by, who.page))
    connection.execute(delete(Presence).where(or_(mine, Presence.seen_at <= now - LAPSE)))
    values = {"page": who.page, "by": who.by, "name": who.name, "place": _json(who.place), "seen_at": now}
    connection.execute(insert(Presence).values(kind=kind, key=key, **values))


def leave(connection: Connection, kind: str, key: str, *, by: str, page: str) -> None:
    connection.execute(delete(Presence).where(*_mine(kind, key, by, page)))


def _mine(kind: str, key: str, by: str, page: str) -> tuple[Any, ...]:
    return (Presence.kind == kind, Presence.key == key, Presence.by == by, Presence.page == page)


def _json(place: Any) -> str:
    return msgspec.json.encode(place, order="sorted").decode()
