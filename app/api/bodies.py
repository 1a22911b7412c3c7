"""The bodies of the native API: what callers send (closed: an unknown field is refused) and what they get.

Long, because it is a list: one shape after the other, by area, without a line that decides anything. The API's
description is made of it, and is read in one piece.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta, Struct

from runtime.core.definitions import Action, Definition
from runtime.errors import Fault

Name = Annotated[str, Meta(pattern=r"^(?=.*\S)[^\x00-\x1f\x7f]+$", max_length=200)]
LineId = Annotated[str, Meta(pattern=r"^(?=.*\S)[^\x00-\x1f\x7f]+$", max_length=100)]
Moment = Annotated[
    str,
    Meta(
        max_length=80,
        description="RFC 3339: a date and time with its offset, e.g. 2026-03-31T12:00:00Z",
        extra_json_schema={"format": "date-time"},
    ),
]
Shown = Annotated[str, Meta(description="ISO 8601 in UTC, ending in Z")]
DefinitionName = Annotated[
    str, Meta(pattern=r"^[a-z]+/[a-z0-9][a-z0-9._-]{0,79}$", description='"kind/key", e.g. "plan/fibre-access"')
]


CaseName = Annotated[
    str,
    Meta(
        pattern=r"^(order|[a-z]+/[a-z0-9][a-z0-9._-]{0,79})/[0-9]{1,9}$",
        description='e.g. "table/discount/3", "order/7"',
    ),
]
Scheduled = Annotated[
    Literal["keep", "replace"],
    Meta(description="what becomes of the version that a scheduled release has of the same definition"),
]


class Request(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a caller sends."""


class Answer(Struct, frozen=True, kw_only=True):
    """What a caller gets."""

    @classmethod
    def of(cls, source: object, **told: Any) -> Self:
        """Says what `source` has under the names of the fields, and what is `told` in place of that or besides."""
        said = {name: getattr(source, name) for name in cls.__struct_fields__ if name not in told}
        return cls(**said, **told)


class Problem(Answer, frozen=True):
    """What went wrong (RFC 9457); `errors` point (RFC 6901) to each place in what was sent."""

    status: int
    title: str
    detail: str
    errors: list[Fault] = []


# --- definitions ----------------------------------------------------------------------------------------


class DefinitionSummary(Answer, frozen=True):
    """A definition in the list. `number` is its newest version, `revision` that of its draft; `owner` and `tags` are
    kept beside it and change no version."""

    kind: str
    key: str
    name: str
    number: int | None
    version: str | None
    revision: int | None
    changed_at: Shown
    changed_by: str
    owner: str
    tags: list[str]


class Filing(Struct, frozen=True, forbid_unknown_fields=True):
    """Who looks after a definition, empty for nobody, and the words it is filed under."""

    owner: str = ""
    tags: list[str] = []


class Mention(Answer, frozen=True):
    """A definition that refers to another one. `pointers` are the places in it, empty where only others in between
    do; `required`: an error, were the other not there."""

    kind: str
    key: str
    name: str
    pointers: list[str]
    required: bool


class References(Answer, frozen=True):
    """Who refers to a definition, and what it refers to, among everything that is drafted or active."""

    used_by: list[Mention]
    refers_to: list[Mention]


class DefinitionList(Answer, frozen=True):
    definitions: list[DefinitionSummary]


class VersionSummary(Answer, frozen=True):
    """A frozen version, and the releases that contain it."""

    number: int
    id: str
    author: str
    created_at: Shown
    releases: list[str]


class Change(Answer, frozen=True):
    """One difference: of which part (item, dependency, row, cell, attribute ...), which one, and which field of it.
    `pointer` leads there in the newer document, for what was removed in the older one; `items` are the plan items it
    concerns, and `cells` what a new column of a table says in each row."""

    kind: Literal["added", "removed", "changed", "moved"]
    part: str
    name: str
    field: str
    pointer: str
    before: Any
    after: Any
    items: list[str]
    cells: list[str]


class DefinitionDifference(Answer, frozen=True):
    """What changed between two states of a definition. Empty lists where they are equal."""

    kind: str
    key: str
    from_: str = msgspec.field(name="from")
    to: str
    summary: list[str]
    changes: list[Change]


class DraftSummary(Answer, frozen=True):
    """The draft; its revision is the ETag to send as If-Match with a change."""

    revision: int
    base_version: str | None
    updated_at: Shown
    updated_by: str


class DefinitionHistory(Answer, frozen=True):
    """Everything there is of one definition, the newest version first."""

    kind: str
    key: str
    draft: DraftSummary | None
    versions: list[VersionSummary]


class DraftDocument(Answer, frozen=True):
    """The draft with its content."""

    kind: str
    key: str
    revision: int
    base_version: str | None
    updated_at: Shown
    updated_by: str
    document: Definition


class VersionDocument(Answer, frozen=True):
    """A frozen version with its content; it never changes."""

    kind: str
    key: str
    number: int
    id: str
    author: str
    created_at: Shown
    document: Definition


class RowHits(Answer, frozen=True):
    """A row of a decision table: its `hits` in the `asked` decisions of the versions that have it, and which order
    it fired for last."""

    rule: str
    asked: int
    hits: int
    hits_of_newest_version: int
    last_at: Shown | None
    last_order: str | None


class TableHits(Answer, frozen=True):
    """What a decision table did in production, row by row as they stand; `decisions` of all its versions."""

    decisions: int
    last_at: Shown | None
    rows: list[RowHits]


class Check(Request, frozen=True):
    """What to check: the release that publishing these drafts would make; without names, all drafts."""

    definitions: list[DefinitionName] | None = None
    remove: list[DefinitionName] = []
    activate: bool = True
    at: Moment | None = None
    scheduled: Scheduled | None = None


class Finding(Answer, frozen=True):
    """One thing the checks found: in which definition ("kind/key"), where in it, which plan items it concerns. Within
    an expression `start` and `end` are offsets into its text; both are 0 where it is about all of it."""

    definition: str
    pointer: str
    code: str
    severity: Literal["error", "warning"]
    message: str
    items: list[str]
    start: int
    end: int


class CaseResult(Answer, frozen=True):
    """How a test case went: the facts that were expected and did not come, and those that came instead. `wrong` says
    why it could not be tried, `settled` why it passes although something else is expected."""

    case: str
    name: str
    passed: bool
    missing: list[str]
    unexpected: list[str]
    wrong: str
    settled: str


class ScheduledChange(Answer, frozen=True):
    """What becomes of a release that is scheduled: it keeps its changes. `conflicts` are definitions both change."""

    release: str
    at: Shown
    conflicts: list[str]
    errors: int
    changed_cases: list[str]


class Findings(Answer, frozen=True):
    """What stands against publishing. Publishable is false where a check found an error, a test case comes out
    differently, or a scheduled release is in the way; `mark` stands for all that was looked at."""

    publishable: bool
    problems: list[Finding]
    cases: list[CaseResult]
    scheduled: list[ScheduledChange]
    mark: str


# --- releases -------------------------------------------------------------------------------------------


class Publication(Request, frozen=True):
    """What to publish: these drafts ("kind/key"), or all of them; `remove` leaves definitions out of the release."""

    definitions: list[DefinitionName] | None = None
    remove: list[DefinitionName] = []
    note: Annotated[str, Meta(max_length=2000)] = ""
    activate: bool = True
    at: Moment | None = None
    accept: Annotated[list[CaseName], Meta(description="test cases whose new outcome is from now on expected")] = []
    scheduled: Scheduled | None = None
    mark: Annotated[str, Meta(max_length=64, description="of the check that was looked at")] | None = None


class Activation(Request, frozen=True):
    """When the release becomes the active one; without a moment, now."""

    at: Moment | None = None
    scheduled: Scheduled | None = None


class ReleaseSummary(Answer, frozen=True):
    """A release; `active_from` is the coming moment for which its activation is planned."""

    id: str
    note: str
    author: str
    created_at: Shown
    active: bool
    active_from: Shown | None
    live_orders: int


class ReleaseList(Answer, frozen=True):
    releases: list[ReleaseSummary]


class ProposalDocument(Answer, frozen=True):
    """A release that waits for somebody else to approve it, or what became of it. `void` names the drafts that no
    longer say what was proposed."""

    id: str
    state: Literal["waiting", "approved", "rejected", "withdrawn"]
    author: str
    written_by: list[str]
    created_at: Shown
    definitions: dict[str, str]
    remove: list[str]
    note: str
    activate: bool
    at: Shown | None
    accept: list[str]
    void: list[str]
    decided_by: str | None
    decided_at: Shown | None
    reason: str
    release: str | None


class ProposalList(Answer, frozen=True):
    proposals: list[ProposalDocument]


class Approval(Request, frozen=True):
    """Approves what was proposed."""


class Rejection(Request, frozen=True):
    """Turns it down; its author reads why."""

    reason: Annotated[str, Meta(pattern=r"\S", max_length=2000)]


class ScheduledActivation(Answer, frozen=True):
    """An activation that is yet to come."""

    id: str
    release: str
    at: Shown


class ScheduleList(Answer, frozen=True):
    activations: list[ScheduledActivation]


class TestCase(Answer, frozen=True):
    """A test case; `expected` are the facts of an order's outcome, or what a table gives."""

    id: str
    name: str
    expected: list[str]


class TestCaseList(Answer, frozen=True):
    cases: list[TestCase]


class ReleaseDocument(ReleaseSummary, frozen=True):
    """A release with its manifest: "kind/key" -> version id."""

    manifest: dict[str, str]


# --- orders ---------------------------------------------------------------------------------------------


class NewLine(Request, frozen=True):
    """One thing asked for. `specification` is a key of the catalog, or an identifier by which it is known."""

    id: LineId
    specification: Name
    action: Action
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    parent: LineId | None = None
    attributes: dict[str, Any] = {}
    place: Annotated[str, Meta(max_length=200)] = ""
    asset: Annotated[str, Meta(max_length=200)] = ""


class NewOrder(Request, frozen=True):
    """What a customer asks for."""

    lines: Annotated[list[NewLine], Meta(min_length=1)]
    external_id: Name | None = None
    customer: Annotated[str, Meta(max_length=200)] = ""
    priority: Annotated[str, Meta(max_length=40)] = ""
    requested_completion: Moment | None = None
    attributes: dict[str, Any] = {}
    replaces: Annotated[str, Meta(pattern=r"^[0-9]{1,18}$", description="the rejected order it corrects")] | None = None


class OrderSummary(Answer, frozen=True):
    """An order in the list. `events` is the number of its newest event: it grows with every change. `rejection` is why
    it was rejected, and `replaces` the rejected order that it corrects."""

    id: str
    external_id: str | None
    state: str
    release: str
    events: int
    open_items: int
    failed_items: int
    open_fallout: int
    submitted_by: str
    submitted_at: Shown
    due_at: Shown | None
    ended_at: Shown | None
    rejection: str | None
    replaces: str | None


class OrderList(Answer, frozen=True):
    """A page of orders, newest first; `next` is the cursor of the following page."""

    orders: list[OrderSummary]
    next: str | None


class OrderLine(Answer, frozen=True):
    """A line; `skipped` names the items for it that a person skipped."""

    id: str
    specification: str
    action: str
    state: str
    quantity: int
    parent: str | None
    attributes: dict[str, Any]
    place: str
    asset: str
    passed_point_of_no_return: bool
    ended_at: Shown | None
    skipped: list[str]


class OrderDocument(OrderSummary, frozen=True):
    """An order with its lines. Where it was rejected, `replaced_by` is the order that corrects it."""

    replaced_by: str | None
    customer: str
    priority: str
    attributes: dict[str, Any]
    lines: list[OrderLine]


class DryRun(Answer, frozen=True):
    """The order could be submitted; nothing was stored. `state` is what it would be in at first: accepted, or awaiting
    answers to so many `questions`, or as many `approvals`."""

    lines: int
    state: str
    questions: int
    approvals: int
    accepted: Literal[True] = True


class PlanItem(Answer, frozen=True):
    """An item of a plan. `waits_for` are the numbers of the items it still depends on; `callback` is where to bring
    what it waits for (shown to those who may write orders)."""

    n: int
    plan: str
    key: str
    name: str
    kind: str
    state: str
    attempt: int
    lines: list[str]
    group: Any
    waits_for: list[int]
    callback: str | None
    started_at: Shown | None
    ended_at: Shown | None
    result: Any
    error: str | None


class Edge(Answer, frozen=True):
    """`target` may start when `source` has ended."""

    source: int
    target: int


class PlanDocument(Answer, frozen=True):
    """The plan that was generated for an order, from the release it is pinned to."""

    order: str
    release: str
    state: str
    items: list[PlanItem]
    dependencies: list[Edge]


class Happening(Answer, frozen=True):
    """One event of an order; `seq` has no gaps."""

    seq: int
    at: Shown
    type: str
    item: int | None
    data: dict[str, Any]


class EventList(Answer, frozen=True):
    """A page of events, oldest first; ask again `after` the last seq for what follows."""

    events: list[Happening]
    more: bool


class Reason(Request, frozen=True):
    """Why somebody does something."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class SystemLimits(Request, frozen=True):
    """Calls that a worker makes to a system at once, and those it makes a second while what waited goes out; null is
    the default."""

    calls_at_once: Annotated[int, Meta(ge=1, le=1000)] | None = None
    pace: Annotated[int, Meta(ge=1, le=10_000)] | None = None


class SystemHold(Answer, frozen=True):
    """Why no call is made; `by` is null where it happened by itself."""

    since: str
    reason: str
    by: str | None


class SystemState(Answer, frozen=True):
    """A system: online, offline (somebody took it offline), or down (it does not answer, and is tried now and then)."""

    key: str
    name: str
    url: str
    state: str
    hold: SystemHold | None
    waiting_calls: int
    calls_at_once: int | None
    pace: int | None


class SystemList(Answer, frozen=True):
    """All systems; `paused` says why no calls are made at all."""

    paused: SystemHold | None
    systems: list[SystemState]


class Skip(Request, frozen=True):
    """Why an item is left out, and `values` in place of the result that later items read."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
    values: dict[str, Any] = {}


class ItemRetry(Request, frozen=True):
    """A `request` is sent in place of what the definition gives: a new run, with a new idempotency key."""

    request: dict[str, Any] | None = None
    reason: Annotated[str, Meta(max_length=500)] = ""


class ItemCompletion(Request, frozen=True):
    """The result of an item that was completed by hand, by field name, and why it was."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
    values: dict[str, Any] = {}


class Cancellation(Request, frozen=True):
    """Why an order is cancelled."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]


# --- fallout --------------------------------------------------------------------------------------------


class FalloutRecord(Answer, frozen=True):
    """What could not go on by itself. It is `about` an item, the plan of the order, a push, a late answer or a report;
    `signature` groups equal ones, and the history is in the order's events, from `opened_by_event` on."""

    id: str
    order: str
    item: int | None
    about: str
    plan: str
    key: str
    system: str
    operation: str
    cause: str
    code: str
    signature: str
    error: str
    state: str
    owner: str | None
    opened_by_event: int
    opened_at: Shown
    changed_at: Shown
    resolved_at: Shown | None
    resolution: str | None
    resolved_by: str | None
    reason: str | None


class FalloutList(Answer, frozen=True):
    """A page of records, newest first; `total` counts all that fit, `next` is the cursor of the following page."""

    records: list[FalloutRecord]
    total: int
    next: str | None


class FalloutGroup(Answer, frozen=True):
    """Equal records: how many there are, of how many orders, and what the newest of them says."""

    signature: str
    about: str
    cause: str
    code: str
    system: str
    operation: str
    records: int
    orders: int
    first_at: Shown
    last_at: Shown
    error: str


class FalloutGroups(Answer, frozen=True):
    """A page of groups, the largest first; `total` counts all that fit."""

    groups: list[FalloutGroup]
    total: int


class FalloutReason(Request, frozen=True):
    """Why, for the history."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]


class FalloutOwner(Request, frozen=True):
    """The user who is to look after a record."""

    to: Annotated[str, Meta(min_length=1, max_length=80, pattern=r"\S")]


class FalloutNote(Request, frozen=True):
    """A note about a record."""

    note: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]


class FalloutFilter(Request, frozen=True):
    """Which records; an empty field narrows nothing."""

    signature: str = ""
    about: str = ""
    system: str = ""
    plan: str = ""
    owner: str = ""
    order: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None
    text: str = ""


class NewBulkAct(Request, frozen=True):
    """What is done with all open records that fit the filter: at a `pace` of so many a minute, until `threshold` of
    them were refused or failed again."""

    act: Literal["retry", "skip", "resolve"]
    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
    filter: FalloutFilter = FalloutFilter()
    pace: Annotated[int, Meta(ge=1, le=600)] = 60
    threshold: Annotated[int, Meta(ge=1, le=1_000_000)] = 10


class BulkResumption(Request, frozen=True):
    """How many more failures stop it again."""

    threshold: Annotated[int, Meta(ge=1, le=1_000_000)] = 10


class BulkPreview(Answer, frozen=True):
    """What a bulk act would come to: `refused` says how many would be refused, by reason."""

    records: int
    orders: int
    acted_on: int
    refused: dict[str, int]


class BulkAct(Answer, frozen=True):
    """A bulk act, and how far it is; `ending` says why it stopped."""

    id: str
    act: str
    state: str
    reason: str
    pace: int
    threshold: int
    by: str
    created_at: Shown
    ended_at: Shown | None
    ending: str | None
    waiting: int
    done: int
    refused: int
    failed_again: int


class BulkEntry(Answer, frozen=True):
    """What came of one record: waiting, done or refused (`message` says why); `failed_again` after it was done."""

    record: str
    order: str
    item: int | None
    state: str
    message: str
    failed_again: bool
    at: Shown | None


class BulkEntries(Answer, frozen=True):
    """A page of records of a bulk act, in its order."""

    entries: list[BulkEntry]
    next: str | None


# --- tasks ----------------------------------------------------------------------------------------------


class TaskSummary(Answer, frozen=True):
    """A task. Its kind is `work` for a manual `item` of a plan, `question` or `approval` for what is asked before there
    is a plan; those have numbers below 0."""

    id: str
    order: str
    item: int
    kind: str
    queue: str
    role: str
    name: str
    state: str
    assignee: str | None
    created_at: Shown
    due_at: Shown | None
    ended_at: Shown | None


class TaskList(Answer, frozen=True):
    """A page of tasks, oldest first; `next` is the cursor of the following page."""

    tasks: list[TaskSummary]
    next: str | None


class FormField(Answer, frozen=True):
    name: str
    label: str
    type: str
    required: bool
    choices: list[str]
    help: str


class TaskSubject(Answer, frozen=True):
    """What a question or an approval is about: the `definition` ("enrichment/key" or "policy/key") that asks, and the
    lines because of which it does."""

    definition: str
    description: str
    lines: list[str]


class TaskDocument(TaskSummary, frozen=True):
    """A task with the form that completing it takes; an approval has none. Work has no `about`."""

    form: list[FormField]
    about: TaskSubject | None


class Completion(Request, frozen=True):
    """The values of the form, by field name."""

    values: dict[str, Any] = {}


class TaskApproval(Request, frozen=True):
    """An approval, and what there is to say about it."""

    note: Annotated[str, Meta(max_length=500)] = ""


class TaskRejection(Request, frozen=True):
    """Why the order is rejected."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]


# --- rehearsals -----------------------------------------------------------------------------------------


class SampleAnswer(Request, frozen=True):
    """What people answer to the question of a step of an enrichment (numbered from 0, as in events) about a line."""

    line: Annotated[str, Meta(max_length=100)]
    enrichment: Annotated[str, Meta(max_length=80)]
    step: Annotated[int, Meta(ge=0, le=1000)]
    values: dict[str, Any] = {}


class NewRehearsal(Request, frozen=True):
    """What to rehearse: one of `order`, `product_order` (as TMF622 has it) or `past_order` (a number), against a
    `release`, or else the release that these `definitions` ("kind/key"), or all drafts, would make, without those to
    `remove`. Where people are asked, these are their `answers`; to other questions nothing is answered, and every
    approval is given."""

    order: NewOrder | None = None
    product_order: dict[str, Any] | None = None
    past_order: Annotated[str, Meta(pattern=r"^[0-9]{1,18}$")] | None = None
    release: Annotated[str, Meta(pattern=r"^[0-9]{1,18}$")] | None = None
    definitions: list[DefinitionName] | None = None
    remove: list[DefinitionName] = []
    answers: list[SampleAnswer] = []


class NewTestCase(NewRehearsal, frozen=True, kw_only=True):
    """The outcome of a rehearsal, to be expected from now on."""

    name: Name


class FulfilmentLine(Answer, frozen=True):
    """An order line, or what decomposition made of it; `parent` is the number of the one it was made from."""

    n: int
    parent: int | None
    lines: list[str]
    domain: str
    specification: str
    action: str
    quantity: int
    attributes: dict[str, Any]


class ColumnSeen(Answer, frozen=True):
    """What an input column of a table saw."""

    label: str
    value: Any


class FiredRow(Answer, frozen=True):
    """A row that matched; `number` counts from 1."""

    rule: str
    number: int
    inputs: list[str]
    outputs: list[str]


class AskedTable(Answer, frozen=True):
    """A decision table whose inputs are known, and what it answered."""

    table: str
    seen: list[ColumnSeen]
    fired: list[FiredRow]
    value: Any
    warnings: list[str]


class RehearsedItem(Answer, frozen=True):
    """An item of the plan. It runs, is skipped, fails at once, or that hangs on what is not known yet (`reason`).
    Durations are in milliseconds, moments too: they count from the submission. Where a `calendar` counts it, `working`
    is how long it takes of working time."""

    n: int
    plan: str
    key: str
    name: str
    kind: str
    group: str
    lines: list[str]
    fulfilment_lines: list[int]
    verdict: Literal["runs", "skipped", "fails", "undecided"]
    reason: str
    result: Any
    decision: AskedTable | None
    takes: int | None
    calendar: str
    working: int | None
    starts: int
    ends: int


class RehearsedAsk(Answer, frozen=True):
    """What people would be asked before there is a plan: by which definition ("kind/key"), in which queue, because of
    which lines. A question is asked by a `step`; `answered` is null where it got no answer."""

    kind: Literal["question", "approval"]
    definition: str
    name: str
    queue: str
    lines: list[str]
    step: int | None
    answered: dict[str, Any] | None


class ChangedItem(Answer, frozen=True):
    """What is new about an item that both plans have."""

    n: int
    changes: list[str]


class RehearsalDifference(Answer, frozen=True):
    """What the `active` release would do differently. Removed items are numbered on behind those of the plan."""

    active: str
    differs: bool
    asked: list[RehearsedAsk]
    no_longer_asked: list[RehearsedAsk]
    added: list[int]
    removed: list[RehearsedItem]
    changed: list[ChangedItem]
    added_dependencies: list[Edge]
    removed_dependencies: list[Edge]
    eta_before: int
    refusal_before: str


class Rehearsed(Answer, frozen=True):
    """What would become of the order; nothing was stored. Where it would be refused, `accepted` is false and `errors`
    say why. `eta` is in milliseconds; `unmeasured` are items without a duration, which count as no time."""

    release: str | None
    accepted: bool
    detail: str
    errors: list[Fault]
    asked: list[RehearsedAsk]
    fulfilment_lines: list[FulfilmentLine]
    items: list[RehearsedItem]
    dependencies: list[Edge]
    critical_path: list[int]
    eta: int
    unmeasured: list[int]
    difference: RehearsalDifference | None
