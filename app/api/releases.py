"""Releases over HTTP: publish or propose, approve, list, read, activate, cancel."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from app import db, moments, releasing
from app.api import bodies
from app.api.answers import body_of, json_answer, polled
from app.api.definitions import READERS, WRITERS
from app.api.idempotency import once
from app.api.openapi import described
from app.api.proposals import proposal_document
from app.auth import allow, user_name
from app.moments import moment
from designer import published
from designer.proposals import Request
from runtime.errors import Unknown
from runtime.releases import manifest_of

Shape = TypeVar("Shape", bound=bodies.ReleaseSummary)

routes = Blueprint("api_releases", __name__, url_prefix="/api/v1/releases")


@routes.get("")
@allow(*READERS, scope="definitions:read")
@described("releases", bodies.ReleaseList)
def find() -> ResponseReturnValue:
    """Every release, the newest first, with the number of orders that still run on it."""
    found = published.all_releases(db.connection(), now=db.now())
    return polled(bodies.ReleaseList(releases=[_shown(bodies.ReleaseSummary, release) for release in found]))


@routes.get("/<int:release_id>")
@allow(*READERS, scope="definitions:read")
@described("releases", bodies.ReleaseDocument, refusals=(404,))
def read(release_id: int) -> ResponseReturnValue:
    """A release with its manifest."""
    return polled(_document(release_id))


@routes.post("")
@allow(*WRITERS, scope="definitions:write")
@once
@described(
    "releases",
    bodies.ReleaseDocument,
    status=201,
    body=bodies.Publication,
    creates=True,
    refusals=(400, 404, 409, 415),
    also={202: bodies.ProposalDocument},
)
def publish() -> ResponseReturnValue:
    """Publishes drafts together as one release, or not at all; by default it becomes the active one.

    Refused with 422 where a check finds an error or a test case comes out differently and is not accepted. Where the
    installation asks for four eyes the answer is 202, and the release waits for somebody else.
    """
    wanted: bodies.Publication = body_of(bodies.Publication)
    asked = Request(
        names=None if wanted.definitions is None else tuple(wanted.definitions),
        remove=tuple(wanted.remove),
        note=wanted.note,
        activate=wanted.activate,
        at=moments.asked(wanted.at, "/at"),
        accept=tuple(wanted.accept),
        answer=wanted.scheduled,
        seen=wanted.mark,
    )
    orderloom = db.orderloom()
    done = releasing.release(orderloom.database, orderloom.settings, asked, author=user_name(), now=db.now())
    if done.proposal is not None:
        location = url_for("api_proposals.read", proposal_id=done.proposal)
        return json_answer(proposal_document(db.connection(), done.proposal), 202, Location=location)
    assert done.release is not None
    location = url_for("api_releases.read", release_id=done.release)
    return json_answer(_document(done.release), 201, Location=location)


@routes.post("/<int:release_id>/activate")
@allow(*WRITERS, scope="definitions:write")
@once
@described("releases", bodies.ReleaseDocument, body=bodies.Activation, creates=True, refusals=(400, 404, 409, 415))
def activate(release_id: int) -> ResponseReturnValue:
    """Makes any release the active one, now or at a moment to come; orders that run keep theirs."""
    wanted: bodies.Activation = body_of(bodies.Activation)
    asked: dict[str, Any] = {"now": db.now(), "at": moments.asked(wanted.at, "/at"), "answer": wanted.scheduled}
    releasing.activate(db.orderloom().database, release_id, author=user_name(), **asked)
    return json_answer(_document(release_id))


@routes.get("/activations")
@allow(*READERS, scope="definitions:read")
@described("releases", bodies.ScheduleList)
def scheduled() -> ResponseReturnValue:
    """The activations that are yet to come, the soonest first."""
    ahead = published.coming(db.connection(), db.now())
    told = [bodies.ScheduledActivation(id=str(e.id), release=str(e.release), at=moment(e.at)) for e in ahead]
    return polled(bodies.ScheduleList(activations=told))


@routes.delete("/activations/<int:activation_id>")
@allow(*WRITERS, scope="definitions:write")
@described("releases", status=204, refusals=(404, 409))
def cancel(activation_id: int) -> ResponseReturnValue:
    """Cancels an activation that is yet to come; what is scheduled after it keeps its own changes."""
    releasing.withdraw(db.orderloom().database, activation_id, author=user_name(), now=db.now())
    return Response(status=204)


def _document(release_id: int) -> bodies.ReleaseDocument:
    connection = db.connection()
    for release in published.all_releases(connection, now=db.now()):
        if release.id == release_id:
            return _shown(bodies.ReleaseDocument, release, manifest=manifest_of(connection, release_id))
    raise Unknown(f"there is no release {release_id}")


def _shown(shape: type[Shape], release: published.Release, **more: Any) -> Shape:
    return shape.of(
        release,
        **more,
        id=str(release.id),
        created_at=moment(release.created_at),
        active=release.is_active,
        active_from=moment(release.next_at),
    )
