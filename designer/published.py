"""What is published: versions, releases, and which of them was, is and becomes active when."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, exists, func, select

from designer.schedule import Entry
from runtime.core import versions
from runtime.core.definitions import Definition
from runtime.errors import Unknown
from runtime.releases import active_id
from runtime.schema import activations, orders, releases, withdrawals
from runtime.schema import versions as versions_table


class Release(Struct, frozen=True, kw_only=True):
    """A release as people list it. `manifest` maps "kind/key" to a version id; `next_at` is the moment, still
    to come, at which it becomes active."""

    id: int
    note: str
    author: str
    created_at: int
    manifest: dict[str, str]
    is_active: bool
    next_at: int | None
    live_orders: int


class Activation(Struct, frozen=True, kw_only=True):
    """One entry of the activation history; `withdrawn` says why it does not count, and by whom."""

    id: int
    release_id: int
    at: int
    author: str
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


def active_manifest(connection: Connection, now: int) -> dict[str, str]:
    """What the release contains that is active at a moment: "kind/key" -> version id; empty before the first
    activation."""
    release_id = active_id(connection, now)
    return {} if release_id is None else manifest_of(connection, release_id)


def manifest_of(connection: Connection, release_id: int) -> dict[str, str]:
    """What a release contains. Raises Unknown."""
    query = select(releases.c.manifest).where(releases.c.id == release_id)
    manifest = connection.execute(query).scalar_one_or_none()
    if manifest is None:
        raise Unknown(f"there is no release {release_id}")
    return msgspec.json.decode(manifest, type=dict[str, str])


def definitions_of(connection: Connection, release_id: int) -> dict[str, Definition]:
    """All definitions of a release by "kind/key". Raises Unknown."""
    return documents(connection, manifest_of(connection, release_id))


def documents(connection: Connection, manifest: Mapping[str, str]) -> dict[str, Definition]:
    """The definitions a manifest speaks of, in the order of their names."""
    ids = sorted(set(manifest.values()))
    found: dict[str, Row] = {}
    for start in range(0, len(ids), 500):
        query = select(versions_table).where(versions_table.c.id.in_(ids[start : start + 500]))
        found |= {row.id: row for row in connection.execute(query)}
    return {name: versions.decode(found[id_].kind, found[id_].document) for name, id_ in sorted(manifest.items())}


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
    v = versions_table.c
    contained: dict[str, list[int]] = {}
    for row in connection.execute(select(releases.c.id, releases.c.manifest).order_by(releases.c.id)):
        id_ = msgspec.json.decode(row.manifest, type=dict[str, str]).get(f"{kind}/{key}")
        if id_ is not None:
            contained.setdefault(id_, []).append(row.id)
    columns = (v.id, v.kind, v.key, v.number, v.author, v.created_at)
    query = select(*columns).where(v.kind == kind, v.key == key).order_by(v.number.desc())
    return [Version(**row._mapping, releases=tuple(contained.get(row.id, ()))) for row in connection.execute(query)]


def all_releases(connection: Connection, *, now: int) -> list[Release]:
    """Every release, the newest first."""
    active = active_id(connection, now)
    live = live_orders(connection)
    soonest = {entry.release: entry.at for entry in reversed(coming(connection, now))}
    return [
        Release(
            id=row.id,
            note=row.note,
            author=row.author,
            created_at=row.created_at,
            manifest=msgspec.json.decode(row.manifest, type=dict[str, str]),
            is_active=row.id == active,
            next_at=soonest.get(row.id),
            live_orders=live.get(row.id, 0),
        )
        for row in connection.execute(select(releases).order_by(releases.c.id.desc()))
    ]


def activation_history(connection: Connection) -> list[Activation]:
    """Every activation, the latest moment first; those still to come, and those that were withdrawn, included."""
    a, w = activations.c, withdrawals.c
    query = (
        select(
            *(a.id, a.release_id, a.at, a.author),
            func.coalesce(w.reason, "").label("withdrawn"),
            func.coalesce(w.author, "").label("withdrawn_by"),
            w.at.label("withdrawn_at"),
        )
        .outerjoin(withdrawals, w.activation_id == a.id)
        .order_by(a.at.desc(), a.id.desc())
    )
    return [Activation(**row._mapping) for row in connection.execute(query)]


def coming(connection: Connection, now: int) -> list[Entry]:
    """The activations after a moment, the soonest first."""
    a = activations.c
    query = (
        select(a.id, a.release_id.label("release"), a.at, releases.c.note, releases.c.manifest)
        .join(releases, releases.c.id == a.release_id)
        .where(a.at > now, ~exists().where(withdrawals.c.activation_id == a.id))
        .order_by(a.at, a.id)
    )
    decode = msgspec.json.Decoder(dict[str, str]).decode
    return [
        Entry(id=row.id, release=row.release, at=row.at, note=row.note, manifest=decode(row.manifest))
        for row in connection.execute(query)
    ]


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
