"""Approvals over HTTP: releases that wait for somebody else than those who wrote them."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app import db, releasing
from app.api import bodies
from app.api.answers import body_of, json_answer, polled
from app.api.definitions import READERS
from app.api.openapi import described
from app.auth import allow, user_name
from app.moments import moment
from designer import proposals

routes = Blueprint("api_proposals", __name__, url_prefix="/api/v1/proposals")

REFUSALS = (400, 404, 409, 415, 422)


@routes.get("")
@allow(*READERS, scope="definitions:read")
@described("releases", bodies.ProposalList)
def find() -> ResponseReturnValue:
    """Every release that waits for approval, or once did, the newest first."""
    connection = db.connection()
    found = [_document(connection, each) for each in proposals.find(connection)]
    return polled(bodies.ProposalList(proposals=found))


@routes.get("/<int:proposal_id>")
@allow(*READERS, scope="definitions:read")
@described("releases", bodies.ProposalDocument, refusals=(404,))
def read(proposal_id: int) -> ResponseReturnValue:
    """A release that waits for approval, or what became of it."""
    return polled(proposal_document(db.connection(), proposal_id))


@routes.post("/<int:proposal_id>/approve")
@allow("process admin", scope="definitions:write")
@described("releases", bodies.ProposalDocument, body=bodies.Approval, refusals=REFUSALS)
def approve(proposal_id: int) -> ResponseReturnValue:
    """Publishes what was proposed; 403 for whoever proposed it or wrote part of it, 409 where its drafts changed."""
    body_of(bodies.Approval)
    releasing.approve(db.orderloom().database, proposal_id, by=user_name(), now=db.now())
    return json_answer(proposal_document(db.connection(), proposal_id))


@routes.post("/<int:proposal_id>/reject")
@allow("process admin", scope="definitions:write")
@described("releases", bodies.ProposalDocument, body=bodies.Rejection, refusals=REFUSALS)
def reject(proposal_id: int) -> ResponseReturnValue:
    """Turns it down, with a reason; its drafts stay as they are."""
    wanted: bodies.Rejection = body_of(bodies.Rejection)
    proposals.reject(db.connection(), proposal_id, by=user_name(), reason=wanted.reason, now=db.now())
    return json_answer(proposal_document(db.connection(), proposal_id))


@routes.post("/<int:proposal_id>/withdraw")
@allow("process admin", "api", scope="definitions:write")
@described("releases", bodies.ProposalDocument, body=bodies.Approval, refusals=REFUSALS)
def withdraw(proposal_id: int) -> ResponseReturnValue:
    """Takes it back; only who proposed it does."""
    body_of(bodies.Approval)
    proposals.withdraw(db.connection(), proposal_id, by=user_name(), now=db.now())
    return json_answer(proposal_document(db.connection(), proposal_id))


def proposal_document(connection: Connection, proposal_id: int) -> bodies.ProposalDocument:
    """Raises Unknown."""
    return _document(connection, proposals.get(connection, proposal_id))


def _document(connection: Connection, proposal: proposals.Proposal) -> bodies.ProposalDocument:
    asked = proposal.request
    return bodies.ProposalDocument.of(
        proposal,
        id=str(proposal.id),
        written_by=list(proposal.authors),
        created_at=moment(proposal.created_at),
        definitions=proposal.pins,
        remove=list(asked.remove),
        note=asked.note,
        activate=asked.activate,
        at=moment(asked.at),
        accept=list(asked.accept),
        void=list(proposals.moved(connection, proposal)) if proposal.waits else [],
        decided_at=moment(proposal.decided_at),
        release=None if proposal.release_id is None else str(proposal.release_id),
    )
