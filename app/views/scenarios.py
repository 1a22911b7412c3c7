"""All scenarios as one table, and which of them would apply to a line."""

from __future__ import annotations

from typing import Any, cast, get_args

import msgspec
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import db
from app.auth import allow
from app.pages import EVERY_OFFICE_ROLE
from designer import publishing, scenarios
from runtime.core.definitions import Action, Definition, Plan, Specification

pages = Blueprint("scenarios", __name__, url_prefix="/scenarios")

ACTIONS = {action: "no change" if action == "noChange" else action for action in get_args(Action)}


@pages.get("/")
@allow(*EVERY_OFFICE_ROLE)
def index() -> ResponseReturnValue:
    """The table; with a specification and an action also what would become of such a line."""
    everything = publishing.candidate(db.connection(), now=db.now())
    search = request.args.get("q", "").strip()
    specification = request.args.get("specification", "")
    action = request.args.get("action", "add")
    written = request.args.get("attributes", "").strip()
    attributes, wrong = _attributes(written)
    tried = f"specification/{specification}" in everything and action in ACTIONS and not wrong
    rows = scenarios.table(everything)
    found = [row for row in rows if _fits(row, search.casefold())]
    applying = scenarios.applying(everything, specification, cast(Action, action), attributes) if tried else set()
    return render_template(
        "scenarios/index.html",
        rows=found,
        total=len(rows),
        search=search,
        specification=specification,
        specifications=_named(everything, Specification),
        plans={each.key: each.name for each in _named(everything, Plan)},
        action=action,
        actions=ACTIONS,
        attributes=written,
        wrong=wrong,
        tried=tried,
        applying=[row.scenario for row in rows if row.scenario.key in applying],
        keys=applying,
    )


def _attributes(written: str) -> tuple[dict[str, Any], str]:
    """What was written as the attributes of the line, and what is wrong with it."""
    try:
        return msgspec.json.decode(written or "{}", type=dict[str, Any]), ""
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}, 'Write the attributes as JSON, such as {"speed": 1000}.'


def _fits(row: scenarios.Row, needle: str) -> bool:
    each = row.scenario
    texts = (
        each.key,
        each.name,
        each.plan,
        each.category,
        *(one.name for one in row.meant),
        *(m.key for m in row.meant),
    )
    return any(needle in text.casefold() for text in texts)


def _named(everything: dict[str, Definition], kind: type[Definition]) -> list[Definition]:
    found = [document for document in everything.values() if isinstance(document, kind)]
    return sorted(found, key=lambda each: each.name.casefold())
