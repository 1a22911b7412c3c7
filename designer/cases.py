"""Where test cases are kept: beside the definitions, because they change without changing what is meant."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from designer import outcomes, proving
from designer.asking import Answers
from designer.models import SavedCase
from designer.proving import ORDER, Result
from designer.rehearsal import Rehearsal
from designer.trials import Case
from runtime.core.orders import Order
from runtime.core.values import encode
from runtime.errors import Unknown


def find(connection: Connection, kind: str, key: str) -> tuple[Case, ...]:
    """The test cases of a definition in the order in which they were made."""
    query = select(SavedCase).where(SavedCase.kind == kind, SavedCase.key == key).order_by(SavedCase.id)
    return tuple(
        Case(row.id, row.name, msgspec.json.decode(row.given, type=dict[str, str]), row.expected)
        for row in connection.execute(query)
    )


def all_of(connection: Connection, kind: str | None = None) -> list[proving.Case]:
    """Every test case, or those of a kind, by what they belong to and in the order in which they were made."""
    query = select(SavedCase).order_by(SavedCase.kind, SavedCase.key, SavedCase.id)
    return [_case(row) for row in connection.execute(query if kind is None else query.where(SavedCase.kind == kind))]


def _case(row: Row[Any]) -> proving.Case:
    return proving.Case(kind=row.kind, key=row.key, id=row.id, name=row.name, given=row.given, expected=row.expected)


def put(connection: Connection, kind: str, key: str, case: Case, *, by: str, now: int) -> Case:
    """Saves a case; id 0 makes a new one. Raises Unknown for an id that the definition does not have."""
    given = msgspec.json.encode(case.given, order="sorted").decode()
    id_ = _put(connection, kind, key, case.id, case.name, given, case.expected, by=by, now=now)
    return msgspec.structs.replace(case, id=id_)


def put_order(
    connection: Connection, name: str, order: Order, told: Rehearsal, *, by: str, now: int, answers: Answers = ()
) -> str:
    """Saves what becomes of an order, as it was asked and with what people answered, as what is expected of it from now
    on; returns how the case is called."""
    given = encode(proving.AnsweredOrder(**structs.asdict(order), answers=answers))
    expected = "\n".join(outcomes.facts(told))
    return f"{ORDER}/{_put(connection, ORDER, '', 0, name, given, expected, by=by, now=now)}"


def accept(connection: Connection, result: Result, *, by: str, now: int) -> None:
    """From now on what came is what is expected."""
    case = result.case
    _put(connection, case.kind, case.key, case.id, case.name, case.given, result.got, by=by, now=now)


def _put(
    connection: Connection, kind: str, key: str, id_: int, name: str, given: str, expected: str, *, by: str, now: int
) -> int:
    values = {"name": name, "given": given, "expected": expected, "updated_at": now, "updated_by": by}
    if id_:
        mine = (SavedCase.kind == kind, SavedCase.key == key, SavedCase.id == id_)
        if not connection.execute(update(SavedCase).where(*mine).values(**values)).rowcount:
            raise Unknown(f"{f'{kind} {key!r}' if key else kind} has no test case {id_}")
        return id_
    newest = select(func.coalesce(func.max(SavedCase.id), 0)).where(SavedCase.kind == kind, SavedCase.key == key)
    id_ = int(connection.execute(newest).scalar_one()) + 1
    connection.execute(insert(SavedCase).values(kind=kind, key=key, id=id_, **values))
    return id_


def remove(connection: Connection, kind: str, key: str, id_: int) -> None:
    """Drops a case. Raises Unknown."""
    mine = (SavedCase.kind == kind, SavedCase.key == key, SavedCase.id == id_)
    if not connection.execute(delete(SavedCase).where(*mine)).rowcount:
        raise Unknown(f"{f'{kind} {key!r}' if key else kind} has no test case {id_}")
