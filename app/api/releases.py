"""Releases over HTTP: publish, list, read, activate."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app import db
from app.api import bodies
from app.api.answers import body_of, json_answer, moment, polled
from app.api.definitions import READERS, WRITERS
from app.api.idempotency import once
from app.api.openapi import described
from app.auth import allow, user_name
from designer import publishing
from runtime.errors import Unknown

routes = Blueprint("api_releases", __name__, url_prefix="/api/v1/releases")


@routes.get("")
@allow(*READERS, scope="definitions:read")
@described("releases", bodies.ReleaseList)
def find() -> ResponseReturnValue:
    """Every release, the newest first, with the number of orders that still run on it."""
    found = publishing.all_releases(db.connection(), now=db.now())
    return polled(bodies.ReleaseList(releases=[bodies.ReleaseSummary(**_summary(release)) for release in found]))


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
)
def publish() -> ResponseReturnValue:
    """Publishes drafts together as one release, or not at all; by default it becomes the active one."""
    wanted: bodies.Publication = body_of(bodies.Publication)
    release_id = publishing.publish(
        db.connection(),
        wanted.definitions,
        remove=wanted.remove,
        note=wanted.note,
        author=user_name(),
        now=db.now(),
        activate=wanted.activate,
        at=milliseconds(wanted.at),
    )
    location = url_for("api_releases.read", release_id=release_id)
    return json_answer(_document(release_id), 201, Location=location)


@routes.post("/<int:release_id>/activate")
@allow(*WRITERS, scope="definitions:write")
@once
@described("releases", bodies.ReleaseDocument, body=bodies.Activation, creates=True, refusals=(400, 404, 409, 415))
def activate(release_id: int) -> ResponseReturnValue:
    """Makes any release the active one, now or at a moment to come; orders that run keep theirs."""
    wanted: bodies.Activation = body_of(bodies.Activation)
    publishing.activate(db.connection(), release_id, author=user_name(), now=db.now(), at=milliseconds(wanted.at))
    return json_answer(_document(release_id))


def milliseconds(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)


def _document(release_id: int) -> bodies.ReleaseDocument:
    for release in publishing.all_releases(db.connection(), now=db.now()):
        if release.id == release_id:
            return bodies.ReleaseDocument(**_summary(release), manifest=release.manifest)
    raise Unknown(f"there is no release {release_id}")


def _summary(release: publishing.Release) -> dict[str, Any]:
    return {
        "id": str(release.id),
        "note": release.note,
        "author": release.author,
        "created_at": moment(release.created_at),
        "active": release.is_active,
        "active_from": moment(release.next_at),
        "live_orders": release.live_orders,
    }
