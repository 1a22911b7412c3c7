"""Systems over HTTP: what keeps calls to them from being made, taken offline, brought back, all calls paused."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app import db, holding
from app.api import bodies
from app.api.answers import body_of, json_answer, polled
from app.api.openapi import described
from app.auth import allow, user_name
from app.moments import moment
from app.pages import EVERY_OFFICE_ROLE
from runtime import systems

routes = Blueprint("api_systems", __name__, url_prefix="/api/v1/systems")

READERS = (*EVERY_OFFICE_ROLE, "api")
KEEPERS = (*holding.KEEPERS, "api")


@routes.get("")
@allow(*READERS, scope="orders:read")
@described("systems", bodies.SystemList)
def find() -> ResponseReturnValue:
    """The systems that this installation calls, each with why calls to it are held, if they are."""
    return polled(_document())


@routes.post("/<key>/offline")
@allow(*KEEPERS, scope="orders:write")
@described("systems", bodies.SystemList, body=bodies.Reason, refusals=(400, 404, 409, 415))
def take_offline(key: str) -> ResponseReturnValue:
    """Makes no more calls to a system until it is brought back; its items wait, and use up no attempts."""
    wanted: bodies.Reason = body_of(bodies.Reason)
    holding.known(db.connection(), key, db.now())
    systems.take_offline(db.connection(), key, reason=wanted.reason, by=user_name(), now=db.now())
    return json_answer(_document())


@routes.post("/<key>/online")
@allow(*KEEPERS, scope="orders:write")
@described("systems", bodies.SystemList, refusals=(404, 409))
def bring_back(key: str) -> ResponseReturnValue:
    """Calls the system again, at a pace. Where its breaker is open, it is tried at once."""
    holding.known(db.connection(), key, db.now())
    systems.bring_back(db.connection(), key, by=user_name(), now=db.now())
    return json_answer(_document())


@routes.put("/<key>/limits")
@allow(*KEEPERS, scope="orders:write")
@described("systems", bodies.SystemList, body=bodies.SystemLimits, refusals=(400, 404, 415))
def limit(key: str) -> ResponseReturnValue:
    """How many calls a worker makes to a system at once, and how many a second while those that waited go out."""
    wanted: bodies.SystemLimits = body_of(bodies.SystemLimits)
    holding.known(db.connection(), key, db.now())
    systems.limit_calls(
        db.connection(), key, calls_at_once=wanted.calls_at_once, pace=wanted.pace, by=user_name(), now=db.now()
    )
    return json_answer(_document())


@routes.post("/pause")
@allow(*KEEPERS, scope="orders:write")
@described("systems", bodies.SystemList, body=bodies.Reason, refusals=(400, 409, 415))
def pause() -> ResponseReturnValue:
    """Makes no calls at all until they are resumed; everything else goes on."""
    wanted: bodies.Reason = body_of(bodies.Reason)
    systems.take_offline(db.connection(), systems.EVERY, reason=wanted.reason, by=user_name(), now=db.now())
    return json_answer(_document())


@routes.post("/resume")
@allow(*KEEPERS, scope="orders:write")
@described("systems", bodies.SystemList, refusals=(409,))
def resume() -> ResponseReturnValue:
    """Makes calls again, to each system at a pace."""
    systems.bring_back(db.connection(), systems.EVERY, by=user_name(), now=db.now())
    return json_answer(_document())


def _document() -> bodies.SystemList:
    found = holding.overview(db.connection(), db.now())
    return bodies.SystemList(
        paused=_hold(found.paused),
        systems=[
            bodies.SystemState(
                key=each.key,
                name=each.name,
                url=each.url,
                state=each.state,
                hold=_hold(each.hold),
                waiting_calls=each.waiting,
                calls_at_once=each.calls_at_once,
                pace=each.pace,
            )
            for each in found.systems
        ],
    )


def _hold(hold: systems.Hold | None) -> bodies.SystemHold | None:
    if hold is None:
        return None
    return bodies.SystemHold(since=moment(hold.since), reason=hold.reason, by=hold.by or None)
