"""Decision tables: the list, the grid, and what the grid asks while somebody works in it.

The grid sends what changed; everything that is said about a table, and everything it decides, comes from here.
"""

from __future__ import annotations

import logging
from typing import TypeVar, cast

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct
from sqlalchemy import Connection

from app import db, drafting, slots
from app.api.answers import json_answer
from app.auth import allow, may, user_name
from app.pages import EVERY_OFFICE_ROLE
from designer import (
    cases,
    drafts,
    history,
    hits,
    names,
    patching,
    published,
    publishing,
    trials,
    wording,
)
from designer.checks import checking, findings
from designer.checks.tables import given_to
from designer.errors import StaleDraft
from designer.exchange import tables as exchange
from designer.exchange.sheets import Wanted
from designer.history import State
from designer.patching import Patch
from designer.trials import Case
from runtime.core.definitions import Definition
from runtime.core.reading import document
from runtime.errors import Fault, Unknown, WrongForm
from runtime.rules.documents import Table

log = logging.getLogger(__name__)
pages = Blueprint("tables", __name__, url_prefix="/tables")

DESIGNER = "process admin"
Body = TypeVar("Body")


class CellQuestion(Struct, frozen=True):
    """A text that somebody is writing into a cell of a column, or (`part` is expression) into what a column reads."""

    part: str
    type: str
    text: str


class TrialQuestion(Struct, frozen=True):
    """What is given, by field, and the row to explain, if any."""

    given: dict[str, str]
    why: str = ""


# --- pages


@pages.get("/")
@allow(*EVERY_OFFICE_ROLE)
def index() -> ResponseReturnValue:
    connection = db.connection()
    search = request.args.get("q", "").strip()
    found = [
        (entry, _listed(connection, entry.key)) for entry in drafts.definitions(connection, kind="table", search=search)
    ]
    return render_template("tables/index.html", found=found, search=search)


def _listed(connection: Connection, key: str) -> Definition | None:
    """The table as it stands now; None where it cannot be read: the list shows the others all the same."""
    try:
        return history.current(connection, "table", key).document
    except Exception:
        log.exception("table/%s cannot be read", key)
        return None


@pages.get("/<key>")
@allow(*EVERY_OFFICE_ROLE)
def show(key: str) -> ResponseReturnValue:
    """The grid; with `version` any state that the history of the table names, to read only."""
    connection = db.connection()
    number = request.args.get("version")
    asked = _asked(connection, key)
    table, versions = _table(asked), published.history(connection, "table", key)
    start = {
        "table": table,
        "revision": asked.revision or 0,
        "version": versions[0].number if versions else None,
        "number": number,
        "editable": number is None and may(DESIGNER),
        "me": user_name(),
        "cases": cases.find(connection, "table", key),
        "scope": names.SCOPE,
    }
    return render_template(
        "tables/show.html",
        table=table,
        draft=drafts.get(connection, "table", key),
        active=published.active_manifest(connection, db.now()).get(f"table/{key}"),
        kind="table",
        key=key,
        history=versions,
        state=history.state(connection, "table", key, number, now=db.now()) if number else None,
        number=number,
        editable=start["editable"],
        start=start,
    )


@pages.get("/<key>/export.<format_>")
@allow(*EVERY_OFFICE_ROLE)
def export(key: str, format_: str) -> ResponseReturnValue:
    """The draft, or else the newest version, as a file."""
    writer = exchange.WRITERS.get(format_)
    if writer is None:
        raise Unknown(f"tables are not written as {format_!r}; choose {', '.join(exchange.WRITERS)}")
    table = _table(_asked(db.connection(), key))
    response = Response(writer.write(table), content_type=writer.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{key}.{format_}"'
    return response


@pages.post("/<key>/discard")
@allow(DESIGNER)
def discard(key: str) -> ResponseReturnValue:
    revision = request.form.get("revision", type=int)
    history.discard(db.connection(), "table", key, revision=revision, by=user_name(), now=db.now())
    flash("The draft is discarded.")
    remains = published.history(db.connection(), "table", key)
    return redirect(url_for(".show", key=key) if remains else url_for(".index"))


# --- the draft


@pages.get("/<key>/draft")
@allow(*EVERY_OFFICE_ROLE)
def read(key: str) -> ResponseReturnValue:
    """The draft as it is now, or the newest version under revision 0."""
    state = history.current(db.connection(), "table", key)
    return json_answer(drafting.shown(state, state.document))


@pages.patch("/<key>/draft")
@allow(DESIGNER)
def change(key: str) -> ResponseReturnValue:
    """Saves what changed. If-Match names the revision it was made on, 0 where there was no draft; raises StaleDraft."""
    patch = _body(Patch)
    revision = drafting.if_match()
    connection = db.connection()
    state = history.current(connection, "table", key)
    table = _table(state)
    if revision != (state.revision or 0):
        raise StaleDraft(table, drafts.get(connection, "table", key))
    saved = drafts.put(connection, patching.patched(table, patch), revision=revision, by=user_name(), now=db.now())
    return json_answer({"revision": saved.revision, "at": saved.updated_at, "by": saved.updated_by})


# --- what is said about it


@pages.get("/<key>/findings")
@allow(*EVERY_OFFICE_ROLE)
def check(key: str) -> ResponseReturnValue:
    """What is wrong or odd with the draft, and what the whole release says of it."""
    connection = db.connection()
    asked = _asked(connection, key)
    table = _table(asked)
    name = f"table/{key}"
    active = publishing.candidate(connection, [], now=db.now())
    found = findings.findings(table, given_to(active, key))
    others = [
        findings.Finding(code=each.code, severity=each.severity, message=each.message, pointer=each.pointer)
        for each in checking.check({**active, name: table}, of=(name,))
        if each.code not in ("table", "feel")  # the grid says where
    ]
    body = {
        "revision": asked.revision or 0,
        "findings": [*found.findings, *others],
        "complete": found.complete,
        "totals": found.totals,
        "fields": trials.fields(table),
    }
    return json_answer(body)


@pages.post("/<key>/cell")
@allow(DESIGNER)
def check_cell(key: str) -> ResponseReturnValue:
    """Whether a text can stand in a cell, and how it reads."""
    question = _body(CellQuestion)
    fault = findings.fault_of_cell(_read_only(key), question.text, question.part, question.type)
    if fault is not None:
        message, start, end = fault
        return json_answer({"fault": {"message": message, "start": start, "end": end}, "reading": ""})
    reading = wording.condition(question.text, question.type) if question.part == "inputs" else ""
    return json_answer({"fault": None, "reading": reading})


@pages.get("/<key>/rows/<rule>/reading")
@allow(*EVERY_OFFICE_ROLE)
def read_row(key: str, rule: str) -> ResponseReturnValue:
    """A row of the draft in plain words."""
    table = _table(_asked(db.connection(), key))
    for each in table.rules:
        if each.id == rule:
            return json_answer({"reading": wording.sentence(table, each)})
    raise Unknown(f"table {key!r} has no row {rule!r}")


# --- trying it out


@pages.post("/<key>/trial")
@allow(*EVERY_OFFICE_ROLE)
def try_out(key: str) -> ResponseReturnValue:
    question = _body(TrialQuestion)
    table = _read_only(key)
    with slots.slot():
        return json_answer(trials.trial(table, question.given, slots.evaluation(db.now()), why=question.why))


@pages.post("/<key>/cases")
@allow(DESIGNER)
def put_case(key: str) -> ResponseReturnValue:
    case = _body(Case)
    return json_answer(cases.put(db.connection(), "table", key, case, by=user_name(), now=db.now()))


@pages.delete("/<key>/cases/<int:id_>")
@allow(DESIGNER)
def remove_case(key: str, id_: int) -> ResponseReturnValue:
    cases.remove(db.connection(), "table", key, id_)
    return Response(status=204)


@pages.get("/<key>/cases/run")
@allow(*EVERY_OFFICE_ROLE)
def run_cases(key: str) -> ResponseReturnValue:
    connection = db.connection()
    table = _table(_asked(connection, key))
    with slots.slot():
        return json_answer(trials.coverage(table, cases.find(connection, "table", key), slots.evaluation(db.now())))


@pages.get("/<key>/hits")
@allow(*EVERY_OFFICE_ROLE)
def production_hits(key: str) -> ResponseReturnValue:
    """How often the rows fired in production."""
    connection = db.connection()
    return json_answer(hits.hits(connection, _table(_asked(connection, key))))


# --- in and out


@pages.post("/<key>/import")
@allow(DESIGNER)
def preview_import(key: str) -> ResponseReturnValue:
    """What the table would be with a file's content; nothing is stored, the grid shows the differences first.

    `wanted` says which column of a plain spreadsheet is which; without it their titles do."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise WrongForm("choose a file first", (Fault("/file", "required"),))
    wanted = request.form.get("wanted")
    mapping = document(wanted.encode(), Wanted) if wanted else None
    return json_answer(exchange.read_into(_read_only(key), file.filename, file.read(), mapping))


# --- words


def _asked(connection: Connection, key: str) -> State:
    """The state that the address names, or else what is being changed or was published last."""
    name = request.args.get("version")
    if name is None:
        return history.current(connection, "table", key)
    return history.state(connection, "table", key, name, now=db.now())


def _read_only(key: str) -> Table:
    """As `_asked`, for a POST that changes nothing and so must not queue for the writer."""
    with db.orderloom().database.reading() as connection:
        return _table(_asked(connection, key))


def _table(state: State) -> Table:
    assert isinstance(state.document, Table)
    return state.document


def _body(kind: type[Body]) -> Body:
    return cast(Body, document(request.get_data(), kind))
