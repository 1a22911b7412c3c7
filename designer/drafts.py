"""What people are changing: one draft a definition, and a revision that tells whether it moved under them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct, structs
from sqlalchemy import Connection, Row, bindparam, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from designer.checks.problems import Finding, Problem
from designer.errors import StaleDraft
from designer.models import Draft, Layout
from runtime.core import versions
from runtime.core.definitions import Definition, kind_of
from runtime.core.release import CompiledDefinition
from runtime.errors import Unknown
from runtime.schema import versions as versions_table

log = logging.getLogger(__name__)


class Listed(Struct, frozen=True, kw_only=True):
    """One line of the list of definitions. `number` is that of the newest version, None before the first;
    `revision` is that of the draft, None where nothing is being changed."""

    kind: str
    key: str
    name: str
    number: int | None
    version: str | None
    revision: int | None
    changed_at: int
    changed_by: str

    @property
    def has_draft(self) -> bool:
        return self.revision is not None


class State(Struct, frozen=True):
    """How far a definition has come: the revision of its draft, 0 where there is none, and the moment at which
    its layout was last written, 0 before the first time."""

    revision: int
    moved_at: int


def state(connection: Connection, kind: str, key: str) -> State:
    draft = select(Draft.revision).where(Draft.kind == kind, Draft.key == key, Draft.document.is_not(None))
    layout = select(Layout.updated_at).where(Layout.kind == kind, Layout.key == key)
    return State(connection.execute(draft).scalar() or 0, connection.execute(layout).scalar() or 0)


def get(connection: Connection, kind: str, key: str) -> Draft | None:
    """The draft, or None where the definition is not being changed."""
    draft = _row(connection, kind, key)
    return draft if draft is not None and draft.document is not None else None


def find(connection: Connection, names: Iterable[str] | None = None, *, lock: bool = False) -> list[Draft]:
    """All drafts, or those called "kind/key" in `names`, in the order of kind and key; `lock` lets nobody else
    save them before the transaction ends."""
    query = select(Draft).where(Draft.document.is_not(None)).order_by(Draft.kind, Draft.key)
    if lock:
        query = query.with_for_update()
    if names is None:
        return [_draft(row) for row in connection.execute(query)]
    wanted = sorted({tuple(name.partition("/")[::2]) for name in names})
    found = []
    for start in range(0, len(wanted), CHUNK):
        chosen = query.where(tuple_(Draft.kind, Draft.key).in_(wanted[start : start + CHUNK]))
        found += [_draft(row) for row in connection.execute(chosen)]
    return found


def read(found: Iterable[Draft]) -> tuple[dict[str, tuple[str, CompiledDefinition]], list[Problem]]:
    """What drafts share, by "kind/key" (see `Draft.shared`), and a finding for each draft that cannot be read."""
    definitions: dict[str, tuple[str, CompiledDefinition]] = {}
    unreadable: list[Problem] = []
    for draft in found:
        try:
            definitions[draft.name] = draft.shared
        except Exception as error:
            log.exception("the draft of %s cannot be read", draft.name)
            message = f"this draft cannot be read: {type(error).__name__}: {str(error)[:300]}; discard it"
            unreadable.append(Finding("", "unreadable", message).of(draft.name))
    return definitions, unreadable


def put(connection: Connection, document: Definition, *, revision: int | None, by: str, now: int) -> Draft:
    """Saves the draft and returns it with its new revision.

    `revision` is the one the caller read; 0 says that there was no draft, None that it does not matter.
    Raises StaleDraft, with both states, where the draft has another revision by now.
    """
    kind, key = kind_of(document), document.key
    stored = _row(connection, kind, key, lock=True)
    open_revision = stored.revision if stored is not None and stored.document is not None else 0
    if revision is not None and revision != open_revision:
        raise StaleDraft(document, stored if open_revision else None)
    json = versions.canonical(document).decode()
    if stored is None:
        draft = Draft(kind=kind, key=key, revision=1, base_version=_newest(connection, kind, key))
    else:
        base = stored.base_version if open_revision else _newest(connection, kind, key)
        draft = Draft(kind=kind, key=key, revision=stored.revision + 1, base_version=base)
    draft.document, draft.updated_at, draft.updated_by = json, now, by
    before = stored.written_by if stored is not None and open_revision else []
    draft.authors = msgspec.json.encode(sorted({*before, by})).decode()
    try:
        with connection.begin_nested():
            _write(connection, draft, new=stored is None)
    except IntegrityError:  # somebody else made the first draft in this very moment
        raise StaleDraft(document, get(connection, kind, key)) from None
    return draft


def start(connection: Connection, kind: str, key: str, *, number: int | None = None, by: str, now: int) -> Draft:
    """A draft with the content of version `number`, or of the newest one.

    A draft that exists is returned as it is when no number is asked for; to restore an older version into an
    existing draft, put its document under the draft's revision, so that nobody's work is lost unseen.
    """
    existing = get(connection, kind, key)
    if existing is not None and number is None:
        return existing
    query = select(versions_table).where(versions_table.c.kind == kind, versions_table.c.key == key)
    if number is not None:
        query = query.where(versions_table.c.number == number)
    version = connection.execute(query.order_by(versions_table.c.number.desc()).limit(1)).one_or_none()
    if version is None:
        what = f"{kind} {key!r}" if number is None else f"version {number} of {kind} {key!r}"
        raise Unknown(f"there is no {what}; look in the list of definitions")
    return put(connection, versions.decode(kind, version.document), revision=0, by=by, now=now)


def discard(connection: Connection, kind: str, key: str, *, revision: int | None, by: str, now: int) -> None:
    """Drops the draft; the newest version, if there is one, is again all there is.

    Raises Unknown where there is no draft, StaleDraft where it has another revision than the caller saw.
    """
    stored = _row(connection, kind, key, lock=True)
    if stored is None or stored.document is None:
        raise Unknown(f"there is no draft of {kind} {key!r}")
    if revision is not None and revision != stored.revision:
        raise StaleDraft(stored.definition, stored)
    close(connection, stored, by=by, now=now)


def close(connection: Connection, draft: Draft, *, by: str, now: int) -> None:
    """Ends the draft, keeping its revision from being given out again."""
    _write(
        connection,
        Draft(
            kind=draft.kind,
            key=draft.key,
            document=None,
            revision=draft.revision + 1,
            base_version=None,
            updated_at=now,
            updated_by=by,
            authors="[]",
        ),
        new=False,
    )


def put_all(connection: Connection, documents: Iterable[Definition], *, by: str, now: int) -> None:
    """Saves a draft of each definition, over whatever draft there is."""
    for document in documents:
        put(connection, document, revision=None, by=by, now=now)


def close_all(connection: Connection, names: Iterable[str], *, by: str, now: int) -> None:
    """Ends the drafts called "kind/key", as `close` does."""
    rows = [{"kind_": kind, "key_": key} for kind, _, key in (name.partition("/") for name in names)]
    if rows:
        ended = {"document": None, "base_version": None, "updated_at": now, "updated_by": by, "authors": "[]"}
        mine = (Draft.kind == bindparam("kind_"), Draft.key == bindparam("key_"), Draft.document.is_not(None))
        connection.execute(update(Draft.__table__).where(*mine).values(revision=Draft.revision + 1, **ended), rows)


def definitions(connection: Connection, *, kind: str | None = None, search: str = "") -> list[Listed]:
    """Every definition there is, drafted or published, by kind and key; `search` is looked for in both names."""
    listed = {}
    for row in connection.execute(_newest_versions):
        listed[row.kind, row.key] = Listed(
            kind=row.kind,
            key=row.key,
            name="",
            number=row.number,
            version=row.id,
            revision=None,
            changed_at=row.created_at,
            changed_by=row.author,
        )
    names = _names_of(connection, [entry.version for entry in listed.values() if entry.version])
    listed = {at: structs.replace(entry, name=names[entry.version or ""]) for at, entry in listed.items()}
    for draft in find(connection):
        published = listed.get((draft.kind, draft.key))
        listed[draft.kind, draft.key] = Listed(
            kind=draft.kind,
            key=draft.key,
            name=_named(draft.document or "{}"),
            number=published.number if published else None,
            version=published.version if published else None,
            revision=draft.revision,
            changed_at=draft.updated_at,
            changed_by=draft.updated_by,
        )
    needle = search.casefold()
    return [
        entry
        for name, entry in sorted(listed.items())
        if (kind is None or entry.kind == kind) and (needle in entry.key or needle in entry.name.casefold())
    ]


# --- layouts ------------------------------------------------------------------------------------------


def layout(connection: Connection, kind: str, key: str) -> dict[str, Any] | None:
    """Where the cards of the definition stand, as the canvas wrote it; None before the first time."""
    row = connection.execute(select(Layout).where(Layout.kind == kind, Layout.key == key)).one_or_none()
    return None if row is None else Layout(**row._mapping).content


def put_layout(connection: Connection, kind: str, key: str, content: dict[str, Any], *, by: str, now: int) -> None:
    """Stores it; the last one to move a card wins, for nothing is lost but a position."""
    values = {"document": msgspec.json.encode(content).decode(), "updated_at": now, "updated_by": by}
    there = connection.execute(update(Layout).where(Layout.kind == kind, Layout.key == key).values(**values)).rowcount
    if not there:
        connection.execute(insert(Layout).values(kind=kind, key=key, **values))


# --- rows ---------------------------------------------------------------------------------------------


class _Named(Struct):
    name: str = ""


_decode_named = msgspec.json.Decoder(_Named).decode


def _named(document: str) -> str:
    """The name in a document; empty where it cannot be read, so that a list still shows the others."""
    try:
        return _decode_named(document).name
    except Exception:
        log.exception("the name of a definition cannot be read")
        return ""


_v = versions_table.c
_last = select(_v.kind, _v.key, func.max(_v.number).label("number")).group_by(_v.kind, _v.key).subquery()
_newest_versions = select(_v.id, _v.kind, _v.key, _v.number, _v.author, _v.created_at).join(
    _last, (_v.kind == _last.c.kind) & (_v.key == _last.c.key) & (_v.number == _last.c.number)
)

# A version never changes, so neither does its name: thousands of documents need not be read for every list of them.
_names: dict[str, str] = {}
MOST_NAMES = 50_000
CHUNK = 500  # databases bound the number of parameters of a statement


def _names_of(connection: Connection, ids: list[str]) -> dict[str, str]:
    """What versions are called, by their ids."""
    known = {id_: _names[id_] for id_ in ids if id_ in _names}
    missing = [id_ for id_ in ids if id_ not in known]
    if len(_names) + len(missing) > MOST_NAMES:
        _names.clear()
    for start in range(0, len(missing), 500):
        query = select(_v.id, _v.document).where(_v.id.in_(missing[start : start + 500]))
        known |= {row.id: _named(row.document) for row in connection.execute(query)}
    _names.update(known)
    return known


def _row(connection: Connection, kind: str, key: str, *, lock: bool = False) -> Draft | None:
    query = select(Draft).where(Draft.kind == kind, Draft.key == key)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _draft(row)


def _draft(row: Row[Any]) -> Draft:
    return Draft(**row._mapping)


def _write(connection: Connection, draft: Draft, *, new: bool) -> None:
    columns = ("kind", "key", "document", "revision", "base_version", "updated_at", "updated_by", "authors")
    values = {column: getattr(draft, column) for column in columns}
    if new:
        connection.execute(insert(Draft).values(**values))
    else:
        connection.execute(update(Draft).where(Draft.kind == draft.kind, Draft.key == draft.key).values(**values))


def _newest(connection: Connection, kind: str, key: str) -> str | None:
    v = versions_table.c
    query = select(v.id).where(v.kind == kind, v.key == key).order_by(v.number.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()
