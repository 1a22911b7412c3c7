"""Published definitions: each is read, verified and decoded once per process, and shared by all that contain it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from sys import intern

from sqlalchemy import Connection, bindparam, select

from runtime.cache import Cache
from runtime.core import versions as documents
from runtime.core.release import CompiledDefinition
from runtime.errors import CorruptVersion
from runtime.schema import versions

MOST = 128_000_000  # characters of JSON of the definitions that are kept; decoded they take several times as much
CHUNK = 500  # databases bound the number of parameters of a statement

_kept: Cache[str, CompiledDefinition] = Cache(MOST, lambda definition: definition.weight)
_by_id = select(versions.c["id", "kind", "key", "document"]).where(versions.c.id.in_(bindparam("ids", expanding=True)))


def load(connection: Connection, ids: Collection[str]) -> dict[str, CompiledDefinition]:
    """Versions by their ids. Raises CorruptVersion for one that is missing, or no longer hashes to its id."""
    found: dict[str, CompiledDefinition] = {}
    missing = []
    for id_ in ids:
        known = _kept.find(id_)
        if known is None:
            missing.append(id_)
        else:
            found[id_] = known
    for start in range(0, len(missing), CHUNK):
        for row in connection.execute(_by_id, {"ids": missing[start : start + CHUNK]}):
            found[row.id] = _kept.put(intern(row.id), _verified(row.id, row.kind, row.key, row.document))
    if len(found) < len(set(ids)):
        gone = next(id_ for id_ in missing if id_ not in found)
        raise CorruptVersion(f"version {gone} is in a release, but is not stored any more")
    return found


def known_versions(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the ids that are versions already."""
    wanted, query = list(ids), select(versions.c.id).where(versions.c.id.in_(bindparam("ids", expanding=True)))
    chunks = (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))
    return {id_ for chunk in chunks for id_ in connection.execute(query, {"ids": chunk}).scalars()}


def shared(kind: str, text: str) -> tuple[str, CompiledDefinition]:
    """The definition that a canonical text is, and the id that its version has or would have: decoded once, so that
    publishing a draft leaves nothing to be decoded or compiled for the first order. Raises MalformedDefinition."""
    id_ = hashlib.sha256(text.encode()).hexdigest()
    return id_, _kept.get(id_, lambda: CompiledDefinition(documents.decode(kind, text), len(text)))


def contents(connection: Connection, manifest: Mapping[str, str]) -> dict[str, CompiledDefinition]:
    """The definitions that a manifest names, by "kind/key". Raises CorruptVersion."""
    found = load(connection, manifest.values())
    for name, id_ in manifest.items():
        if found[id_].name != name:
            raise CorruptVersion(f"the manifest gives version {id_} for {name}, but that is {found[id_].name}")
    return {name: found[id_] for name, id_ in manifest.items()}


def _verified(id_: str, kind: str, key: str, text: str) -> CompiledDefinition:
    """The definition of a version. Its text is stored in the canonical form, so its id is the hash of the text."""
    if hashlib.sha256(text.encode()).hexdigest() != id_:
        raise CorruptVersion(f"version {id_} of {kind}/{key} was changed after publishing")
    document = documents.decode(kind, text)
    return CompiledDefinition(document, len(text))
