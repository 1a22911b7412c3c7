"""The only place that knows which HTTP status a refusal or failure is, and how it is told to programs and people."""

from __future__ import annotations

import http
import logging
from collections.abc import Sequence

import msgspec
from flask import Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from msgspec import Struct
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.accounts import WrongAccount
from app.api.errors import (
    KeyInFlight,
    KeyReused,
    PreconditionFailed,
    PreconditionMissing,
    WrongMedia,
    WrongQuery,
)
from app.auth import NotAllowed, NotSignedIn
from app.slots import Busy
from designer.errors import (
    ChangedOutcomes,
    MovedMeanwhile,
    NotFiled,
    NothingToPublish,
    NotPublishable,
    SamePerson,
    ScheduleConflict,
    StaleDraft,
    VoidProposal,
)
from runtime.errors import (
    DuplicateOrder,
    Failure,
    Fault,
    IllegalMove,
    NoActiveRelease,
    OrderRefused,
    OwnOrder,
    Refusal,
    Unknown,
    Unreadable,
    WrongBody,
    WrongForm,
)

log = logging.getLogger(__name__)

# The nearest base class of an error decides; what is not here at all is our own fault: 500.
STATUSES: dict[type[Exception], int] = {
    Refusal: 400,
    OrderRefused: 422,
    DuplicateOrder: 409,
    NoActiveRelease: 409,
    Unknown: 404,
    IllegalMove: 409,
    OwnOrder: 403,
    WrongForm: 422,
    WrongAccount: 422,
    StaleDraft: 409,
    NotPublishable: 422,
    ChangedOutcomes: 422,
    ScheduleConflict: 409,
    MovedMeanwhile: 409,
    VoidProposal: 409,
    SamePerson: 403,
    NothingToPublish: 409,
    NotFiled: 422,
    Unreadable: 400,
    WrongQuery: 400,
    WrongMedia: 415,
    WrongBody: 422,
    KeyReused: 422,
    KeyInFlight: 409,
    PreconditionMissing: 428,
    PreconditionFailed: 412,
    NotSignedIn: 401,
    NotAllowed: 403,
    msgspec.ValidationError: 422,
    msgspec.DecodeError: 400,
    Busy: 429,
    Failure: 500,
}

ADVICE = {
    400: "The request could not be understood.",
    401: "Sign in, or send a valid token.",
    403: "Your roles do not include this.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "What was sent is too large.",
    429: "Too many attempts; wait a little.",
    500: "The mistake is ours and has been recorded; nothing was changed.",
}

REMEDIES = {
    400: "Go back and try again; what you wrote is still there.",
    401: "Sign in, then go back and send it again.",
    403: "Ask a process admin where you need this for your work.",
    404: "Check the address, or look for it in the list it belongs to.",
    405: "Go back to what you were doing and use the buttons there.",
    409: "Go back and load the page anew; it shows what is true now.",
    413: "Go back and send less of it.",
    422: "Go back and correct it; what you wrote is still there.",
    429: "Wait a little, then try again.",
    500: "Try again in a moment. If it stays, tell whoever looks after this installation when it happened.",
}


MEANWHILE = "Somebody may have removed it meanwhile. Go back and load the page anew; it shows what is there now."

# What a page calls it: the phrases of HTTP are for programs.
TITLES = {
    400: "The request could not be read",
    401: "You are not signed in",
    403: "This is not open to you",
    404: "There is no such page",
    405: "Nothing is shown at this address",
    409: "That is no longer possible",
    413: "That is too large",
    422: "That was not accepted",
    429: "Too many attempts",
}


class Problem(Struct, frozen=True, omit_defaults=True):
    """What went wrong, as RFC 9457 says it; `errors` point to each place in what was sent."""

    status: int
    title: str
    detail: str
    errors: tuple[Fault, ...] = ()


def status_of(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.code or 500
    for kind in type(error).__mro__:
        if kind in STATUSES:
            return STATUSES[kind]
    return 500


def problem_of(error: Exception) -> Problem:
    """Tells what a caller may know of an error: the message of a refusal, never the inside of a failure."""
    status = status_of(error)
    if isinstance(error, HTTPException):
        detail = error.description or ""
    elif status >= 500:
        detail = ADVICE[500]
    else:
        detail = str(error)
    faults: Sequence[Fault] = getattr(error, "faults", ())
    title = http.HTTPStatus(status).phrase
    return Problem(status, title, detail or ADVICE.get(status, title), tuple(faults))


def as_problem_json(problem: Problem) -> Response:
    response = Response(msgspec.json.encode(problem), problem.status, content_type="application/problem+json")
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def for_programs() -> bool:
    """Whether the caller is a program: problem+json for it, a page for everybody else."""
    by_address = request.path.startswith(("/api/", "/tmf-api/"))
    return by_address or request.accept_mimetypes.best == "application/json"


def recorded(error: Exception, problem: Problem) -> None:
    """What is our mistake is logged with everything; the caller only learns that it happened."""
    if problem.status >= 500:
        log.exception("%s %s failed", request.method, request.path, exc_info=error)


def answer(error: Exception) -> ResponseReturnValue:
    problem = problem_of(error)
    recorded(error, problem)
    if for_programs():
        response = as_problem_json(problem)
        if isinstance(error, CSRFError):
            response.headers["X-CSRFToken"] = generate_csrf()  # of the session that is: the page sends it once more
        if isinstance(error, Busy):
            response.headers["Retry-After"] = "1"
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return response
    if isinstance(error, NotSignedIn) and request.method == "GET":
        # htmx follows a redirect into the fragment it was polling; this header moves the whole page.
        sign_in = url_for("session.sign_in", next=request.full_path.rstrip("?"))
        if request.headers.get("HX-Request"):
            return Response(status=204, headers={"HX-Redirect": url_for("session.sign_in")})
        return redirect(sign_in)
    if isinstance(error, NotSignedIn | CSRFError) and _sent_by_a_form_of_ours():
        return _again(problem), problem.status
    return _page(error, problem), problem.status


def _sent_by_a_form_of_ours() -> bool:
    """Whether a person sent a form of ours. What another site made them send is never offered to be sent again."""
    return request.method == "POST" and bool(request.form) and request.origin == request.host_url.rstrip("/")


def _again(problem: Problem) -> str:
    """The form as it was sent, to be sent again once its sender is known; passwords are not kept."""
    kept = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    return render_template(
        "session/again.html",
        title=TITLES[401] if problem.status == 401 else "This page was open for too long",
        address=request.full_path.rstrip("?"),
        fields=[(name, value) for name, value in kept if "password" not in name],
    )


def _page(error: Exception, problem: Problem) -> str:
    return render_template(
        "error.html",
        problem=problem,
        title=_title(problem),
        detail=ADVICE.get(problem.status, problem.detail) if isinstance(error, HTTPException) else problem.detail,
        remedy=MEANWHILE if _is_gone(problem) else REMEDIES.get(problem.status, "Go back and try again."),
    )


def _title(problem: Problem) -> str:
    if _is_gone(problem):
        return "That is no longer there"
    return TITLES.get(problem.status, "Something went wrong here" if problem.status >= 500 else problem.title)


def _is_gone(problem: Problem) -> bool:
    """Whether something was to be done with a thing that is not there: no address was mistyped."""
    return problem.status == 404 and request.method != "GET"


def plug_into(app: Flask) -> None:
    app.register_error_handler(Exception, answer)
