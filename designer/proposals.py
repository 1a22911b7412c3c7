"""Publications that somebody else must approve: proposed with everything that publishing asks, then approved or not.

A proposal pins what its drafts said. If one of them says something else by now, approving it is refused: nobody can
have looked at that. What else is published meanwhile does not matter; checks and test cases run again at the approval.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, insert, select, update

from designer import drafts, proofs, published, publishing
from designer.errors import MovedMeanwhile, NothingToPublish, SamePerson, VoidProposal
from designer.models import Proposed
from designer.proofs import Given, Proof, Watch
from designer.schedule import Answer
from runtime.core import versions
from runtime.core.definitions import Definition
from runtime.errors import IllegalMove, Unknown
from runtime.releases import one_at_a_time

WAITING, APPROVED, REJECTED, WITHDRAWN = "waiting", "approved", "rejected", "withdrawn"


class Request(Struct, frozen=True, kw_only=True):
    """What shall be published, as `publishing.publish` takes it. `names` None: all that is drafted."""

    names: tuple[str, ...] | None = None
    remove: tuple[str, ...] = ()
    note: str = ""
    activate: bool = True
    at: int | None = None
    accept: tuple[str, ...] = ()
    answer: Answer | None = None
    seen: str | None = None

    def due(self, now: int) -> int | None:
        """The moment of its activation, or None for at once: also where an approval came late."""
        return self.at if self.at is not None and self.at > now else None


class Proposal(Struct, frozen=True, kw_only=True):
    """A publication that waits for its approval, or what became of it. `authors` may not approve it."""

    id: int
    request: Request
    pins: dict[str, str]
    author: str
    authors: tuple[str, ...]
    created_at: int
    state: str
    decided_by: str | None
    decided_at: int | None
    reason: str
    release_id: int | None

    @property
    def waits(self) -> bool:
        return self.state == WAITING


def prove(
    connection: Connection,
    request: Request,
    *,
    now: int,
    watch: Watch | None = None,
    given: Iterable[Definition] | Given = (),
    known: bool = False,
) -> Proof:
    """What publishing what is requested would come to; see `publishing.prove`."""
    return publishing.prove(
        connection,
        request.names,
        remove=request.remove,
        now=now,
        activate=request.activate,
        at=request.due(now),
        answer=request.answer,
        watch=watch,
        given=given,
        known=known,
    )


def refuse(
    connection: Connection,
    request: Request,
    *,
    now: int,
    watch: Watch | None = None,
    given: Iterable[Definition] | Given = (),
    known: bool = False,
) -> Proof:
    """Raises what `publishing.publish` would raise."""
    proof = prove(connection, request, now=now, watch=watch, given=given, known=known)
    if request.seen not in (None, proof.mark):
        raise MovedMeanwhile
    proofs.refuse(proof, request.accept, request.answer)
    if proof.manifest == proof.base:
        raise NothingToPublish()
    return proof


def publish(
    connection: Connection,
    request: Request,
    *,
    author: str,
    now: int,
    given: Iterable[Definition] | Given = (),
    proven: bool = False,
) -> int:
    """Publishes what is requested, and returns the release; see `publishing.publish`."""
    return publishing.publish(
        connection,
        request.names,
        remove=request.remove,
        note=request.note,
        author=author,
        now=now,
        activate=request.activate,
        at=request.due(now),
        accept=request.accept,
        answer=request.answer,
        seen=request.seen,
        given=given,
        proven=proven,
    )


def propose(connection: Connection, request: Request, *, author: str, now: int, proven: bool = False) -> int:
    """Asks for an approval, and returns the proposal's id. Raises what publishing would: nobody shall approve what
    could not be published."""
    names = request.names
    if names is None:
        names = tuple(draft.name for draft in drafts.find(connection))
    proof = refuse(connection, request, now=now, known=proven)
    kept = msgspec.structs.replace(request, names=names, seen=None)
    values = {
        "request": msgspec.json.encode(kept).decode(),
        "pins": msgspec.json.encode({name: proof.manifest[name] for name in names}).decode(),
        "author": author,
        "authors": msgspec.json.encode(sorted({author, *_writers(connection, names)})).decode(),
        "created_at": now,
        "state": WAITING,
    }
    return int(connection.execute(insert(Proposed).values(**values).returning(Proposed.id)).scalar_one())


def find(connection: Connection, *, state: str | None = None) -> list[Proposal]:
    """Every proposal, or those in a state, the newest first."""
    query = select(Proposed).order_by(Proposed.id.desc())
    return [_proposal(row) for row in connection.execute(query.where(Proposed.state == state) if state else query)]


def get(connection: Connection, id_: int) -> Proposal:
    """Raises Unknown."""
    row = connection.execute(select(Proposed).where(Proposed.id == id_)).one_or_none() if id_ < 2**63 else None
    if row is None:
        raise Unknown(f"there is no proposal {id_}")
    return _proposal(row)


def of_release(connection: Connection, release_id: int) -> Proposal | None:
    """The proposal that became a release."""
    row = connection.execute(select(Proposed).where(Proposed.release_id == release_id)).first()
    return None if row is None else _proposal(row)


def moved(connection: Connection, proposal: Proposal) -> tuple[str, ...]:
    """The drafts that no longer say what was proposed: its approval would be void."""
    there = {draft.name: versions.version_id(draft.definition) for draft in drafts.find(connection, proposal.pins)}
    found = []
    for name, pin in proposal.pins.items():
        if name not in there:
            kind, _, key = name.partition("/")
            history = published.history(connection, kind, key)
            there[name] = history[0].id if history else ""
        if there[name] != pin:
            found.append(name)
    return tuple(found)


def refuse_author(connection: Connection, proposal: Proposal, by: str) -> None:
    """Raises SamePerson for whoever proposed it, or wrote part of what it would publish."""
    if by == proposal.author:
        raise SamePerson("you proposed this release; somebody else must approve it")
    if by in {*proposal.authors, *_writers(connection, proposal.pins)}:
        raise SamePerson("you wrote part of what this release would contain; somebody else must approve it")


def approve(
    connection: Connection, id_: int, *, by: str, now: int, seen: str | None = None, proven: bool = False
) -> int:
    """Publishes what was proposed, and returns the release. `seen` is the mark of the proof that was looked at.

    Raises SamePerson, VoidProposal, IllegalMove where it was decided already, and what publishing raises.
    """
    one_at_a_time(connection)
    proposal = _decide(connection, id_, APPROVED, by=by, now=now)
    drafts.find(connection, proposal.pins, lock=True)  # what is compared with the pins is what is published
    refuse_author(connection, proposal, by)
    if changed := moved(connection, proposal):
        raise VoidProposal(changed)
    request = msgspec.structs.replace(known(connection, proposal.request, now=now, proven=proven), seen=seen)
    release_id = publish(connection, request, author=proposal.author, now=now, proven=proven)
    connection.execute(update(Proposed).where(Proposed.id == id_).values(release_id=release_id))
    return release_id


def known(connection: Connection, request: Request, *, now: int, proven: bool = False) -> Request:
    """The request without test cases that were removed since: what nobody expects any more needs no acceptance."""
    there = {result.case.ref for result in prove(connection, request, now=now, known=proven).results}
    return msgspec.structs.replace(request, accept=tuple(ref for ref in request.accept if ref in there))


def reject(connection: Connection, id_: int, *, by: str, reason: str, now: int) -> None:
    """Turns it down, for a reason that its author reads. Raises IllegalMove, SamePerson for its author, who withdraws
    it instead."""
    if not reason.strip():
        raise IllegalMove("say why you reject it, so that its author knows what to mend")
    proposal = _decide(connection, id_, REJECTED, by=by, now=now, reason=reason.strip())
    if by == proposal.author:
        raise SamePerson("you proposed this release yourself; withdraw it instead")


def withdraw(connection: Connection, id_: int, *, by: str, now: int) -> None:
    """Takes it back; only its author does. Raises IllegalMove, SamePerson."""
    proposal = _decide(connection, id_, WITHDRAWN, by=by, now=now)
    if by != proposal.author:
        raise SamePerson(f"only {proposal.author}, who proposed this release, withdraws it; reject it instead")


def _decide(connection: Connection, id_: int, state: str, *, by: str, now: int, reason: str = "") -> Proposal:
    """Whoever is first decides; the caller checks afterwards whether they may, and rolls back if not."""
    proposal = get(connection, id_)
    values = {"state": state, "decided_by": by, "decided_at": now, "reason": reason}
    mine = (Proposed.id == id_, Proposed.state == WAITING)
    if not connection.execute(update(Proposed).where(*mine).values(**values)).rowcount:
        proposal = get(connection, id_)
        raise IllegalMove(f"proposal {id_} was {proposal.state} by {proposal.decided_by} already")
    return proposal


def _writers(connection: Connection, names: Any) -> set[str]:
    return {name for draft in drafts.find(connection, names) for name in draft.written_by}


def _proposal(row: Row[Any]) -> Proposal:
    given = row._asdict()
    given["request"] = msgspec.json.decode(cast(str, row.request), type=Request)
    given["pins"] = msgspec.json.decode(row.pins, type=dict[str, str])
    given["authors"] = msgspec.json.decode(row.authors, type=tuple[str, ...])
    return Proposal(**given)
