"""The plan designer: its page, and what the page asks for while somebody draws."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import db, drafting, trying
from app.api.answers import json_answer
from app.auth import allow, user_name
from app.pages import sentence
from designer import drafts, history, names, previews
from designer.checks import checking
from designer.previews import NoPreview
from runtime.core import versions
from runtime.core.definitions import Plan
from runtime.core.evaluation import Evaluation
from runtime.core.reading import document

pages = Blueprint("plans", __name__, url_prefix="/plans")

READERS = ("process admin",)


@pages.get("/<key>/edit")
@allow(*READERS)
def edit(key: str) -> ResponseReturnValue:
    loaded = _shown(key)
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
    return json_answer(_shown(key))


@pages.put("/<key>/draft")
@allow("process admin")
def put_draft(key: str) -> ResponseReturnValue:
    """Saves the draft over the revision named by If-Match. Raises StaleDraft where it is not the newest."""
    plan = drafting.sent("plan", key)
    saved = drafts.put(db.connection(), plan, revision=drafting.if_match(), by=user_name(), now=db.now())
    return {"revision": saved.revision}


@pages.patch("/<key>/layout")
@allow("process admin")
def layout(key: str) -> ResponseReturnValue:
    """Changes where cards stand by a JSON Merge Patch (RFC 7396), so that two people can move different cards."""
    connection = db.connection()
    patch = document(request.get_data(), dict[str, Any])
    content = patched(drafts.layout(connection, "plan", key) or {}, patch)
    drafts.put_layout(connection, "plan", key, content, by=user_name(), now=db.now())
    return {}


# What follows only reads, though it is posted: it must not wait for whoever is writing.


@pages.post("/<key>/check")
@allow(*READERS)
def check(key: str) -> ResponseReturnValue:
    """What is wrong with the plan that was sent, among everything that is drafted or active."""
    plan = cast(Plan, drafting.sent("plan", key))
    name = f"plan/{key}"
    return json_answer({"problems": checking.check({**drafting.everything(), name: plan}, of=(name,))})


@pages.get("/<key>/names")
@allow(*READERS)
def known_names(key: str) -> ResponseReturnValue:
    return json_answer(names.names_for(drafting.everything(), key))


@pages.get("/<key>/orders")
@allow(*READERS)
def orders(key: str) -> ResponseReturnValue:
    """Past orders to try the plan with, newest first."""
    return json_answer(trying.offered())


@pages.post("/<key>/scope")
@allow(*READERS)
def scope(key: str) -> ResponseReturnValue:
    """How many of each item the plan that was sent would make for an order (?order=<number>, or a sample)."""
    plan = cast(Plan, drafting.sent("plan", key))
    past, everything = trying.chosen(), drafting.everything()
    try:
        order = past or previews.sample(plan, everything)
        return json_answer(previews.preview(plan, everything, order, Evaluation(db.now())))
    except NoPreview as refusal:
        # Half a plan is nothing wrong: it only has no preview yet.
        return json_answer({"refusal": sentence(str(refusal))})


def _shown(key: str) -> dict[str, Any]:
    """The draft, or the newest version, with its layout. Raises Unknown."""
    connection = db.connection()
    state = history.current(connection, "plan", key)
    layout = drafts.layout(connection, "plan", key) or {}
    return {**drafting.shown(state, versions.plain(state.document)), "layout": layout}


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
