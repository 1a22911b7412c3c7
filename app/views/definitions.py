"""Definitions: the list with versions and drafts, and one definition with its document, history and differences."""

from __future__ import annotations

from typing import Any, get_args

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import db
from app.auth import allow, user_name
from app.drawing import Card, draw
from app.pages import EVERY_OFFICE_ROLE, place_in_words, plainly
from app.static import static_url
from designer import drafts, filing, history, published
from designer import overview as overviews
from designer.errors import StaleDraft, UnreadableFile
from designer.exchange.folder import from_yaml, to_yaml
from runtime.core.definitions import KINDS, Plan, kind_of

pages = Blueprint("definitions", __name__, url_prefix="/definitions")

PAGE = 50
ICONS = {
    "plan": "workflow",
    "table": "table-2",
    "enrichment": "sparkles",
    "decomposition": "split",
    "scenario": "route",
    "policy": "shield-check",
    "specification": "tag",
    "system": "server",
    "queue": "inbox",
    "calendar": "calendar-days",
}


@pages.app_template_filter("kind_icon")
def kind_icon(kind: str) -> str:
    return ICONS.get(kind, "file")


@pages.get("/")
@allow(*EVERY_OFFICE_ROLE)
def index() -> ResponseReturnValue:
    connection = db.connection()
    asked = {name: request.args.get(name, "").strip() for name in ("q", "kind", "tag", "owner", "only", "sort")}
    downwards = asked["sort"].startswith("-")
    late = "HX-Request" in request.headers  # the page is there already, and waits for what the checks say
    overview = overviews.find(
        connection,
        kind=asked["kind"],
        search=asked["q"],
        tag=asked["tag"],
        owner=asked["owner"],
        only=_one_of(overviews.Only, asked["only"]),
        sort=_one_of(overviews.Sort, asked["sort"].lstrip("-") or "kind"),
        downwards=downwards,
        patient=late,
        now=db.now(),
    )
    last = max(1, -(-len(overview.entries) // PAGE))
    number = min(max(1, request.args.get("page", 1, type=int)), last)

    def link(**changes: str | int) -> str:
        """The same list with something asked differently, from its first page."""
        return url_for(".index", **{name: value for name, value in {**asked, **changes}.items() if value})

    return render_template(
        "definitions/_list.html" if late else "definitions/index.html",
        overview=overview,
        found=overview.entries[(number - 1) * PAGE : number * PAGE],
        first=(number - 1) * PAGE + 1,
        number=number,
        last=last,
        asked=asked,
        narrowed=any(asked[name] for name in ("q", "kind", "tag", "owner", "only")),
        link=link,
        kinds=KINDS,
    )


def _one_of(allowed: Any, given: str) -> Any:
    """What was asked for, or the first of what can be asked for."""
    return given if given in get_args(allowed) else get_args(allowed)[0]


@pages.get("/<kind>/<key>")
@allow(*EVERY_OFFICE_ROLE)
def show(kind: str, key: str) -> ResponseReturnValue:
    """What a definition says now, and every version of it; older states have pages of their own."""
    number, view = request.args.get("version"), request.args.get("view", "")
    if view == "difference":
        ends = {"from": request.args.get("against"), "to": number}
        return redirect(url_for("versions.compare", kind=kind, key=key, **ends))
    if number is not None:
        return redirect(url_for("versions.read", kind=kind, key=key, name=number))
    connection, now = db.connection(), db.now()
    name = f"{kind}/{key}"
    state = history.current(connection, kind, key)
    draft = drafts.get(connection, kind, key)
    problems = overviews.problems(connection, now=now) or [] if draft else []
    return render_template(
        "definitions/show.html",
        kind=kind,
        key=key,
        document=state.document,
        draft=draft,
        history=published.history(connection, kind, key),
        aside=history.all_set_aside(connection, kind, key),
        releases={release.id: release for release in published.all_releases(connection, now=now)},
        number=state.number,
        yaml=to_yaml(state.document),
        problems=[problem for problem in problems if problem.definition == name],
        active=published.active_manifest(connection, now).get(name),
        drawing=_drawn(state.document) if isinstance(state.document, Plan) else None,
        view=view,
        kept=request.args.get("kept", type=int),
        filed=filing.get(connection, kind, key),
    )


@pages.route("/<kind>/<key>/edit", methods=["GET", "POST"])
@allow("process admin")
def edit(kind: str, key: str) -> ResponseReturnValue:
    """The draft as text. A definition that is only published is opened as a draft when it is first saved."""
    connection = db.connection()
    if request.method == "GET":
        state = history.current(connection, kind, key)
        return _editor(kind, key, to_yaml(state.document), state.revision or 0)

    text = request.form.get("text", "").replace("\r\n", "\n")
    revision = request.form.get("revision", 0, type=int)
    try:
        document = from_yaml(text, "the text")
        if (kind_of(document), document.key) != (kind, key):
            raise UnreadableFile("the text", _line_of_key(text), "", f"kind and key must stay {kind} and {key}")
        drafts.put(connection, document, revision=revision, by=user_name(), now=db.now())
    except UnreadableFile as refusal:
        return _editor(kind, key, text, revision, wrong=_unreadable(refusal)), 422
    except StaleDraft as refusal:
        newest = refusal.theirs.revision if refusal.theirs else 0
        return _editor(kind, key, text, newest, wrong=_overtaken(refusal)), 422
    flash("The draft is saved.")
    return redirect(url_for(".show", kind=kind, key=key))


@pages.post("/<kind>/<key>/discard")
@allow("process admin")
def discard(kind: str, key: str) -> ResponseReturnValue:
    revision = request.form.get("revision", type=int)
    if history.discard(db.connection(), kind, key, revision=revision, by=user_name(), now=db.now()):
        flash("The draft is discarded. It can be brought back from the drafts set aside.")
        return redirect(url_for(".show", kind=kind, key=key, view="versions"))
    flash(f"The draft of {key} is discarded.")
    return redirect(url_for(".index"))


def _editor(kind: str, key: str, text: str, revision: int, wrong: str = "") -> str:
    return render_template("definitions/edit.html", kind=kind, key=key, text=text, revision=revision, wrong=wrong)


def _unreadable(refusal: UnreadableFile) -> str:
    [fault] = refusal.faults
    where = place_in_words(refusal.pointer)
    line = f"Line {refusal.line}: " if refusal.line else ""
    return f"{line}{plainly(fault.message)}{f' ({where})' if where else ''}."


def _line_of_key(text: str) -> int:
    return next((n for n, line in enumerate(text.split("\n"), 1) if line.startswith("key:")), 1)


def _overtaken(refusal: StaleDraft) -> str:
    if refusal.theirs is None:
        return "The draft was published or discarded after you opened it. Save again to make a new draft of your text."
    return (
        f"{refusal.theirs.updated_by} saved this draft after you opened it. Your text is still here: open the "
        "definition in another tab to see what it says now, or save again to put your text in its place."
    )


def _drawn(plan: Plan) -> str | None:
    """The plan as it is written, in the drawing that orders use; sources in other plans are left out."""
    numbers = {item.key: n for n, item in enumerate(plan.items, 1)}
    cards = []
    for item in plan.items:
        kind = type(item).__name__.lower()
        per = "" if item.per == "order" else f"per {item.per}"
        cards.append(
            Card(n=numbers[item.key], title=item.name, kind=kind, state=kind, tone="plain", icon="", href="", group=per)
        )
    edges = {
        (numbers[each.source], numbers[each.target])
        for each in plan.dependencies
        if each.source in numbers and each.target in numbers and each.source != each.target
    }
    return draw(cards, sorted(edges), sprite=static_url("vendor/lucide/sprite.svg"))
