"""Rehearsals over HTTP: what drafts or a release would make of an order, with nothing stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import msgspec
from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Connection

from app import db, rehearsing, slots
from app.accounts import User
from app.api import bodies
from app.api.answers import body_of, json_answer
from app.api.openapi import described
from app.api.orders import order_asked_for
from app.auth import NotAllowed, allow
from app.rehearsing import Against, Outcome, Subject
from designer.asking import Ask, SampleAnswer
from designer.comparison import Comparison
from designer.rehearsal import Asked, Planned
from runtime.core.values import shown
from runtime.errors import Fault, WrongBody

routes = Blueprint("api_rehearsals", __name__, url_prefix="/api/v1/rehearsals")


@routes.post("")
@allow("process admin", "api", scope="definitions:read")
@described("rehearsals", bodies.Rehearsed, body=bodies.NewRehearsal, refusals=(400, 404, 409, 413, 415, 422, 429))
def rehearse() -> ResponseReturnValue:
    """Rehearses an order: its plan, the rows that fire, its duration, and what differs from the active release."""
    wanted: bodies.NewRehearsal = body_of(bodies.NewRehearsal)
    # It is posted, but it only reads: it must not wait for whoever is writing.
    with db.orderloom().database.reading() as connection:
        subject = subject_of(connection, wanted)
        with slots.slot():
            outcome = rehearsing.rehearsed(connection, subject, against_of(wanted), db.now())
    return json_answer(_document(outcome))


def against_of(wanted: bodies.NewRehearsal) -> Against:
    """What the order shall be rehearsed against."""
    release = None if wanted.release is None else int(wanted.release)
    names = None if wanted.definitions is None else tuple(wanted.definitions)
    return Against(release, names, tuple(wanted.remove))


def subject_of(connection: Connection, wanted: bodies.NewRehearsal) -> Subject:
    """The order that shall be rehearsed, with what people answer. Raises WrongBody, NotAllowed, Unknown."""
    answers = tuple(SampleAnswer(**msgspec.structs.asdict(answer)) for answer in wanted.answers)
    return msgspec.structs.replace(_order_of(connection, wanted), answers=answers)


def _order_of(connection: Connection, wanted: bodies.NewRehearsal) -> Subject:
    given = [name for name in ("order", "product_order", "past_order") if getattr(wanted, name) is not None]
    if len(given) != 1:
        message = f"give one of order, product_order and past_order; {'none' if not given else 'more'} is there"
        raise WrongBody(message, (Fault(f"/{given[1]}" if given else "", message),))
    if wanted.order is not None:
        order = wanted.order
        return Subject(lambda release: order_asked_for(order, release), _inside("order"))
    if wanted.product_order is not None:
        subject = rehearsing.written(wanted.product_order)
        return Subject(subject.asked, lambda faults: _inside("product_order")(subject.located(faults)))
    scopes = cast(User, current_user).scopes
    if scopes is not None and "orders:read" not in scopes:
        raise NotAllowed("the token lacks the scope orders:read, which past orders need")
    assert wanted.past_order is not None
    return rehearsing.past(connection, int(wanted.past_order))


def _inside(name: str) -> Any:
    """Faults of an order that is written inside of a larger body."""
    return lambda faults: tuple(Fault(f"/{name}{fault.pointer}", fault.message) for fault in faults)


def _document(outcome: Outcome) -> bodies.Rehearsed:
    told, comparison = outcome.told, outcome.comparison
    return bodies.Rehearsed(
        release=str(outcome.release.id) if outcome.release.id else None,
        accepted=not told.refusal,
        detail=told.refusal,
        errors=list(told.faults),
        asked=[_ask(ask) for ask in told.asks],
        fulfilment_lines=[
            bodies.FulfilmentLine.of(line, attributes=shown(line.attributes)) for line in told.fulfilments
        ],
        items=[_item(item) for item in told.items],
        dependencies=_edges(told.edges),
        critical_path=list(told.critical),
        eta=told.eta,
        unmeasured=list(told.unmeasured),
        difference=None if comparison is None else _difference(comparison, str(outcome.active)),
    )


def _item(item: Planned) -> bodies.RehearsedItem:
    decision = _table(item.asked) if item.asked else None
    return bodies.RehearsedItem.of(
        item,
        name=item.definition.name,
        result=shown(item.result),
        fulfilment_lines=list(item.targets),
        decision=decision,
    )


def _ask(ask: Ask) -> bodies.RehearsedAsk:
    return bodies.RehearsedAsk.of(ask, answered=shown(ask.answered))


def _table(asked: Asked) -> bodies.AskedTable:
    return bodies.AskedTable.of(
        asked,
        seen=[bodies.ColumnSeen(label=label, value=value) for label, value in asked.seen],
        fired=[bodies.FiredRow.of(row) for row in asked.fired],
    )


def _difference(comparison: Comparison, active: str) -> bodies.RehearsalDifference:
    return bodies.RehearsalDifference.of(
        comparison,
        active=active,
        asked=[_ask(ask) for which, ask in comparison.asked if which == "added"],
        no_longer_asked=[_ask(ask) for which, ask in comparison.asked if which == "removed"],
        removed=[_item(item) for item in comparison.removed],
        changed=[bodies.ChangedItem(n=n, changes=list(changes)) for n, changes in comparison.changed.items()],
        added_dependencies=_edges(comparison.added_edges),
        removed_dependencies=_edges(comparison.removed_edges),
    )


def _edges(pairs: Iterable[tuple[int, int]]) -> list[bodies.Edge]:
    return [bodies.Edge(source=source, target=target) for source, target in pairs]
