"""The states a definition has been in: its versions, its draft, and drafts that were set aside or discarded.

A state is named as addresses name it: "3" is a version, "draft" the draft, "active" the version that new orders get,
"aside-7" the draft that had revision 7 when it was set aside.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select

from designer import drafts, published
from designer.errors import StaleDraft
from designer.models import Draft, SetAside
from runtime.core import versions
from runtime.core.definitions import KINDS, Definition
from runtime.errors import Unknown
from runtime.schema import versions as versions_table


class State(Struct, frozen=True, kw_only=True):
    """One state: what the definition says in it, whose it is and since when. `label` begins a sentence; `number` is
    that of a version, `revision` that of a draft."""

    name: str
    label: str
    document: Definition
    author: str
    at: int
    number: int | None = None
    revision: int | None = None


def state(connection: Connection, kind: str, key: str, name: str, *, now: int) -> State:
    """The state called `name`. Raises Unknown where there is none."""
    known_kind(kind)
    if name == "draft":
        draft = drafts.get(connection, kind, key)
        if draft is None:
            raise Unknown(f"there is no draft of {kind} {key!r}; its versions are listed in its history")
        return _drafted(draft)
    if name == "active":
        id_ = published.active_manifest(connection, now).get(f"{kind}/{key}")
        if id_ is None:
            raise Unknown(f"{kind} {key!r} is not in the active release")
        return _version(connection, kind, key, _v.id == id_, name)
    if found := re.fullmatch(r"aside-(\d{1,9})", name, re.ASCII):
        return _aside(connection, kind, key, int(found[1]))
    if re.fullmatch(r"\d{1,9}", name, re.ASCII):
        return _version(connection, kind, key, _v.number == int(name), name)
    raise Unknown(f"{name!r} is no state of a definition; name a version by its number, or say draft or active")


def current(connection: Connection, kind: str, key: str) -> State:
    """What is being changed, or else what was published last: the draft, or the newest version. Raises Unknown."""
    draft = drafts.get(connection, known_kind(kind), key)
    if draft is not None:
        return _drafted(draft)
    row = connection.execute(_versions(kind, key).order_by(_v.number.desc()).limit(1)).one_or_none()
    if row is None:
        raise Unknown(f"there is no {kind} {key!r}; look in the list of definitions")
    return _frozen(kind, row)


def known_kind(kind: str) -> str:
    """The kind, as an address says it. Raises Unknown."""
    if kind not in KINDS:
        raise Unknown(f"there is no kind of definition called {kind!r}; the kinds are {', '.join(KINDS)}")
    return kind


def restore(connection: Connection, kind: str, key: str, name: str, *, revision: int, by: str, now: int) -> int | None:
    """Makes the draft say what the state called `name` said. Returns the revision under which the draft that was there
    is set aside; None where nobody had changed anything.

    `revision` is that of the draft the caller saw, 0 where there was none. Raises StaleDraft, Unknown.
    """
    restored = state(connection, kind, key, name, now=now)
    replaced = drafts.get(connection, kind, key)
    if revision != (replaced.revision if replaced else 0):
        raise StaleDraft(restored.document, replaced)
    drafts.put(connection, restored.document, revision=revision, by=by, now=now)
    if replaced is None or replaced.definition == restored.document:
        return None
    set_aside(connection, replaced, reason=f"{restored.label} was restored", by=by, now=now)
    return replaced.revision


def discard(connection: Connection, kind: str, key: str, *, revision: int | None, by: str, now: int) -> bool:
    """Drops the draft; where a version has a history to show it in, what it said is kept. Tells whether it is.

    Raises Unknown where there is no draft, StaleDraft where it has another revision than the caller saw.
    """
    draft = drafts.get(connection, kind, key)
    drafts.discard(connection, kind, key, revision=revision, by=by, now=now)
    if draft is None or not published.history(connection, kind, key):
        return False
    set_aside(connection, draft, reason="It was discarded", by=by, now=now)
    return True


def set_aside(connection: Connection, draft: Draft, *, reason: str, by: str, now: int) -> None:
    """Keeps what a draft said, so that it can be brought back after it is gone."""
    values = {
        "kind": draft.kind,
        "key": draft.key,
        "revision": draft.revision,
        "document": draft.document,
        "updated_at": draft.updated_at,
        "updated_by": draft.updated_by,
        "reason": reason,
        "set_aside_at": now,
        "set_aside_by": by,
    }
    connection.execute(insert(SetAside).values(**values))


def all_set_aside(connection: Connection, kind: str, key: str) -> list[SetAside]:
    """The drafts that were set aside, the newest first."""
    query = select(SetAside).where(SetAside.kind == kind, SetAside.key == key).order_by(SetAside.revision.desc())
    return [SetAside(**row._mapping) for row in connection.execute(query)]


def _drafted(draft: Draft) -> State:
    return State(
        name="draft",
        label="The draft",
        document=draft.definition,
        author=draft.updated_by,
        at=draft.updated_at,
        revision=draft.revision,
    )


_v = versions_table.c


def _versions(kind: str, key: str) -> Select[Any]:
    return select(_v.number, _v.document, _v.author, _v.created_at).where(_v.kind == kind, _v.key == key)


def _version(connection: Connection, kind: str, key: str, which: ColumnElement[bool], name: str) -> State:
    row = connection.execute(_versions(kind, key).where(which)).one_or_none()
    if row is None:
        raise Unknown(f"{kind} {key!r} has no version {name}; its history lists those there are")
    return _frozen(kind, row)


def _frozen(kind: str, row: Row[Any]) -> State:
    return State(
        name=str(row.number),
        label=f"Version {row.number}",
        document=versions.decode(kind, row.document),
        author=row.author,
        at=row.created_at,
        number=row.number,
    )


def _aside(connection: Connection, kind: str, key: str, revision: int) -> State:
    found = next((each for each in all_set_aside(connection, kind, key) if each.revision == revision), None)
    if found is None:
        raise Unknown(f"no draft of {kind} {key!r} with revision {revision} was set aside")
    return State(
        name=f"aside-{revision}",
        label="The draft set aside",
        document=versions.decode(kind, found.document),
        author=found.updated_by,
        at=found.updated_at,
        revision=revision,
    )
