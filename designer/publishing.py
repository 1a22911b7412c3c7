"""The only way across: drafts become versions, versions become a release, a release becomes the active one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import rfc8785
from msgspec import Struct
from sqlalchemy import Connection, Row, func, insert, select, text

from designer import checks, drafts
from designer.errors import NothingToPublish, NotPublishable
from designer.models import Draft
from runtime.core import versions
from runtime.core.definitions import Definition
from runtime.core.release import Release as CompiledRelease
from runtime.errors import IllegalMove, Unknown
from runtime.releases import active_id
from runtime.schema import activations, orders, releases
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
    """One entry of the activation history."""

    release_id: int
    at: int
    author: str


class Version(Struct, frozen=True, kw_only=True):
    """One frozen state of a definition, and the releases that contain it."""

    id: str
    kind: str
    key: str
    number: int
    author: str
    created_at: int
    releases: tuple[int, ...] = ()


# --- across -------------------------------------------------------------------------------------------


def publish(
    connection: Connection,
    names: Iterable[str] | None = None,
    *,
    remove: Iterable[str] = (),
    note: str = "",
    author: str,
    now: int,
    activate: bool = True,
    at: int | None = None,
) -> int:
    """Freezes what is drafted under `names` ("kind/key"; None: every draft) and makes one release of it: the
    active release with those entries replaced and those of `remove` left out. Returns the release's id.

    A name without a draft stands for its newest version. With `activate` the release becomes active now, or
    `at` a later moment. Raises NotPublishable with every problem, NothingToPublish, or Unknown for a name that
    means nothing; the caller then rolls back, and nothing has happened.
    """
    names = None if names is None else frozenset(names)
    _one_at_a_time(connection)
    removed = frozenset(remove)
    drafted = drafts.find(connection, names, lock=True)  # who saves meanwhile is told that it was published
    chosen = _chosen(connection, names, drafted)
    active = active_manifest(connection, now)
    found = checks.check(_candidate(connection, active, chosen, removed))
    if any(problem.severity == "error" for problem in found):
        raise NotPublishable(found)
    frozen = {name: _freeze(connection, chosen[name], author=author, now=now) for name in chosen}
    manifest = {name: id_ for name, id_ in active.items() if name not in removed} | frozen
    if manifest == active:
        raise NothingToPublish()
    values = {
        "manifest": rfc8785.dumps(manifest).decode(),
        "digest": versions.digest(manifest),
        "note": note,
        "author": author,
        "created_at": now,
    }
    release_id = int(connection.execute(insert(releases).values(**values).returning(releases.c.id)).scalar_one())
    for draft in drafted:
        drafts.close(connection, draft, by=author, now=now)
    if activate:
        _activate(connection, release_id, author=author, now=now, at=at)
    return release_id


def problems(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> list[checks.Problem]:
    """What the checks say about the release that `publish` would make of the same arguments."""
    return checks.check(candidate(connection, names, remove=remove, now=now))


def candidate(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> dict[str, Definition]:
    """All definitions, by "kind/key", of the release that `publish` would make of the same arguments."""
    names = None if names is None else frozenset(names)
    chosen = _chosen(connection, names, drafts.find(connection, names))
    return _candidate(connection, active_manifest(connection, now), chosen, remove)


# By the digest of the manifest: whoever rehearses many orders, one after the other, compiles once.
_rehearsed: dict[str, CompiledRelease] = {}


def compiled(connection: Connection, names: Iterable[str] | None = None, *, now: int) -> CompiledRelease:
    """The release, with number 0, that `publish` would make of the same arguments; nothing is stored.

    Raises NotPublishable where it would be refused, and Unknown for a name that means nothing.
    """
    digest = digest_of(connection, names, now=now)
    if digest not in _rehearsed:
        definitions = candidate(connection, names, now=now)
        found = checks.check(definitions)
        if any(problem.severity == "error" for problem in found):
            raise NotPublishable(found)
        if len(_rehearsed) >= 8:
            _rehearsed.pop(next(iter(_rehearsed)))
        _rehearsed[digest] = CompiledRelease(0, definitions.values())
    return _rehearsed[digest]


def digest_of(connection: Connection, names: Iterable[str] | None = None, *, now: int) -> str:
    """What tells the release that `publish` would make of the same arguments from any other."""
    names = None if names is None else frozenset(names)
    chosen = _chosen(connection, names, drafts.find(connection, names))
    ids = {name: versions.version_id(document) for name, document in chosen.items()}
    return versions.digest(active_manifest(connection, now) | ids)


def activate(connection: Connection, release_id: int, *, author: str, now: int, at: int | None = None) -> None:
    """Makes any release the active one, now or `at` a later moment: a new entry of the activation history.

    Raises Unknown for a release that does not exist, IllegalMove for a moment that has passed.
    """
    _one_at_a_time(connection)
    if connection.execute(select(releases.c.id).where(releases.c.id == release_id)).one_or_none() is None:
        raise Unknown(f"there is no release {release_id}")
    _activate(connection, release_id, author=author, now=now, at=at)


# --- what is there ------------------------------------------------------------------------------------


def active_manifest(connection: Connection, now: int) -> dict[str, str]:
    """What the active release contains: "kind/key" -> version id; empty before the first activation."""
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
    coming: dict[int, int] = {}
    for entry in activation_history(connection):  # newest first, so the soonest comes last and stays
        if entry.at > now:
            coming[entry.release_id] = entry.at
    return [
        Release(
            id=row.id,
            note=row.note,
            author=row.author,
            created_at=row.created_at,
            manifest=msgspec.json.decode(row.manifest, type=dict[str, str]),
            is_active=row.id == active,
            next_at=coming.get(row.id),
            live_orders=live.get(row.id, 0),
        )
        for row in connection.execute(select(releases).order_by(releases.c.id.desc()))
    ]


def activation_history(connection: Connection) -> list[Activation]:
    """Every activation, the latest moment first; those still to come included."""
    a = activations.c
    query = select(a.release_id, a.at, a.author).order_by(a.at.desc(), a.id.desc())
    return [Activation(**row._mapping) for row in connection.execute(query)]


def live_orders(connection: Connection) -> dict[int, int]:
    """How many orders that have not ended run on each release."""
    query = (
        select(orders.c.release_id, func.count().label("n"))
        .where(orders.c.ended_at.is_(None))
        .group_by(orders.c.release_id)
    )
    return {row.release_id: row.n for row in connection.execute(query)}


# --- steps --------------------------------------------------------------------------------------------


def _one_at_a_time(connection: Connection) -> None:
    """Two people who publish at once would each build on the same active release and lose the other's half.
    SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE releases IN SHARE ROW EXCLUSIVE MODE"))


def _chosen(connection: Connection, names: Iterable[str] | None, drafted: Iterable[Draft]) -> dict[str, Definition]:
    chosen = {draft.name: draft.definition for draft in drafted}
    for name in names or ():
        if name not in chosen:
            kind, _, key = name.partition("/")
            chosen[name] = document(connection, kind, key)
    return chosen


def _candidate(
    connection: Connection,
    manifest: Mapping[str, str],
    chosen: Mapping[str, Definition],
    remove: Iterable[str],
) -> dict[str, Definition]:
    dropped = set(remove)
    for name in sorted(dropped):
        if name not in manifest:
            raise Unknown(f"{name} is not in the active release, so it cannot be removed from it")
        if name in chosen:
            raise IllegalMove(f"{name} cannot be published and removed at once; choose one of the two")
    kept = {name: id_ for name, id_ in manifest.items() if name not in dropped and name not in chosen}
    return dict(sorted({**documents(connection, kept), **chosen}.items()))


def _freeze(connection: Connection, document: Definition, *, author: str, now: int) -> str:
    v = versions_table.c
    id_, kind = versions.version_id(document), drafts.kind_of(document)
    if connection.execute(select(v.id).where(v.id == id_)).one_or_none() is not None:
        return id_
    newest = select(func.coalesce(func.max(v.number), 0)).where(v.kind == kind, v.key == document.key)
    connection.execute(
        insert(versions_table).values(
            id=id_,
            kind=kind,
            key=document.key,
            number=connection.execute(newest).scalar_one() + 1,
            document=versions.canonical(document).decode(),
            semantics=versions.SEMANTICS,
            author=author,
            created_at=now,
        )
    )
    return id_


def _activate(connection: Connection, release_id: int, *, author: str, now: int, at: int | None) -> None:
    if at is not None and at < now:
        raise IllegalMove("a release cannot be activated in the past; leave the time out to activate it now")
    moment = now if at is None else at
    connection.execute(insert(activations).values(release_id=release_id, at=moment, author=author))
