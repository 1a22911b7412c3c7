"""Manual work: the tasks of the queues one may work, and one task with its form."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import Row
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms import Field as Input
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import DateInput, TextInput, TimeInput

from app import db, history_text
from app.auth import NotAllowed, allow, user_name
from app.errors import status_of
from app.pages import WORKING_ROLES, number
from runtime import admitting, engine, queries, releases
from runtime.core.definitions import Field
from runtime.core.orders import Order
from runtime.core.transitions import ENDED
from runtime.core.values import EXAMPLES, decode, shown
from runtime.errors import IllegalMove, OwnOrder, Refusal, Unknown, WrongForm

pages = Blueprint("work", __name__, url_prefix="/tasks")

# A manager works whatever those do whom they lead.
LEADS = {"fulfilment manager": "fulfilment agent", "fallout manager": "fallout agent"}
PAGE = 50
VIEWS = {"": "To do", "mine": "Mine", "open": "Unclaimed", "ended": "Ended"}


@pages.get("/")
@allow(*WORKING_ROLES, "fallout manager")
def index() -> ResponseReturnValue:
    connection = db.connection()
    view = request.args.get("view", "")
    queue = request.args.get("queue", "")
    page = max(1, request.args.get("page", 1, type=number))
    narrowed: dict[str, Any] = {
        "roles": working_roles(),
        "assignee": user_name() if view == "mine" else None,
        "states": {"open": ("open",), "ended": sorted(ENDED["task"])}.get(view, ("open", "claimed")),
    }
    counts = queries.count_tasks(connection, **narrowed)
    total = counts.get(queue, 0) if queue else sum(counts.values())
    page = min(page, max(1, -(-total // PAGE)))
    found = queries.find_tasks(
        connection, **narrowed, queue=queue or None, newest=view == "ended", offset=(page - 1) * PAGE, limit=PAGE
    )
    return render_template(
        "work/index.html",
        tasks=found,
        views=VIEWS,
        view=view,
        queues=sorted({*counts, queue} - {""}),
        counts=counts,
        queue=queue,
        total=total,
        page=page,
        first=(page - 1) * PAGE + 1,
        more=page * PAGE < total,
    )


@pages.get("/<int:task_id>")
@allow(*WORKING_ROLES, "fallout manager")
def show(task_id: int) -> ResponseReturnValue:
    return _page(_task(task_id))


@pages.post("/<int:task_id>/claim")
@allow(*WORKING_ROLES, "fallout manager")
def claim(task_id: int) -> ResponseReturnValue:
    engine.claim_task(db.connection(), _task(task_id).id, by=user_name(), now=db.now())
    return redirect(url_for(".show", task_id=task_id))


@pages.post("/<int:task_id>/release")
@allow(*WORKING_ROLES, "fallout manager")
def release(task_id: int) -> ResponseReturnValue:
    engine.release_task(db.connection(), _task(task_id).id, by=user_name(), now=db.now())
    flash("The task is back in its queue.")
    return redirect(url_for(".index"))


@pages.post("/<int:task_id>/complete")
@allow(*WORKING_ROLES, "fallout manager")
def complete(task_id: int) -> ResponseReturnValue:
    connection = db.connection()
    task = _task_of_mine(task_id)
    fields = engine.task_form(connection, task)
    form = _form(fields)
    values = {field.name: form[_input_name(field)].data for field in fields}
    try:
        engine.complete_task(connection, task_id, values, by=user_name(), now=db.now())
    except WrongForm as refusal:
        for fault in refusal.faults:
            if fault.pointer:
                form[f"value_{fault.pointer.removeprefix('/')}"].errors = [fault.message]
        return _page(task, form, refusal), 422
    flash(f"“{task.name}” is {'answered' if task.kind == 'question' else 'completed'}.")
    return redirect(url_for(".index", view=request.args.get("view") or None))


@pages.post("/<int:task_id>/approve")
@allow(*WORKING_ROLES, "fallout manager")
def approve(task_id: int) -> ResponseReturnValue:
    task, note = _task_of_mine(task_id), _written("note")
    try:
        engine.approve(db.connection(), task.id, note=note, by=user_name(), now=db.now())
    except (IllegalMove, OwnOrder) as refusal:
        return _page(_task(task_id), None, refusal), status_of(refusal)
    flash(f"“{task.name}” is approved.")
    return redirect(url_for(".index"))


@pages.post("/<int:task_id>/reject")
@allow(*WORKING_ROLES, "fallout manager")
def reject(task_id: int) -> ResponseReturnValue:
    task, reason = _task_of_mine(task_id), _written("reason")
    try:
        if not reason:
            raise WrongForm("say why the order is rejected")
        engine.reject(db.connection(), task.id, reason=reason, by=user_name(), now=db.now())
    except (IllegalMove, WrongForm) as refusal:
        return _page(_task(task_id), None, refusal), status_of(refusal)
    flash(f"Order {task.order_id} is rejected.")
    return redirect(url_for(".index"))


def _written(name: str) -> str:
    return request.form.get(name, "").strip()[:500]


def working_roles() -> list[str]:
    """The roles whose tasks the current user may work."""
    own = set(current_user.roles)
    return sorted(own | {LEADS[role] for role in own & LEADS.keys()})


def _task(task_id: int) -> Row[Any]:
    """A task the current user may work. Raises Unknown, NotAllowed."""
    task = queries.task_row(db.connection(), task_id)
    if task is None:
        raise Unknown(f"there is no task {task_id}")
    if task.role not in working_roles():
        raise NotAllowed(f"this task is for the role {task.role}")
    return task


def _task_of_mine(task_id: int) -> Row[Any]:
    """A task that no colleague works on. Raises Unknown, NotAllowed."""
    task = _task(task_id)
    if task.state == "claimed" and task.assignee != user_name():
        raise NotAllowed(f"{task.assignee} has claimed this task; take it over first")
    return task


def _page(task: Row[Any], form: FlaskForm | None = None, refusal: Refusal | None = None) -> str:
    """The page of a task, with what was written and why it was refused."""
    connection = db.connection()
    fields = engine.task_form(connection, task)
    form = form or _form(fields)
    order = queries.order_row(connection, task.order_id)
    assert order is not None
    release = releases.load(connection, order.release_id)
    told = queries.events_of(connection, task.order_id, item=task.item)
    if task.kind == "work":
        item = queries.item_row(connection, task.order_id, task.item)
        assert item is not None
        definition = release.plan(item.plan).items[item.key].definition
        about = {"definition": definition, "result": shown(decode(item.result)) if item.result else {}}
    else:
        about = _asked(task, order, told) | {"specifications": release.specifications}
    return render_template(
        "work/show.html",
        task=task,
        order=order,
        **about,
        refusal=refusal,
        written={name: _written(name) for name in ("note", "reason")},
        inputs=[(field, form[_input_name(field)]) for field in fields],
        stories=[history_text.tell(event, {task.item: task.name}) for event in reversed(told)],
        mine=task.assignee == user_name(),
    )


def _asked(task: Row[Any], order: Row[Any], told: list[Row[Any]]) -> dict[str, Any]:
    """What a question or an approval is about: who asks, because of which lines, and what came of it."""
    asked = admitting.what_is_asked(db.connection(), task.order_id, task.item)
    document = decode(order.document, Order)
    newest = {event.type: cast("dict[str, Any]", shown(decode(event.data))) for event in told}
    lines = [line for line in document.lines if task.kind == "approval" or line.id in asked.lines]
    return {
        "definition": asked.definition,
        "document": document,
        "lines": lines,
        "because": set(asked.lines),
        "result": newest.get("question answered", {}).get("values", {}),
        "newest": newest,
        "own": order.submitted_by == user_name(),
    }


# --- forms made from definitions ----------------------------------------------------------------------


def _input_name(field: Field) -> str:
    return f"value_{field.name}"  # a field may be called like something a form has anyway


def _form(fields: tuple[Field, ...]) -> FlaskForm:
    """A form with one input for each field. It only reads and shows; the runtime decides what fits."""
    return type("TaskForm", (FlaskForm,), {_input_name(field): _input(field) for field in fields})()


def _input(field: Field) -> Input:
    label = field.label or field.name.replace("_", " ").capitalize()
    match field.type:
        case "text":
            return TextAreaField(label, render_kw={"rows": 4})
        case "boolean":
            return BooleanField(label)
        case "choice":
            choices = [SelectChoice("", "Choose …"), *map(SelectChoice, field.choices)]
            return SelectField(label, choices=choices, validate_choice=False)
        case "date":
            return StringField(label, widget=DateInput())
        case "time":
            return StringField(label, widget=TimeInput(), render_kw={"step": 1})
        case "date and time" | "days and time duration" | "years and months duration":
            return StringField(label, render_kw={"placeholder": EXAMPLES[field.type], "autocomplete": "off"})
        case "number":
            return StringField(label, widget=TextInput(), render_kw={"inputmode": "decimal", "autocomplete": "off"})
    return StringField(label, render_kw={"autocomplete": "off"})
