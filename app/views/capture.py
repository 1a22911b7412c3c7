"""Submitting an order in a page: as the JSON a caller would send, with what is wrong shown beside the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from app import db, demo
from app.auth import allow, user_name
from app.tmf import product_order, shown_order
from runtime import engine, queries, releases
from runtime.core.admission import Admission
from runtime.core.events import OrderSubmitted
from runtime.core.reading import json_value, lines_of
from runtime.core.values import decode, encode
from runtime.errors import Fault, OrderRefused, Refusal, Unknown, WrongForm

pages = Blueprint("capture", __name__, url_prefix="/submit")


class Wrong(msgspec.Struct, frozen=True):
    """A fault, and the line of the text it is about."""

    pointer: str
    message: str
    line: int | None


@pages.get("/")
@allow("order agent")
def index() -> ResponseReturnValue:
    replaced = _replaced(request.args.get("replaces", type=int))
    if replaced is not None:
        return _page(_asked_for(replaced), replaces=replaced)
    samples = demo.sample_orders()
    chosen = request.args.get("sample", "")
    return _page(samples.get(chosen, ""), chosen=chosen)


@pages.post("/")
@allow("order agent")
def submit() -> ResponseReturnValue:
    text = request.form.get("text", "").replace("\r\n", "\n")
    replaced = _replaced(request.form.get("replaces", type=int))
    corrects = None if replaced is None else int(replaced.id)
    if not text.strip():
        return _page("", replaces=replaced, refusal=WrongForm("Paste an order first, or choose a sample")), 422
    try:
        connection = db.connection()
        body = json_value(text.encode())
        product_order.check(body)
        order = product_order.asked(body, releases.active(connection, db.now()))
        if request.form.get("only_check"):
            admission = engine.check(connection, order, replaces=corrects, now=db.now())
            return _page(text, replaces=replaced, good=admission)
        order_id = engine.submit(connection, order, request=text, by=user_name(), now=db.now(), replaces=corrects)
    except OrderRefused as refusal:
        faults = product_order.located(refusal.faults, body)
        return _page(text, replaces=replaced, refusal=refusal, faults=faults), 422
    except Refusal as refusal:
        return _page(text, replaces=replaced, refusal=refusal, faults=refusal.faults), 422
    flash(f"Order {order_id} is submitted.")
    return redirect(url_for("orders.show", order_id=order_id))


def _replaced(order_id: int | None) -> Row[Any] | None:
    """The rejected order that is to be corrected, if it is one. Raises Unknown."""
    if order_id is None:
        return None
    row = queries.order_row(db.connection(), order_id) if 0 <= order_id < 2**63 else None
    if row is None:
        raise Unknown(f"there is no order {order_id}")
    return row


def _asked_for(row: Row[Any]) -> str:
    """What was asked for, as a product order, through whatever interface it came."""
    if "productOrderItem" in decode(row.request):
        return str(row.request)
    first = queries.events_of(db.connection(), row.id, limit=1)[0]
    asked = decode(first.data, OrderSubmitted).order
    return msgspec.json.format(encode(shown_order.as_body(asked)), indent=2)


def _page(
    text: str,
    *,
    chosen: str = "",
    replaces: Row[Any] | None = None,
    refusal: Refusal | None = None,
    faults: tuple[Fault, ...] = (),
    good: Admission | None = None,
) -> str:
    return render_template(
        "capture/index.html",
        text=text,
        samples=demo.sample_orders(),
        chosen=chosen,
        replaces=replaces,
        refusal=refusal,
        faults=wrongs(text, faults),
        good=good,
    )


def wrongs(text: str, faults: Iterable[Fault]) -> list[Wrong]:
    """Faults, each with the line of the text it is about."""
    told = list(faults)
    lines = lines_of(text, (fault.pointer for fault in told)) if told else {}
    return [Wrong(fault.pointer, fault.message, lines.get(fault.pointer)) for fault in told]
