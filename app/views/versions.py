"""Versions: any state of a definition to read, any two beside each other, and going back to one."""

from __future__ import annotations

import difflib
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import db
from app.auth import allow, user_name
from app.pages import EVERY_OFFICE_ROLE
from designer import drafts, history, names, overlay, published, publishing, release_notes
from designer.errors import StaleDraft
from designer.exchange.folder import to_yaml
from designer.history import State
from runtime.core import versions
from runtime.core.definitions import Definition
from runtime.errors import Unknown

pages = Blueprint("versions", __name__, url_prefix="/definitions/<kind>/<key>")

DRAWN = {"plan": "On the canvas", "table": "In the grid"}  # kinds that are compared where they are made


@pages.get("/versions/<name>")
@allow(*EVERY_OFFICE_ROLE)
def read(kind: str, key: str, name: str) -> ResponseReturnValue:
    """One state as it was, to read only."""
    if kind == "table" and name != "draft":
        return redirect(url_for("tables.show", key=key, version=name))
    connection = db.connection()
    state = history.state(connection, kind, key, name, now=db.now())
    shown = {**_about(kind, key), "state": state, "document": state.document}
    if kind == "plan":
        return render_template("versions/plan.html", start=_start(key, versions.plain(state.document)), **shown)
    return render_template("versions/show.html", yaml=to_yaml(state.document), view=request.args.get("view"), **shown)


@pages.get("/compare")
@allow(*EVERY_OFFICE_ROLE)
def compare(kind: str, key: str) -> ResponseReturnValue:
    """What changed `from` one state `to` another; `view` is fields or text, where it is not drawn."""
    newer = _asked(kind, key, "to") or history.current(db.connection(), kind, key)
    older = _asked(kind, key, "from") or _before(kind, key, newer)
    both = overlay.overlay(older.document, newer.document)
    view = request.args.get("view", "")
    shown = {
        **_about(kind, key),
        "older": older,
        "newer": newer,
        "document": newer.document,
        "parts": both.parts,
        "summary": release_notes.summary(older.document, newer.document),
        "heading": release_notes.heading(newer.document),
        "drawn": DRAWN.get(kind),
        "view": view,
    }
    if view in ("fields", "text") or kind not in DRAWN:
        lines = text_difference(older.document, newer.document) if view == "text" else []
        return render_template("versions/compare.html", difference=lines, **shown)
    told = {"parts": both.parts, "summary": shown["summary"], "heading": shown["heading"], "numbers": both.numbers}
    start = _start(key, both.document) | told if kind == "plan" else {"table": both.document, **told}
    return render_template(f"versions/compare_{kind}.html", start=start, **shown)


@pages.post("/restore")
@allow("process admin")
def restore(kind: str, key: str) -> ResponseReturnValue:
    """Makes a state the draft. A draft that was there is set aside, and the page that follows leads back to it."""
    connection, name = db.connection(), request.form.get("name", "")
    there = url_for("definitions.show", kind=kind, key=key, view="versions")
    state = history.state(connection, kind, key, name, now=db.now())
    try:
        revision = request.form.get("revision", 0, type=int)
        kept = history.restore(connection, kind, key, name, revision=revision, by=user_name(), now=db.now())
    except StaleDraft as refusal:
        who = (
            f"{refusal.theirs.updated_by} changed the draft" if refusal.theirs else "The draft was published or dropped"
        )
        flash(f"Nothing was restored. {who} since you looked; see what it says now, then restore again.")
        return redirect(there)
    if kept is None:
        flash(f"{state.label} is the draft now.")
        return redirect(there)
    return redirect(url_for("definitions.show", kind=kind, key=key, view="versions", kept=kept))


def text_difference(old: Definition, new: Definition) -> list[tuple[str, str]]:
    """The lines of a unified diff of the YAML as (class, text); empty where nothing differs."""
    if versions.version_id(old) == versions.version_id(new):
        return []
    lines = list(difflib.unified_diff(to_yaml(old).splitlines(), to_yaml(new).splitlines(), n=3, lineterm=""))[2:]
    meaning = {"+": "added", "-": "removed", "@": "place"}
    return [(meaning.get(line[:1], ""), line if line[:1] != "@" else "⋯") for line in lines]


def _asked(kind: str, key: str, parameter: str) -> State | None:
    name = request.args.get(parameter)
    return history.state(db.connection(), kind, key, name, now=db.now()) if name else None


def _before(kind: str, key: str, newer: State) -> State:
    """What a state is compared with where nobody says: the version before; for a draft the active one or the newest."""
    connection, now = db.connection(), db.now()
    numbers = [version.number for version in published.history(connection, kind, key)]
    if newer.number is not None:
        older = max((n for n in numbers if n < newer.number), default=None)
        return history.state(connection, kind, key, str(older), now=now) if older else newer
    if f"{kind}/{key}" in published.active_manifest(connection, now):
        return history.state(connection, kind, key, "active", now=now)
    if not numbers:
        raise Unknown(f"{kind} {key!r} was never published, so there is nothing to compare its draft with")
    return history.state(connection, kind, key, str(numbers[0]), now=now)


def _about(kind: str, key: str) -> dict[str, Any]:
    """What every page about states says of the definition."""
    connection = db.connection()
    return {
        "kind": kind,
        "key": key,
        "draft": drafts.get(connection, kind, key),
        "history": published.history(connection, kind, key),
        "aside": history.all_set_aside(connection, kind, key),
        "active": published.active_manifest(connection, db.now()).get(f"{kind}/{key}"),
    }


def _start(key: str, plan: dict[str, Any]) -> dict[str, Any]:
    """What the canvas needs to draw a plan that nobody changes here."""
    connection = db.connection()
    return {
        "plan": plan,
        "layout": drafts.layout(connection, "plan", key) or {},
        "names": names.names_for(publishing.candidate(connection, now=db.now()), key),
    }
