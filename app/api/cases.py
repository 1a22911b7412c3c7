"""Test cases over HTTP: what publishing tries before it publishes."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app import db, rehearsing
from app.api import bodies
from app.api.answers import body_of, json_answer, polled
from app.api.definitions import READERS, WRITERS
from app.api.idempotency import once
from app.api.openapi import described
from app.api.rehearsals import against_of, subject_of
from app.auth import allow, user_name
from designer import cases, proving
from runtime.errors import Unknown

routes = Blueprint("api_cases", __name__, url_prefix="/api/v1/cases")


@routes.get("")
@allow(*READERS, scope="definitions:read")
@described("releases", bodies.TestCaseList)
def find() -> ResponseReturnValue:
    """Every test case, of tables and of orders."""
    return polled(bodies.TestCaseList(cases=[_document(case) for case in cases.all_of(db.connection())]))


@routes.post("")
@allow(*WRITERS, scope="definitions:write")
@once
@described(
    "releases", bodies.TestCase, status=201, body=bodies.NewTestCase, creates=True, refusals=(400, 404, 409, 415)
)
def keep() -> ResponseReturnValue:
    """Rehearses an order and keeps what becomes of it as what is expected from now on."""
    wanted: bodies.NewTestCase = body_of(bodies.NewTestCase)
    with db.orderloom().database.reading() as connection:
        outcome = rehearsing.rehearsed(connection, subject_of(connection, wanted), against_of(wanted), db.now())
    connection = db.connection()
    made = rehearsing.keep(connection, wanted.name, outcome, by=user_name(), now=db.now())
    return json_answer(
        next(_document(case) for case in cases.all_of(connection, proving.ORDER) if case.ref == made), 201
    )


@routes.delete("/<path:case>")
@allow(*WRITERS, scope="definitions:write")
@described("releases", status=204, refusals=(404,))
def remove(case: str) -> ResponseReturnValue:
    """Drops a test case by its id, e.g. order/7."""
    connection = db.connection()
    found = next((each for each in cases.all_of(connection) if each.ref == case), None)
    if found is None:
        raise Unknown(f"there is no test case {case!r}")
    cases.remove(connection, found.kind, found.key, found.id)
    return Response(status=204)


def _document(case: proving.Case) -> bodies.TestCase:
    return bodies.TestCase(id=case.ref, name=case.name, expected=case.expected.splitlines())
