"""Where systems call back: the address itself, given to one system for one item, is the right to do so."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app import db
from app.api.answers import body_of
from app.api.openapi import described
from app.auth import ANYONE, allow
from runtime import engine
from runtime.errors import Unknown

routes = Blueprint("api_callbacks", __name__, url_prefix="/api/v1/callbacks")


@routes.post("/<int:order_id>/<int:n>/<int:run>/<token>")
@allow(ANYONE, csrf=False)
@described("callbacks", status=204, anyone=True, refusals=(400, 404, 413, 415))
def deliver(order_id: int, n: int, run: int, token: str) -> ResponseReturnValue:
    """Brings the outcome of what a system was asked to do: any JSON document. Whatever comes to a right address is
    recorded, also a second time, or too late to change anything."""
    body = body_of()
    if n >= 2**31 or run >= 2**31 or not token.isascii():
        raise Unknown("no item waits for this callback; check the address that came with the request")
    engine.deliver(db.connection(), order_id, n, run, token, body, now=db.now())
    return Response(status=204)
