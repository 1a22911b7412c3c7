"""What people would be asked about an order before it has a plan, with the answers they might give. Pure."""

from __future__ import annotations

from collections import deque
from typing import Any, Literal

from msgspec import Struct, structs

from runtime.core.admission import approvals
from runtime.core.definitions import Field
from runtime.core.enrichment import Question, enrich, enriched, go_on, still_given
from runtime.core.evaluation import Evaluation
from runtime.core.events import Given
from runtime.core.forms import fill
from runtime.core.orders import Order
from runtime.core.release import Release


class SampleAnswer(Question, frozen=True, kw_only=True):
    """What people might answer to a question: the values of its form."""

    values: dict[str, Any]


Answers = tuple[SampleAnswer, ...]


class Ask(Struct, frozen=True, kw_only=True):
    """A question or an approval. `definition` ("kind/key") asks it, because of these lines; a question has a `step` and
    a form. `answered` is what it was answered with, None where no answer was given."""

    kind: Literal["question", "approval"]
    definition: str
    name: str
    queue: str
    lines: tuple[str, ...]
    step: int | None = None
    form: tuple[Field, ...] = ()
    answered: dict[str, Any] | None = None


class Asked(Struct, frozen=True, kw_only=True):
    """The order with what enrichments and answers gave to its lines. About `unanswered` lines something stays unknown
    (the names of attributes that they may still be given): what depends on it was thought through as if the answer were
    empty."""

    order: Order
    given: tuple[Given, ...]
    questions: tuple[Ask, ...]
    unanswered: dict[str, frozenset[str]]


def questioned(order: Order, release: Release, answers: Answers, evaluation: Evaluation) -> Asked:
    """Asks what would be asked, until nothing is left to be. Raises WrongForm for an answer its form does not take, and
    OrderRefused where a step cannot be decided."""
    given, open_ = enrich(order, release, evaluation)
    now, waiting = enriched(order, given), deque(open_)
    asked: list[Ask] = []
    unanswered: dict[str, frozenset[str]] = {}
    while waiting:
        question = waiting.popleft()
        ask = _ask(question, release, answers)
        line = next(line for line in now.lines if line.id == question.line)
        more, further = go_on(line, question, ask.answered or {}, order, release, evaluation)
        given, now = given + more, enriched(now, more)
        asked.append(ask)
        if ask.answered is None:
            unanswered.setdefault(line.id, still_given(question, line, release))
        waiting.extend(further)
    return Asked(order=now, given=given, questions=tuple(asked), unanswered=unanswered)


def _ask(question: Question, release: Release, answers: Answers) -> Ask:
    enrichment, step = release.step(question.enrichment, question.step)
    ask = Ask(
        kind="question",
        definition=f"enrichment/{enrichment.key}",
        name=enrichment.name,
        queue=step.definition.queue,
        lines=(question.line,),
        step=question.step,
        form=step.definition.form,
    )
    where = (question.line, question.enrichment, question.step)
    values = next((each.values for each in answers if (each.line, each.enrichment, each.step) == where), None)
    return ask if values is None else structs.replace(ask, answered=fill(ask.form, values))


def approved(order: Order, release: Release, evaluation: Evaluation) -> tuple[Ask, ...]:
    """The approvals that the order would need; a rehearsal goes on as if they were given. Raises OrderRefused."""
    found = []
    for approval in approvals(order, release, evaluation):
        policy = release.policy(approval.policy)
        found.append(
            Ask(
                kind="approval",
                definition=f"policy/{policy.key}",
                name=policy.name,
                queue=policy.queue,
                lines=approval.lines,
            )
        )
    return tuple(found)


def identity(ask: Ask) -> tuple[Any, ...]:
    """What makes it the same question or approval in another release."""
    return ask.definition, ask.step, ask.lines
