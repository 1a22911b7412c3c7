"""Acts on many fallout records: previewed, then worked off in the background at a pace, record by record.

Each record is a transaction of its own. What was not done yet is in the rows, so a worker that starts goes on where
another one stopped. It stops by itself after so many failures: acts that were refused, and items that failed again.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, exists, func, insert, literal, select, update

from runtime import desk, engine, fallout
from runtime.core.transitions import ENDED, FIRST, move
from runtime.database import Database
from runtime.desk import Filter
from runtime.errors import IllegalMove, Refusal, Unknown
from runtime.schema import bulk_acts, bulk_entries, orders
from runtime.schema import fallout as records

log = logging.getLogger(__name__)

IDLE = 1_000  # milliseconds between looks for work
ACTS = {"retry": ("item", "plan"), "skip": ("item",), "resolve": ("push", "late answer", "report")}
REFUSED = {
    "retry": {
        "push": "the item has ended; the push is not sent again",
        "late answer": "the item has ended",
        "report": "no item failed",
    },
    "skip": {
        "plan": "the order has no plan yet; retry or cancel it",
        "push": "the item has ended",
        "late answer": "the item has ended",
        "report": "no item failed",
    },
    "resolve": {"item": "the item waits for a decision", "plan": "the order waits for a decision"},
}


class Preview(Struct, frozen=True):
    """What an act would come to: how many records and orders, and how many of them would be refused, by reason."""

    records: int
    orders: int
    refused: dict[str, int]

    @property
    def acted_on(self) -> int:
        return self.records - sum(self.refused.values())


def preview(connection: Connection, act: str, wanted: Filter) -> Preview:
    """What an act on these records would come to now."""
    by_about = desk.count_by(connection, wanted, "about")
    query = select(func.count(records.c.order_id.distinct())).join(orders, orders.c.id == records.c.order_id)
    affected = connection.execute(query.where(*desk.narrowed(wanted))).scalar_one()
    refused: dict[str, int] = {}
    for about, n in by_about.items():
        if about not in ACTS[act]:
            reason = REFUSED[act][about]
            refused[reason] = refused.get(reason, 0) + n
    return Preview(sum(by_about.values()), int(affected), refused)


def begin(
    connection: Connection, act: str, wanted: Filter, *, reason: str, pace: int, threshold: int, by: str, now: int
) -> int:
    """Stores an act on all records that the filter finds now, to be worked off; gives its number. Raises IllegalMove
    where it finds none."""
    wanted = msgspec.structs.replace(wanted, states=tuple(set(wanted.states) & set(desk.UNRESOLVED)))
    bulk_id: int = connection.execute(
        insert(bulk_acts)
        .values(
            act=act,
            filter=msgspec.json.encode(wanted).decode(),
            reason=reason,
            pace=pace,
            threshold=threshold,
            state=FIRST["bulk"],
            by=by,
            created_at=now,
            next_at=now,
        )
        .returning(bulk_acts.c.id)
    ).scalar_one()
    chosen = (
        select(literal(bulk_id), records.c["id", "order_id", "item"], literal("waiting"), literal(""))
        .join(orders, orders.c.id == records.c.order_id)
        .where(*desk.narrowed(wanted))
    )
    made = connection.execute(
        insert(bulk_entries).from_select(["bulk_id", "fallout_id", "order_id", "item", "state", "message"], chosen)
    )
    if not made.rowcount:
        raise IllegalMove("no fallout record is open that fits this filter")
    return bulk_id


def stop(connection: Connection, bulk_id: int, *, by: str, now: int) -> None:
    """Stops an act before its next record. Raises Unknown, IllegalMove."""
    row = _locked(connection, bulk_id)
    _move(connection, row, "bulk stopped", now, f"stopped by {by}")


def resume(connection: Connection, bulk_id: int, *, threshold: int, by: str, now: int) -> None:
    """Goes on with an act that was stopped; its failures so far do not count again: `threshold` more may come. Raises
    Unknown, IllegalMove."""
    row = _locked(connection, bulk_id)
    _move(connection, row, "bulk resumed", now, None)
    more = failures(connection, bulk_id) + threshold
    connection.execute(update(bulk_acts).where(bulk_acts.c.id == bulk_id).values(threshold=more, next_at=now))


# --- working it off -----------------------------------------------------------------------------------


def step(database: Database, now: int) -> int:
    """Does what is due of one act, if one is; gives the moment of the next look, in ms since 1970."""
    due = select(bulk_acts.c["id", "pace"]).where(bulk_acts.c.state == "running", bulk_acts.c.next_at <= now)
    with database.reading() as connection:
        row = connection.execute(due.order_by(bulk_acts.c.next_at, bulk_acts.c.id).limit(1)).one_or_none()
    if row is None:
        return now + IDLE
    pause = max(IDLE, 60_000 // row.pace)
    for _ in range(max(1, row.pace * pause // 60_000)):
        if not _one(database, row.id, now, now + pause):
            break
    return now


def _one(database: Database, bulk_id: int, now: int, next_at: int) -> bool:
    """Takes the next record of an act; whether there may be another one."""
    with database.writing() as connection:
        row = connection.execute(
            select(bulk_acts).where(bulk_acts.c.id == bulk_id).with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None or row.state != "running":
            return False
        failed = failures(connection, bulk_id)
        if failed >= row.threshold:
            _move(connection, row, "bulk stopped", now, f"{failed} failures; the limit is {row.threshold}")
            return False
        entry = connection.execute(
            select(bulk_entries)
            .where(bulk_entries.c.bulk_id == bulk_id, bulk_entries.c.state == "waiting")
            .order_by(bulk_entries.c.fallout_id)
            .limit(1)
        ).one_or_none()
        if entry is None:
            _move(connection, row, "bulk finished", now, None)
            return False
        connection.execute(update(bulk_acts).where(bulk_acts.c.id == bulk_id).values(next_at=next_at))
        try:
            with connection.begin_nested():
                _act(connection, row, entry, now)
            state, message = "done", ""
        except Refusal as refusal:
            state, message = "refused", str(refusal)
        except Exception as error:  # one order never stops the others
            log.exception("bulk act %d: record %d", bulk_id, entry.fallout_id)
            state, message = "refused", f"an unexpected error: {type(error).__name__}: {error}"[:500]
        connection.execute(
            update(bulk_entries)
            .where(bulk_entries.c.bulk_id == bulk_id, bulk_entries.c.fallout_id == entry.fallout_id)
            .values(state=state, message=message, at=now)
        )
    return True


def _act(connection: Connection, row: Row[Any], entry: Row[Any], now: int) -> None:
    record = connection.execute(select(records).where(records.c.id == entry.fallout_id)).one()
    if record.state in ENDED["fallout"]:
        raise IllegalMove(f"resolved meanwhile by {record.resolved_by or 'itself'}")
    if record.about not in ACTS[row.act]:
        raise IllegalMove(REFUSED[row.act][record.about])
    if row.act == "resolve":
        fallout.dismiss(connection, record.id, reason=row.reason, by=row.by, now=now)
    elif record.about == "plan":
        engine.retry_plan(connection, record.order_id, by=row.by, now=now)
    elif row.act == "retry":
        engine.retry_item(connection, record.order_id, record.item, reason=row.reason, by=row.by, now=now)
    else:
        engine.skip_item(connection, record.order_id, record.item, reason=row.reason, by=row.by, now=now)


_again = records.alias("again")
_failed_again = exists().where(
    _again.c.order_id == bulk_entries.c.order_id,
    func.coalesce(_again.c.item, -1) == func.coalesce(bulk_entries.c.item, -1),
    _again.c.about.in_(("item", "plan")),
    _again.c.id > bulk_entries.c.fallout_id,
    _again.c.opened_at >= bulk_entries.c.at,
)


def failures(connection: Connection, bulk_id: int) -> int:
    """How many records of an act were refused, or failed again after it."""
    of_it = select(func.count()).select_from(bulk_entries).where(bulk_entries.c.bulk_id == bulk_id)
    refused = connection.execute(of_it.where(bulk_entries.c.state == "refused")).scalar_one()
    again = connection.execute(of_it.where(bulk_entries.c.state == "done", _failed_again)).scalar_one()
    return int(refused) + int(again)


# --- its report ---------------------------------------------------------------------------------------


def act(connection: Connection, bulk_id: int) -> Row[Any]:
    """One act. Raises Unknown."""
    row = connection.execute(select(bulk_acts).where(bulk_acts.c.id == bulk_id)).one_or_none()
    if row is None:
        raise Unknown(f"there is no bulk act {bulk_id}")
    return row


def acts(connection: Connection, *, limit: int) -> list[Row[Any]]:
    """The newest acts."""
    return list(connection.execute(select(bulk_acts).order_by(bulk_acts.c.id.desc()).limit(limit)))


def progress(connection: Connection, bulk_id: int) -> dict[str, int]:
    """How many records of an act are waiting, done, refused, and failed again (of those done)."""
    query = select(bulk_entries.c.state, func.count()).where(bulk_entries.c.bulk_id == bulk_id)
    found = {state: int(n) for state, n in connection.execute(query.group_by(bulk_entries.c.state))}
    told = {state: found.get(state, 0) for state in ("waiting", "done", "refused")}
    return told | {"failed again": failures(connection, bulk_id) - told["refused"]}


def entries(
    connection: Connection, bulk_id: int, *, after: int = 0, offset: int = 0, limit: int | None = None
) -> list[Row[Any]]:
    """The records of an act in its order: fallout_id, order_id, item, state, message, at, again (whether it failed
    again), external_id, plan, key."""
    query = (
        select(
            bulk_entries,
            _failed_again.label("again"),
            orders.c.external_id,
            records.c["plan", "key"],
        )
        .join(orders, orders.c.id == bulk_entries.c.order_id)
        .join(records, records.c.id == bulk_entries.c.fallout_id)
        .where(bulk_entries.c.bulk_id == bulk_id, bulk_entries.c.fallout_id > after)
    )
    return list(connection.execute(query.order_by(bulk_entries.c.fallout_id).offset(offset or None).limit(limit)))


def _locked(connection: Connection, bulk_id: int) -> Row[Any]:
    act(connection, bulk_id)
    return connection.execute(select(bulk_acts).where(bulk_acts.c.id == bulk_id).with_for_update()).one()


def _move(connection: Connection, row: Row[Any], event: str, now: int, ending: str | None) -> None:
    state = move("bulk", row.state, event)
    ended = now if state in ENDED["bulk"] else None
    connection.execute(
        update(bulk_acts).where(bulk_acts.c.id == row.id).values(state=state, ended_at=ended, ending=ending)
    )
