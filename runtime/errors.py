"""What can go wrong in the runtime: refusals are the caller's to mend, faults are ours or a system's."""

from __future__ import annotations

from msgspec import Struct


class Fault(Struct, frozen=True):
    """One thing wrong with what a caller sent, and where: `pointer` is a JSON pointer (RFC 6901)."""

    pointer: str
    message: str


class Refusal(Exception):
    """The caller's fault; nothing was changed. `faults` say where, when there is a where."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class MalformedDefinition(Refusal):
    """The data is no definition of the kind it claims to be."""


class OrderRefused(Refusal):
    """The order cannot be accepted as it is."""


class DuplicateOrder(Refusal):
    """An order with this external id has been accepted before."""

    def __init__(self, external_id: str, order_id: int | None) -> None:
        holder = "another order, accepted just now," if order_id is None else f"order {order_id}"
        super().__init__(
            f"{holder} already has the external id {external_id!r}; send a new external id, or read that order",
            (Fault("/externalId", f"already used by {holder.removesuffix(',')}"),),
        )
        self.order_id = order_id


class NoActiveRelease(Refusal):
    """Nothing has been published and activated yet."""

    def __init__(self) -> None:
        super().__init__("no release is active; publish the definitions and activate the release first")


class Unknown(Refusal):
    """What was named does not exist."""


class IllegalMove(Refusal):
    """The thing is in a state from which it cannot go there; nothing was changed."""


class OwnOrder(Refusal):
    """Who submitted an order may not approve it."""

    def __init__(self, by: str) -> None:
        super().__init__(f"this order was submitted by {by}; somebody else must approve it")


class Unreadable(Refusal):
    """What came in is no JSON, or JSON that is not taken; the fault says where."""


class WrongBody(Refusal):
    """What came in is JSON, but not what is expected there; the fault says where."""


class WrongForm(Refusal):
    """The values given for a manual task do not fit its form."""


class Failure(Exception):
    """Our fault or that of a system we depend on."""


class PlanFault(Failure):
    """The plan of an order that was accepted cannot be made; `faults` name the places, as in a refusal."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class Unanswered(Failure):
    """An outside system gave no answer; the message says whether it could not be reached or took too long. `sent` is
    False where the request surely never reached it."""

    def __init__(self, message: str, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class CorruptVersion(Failure):
    """A stored version no longer has the content its id was made of."""


class NoInstallation(Failure):
    """The database has tables, but no installation id yet."""

    def __init__(self) -> None:
        super().__init__("this database has no installation id yet; prepare it with: python -m app migrate")


class DatabaseInUse(Failure):
    """Another process already runs orders on this SQLite file."""

    def __init__(self, path: str, holder: str) -> None:
        super().__init__(
            f"process {holder} already runs orders on {path}; stop it first, or use PostgreSQL to run several"
        )
