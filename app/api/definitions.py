"""Definitions over HTTP: list, read, draft, check."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app import db, moments
from app.api import bodies
from app.api.answers import (
    body_of,
    json_answer,
    not_modified,
    parameter,
    polled,
    refuse_other_parameters,
    revision_to_change,
    truth,
)
from app.api.errors import PreconditionFailed
from app.api.openapi import described, parameters
from app.auth import allow, user_name
from app.moments import moment
from app.pages import EVERY_OFFICE_ROLE
from designer import (
    diff,
    drafts,
    filing,
    history,
    hits,
    proofs,
    proving,
    published,
    publishing,
    release_notes,
)
from designer.checks import references
from designer.checks.references import Neighbour
from designer.errors import StaleDraft
from designer.filing import Filing
from designer.history import known_kind
from designer.models import Draft
from designer.proofs import Coming
from runtime.core import versions
from runtime.core.definitions import KINDS, Definition, kind_of
from runtime.errors import Fault, Refusal, Unknown, WrongBody
from runtime.rules.documents import Table

routes = Blueprint("api_definitions", __name__, url_prefix="/api/v1/definitions")

READERS = (*EVERY_OFFICE_ROLE, "api")
WRITERS = ("process admin", "api")


@routes.get("")
@allow(*READERS, scope="definitions:read")
@described(
    "definitions",
    bodies.DefinitionList,
    query=parameters(
        "DefinitionQuery",
        kind=(str, "only of this kind"),
        q=(str, "part of the key or name"),
        tag=(str, "only with this tag"),
        owner=(str, "only of this owner"),
    ),
    refusals=(400,),
)
def find() -> ResponseReturnValue:
    """Every definition, drafted or published."""
    refuse_other_parameters("kind", "q", "tag", "owner")
    kind = parameter("kind", _kind, None, f"one of {', '.join(KINDS)}")
    search, tag, owner = (parameter(name, str, "", "a text") for name in ("q", "tag", "owner"))
    found = drafts.definitions(db.connection(), kind=kind, search=search)
    filed = filing.find(db.connection())
    listed = [(each, filed.get((each.kind, each.key), filing.NOTHING)) for each in found]
    return polled(
        bodies.DefinitionList(
            definitions=[
                bodies.DefinitionSummary.of(
                    each, changed_at=moment(each.changed_at), owner=kept.owner, tags=list(kept.tags)
                )
                for each, kept in listed
                if (not tag or tag in kept.tags) and owner in ("", kept.owner)
            ]
        )
    )


@routes.put("/<kind>/<key>/filing")
@allow(*WRITERS, scope="definitions:write")
@described("definitions", bodies.Filing, body=bodies.Filing, refusals=(400, 404, 415))
def put_filing(kind: str, key: str) -> ResponseReturnValue:
    """Says who looks after a definition, and its tags. Neither belongs to the definition itself: no version changes."""
    history.current(db.connection(), kind, key)
    said = body_of(bodies.Filing)
    wanted = Filing(said.owner, tuple(said.tags))
    kept = filing.put(db.connection(), kind, key, wanted, by=user_name(), now=db.now())
    return json_answer(bodies.Filing(owner=kept.owner, tags=list(kept.tags)))


@routes.get("/<kind>/<key>/references")
@allow(*READERS, scope="definitions:read")
@described(
    "definitions",
    bodies.References,
    query=parameters("ReferencesQuery", far=(bool, "true: also what refers to those, and so on to the end")),
    refusals=(400, 404),
)
def read_references(kind: str, key: str) -> ResponseReturnValue:
    """Who refers to a definition and what it refers to, among everything that is drafted or active."""
    refuse_other_parameters("far")
    far = parameter("far", truth, False, "true or false")
    name, document = f"{kind}/{key}", history.current(db.connection(), kind, key).document
    everything = {**publishing.candidate(db.connection(), now=db.now()), name: document}
    found = references.around(everything, name, far=far)
    users, used = ([_mention(everything, each) for each in side] for side in (found.users, found.used))
    return polled(bodies.References(used_by=users, refers_to=used))


@routes.get("/<kind>/<key>")
@allow(*READERS, scope="definitions:read")
@described("definitions", bodies.DefinitionHistory, refusals=(404,))
def read(kind: str, key: str) -> ResponseReturnValue:
    """One definition: its draft, if there is one, and its versions."""
    known_kind(kind)
    draft = drafts.get(db.connection(), kind, key)
    history = published.history(db.connection(), kind, key)
    if draft is None and not history:
        raise Unknown(f"there is no {kind} {key!r}; GET /api/v1/definitions lists what there is")
    return polled(
        bodies.DefinitionHistory(
            kind=kind,
            key=key,
            draft=None if draft is None else bodies.DraftSummary.of(draft, updated_at=moment(draft.updated_at)),
            versions=[
                bodies.VersionSummary.of(
                    version,
                    created_at=moment(version.created_at),
                    releases=[str(release) for release in version.releases],
                )
                for version in history
            ],
        )
    )


@routes.get("/<kind>/<key>/versions/<int:number>")
@allow(*READERS, scope="definitions:read")
@described("definitions", bodies.VersionDocument, refusals=(404,))
def read_version(kind: str, key: str, number: int) -> ResponseReturnValue:
    """A frozen version with its content."""
    known_kind(kind)
    history = published.history(db.connection(), kind, key)
    version = next((each for each in history if each.number == number), None)
    if version is None:
        raise Unknown(f"there is no version {number} of {kind} {key!r}")
    if (unchanged := not_modified(version.id)) is not None:
        return unchanged
    answer = json_answer(
        bodies.VersionDocument.of(
            version,
            created_at=moment(version.created_at),
            document=published.document(db.connection(), kind, key, number),
        )
    )
    answer.set_etag(version.id)
    return answer


@routes.get("/<kind>/<key>/diff")
@allow(*READERS, scope="definitions:read")
@described(
    "definitions",
    bodies.DefinitionDifference,
    query=parameters(
        "DifferenceQuery",
        **{"from": (str, "a version's number, draft or active"), "to": (str, "the same; the newest state if left out")},
    ),
    refusals=(400, 404),
)
def difference(kind: str, key: str) -> ResponseReturnValue:
    """What changed from one state of a definition to another: part by part, and in sentences for release notes.

    Left out, `from` is the active version, or the first one where none is active, and `to` is the draft, or the newest
    version where there is none.
    """
    refuse_other_parameters("from", "to")
    known_kind(kind)
    connection, now = db.connection(), db.now()
    to = request.args.get("to")
    newer = history.state(connection, kind, key, to, now=now) if to else history.current(connection, kind, key)
    older = history.state(connection, kind, key, request.args.get("from") or _base(kind, key), now=now)
    return polled(
        bodies.DefinitionDifference(
            kind=kind,
            key=key,
            from_=older.name,
            to=newer.name,
            summary=release_notes.summary(older.document, newer.document),
            changes=[bodies.Change.of(change) for change in diff.compare(older.document, newer.document)],
        )
    )


def _base(kind: str, key: str) -> str:
    active = published.active_manifest(db.connection(), db.now())
    return "active" if f"{kind}/{key}" in active else "1"


@routes.get("/<kind>/<key>/draft")
@allow(*READERS, scope="definitions:read")
@described("definitions", bodies.DraftDocument, refusals=(404,))
def read_draft(kind: str, key: str) -> ResponseReturnValue:
    """The draft with its content. Its ETag goes into the If-Match of a change."""
    known_kind(kind)
    draft = drafts.get(db.connection(), kind, key)
    if draft is None:
        raise Unknown(f"there is no draft of {kind} {key!r}; PUT one with If-None-Match: *")
    return not_modified(str(draft.revision)) or _shown(draft)


@routes.put("/<kind>/<key>/draft")
@allow(*WRITERS, scope="definitions:write")
@described("definitions", bodies.DraftDocument, body=Definition, refusals=(400, 404, 412, 415, 428))
def put_draft(kind: str, key: str) -> ResponseReturnValue:
    """Saves the draft. Say which one is changed: `If-Match` with its ETag, or `If-None-Match: *` for a new one.

    A draft may be half-done: what is wrong with it is said by the check, and again when it is published.
    """
    known_kind(kind)
    document = body_of(Definition)
    faults = [
        Fault(f"/{field}", f"must be {address!r}, as in the address")
        for field, said, address in (("kind", kind_of(document), kind), ("key", document.key, key))
        if said != address
    ]
    if faults:
        raise WrongBody("the document belongs to another address", tuple(faults))
    revision = revision_to_change()
    try:
        return _shown(drafts.put(db.connection(), document, revision=revision, by=user_name(), now=db.now()))
    except StaleDraft as stale:
        raise PreconditionFailed(str(stale)) from None


@routes.delete("/<kind>/<key>/draft")
@allow(*WRITERS, scope="definitions:write")
@described("definitions", status=204, refusals=(404, 412, 428))
def discard_draft(kind: str, key: str) -> ResponseReturnValue:
    """Drops the draft named by If-Match; what is published stays, and shows among its versions what the draft said, so
    that it can be brought back."""
    known_kind(kind)
    revision = revision_to_change()
    try:
        history.discard(db.connection(), kind, key, revision=revision, by=user_name(), now=db.now())
    except StaleDraft as stale:
        raise PreconditionFailed(str(stale)) from None
    return Response(status=204)


@routes.get("/table/<key>/hits")
@allow(*READERS, scope="definitions:read")
@described("definitions", bodies.TableHits, refusals=(404,))
def read_hits(key: str) -> ResponseReturnValue:
    """How often the rows of a table fired in production, over all versions: of the rows that its draft, or else its
    newest version, has. A row with many `asked` and no `hits` may be dead."""
    connection = db.connection()
    table = history.current(connection, "table", key).document
    assert isinstance(table, Table)
    found = hits.hits(connection, table)
    return polled(
        bodies.TableHits(
            decisions=found.decisions,
            last_at=moment(found.last_at),
            rows=[
                bodies.RowHits.of(
                    row, rule=rule, hits=row.n, hits_of_newest_version=row.newest, last_at=moment(row.last_at)
                )
                for rule, row in found.rows.items()
            ],
        )
    )


@routes.post("/check")
@allow(*READERS, scope="definitions:read")
@described("definitions", bodies.Findings, body=bodies.Check, refusals=(400, 404, 415))
def check() -> ResponseReturnValue:
    """What stands against publishing: errors and changed outcomes of test cases do, warnings do not. Stores nothing."""
    wanted: bodies.Check = body_of(bodies.Check)
    with db.orderloom().database.reading() as connection:
        proof = publishing.prove(
            connection,
            wanted.definitions,
            remove=wanted.remove,
            now=db.now(),
            activate=wanted.activate,
            at=moments.asked(wanted.at, "/at"),
            answer=wanted.scheduled,
        )
    try:
        proofs.refuse(proof, answer=wanted.scheduled)
        publishable = True
    except Refusal:
        publishable = False
    return json_answer(
        bodies.Findings(
            publishable=publishable,
            problems=[bodies.Finding.of(problem) for problem in proof.problems],
            cases=[_case(result) for result in proof.results],
            scheduled=[_scheduled(each) for each in proof.coming],
            mark=proof.mark,
        )
    )


def _case(result: proving.Result) -> bodies.CaseResult:
    return bodies.CaseResult.of(
        result, case=result.case.ref, name=result.case.name, missing=list(result.gone), unexpected=list(result.come)
    )


def _scheduled(each: Coming) -> bodies.ScheduledChange:
    return bodies.ScheduledChange(
        release=str(each.shift.entry.release),
        at=moment(each.shift.entry.at),
        conflicts=list(each.shift.conflicts),
        errors=sum(problem.severity == "error" for problem in each.problems),
        changed_cases=[result.case.ref for result in each.results],
    )


def _kind(given: str) -> str:
    if given not in KINDS:
        raise ValueError
    return given


def _mention(everything: dict[str, Definition], neighbour: Neighbour) -> bodies.Mention:
    kind, _, key = neighbour.name.partition("/")
    return bodies.Mention(
        kind=kind,
        key=key,
        name=everything[neighbour.name].name,
        pointers=[each.pointer for each in neighbour.mentions],
        required=neighbour.required,
    )


def _shown(draft: Draft) -> Response:
    document = msgspec.Raw(versions.canonical(draft.definition))
    answer = json_answer(bodies.DraftDocument.of(draft, updated_at=moment(draft.updated_at), document=document))
    answer.set_etag(str(draft.revision))
    return answer
