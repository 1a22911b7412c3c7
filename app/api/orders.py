"""Orders over HTTP: submit, find, read, follow, and mend what could not go on by itself."""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeVar

import msgspec
from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Connection, Row

from app import db, moments
from app.api import bodies
from app.api.answers import (
    body_of,
    json_answer,
    limit_of,
    natural,
    not_modified,
    parameter,
    polled,
    refuse_other_parameters,
    truth,
)
from app.api.fallout import in_values
from app.api.idempotency import once
from app.api.openapi import described, parameters
from app.api.tasks import shown_task
from app.auth import allow, may, user_name
from app.moments import moment
from app.pages import EVERY_OFFICE_ROLE
from runtime import engine, installation, queries, releases
from runtime.core.definitions import Wait
from runtime.core.orders import Line, Order
from runtime.core.release import Release
from runtime.core.transitions import ENDED, ORDER, TASK
from runtime.core.values import decode, decoder, shown, taken_in, types_of
from runtime.errors import DuplicateOrder, Fault, OrderRefused, Unknown
from runtime.installation import Installation

routes = Blueprint("api_orders", __name__, url_prefix="/api/v1/orders")

READERS = (*EVERY_OFFICE_ROLE, "api")
WRITERS = ("order agent", "process admin", "api")
MENDERS = ("fallout agent", "fallout manager", "api")

Shape = TypeVar("Shape", bound=bodies.OrderSummary)

_decode_order = decoder(Order)

# --- submit -------------------------------------------------------------------------------------------


@routes.post("")
@allow(*WRITERS, scope="orders:write")
@once
@described(
    "orders",
    bodies.OrderDocument,
    status=201,
    body=bodies.NewOrder,
    query=parameters("SubmitQuery", dry_run=(bool, "only say whether it would be accepted")),
    creates=True,
    refusals=(400, 409, 413, 415),
    also={200: bodies.DryRun},
)
def submit() -> ResponseReturnValue:
    """Submits an order. It is pinned to the release that is active now, whatever is published later.

    Where people are asked about it first, its state is `awaiting answers` or `awaiting approval`. With `replaces` it
    corrects an order that was rejected.
    """
    refuse_other_parameters("dry_run")
    wanted: bodies.NewOrder = body_of(bodies.NewOrder)
    written = request.get_data().decode()
    if parameter("dry_run", truth, False, "true or false"):
        with db.orderloom().database.reading() as connection, _pointing_into_our_form():
            order = order_asked_for(wanted, releases.active(connection, db.now()))
            admission = engine.check(connection, order, replaces=_replaced(wanted), now=db.now())
        asked = Counter(task.kind for task in admission.opened)
        return json_answer(
            bodies.DryRun(
                lines=len(wanted.lines),
                state=admission.state,
                questions=asked["question"],
                approvals=asked["approval"],
            )
        )
    connection = db.connection()
    with _pointing_into_our_form():
        order = order_asked_for(wanted, releases.active(connection, db.now()))
        order_id = engine.submit(
            connection, order, request=written, by=user_name(), now=db.now(), replaces=_replaced(wanted)
        )
    return json_answer(_document(connection, _order(order_id)), 201, Location=url_for(".read", order_id=order_id))


def order_asked_for(wanted: bodies.NewOrder, release: Release) -> Order:
    """Raises OrderRefused for a specification the release does not know."""
    faults: list[Fault] = []
    lines = []
    for index, line in enumerate(wanted.lines):
        specification = release.resolve(line.specification)
        if specification is None:
            known = ", ".join(sorted(release.specifications)[:12]) or "none"
            message = (
                f"{release.name} knows no specification {line.specification!r}; it knows {known}. "
                "Publish one with this key or identifier, or order one of these"
            )
            faults.append(Fault(f"/lines/{index}/specification", message))
            continue
        said = msgspec.structs.asdict(line) | {"specification": specification.key, "pointer": f"/lines/{index}"}
        said["attributes"] = taken_in(line.attributes, types_of(specification))
        lines.append(Line(**said))
    if faults:
        raise OrderRefused("the order asks for something that is not in the catalog", tuple(faults))
    said = msgspec.structs.asdict(wanted)
    del said["replaces"]
    said["attributes"] = taken_in(wanted.attributes)
    said |= {
        "lines": tuple(lines),
        "requested_completion": moments.asked(wanted.requested_completion, "/requested_completion"),
    }
    return Order(**said)


def _replaced(wanted: bodies.NewOrder) -> int | None:
    return None if wanted.replaces is None else int(wanted.replaces)


class _pointing_into_our_form:
    """The runtime names the external id as the standard does; our own form has another name for it."""

    def __enter__(self) -> None: ...

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, DuplicateOrder):
            error.faults = tuple(Fault("/external_id", fault.message) for fault in error.faults)


# --- find and read ------------------------------------------------------------------------------------


@routes.get("")
@allow(*READERS, scope="orders:read")
@described(
    "orders",
    bodies.OrderList,
    query=parameters(
        "OrderQuery",
        state=(str, f"one of {', '.join(ORDER)}"),
        failed=(bool, "with failed items, or without"),
        release=(int, "pinned to this release"),
        external_id=(str, "with exactly this external id"),
        search=(str, "an order number, or part of an external id"),
        cursor=(str, "`next` of the page before"),
        limit=(int, "1 to 200; 50 if not given"),
    ),
    refusals=(400,),
)
def find() -> ResponseReturnValue:
    """Orders, newest first, a page at a time."""
    refuse_other_parameters("state", "failed", "release", "external_id", "search", "cursor", "limit")
    limit = limit_of(50, 200)
    rows = queries.find_orders(
        db.connection(),
        state=parameter("state", _state, None, f"one of {', '.join(ORDER)}"),
        failed=parameter("failed", truth, None, "true or false"),
        release=parameter("release", natural, None, "the id of a release"),
        external_id=request.args.get("external_id"),
        search=request.args.get("search"),
        before=parameter("cursor", natural, None, "what `next` of the page before said"),
        limit=limit + 1,
    )
    page = rows[:limit]
    following = str(page[-1].id) if len(rows) > limit else None
    return polled(bodies.OrderList(orders=[_shown(bodies.OrderSummary, row) for row in page], next=following))


@routes.get("/<int:order_id>")
@allow(*READERS, scope="orders:read")
@described("orders", bodies.OrderDocument, refusals=(404,))
def read(order_id: int) -> ResponseReturnValue:
    """An order with its lines and their states."""
    tag = _tag(order_id)
    return not_modified(tag) or _tagged(_document(db.connection(), _order(order_id)), tag)


@routes.get("/<int:order_id>/plan")
@allow(*READERS, scope="orders:read")
@described("orders", bodies.PlanDocument, refusals=(404,))
def read_plan(order_id: int) -> ResponseReturnValue:
    """The plan of an order: its items, their states, and what waits for what."""
    tag = _tag(order_id)
    return not_modified(tag) or _tagged(_plan(db.connection(), _order(order_id)), tag)


@routes.get("/<int:order_id>/events")
@allow(*READERS, scope="orders:read")
@described(
    "orders",
    bodies.EventList,
    query=parameters(
        "EventQuery", after=(int, "only what follows this seq"), limit=(int, "1 to 1000; 200 if not given")
    ),
    refusals=(400, 404),
)
def read_events(order_id: int) -> ResponseReturnValue:
    """What happened to an order, in order."""
    refuse_other_parameters("after", "limit")
    after = parameter("after", natural, 0, "a whole number")
    limit = limit_of(200, 1000)
    _order(order_id)
    rows = queries.events_of(db.connection(), order_id, after=after, limit=limit + 1)
    events = [
        bodies.Happening(seq=row.seq, at=moment(row.at), type=row.type, item=row.item, data=shown(decode(row.data)))
        for row in rows[:limit]
    ]
    return polled(bodies.EventList(events=events, more=len(rows) > limit))


@routes.get("/<int:order_id>/tasks")
@allow(*READERS, scope="orders:read")
@described("orders", bodies.TaskList, refusals=(404,))
def read_tasks(order_id: int) -> ResponseReturnValue:
    """The manual work of an order, done and to do."""
    _order(order_id)
    rows = queries.find_tasks(db.connection(), order=order_id, states=tuple(TASK))
    return polled(bodies.TaskList(tasks=[shown_task(bodies.TaskSummary, row) for row in rows], next=None))


# --- mend ---------------------------------------------------------------------------------------------


@routes.post("/<int:order_id>/items/<int:n>/retry")
@allow(*MENDERS, scope="orders:write")
@described("orders", bodies.PlanDocument, refusals=(404, 409))
def retry(order_id: int, n: int) -> ResponseReturnValue:
    """Has a failed item tried again."""
    engine.retry_item(db.connection(), order_id, n, by=user_name(), now=db.now())
    return json_answer(_plan(db.connection(), _order(order_id)))


@routes.post("/<int:order_id>/items/<int:n>/run")
@allow(*MENDERS, scope="orders:write")
@described("orders", bodies.PlanDocument, refusals=(404, 409))
def run(order_id: int, n: int) -> ResponseReturnValue:
    """Has a failed item begin without asking its condition."""
    engine.run_item(db.connection(), order_id, n, by=user_name(), now=db.now())
    return json_answer(_plan(db.connection(), _order(order_id)))


@routes.post("/<int:order_id>/items/<int:n>/try-now")
@allow(*MENDERS, scope="orders:write")
@described("orders", bodies.PlanDocument, refusals=(404, 409))
def try_now(order_id: int, n: int) -> ResponseReturnValue:
    """Makes the next attempt of an item at once, instead of when it is due."""
    engine.try_now(db.connection(), order_id, n, by=user_name(), now=db.now())
    return json_answer(_plan(db.connection(), _order(order_id)))


@routes.post("/<int:order_id>/items/<int:n>/skip")
@allow(*MENDERS, scope="orders:write")
@described("orders", bodies.PlanDocument, body=bodies.Skip, refusals=(400, 404, 409, 415))
def skip(order_id: int, n: int) -> ResponseReturnValue:
    """Leaves an item out that failed or waits; what depends on it goes on, and reads `values` in place of results."""
    wanted: bodies.Skip = body_of(bodies.Skip)
    with in_values():
        engine.skip_item(
            db.connection(), order_id, n, reason=wanted.reason, values=wanted.values, by=user_name(), now=db.now()
        )
    return json_answer(_plan(db.connection(), _order(order_id)))


@routes.post("/<int:order_id>/items/<int:n>/complete")
@allow(*MENDERS, scope="orders:write")
@described("orders", bodies.PlanDocument, body=bodies.ItemCompletion, refusals=(400, 404, 409, 415))
def complete(order_id: int, n: int) -> ResponseReturnValue:
    """Completes an item by hand that failed or waits, with the result that it declares."""
    wanted: bodies.ItemCompletion = body_of(bodies.ItemCompletion)
    with in_values():
        engine.complete_item(
            db.connection(), order_id, n, wanted.values, reason=wanted.reason, by=user_name(), now=db.now()
        )
    return json_answer(_plan(db.connection(), _order(order_id)))


@routes.post("/<int:order_id>/retry")
@allow(*MENDERS, scope="orders:write")
@described("orders", bodies.OrderDocument, refusals=(404, 409))
def retry_plan(order_id: int) -> ResponseReturnValue:
    """Has the plan of an order made again that could not be made."""
    engine.retry_plan(db.connection(), order_id, by=user_name(), now=db.now())
    return json_answer(_document(db.connection(), _order(order_id)))


@routes.post("/<int:order_id>/cancel")
@allow(*WRITERS, "fallout agent", "fallout manager", scope="orders:write")
@described("orders", bodies.OrderDocument, body=bodies.Cancellation, refusals=(400, 404, 409, 415))
def cancel(order_id: int) -> ResponseReturnValue:
    """Cancels an order that has no plan yet."""
    wanted: bodies.Cancellation = body_of(bodies.Cancellation)
    engine.cancel(db.connection(), order_id, reason=wanted.reason, by=user_name(), now=db.now())
    return json_answer(_document(db.connection(), _order(order_id)))


# --- as documents -------------------------------------------------------------------------------------


def _state(given: str) -> str:
    if given not in ORDER:
        raise ValueError
    return given


def _order(order_id: int) -> Row[Any]:
    row = queries.order_row(db.connection(), order_id)
    if row is None:
        raise Unknown(f"there is no order {order_id}")
    return row


def _tag(order_id: int) -> str:
    """Changes whenever anything about the order does."""
    found = queries.order_tag(db.connection(), order_id)
    if found is None:
        raise Unknown(f"there is no order {order_id}")
    return f"{found[0]}-{found[1]}"


def _tagged(document: object, tag: str) -> Response:
    answer = json_answer(document)
    answer.set_etag(tag)
    return answer


def _shown(shape: type[Shape], row: Row[Any], **told: Any) -> Shape:
    return shape.of(
        row,
        id=str(row.id),
        release=str(row.release_id),
        events=row.seq,
        submitted_at=moment(row.submitted_at),
        due_at=moment(row.due_at),
        ended_at=moment(row.ended_at),
        replaces=None if row.replaces is None else str(row.replaces),
        **told,
    )


def _document(connection: Connection, row: Row[Any]) -> bodies.OrderDocument:
    order = _decode_order(row.document)
    asked = {line.id: line for line in order.lines}
    skipped = queries.skipped_by_hand(connection, row.id, releases.load(connection, row.release_id))
    lines = [
        bodies.OrderLine.of(
            asked[line.id],
            attributes=shown(asked[line.id].attributes),
            state=line.state,
            passed_point_of_no_return=line.passed_ponr,
            ended_at=moment(line.ended_at),
            skipped=[each.name for each in skipped if line.id in each.lines],
        )
        for line in queries.lines_of(connection, row.id)
    ]
    newer = queries.replacement_of(connection, row.id) if row.state in ("rejected", "cancelled") else None
    return _shown(
        bodies.OrderDocument,
        row,
        replaced_by=None if newer is None else str(newer),
        customer=order.customer,
        priority=order.priority,
        attributes=shown(order.attributes),
        lines=lines,
    )


def _plan(connection: Connection, row: Row[Any]) -> bodies.PlanDocument:
    release = releases.load(connection, row.release_id)
    items = queries.items_of(connection, row.id)
    edges = queries.dependencies_of(connection, row.id)
    ended = {item.n for item in items if item.state in ENDED["item"]}
    with_callbacks = may(*WRITERS) and "orders:write" in (current_user.scopes or ("orders:write",))
    here = installation.read(connection) if with_callbacks else None
    waits_for: dict[int, list[int]] = {}
    for edge in edges:
        if edge.source not in ended and edge.target not in ended:
            waits_for.setdefault(edge.target, []).append(edge.source)
    return bodies.PlanDocument(
        order=str(row.id),
        release=str(row.release_id),
        state=row.state,
        items=[
            bodies.PlanItem.of(
                item,
                name=release.plan(item.plan).items[item.key].definition.name,
                lines=msgspec.json.decode(item.lines),
                waits_for=waits_for.get(item.n, []),
                callback=_callback(here, row.id, item, release) if here else None,
                started_at=moment(item.started_at),
                ended_at=moment(item.ended_at),
                result=shown(decode(item.result)) if item.result else None,
            )
            for item in items
        ],
        dependencies=[bodies.Edge(source=edge.source, target=edge.target) for edge in edges],
    )


def _callback(here: Installation, order_id: int, item: Row[Any], release: Release) -> str | None:
    """The address is the right to call it, so whoever sees it can complete the item."""
    definition = release.plan(item.plan).items[item.key].definition
    called_back = item.kind == "callout" or (isinstance(definition, Wait) and definition.event)
    if item.state != "waiting" or not called_back:
        return None
    token = here.callback_token(order_id, item.n, item.run)
    path = url_for("api_callbacks.deliver", order_id=order_id, n=item.n, run=item.run, token=token)
    return f"{db.orderloom().settings.public_url}{path}"
