"""The shelf of fragments that the plan designer saves parts of plans to, and takes them from."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app import db
from app.auth import allow, user_name
from designer import fragments
from designer.fragments import Fragment
from runtime.core.reading import document
from runtime.errors import Fault, WrongForm

pages = Blueprint("fragments", __name__, url_prefix="/fragments")

LONGEST = 120  # characters of a name


@pages.get("/")
@allow("process admin")
def index() -> ResponseReturnValue:
    found = fragments.find(db.connection())
    return Response(msgspec.json.encode(found), content_type="application/json")


@pages.put("/<path:name>")
@allow("process admin")
def put(name: str) -> ResponseReturnValue:
    if not name.strip() or len(name) > LONGEST:
        raise WrongForm(f"a name has 1 to {LONGEST} characters", (Fault("/name", "too long"),))
    fragment = document(request.get_data(), Fragment)
    fragments.put(db.connection(), name.strip(), fragment, by=user_name(), now=db.now())
    return Response(status=204)


@pages.delete("/<path:name>")
@allow("process admin")
def remove(name: str) -> ResponseReturnValue:
    fragments.remove(db.connection(), name)
    return Response(status=204)
