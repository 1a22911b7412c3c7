"""What the page and the interface of rehearsals share: whose order, against what, beside the active release."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import Connection

from app.tmf import product_order
from designer import cases, publishing
from designer.asking import Answers
from designer.comparison import Comparison, compare
from designer.rehearsal import Planned, Rehearsal, refused, rehearse
from runtime import queries, releases, store
from runtime.core.orders import Order
from runtime.core.release import Release
from runtime.errors import Fault, OrderRefused, Unknown

Faults = tuple[Fault, ...]


class Subject(Struct, frozen=True):
    """The order that is rehearsed: what it asks for hangs on the catalog that is asked, and where its faults are
    on how it was written. `answers` are those that people shall have given."""

    asked: Callable[[Release], Order]
    located: Callable[[Faults], Faults] = lambda faults: faults
    answers: Answers = ()


class Against(Struct, frozen=True):
    """What an order is rehearsed against: a release by its number, or (None) the release that these drafts, or all,
    would make, without what is to be removed."""

    release: int | None = None
    names: tuple[str, ...] | None = None
    remove: tuple[str, ...] = ()

    def load(self, connection: Connection, now: int) -> Release:
        """Raises Unknown, NotPublishable."""
        if self.release is not None:
            return releases.load(connection, self.release)
        return publishing.compiled(connection, self.names, remove=self.remove, now=now)

    def digest(self, connection: Connection, now: int) -> str:
        """Tells what is compared from anything else it might be; of a release its number is enough."""
        if self.release is not None:
            return str(self.release)
        return publishing.digest_of(connection, self.names, remove=self.remove, now=now)[:16]


class Outcome(Struct, frozen=True):
    """A rehearsal, of the order as it was asked (None where it cannot be read), and what the active release would do;
    None where that is the same release, or none is active."""

    told: Rehearsal
    release: Release
    active: int | None
    asked: Order | None = None
    before: Rehearsal | None = None
    comparison: Comparison | None = None
    answers: Answers = ()


def written(body: Any) -> Subject:
    """The order that a TMF622 product order asks for. Raises WrongBody."""
    product_order.check(body)
    return Subject(
        lambda release: product_order.asked(body, release), lambda faults: product_order.located(faults, body)
    )


def past(connection: Connection, order_id: int) -> Subject:
    """An order that was submitted before, as it was understood then. Raises Unknown."""
    if order_id >= 2**63 or queries.order_row(connection, order_id) is None:
        raise Unknown(f"there is no order {order_id}")
    order = store.order_scope(connection, order_id).document
    return Subject(lambda _: order)


def rehearsed(connection: Connection, subject: Subject, against: Against, now: int) -> Outcome:
    """Raises Unknown, NotPublishable, WrongForm. That the order would be refused is no error but the outcome."""
    release = against.load(connection, now)
    asked, told = _told(subject, release, now)
    active = releases.active_id(connection, now)
    if active is None or active == against.release:
        return Outcome(told, release, active, asked=asked, answers=subject.answers)
    _, before = _told(subject, releases.load(connection, active), now)
    return Outcome(told, release, active, asked, before, compare(before, told), subject.answers)


def _told(subject: Subject, release: Release, now: int) -> tuple[Order | None, Rehearsal]:
    asked = None
    try:
        asked = subject.asked(release)
        told = rehearse(asked, release, at=now, answers=subject.answers)
    except OrderRefused as refusal:
        told = refused(refusal)
    return asked, structs.replace(told, faults=subject.located(told.faults))


def unfired(told: Rehearsal) -> Sequence[int]:
    """The decisions whose tables could not be asked, because an input is not known yet."""
    return [item.n for item in told.items if item.kind == "decision" and not item.asked and item.verdict == "runs"]


def failing(told: Rehearsal) -> Iterable[int]:
    """The items that would fail as soon as they began."""
    return [item.n for item in told.items if item.verdict == "fails"]


def changes_of(outcome: Outcome) -> list[str]:
    """What would be different for the order, each thing said once and as for any other order that it happens to."""
    told, comparison = outcome.told, outcome.comparison
    if comparison is None:
        return []
    if comparison.refusal != comparison.refusal_before:
        if not comparison.refusal:
            return [f"accepted, where it is refused today: {comparison.refusal_before}"]
        return [f"refused: {comparison.refusal}"]
    items = {item.n: item for item in told.items}
    found = [f"{_called(items[n])} is added" for n in comparison.added]
    found += [f"{_called(item)} is removed" for item in comparison.removed]
    found += [f"{_called(items[n])}: {change}" for n, changes in comparison.changed.items() for change in changes]
    found += [f"attribute {name} of a line is given otherwise" for _, name, _, _ in comparison.given]
    if comparison.eta != comparison.eta_before:
        found.append("it takes longer" if comparison.eta > comparison.eta_before else "it takes less time")
    if not found and comparison.differs:
        found.append("items wait for others")
    return list(dict.fromkeys(found))


def _called(item: Planned) -> str:
    return f"{item.definition.name} ({item.plan})"


def keep(connection: Connection, name: str, outcome: Outcome, *, by: str, now: int) -> str:
    """Keeps the outcome as a test case, and returns how it is called. Raises Unknown where there is no order."""
    if outcome.asked is None:
        raise Unknown("what was rehearsed cannot be read as an order, so it cannot be a test case; mend it first")
    return cases.put_order(connection, name, outcome.asked, outcome.told, by=by, now=now, answers=outcome.answers)
