"""Releases: what is in each and what runs on it, publishing with its proof, approval, and when which becomes active."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, get_args

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import structs
from sqlalchemy import Connection

from app import db, releasing
from app.auth import allow, user_name
from app.changed import changed_between, numbers_of, proof_as_told
from app.moments import milliseconds
from app.pages import EVERY_OFFICE_ROLE, number, zone
from designer import cases, drafts, proofs, proposals, proving, published, publishing
from designer.checks import references
from designer.errors import SamePerson
from designer.proposals import Proposal, Request
from designer.schedule import Answer
from runtime.errors import Fault, Refusal, Unknown, WrongForm
from runtime.releases import active_id, manifest_of

pages = Blueprint("releases", __name__, url_prefix="/releases")

ADMIN = "process admin"


# --- looking ------------------------------------------------------------------------------------------


@pages.get("/")
@allow(*EVERY_OFFICE_ROLE)
def index() -> ResponseReturnValue:
    connection = db.connection()
    return render_template(
        "releases/index.html",
        releases=published.all_releases(connection, now=db.now()),
        coming=published.coming(connection, db.now()),
        activations=[each for each in published.activation_history(connection, db.now()) if not each.to_come],
        waiting=proposals.find(connection, state=proposals.WAITING),
        drafted=drafts.find(connection),
    )


@pages.get("/<int:release_id>")
@allow(*EVERY_OFFICE_ROLE)
def show(release_id: int) -> ResponseReturnValue:
    """What is in a release, and what is different in it from another one: `against`, or what was active before it."""
    connection = db.connection()
    all_releases = published.all_releases(connection, now=db.now())
    known = {release.id: release for release in all_releases}
    release = _known(known, release_id)
    history = published.activation_history(connection, db.now())
    against = request.args.get("against", type=number) or _before(release, history)
    other = _known(known, against) if against is not None else None
    manifest = manifest_of(connection, release_id)
    definitions = published.documents(connection, manifest)
    numbers = numbers_of(connection, manifest.values())
    return render_template(
        "releases/show.html",
        release=release,
        releases=all_releases,
        against=other,
        changed=changed_between(connection, manifest_of(connection, other.id), manifest, definitions) if other else [],
        contents=[
            (
                kind,
                [(name.partition("/")[2], definitions[name].name, numbers[manifest[name]]) for name in names],
            )
            for kind, names in groupby(sorted(manifest), key=lambda name: name.partition("/")[0])
        ],
        ended=published.orders_of(connection, release_id) - release.live_orders,
        history=[each for each in history if each.release_id == release_id],
        proposal=proposals.of_release(connection, release_id),
    )


@pages.get("/<int:release_id>/proof")
@allow(*EVERY_OFFICE_ROLE)
def proof_of(release_id: int) -> ResponseReturnValue:
    """What checks and test cases say of a release today, as they are now."""
    connection = db.connection()
    try:
        found = publishing.prove_release(connection, release_id, now=db.now(), watch=releasing.for_a_while())
    except releasing.Unfinished as so_far:
        address = url_for(".proof_of", release_id=release_id)
        return render_template("releases/_proving.html", so_far=so_far, address=address)
    return render_template("releases/_proof_of_release.html", **proof_as_told(connection, found), wanted=Request())


def _known(releases: Mapping[int, published.Release], id_: int) -> published.Release:
    if id_ not in releases:
        raise Unknown(f"there is no release {id_}")
    return releases[id_]


def _before(release: published.Release, history: list[published.Activation]) -> int | None:
    """What to compare a release with: the active one; for that itself, what was active before it."""
    entries = [each.release_id for each in history if not each.withdrawn and not each.to_come]
    return next((each for each in entries if each != release.id), None)


# --- publishing ---------------------------------------------------------------------------------------


@pages.route("/publish", methods=["GET", "POST"])
@allow(ADMIN)
def publish() -> ResponseReturnValue:
    orderloom = db.orderloom()
    if request.method == "GET":
        return _publish_page()
    try:
        wanted = _asked(strict=True)
        if not (wanted.names or wanted.remove):
            raise WrongForm("choose at least one draft")
        if wanted.remove and not request.form.get("sure"):
            raise WrongForm("confirm that what you take out shall no longer be there", (Fault("/sure", "required"),))
        done = releasing.release(
            orderloom.database,
            orderloom.settings,
            wanted,
            author=user_name(),
            now=db.now(),
            watch=releasing.for_a_while(),
        )
    except releasing.Unfinished as so_far:
        sent = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
        four_eyes = orderloom.settings.four_eyes
        return render_template(
            "releases/publishing.html", so_far=so_far, sent=sent, wanted=wanted, four_eyes=four_eyes
        ), 202
    except Refusal as refusal:
        return _publish_page(refusal), 422
    if done.proposal:
        flash("The release waits for somebody else to approve it.")
        return redirect(url_for(".proposal", proposal_id=done.proposal))
    flash(f"Release {done.release} is published.")
    return redirect(url_for(".show", release_id=done.release))


@pages.get("/publish/proof")
@allow(ADMIN)
def proof() -> ResponseReturnValue:
    """What publishing what is chosen would come to: changes, checks, test cases, and what is scheduled."""
    wanted = _asked()
    typed, generated = request.args.get("note", ""), request.args.get("generated", "")
    connection = db.connection()
    told = None
    try:
        if wanted.names or wanted.remove:
            watch = releasing.for_a_while()
            told = proof_as_told(connection, proposals.prove(connection, wanted, now=db.now(), watch=watch))
    except releasing.Unfinished as so_far:
        return render_template("releases/_proving.html", so_far=so_far, address=url_for(".proof"), asked=True)
    except Refusal as refusal:
        return render_template("releases/_proof.html", refusal=refusal, wanted=wanted, fresh=True, note=None)
    fresh = told["notes"] if told else ""
    return render_template(
        "releases/_proof.html", **(told or {}), wanted=wanted, note=None if typed != generated else fresh, fresh=True
    )


def _publish_page(refusal: Refusal | None = None) -> str:
    posted = request.method == "POST"
    with db.orderloom().database.reading() as connection:
        drafted = drafts.find(connection)
        there = [draft.name for draft in drafted]
        wanted = _asked() if posted or {"name", "remove"} & request.args.keys() else Request(names=tuple(there))
        along: list[str] = []
        if not posted and wanted.names:
            # Whoever comes from one definition seldom thinks of the others that are as new.
            everything = publishing.candidate(connection, now=db.now())
            chosen = [name for name in wanted.names if name in everything]
            along = references.needed(everything, chosen, published.active_manifest(connection, db.now()).keys())
            wanted = structs.replace(wanted, names=(*wanted.names, *along))
        told: dict[str, Any] = {}
        if posted and (wanted.names or wanted.remove):
            try:  # it has just been proven, so nobody waits for this
                told = proof_as_told(connection, proposals.prove(connection, wanted, now=db.now()))
            except Refusal:
                told = {}
        kept = proving.concerning(cases.all_of(connection), publishing.candidate(connection, (), now=db.now()))
        return render_template(
            "releases/publish.html",
            drafted=drafted,
            along=along,
            wanted=wanted,
            active=_titles(connection),
            chosen=[name for name in wanted.names or () if name in there],
            refusal=refusal,
            cases=len(kept),
            typed=request.form.get("note", ""),
            generated=request.form.get("generated", ""),
            when=request.values.get("when", "now"),
            at=request.values.get("at", ""),
            zone=_zone_name(),
            four_eyes=db.orderloom().settings.four_eyes,
            **told,
        )


def _titles(connection: Connection) -> dict[str, str]:
    """What is active, by "kind/key", and what people call it."""
    found = published.documents(connection, published.active_manifest(connection, db.now()))
    return {name: document.name for name, document in sorted(found.items())}


def _asked(*, strict: bool = False) -> Request:
    """What the form asks for; `strict` raises WrongForm for a moment that is none, or is not filled in yet."""
    given = request.values
    answer = given.get("answer")
    when = given.get("when", "now")
    return Request(
        names=tuple(given.getlist("name")),
        remove=tuple(dict.fromkeys(filter(None, given.getlist("remove")))),
        note=given.get("note", "").replace("\r\n", "\n").strip()[:2000],
        activate=when != "later",
        at=_moment(given.get("at", ""), strict) if when == "at" else None,
        accept=tuple(given.getlist("accept")),
        answer=answer if answer in get_args(Answer) else None,  # type: ignore[arg-type]  # just asked
        seen=given.get("seen") or None,
    )


def _moment(text: str, strict: bool) -> int | None:
    """What a date and time field says, in the reader's time zone. Raises WrongForm."""
    try:
        return milliseconds(datetime.fromisoformat(text).replace(tzinfo=zone()))
    except (ValueError, OverflowError):
        if not strict:
            return None
        raise WrongForm("choose the date and time at which it becomes active", (Fault("/at", "required"),)) from None


def _zone_name() -> str:
    return getattr(zone(), "key", "UTC")


# --- approval -----------------------------------------------------------------------------------------


@pages.get("/proposals/<int:proposal_id>")
@allow(*EVERY_OFFICE_ROLE)
def proposal(proposal_id: int) -> ResponseReturnValue:
    with db.orderloom().database.reading() as connection:
        return _proposal_page(connection, proposals.get(connection, proposal_id))


@pages.post("/proposals/<int:proposal_id>/approve")
@allow(ADMIN)
def approve(proposal_id: int) -> ResponseReturnValue:
    database = db.orderloom().database
    seen = request.form.get("seen") or None
    try:
        release_id = releasing.approve(database, proposal_id, by=user_name(), now=db.now(), seen=seen)
    except Refusal as refusal:
        return _refused_proposal(proposal_id, refusal)
    flash(f"Release {release_id} is approved and published.")
    return redirect(url_for(".show", release_id=release_id))


@pages.post("/proposals/<int:proposal_id>/<any(reject, withdraw):how>")
@allow(ADMIN)
def turn_down(proposal_id: int, how: str) -> ResponseReturnValue:
    try:
        if how == "reject":
            reason = request.form.get("reason", "")[:2000]
            proposals.reject(db.connection(), proposal_id, by=user_name(), reason=reason, now=db.now())
        else:
            proposals.withdraw(db.connection(), proposal_id, by=user_name(), now=db.now())
    except Refusal as refusal:
        return _refused_proposal(proposal_id, refusal)
    flash(f"Proposal {proposal_id} is {'rejected' if how == 'reject' else 'withdrawn'}; its drafts stay as they are.")
    return redirect(url_for(".proposal", proposal_id=proposal_id))


def _refused_proposal(proposal_id: int, refusal: Refusal) -> ResponseReturnValue:
    with db.orderloom().database.reading() as connection:  # nothing of what was refused is kept
        page = _proposal_page(connection, proposals.get(connection, proposal_id), refusal)
    return page, 403 if isinstance(refusal, SamePerson) else 422


def _proposal_page(connection: Connection, proposal: Proposal, refusal: Refusal | None = None) -> str:
    void = proposals.moved(connection, proposal) if proposal.waits else ()
    told: dict[str, Any] = {}
    so_far = None
    own = ""
    if proposal.waits:
        try:
            proposals.refuse_author(connection, proposal, user_name())
        except SamePerson as same:
            own = str(same)
    if proposal.waits and not void:
        try:
            watch = releasing.for_a_while()
            told = proof_as_told(connection, proposals.prove(connection, proposal.request, now=db.now(), watch=watch))
            asked = proposals.known(connection, proposal.request, now=db.now())
            proofs.refuse(told["proof"], asked.accept, asked.answer)
        except releasing.Unfinished as unfinished:
            so_far = unfinished
        except Refusal as now_refused:
            refusal = refusal or now_refused
    return render_template(
        "releases/proposal.html",
        so_far=so_far,
        proposal=proposal,
        wanted=proposal.request,
        due=proposal.request.due(db.now()),
        void=void,
        own=own,
        refusal=refusal,
        **told,
    )


# --- activation ---------------------------------------------------------------------------------------


@pages.route("/<int:release_id>/activate", methods=["GET", "POST"])
@allow(ADMIN)
def activate(release_id: int) -> ResponseReturnValue:
    """Before a release becomes active, what that changes; then, asked for, it does."""
    if request.method == "GET":
        return _activation_page(release_id)
    try:
        wanted = _asked(strict=True)
        asked: dict[str, Any] = {"now": db.now(), "at": wanted.at, "answer": wanted.answer}
        releasing.activate(db.orderloom().database, release_id, author=user_name(), **asked)
    except Unknown:
        raise
    except Refusal as refusal:
        return _activation_page(release_id, refusal), 422
    word = "will be active" if wanted.at else "is active: new orders run on it"
    flash(f"Release {release_id} {word}.")
    return redirect(url_for(".index"))


def _activation_page(release_id: int, refusal: Refusal | None = None) -> str:
    with db.orderloom().database.reading() as connection:
        known = {release.id: release for release in published.all_releases(connection, now=db.now())}
        release = _known(known, release_id)
        active = active_id(connection, db.now())
        base = manifest_of(connection, active) if active is not None else {}
        manifest = manifest_of(connection, release_id)
        return render_template(
            "releases/activate.html",
            release=release,
            active=active,
            changed=changed_between(connection, base, manifest, published.documents(connection, manifest)),
            proof=publishing.prove_activation(connection, release_id, now=db.now()),
            refusal=refusal,
            when=request.values.get("when", "now"),
            at=request.values.get("at", ""),
            answer=request.values.get("answer"),
            zone=_zone_name(),
        )


@pages.post("/activations/<int:activation_id>/cancel")
@allow(ADMIN)
def cancel(activation_id: int) -> ResponseReturnValue:
    releasing.withdraw(db.orderloom().database, activation_id, author=user_name(), now=db.now())
    flash("The activation is cancelled. The release is kept, and can be activated at any time.")
    return redirect(url_for(".index"))
