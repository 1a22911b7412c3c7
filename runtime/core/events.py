"""What can happen to an order: one Struct per event type, recorded for ever.

`TYPES` maps the name in the journal to the Struct its data decode into. Fields are only ever added, with a
default, so that every history ever written can be read.
"""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct

from runtime.core.orders import FulfilmentLine, Order


class Given(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one step of an enrichment gave to one line; where it asked a table, the rows that fired."""

    line: str
    enrichment: str
    step: int
    attributes: dict[str, Any] = {}
    table: str = ""
    rows: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Event(Struct, frozen=True, omit_defaults=True):
    """What happened; order, number, moment and item stand beside it in the journal."""

    type: ClassVar[str] = ""


class OrderSubmitted(Event, frozen=True):
    """An order came in, as it was asked for, and was pinned to a release; it may correct one that was rejected."""

    type: ClassVar[str] = "order submitted"
    order: Order
    release: int
    by: str
    replaces: int | None = None


class OrderEnriched(Event, frozen=True):
    """Its lines were told what they do not say themselves, step by step."""

    type: ClassVar[str] = "order enriched"
    given: tuple[Given, ...]


class QuestionAsked(Event, frozen=True):
    """A step of an enrichment asked people about a line. What is asked of people before there is a plan has a number
    in place of that of an item: -1, -2, ..."""

    type: ClassVar[str] = "question asked"
    line: str
    enrichment: str
    step: int


class QuestionAnswered(Event, frozen=True):
    """A person filled in the form of a question."""

    type: ClassVar[str] = "question answered"
    values: dict[str, Any]
    by: str


class ApprovalRequested(Event, frozen=True):
    """A policy wants somebody to approve the order, because of these lines; numbered like a question."""

    type: ClassVar[str] = "approval requested"
    policy: str
    lines: tuple[str, ...]


class ApprovalGiven(Event, frozen=True):
    """A person approved what one policy asked for."""

    type: ClassVar[str] = "approval given"
    by: str
    note: str = ""


class OrderApproved(Event, frozen=True):
    """Every approval that was requested has been given."""

    type: ClassVar[str] = "order approved"


class TaskRefused(Event, frozen=True):
    """A person rejected the order instead of answering or approving."""

    type: ClassVar[str] = "task refused"
    reason: str
    by: str


class OrderRejected(Event, frozen=True):
    """Nothing will be made of the order; whatever else was asked of people is withdrawn."""

    type: ClassVar[str] = "order rejected"
    reason: str
    by: str


class OrderDecomposed(Event, frozen=True):
    """Its lines were taken apart into fulfilment lines."""

    type: ClassVar[str] = "order decomposed"
    lines: tuple[FulfilmentLine, ...]


class MadeItem(Struct, frozen=True, array_like=True):
    """An item of a plan: `targets` are fulfilment lines, `lines` order lines, of which it stands for the first `own`
    and counts in the progress of all; `identity` is the typed value of its grouping key, `group` that for people."""

    plan: str
    key: str
    kind: str
    targets: tuple[int, ...]
    lines: tuple[str, ...]
    own: int
    identity: str
    group: str


class PlanGenerated(Event, frozen=True):
    """Its plan was made; edges are pairs of numbers of items."""

    type: ClassVar[str] = "plan generated"
    items: list[MadeItem]
    dependencies: list[tuple[int, int]]


class LineStarted(Event, frozen=True):
    """The first item that works for a line began."""

    type: ClassVar[str] = "line started"
    line: str


class LineCompleted(Event, frozen=True):
    """Every item that works for a line has ended."""

    type: ClassVar[str] = "line completed"
    line: str


class OrderCompleted(Event, frozen=True):
    """Every item has ended."""

    type: ClassVar[str] = "order completed"


class ItemStarted(Event, frozen=True):
    """A system is asked, for the `attempt`th time; attempts of one `run` are one request to the system."""

    type: ClassVar[str] = "item started"
    attempt: int
    warnings: tuple[str, ...] = ()
    run: int = 1


class ItemWaiting(Event, frozen=True):
    """It now waits for `reason`: a callback, a person, or the moment `until`."""

    type: ClassVar[str] = "item waiting"
    reason: str
    until: int | None = None
    warnings: tuple[str, ...] = ()


class AttemptFailed(Event, frozen=True):
    """A system did not do what was asked; it will be asked again at `retry_at`. With `held` the system is to blame,
    and the attempt does not count by the retry policy."""

    type: ClassVar[str] = "attempt failed"
    attempt: int
    error: str
    retry_at: int
    held: bool = False


class AttemptEnded(Event, frozen=True, kw_only=True):
    """What was sent to a system, and what it answered: one for each attempt of a callout or push. `outcome` is
    succeeded, accepted, failed, or unknown; `late` says why it changed nothing.

    The `request` stands in the first attempt of a run; the others send the same. A text that is longer than an event
    may be is cut: then its beginning is kept, with the length of all of it. `took` is in ms.
    """

    type: ClassVar[str] = "attempt ended"
    run: int
    attempt: int
    outcome: str
    idempotency_key: str
    system: str
    operation: str
    method: str
    url: str
    took: int
    request: Any = None
    request_length: int = 0
    status: int | None = None
    response: Any = None
    response_length: int = 0
    error: str = ""
    cause: str = ""
    code: str = ""
    late: str = ""


class CallbackReceived(Event, frozen=True, kw_only=True):
    """A system reported what came of a `run`. The fields mean what they mean in AttemptEnded."""

    type: ClassVar[str] = "callback received"
    run: int
    outcome: str
    response: Any = None
    response_length: int = 0
    error: str = ""
    code: str = ""
    late: str = ""


class RetryBroughtForward(Event, frozen=True):
    """A person had the next attempt made at once."""

    type: ClassVar[str] = "retry brought forward"
    by: str


class ItemCompleted(Event, frozen=True):
    """It did what it is for; later items see `result`. `by` names a person, where it was one, and `reason` why it
    was completed by hand; `rows` are the rules that fired in the table of a decision."""

    type: ClassVar[str] = "item completed"
    result: dict[str, Any] = {}
    by: str = ""
    warnings: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    reason: str = ""


class ItemSkipped(Event, frozen=True):
    """It is not needed: its condition was not true, or a person said so, who may have given the `result` that later
    items read."""

    type: ClassVar[str] = "item skipped"
    reason: str
    by: str = ""
    result: dict[str, Any] = {}


class ItemFailed(Event, frozen=True):
    """It could not be completed by itself; `rows` fired in the table of a decision, and gave nothing. `cause` is one
    of runtime.core.fallout.CAUSES, `code` what a system or exception calls the error."""

    type: ClassVar[str] = "item failed"
    error: str
    rows: tuple[str, ...] = ()
    cause: str = ""
    code: str = ""


class PushFailed(Event, frozen=True):
    """A push was not delivered, and will not be tried again; the item had ended before."""

    type: ClassVar[str] = "push failed"
    attempt: int
    error: str
    cause: str = ""
    code: str = ""


class ItemRetried(Event, frozen=True):
    """A person had a failed item tried again; `request` is what is sent in place of what its definition gives, and
    without `ask_condition` it is run whatever its condition says. What is sent now belongs to `run`: another one than
    before, unless nobody knows what came of that."""

    type: ClassVar[str] = "item retried"
    by: str
    reason: str = ""
    request: dict[str, Any] | None = None
    ask_condition: bool = True
    run: int = 1


class FalloutReported(Event, frozen=True):
    """Something needs a person, and no item failed for it: `about` is one of runtime.core.fallout.ABOUT. It may be
    about an item, or about the order."""

    type: ClassVar[str] = "fallout reported"
    about: str
    error: str
    cause: str = ""
    code: str = ""


class FalloutAssigned(Event, frozen=True):
    """A fallout record, named by the number of the event that opened it, was given to a person."""

    type: ClassVar[str] = "fallout assigned"
    fallout: int
    to: str
    by: str


class FalloutReleased(Event, frozen=True):
    """A person put a fallout record back, for anybody to take."""

    type: ClassVar[str] = "fallout released"
    fallout: int
    by: str


class FalloutStarted(Event, frozen=True):
    """A person began to work on a fallout record."""

    type: ClassVar[str] = "fallout started"
    fallout: int
    by: str


class FalloutHeld(Event, frozen=True):
    """A person put a fallout record on hold."""

    type: ClassVar[str] = "fallout held"
    fallout: int
    reason: str
    by: str


class FalloutNoted(Event, frozen=True):
    """A person wrote a note about a fallout record."""

    type: ClassVar[str] = "fallout noted"
    fallout: int
    note: str
    by: str


class FalloutResolved(Event, frozen=True):
    """A person dealt with a fallout record that holds nothing up, and said how."""

    type: ClassVar[str] = "fallout resolved"
    fallout: int
    reason: str
    by: str


class PlanRetried(Event, frozen=True):
    """A person had the plan of an order made again, after it could not be made."""

    type: ClassVar[str] = "plan retried"
    by: str


class OrderCancelled(Event, frozen=True):
    """The order was cancelled before it had a plan; whatever was asked of people is withdrawn."""

    type: ClassVar[str] = "order cancelled"
    reason: str
    by: str


class TaskAssigned(Event, frozen=True):
    """The rule of its queue gave a new task to a person."""

    type: ClassVar[str] = "task assigned"
    to: str


class TaskUnassigned(Event, frozen=True):
    """The rule of its queue named nobody for a new task, for this reason; it is anybody's of the role."""

    type: ClassVar[str] = "task unassigned"
    reason: str


class TaskClaimed(Event, frozen=True):
    """A person took a task."""

    type: ClassVar[str] = "task claimed"
    by: str


class TaskReleased(Event, frozen=True):
    """A person put a task back into its queue."""

    type: ClassVar[str] = "task released"
    by: str


TYPES: dict[str, type[Event]] = {event.type: event for event in Event.__subclasses__()}
