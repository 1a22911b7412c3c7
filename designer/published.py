"""What is published: versions, releases, and which of them was, is and becomes active when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import merge
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, func, select

from designer.schedule import Entry
from runtime.core import versions
from runtime.core.definitions import Definition
from runtime.core.release import CompiledDefinition
from runtime.errors import Unknown
from runtime.published import contents, load
from runtime.releases import Manifest, active_id, manifest_of, to_come
from runtime.schema import activations, orders, release_changes, releases, schedule, withdrawals
from runtime.schema import versions as versions_table


class Release(Struct, frozen=True, kw_only=True):
    """A release as people list it. `size` is the number of its definitions; `next_at` the moment, still to come, at
    which it becomes active."""

    id: int
    note: str
    author: str
    created_at: int
    size: int
    is_active: bool
    next_at: int | None
    live_orders: int


class Activation(Struct, frozen=True, kw_only=True):
    """One entry of the activation history; `withdrawn` says why it did not happen, and by whom. The ids of those that
    happened and of those that are scheduled are counted apart."""

    id: int
    release_id: int
    at: int
    author: str
    to_come: bool = False
    withdrawn: str = ""
    withdrawn_by: str = ""
    withdrawn_at: int | None = None


class Version(Struct, frozen=True, kw_only=True):
    """One frozen state of a definition, and the releases that contain it."""

    id: str
    kind: str
    key: str
    number: int
    author: str
    created_at: int
    releases: tuple[int, ...] = ()


def active_manifest(connection: Connection, now: int) -> Manifest:
    """What the release contains that is active at a moment: "kind/key" -> version id; empty before the first
    activation."""
    release_id = active_id(connection, now)
    return {} if release_id is None else manifest_of(connection, release_id)


def definitions_of(connection: Connection, release_id: int) -> dict[str, Definition]:
    """All definitions of a release by "kind/key". Raises Unknown."""
    return documents(connection, manifest_of(connection, release_id))


def documents(connection: Connection, manifest: Mapping[str, str]) -> dict[str, Definition]:
    """The definitions a manifest names, in the order of their names; shared with everybody who asks for them."""
    return {name: found.document for name, found in sorted(contents(connection, manifest).items())}


def newest(connection: Connection, kind: str, key: str) -> tuple[str, CompiledDefinition]:
    """The newest version of a definition and its id. Raises Unknown."""
    v = versions_table.c
    query = select(v.id).where(v.kind == kind, v.key == key).order_by(v.number.desc()).limit(1)
    id_ = connection.execute(query).scalar_one_or_none()
    if id_ is None:
        raise Unknown(f"{kind} {key!r} has no published version")
    return id_, load(connection, [id_])[id_]


def document(connection: Connection, kind: str, key: str, number: int | None = None) -> Definition:
    """What version `number` of a definition says, or the newest one. Raises Unknown."""
    v = versions_table.c
    query = select(v.document).where(v.kind == kind, v.key == key)
    if number is not None:
        query = query.where(v.number == number)
    found = connection.execute(query.order_by(v.number.desc()).limit(1)).scalar_one_or_none()
    if found is None:
        which = "published version" if number is None else f"version {number}"
        raise Unknown(f"{kind} {key!r} has no {which}")
    return versions.decode(kind, found)


def history(connection: Connection, kind: str, key: str) -> list[Version]:
    """Every version of a definition, the newest first, with the releases that contain it."""
    v, changed = versions_table.c, release_changes.c
    rows = connection.execute(select(changed.release_id, changed.version).where(changed.name == f"{kind}/{key}"))
    changes: dict[int, str | None] = {row.release_id: row.version for row in rows}
    inside: dict[int, str | None] = {}
    contained: dict[str, list[int]] = {}
    for row in connection.execute(select(releases.c.id, releases.c.base).order_by(releases.c.id)):
        id_ = inside[row.id] = changes[row.id] if row.id in changes else inside.get(row.base)
        if id_ is not None:
            contained.setdefault(id_, []).append(row.id)
    columns = (v.id, v.kind, v.key, v.number, v.author, v.created_at)
    query = select(*columns).where(v.kind == kind, v.key == key).order_by(v.number.desc())
    return [Version(**row._mapping, releases=tuple(contained.get(row.id, ()))) for row in connection.execute(query)]


def all_releases(connection: Connection, *, now: int) -> list[Release]:
    """Every release, the newest first."""
    active = active_id(connection, now)
    live = live_orders(connection)
    soonest = {row.release_id: row.at for row in reversed(_coming(connection, now))}
    columns = releases.c["id", "note", "author", "created_at", "size"]
    return [
        Release(
            **row._mapping,
            is_active=row.id == active,
            next_at=soonest.get(row.id),
            live_orders=live.get(row.id, 0),
        )
        for row in connection.execute(select(*columns).order_by(releases.c.id.desc()))
    ]


def activation_history(connection: Connection, now: int) -> list[Activation]:
    """Every activation, the latest first: those still to come, then those that happened, as they did. Those that were
    withdrawn stand where they would have happened."""
    a, s, w = activations.c, schedule.c, withdrawals.c
    happened = [
        Activation(id=row.id, release_id=row.release_id, at=row.at, author=row.author)
        for row in connection.execute(select(activations).order_by(a.id.desc()))
    ]
    planned = (
        select(
            *(s.id, s.release_id, s.at, s.author),
            func.coalesce(w.reason, "").label("withdrawn"),
            func.coalesce(w.author, "").label("withdrawn_by"),
            w.at.label("withdrawn_at"),
        )
        .outerjoin(withdrawals, w.scheduled == s.id)
        .where(~select(a.id).where(a.scheduled == s.id).exists())
        .order_by(s.at.desc(), s.id.desc())
    )
    rest = [
        Activation(**row._mapping, to_come=not row.withdrawn and row.at > now) for row in connection.execute(planned)
    ]
    return list(merge(rest, happened, key=lambda entry: -entry.at))


def coming(connection: Connection, now: int) -> list[Entry]:
    """The scheduled activations after a moment, the soonest first."""
    return [
        Entry(
            id=row.id,
            release=row.release_id,
            at=row.at,
            note=row.note,
            manifest=manifest_of(connection, row.release_id),
        )
        for row in _coming(connection, now)
    ]


def _coming(connection: Connection, now: int) -> Sequence[Row[Any]]:
    query = (
        select(schedule.c["id", "release_id", "at"], releases.c.note)
        .join(releases, releases.c.id == schedule.c.release_id)
        .where(schedule.c.at > now, *to_come)
        .order_by(schedule.c.at, schedule.c.id)
    )
    return connection.execute(query).all()


def live_orders(connection: Connection) -> dict[int, int]:
    """How many orders that have not ended run on each release."""
    query = (
        select(orders.c.release_id, func.count().label("n"))
        .where(orders.c.ended_at.is_(None))
        .group_by(orders.c.release_id)
    )
    return {row.release_id: row.n for row in connection.execute(query)}


def orders_of(connection: Connection, release_id: int) -> int:
    """How many orders were ever submitted on a release; answered by an index alone, however many they are."""
    query = select(func.count()).select_from(orders).where(orders.c.release_id == release_id)
    return int(connection.execute(query).scalar_one())
