"""Serves TM Forum resources as TMF630 wants: one generic layer; a resource is a `Resource` that describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from msgspec import Struct
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app import db
from app.accounts import Scope
from app.api.answers import body_of, json_answer, limit_of, natural, parameter, polled, refuse_other_parameters
from app.api.errors import WrongQuery
from app.api.idempotency import once
from app.auth import allow
from app.errors import problem_of, recorded
from runtime.database import Connection
from runtime.errors import Unknown

Body = dict[str, Any]
PAGE, LONGEST_PAGE = 20, 100
ALWAYS_SHOWN = ("id", "href", "@type")  # whatever `fields` selects


class Page(Struct, frozen=True):
    """Part of a list: some of the `total` that match."""

    total: int
    entries: list[Body]


class Resource(Struct, frozen=True, kw_only=True):
    """One resource of one TM Forum API.

    `check` refuses a body of the wrong shape before the database is asked; `create` stores it and gives its id.
    `filters` are the attributes by which a list can be narrowed.
    """

    name: str
    path: str
    readers: tuple[str, ...]  # roles
    read_scope: Scope
    writers: tuple[str, ...]
    write_scope: Scope
    filters: tuple[str, ...]
    check: Callable[[Any], None]
    create: Callable[[Connection, Body, str], str]
    get: Callable[[Connection, str], Body | None]
    find: Callable[[Connection, Mapping[str, Sequence[str]], int, int], Page]


def blueprint(resource: Resource) -> Blueprint:
    """The routes of a resource: create, list and read it; the rest of the standard is answered with 405."""
    routes = Blueprint(f"tmf_{resource.name}", __name__, url_prefix=resource.path)
    routes.register_error_handler(Exception, refused)

    @routes.post("")
    @allow(*resource.writers, scope=resource.write_scope)
    @once
    def create() -> ResponseReturnValue:
        body = body_of()
        resource.check(body)
        made = resource.create(db.connection(), body, request.get_data().decode())
        shown = resource.get(db.connection(), made)
        return json_answer(shown, 201, Location=address(resource, made))

    @routes.get("")
    @allow(*resource.readers, scope=resource.read_scope)
    def find() -> ResponseReturnValue:
        refuse_other_parameters("fields", "offset", "limit", *resource.filters)
        offset = parameter("offset", natural, 0, "a whole number")
        limit = limit_of(PAGE, LONGEST_PAGE)
        filters = {name: request.args[name].split(",") for name in resource.filters if name in request.args}
        page = resource.find(db.connection(), filters, offset, limit)
        counts = {"X-Total-Count": str(page.total), "X-Result-Count": str(len(page.entries))}
        if offset + len(page.entries) < page.total:
            following = urlencode({**request.args, "offset": offset + limit, "limit": limit})
            counts["Link"] = f'<{address(resource)}?{following}>; rel="next"'
        return polled([selected(entry) for entry in page.entries], **counts)

    @routes.get("/<id_>")
    @allow(*resource.readers, scope=resource.read_scope)
    def read(id_: str) -> ResponseReturnValue:
        refuse_other_parameters("fields")
        found = resource.get(db.connection(), id_)
        if found is None:
            raise Unknown(f"there is no {resource.name} {id_!r}")
        return polled(selected(found))

    @routes.route("/<id_>", methods=["PATCH", "DELETE"])
    @allow(*resource.writers, scope=resource.write_scope)
    def change(id_: str) -> ResponseReturnValue:
        message = f"a {resource.name} that was accepted cannot be changed or removed here; it can be read"
        raise MethodNotAllowed(["GET"], message)

    return routes


def address(resource: Resource, id_: str | None = None) -> str:
    base = f"{db.orderloom().settings.public_url}{resource.path}"
    return base if id_ is None else f"{base}/{id_}"


def selected(body: Body) -> Body:
    """The attributes of the first level that `fields` names; all of them without it. Raises WrongQuery."""
    fields = request.args.get("fields")
    if fields is None:
        return body
    wanted = {name.strip() for name in fields.split(",")} - {"", "none"}
    if any("." in name for name in wanted):
        raise WrongQuery("fields takes names of the first level, such as fields=state,productOrderItem")
    return {name: value for name, value in body.items() if name in wanted or name in ALWAYS_SHOWN}


def refused(error: Exception) -> Response:
    """An error as TMF630 has it; `errors` is our addition and points to each place in the body.

    The standard knows 400 for every body that does not fit, well-formed or not.
    """
    problem = problem_of(error)
    recorded(error, problem)
    status = 400 if problem.status == 422 else problem.status
    body: Body = {
        "@type": "Error",
        "code": str(status),
        "reason": problem.title if status == problem.status else "Bad Request",
        "message": problem.detail,
        "status": str(status),
    }
    if problem.errors:
        body["errors"] = problem.errors
    response = json_answer(body, status)
    if isinstance(error, HTTPException):
        response.headers.extend(
            (name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")
        )
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
