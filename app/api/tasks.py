"""Manual work over HTTP: find tasks, claim, release and complete them."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from app import db
from app.api import bodies
from app.api.answers import body_of, json_answer, limit_of, natural, parameter, polled, refuse_other_parameters
from app.api.openapi import described, parameters
from app.auth import NotAllowed, allow, user_name
from app.moments import moment
from app.pages import WORKING_ROLES
from app.views.work import working_roles
from runtime import admitting, engine, queries
from runtime.core.definitions import name_of
from runtime.core.transitions import TASK
from runtime.errors import Fault, Unknown, WrongForm

routes = Blueprint("api_tasks", __name__, url_prefix="/api/v1/tasks")

Shape = TypeVar("Shape", bound=bodies.TaskSummary)

WORKERS = (*WORKING_ROLES, "fallout manager")


@routes.get("")
@allow(*WORKERS, scope="tasks:write")
@described(
    "tasks",
    bodies.TaskList,
    query=parameters(
        "TaskQuery",
        state=(str, "open, claimed, completed, rejected or withdrawn; open and claimed if not given"),
        queue=(str, "only of this queue"),
        assignee=(str, "only of this person"),
        cursor=(str, "`next` of the page before"),
        limit=(int, "1 to 200; 50 if not given"),
    ),
    refusals=(400,),
)
def find() -> ResponseReturnValue:
    """The tasks the caller's roles may work, oldest first, a page at a time."""
    refuse_other_parameters("state", "queue", "assignee", "cursor", "limit")
    state = parameter("state", _state, None, f"one of {', '.join(TASK)}")
    limit = limit_of(50, 200)
    rows = queries.find_tasks(
        db.connection(),
        roles=working_roles(),
        assignee=request.args.get("assignee"),
        queue=request.args.get("queue"),
        states=("open", "claimed") if state is None else (state,),
        after=parameter("cursor", natural, None, "what `next` of the page before said"),
        limit=limit + 1,
    )
    page = rows[:limit]
    following = str(page[-1].id) if len(rows) > limit else None
    return polled(bodies.TaskList(tasks=[shown_task(bodies.TaskSummary, row) for row in page], next=following))


@routes.get("/<int:task_id>")
@allow(*WORKERS, scope="tasks:write")
@described("tasks", bodies.TaskDocument, refusals=(404,))
def read(task_id: int) -> ResponseReturnValue:
    """A task with its form."""
    return polled(_document(_task(task_id)))


@routes.post("/<int:task_id>/claim")
@allow(*WORKERS, scope="tasks:write")
@described("tasks", bodies.TaskDocument, refusals=(404, 409))
def claim(task_id: int) -> ResponseReturnValue:
    """Takes a task out of its queue, or over from a colleague."""
    engine.claim_task(db.connection(), _task(task_id).id, by=user_name(), now=db.now())
    return json_answer(_document(_task(task_id)))


@routes.post("/<int:task_id>/release")
@allow(*WORKERS, scope="tasks:write")
@described("tasks", bodies.TaskDocument, refusals=(404, 409))
def release(task_id: int) -> ResponseReturnValue:
    """Puts a task back into its queue."""
    engine.release_task(db.connection(), _task(task_id).id, by=user_name(), now=db.now())
    return json_answer(_document(_task(task_id)))


@routes.post("/<int:task_id>/complete")
@allow(*WORKERS, scope="tasks:write")
@described("tasks", bodies.TaskDocument, body=bodies.Completion, refusals=(400, 404, 409, 415))
def complete(task_id: int) -> ResponseReturnValue:
    """Completes a task, or answers a question, with its form filled in; the order goes on."""
    wanted: bodies.Completion = body_of(bodies.Completion)
    _refuse_others(_task(task_id))
    try:
        engine.complete_task(db.connection(), task_id, wanted.values, by=user_name(), now=db.now())
    except WrongForm as refusal:
        faults = tuple(Fault(f"/values{fault.pointer}", fault.message) for fault in refusal.faults)
        raise WrongForm(str(refusal), faults) from None
    return json_answer(_document(_task(task_id)))


@routes.post("/<int:task_id>/approve")
@allow(*WORKERS, scope="tasks:write")
@described("tasks", bodies.TaskDocument, body=bodies.TaskApproval, refusals=(400, 404, 409, 415))
def approve(task_id: int) -> ResponseReturnValue:
    """Gives the approval that a task asks for; with the last one the order goes on. Who submitted the order may not."""
    wanted: bodies.TaskApproval = body_of(bodies.TaskApproval)
    _refuse_others(_task(task_id))
    engine.approve(db.connection(), task_id, note=wanted.note, by=user_name(), now=db.now())
    return json_answer(_document(_task(task_id)))


@routes.post("/<int:task_id>/reject")
@allow(*WORKERS, scope="tasks:write")
@described("tasks", bodies.TaskDocument, body=bodies.TaskRejection, refusals=(400, 404, 409, 415))
def reject(task_id: int) -> ResponseReturnValue:
    """Rejects the order that a task asks about, an approval or a question; what else was asked is withdrawn."""
    wanted: bodies.TaskRejection = body_of(bodies.TaskRejection)
    _refuse_others(_task(task_id))
    engine.reject(db.connection(), task_id, reason=wanted.reason, by=user_name(), now=db.now())
    return json_answer(_document(_task(task_id)))


def _refuse_others(task: Row[Any]) -> None:
    if task.state == "claimed" and task.assignee != user_name():
        raise NotAllowed(f"{task.assignee} has claimed this task; claim it first to take it over")


def shown_task(shape: type[Shape], task: Row[Any], **told: Any) -> Shape:
    return shape.of(
        task,
        id=str(task.id),
        order=str(task.order_id),
        created_at=moment(task.created_at),
        due_at=moment(task.due_at),
        ended_at=moment(task.ended_at),
        **told,
    )


def _task(task_id: int) -> Row[Any]:
    """A task the caller may work. Raises Unknown, NotAllowed."""
    task = queries.task_row(db.connection(), task_id)
    if task is None:
        raise Unknown(f"there is no task {task_id}")
    if task.role not in working_roles():
        raise NotAllowed(f"this task is for the role {task.role}")
    return task


def _document(task: Row[Any]) -> bodies.TaskDocument:
    form = [bodies.FormField.of(field) for field in engine.task_form(db.connection(), task)]
    return shown_task(bodies.TaskDocument, task, form=form, about=_about(task))


def _about(task: Row[Any]) -> bodies.TaskSubject | None:
    if task.kind == "work":
        return None
    asked = admitting.what_is_asked(db.connection(), task.order_id, task.item)
    return bodies.TaskSubject(
        definition=name_of(asked.definition), description=asked.definition.description, lines=list(asked.lines)
    )


def _state(given: str) -> str:
    if given not in TASK:
        raise ValueError
    return given
