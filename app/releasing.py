"""What pages, interface and command line share of releasing: publish, or propose where four eyes are asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct
from sqlalchemy import Connection

from app import db
from app.settings import Settings
from designer import drafts, proposals, publishing
from designer.errors import MovedMeanwhile, NotProven
from designer.proofs import Watch
from designer.proposals import Request
from designer.schedule import Answer
from runtime.core.definitions import Definition
from runtime.database import Database
from runtime.errors import IllegalMove

T = TypeVar("T")
ATTEMPTS = 3  # to prove what nobody changes meanwhile
SPAN = 1.0  # seconds that a page may work on a proof before it says how far it is


class Unfinished(Exception):  # it is no error: whoever asks again goes on where this stopped
    """Of a proof so many test cases are tried so far."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"{done} of {total} test cases")
        self.done = done
        self.total = total


def for_a_while() -> Watch:
    """Watches over a proof, and stops it (Unfinished) where it takes longer than somebody waits without a word."""
    until = time.monotonic() + SPAN

    def watch(done: int, total: int) -> None:
        if done < total and time.monotonic() > until:
            raise Unfinished(done, total)

    return watch


class Released(Struct, frozen=True):
    """What came of it: a release, or a proposal that waits for somebody else."""

    release: int | None = None
    proposal: int | None = None


Write = Callable[[Callable[[Connection], T]], T]  # runs a step in a transaction that writes


def in_request(step: Callable[[Connection], T]) -> T:
    """The step in the transaction of the request, which is taken back where it was not proven."""
    try:
        return step(db.connection())
    except NotProven:
        db.start_over()
        raise


def proven(
    database: Database, prove: Callable[[Connection], object], step: Callable[[Connection], T], write: Write[T]
) -> T:
    """What `step` gives, after it was proven while nobody waited for the writer. Where what was proven has changed
    meanwhile, it is proven again. Raises what either raises, and MovedMeanwhile where it changes again and again."""
    for _ in range(ATTEMPTS):
        with database.reading() as connection:
            prove(connection)
        try:
            return write(step)
        except NotProven:
            continue
    raise MovedMeanwhile


def release(
    database: Database,
    settings: Settings,
    request: Request,
    *,
    author: str,
    now: int,
    write: Write[Released] = in_request,
    watch: Watch | None = None,
    given: Sequence[Definition] = (),
) -> Released:
    """Publishes what is requested, or proposes it. Raises what publishing raises, and what the watcher raises."""
    _refuse_past(request, now)
    ready = publishing.given_of(given)

    def prove(connection: Connection) -> None:
        proposals.refuse(connection, request, now=now, watch=watch, given=ready)

    def step(connection: Connection) -> Released:
        if settings.four_eyes:
            drafts.put_all(connection, given, by=author, now=now)
            return Released(proposal=proposals.propose(connection, request, author=author, now=now, proven=True))
        return Released(
            release=proposals.publish(connection, request, author=author, now=now, given=ready, proven=True)
        )

    return proven(database, prove, step, write)


def approve(database: Database, proposal_id: int, *, by: str, now: int, seen: str | None = None) -> int:
    """Publishes what was proposed; see `proposals.approve`."""
    return proven(
        database,
        lambda connection: proposals.prove(connection, proposals.get(connection, proposal_id).request, now=now),
        lambda connection: proposals.approve(connection, proposal_id, by=by, now=now, seen=seen, proven=True),
        in_request,
    )


def activate(
    database: Database, release_id: int, *, author: str, now: int, at: int | None, answer: Answer | None
) -> None:
    """Makes a release that exists the active one; see `publishing.activate`."""
    proven(
        database,
        lambda connection: publishing.prove_activation(connection, release_id, now=now, at=at, answer=answer),
        lambda connection: publishing.activate(
            connection, release_id, author=author, now=now, at=at, answer=answer, proven=True
        ),
        in_request,
    )


def withdraw(database: Database, activation_id: int, *, author: str, now: int) -> None:
    """Cancels an activation that is yet to come; see `publishing.withdraw`."""
    proven(
        database,
        lambda connection: publishing.prove_withdrawal(connection, activation_id, now=now),
        lambda connection: publishing.withdraw(connection, activation_id, author=author, now=now, proven=True),
        in_request,
    )


def _refuse_past(request: Request, now: int) -> None:
    """A moment may pass while an approval is waited for, but not before anybody was asked."""
    if request.at is not None and request.at < now:
        raise IllegalMove("a release cannot be activated in the past; leave the time out to activate it now")
