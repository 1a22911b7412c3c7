"""All policies as one table, and which of them would want a line or an order approved."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app import db
from app.auth import allow
from app.pages import EVERY_OFFICE_ROLE
from app.views import line_rules
from app.views.line_rules import Asked
from designer import policies, publishing
from runtime import queries, store
from runtime.core.evaluation import Evaluation
from runtime.core.orders import Line, Order
from runtime.errors import Fault, OrderRefused

pages = Blueprint("policies", __name__, url_prefix="/policies")

MOST_DIGITS = 18  # of the number of an order


@pages.get("/")
@allow(*EVERY_OFFICE_ROLE)
def index() -> ResponseReturnValue:
    """The table; with a line or the number of an order also which approvals that would need."""
    connection = db.connection()
    everything = publishing.candidate(connection, now=db.now())
    asked, number = line_rules.asked(everything), request.args.get("order", "").strip().lstrip("#")
    order = _past(connection, number) if number else _of_line(asked)
    rows = policies.table(everything)
    applying: dict[str, tuple[str, ...]] = {}
    undecided: tuple[Fault, ...] = ()
    if order:
        try:
            applying = policies.applying(everything, order, Evaluation(db.now()))
        except OrderRefused as refusal:  # an order like this would be refused, and the page says why
            undecided = refusal.faults
    return render_template(
        "policies/index.html",
        **line_rules.shown(everything, asked, rows, "queue"),
        applying=[row.rule for row in rows if row.rule.key in applying],
        undecided=undecided,
        lines=applying if order and len(order.lines) > 1 else {},
        tried=order is not None,
        number=number,
        unknown=bool(number and order is None),
    )


def _of_line(asked: Asked) -> Order | None:
    """An order for just the line that is tried."""
    if not asked.tried:
        return None
    line = Line(id="1", specification=asked.specification, action=asked.action, attributes=asked.attributes, pointer="")
    return Order(lines=(line,))


def _past(connection: Connection, number: str) -> Order | None:
    if not number.isdecimal() or len(number) > MOST_DIGITS or queries.order_row(connection, int(number)) is None:
        return None
    return store.order_scope(connection, int(number)).document
