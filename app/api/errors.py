"""What the interfaces refuse before the runtime is asked at all."""

from __future__ import annotations

from runtime.errors import Refusal


class WrongMedia(Refusal):
    """The body says that it is something else than JSON."""


class WrongQuery(Refusal):
    """A parameter of the address is unknown, or not what it must be."""


class KeyReused(Refusal):
    """An Idempotency-Key came a second time with another request."""


class KeyInFlight(Refusal):
    """The request that came first with this Idempotency-Key is not answered yet."""


class PreconditionMissing(Refusal):
    """A change must say which state it changes, or it could undo somebody's work unseen."""


class PreconditionFailed(Refusal):
    """Somebody else was first: what the caller wants to change is not what it was."""
