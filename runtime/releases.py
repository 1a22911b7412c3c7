"""Finds the release that is active, and loads releases compiled and verified."""

from __future__ import annotations

import hashlib
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import Connection, Engine, bindparam, exists, select

from runtime import published
from runtime.cache import Cache
from runtime.core.release import Release
from runtime.errors import CorruptVersion, NoActiveRelease, Unknown
from runtime.schema import activations, releases, withdrawals

# By the digest of the manifest, not by number: another database has another release 1.
_compiled: Cache[tuple[int, str], Release] = Cache(64)
# What was loaded from each database: a release never changes, so a turn need not ask for its digest again.
_loaded: WeakKeyDictionary[Engine, Cache[int, Release]] = WeakKeyDictionary()

_active = (
    select(activations.c.release_id, releases.c.digest)
    .join(releases, releases.c.id == activations.c.release_id)
    .where(
        activations.c.at <= bindparam("now"),
        ~exists().where(withdrawals.c.activation_id == activations.c.id),
    )
    .order_by(activations.c.at.desc(), activations.c.id.desc())
    .limit(1)
)
_release = select(releases.c["digest", "manifest"]).where(releases.c.id == bindparam("id"))
_digest = select(releases.c.digest).where(releases.c.id == bindparam("id"))


def active_id(connection: Connection, now: int) -> int | None:
    """The number of the active release at a moment, also one to come: that of the newest activation whose time has
    come by then, unless it was withdrawn."""
    return connection.execute(_active, {"now": now}).scalar()


def active(connection: Connection, now: int) -> Release:
    """The active release. Raises NoActiveRelease."""
    row = connection.execute(_active, {"now": now}).one_or_none()
    if row is None:
        raise NoActiveRelease
    return _compiled.get((row.release_id, row.digest), lambda: _verified(connection, row.release_id))


def load(connection: Connection, release_id: int) -> Release:
    """A release, compiled once for this process. Raises Unknown, and CorruptVersion where a document no longer
    hashes to its id."""

    def compiled() -> Release:
        digest = connection.execute(_digest, {"id": release_id}).scalar()
        if digest is None:
            raise Unknown(f"there is no release {release_id}")
        return _compiled.get((release_id, digest), lambda: _verified(connection, release_id))

    return _loaded.setdefault(connection.engine, Cache(64)).get(release_id, compiled)


def _verified(connection: Connection, release_id: int) -> Release:
    row = connection.execute(_release, {"id": release_id}).one()
    manifest = msgspec.json.decode(row.manifest, type=dict[str, str])
    if hashlib.sha256(row.manifest.encode()).hexdigest() != row.digest:
        raise CorruptVersion(f"the manifest of release {release_id} is not the one that was published")
    return Release(release_id, published.contents(connection, manifest).values(), manifest)
