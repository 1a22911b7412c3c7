"""What stands around a definition: who refers to it and what it refers to, its owner, its tags."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app import accounts, db
from app.auth import allow, user_name
from app.drawing import Card, draw
from app.pages import EVERY_OFFICE_ROLE
from app.static import static_url
from app.views.definitions import kind_icon
from designer import filing, history, published, publishing
from designer.checks import references
from designer.checks.references import Neighbour, Surroundings
from designer.errors import NotFiled
from designer.filing import Filing
from runtime.core.definitions import Definition

pages = Blueprint("uses", __name__, url_prefix="/definitions")

Everything = dict[str, Definition]


@pages.get("/<kind>/<key>/uses")
@allow(*EVERY_OFFICE_ROLE)
def show(kind: str, key: str) -> ResponseReturnValue:
    """Who refers to the definition and what it refers to, among everything that is drafted or active."""
    name, document = f"{kind}/{key}", history.current(db.connection(), kind, key).document
    everything: Everything = {**publishing.candidate(db.connection(), now=db.now()), name: document}
    far = request.args.get("far") == "all"
    found = references.around(everything, name, far=far)
    return render_template(
        "definitions/uses.html",
        kind=kind,
        key=key,
        document=document,
        far=far,
        users=[_line(everything, each) for each in found.users],
        used=[_line(everything, each) for each in found.used],
        is_active=name in published.active_manifest(db.connection(), db.now()),
        drawing=_drawn(everything, name, found, far),
    )


def _line(everything: Everything, neighbour: Neighbour) -> dict[str, Any]:
    kind, _, key = neighbour.name.partition("/")
    return {
        "kind": kind,
        "key": key,
        "name": everything[neighbour.name].name,
        "places": list(dict.fromkeys(each.item or each.pointer for each in neighbour.mentions)),
        "required": neighbour.required,
    }


def _drawn(everything: Everything, name: str, found: Surroundings, far: bool) -> Markup | None:
    """Arrows lead from who refers to what is referred to."""
    shown = sorted({name, *(each.name for each in (*found.users, *found.used))})
    numbers = {each: n for n, each in enumerate(shown, 1)}
    cards = []
    for each in shown:
        kind, _, key = each.partition("/")
        href = "" if each == name else url_for(".show", kind=kind, key=key, far="all" if far else None)
        cards.append(
            Card(
                n=numbers[each],
                title=everything[each].name,
                kind=kind,
                state=kind,
                tone="plain",
                icon="",
                sign=kind_icon(kind),
                href=href,
            )
        )
    edges = [(numbers[source], numbers[target]) for source, target in found.edges]
    return draw(cards, edges, sprite=static_url("vendor/lucide/sprite.svg"), selected=numbers[name])


# --- owner and tags -----------------------------------------------------------------------------------


@pages.get("/<kind>/<key>/filing")
@allow("process admin")
def filing_form(kind: str, key: str) -> ResponseReturnValue:
    """The form alone for a page that shows it in a window, else a page of its own."""
    return _form(kind, key, filing.get(db.connection(), kind, key), bare="HX-Request" not in request.headers)


@pages.post("/<kind>/<key>/filing")
@allow("process admin")
def put_filing(kind: str, key: str) -> ResponseReturnValue:
    history.current(db.connection(), kind, key)
    said = Filing(request.form.get("owner", ""), tuple(request.form.get("tags", "").split(",")))
    try:
        filing.put(db.connection(), kind, key, said, by=user_name(), now=db.now())
    except NotFiled as refusal:
        return _form(kind, key, said, bare=True, wrong=str(refusal)), 422
    return redirect(_back(kind, key))


def _form(kind: str, key: str, filed: Filing, *, bare: bool, wrong: str = "") -> str:
    connection = db.connection()
    known = {each.owner for each in filing.find(connection).values()} | {
        user.full_name for user in accounts.list_users(connection)
    }
    return render_template(
        "definitions/filing.html" if bare else "definitions/_filing_form.html",
        kind=kind,
        key=key,
        name=history.current(connection, kind, key).document.name,
        filed=filed,
        owners=sorted(known - {""}, key=str.casefold),
        back=_back(kind, key),
        bare=bare,
        wrong=wrong,
    )


def _back(kind: str, key: str) -> str:
    """Where the reader came from, if that is one of our own pages of definitions."""
    asked = request.values.get("back", "")
    return asked if asked.startswith("/definitions/") else url_for("definitions.show", kind=kind, key=key)
