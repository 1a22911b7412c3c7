"""What the fallout desk asks of the database: groups of equal records, records, and what a person decides by."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, Select, String, cast, func, or_, select

from runtime import releases
from runtime.core.evaluation import Evaluation, Unusable
from runtime.core.kinds.fields import LEFT_OUT, field_value
from runtime.core.names import names_for
from runtime.core.release import CompiledItem
from runtime.core.transitions import ENDED, FALLOUT
from runtime.core.turn import Turn
from runtime.core.values import decode, to_json
from runtime.schema import events, fallout, items, orders
from runtime.store import feed, load_orders

Rows = list[Row[Any]]
UNRESOLVED = tuple(state for state in FALLOUT if state not in ENDED["fallout"])


class Filter(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which records; an empty field narrows nothing. `text` is looked for in the error, the signature and the external
    id of the order."""

    states: tuple[str, ...] = UNRESOLVED
    signature: str = ""
    about: str = ""
    system: str = ""
    plan: str = ""
    owner: str = ""
    order: int | None = None
    text: str = ""


def narrowed(wanted: Filter) -> list[ColumnElement[bool]]:
    """The conditions of a filter, over records joined with their orders."""
    found: list[ColumnElement[bool]] = [fallout.c.state.in_(wanted.states)]
    for name in ("signature", "about", "system", "plan", "owner"):
        if value := getattr(wanted, name):
            found.append(fallout.c[name] == value)
    if wanted.order is not None:
        found.append(fallout.c.order_id == wanted.order)
    if wanted.text:
        columns = (fallout.c.error, fallout.c.signature, orders.c.external_id, cast(fallout.c.order_id, String))
        found.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    return found


def _of(wanted: Filter, *columns: Any) -> Select[Any]:
    return select(*columns).join(orders, orders.c.id == fallout.c.order_id).where(*narrowed(wanted))


def find(
    connection: Connection, wanted: Filter, *, before: int | None = None, offset: int = 0, limit: int | None = None
) -> Rows:
    """Records with the external id and release of their order, newest first; `before` is the number that the page
    before ended with."""
    query = _of(wanted, fallout, orders.c["external_id", "release_id"])
    if before is not None:
        query = query.where(fallout.c.id < before)
    return list(connection.execute(query.order_by(fallout.c.id.desc()).offset(offset or None).limit(limit)))


def count(connection: Connection, wanted: Filter) -> int:
    """How many records there are in all."""
    return int(connection.execute(_of(wanted, func.count(fallout.c.id))).scalar_one())


def count_by(connection: Connection, wanted: Filter, column: str) -> dict[str, int]:
    """How many records there are for each value of a column."""
    query = _of(wanted, fallout.c[column], func.count(fallout.c.id)).group_by(fallout.c[column])
    return {value or "": int(n) for value, n in connection.execute(query)}


def groups(connection: Connection, wanted: Filter, *, offset: int = 0, limit: int | None = None) -> Rows:
    """Equal records together, the most first: signature, about, cause, code, system, operation, plan, key (of one of
    them), records, orders, first_at, last_at, error (of the newest)."""
    n = func.count(fallout.c.id)
    query = _of(
        wanted,
        fallout.c.signature,
        *(func.max(fallout.c[name]).label(name) for name in ("about", "cause", "code", "system", "operation")),
        *(func.max(fallout.c[name]).label(name) for name in ("plan", "key")),
        n.label("records"),
        func.count(fallout.c.order_id.distinct()).label("orders"),
        func.min(fallout.c.opened_at).label("first_at"),
        func.max(fallout.c.opened_at).label("last_at"),
        func.max(fallout.c.id).label("newest"),
    ).group_by(fallout.c.signature)
    query = query.order_by(n.desc(), fallout.c.signature).offset(offset or None).limit(limit)
    grouped = query.subquery()
    whole = select(grouped, fallout.c.error).join(fallout, fallout.c.id == grouped.c.newest)
    return list(connection.execute(whole.order_by(grouped.c.records.desc(), grouped.c.signature)))


def count_groups(connection: Connection, wanted: Filter) -> int:
    """How many groups there are in all."""
    return int(connection.execute(_of(wanted, func.count(fallout.c.signature.distinct()))).scalar_one())


def record(connection: Connection, fallout_id: int) -> Row[Any] | None:
    """One record, with the external id, release and state of its order."""
    query = select(fallout, orders.c["external_id", "release_id"], orders.c.state.label("order_state"))
    query = query.join(orders, orders.c.id == fallout.c.order_id)
    return connection.execute(query.where(fallout.c.id == fallout_id)).one_or_none()


def open_of_item(connection: Connection, order_id: int, n: int) -> int | None:
    """The number of the record of a failed item that waits for a decision."""
    query = select(fallout.c.id).where(
        fallout.c.order_id == order_id, fallout.c.item == n, fallout.c.state.in_(UNRESOLVED)
    )
    return connection.execute(query.order_by(fallout.c.id.desc()).limit(1)).scalar()


def stuck_plan(connection: Connection, order_id: int) -> Row[Any] | None:
    """The record of an order whose plan could not be made, and waits for a decision."""
    query = select(fallout).where(
        fallout.c.order_id == order_id, fallout.c.about == "plan", fallout.c.state.in_(UNRESOLVED)
    )
    return connection.execute(query.order_by(fallout.c.id.desc()).limit(1)).one_or_none()


def history(connection: Connection, row: Row[Any]) -> Rows:
    """The events of a record: what opened it, what people did with it, and what became of its item."""
    query = select(events).where(events.c.order_id == row.order_id, events.c.seq >= row.seq)
    about_it = events.c.item.is_(None) if row.item is None else events.c.item == row.item
    found = connection.execute(query.where(about_it).order_by(events.c.seq)).all()
    return [each for each in found if not _of_another(each, row.seq)]


def _of_another(event: Row[Any], seq: int) -> bool:
    return event.type.startswith("fallout ") and decode(event.data).get("fallout", seq) != seq


# --- what a decision needs ----------------------------------------------------------------------------


class Reader(Struct, frozen=True):
    """An item that reads the result of another, and the fields it reads; none: all of it."""

    n: int
    name: str
    fields: tuple[str, ...]


def readers(connection: Connection, order_id: int, release_id: int, n: int, key: str) -> list[Reader]:
    """The items of an order that have not ended and read the result of its item `n`, called `key` in its plan."""
    release = releases.load(connection, release_id)
    query = select(items.c["n", "plan", "key", "reads"]).where(
        items.c.order_id == order_id,
        items.c.state.not_in(ENDED["item"]),
        items.c.reads.contains(f'"{key}":', autoescape=True),
    )
    found = []
    for each in connection.execute(query.order_by(items.c.n)):
        if n in decode(each.reads).get(key, ()):
            compiled = release.plan(each.plan).items[each.key]
            found.append(Reader(each.n, compiled.definition.name, fields_read(compiled, key)))
    return found


def readers_of_all(connection: Connection, wanted: Filter) -> list[tuple[str, str]]:
    """Which items of plans read the results of the items that a filter finds, and what they read, in words."""
    query = _of(wanted, orders.c.release_id, fallout.c["plan", "key"]).where(fallout.c.about == "item").distinct()
    found = set()
    for row in connection.execute(query):
        for compiled in releases.load(connection, row.release_id).plan(row.plan).items.values():
            if compiled.definition.key != row.key and (compiled.reads is None or row.key in compiled.reads):
                what = ", ".join(fields_read(compiled, row.key)) or "the result"
                found.add((compiled.definition.name, what))
    return sorted(found)


def fields_read(compiled: CompiledItem, key: str) -> tuple[str, ...]:
    """The fields of `results.<key>` that the expressions of an item read."""
    expressions = [compiled.condition, compiled.until, compiled.assign]
    expressions += [expression for _, expression in compiled.inputs]
    expressions += [field.expression for field in (*compiled.result, *compiled.call)]
    paths = {path for expression in expressions if expression for path in expression.paths}
    return tuple(sorted({path[2] for path in paths if path[:2] == ("results", key) and len(path) > 2}))


class Sent(Struct, frozen=True):
    """A request as it was sent, or (not `was_sent`) as it would be; `missing` are fields without a value, and why."""

    body: dict[str, Any]
    was_sent: bool
    missing: dict[str, str] = {}


def request_of(connection: Connection, order_id: int, n: int, now: int) -> Sent | None:
    """What the system of an item was asked last; None for an item that calls none."""
    turn = Turn(now, lambda *_: "", float)  # it starts nothing, so it gives no keys
    load_orders(connection, turn, [order_id])
    order = turn.orders[order_id]
    turn.wanted.items.add((order_id, n))
    feed(connection, turn, turn.wanted)
    item = order.items[n]
    if item.compiled.operation is None:
        return None
    if (sent := _sent(connection, order_id, n)) is not None:
        return Sent(sent, was_sent=True)
    if item.request is not None:
        return Sent(item.request, was_sent=bool(item.attempt))
    while (names := names_for(order, item, turn.wanted)) is None:
        feed(connection, turn, turn.wanted)
        turn.wanted = type(turn.wanted)()
    body: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for field in item.compiled.call:
        try:
            value = field_value(field, names, Evaluation(now))
        except Unusable as unusable:
            body[field.name], missing[field.name] = None, str(unusable)
        else:
            if value is not LEFT_OUT:
                body[field.name] = to_json(value)
    return Sent(body, was_sent=bool(item.attempt), missing=missing)


def _sent(connection: Connection, order_id: int, n: int) -> dict[str, Any] | None:
    """The request of the newest attempt whose request is recorded."""
    query = select(events.c.data).where(
        events.c.order_id == order_id, events.c.item == n, events.c.type == "attempt ended"
    )
    for data in connection.execute(query.order_by(events.c.seq.desc())).scalars():
        request = decode(data).get("request")
        if isinstance(request, dict):
            return request
    return None
