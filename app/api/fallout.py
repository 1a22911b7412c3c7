"""Fallout over HTTP: groups, records, what is done with one of them, and with many."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from app import db
from app.api import bodies
from app.api.answers import (
    body_of,
    json_answer,
    limit_of,
    natural,
    parameter,
    polled,
    refuse_other_parameters,
    truth,
)
from app.api.idempotency import once
from app.api.openapi import described, parameters
from app.auth import allow, user_name
from app.moments import moment
from runtime import bulk, desk, engine, fallout
from runtime.core.fallout import ABOUT
from runtime.core.transitions import FALLOUT
from runtime.desk import Filter
from runtime.errors import Fault, IllegalMove, Unknown, WrongForm

routes = Blueprint("api_fallout", __name__, url_prefix="/api/v1/fallout")

AGENTS = ("fallout agent", "fallout manager", "api")
MANAGERS = ("fallout manager", "api")
NARROWING = {
    "state": (str, f"one of {', '.join(FALLOUT)}; all that is not resolved if not given"),
    "signature": (str, "of this group"),
    "about": (str, f"one of {', '.join(ABOUT)}"),
    "system": (str, "of this system"),
    "plan": (str, "of items of this plan"),
    "owner": (str, "of this person"),
    "order": (int, "of this order"),
    "search": (str, "part of the error, the signature or the external id"),
}


@routes.get("")
@allow(*AGENTS, scope="orders:read")
@described(
    "fallout",
    bodies.FalloutList,
    query=parameters(
        "FalloutQuery",
        **NARROWING,
        cursor=(str, "`next` of the page before"),
        limit=(int, "1 to 200; 50 if not given"),
    ),
    refusals=(400,),
)
def find() -> ResponseReturnValue:
    """Fallout records, newest first, a page at a time; `total` counts all that fit."""
    refuse_other_parameters(*NARROWING, "cursor", "limit")
    limit, wanted = limit_of(50, 200), _wanted()
    before = parameter("cursor", natural, None, "what `next` of the page before said")
    rows = desk.find(db.connection(), wanted, before=before, limit=limit + 1)
    page = rows[:limit]
    return polled(
        bodies.FalloutList(
            records=[_shown(row) for row in page],
            total=desk.count(db.connection(), wanted),
            next=str(page[-1].id) if len(rows) > limit else None,
        )
    )


@routes.get("/groups")
@allow(*AGENTS, scope="orders:read")
@described(
    "fallout",
    bodies.FalloutGroups,
    query=parameters(
        "FalloutGroupQuery",
        **NARROWING,
        offset=(int, "how many to leave out"),
        limit=(int, "1 to 200; 50 if not given"),
    ),
    refusals=(400,),
)
def find_groups() -> ResponseReturnValue:
    """Equal records together, the most first; `total` counts all groups that fit."""
    refuse_other_parameters(*NARROWING, "offset", "limit")
    limit, wanted = limit_of(50, 200), _wanted()
    offset = parameter("offset", natural, 0, "a whole number")
    groups = [
        bodies.FalloutGroup.of(row, first_at=moment(row.first_at), last_at=moment(row.last_at))
        for row in desk.groups(db.connection(), wanted, offset=offset, limit=limit)
    ]
    return polled(bodies.FalloutGroups(groups=groups, total=desk.count_groups(db.connection(), wanted)))


@routes.get("/<int:fallout_id>")
@allow(*AGENTS, scope="orders:read")
@described("fallout", bodies.FalloutRecord, refusals=(404,))
def read(fallout_id: int) -> ResponseReturnValue:
    """One record."""
    return polled(_shown(_record(fallout_id)))


# --- what is done with one ----------------------------------------------------------------------------


@routes.post("/<int:fallout_id>/retry")
@allow(*AGENTS, scope="orders:write")
@described("fallout", bodies.FalloutRecord, body=bodies.ItemRetry, refusals=(400, 404, 409, 415))
def retry(fallout_id: int) -> ResponseReturnValue:
    """Has a failed item tried again, with a corrected `request` if one is given, or the plan of an order made again."""
    wanted: bodies.ItemRetry = body_of(bodies.ItemRetry)
    row = _record(fallout_id)
    if row.about == "plan":
        engine.retry_plan(db.connection(), row.order_id, by=user_name(), now=db.now())
    else:
        engine.retry_item(
            db.connection(),
            row.order_id,
            _undecided(row),
            request=wanted.request,
            reason=wanted.reason,
            by=user_name(),
            now=db.now(),
        )
    return json_answer(_shown(_record(fallout_id)))


@routes.post("/<int:fallout_id>/run")
@allow(*AGENTS, scope="orders:write")
@described("fallout", bodies.FalloutRecord, refusals=(404, 409))
def run(fallout_id: int) -> ResponseReturnValue:
    """Has a failed item begin without asking its condition."""
    row = _record(fallout_id)
    engine.run_item(db.connection(), row.order_id, _undecided(row), by=user_name(), now=db.now())
    return json_answer(_shown(_record(fallout_id)))


@routes.post("/<int:fallout_id>/complete")
@allow(*AGENTS, scope="orders:write")
@described("fallout", bodies.FalloutRecord, body=bodies.ItemCompletion, refusals=(400, 404, 409, 415))
def complete(fallout_id: int) -> ResponseReturnValue:
    """Completes a failed item by hand, with the result that it declares."""
    wanted: bodies.ItemCompletion = body_of(bodies.ItemCompletion)
    row = _record(fallout_id)
    with in_values():
        engine.complete_item(
            db.connection(),
            row.order_id,
            _undecided(row),
            wanted.values,
            reason=wanted.reason,
            by=user_name(),
            now=db.now(),
        )
    return json_answer(_shown(_record(fallout_id)))


@routes.post("/<int:fallout_id>/skip")
@allow(*AGENTS, scope="orders:write")
@described("fallout", bodies.FalloutRecord, body=bodies.Skip, refusals=(400, 404, 409, 415))
def skip(fallout_id: int) -> ResponseReturnValue:
    """Leaves a failed item out; `values` stand in for the result that later items read."""
    wanted: bodies.Skip = body_of(bodies.Skip)
    row = _record(fallout_id)
    with in_values():
        engine.skip_item(
            db.connection(),
            row.order_id,
            _undecided(row),
            reason=wanted.reason,
            values=wanted.values,
            by=user_name(),
            now=db.now(),
        )
    return json_answer(_shown(_record(fallout_id)))


@routes.post("/<int:fallout_id>/resolve")
@allow(*AGENTS, scope="orders:write")
@described("fallout", bodies.FalloutRecord, body=bodies.FalloutReason, refusals=(400, 404, 409, 415))
def resolve(fallout_id: int) -> ResponseReturnValue:
    """Resolves a record for which nothing waits: a late answer, a lost push, a report."""
    wanted: bodies.FalloutReason = body_of(bodies.FalloutReason)
    fallout.dismiss(db.connection(), _record(fallout_id).id, reason=wanted.reason, by=user_name(), now=db.now())
    return json_answer(_shown(_record(fallout_id)))


@routes.post("/<int:fallout_id>/assign")
@allow(*AGENTS, scope="orders:write")
@described("fallout", bodies.FalloutRecord, body=bodies.FalloutOwner, refusals=(400, 404, 409, 415))
def assign(fallout_id: int) -> ResponseReturnValue:
    """Gives a record to a person."""
    wanted: bodies.FalloutOwner = body_of(bodies.FalloutOwner)
    fallout.assign(db.connection(), fallout_id, to=wanted.to, by=user_name(), now=db.now())
    return json_answer(_shown(_record(fallout_id)))


@routes.post("/<int:fallout_id>/start")
@allow(*AGENTS, scope="orders:write")
@described("fallout", bodies.FalloutRecord, refusals=(404, 409))
def start(fallout_id: int) -> ResponseReturnValue:
    """The caller begins to work on a record, and owns it."""
    fallout.start(db.connection(), fallout_id, by=user_name(), now=db.now())
    return json_answer(_shown(_record(fallout_id)))


@routes.post("/<int:fallout_id>/release")
@allow(*AGENTS, scope="orders:write")
@described("fallout", bodies.FalloutRecord, refusals=(404, 409))
def release(fallout_id: int) -> ResponseReturnValue:
    """Puts a record back, for anybody to take."""
    fallout.release(db.connection(), fallout_id, by=user_name(), now=db.now())
    return json_answer(_shown(_record(fallout_id)))


@routes.post("/<int:fallout_id>/hold")
@allow(*AGENTS, scope="orders:write")
@described("fallout", bodies.FalloutRecord, body=bodies.FalloutReason, refusals=(400, 404, 409, 415))
def hold(fallout_id: int) -> ResponseReturnValue:
    """Puts a record on hold."""
    wanted: bodies.FalloutReason = body_of(bodies.FalloutReason)
    fallout.hold(db.connection(), fallout_id, reason=wanted.reason, by=user_name(), now=db.now())
    return json_answer(_shown(_record(fallout_id)))


@routes.post("/<int:fallout_id>/notes")
@allow(*AGENTS, scope="orders:write")
@described("fallout", bodies.FalloutRecord, body=bodies.FalloutNote, refusals=(400, 404, 415))
def note(fallout_id: int) -> ResponseReturnValue:
    """Writes a note about a record; it stands in the events of the order."""
    wanted: bodies.FalloutNote = body_of(bodies.FalloutNote)
    fallout.note(db.connection(), fallout_id, note=wanted.note, by=user_name(), now=db.now())
    return json_answer(_shown(_record(fallout_id)))


# --- many ---------------------------------------------------------------------------------------------


@routes.post("/bulk")
@allow(*MANAGERS, scope="orders:write")
@once
@described(
    "fallout",
    bodies.BulkAct,
    status=201,
    creates=True,
    body=bodies.NewBulkAct,
    query=parameters("BulkQuery", dry_run=(bool, "only say what it would come to")),
    refusals=(400, 409, 415),
    also={200: bodies.BulkPreview},
)
def begin() -> ResponseReturnValue:
    """Does the same with all open records that fit a filter, one after the other, in the background."""
    refuse_other_parameters("dry_run")
    wanted: bodies.NewBulkAct = body_of(bodies.NewBulkAct)
    chosen = Filter(**msgspec.structs.asdict(wanted.filter))
    if parameter("dry_run", truth, False, "true or false"):
        found = bulk.preview(db.connection(), wanted.act, chosen)
        return json_answer(bodies.BulkPreview.of(found, acted_on=found.acted_on))
    bulk_id = bulk.begin(
        db.connection(),
        wanted.act,
        chosen,
        reason=wanted.reason,
        pace=wanted.pace,
        threshold=wanted.threshold,
        by=user_name(),
        now=db.now(),
    )
    return json_answer(_bulk(bulk_id), 201, Location=url_for(".read_bulk", bulk_id=bulk_id))


@routes.get("/bulk/<int:bulk_id>")
@allow(*AGENTS, scope="orders:read")
@described("fallout", bodies.BulkAct, refusals=(404,))
def read_bulk(bulk_id: int) -> ResponseReturnValue:
    """How far a bulk act is."""
    return polled(_bulk(bulk_id))


@routes.get("/bulk/<int:bulk_id>/entries")
@allow(*AGENTS, scope="orders:read")
@described(
    "fallout",
    bodies.BulkEntries,
    query=parameters(
        "BulkEntryQuery", cursor=(str, "`next` of the page before"), limit=(int, "1 to 1000; 200 if not given")
    ),
    refusals=(400, 404),
)
def read_entries(bulk_id: int) -> ResponseReturnValue:
    """What came of each record of a bulk act, a page at a time."""
    refuse_other_parameters("cursor", "limit")
    limit = limit_of(200, 1000)
    bulk.act(db.connection(), bulk_id)
    after = parameter("cursor", natural, 0, "what `next` of the page before said")
    rows = bulk.entries(db.connection(), bulk_id, after=after, limit=limit + 1)
    page = rows[:limit]
    return polled(
        bodies.BulkEntries(
            entries=[
                bodies.BulkEntry.of(
                    row,
                    record=str(row.fallout_id),
                    order=str(row.order_id),
                    failed_again=bool(row.again),
                    at=moment(row.at),
                )
                for row in page
            ],
            next=str(page[-1].fallout_id) if len(rows) > limit else None,
        )
    )


@routes.post("/bulk/<int:bulk_id>/stop")
@allow(*MANAGERS, scope="orders:write")
@described("fallout", bodies.BulkAct, refusals=(404, 409))
def stop(bulk_id: int) -> ResponseReturnValue:
    """Stops a bulk act before its next record."""
    bulk.stop(db.connection(), bulk_id, by=user_name(), now=db.now())
    return json_answer(_bulk(bulk_id))


@routes.post("/bulk/<int:bulk_id>/resume")
@allow(*MANAGERS, scope="orders:write")
@described("fallout", bodies.BulkAct, body=bodies.BulkResumption, refusals=(400, 404, 409, 415))
def resume(bulk_id: int) -> ResponseReturnValue:
    """Goes on with a bulk act that was stopped; `threshold` more failures may come."""
    wanted: bodies.BulkResumption = body_of(bodies.BulkResumption)
    bulk.resume(db.connection(), bulk_id, threshold=wanted.threshold, by=user_name(), now=db.now())
    return json_answer(_bulk(bulk_id))


# --- as documents -------------------------------------------------------------------------------------


def _wanted() -> Filter:
    state = parameter("state", _state, None, f"one of {', '.join(FALLOUT)}")
    said: dict[str, Any] = {
        name: request.args[name] for name in ("signature", "about", "system", "plan", "owner") if name in request.args
    }
    if state is not None:
        said["states"] = (state,)
    return Filter(
        **said,
        order=parameter("order", natural, None, "the id of an order"),
        text=request.args.get("search", ""),
    )


def _state(given: str) -> str:
    if given not in FALLOUT:
        raise ValueError
    return given


def _record(fallout_id: int) -> Row[Any]:
    row = desk.record(db.connection(), fallout_id)
    if row is None:
        raise Unknown(f"there is no fallout record {fallout_id}")
    return row


def _undecided(row: Row[Any]) -> int:
    """The item that waits for a decision. Raises IllegalMove."""
    if row.about != "item" or row.state == "resolved":
        raise IllegalMove(
            f"record {row.id} is {row.state}, and about: {ABOUT[row.about].lower()}; no item waits for it"
        )
    return int(row.item)


def _shown(row: Row[Any]) -> bodies.FalloutRecord:
    return bodies.FalloutRecord.of(
        row,
        id=str(row.id),
        order=str(row.order_id),
        opened_by_event=row.seq,
        opened_at=moment(row.opened_at),
        changed_at=moment(row.changed_at),
        resolved_at=moment(row.resolved_at),
    )


def _bulk(bulk_id: int) -> bodies.BulkAct:
    row = bulk.act(db.connection(), bulk_id)
    progress = bulk.progress(db.connection(), bulk_id)
    return bodies.BulkAct.of(
        row,
        id=str(row.id),
        created_at=moment(row.created_at),
        ended_at=moment(row.ended_at),
        waiting=progress["waiting"],
        done=progress["done"],
        refused=progress["refused"],
        failed_again=progress["failed again"],
    )


class in_values:
    """The faults of values point into the `values` of the body."""

    def __enter__(self) -> None: ...

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, WrongForm):
            error.faults = tuple(Fault(f"/values{fault.pointer}", fault.message) for fault in error.faults)
