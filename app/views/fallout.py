"""The fallout desk: what could not go on by itself, in groups of equal records, and what people do about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from app import db, history_text
from app.auth import allow, user_name
from app.errors import status_of
from app.pages import number, sentence
from runtime import bulk, desk, engine, fallout, queries, releases
from runtime.core import results
from runtime.core.fallout import ABOUT, in_words
from runtime.core.reading import json_value
from runtime.core.transitions import ENDED
from runtime.core.values import shown
from runtime.desk import UNRESOLVED, Filter
from runtime.errors import Fault, IllegalMove, Refusal, Unknown, Unreadable, WrongForm

pages = Blueprint("fallout", __name__, url_prefix="/fallout")

AGENTS = ("fallout agent", "fallout manager")
PAGE = 50
VIEWS = {
    "": ("To do", UNRESOLVED),
    "mine": ("Mine", UNRESOLVED),
    "open": ("Nobody's", ("open",)),
    "held": ("On hold", ("on hold",)),
    "resolved": ("Resolved", tuple(ENDED["fallout"])),
}
ACT_WORDS = {"retry": "Retry", "skip": "Skip", "resolve": "Resolve"}
PACES = {10: "10 a minute", 60: "60 a minute", 600: "600 a minute"}


# --- the list -----------------------------------------------------------------------------------------


@pages.get("/")
@allow(*AGENTS)
def index() -> ResponseReturnValue:
    """Groups of equal records; the records of one group, or all of them, where `signature` or `list` says so."""
    connection = db.connection()
    view = request.args.get("view", "")
    wanted = _wanted()
    as_list = bool(wanted.signature or request.args.get("list"))
    total = desk.count(connection, wanted)
    entries = total if as_list else desk.count_groups(connection, wanted)
    page = min(max(1, request.args.get("page", 1, type=number)), max(1, -(-entries // PAGE)))
    offset = (page - 1) * PAGE
    everything = msgspec.structs.replace(wanted, system="", plan="", signature="")
    return render_template(
        "fallout/index.html",
        wanted=wanted,
        view=view if view in VIEWS else "",
        views={name: label for name, (label, _) in VIEWS.items()},
        counts=_counts(wanted),
        as_list=as_list,
        groups=[] if as_list else desk.groups(connection, wanted, offset=offset, limit=PAGE),
        records=desk.find(connection, wanted, offset=offset, limit=PAGE) if as_list else [],
        systems=sorted(filter(None, desk.count_by(connection, everything, "system"))),
        plans=sorted(filter(None, desk.count_by(connection, everything, "plan"))),
        total=total,
        entries=entries,
        page=page,
        first=offset + 1,
        more=page * PAGE < entries,
        link=_link,
        bulk_link=_bulk_link,
        about=ABOUT,
        in_words=in_words,
        running=[each for each in bulk.acts(connection, limit=5) if each.state == "running"],
    )


def _wanted() -> Filter:
    view = request.args.get("view", "")
    _, states = VIEWS.get(view, VIEWS[""])
    return Filter(
        states=states,
        owner=user_name() if view == "mine" else "",
        signature=request.args.get("signature", ""),
        system=request.args.get("system", ""),
        plan=request.args.get("plan", ""),
        order=request.args.get("order", type=number),
        text=request.args.get("q", "").strip(),
    )


def _counts(wanted: Filter) -> dict[str, int]:
    connection = db.connection()
    anybody = msgspec.structs.replace(wanted, states=UNRESOLVED, owner="")
    by_state = desk.count_by(connection, anybody, "state")
    mine = desk.count(connection, msgspec.structs.replace(anybody, owner=user_name()))
    return {
        "": sum(by_state.values()),
        "mine": mine,
        "open": by_state.get("open", 0),
        "held": by_state.get("on hold", 0),
    }


def _link(**changed: Any) -> str:
    """This page with other parameters; the page number starts over."""
    kept = {name: value for name, value in request.args.items() if name != "page"} | changed
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"{url_for('.index')}?{query}" if query else url_for(".index")


def _bulk_link(act: str) -> str:
    """The preview of an act on all records of this page's filter."""
    kept = {name: value for name, value in request.args.items() if name not in ("page", "list")}
    return f"{url_for('.preview')}?{urlencode(kept | {'act': act})}"


# --- one record ---------------------------------------------------------------------------------------


@pages.get("/<int:fallout_id>")
@allow(*AGENTS)
def show(fallout_id: int) -> ResponseReturnValue:
    return _page(_record(fallout_id))


def _page(row: Row[Any], refusal: Refusal | None = None, opened: str = "") -> str:
    """The page of a record; where the act `opened` was refused, with what was written and why."""
    connection = db.connection()
    release = releases.load(connection, row.release_id)
    order_items = queries.items_of(connection, row.order_id) if row.item is not None else []
    names = {item.n: release.plan(item.plan).items[item.key].definition.name for item in order_items}
    item = next((each for each in order_items if each.n == row.item), None)
    page: dict[str, Any] = {}
    if row.about == "item" and item is not None and row.state not in ENDED["fallout"]:
        compiled = release.plan(item.plan).items[item.key]
        sent = desk.request_of(connection, row.order_id, item.n, db.now())
        readers = desk.readers(connection, row.order_id, row.release_id, item.n, item.key)
        declared = results.declared(compiled, release)
        read = {field for reader in readers for field in reader.fields} or {field.name for field in declared if readers}
        page = {
            "sent": sent,
            "request_text": _pretty(sent.body) if sent else "",
            "readers": readers,
            "declared": declared,
            "read": [field for field in declared if field.name in read],
        }
    told = [history_text.tell(event, names) for event in reversed(desk.history(connection, row))]
    written = {name: value for name, value in request.form.items() if name != "csrf_token"}
    return render_template(
        "fallout/show.html",
        record=row,
        item=item,
        name=names.get(row.item, "") if row.item is not None else "",
        about=ABOUT[row.about],
        cause=in_words(row.cause, row.code),
        stories=told,
        refusal=refusal,
        faults={fault.pointer.removeprefix("/"): fault.message for fault in refusal.faults} if refusal else {},
        opened=opened,
        written=written,
        resolved=row.state in ENDED["fallout"],
        mine=row.owner == user_name(),
        system=release.systems[row.system].name if row.system in release.systems else row.system,
        alike=desk.count(connection, Filter(signature=row.signature)),
        **page,
    )


def _record(fallout_id: int) -> Row[Any]:
    row = desk.record(db.connection(), fallout_id)
    if row is None:
        raise Unknown(f"there is no fallout record {fallout_id}")
    return row


@pages.post("/<int:fallout_id>/<act>")
@allow(*AGENTS)
def do(fallout_id: int, act: str) -> ResponseReturnValue:
    """Everything that is done with one record."""
    row = _record(fallout_id)
    if act not in DONE:
        raise Unknown(f"there is nothing called {act!r} to do with a fallout record")
    try:
        with db.connection().begin_nested():
            _do(row, act)
    except (IllegalMove, WrongForm) as refusal:
        return _page(_record(fallout_id), refusal, act), status_of(refusal)
    flash(DONE[act])
    return redirect(url_for(".show", fallout_id=fallout_id))


DONE = {
    "start": "You work on it now.",
    "release": "It is back for anybody to take.",
    "assign": "It is assigned.",
    "hold": "It is on hold.",
    "note": "The note is kept.",
    "retry": "The item is tried again.",
    "run": "The item runs.",
    "complete": "The item is completed.",
    "skip": "The item is skipped.",
    "resolve": "The record is resolved.",
    "retry-plan": "The plan is made again.",
    "cancel": "The order is cancelled.",
}


def _do(row: Row[Any], act: str) -> None:
    connection, by, now = db.connection(), user_name(), db.now()
    reason = request.form.get("reason", "").strip()[:500]
    if act in ("hold", "note", "complete", "skip", "resolve", "cancel") and not reason:
        raise WrongForm("something is missing", (Fault("/reason", "Say why; it stays in the history."),))
    match act:
        case "start":
            fallout.start(connection, row.id, by=by, now=now)
        case "release":
            fallout.release(connection, row.id, by=by, now=now)
        case "assign":
            to = request.form.get("to", "").strip()[:80]
            if not to:
                raise WrongForm("something is missing", (Fault("/to", "Give the user name of a colleague."),))
            fallout.assign(connection, row.id, to=to, by=by, now=now)
        case "hold":
            fallout.hold(connection, row.id, reason=reason, by=by, now=now)
        case "note":
            fallout.note(connection, row.id, note=reason, by=by, now=now)
        case "resolve":
            fallout.dismiss(connection, row.id, reason=reason, by=by, now=now)
        case "retry-plan":
            engine.retry_plan(connection, row.order_id, by=by, now=now)
        case "cancel":
            engine.cancel(connection, row.order_id, reason=reason, by=by, now=now)
        case _:
            _decide(row, act, reason, by, now)


def _decide(row: Row[Any], act: str, reason: str, by: str, now: int) -> None:
    """What is done with the item that failed."""
    if row.about != "item" or row.state in ENDED["fallout"]:
        raise IllegalMove("this record is resolved; nothing of it waits for a decision any more")
    connection, values = db.connection(), _values()
    match act:
        case "retry":
            engine.retry_item(connection, row.order_id, row.item, request=_corrected(), reason=reason, by=by, now=now)
        case "run":
            engine.run_item(connection, row.order_id, row.item, reason=reason, by=by, now=now)
        case "complete":
            engine.complete_item(connection, row.order_id, row.item, values, reason=reason, by=by, now=now)
        case "skip":
            engine.skip_item(connection, row.order_id, row.item, reason=reason, values=values, by=by, now=now)


def _corrected() -> dict[str, Any] | None:
    """The request as it was corrected; None where it is as it was. Raises WrongForm."""
    text = request.form.get("request")
    if text is None or text.strip() == request.form.get("request_before", "").strip():
        return None
    try:
        body = json_value(text.encode())
    except Unreadable as error:
        raise WrongForm("the request cannot be read", (Fault("/request", sentence(str(error))),)) from None
    if not isinstance(body, dict):
        raise WrongForm("the request cannot be read", (Fault("/request", "A request is an object: { … }."),))
    return body


def _values() -> dict[str, Any]:
    """The values of a result as they were typed: JSON where it is JSON, else text."""
    typed = {
        name.removeprefix("value_"): text.strip()
        for name, text in request.form.items()
        if name.startswith("value_") and text.strip()
    }
    return {name: _read(text) for name, text in typed.items()}


def _read(text: str) -> Any:
    try:
        return json_value(text.encode())
    except Unreadable:
        return text


def _pretty(body: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(shown(body)), indent=2).decode()


# --- many records -------------------------------------------------------------------------------------


@pages.get("/bulk")
@allow(*AGENTS)
def preview() -> ResponseReturnValue:
    """What an act on all records of a filter would come to."""
    return _preview()


def _preview(refusal: Refusal | None = None) -> str:
    act = request.values.get("act", "retry")
    if act not in bulk.ACTS:
        raise Unknown(f"there is no act {act!r} on many records")
    wanted = _wanted_of_bulk()
    return render_template(
        "fallout/bulk.html",
        act=act,
        acts=ACT_WORDS,
        wanted=wanted,
        filter=msgspec.json.encode(wanted).decode(),
        preview=bulk.preview(db.connection(), act, wanted),
        readers=desk.readers_of_all(db.connection(), wanted) if act == "skip" else [],
        paces=PACES,
        refusal=refusal,
        written=request.form,
    )


def _wanted_of_bulk() -> Filter:
    if text := request.form.get("filter"):
        try:
            return msgspec.json.decode(text, type=Filter)
        except msgspec.DecodeError:
            raise WrongForm("the filter cannot be read; choose the records once more") from None
    wanted = _wanted()
    return msgspec.structs.replace(wanted, states=tuple(set(wanted.states) & set(UNRESOLVED)) or UNRESOLVED)


@pages.post("/bulk")
@allow("fallout manager")
def begin() -> ResponseReturnValue:
    act, reason = request.form.get("act", ""), request.form.get("reason", "").strip()[:500]
    try:
        if act not in bulk.ACTS:
            raise WrongForm("choose what is done")
        if not reason:
            raise WrongForm("say why; every order keeps the reason")
        pace = request.form.get("pace", 60, type=int)
        threshold = request.form.get("threshold", 10, type=int)
        bulk_id = bulk.begin(
            db.connection(),
            act,
            _wanted_of_bulk(),
            reason=reason,
            pace=pace if pace in PACES else 60,
            threshold=min(max(1, threshold), 1_000_000),
            by=user_name(),
            now=db.now(),
        )
    except (IllegalMove, WrongForm) as refusal:
        return _preview(refusal), status_of(refusal)
    return redirect(url_for(".report", bulk_id=bulk_id))


@pages.get("/bulk/<int:bulk_id>")
@allow(*AGENTS)
def report(bulk_id: int) -> ResponseReturnValue:
    """How far an act on many records is, and what came of each."""
    connection = db.connection()
    row = bulk.act(connection, bulk_id)
    progress = bulk.progress(connection, bulk_id)
    total = progress["waiting"] + progress["done"] + progress["refused"]
    page = min(max(1, request.args.get("page", 1, type=number)), max(1, -(-total // PAGE)))
    part = bool(request.headers.get("HX-Request"))
    return render_template(
        "fallout/_report.html" if part else "fallout/report.html",
        bulk=row,
        act=ACT_WORDS[row.act],
        progress=progress,
        total=total,
        ended=progress["done"] + progress["refused"],
        entries=bulk.entries(connection, bulk_id, offset=(page - 1) * PAGE, limit=PAGE),
        page=page,
        first=(page - 1) * PAGE + 1,
        more=page * PAGE < total,
    )


@pages.post("/bulk/<int:bulk_id>/stop")
@allow("fallout manager")
def stop(bulk_id: int) -> ResponseReturnValue:
    bulk.stop(db.connection(), bulk_id, by=user_name(), now=db.now())
    return redirect(url_for(".report", bulk_id=bulk_id))


@pages.post("/bulk/<int:bulk_id>/resume")
@allow("fallout manager")
def resume(bulk_id: int) -> ResponseReturnValue:
    bulk.resume(db.connection(), bulk_id, threshold=10, by=user_name(), now=db.now())
    return redirect(url_for(".report", bulk_id=bulk_id))
