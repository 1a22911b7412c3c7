"""All scenarios as one table, and which of them would apply to a line."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import db
from app.auth import allow
from app.pages import EVERY_OFFICE_ROLE
from app.views import line_rules
from designer import publishing, scenarios
from runtime.core.evaluation import Evaluation

pages = Blueprint("scenarios", __name__, url_prefix="/scenarios")


@pages.get("/")
@allow(*EVERY_OFFICE_ROLE)
def index() -> ResponseReturnValue:
    """The table; with a specification and an action also what would become of such a line."""
    everything = publishing.candidate(db.connection(), now=db.now())
    asked = line_rules.asked(everything)
    rows = scenarios.table(everything)
    line = (asked.specification, asked.action, asked.attributes)
    applying = scenarios.applying(everything, *line, Evaluation(db.now())) if asked.tried else scenarios.NOBODY
    return render_template(
        "scenarios/index.html",
        **line_rules.shown(everything, asked, rows, "plan"),
        applying=[row.rule for row in rows if row.rule.key in applying.keys],
        undecided=applying.undecided,
    )
