"""Rehearsals: what drafts or a release would make of one order, or of the last ones, with nothing stored."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, cast

import msgspec
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct, structs
from sqlalchemy import Connection

from app import db, demo, rehearsing, slots
from app.auth import allow, user_name
from app.pages import number
from app.rehearsing import Against, Outcome, Subject
from app.views.capture import wrongs
from app.views.generated import all_items, generated, marks_of, names_of
from app.views.orders import tree_of
from designer import cases, drafts, names, published, publishing
from designer.asking import Answers, SampleAnswer
from designer.errors import NotPublishable
from designer.proving import ORDER
from runtime import queries, releases
from runtime.core.reading import document, json_value
from runtime.errors import Fault, Refusal, Unknown, Unreadable, WrongBody, WrongForm

pages = Blueprint("rehearse", __name__, url_prefix="/rehearse")

MOST = 200  # orders rehearsed in a row
SPAN = 0.25  # seconds of work between two signs of progress


class Choice(Struct, frozen=True, kw_only=True):
    """What the reader chose: which order (a sample, a past one, one that is pasted), and against what."""

    what: str = ""
    sample: str = ""
    order: str = ""
    text: str = ""
    against: Against = Against()
    answers: Answers = ()

    @property
    def address(self) -> dict[str, Any]:
        """The part of the choice that says against what, as parameters of an address."""
        return {"against": self.against.release, "name": self.against.names, "remove": self.against.remove}


@pages.route("/", methods=["GET", "POST"])
@allow("process admin")
def index() -> ResponseReturnValue:
    """Posted only because an order may be long; neither method changes anything."""
    choice = _choice()
    with db.orderloom().database.reading() as connection:
        page = _known(connection, choice)
        if not choice.what:
            return render_template("rehearse/index.html", **page)
        try:
            subject = _subject(connection, choice)
            with slots.slot():
                outcome = rehearsing.rehearsed(connection, subject, choice.against, db.now())
        except NotPublishable as refusal:
            return render_template("rehearse/index.html", **page, problems=refusal.problems), 422
        except Refusal as refusal:
            faults = wrongs(choice.text, refusal.faults)
            return render_template("rehearse/index.html", **page, refusal=refusal, faults=faults), 422
        return render_template("rehearse/index.html", **page, **_shown(connection, outcome, choice))


def _choice() -> Choice:
    given = request.values
    number = given.get("against", "")
    remove = tuple(dict.fromkeys(filter(None, given.getlist("remove"))))
    names = tuple(given.getlist("name"))
    return Choice(
        what=given.get("what", "") if given.get("what") in ("sample", "order", "text") else "",
        sample=given.get("sample", ""),
        order=given.get("order", "").strip().lstrip("#"),
        text=given.get("text", "").replace("\r\n", "\n"),
        against=Against(
            release=int(number) if number.isdecimal() and len(number) < 19 else None,
            names=names if names or remove else None,
            remove=remove,
        ),
        answers=_answers(),
    )


def _answers() -> Answers:
    """What is filled in for questions, in fields called "answer/<enrichment>/<step>/<field>/<line>". A form without
    anything in it is no answer."""
    found: dict[tuple[str, str, int], dict[str, str]] = {}
    for name, value in request.values.items():
        parts = name.split("/", 4)
        if parts[0] == "answer" and len(parts) == 5 and parts[2].isdecimal() and len(parts[2]) < 5 and value.strip():
            _, enrichment, step, field, line = parts
            found.setdefault((line, enrichment, int(step)), {})[field] = value.strip()
    return tuple(
        SampleAnswer(line=line, enrichment=enrichment, step=step, values=values)
        for (line, enrichment, step), values in found.items()
    )


def _known(connection: Connection, choice: Choice) -> dict[str, Any]:
    """What can be chosen."""
    return {
        "choice": choice,
        "samples": demo.sample_orders(),
        "releases": published.all_releases(connection, now=db.now()),
        "drafted": drafts.find(connection, choice.against.names),
        "active": releases.active_id(connection, db.now()),
    }


def _subject(connection: Connection, choice: Choice) -> Subject:
    return structs.replace(_order(connection, choice), answers=choice.answers)


def _order(connection: Connection, choice: Choice) -> Subject:
    match choice.what:
        case "order":
            if not choice.order.isdecimal():
                raise Unknown(f"{choice.order or 'nothing'!r} is not the number of an order")
            return rehearsing.past(connection, int(choice.order))
        case "sample":
            if choice.sample not in (samples := demo.sample_orders()):
                raise Unknown(f"there is no sample called {choice.sample!r}")
            return rehearsing.written(json_value(samples[choice.sample].encode()))
    return rehearsing.written(json_value(choice.text.encode()))


# --- test cases ---------------------------------------------------------------------------------------


@pages.get("/cases")
@allow("process admin")
def saved() -> ResponseReturnValue:
    """Every test case: those of orders with what is expected, those of tables where they are made."""
    found = cases.all_of(db.connection())
    of_tables = Counter(case.key for case in found if case.kind == "table")
    orders = [case for case in found if case.kind == ORDER]
    return render_template("rehearse/cases.html", orders=orders, of_tables=of_tables)


@pages.post("/cases")
@allow("process admin")
def keep() -> ResponseReturnValue:
    """Keeps what becomes of the chosen order as what is expected from now on."""
    choice, name = _choice(), request.form.get("case", "").strip()[:200]
    if not name:
        raise WrongForm("give the test case a name that says what it shows", (Fault("/case", "required"),))
    with db.orderloom().database.reading() as connection:
        outcome = rehearsing.rehearsed(connection, _subject(connection, choice), choice.against, db.now())
    rehearsing.keep(db.connection(), name, outcome, by=user_name(), now=db.now())
    flash(f"“{name}” is a test case from now on: publishing tells when its outcome changes.")
    return redirect(url_for(".saved"))


@pages.post("/cases/<int:id_>/remove")
@allow("process admin")
def drop(id_: int) -> ResponseReturnValue:
    cases.remove(db.connection(), ORDER, "", id_)
    flash("The test case is removed.")
    return redirect(url_for(".saved"))


# --- one order ----------------------------------------------------------------------------------------


def _shown(connection: Connection, outcome: Outcome, choice: Choice) -> dict[str, Any]:
    told, items = outcome.told, all_items(outcome)
    return {
        "outcome": outcome,
        "told": told,
        "comparison": outcome.comparison,
        "items": {item.n: item for item in items},
        "names": names_of(items),
        "changes": marks_of(outcome),
        "start": generated(outcome, names.names_for(publishing.candidate(connection, now=db.now()), "")),
        "tree": tree_of(told.order, list(told.fulfilments), {}) if told.order and told.fulfilments else [],
        "specifications": outcome.release.specifications,
        "faults": wrongs(choice.text, told.faults),
        "unfired": rehearsing.unfired(told),
        "failing": rehearsing.failing(told),
    }


# --- the last orders ----------------------------------------------------------------------------------


class Progress(Struct, frozen=True, kw_only=True):
    """How far a batch is: what the next request must know, for nothing of it is stored."""

    total: int
    done: int = 0
    changed: int = 0
    refused: int = 0
    failing: int = 0
    before: int | None = None
    mark: str = ""  # of what is compared: it must be the same to the end

    @property
    def ended(self) -> bool:
        return self.done >= self.total


class Change(Struct, frozen=True, array_like=True):
    """Something that would be different: for how many orders, and one of them."""

    orders: int
    example: int


Summary = dict[str, Change]


class Line(Struct, frozen=True):
    """What one order would come to."""

    id: int
    external_id: str | None
    outcome: Outcome
    word: str
    failing: int


@pages.get("/orders")
@allow("process admin")
def batch() -> ResponseReturnValue:
    choice = _choice()
    last = min(max(request.args.get("last", 0, type=int), 0), MOST)
    with db.orderloom().database.reading() as connection:
        page = _known(connection, choice)
        there = queries.find_orders(connection, limit=last) if last else []
        try:
            mark = _mark(connection, choice)
            if last:
                choice.against.load(connection, db.now())
        except NotPublishable as refusal:
            return render_template("rehearse/orders.html", **page, last=last, problems=refusal.problems), 422
        progress = Progress(total=len(there), mark=mark)
    return render_template(
        "rehearse/orders.html", **page, last=last, progress=progress, following=_following(progress), **_told({})
    )


@pages.post("/orders/next")
@allow("process admin")
def following() -> ResponseReturnValue:
    """The next few orders of a batch, and where to ask for those after them. Posted only because the page brings what
    was found so far, which may be long; nothing is stored."""
    choice, given, found = _choice(), request.args, _found_so_far()
    progress = Progress(
        total=min(given.get("total", 0, type=int), MOST),
        done=given.get("done", 0, type=int),
        changed=given.get("changed", 0, type=int),
        refused=given.get("refused", 0, type=int),
        failing=given.get("failing", 0, type=int),
        before=given.get("before", type=number),
        mark=given.get("mark", ""),
    )
    with db.orderloom().database.reading() as connection:
        if _mark(connection, choice) != progress.mark:
            return render_template(
                "rehearse/_orders.html", moved=True, lines=[], progress=progress, choice=choice, **_told(found)
            )
        lines: list[Line] = []
        until = time.monotonic() + SPAN
        for row in queries.find_orders(connection, before=progress.before, limit=progress.total - progress.done):
            outcome = rehearsing.rehearsed(connection, rehearsing.past(connection, row.id), choice.against, db.now())
            lines.append(_line(row.id, row.external_id, outcome))
            _count(found, row.id, outcome)
            if time.monotonic() > until:
                break
    counted = Counter(line.word for line in lines)
    done = progress.done + len(lines)
    now = Progress(
        total=progress.total if lines else done,
        done=done,
        changed=progress.changed + counted["changed"],
        refused=progress.refused + counted["refused"],
        failing=progress.failing + sum(bool(line.failing) for line in lines),
        before=lines[-1].id if lines else None,
        mark=progress.mark,
    )
    return render_template(
        "rehearse/_orders.html", lines=lines, progress=now, choice=choice, following=_following(now), **_told(found)
    )


def _found_so_far() -> Summary:
    try:
        return cast(Summary, document(request.form.get("found", "{}").encode(), Summary))
    except (Unreadable, WrongBody):
        raise WrongForm("the page does not say what was found so far; begin again") from None


def _told(found: Summary) -> dict[str, Any]:
    """The summary as the page shows it, what most orders have in common first, and as the page brings it along."""
    return {
        "summary": sorted(found.items(), key=lambda entry: -entry[1].orders),
        "found": msgspec.json.encode(found).decode(),
    }


def _count(found: Summary, order: int, outcome: Outcome) -> None:
    for text in rehearsing.changes_of(outcome):
        if text in found:
            found[text] = Change(found[text].orders + 1, found[text].example)
        elif len(found) < MOST:
            found[text] = Change(1, order)


def _line(id_: int, external_id: str | None, outcome: Outcome) -> Line:
    if outcome.told.refusal:
        word = "refused"
    else:
        word = "changed" if outcome.comparison and outcome.comparison.differs else "the same"
    return Line(id_, external_id, outcome, word, len(list(rehearsing.failing(outcome.told))))


def _following(progress: Progress) -> str:
    asked = {name: getattr(progress, name) for name in Progress.__struct_fields__}
    return url_for(".following", **asked, **_choice().address)


def _mark(connection: Connection, choice: Choice) -> str:
    """Stands for what orders are rehearsed against, and for what that is compared with."""
    return f"{choice.against.digest(connection, db.now())}-{releases.active_id(connection, db.now())}"
