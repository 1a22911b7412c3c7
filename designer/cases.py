"""Where the test cases of definitions are kept: beside them, because they change without changing what is meant."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from designer.models import SavedCase
from designer.trials import Case
from runtime.errors import Unknown


def find(connection: Connection, kind: str, key: str) -> tuple[Case, ...]:
    """The test cases of a definition in the order in which they were made."""
    query = select(SavedCase).where(SavedCase.kind == kind, SavedCase.key == key).order_by(SavedCase.id)
    return tuple(
        Case(row.id, row.name, msgspec.json.decode(row.given, type=dict[str, str]), row.expected)
        for row in connection.execute(query)
    )


def put(connection: Connection, kind: str, key: str, case: Case, *, by: str, now: int) -> Case:
    """Saves a case; id 0 makes a new one. Raises Unknown for an id that the definition does not have."""
    values = {
        "name": case.name,
        "given": msgspec.json.encode(case.given, order="sorted").decode(),
        "expected": case.expected,
        "updated_at": now,
        "updated_by": by,
    }
    if case.id:
        mine = (SavedCase.kind == kind, SavedCase.key == key, SavedCase.id == case.id)
        if not connection.execute(update(SavedCase).where(*mine).values(**values)).rowcount:
            raise Unknown(f"{kind} {key!r} has no test case {case.id}")
        return case
    newest = select(func.coalesce(func.max(SavedCase.id), 0)).where(SavedCase.kind == kind, SavedCase.key == key)
    id_ = connection.execute(newest).scalar_one() + 1
    connection.execute(insert(SavedCase).values(kind=kind, key=key, id=id_, **values))
    return msgspec.structs.replace(case, id=id_)


def remove(connection: Connection, kind: str, key: str, id_: int) -> None:
    """Drops a case. Raises Unknown."""
    mine = (SavedCase.kind == kind, SavedCase.key == key, SavedCase.id == id_)
    if not connection.execute(delete(SavedCase).where(*mine)).rowcount:
        raise Unknown(f"{kind} {key!r} has no test case {id_}")
