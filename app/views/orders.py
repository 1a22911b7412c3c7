"""Orders: the list, one order with its plan, lines and history, and what fallout agents may do to its items."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any, cast

import msgspec
from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from app import db, history_text, holding
from app.auth import allow, user_name
from app.drawing import MOST, Card, draw
from app.pages import EVERY_OFFICE_ROLE, look_of, number, sentence, zone
from app.static import static_url
from app.views import large_plans
from runtime import desk, engine, queries, releases, systems
from runtime.core.fallout import in_words
from runtime.core.orders import FulfilmentLine, Line, Order
from runtime.core.release import Release
from runtime.core.values import decode, decoder, encode, shown
from runtime.errors import IllegalMove, Unknown

pages = Blueprint("orders", __name__, url_prefix="/orders")

PAGE = 40
VIEWS = {"plan": "Plan", "lines": "Lines", "history": "History", "request": "Request"}
FILTERS = {
    "": "All",
    "awaiting answers": "Awaiting answers",
    "awaiting approval": "Awaiting approval",
    "accepted": "Accepted",
    "in progress": "In progress",
    "failed": "Needs attention",
    "completed": "Completed",
    "rejected": "Rejected",
    "cancelled": "Cancelled",
}
HISTORY = 200
UNMET = 50  # of what an item still waits for, the first
LINES = 200  # lines, and what they were decomposed into, at a time
UNDECIDED = ("failed", "waiting", "retrying")  # a person may decide about an item

_decode_order = decoder(Order)
_decode_fulfilment = decoder(FulfilmentLine)


@pages.get("/")
@allow(*EVERY_OFFICE_ROLE)
def index() -> ResponseReturnValue:
    connection = db.connection()
    search = request.args.get("q", "").strip()
    chosen = request.args.get("state", "")
    oldest = request.args.get("sort") == "oldest"
    before = request.args.get("before", type=number)
    release = request.args.get("release", type=number)
    narrowed: dict[str, Any] = {"search": search or None, "release": release}
    narrowed |= {"attention": True} if chosen == "failed" else {"state": chosen or None}
    rows = queries.find_orders(connection, **narrowed, oldest=oldest, before=before, limit=PAGE + 1)
    if release is None:
        counts = queries.state_counts(connection, "order")
    else:
        states = [state for state in FILTERS if state not in ("", "failed")]
        counts = {state: queries.count_orders(connection, state=state, release=release) for state in states}
    counts["failed"] = queries.count_orders(connection, attention=True, release=release)
    counts[""] = sum(n for state, n in counts.items() if state != "failed")
    page = {
        "orders": rows[:PAGE],
        "more": len(rows) > PAGE,
        "total": queries.count_orders(connection, **narrowed) if before or len(rows) > PAGE else len(rows),
        "counts": counts,
        "filters": FILTERS,
        "search": search,
        "chosen": chosen,
        "oldest": oldest,
        "before": before,
        "release": release,
        "active": releases.active_id(connection, db.now()),
    }
    return _live("orders/index.html", "orders/_list.html", str([(r.id, r.seq) for r in rows]), str(counts), **page)


@pages.get("/<int:order_id>")
@allow(*EVERY_OFFICE_ROLE)
def show(order_id: int) -> ResponseReturnValue:
    connection = db.connection()
    order = queries.order_row(connection, order_id)
    if order is None:
        raise Unknown(f"there is no order {order_id}")
    view = request.args.get("view", "plan")
    selected = request.args.get("item", type=number)
    page: dict[str, Any] = {
        "order": order,
        "document": _decode_order(order.document),
        "view": view if view in VIEWS else "plan",
        "views": VIEWS,
        "lines": queries.lines_of(connection, order_id),
        "active": releases.active_id(connection, db.now()),
    }
    # What a page shows of an order hangs on its newest event and nothing else, but for the release now active.
    held = systems.holds(connection) if order.ended_at is None else {}
    marks = (str(order.seq), str(order.open_items), str(page["active"]), str(sorted(held)))
    if request.headers.get("HX-Request") and _unchanged(*marks):
        return Response(status=304)

    release = releases.load(connection, order.release_id)
    counts = queries.item_counts(connection, order_id)
    page["total"] = total = sum(counts.values())
    page["stuck"] = desk.stuck_plan(connection, order_id) if order.state == "accepted" and order.open_fallout else None
    page["asked"] = asked = queries.asked_of(connection, order_id)
    page["names"] = names = {task.item: task.name for task in asked}
    if order.state in ("rejected", "cancelled"):
        page["replaced_by"] = queries.replacement_of(connection, order_id)
    match page["view"]:
        case "plan":
            if total > MOST:
                page["listing"] = listing = large_plans.listed(connection, order_id, release, counts)
                names |= _names(release, listing.rows)
            elif total:
                items = queries.items_of(connection, order_id)
                edges = [(edge.source, edge.target) for edge in queries.dependencies_of(connection, order_id)]
                names |= _names(release, items)
                page["plan"] = _drawn(order_id, items, edges, names, selected)
            if selected is not None:
                page["item"] = _item(release, order_id, selected, names)
        case "lines":
            made = [_decode_fulfilment(row.document) for row in queries.fulfilment_lines_of(connection, order_id)]
            tree = tree_of(page["document"], made, {row.id: row.state for row in page["lines"]})
            first = max(0, request.args.get("from", 0, type=number) or 0)
            page["tree"], page["tree_size"], page["first"] = tree[first : first + LINES], len(tree), first
            page["specifications"] = release.specifications
            skipped = queries.skipped_by_hand(connection, order_id, release)
            page["skipped"] = {row.id: [each.name for each in skipped if row.id in each.lines] for row in page["lines"]}
        case "history":
            until = min(request.args.get("until", order.seq, type=number), order.seq)
            rows = queries.events_of(connection, order_id, after=max(0, until - HISTORY), limit=min(HISTORY, until))
            told_of = sorted({row.item for row in rows if row.item is not None and row.item >= 0})
            names |= _names(release, queries.items_by_number(connection, order_id, told_of))
            page["stories"] = [history_text.tell(row, names) for row in reversed(rows)]
            page["earlier"] = until - HISTORY if until > HISTORY else None
            page["until"] = until
        case "request":
            page["request_text"] = _pretty(order.request)
    answer = _live("orders/show.html", "orders/_order.html", *marks, **page)
    if order.ended_at is not None:
        answer.headers["Orderloom-Ended"] = "yes"  # nothing will change any more: the page stops asking
    return answer


@pages.post("/<int:order_id>/cancel")
@allow("order agent", "fallout agent", "fallout manager")
def cancel(order_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "").strip()[:500] or "cancelled by hand"
    try:
        engine.cancel(db.connection(), order_id, reason=reason, by=user_name(), now=db.now())
        flash("The order is cancelled.")
    except IllegalMove as refusal:
        flash(f"{sentence(str(refusal))} Nothing was changed.")
    return redirect(url_for(".show", order_id=order_id))


@pages.post("/<int:order_id>/items/<int:n>/retry")
@allow("fallout agent", "fallout manager")
def retry(order_id: int, n: int) -> ResponseReturnValue:
    try:
        engine.retry_item(db.connection(), order_id, n, by=user_name(), now=db.now())
        flash("The item is tried again.")
    except IllegalMove:
        _tell_state(order_id, n)
    return redirect(url_for(".show", order_id=order_id, item=n))


@pages.post("/<int:order_id>/items/<int:n>/run")
@allow("fallout agent", "fallout manager")
def run(order_id: int, n: int) -> ResponseReturnValue:
    """Begins an item whose condition could not be decided."""
    try:
        engine.run_item(db.connection(), order_id, n, by=user_name(), now=db.now())
        flash("The item runs.")
    except IllegalMove:
        _tell_state(order_id, n)
    return redirect(url_for(".show", order_id=order_id, item=n))


@pages.post("/<int:order_id>/items/<int:n>/try-now")
@allow("fallout agent", "fallout manager")
def try_now(order_id: int, n: int) -> ResponseReturnValue:
    try:
        engine.try_now(db.connection(), order_id, n, by=user_name(), now=db.now())
        flash("The next attempt is made now.")
    except IllegalMove:
        _tell_state(order_id, n)
    return redirect(url_for(".show", order_id=order_id, item=n))


@pages.post("/<int:order_id>/items/<int:n>/skip")
@allow("fallout agent", "fallout manager")
def skip(order_id: int, n: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "").strip() or "skipped by hand"
    try:
        engine.skip_item(db.connection(), order_id, n, reason=reason, by=user_name(), now=db.now())
        flash("The item is skipped; what depends on it goes on.")
    except IllegalMove:
        _tell_state(order_id, n)
    return redirect(url_for(".show", order_id=order_id, item=n))


def _tell_state(order_id: int, n: int) -> None:
    """Somebody or something was faster than the reader, who now sees what is true."""
    row = queries.item_row(db.connection(), order_id, n)
    flash(f"The item is {row.state if row else 'gone'} by now; nothing was changed.")


# --- live pages ---------------------------------------------------------------------------------------


def _etag(*marks: str) -> str:
    """Stands for what one reader sees at one address; the query may hold a filter or a chosen item."""
    seen = (request.full_path, str(zone()), user_name(), *marks)
    return hashlib.sha256("\0".join(seen).encode()).hexdigest()[:24]


def _unchanged(*marks: str) -> bool:
    return request.if_none_match.contains(_etag(*marks))


def _live(page: str, part: str, *marks: str, **context: Any) -> Response:
    """The whole page, or to a page that polls only the part that lives, or 304. The whole page carries the ETag of its
    part, so that the first poll costs nothing where nothing has happened since."""
    polls = bool(request.headers.get("HX-Request"))
    if polls and _unchanged(*marks):
        return Response(status=304)
    response = make_response(render_template(part if polls else page, etag=f'"{_etag(*marks)}"', **context))
    if polls:
        response.set_etag(_etag(*marks))
    response.headers.add("Vary", "HX-Request")
    return response


# --- one order ----------------------------------------------------------------------------------------


def _names(release: Release, items: list[Row[Any]]) -> dict[int, str]:
    """What people call each item: the name in its definition, as of the order's own release."""
    return {item.n: release.plan(item.plan).items[item.key].definition.name for item in items}


def _drawn(
    order_id: int, items: list[Row[Any]], edges: list[tuple[int, int]], names: dict[int, str], selected: int | None
) -> str | None:
    instances = Counter((item.plan, item.key) for item in items)
    cards = []
    for item in items:
        look = look_of(item.state)
        cards.append(
            Card(
                n=item.n,
                title=names[item.n],
                kind=item.kind,
                state=item.state,
                tone=look.tone,
                icon=look.icon,
                href=url_for(".show", order_id=order_id, item=item.n),
                group=group_text(item.group) if instances[item.plan, item.key] > 1 else "",
            )
        )
    return draw(cards, edges, sprite=static_url("vendor/lucide/sprite.svg"), selected=selected)


def group_text(value: str) -> str:
    """The value of a grouping key as people read it: a text without its quotes."""
    return value.strip('"')


def _item(release: Release, order_id: int, n: int, names: dict[int, str]) -> dict[str, Any]:
    """One item, and the answer to why it is where it is."""
    connection = db.connection()
    row = queries.item_row(connection, order_id, n)
    if row is None:
        raise Unknown(f"order {order_id} has no item {n}")
    unmet = queries.unmet_of(connection, order_id, n) if row.state == "pending" else []
    names |= _names(release, [row, *unmet])
    told = queries.events_of(connection, order_id, item=n)
    call_events = [event for event in told if event.type in ("attempt ended", "callback received")]
    newest = {event.type: cast("dict[str, Any]", shown(decode(event.data))) for event in told}
    tasks = queries.find_tasks(connection, order=order_id, item=n)
    failure = newest.get("item failed", {})
    definition = release.plan(row.plan).items[row.key].definition
    call = getattr(definition, "call", None)
    return {
        "row": row,
        "group": group_text(row.group),
        "definition": definition,
        "system": release.systems[call.system].name if call else None,
        "operation": call.operation if call else None,
        "unmet": unmet[:UNMET],
        "unmet_more": max(0, len(unmet) - UNMET),
        "newest": newest,
        "attempts": [_reported(event) for event in reversed(call_events)],
        "hold": holding.hold_of(systems.holds(connection), call.system) if call and row.state in ON_ITS_WAY else None,
        "task": tasks[0] if tasks else None,
        "fallout": desk.open_of_item(connection, order_id, n) if row.state == "failed" else None,
        "cause": in_words(failure.get("cause", ""), failure.get("code", "")),
        "readers": desk.readers(connection, order_id, release.id, n, row.key) if row.state in UNDECIDED else [],
        "result": _pretty(encode(shown(decode(row.result)))) if row.result else None,
        "stories": [history_text.tell(event, names) for event in reversed(told[-20:])],
    }


ON_ITS_WAY = ("running", "retrying")


def _reported(event: Row[Any]) -> dict[str, Any]:
    """An attempt or a callback, with what was sent and answered as text."""
    data: dict[str, Any] = shown(decode(event.data))
    texts = {part: _document(data.get(part), data.get(f"{part}_length")) for part in ("request", "response")}
    return {**data, **texts, "at": event.at, "callback": event.type == "callback received"}


def _document(document: Any, length: int | None) -> str:
    if document is None:
        return ""
    if length:  # only its beginning was kept
        return f"{document}\n… cut: {length:,} characters in all"
    return _pretty(encode(document))


def tree_of(document: Order, fulfilment: list[FulfilmentLine], state_of: dict[str, str]) -> list[dict[str, Any]]:
    """Order lines with the fulfilment lines made of them, flattened: each entry knows how deep it lies. What was made
    of several stands below the first of them."""
    ids = {line.id for line in document.lines}
    below: dict[str | int | None, list[Line | FulfilmentLine]] = {}  # by the line or fulfilment line above; None: top
    for part in fulfilment:
        below.setdefault(part.lines[0] if part.parent is None else part.parent, []).append(part)
    for line in document.lines:
        below.setdefault(line.parent if line.parent in ids else None, []).append(line)
    tree: list[dict[str, Any]] = []
    waiting = [(each, 0) for each in reversed(below.get(None, []))]
    while waiting:
        each, depth = waiting.pop()
        if isinstance(each, Line):
            tree.append({"depth": depth, "line": each, "state": state_of.get(each.id, "")})
            inner = below.get(each.id, [])
        else:
            tree.append({"depth": depth, "fulfilment": each})
            inner = below.get(each.n, [])
        waiting += ((part, depth + 1) for part in reversed(inner))
    return tree


def _pretty(text: str) -> str:
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError:
        return text  # as the caller wrote it, whatever it is
