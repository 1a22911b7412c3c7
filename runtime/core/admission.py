"""Takes an order in: from what was submitted to an order that can be fulfilled, with what people are asked in between.

Theory of operation. An admission is the fold of the first events of an order. Whatever is decided is an event too, and
is folded by the same code as one that was read from the journal: so an order that waited for an answer for a month goes
on as one that was answered at once. What a step gave is in the journal, and no step is taken twice. Nothing here is
touched again once the order is accepted: from there on it goes in turns (runtime.core.turn).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from runtime.core.catalog import Unfinished, escaped, refuse_misfits
from runtime.core.decomposition import decompose
from runtime.core.definitions import Policy
from runtime.core.enrichment import Question, applies, enrich, enriched, go_on, still_given
from runtime.core.evaluation import Evaluation, Unusable
from runtime.core.events import (
    ApprovalGiven,
    ApprovalRequested,
    Event,
    OrderApproved,
    OrderDecomposed,
    OrderEnriched,
    OrderRejected,
    OrderSubmitted,
    QuestionAnswered,
    QuestionAsked,
    TaskAssigned,
    TaskRefused,
    TaskUnassigned,
)
from runtime.core.kinds.manual import assignee
from runtime.core.orders import FulfilmentLine, Line, Order
from runtime.core.release import Release
from runtime.core.scenarios import plans_for, refuse_hopeless, with_plans
from runtime.core.scopes import OrderScope
from runtime.core.transitions import ORDER, move
from runtime.core.work import OpenedTask
from runtime.errors import Fault, IllegalMove, OrderRefused, OwnOrder, WrongForm
from runtime.rules import feel

Entry = tuple[Event, int | None]  # an event, and the number of the item, question or approval it is about

MOVING = frozenset(event for moves in ORDER.values() for event in moves)  # the events that move orders


class Admission:
    """An order on its way in. `happened` are the events that were decided, and not only read. One that has refused what
    was wanted is not to be used again: what it had decided by then is not to be stored."""

    asked: Order  # as it was submitted
    order: Order  # with what its lines have been given by now

    def __init__(self, release: Release, now: int, journal: Iterable[Entry] = ()) -> None:
        self.release = release
        self.state = "accepted"
        self.by = ""
        self.fulfilments: tuple[FulfilmentLine, ...] = ()
        self.waiting: dict[int, QuestionAsked | ApprovalRequested] = {}  # for people
        self.withdrawn: tuple[int, ...] = ()  # what nobody need do any more
        self.happened: list[Entry] = []
        self.opened: list[OpenedTask] = []
        self._now = now
        self._evaluation = Evaluation(now)
        self._last = 0
        for event, n in journal:
            self._fold(event, n)

    # --- what is wanted -------------------------------------------------------------------------------

    def submit(self, order: Order, *, by: str, replaces: int | None = None) -> None:
        """An order comes in. Raises OrderRefused with a fault for each thing that no answer could mend."""
        self._record(OrderSubmitted(order, self.release.id, by, replaces))
        given, questions = enrich(order, self.release, self._evaluation)
        if given:
            self._record(OrderEnriched(given))
        for question in questions:
            self._ask(question)
        refuse_misfits(self.order, self.release, self._evaluation, self._unfinished())
        if questions:
            refuse_hopeless(self.order, self.release)
        if not questions:
            self._settle()

    def answer(self, n: int, values: Mapping[str, Any], *, by: str) -> None:
        """A question is answered with its form filled in, and the line goes on. Raises IllegalMove, and WrongForm where
        nothing could be made of the order with this answer."""
        question = self._open(n, QuestionAsked)
        try:
            line = self._line(question.line)
            given, further = go_on(line, _question(question), values, self.asked, self.release, self._evaluation)
            self._record(QuestionAnswered(dict(values), by), n)
            self._record(OrderEnriched(given))
            for each in further:
                self._ask(each)
            refuse_misfits(self.order, self.release, self._evaluation, self._unfinished())
            if not self.waiting:
                self._settle()
        except OrderRefused as refusal:
            raise WrongForm(f"with this answer {refusal}", tuple(self._blamed(question, refusal.faults))) from None

    def approve(self, n: int, *, by: str, note: str = "") -> None:
        """Gives what one policy asks for; with the last approval the order goes on. Raises IllegalMove, OwnOrder."""
        self._open(n, ApprovalRequested)
        if by == self.by:
            raise OwnOrder(by)
        self._record(ApprovalGiven(by, note), n)
        if not self.waiting:
            self._record(OrderApproved())

    def reject(self, n: int, *, by: str, reason: str) -> None:
        """Rejects the order, from one of its questions or approvals. Raises IllegalMove."""
        self._open(n, QuestionAsked, ApprovalRequested)
        self._record(TaskRefused(reason, by), n)
        self._record(OrderRejected(reason, by))

    # --- how it goes on -------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Nothing is left to be asked: whether it can be fulfilled, and who must approve that."""
        fulfilments = decompose(self.order, self.release, self._evaluation)
        chosen = plans_for(self.order, fulfilments, self.release, self._evaluation)
        self._record(OrderDecomposed(with_plans(fulfilments, chosen)))
        for approval in approvals(self.order, self.release, self._evaluation):
            policy = self.release.policy(approval.policy)
            self._open_task(approval, policy.queue, policy.name, approval.lines, policy.within)

    def _ask(self, question: Question) -> None:
        enrichment, step = self.release.step(question.enrichment, question.step)
        asked = QuestionAsked(question.line, question.enrichment, question.step)
        name = enrichment.name if len(self.order.lines) == 1 else f"{enrichment.name}, line {question.line}"
        self._open_task(asked, step.definition.queue, name, (question.line,), None)

    def _open_task(
        self,
        event: QuestionAsked | ApprovalRequested,
        queue: str,
        name: str,
        lines: tuple[str, ...],
        within: str | None,
    ) -> None:
        n = self._last - 1
        self._record(event, n)
        scope = OrderScope(self.order)
        told = [scope.line(id) for id in lines]
        roots = {scope.root_line(id) for id in lines}
        names = {
            "order": scope.order,
            "line": told[0] if len(told) == 1 else None,
            "lines": told,
            "root": scope.line(roots.pop()) if len(roots) == 1 else None,
            "target": None,
            "targets": [],
        }
        found, doubt = assignee(self.release.assigning(queue), names, self._evaluation)
        if found is not None:
            self._record(TaskAssigned(found), n)
        elif doubt:
            self._record(TaskUnassigned(doubt), n)
        self.opened.append(
            OpenedTask(
                order=0,  # numbered when it is stored
                item=n,
                kind="question" if isinstance(event, QuestionAsked) else "approval",
                queue=queue,
                role=self.release.queues[queue].role,
                name=name,
                assignee=found,
                due_at=self.release.due(queue, within, self._now),
            )
        )

    def _record(self, event: Event, n: int | None = None) -> None:
        self._fold(event, n)
        self.happened.append((event, n))

    def _fold(self, event: Event, n: int | None) -> None:
        if event.type in MOVING:
            self.state = move("order", self.state, event.type)
        match event:
            case OrderSubmitted():
                self.asked = self.order = event.order
                self.by = event.by
            case OrderEnriched():
                self.order = enriched(self.order, event.given)
            case OrderDecomposed():
                self.fulfilments = event.lines
            case QuestionAsked() | ApprovalRequested():
                assert n is not None
                self.waiting[n] = event
                self._last = n
            case QuestionAnswered() | ApprovalGiven() | TaskRefused():
                assert n is not None
                del self.waiting[n]
            case OrderRejected():
                self.withdrawn, self.waiting = tuple(self.waiting), {}

    # --- who and what ---------------------------------------------------------------------------------

    def _line(self, id: str) -> Line:
        return next(line for line in self.order.lines if line.id == id)

    def _unfinished(self) -> Unfinished:
        asked = [_question(each) for each in self.waiting.values() if isinstance(each, QuestionAsked)]
        return {each.line: still_given(each, self._line(each.line), self.release) for each in asked}

    def _open(self, n: int, *kinds: type[Any]) -> Any:
        found = self.waiting.get(n)
        if found is None:
            raise IllegalMove("this is not asked any more: it was answered, or the order was rejected")
        if not isinstance(found, kinds):
            asks = (
                "a question, which is answered" if isinstance(found, QuestionAsked) else "for an approval, given or not"
            )
            raise IllegalMove(f"this task asks {asks}")
        return found

    def _blamed(self, question: QuestionAsked, faults: Iterable[Fault]) -> Iterator[Fault]:
        """What the answer makes wrong: pointing to the field where it is one, else to the form as a whole."""
        _, step = self.release.step(question.enrichment, question.step)
        line = self._line(question.line)
        fields = {
            f"{line.pointer}/attributes/{escaped(name)}": path[1]
            for name, expression in step.attributes
            for path in expression.paths
            if path[0] == "answered" and path[1:]
        }
        for fault in faults:
            field = fields.get(fault.pointer)
            yield Fault(f"/{field}" if field else "", fault.message)


def approvals(order: Order, release: Release, evaluation: Evaluation) -> Iterator[ApprovalRequested]:
    """Which policies want the order approved, and because of which lines. Raises OrderRefused where a condition is
    neither true nor false."""
    if not release.policies:
        return
    scope = OrderScope(order)
    for policy, condition in _policies(order, release):
        lines = [line for line in order.lines if applies(policy, line, release)]
        if condition is not None:
            lines = [line for line in lines if _wanted(policy, condition, line, scope, evaluation)]
        if lines:
            yield ApprovalRequested(policy.key, tuple(line.id for line in lines))


def _policies(order: Order, release: Release) -> list[tuple[Policy, feel.Expression | None]]:
    """The policies that are for some line of the order, in the order of their keys."""
    kinds = {(line.specification, line.action) for line in order.lines if line.specification in release.specifications}
    found = {
        each[0].key: each
        for specification, action in kinds
        for each in release.policies.of(release.specifications[specification], action)
    }
    return [found[key] for key in sorted(found)]


def _wanted(policy: Policy, condition: feel.Expression, line: Line, scope: OrderScope, evaluation: Evaluation) -> bool:
    try:
        return evaluation.holds(condition, {"order": scope.order, "line": scope.line(line.id)})
    except Unusable as unusable:
        fault = Fault(
            line.pointer,
            f"policy {policy.key}: condition {unusable}; give the line that value, or have the condition say what null "
            f"means",
        )
        raise OrderRefused("it cannot be said whether the order needs an approval", (fault,)) from None


def _question(asked: QuestionAsked) -> Question:
    return Question(line=asked.line, enrichment=asked.enrichment, step=asked.step)
