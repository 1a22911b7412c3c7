"""The plan designer: its page, and what the page asks for while somebody draws."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import PreconditionRequired

from app import db, trying
from app.auth import allow, user_name
from app.pages import sentence
from designer import checks, drafts, names, previews, published, publishing
from designer.previews import NoPreview
from runtime.core import versions
from runtime.core.definitions import Definition, Plan
from runtime.errors import Unknown

pages = Blueprint("plans", __name__, url_prefix="/plans")

READERS = ("process admin",)


@pages.get("/<key>/edit")
@allow(*READERS)
def edit(key: str) -> ResponseReturnValue:
    loaded = _loaded(key)
    if loaded is None:
        raise Unknown(f"there is no plan {key!r}; look in the list of definitions")
    options = {
        "key": key,
        "author": user_name(),
        "drawn": bool(loaded["layout"]),
        "addresses": {
            **{
                name: url_for(f".{name}", key=key)
                for name in ("draft", "layout", "check", "known_names", "orders", "scope")
            },
            "presence": url_for("presence.stay", kind="plan", key=key),
            "fragments": url_for("fragments.index"),
            "rehearse": url_for("rehearse.index"),
            "definitions": url_for("definitions.index", kind="plan"),
        },
    }
    return render_template("plans/edit.html", plan=loaded["document"], start=options)


@pages.get("/<key>/draft")
@allow(*READERS)
def draft(key: str) -> ResponseReturnValue:
    """The draft, or the newest version under revision 0, with its layout."""
    loaded = _loaded(key)
    if loaded is None:
        raise Unknown(f"there is no plan {key!r}")
    return _json(loaded)


@pages.put("/<key>/draft")
@allow("process admin")
def put_draft(key: str) -> ResponseReturnValue:
    """Saves the draft over the revision named by If-Match. Raises StaleDraft where it is not the newest."""
    named = request.headers.get("If-Match", "").strip('"')
    if not named.isdecimal():
        raise PreconditionRequired('say with If-Match which revision you changed, e.g. If-Match: "3"')
    revision = int(named)
    saved = drafts.put(db.connection(), _sent(key), revision=revision, by=user_name(), now=db.now())
    return {"revision": saved.revision}


@pages.patch("/<key>/layout")
@allow("process admin")
def layout(key: str) -> ResponseReturnValue:
    """Changes where cards stand by a JSON Merge Patch (RFC 7396), so that two people can move different cards."""
    connection = db.connection()
    patch = msgspec.json.decode(request.get_data(), type=dict[str, Any])
    content = patched(drafts.layout(connection, "plan", key) or {}, patch)
    drafts.put_layout(connection, "plan", key, content, by=user_name(), now=db.now())
    return {}


# What follows only reads, though it is posted: it must not wait for whoever is writing.


@pages.post("/<key>/check")
@allow(*READERS)
def check(key: str) -> ResponseReturnValue:
    """What is wrong with the plan that was sent, among everything that is drafted or active."""
    plan = _sent(key)
    name = f"plan/{key}"
    return _json({"problems": checks.check({**_everything(), name: plan}, of=(name,))})


@pages.get("/<key>/names")
@allow(*READERS)
def known_names(key: str) -> ResponseReturnValue:
    return _json(names.names_for(_everything(), key))


@pages.get("/<key>/orders")
@allow(*READERS)
def orders(key: str) -> ResponseReturnValue:
    """Past orders to try the plan with, newest first."""
    return _json(trying.offered())


@pages.post("/<key>/scope")
@allow(*READERS)
def scope(key: str) -> ResponseReturnValue:
    """How many of each item the plan that was sent would make for an order (?order=<number>, or a sample)."""
    plan = _sent(key)
    past, everything = trying.chosen(), _everything()
    try:
        return _json(previews.preview(plan, everything, past or previews.sample(plan, everything)))
    except NoPreview as refusal:
        # Half a plan is nothing wrong: it only has no preview yet.
        return _json({"refusal": sentence(str(refusal))})


def _loaded(key: str) -> dict[str, Any] | None:
    connection = db.connection()
    found = drafts.get(connection, "plan", key)
    if found is not None:
        document, revision, by, at = found.definition, found.revision, found.updated_by, found.updated_at
    else:
        try:
            document = published.document(connection, "plan", key)
        except Unknown:
            return None
        revision, by, at = 0, "", 0
    return {
        "document": versions.plain(document),
        "layout": drafts.layout(connection, "plan", key) or {},
        "revision": revision,
        "by": by,
        "at": at,
    }


def _everything() -> dict[str, Definition]:
    with db.orderloom().database.reading() as connection:
        return publishing.candidate(connection, now=db.now())


def _sent(key: str) -> Plan:
    plan = cast(Plan, versions.decode("plan", request.get_data()))
    if plan.key != key:
        raise msgspec.ValidationError(f"the plan sent is {plan.key!r}, the address is that of {key!r}")
    return plan


def _json(content: object) -> Response:
    return Response(msgspec.json.encode(content), content_type="application/json")


def patched(target: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """The JSON object after a merge patch: null removes, objects are merged, all else replaces."""
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            result[name] = patched(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result
