"""Owners and tags of definitions: kept beside them, because they say nothing about what is meant."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select, update

from designer.errors import NotFiled
from designer.models import Filed
from runtime.errors import Fault

LONGEST_TAG = 40
LONGEST_OWNER = 80
MOST_TAGS = 20


class Filing(Struct, frozen=True):
    """Who looks after a definition, empty for nobody, and the words it is filed under, in order."""

    owner: str = ""
    tags: tuple[str, ...] = ()


NOTHING = Filing()


def find(connection: Connection) -> dict[tuple[str, str], Filing]:
    """All that is filed, by kind and key."""
    rows = connection.execute(select(Filed.kind, Filed.key, Filed.owner, Filed.tags))
    return {(row.kind, row.key): Filing(row.owner, _tags(row.tags)) for row in rows}


def get(connection: Connection, kind: str, key: str) -> Filing:
    """How one definition is filed."""
    query = select(Filed.owner, Filed.tags).where(Filed.kind == kind, Filed.key == key)
    row = connection.execute(query).one_or_none()
    return NOTHING if row is None else Filing(row.owner, _tags(row.tags))


def put(connection: Connection, kind: str, key: str, filing: Filing, *, by: str, now: int) -> Filing:
    """Files a definition and returns how: tags are small, told once and in order. Raises NotFiled."""
    kept = _sound(filing)
    mine = (Filed.kind == kind, Filed.key == key)
    if kept == NOTHING:
        connection.execute(delete(Filed).where(*mine))
        return kept
    tags = msgspec.json.encode(kept.tags).decode()
    values = {"owner": kept.owner, "tags": tags, "updated_at": now, "updated_by": by}
    if not connection.execute(update(Filed).where(*mine).values(**values)).rowcount:
        connection.execute(insert(Filed).values(kind=kind, key=key, **values))
    return kept


def _sound(filing: Filing) -> Filing:
    owner = " ".join(filing.owner.split())
    tags = tuple(sorted({" ".join(tag.split()).casefold() for tag in filing.tags} - {""}))
    faults = []
    if len(owner) > LONGEST_OWNER:
        faults.append(Fault("/owner", f"an owner has at most {LONGEST_OWNER} characters"))
    if len(tags) > MOST_TAGS:
        faults.append(Fault("/tags", f"{len(tags)} tags are more than anybody reads; keep at most {MOST_TAGS}"))
    for tag in tags:
        if len(tag) > LONGEST_TAG or "," in tag:
            faults.append(Fault("/tags", f"{tag[:50]!r} must be one word or a few, at most {LONGEST_TAG} characters"))
    if faults:
        raise NotFiled("; ".join(fault.message for fault in faults), tuple(faults))
    return Filing(owner, tags)


def _tags(json: str) -> tuple[str, ...]:
    return msgspec.json.decode(json, type=tuple[str, ...])
