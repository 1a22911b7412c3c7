"""Which release is active, what releases contain, and releases ready to be run.

Theory of operation. What was activated last is active: activations are numbered, so that no clock can bring back an
older one. A scheduled activation whose moment has come counts at once, and gets its own number with the first order or
publication that meets it (`take_effect`); from then on it has happened, even where the clock is set back.

A release is stored as its difference to the release on which it was based. What it contains is put together and held
against its digest once, and kept by that digest; a release that is ready is kept by its number, for each database.
"""

from __future__ import annotations

from sys import intern
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Row, bindparam, insert, select, text
from sqlalchemy.orm import aliased

from runtime import published
from runtime.cache import Cache
from runtime.core import versions
from runtime.core.release import Release
from runtime.database import Database
from runtime.errors import CorruptVersion, NoActiveRelease, Unknown
from runtime.schema import activations, release_changes, releases, schedule, withdrawals

Manifest = dict[str, str]  # "kind/key" -> version id; shared, so nobody changes one

LONG = 100_000  # characters of JSON; a plan or table of that size takes longer to compile than others may wait
STORING = "storing a release"  # the option of a connection whose transaction does so
MOST_NAMES = 1_000_000  # of definitions in all releases that are kept; each takes about a hundred bytes of memory

_manifests: Cache[str, Manifest] = Cache(MOST_NAMES, len)  # by digest
_loaded: Cache[tuple[int, str], Release] = Cache(MOST_NAMES, lambda release: len(release.definitions))  # and digest
_ready: WeakKeyDictionary[Engine, Cache[int, Release]] = WeakKeyDictionary()

# --- which is active ----------------------------------------------------------------------------------

to_come = (
    ~select(withdrawals.c.scheduled).where(withdrawals.c.scheduled == schedule.c.id).exists(),
    ~select(activations.c.id).where(activations.c.scheduled == schedule.c.id).exists(),
)
_due = select(schedule).where(schedule.c.at <= bindparam("now"), *to_come).order_by(schedule.c.at, schedule.c.id)
_active = select(
    _due.with_only_columns(schedule.c.release_id)
    .order_by(None)
    .order_by(schedule.c.at.desc(), schedule.c.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("due"),
    select(activations.c.release_id).order_by(activations.c.id.desc()).limit(1).scalar_subquery().label("newest"),
)


def active_id(connection: Connection, now: int) -> int | None:
    """The number of the release that is active at a moment, now or to come."""
    row = connection.execute(_active, {"now": now}).one()
    found: int | None = row.newest if row.due is None else row.due
    return found


def active(connection: Connection, now: int, *, for_good: bool = False) -> Release:
    """The active release; `for_good`: a scheduled activation whose moment has come takes effect with this. Raises
    NoActiveRelease, CorruptVersion."""
    row = connection.execute(_active, {"now": now}).one()
    release_id = row.newest if row.due is None else row.due
    if release_id is None:
        raise NoActiveRelease
    if for_good and row.due is not None:
        take_effect(connection, now)
    return load(connection, release_id)


def take_effect(connection: Connection, now: int) -> None:
    """Scheduled activations whose moment has come happen for good, in the order of their moments."""
    one_at_a_time(connection)
    for row in connection.execute(_due, {"now": now}).all():
        connection.execute(
            insert(activations).values(release_id=row.release_id, at=row.at, author=row.author, scheduled=row.id)
        )


def one_at_a_time(connection: Connection) -> None:
    """Lets nobody else publish or activate before the transaction ends: two people at once would each build on the same
    active release and lose the other's half. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE releases IN SHARE ROW EXCLUSIVE MODE"))


# --- what is in a release -----------------------------------------------------------------------------

_base = aliased(releases, name="base_release")
_release = (
    select(releases.c["id", "base", "digest", "semantics"], _base.c.digest.label("base_digest"))
    .outerjoin(_base, _base.c.id == releases.c.base)
    .where(releases.c.id == bindparam("id"))
)
_chain = select(releases.c.id, releases.c.base).where(releases.c.id == bindparam("id")).cte(recursive=True)
_chain = _chain.union_all(select(releases.c.id, releases.c.base).join(_chain, _chain.c.base == releases.c.id))
# A base is always older than what is based on it, so the newest change of a name is the one that counts.
_all_changes = (
    select(release_changes.c["name", "version"])
    .join(_chain, _chain.c.id == release_changes.c.release_id)
    .order_by(release_changes.c.release_id)
)
_own_changes = select(release_changes.c["name", "version"]).where(release_changes.c.release_id == bindparam("id"))


def manifest_of(connection: Connection, release_id: int) -> Manifest:
    """What a release contains. Raises Unknown, and CorruptVersion where that is not what its digest says."""
    row = _row(connection, release_id)
    return _manifests.get(row.digest, lambda: _put_together(connection, row))


def _row(connection: Connection, release_id: int) -> Row:
    row = connection.execute(_release, {"id": release_id}).one_or_none()
    if row is None:
        raise Unknown(f"there is no release {release_id}")
    return row


def _put_together(connection: Connection, row: Row) -> Manifest:
    before = _manifests.find(row.base_digest) if row.base_digest else None
    found = dict(before or {})
    for change in connection.execute(_own_changes if before is not None else _all_changes, {"id": row.id}):
        if change.version is None:
            found.pop(change.name, None)
        else:
            found[intern(change.name)] = intern(change.version)
    manifest = dict(sorted(found.items()))
    if versions.release_digest(manifest, row.semantics) != row.digest:
        raise CorruptVersion(f"what release {row.id} contains is not what was published")
    return manifest


# --- ready to be run ----------------------------------------------------------------------------------


def load(connection: Connection, release_id: int) -> Release:
    """A release, made ready once for this process. Raises Unknown, and CorruptVersion where a version no longer hashes
    to its id, or was published under rules that this program does not know."""
    kept = _kept_of(connection.engine)
    found = kept.find(release_id)
    if found is not None:
        return found
    row = _row(connection, release_id)
    release = _loaded.get((release_id, row.digest), lambda: _made_ready(connection, row))
    # A release that is just being stored may be rolled back, and then another one gets its number.
    return release if connection.get_execution_options().get(STORING) else kept.put(release_id, release)


def prepare(database: Database, now: int) -> None:
    """Makes the active release ready beside the writer, with what takes long to compile, so that no transaction
    that writes has to do it. Nothing happens where none is active, or where it cannot be loaded: the code that needs it
    is told."""
    with database.reading() as connection:
        if is_ready(connection, now):
            return
        release_id = active_id(connection, now)
        assert release_id is not None
        try:
            release = load(connection, release_id)
        except CorruptVersion:
            return
        for name, definition in release.definitions.items():
            if definition.weight > LONG:
                kind, _, key = name.partition("/")
                if kind == "plan":
                    release.plan(key)
                elif kind == "table":
                    release.table(key)


def is_ready(connection: Connection, now: int) -> bool:
    """Whether the active release, if there is one, is ready in this process."""
    release_id = active_id(connection, now)
    return release_id is None or release_id in _kept_of(connection.engine)


def _kept_of(engine: Engine) -> Cache[int, Release]:
    kept = _ready.get(engine)
    if kept is None:
        kept = _ready.setdefault(engine, Cache(MOST_NAMES, lambda release: len(release.definitions)))
    return kept


def _made_ready(connection: Connection, row: Row) -> Release:
    release_id, manifest = row.id, manifest_of(connection, row.id)
    if row.semantics not in versions.KNOWN_SEMANTICS:
        known = ", ".join(map(str, sorted(versions.KNOWN_SEMANTICS)))
        raise CorruptVersion(
            f"release {release_id} was published under revision {row.semantics} of the rules, and this program knows "
            f"{known}; run the version of Orderloom that published it"
        )
    return Release(release_id, published.contents(connection, manifest).values(), manifest)
