"""The documents people design: what may be drafted, checked, frozen and executed.

A definition is one frozen msgspec Struct. Fields left at their default are not written, so a field added
later changes no hash. Text that is FEEL says so in its type: `Feel` is an expression, never evaluated here.
Long, because it is a list: one shape after the other, without a line that decides anything.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from runtime.rules.documents import Key, Table

Feel = Annotated[str, Meta(description="a FEEL expression")]
ItemKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="a FEEL name: results.<key>")]
Duration = Annotated[
    str,
    Meta(
        # At most a few hundred years, however it is written: more would leave the calendar.
        pattern=r"^P(?=.)(\d{1,5}D)?(T(?=.)(\d{1,6}H)?(\d{1,8}M)?(\d{1,9}(\.\d{1,9})?S)?)?$",
        description="ISO 8601, e.g. PT4H",
    ),
]
# What another definition is called. Empty while nobody has chosen: drafted so, but not published.
Reference = Annotated[str, Meta(pattern=r"^([a-z0-9][a-z0-9._-]{0,79})?$")]
OperationReference = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,63})?$")]
Domain = Literal["product", "service", "resource"]
# The types of values that JSON can only write as text.
Temporal = Literal["date", "time", "date and time", "days and time duration", "years and months duration"]
Action = Literal["add", "modify", "delete", "noChange", "suspend", "resume", "move"]


class Document(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What all parts of a definition share: frozen, closed, written without defaults."""


# --- retry policies -----------------------------------------------------------------------------------


class NoRetry(Document, frozen=True, kw_only=True, tag_field="policy", tag="none"):
    """The first failure is final."""


class FixedRetry(Document, frozen=True, kw_only=True, tag_field="policy", tag="fixed"):
    """The same delay before each of `attempts` further attempts."""

    delay: Duration
    attempts: Annotated[int, Meta(ge=1, le=1000)]


class EndlessRetry(Document, frozen=True, kw_only=True, tag_field="policy", tag="fixed for ever"):
    """The same delay before every further attempt, without end."""

    delay: Duration


class StaggeredRetry(Document, frozen=True, kw_only=True, tag_field="policy", tag="staggered"):
    """One further attempt after each delay of the list."""

    delays: Annotated[tuple[Duration, ...], Meta(min_length=1, max_length=1000)]


class ExponentialRetry(Document, frozen=True, kw_only=True, tag_field="policy", tag="exponential"):
    """Delays grow by `factor` from `delay` to `maximum`; `jitter` is the share of a delay left to chance."""

    delay: Duration
    attempts: Annotated[int, Meta(ge=1, le=1000)]
    factor: Annotated[float, Meta(gt=1, le=100)] = 2.0
    maximum: Duration = "PT1H"
    jitter: Annotated[float, Meta(ge=0, le=1)] = 0.1


Retry = NoRetry | FixedRetry | EndlessRetry | StaggeredRetry | ExponentialRetry


# --- plans --------------------------------------------------------------------------------------------


class Field(Document, frozen=True, kw_only=True):
    """One thing a person fills in when completing a manual task, or answering what an enrichment asks."""

    name: ItemKey
    label: str = ""
    type: Literal["string", "text", "number", "boolean", "choice", Temporal] = "string"
    required: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""


class RequestField(Document, frozen=True, kw_only=True):
    """A field of a request that says what is done where `value` is null: the item stops before the call, null is sent,
    or the field is left out."""

    value: Feel
    empty: Literal["stop", "null", "omit"] = "stop"


class ResultField(Document, frozen=True, kw_only=True):
    """A field of a result that says what is done where `value` is null: the item fails, or null is kept."""

    value: Feel
    empty: Literal["stop", "null"] = "stop"


def expression_of(field: str | RequestField | ResultField) -> str:
    """The FEEL text of a field; plain text means that a null value stops the item."""
    return field if isinstance(field, str) else field.value


class Call(Document, frozen=True, kw_only=True):
    """An operation of a system, and the request it is given: field name -> FEEL, or with what an empty value means."""

    system: Reference = ""
    operation: OperationReference = ""
    request: dict[str, Feel | RequestField] = {}


class ItemBase(Document, frozen=True, kw_only=True):
    """What every kind of item can say.

    `per` is the grouping key: the item is made once for each distinct value it has over the lines of the fulfilment
    lines that chose the plan: "order", "root line", "line", "fulfilment line", or a FEEL expression over `order`,
    `line`, `root` and `target`. Values of different types are different groups, and null is none: the order is refused.
    `condition` is asked when the item could start; if it is not true, the item is skipped. `result` names what later
    items see as `results.<item key>.<name>`.
    """

    key: ItemKey
    name: str
    description: str = ""
    per: str = "order"
    condition: Feel = ""
    duration: Duration | None = None  # how long it is expected to take
    point_of_no_return: bool = False
    compensation: Call | None = None  # what undoes it when the order is cancelled


class Milestone(ItemBase, frozen=True, kw_only=True, tag_field="kind", tag="milestone"):
    """A point worth naming; it is reached as soon as everything before it has ended."""


class Callout(ItemBase, frozen=True, kw_only=True, tag_field="kind", tag="callout"):
    """A call to an operation of a system; `result` reads `response`."""

    call: Call = Call()
    result: dict[str, Feel | ResultField] = {}
    retry: Retry | None = None  # None: as the operation says


class Automatic(ItemBase, frozen=True, kw_only=True, tag_field="kind", tag="automatic"):
    """Values computed here, with no outside call."""

    result: dict[str, Feel | ResultField] = {}


class Manual(ItemBase, frozen=True, kw_only=True, tag_field="kind", tag="manual"):
    """Work for a person, waiting in a queue; the filled form is its result."""

    queue: Reference = ""
    form: tuple[Field, ...] = ()


class Decision(ItemBase, frozen=True, kw_only=True, tag_field="kind", tag="decision"):
    """A decision table, asked with `inputs`: the names its column expressions use -> FEEL."""

    table: Reference = ""
    inputs: dict[str, Feel] = {}


class Wait(ItemBase, frozen=True, kw_only=True, tag_field="kind", tag="wait"):
    """Waits for a callback (`event` is its name for people), for a time, or for whichever comes first."""

    event: str = ""
    delay: Duration | None = None
    calendar: Reference = ""  # the delay counts the working time of this calendar only
    until: Feel = ""  # gives a date and time
    on_timeout: Literal["complete", "fail"] = "complete"
    result: dict[str, Feel | ResultField] = {}  # reads `response`, the body of the callback


class Push(ItemBase, frozen=True, kw_only=True, tag_field="kind", tag="push"):
    """Tells a system something and goes on; the delivery is retried apart from the plan."""

    call: Call = Call()


Item = Milestone | Callout | Automatic | Manual | Decision | Wait | Push


class Dependency(Document, frozen=True, kw_only=True):
    """`target` may start when `source` has ended.

    Instances are paired when they share a value of the grouping key `per` over their lines. "fulfilment line" pairs,
    within a plan, what shares a fulfilment line, and across plans, what shares an order line; "order" pairs all with
    all. `source` may name an item of another plan as "plan/item". With a `condition` (over the names of the item that
    waits, but for results) the dependency holds only where it is true when the plan is made.
    """

    source: Annotated[str, Meta(pattern=r"^([a-z0-9][a-z0-9._-]{0,79}/)?[a-z][a-z0-9_]{0,63}$")]
    target: ItemKey
    per: str = "fulfilment line"
    condition: Feel = ""


class Plan(Document, frozen=True, kw_only=True, tag_field="kind", tag="plan"):
    """An orchestration plan definition: items and what they wait for."""

    key: Key
    name: str
    description: str = ""
    items: tuple[Item, ...] = ()
    dependencies: tuple[Dependency, ...] = ()


# --- from order to plan -------------------------------------------------------------------------------


class Step(Document, frozen=True, kw_only=True):
    """One thing that an enrichment finds out about a line: `table`, if there is one, is asked with `inputs`, and
    `attributes` (over `order`, `line` and the answer, `decided`) are given to the line. What the line says by itself
    stays as it is, unless `overwrite`.

    A step with a `form` asks people instead: the form waits in the `queue`, and what they fill in is `answered`."""

    condition: Feel = ""
    table: Reference = ""
    inputs: dict[str, Feel] = {}
    queue: Reference = ""
    form: tuple[Field, ...] = ()
    attributes: dict[str, Feel] = {}
    overwrite: bool = False


class Enrichment(Document, frozen=True, kw_only=True, tag_field="kind", tag="enrichment"):
    """What lines of a specification (or category) and action are told before they are taken apart."""

    key: Key
    name: str
    description: str = ""
    specification: Reference | None = None
    category: str = ""
    actions: tuple[Action, ...] = ("add",)
    steps: tuple[Step, ...] = ()


class Attribute(Document, frozen=True, kw_only=True):
    """One attribute of a specification; `allowed` are FEEL unary tests over its value."""

    name: str
    type: Literal["string", "number", "boolean", Temporal, "list", "context", "Any"] = "string"
    label: str = ""
    required: bool = False
    allowed: str = ""
    assetizable: bool = True
    sensitive: bool = False


class Specification(Document, frozen=True, kw_only=True, tag_field="kind", tag="specification"):
    """A catalog entry. `identifiers` are the outside names by which orders may call it: ids of product
    specifications and offerings, or the `@type` of a configuration."""

    key: Key
    name: str
    description: str = ""
    domain: Domain = "product"
    category: str = ""
    identifiers: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    actions: tuple[Action, ...] = ()  # empty: every action


class Target(Document, frozen=True, kw_only=True):
    """One fulfilment line that a decomposition makes.

    `per` is the grouping key: with "line" there is one for each source; "order", "root line" or a FEEL expression over
    `order`, `line`, `root` and `source`, asked for each line of each source, merges those with the same value into one.
    `condition` is asked of each source. `quantity`, `action` and `attributes` are asked once for all `sources`, and in
    them `source` and `line` are what all agree on. `key` tells apart two targets of the same specification.
    """

    key: Reference = ""  # empty: the specification
    specification: Reference = ""
    per: str = "line"
    condition: Feel = ""
    quantity: Feel = ""  # empty: that of the sources, which must agree
    action: Feel = ""  # empty: that of the sources, and "modify" where they differ
    attributes: dict[str, Feel] = {}

    @property
    def name(self) -> str:
        """What it is called within its decomposition."""
        return self.key or self.specification


class Decomposition(Document, frozen=True, kw_only=True, tag_field="kind", tag="decomposition"):
    """What a specification is made of. Targets are decomposed again by their own decompositions."""

    key: Key
    name: str
    description: str = ""
    source: Reference = ""
    targets: tuple[Target, ...] = ()


class Scenario(Document, frozen=True, kw_only=True, tag_field="kind", tag="scenario"):
    """Which plan fulfils a fulfilment line: its specification (or category), action and a condition."""

    key: Key
    name: str
    description: str = ""
    specification: Reference | None = None
    category: str = ""
    actions: tuple[Action, ...] = ("add",)
    condition: Feel = ""
    plan: Reference = ""


class Policy(Document, frozen=True, kw_only=True, tag_field="kind", tag="policy"):
    """Which orders somebody must approve before they are fulfilled.

    It is for lines of a specification (or category) and action; an order needs the approval where `condition` (over
    `order` and `line`) is true for one of its lines. The approval is due when `within` has passed, counted by the
    calendar of the queue.
    """

    key: Key
    name: str
    description: str = ""
    specification: Reference | None = None
    category: str = ""
    actions: tuple[Action, ...] = ("add",)
    condition: Feel = ""
    queue: Reference = ""  # who approves
    within: Duration | None = None


# --- who does the work --------------------------------------------------------------------------------


class Operation(Document, frozen=True, kw_only=True):
    """One call a system offers; with reply "callback" the answer comes later to the callback address, and the item
    fails where it has not come `callback_within` the acceptance (None: it may take for ever).

    `success` says what a success is, over `status` and `response` of an answer; where there is none, the status code
    does (2xx). Of an operation that calls back it judges the callback, which has no status. `error_code` classifies
    failures. All attempts of a run share an idempotency key, unless the system wants one for each `attempt`. The
    `timeout` is for all of one call."""

    key: ItemKey
    name: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str = "/"
    reply: Literal["answer", "callback"] = "answer"
    timeout: Duration = "PT10S"
    callback_within: Duration | None = None
    retry: Retry = NoRetry()
    success: Feel = ""
    error_code: Feel = ""
    idempotency: Literal["run", "attempt"] = "run"


class System(Document, frozen=True, kw_only=True, tag_field="kind", tag="system"):
    """An outside system. Where it is reached today is a setting of the installation; `url` is the default."""

    key: Key
    name: str
    description: str = ""
    url: Annotated[str, Meta(pattern=r"^https?://[^\s]+$")]
    operations: tuple[Operation, ...] = ()


class Queue(Document, frozen=True, kw_only=True, tag_field="kind", tag="queue"):
    """Where manual work waits, and the role that may take it.

    `assign` (over `order`, `line`, `lines`, `target`, `targets` of the task) gives the name of the user whose task it
    is from the beginning; where it gives none, the task waits for whoever takes it. A task whose item has an expected
    duration is due when so much time has passed: working time of `calendar`, or any time where there is none.
    """

    key: Key
    name: str
    description: str = ""
    role: Literal["fulfilment agent", "fulfilment manager", "order agent", "order approver", "fallout agent"] = (
        "fulfilment agent"
    )
    assign: Feel = ""
    calendar: Reference = ""


# --- when there is work -------------------------------------------------------------------------------

Clock = Annotated[
    str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", description="time of the wall clock, e.g. 08:30 or 24:00")
]
HolidayDate = Annotated[
    str,
    Meta(
        pattern=r"^(\d{4}-)?\d{2}-\d{2}$|^easter([+-]\d{1,3})?$",
        description="a date (2026-12-24), every year (12-24), or days from Easter Sunday (easter-2, easter+39)",
    ),
]


class Hours(Document, frozen=True, kw_only=True):
    """From one time of a day to another."""

    start: Clock
    end: Clock


NINE_TO_FIVE = (Hours(start="09:00", end="17:00"),)


class Week(Document, frozen=True, kw_only=True):
    """The working hours of each weekday; a day without any is off."""

    monday: tuple[Hours, ...] = NINE_TO_FIVE
    tuesday: tuple[Hours, ...] = NINE_TO_FIVE
    wednesday: tuple[Hours, ...] = NINE_TO_FIVE
    thursday: tuple[Hours, ...] = NINE_TO_FIVE
    friday: tuple[Hours, ...] = NINE_TO_FIVE
    saturday: tuple[Hours, ...] = ()
    sunday: tuple[Hours, ...] = ()


class Holiday(Document, frozen=True, kw_only=True):
    """A day on which other hours hold than those of its weekday: none, where there are no `hours`."""

    date: HolidayDate
    name: str = ""
    hours: tuple[Hours, ...] = ()


class Calendar(Document, frozen=True, kw_only=True, tag_field="kind", tag="calendar"):
    """Working time: hours of the week in the local time of `zone` (a name of the IANA time zones), and holidays."""

    key: Key
    name: str
    description: str = ""
    zone: str = "UTC"
    week: Week = Week()
    holidays: tuple[Holiday, ...] = ()


Definition = Plan | Table | Enrichment | Decomposition | Scenario | Policy | Specification | System | Queue | Calendar

KINDS: dict[str, type[Definition]] = {
    "plan": Plan,
    "table": Table,
    "enrichment": Enrichment,
    "decomposition": Decomposition,
    "scenario": Scenario,
    "policy": Policy,
    "specification": Specification,
    "system": System,
    "queue": Queue,
    "calendar": Calendar,
}


def kind_of(definition: Definition) -> str:
    return str(definition.__struct_config__.tag)


def name_of(definition: Definition) -> str:
    """How it is called wherever definitions of all kinds are mixed: "kind/key"."""
    return f"{kind_of(definition)}/{definition.key}"
