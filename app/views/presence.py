"""Who else is at a definition: every page of an editor says every few seconds that it is there.

The answer also tells how far the draft and its layout have come, so that looking for what others changed
needs no request of its own.
"""

from __future__ import annotations

from typing import Annotated, Any, cast

import msgspec
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from msgspec import Meta, Struct

from app import db
from app.accounts import User
from app.auth import allow, user_name
from app.pages import EVERY_OFFICE_ROLE
from designer import drafts, presence
from designer.presence import Present
from runtime.core.reading import document
from runtime.errors import Fault, WrongForm

pages = Blueprint("presence", __name__, url_prefix="/presence")

ROOM = 4000  # characters of JSON that a place may take


class Beat(Struct, frozen=True):
    """`page` is a name that the page gave itself when it was opened; `place` what is selected in it."""

    page: Annotated[str, Meta(min_length=1, max_length=40)]
    place: Any = None


@pages.post("/<kind>/<key>")
@allow(*EVERY_OFFICE_ROLE)
def stay(kind: str, key: str) -> ResponseReturnValue:
    beat = document(request.get_data(), Beat)
    if len(msgspec.json.encode(beat.place)) > ROOM:
        raise WrongForm(f"a place has {ROOM} characters at most", (Fault("/place", "too long"),))
    me = Present(beat.page, user_name(), cast(User, current_user).full_name, beat.place)
    now = db.now()
    # Reading needs no queue for the writer, and mostly there is nothing to write.
    with db.orderloom().database.reading() as connection:
        due = presence.due(connection, kind, key, me, now=now)
        found = presence.find(connection, kind, key, now=now)
        state = drafts.state(connection, kind, key)
    if due:
        presence.stay(db.connection(), kind, key, me, now=now)
    others = [
        {"page": each.page, "by": each.by, "name": each.name, "place": each.place, "me": each.by == me.by}
        for each in found
        if (each.by, each.page) != (me.by, me.page)
    ]
    body = {"others": others, "revision": state.revision, "moved_at": state.moved_at}
    return Response(msgspec.json.encode(body), content_type="application/json")


@pages.delete("/<kind>/<key>/<page>")
@allow(*EVERY_OFFICE_ROLE)
def leave(kind: str, key: str, page: str) -> ResponseReturnValue:
    presence.leave(db.connection(), kind, key, by=user_name(), page=page)
    return Response(status=204)
