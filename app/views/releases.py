"""Releases: what is in each, how many orders run on it, publishing a new one, activating any."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app import db
from app.auth import allow, user_name
from app.pages import EVERY_OFFICE_ROLE
from designer import drafts, publishing
from designer.errors import NothingToPublish, NotPublishable
from runtime.errors import Unknown
from runtime.schema import versions

pages = Blueprint("releases", __name__, url_prefix="/releases")


@pages.get("/")
@allow(*EVERY_OFFICE_ROLE)
def index() -> ResponseReturnValue:
    connection = db.connection()
    return render_template(
        "releases/index.html",
        releases=publishing.all_releases(connection, now=db.now()),
        activations=publishing.activation_history(connection),
        drafted=drafts.find(connection),
        now=db.now(),
    )


@pages.get("/<int:release_id>")
@allow(*EVERY_OFFICE_ROLE)
def show(release_id: int) -> ResponseReturnValue:
    connection = db.connection()
    all_releases = publishing.all_releases(connection, now=db.now())
    release = next((each for each in all_releases if each.id == release_id), None)
    if release is None:
        raise Unknown(f"there is no release {release_id}")
    before = next((each for each in all_releases if each.id < release_id), None)
    numbers = {
        row.id: row.number
        for row in connection.execute(
            select(versions.c.id, versions.c.number).where(versions.c.id.in_(release.manifest.values()))
        )
    }
    old = before.manifest if before else {}
    entries = [
        (*name.split("/", 1), numbers[version], _change(name, version, old))
        for name, version in sorted(release.manifest.items())
    ]
    gone = sorted(old.keys() - release.manifest.keys())
    return render_template("releases/show.html", release=release, entries=entries, gone=gone, before=before)


@pages.route("/publish", methods=["GET", "POST"])
@allow("process admin")
def publish() -> ResponseReturnValue:
    connection = db.connection()
    drafted = drafts.find(connection)
    if request.method == "GET":
        chosen = [draft.name for draft in drafted]
        return _publish_page(drafted, chosen)

    chosen = [name for name in request.form.getlist("name") if name in {draft.name for draft in drafted}]
    if not chosen:
        return _publish_page(drafted, chosen, wrong="Choose at least one draft."), 422
    if request.form.get("only_check"):
        return _publish_page(drafted, chosen)
    try:
        release_id = publishing.publish(
            connection,
            chosen,
            note=request.form.get("note", "").strip(),
            author=user_name(),
            now=db.now(),
            activate=bool(request.form.get("activate")),
        )
    except (NotPublishable, NothingToPublish) as refusal:
        return _publish_page(drafted, chosen, wrong=str(refusal).capitalize()), 422
    flash(f"Release {release_id} is published.")
    return redirect(url_for(".show", release_id=release_id))


@pages.post("/<int:release_id>/activate")
@allow("process admin")
def activate(release_id: int) -> ResponseReturnValue:
    publishing.activate(db.connection(), release_id, author=user_name(), now=db.now())
    flash(f"Release {release_id} is active: new orders run on it.")
    return redirect(url_for(".index"))


def _publish_page(drafted: list[drafts.Draft], chosen: list[str], wrong: str = "") -> str:
    problems = publishing.problems(db.connection(), chosen, now=db.now()) if chosen else []
    problems.sort(key=lambda problem: problem.severity)  # what stops publishing first
    return render_template(
        "releases/publish.html",
        drafted=drafted,
        chosen=chosen,
        problems=problems,
        errors=[problem for problem in problems if problem.severity == "error"],
        wrong=wrong,
        typed=request.form.get("note", ""),
    )


def _change(name: str, version: str, old: dict[str, str]) -> str:
    if name not in old:
        return "new" if old else ""
    return "changed" if old[name] != version else ""
