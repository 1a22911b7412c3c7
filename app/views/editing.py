"""The editors of definitions that are filled in as forms: making a new one, the page, and what the page asks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import db, drafting
from app.api.answers import json_answer
from app.auth import allow, user_name
from app.static import FOLDER, static_url
from designer import drafts, forms, history, names
from designer.checks import attribute_uses, checking
from designer.checks.problems import Problem
from designer.wording import plural
from runtime.core import versions
from runtime.core.definitions import KINDS
from runtime.errors import Fault, MalformedDefinition, Unknown

pages = Blueprint("editing", __name__, url_prefix="/edit")

DESIGNER = "process admin"
# A kind has an editor when there is a module for it; static/js/forms/README.md says how to write one.
EDITORS = frozenset(module.stem for module in (FOLDER / "js" / "forms" / "editors").glob("*.js"))
# Kinds that are not filled in but drawn, or written into a grid.
OTHERWISE = {"plan": "plans.edit", "table": "tables.show"}
# What a new one begins with, where nothing at all would leave people without a place to begin.
BEGINNINGS: dict[str, dict[str, Any]] = {
    "table": {
        "inputs": [{"id": "input1", "expression": "input", "label": "Input", "type": "string"}],
        "outputs": [{"id": "output1", "name": "result", "label": "Result", "type": "string"}],
        "annotations": ["Note"],
        "rules": [{"id": "r1", "inputs": ["-"], "outputs": [""], "annotations": [""]}],
    }
}

WORDS = {
    "plan": "What is done for an order, and in which order, such as “Fibre access”.",
    "table": "Rules in rows and columns, such as “Discount by segment”.",
    "decomposition": "What a product or service is made of, such as “Fibre needs a port and a terminal”.",
    "enrichment": "What lines are told by tables or people, such as “Region of the address”.",
    "scenario": "Which plan fulfils what, such as “New fibre line”.",
    "policy": "Which orders somebody must approve first, such as “More than 10,000 a month”.",
    "specification": "What can be ordered, or is made of it, such as “Fibre access”.",
    "system": "What plans call outside, such as “Inventory”.",
    "queue": "Where manual work waits, such as “Technicians north”.",
    "calendar": "When people work, and when not, such as “Field service, Italy”.",
}
LONGEST = 200  # characters of a name, a key, an address
LABELS = {"url": ("Address", "Where it is reached, such as “https://inventory.example”.")}


# --- a new one ----------------------------------------------------------------------------------------


@pages.get("/")
@allow(DESIGNER)
def choose() -> str:
    """Which kind of definition to make."""
    return render_template("editing/choose.html", kinds=[(kind, WORDS.get(kind, "")) for kind in KINDS])


@pages.route("/<kind>", methods=["GET", "POST"])
@allow(DESIGNER)
def new(kind: str) -> ResponseReturnValue:
    """Asks for a name and a key, and whatever else a definition of that kind must say from the first moment on."""
    history.known_kind(kind)
    if request.method == "GET":
        return _new_page(kind, {"name": request.args.get("name", ""), "key": request.args.get("key", "")}, {})
    said = {name: request.form.get(name, "").strip() for name in ("name", "key", *forms.required(kind))}
    wrong = {name: "Fill this in." for name, text in said.items() if not text}
    wrong |= {name: f"At most {LONGEST} characters." for name, text in said.items() if len(text) > LONGEST}
    connection = db.connection()
    if not wrong:
        try:
            document = versions.convert(kind, forms.fresh(kind, **said, **BEGINNINGS.get(kind, {})))
        except MalformedDefinition as refusal:
            wrong = {fault.pointer.strip("/"): _plainly(fault) for fault in refusal.faults}
        else:
            try:
                history.current(connection, kind, document.key)
            except Unknown:
                drafts.put(connection, document, revision=0, by=user_name(), now=db.now())
                return redirect(editor_url(kind, document.key))
            wrong = {"key": f"There is a {kind} with this key already; open it, or choose another key."}
    return _new_page(kind, said, wrong), 422


def _new_page(kind: str, said: dict[str, str], wrong: dict[str, str]) -> str:
    fields = [
        ("name", "Name", WORDS.get(kind, "What people call it.")),
        ("key", "Key", "What other definitions call it. It cannot be changed later."),
        *((name, *LABELS.get(name, (name.replace("_", " ").capitalize(), ""))) for name in forms.required(kind)),
    ]
    return render_template("editing/new.html", kind=kind, fields=fields, said=said, wrong=wrong)


def _plainly(fault: Fault) -> str:
    if fault.pointer == "/key":
        return "Small letters, digits, dots and dashes only; a letter or digit first."
    if fault.pointer == "/url":
        return "An address begins with http:// or https:// and has no blanks."
    return f"{fault.message}."


# --- the page, and what it asks -----------------------------------------------------------------------


@pages.get("/<kind>/<key>")
@allow(DESIGNER)
def edit(kind: str, key: str) -> ResponseReturnValue:
    found = history.current(db.connection(), kind, key)
    if kind not in EDITORS:
        return redirect(editor_url(kind, key))
    options = {
        "kind": kind,
        "kinds": plural(kind),
        "key": key,
        "me": user_name(),
        "address": url_for(".edit", kind=kind, key=key),
        "presence": url_for("presence.stay", kind=kind, key=key),
        "editor": static_url(f"js/forms/editors/{kind}.js"),
        "blanks": forms.blanks(kind),
        "links": {
            "history": url_for("definitions.show", kind=kind, key=key),
            "text": url_for("definitions.edit", kind=kind, key=key),
            "publish": url_for("releases.publish", name=f"{kind}/{key}"),
            "rehearse": url_for("rehearse.index"),
            "uses": url_for("uses.show", kind=kind, key=key),
            "definitions": url_for("definitions.index", kind=kind),
        },
    }
    return render_template("editing/edit.html", kind=kind, key=key, document=found.document, start=options)


@pages.get("/<kind>/<key>/draft")
@allow(DESIGNER)
def draft(kind: str, key: str) -> ResponseReturnValue:
    """The draft as it is now, or the newest version under revision 0."""
    found = history.current(db.connection(), kind, key)
    return json_answer(drafting.shown(found, forms.complete(found.document)))


@pages.put("/<kind>/<key>/draft")
@allow(DESIGNER)
def put_draft(kind: str, key: str) -> ResponseReturnValue:
    """Saves the draft over the revision named by If-Match, 0 where there was no draft yet. Raises StaleDraft."""
    saved = drafts.put(
        db.connection(), drafting.sent(kind, key), revision=drafting.if_match(), by=user_name(), now=db.now()
    )
    return json_answer({"revision": saved.revision, "by": saved.updated_by, "at": saved.updated_at})


# What follows only reads, though some of it is posted: it must not wait for whoever is writing.


@pages.post("/<kind>/<key>/check")
@allow(DESIGNER)
def check(kind: str, key: str) -> ResponseReturnValue:
    """What is wrong with the definition that was sent, among everything that is drafted or active."""
    name = f"{kind}/{key}"
    try:
        document = drafting.sent(kind, key)
    except MalformedDefinition as refusal:
        problems = [
            Problem(definition=name, pointer=fault.pointer, code="malformed", severity="error", message=fault.message)
            for fault in refusal.faults
        ]
        return json_answer({"problems": problems})
    return json_answer({"problems": checking.check({**drafting.everything(), name: document}, of=(name,))})


@pages.get("/<kind>/<key>/names")
@allow(DESIGNER)
def known_names(kind: str, key: str) -> ResponseReturnValue:
    """What the definition may refer to, for choice lists and for the completion of expressions."""
    history.known_kind(kind)
    return json_answer(names.surroundings(drafting.everything()))


@pages.get("/specification/<key>/uses/<path:attribute>")
@allow(DESIGNER)
def uses(key: str, attribute: str) -> ResponseReturnValue:
    """Where an attribute of the specification is set and read, asked before it is renamed."""
    return json_answer({"uses": attribute_uses.uses(drafting.everything(), key, attribute)})


# --- shared -------------------------------------------------------------------------------------------


@pages.app_template_global()
def editor_url(kind: str, key: str) -> str:
    """Where a definition is changed: on the canvas, in the grid, as a form, or as text."""
    if kind in OTHERWISE:
        return url_for(OTHERWISE[kind], key=key)
    return url_for("editing.edit" if kind in EDITORS else "definitions.edit", kind=kind, key=key)


@pages.app_template_global()
def has_form(kind: str) -> bool:
    return kind in EDITORS
