"""What pages, interface and command line share of releasing: publish, or propose where four eyes are asked for."""

from __future__ import annotations

import time

from msgspec import Struct
from sqlalchemy import Connection

from app.settings import Settings
from designer import proposals
from designer.proofs import Watch
from designer.proposals import Request
from runtime.database import Database
from runtime.errors import IllegalMove

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


def prove(database: Database, request: Request, *, now: int, watch: Watch | None = None) -> None:
    """Runs checks and test cases while nobody waits for the writer, who then finds them done. Raises what publishing
    would raise, and what whoever watches raises."""
    _refuse_past(request, now)
    with database.reading() as connection:
        proposals.refuse(connection, request, now=now, watch=watch)


def release(connection: Connection, settings: Settings, request: Request, *, author: str, now: int) -> Released:
    """Publishes what is requested, or proposes it. Raises what publishing raises."""
    _refuse_past(request, now)
    if settings.four_eyes:
        return Released(proposal=proposals.propose(connection, request, author=author, now=now))
    return Released(release=proposals.publish(connection, request, author=author, now=now))


def _refuse_past(request: Request, now: int) -> None:
    """A moment may pass while an approval is waited for, but not before anybody was asked."""
    if request.at is not None and request.at < now:
        raise IllegalMove("a release cannot be activated in the past; leave the time out to activate it now")
