"""What the outcome of a call means: whether it is a success, whether it settles anything, and what is kept of it.

By default the status code decides. An operation may say otherwise by an expression over `status` and `response`; it
is asked for every answer, and for callbacks, which have no status. Without an answer, after a server error, and where
an answer cannot be read, nobody knows whether the system did what it was asked to: the outcome is unknown, and further
attempts use the same idempotency key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from runtime.core.evaluation import Evaluation, Unusable
from runtime.core.events import AttemptEnded
from runtime.core.messages import Called
from runtime.core.release import NO_RULES, Rules
from runtime.core.values import encode, to_feel, to_stored

if TYPE_CHECKING:
    from runtime.core.state import Item

AGAIN = (408, 425, 429)  # refusals that are worth another attempt
UNSETTLED = ("open", "unknown")  # effects of which nobody knows whether they are there
RECORDED = 16_384  # characters of a request or an answer that an event keeps


class Verdict(Struct, frozen=True, kw_only=True):
    """`error` is empty for a success. `cause` (of runtime.core.fallout) and `code` classify it. `settled` says that
    the system surely did it, or surely did not; `again` that another attempt may bring more."""

    error: str = ""
    cause: str = ""
    code: str = ""
    settled: bool = True
    again: bool = False


SUCCESS = Verdict()


def judge_answer(status: int, body: Any, problem: str, rules: Rules, asked: Evaluation, address: str) -> Verdict:
    """What an answer means; `problem` says why its body could not be read."""
    good, server = 200 <= status < 300, status >= 500
    if problem and (good or rules.success is not None):
        return Verdict(error=problem, cause="answer", code="not readable", settled=False, again=True)
    if rules.success is None:
        if good:
            return SUCCESS
    else:
        told = _judged(status, body, rules, asked)
        if told is not None and not told.error:
            return SUCCESS
        if told is not None and good:
            return told
    said = "" if body is None else f": {encode(body)[:200]}"
    return Verdict(
        error=f"{address} answered {status}{said or (problem and f' ({problem})')}",
        cause="status",
        code=_code(status, body, rules, asked) or str(status),
        settled=not server and status != 408,
        again=server or status in AGAIN,
    )


def judge_callback(body: Any, rules: Rules, asked: Evaluation) -> Verdict:
    """What a callback means; every one is a success where the operation does not say what is."""
    told = None if rules.success is None else _judged(None, body, rules, asked)
    return told or SUCCESS


def unanswered(problem: str, sent: bool) -> Verdict:
    """No answer came."""
    return Verdict(error=problem, cause="no answer" if sent else "unreachable", settled=not sent, again=True)


def _judged(status: int | None, body: Any, rules: Rules, asked: Evaluation) -> Verdict | None:
    assert rules.success is not None
    names = {"status": to_feel(status), "response": to_feel(body)}
    try:
        if asked.holds(rules.success, names):
            return SUCCESS
    except Unusable as unusable:
        error = f"Whether it succeeded cannot be said: {unusable}"
        return Verdict(error=error, cause="answer", code="no verdict", settled=False)
    code = _code(status, body, rules, asked)
    return Verdict(
        error=f"The system reports a failure{code and f' ({code})'}: {encode(body)[:200]}",
        cause="answer",
        code=code or "failure",
    )


def _code(status: int | None, body: Any, rules: Rules, asked: Evaluation) -> str:
    if rules.error_code is None:
        return ""
    value = asked.value(rules.error_code, {"status": to_feel(status), "response": to_feel(body)}).value
    return value[:80] if isinstance(value, str) else "" if value is None else encode(value)[:80]


def judge(item: Item, call: Called, asked: Evaluation) -> Verdict:
    """What an attempt came to. Where a callback is to follow, an answer only accepts the request."""
    if call.status is None:
        return unanswered(call.problem, call.sent)
    rules = NO_RULES if calls_back(item) else item.compiled.rules
    return judge_answer(call.status, call.body, call.problem, rules, asked, call.url)


def calls_back(item: Item) -> bool:
    return item.compiled.operation is not None and item.compiled.operation.reply == "callback"


def expected(item: Item, run: int) -> bool:
    """Whether what a system says of a run can still end the item: it is being asked or waited for, or it only failed
    because nothing was heard in time, or is about to be asked once more for that."""
    if run != item.run:
        return False
    return item.state in ("running", "retrying", "waiting") or (
        item.state in ("failed", "pending") and item.effect in UNSETTLED
    )


class Late(Struct, frozen=True):
    """Why an answer changes nothing, and whether a person must look at it."""

    why: str
    attention: bool


def late(item: Item, run: int, *, success: bool, refusal: bool) -> Late:
    """What it means that a system reported a success or a definite refusal, or said something else, that nobody
    expected any more."""
    if run != item.run:
        return Late(f"it is of run {run}, and the item is in run {item.run}", success)
    if item.effect == "done" and item.state == "failed":
        return Late("the item had failed by what an earlier report lacked", success or refusal)
    if item.effect == "done":
        return Late("it was done already, by its own report", refusal)
    match item.state:
        case "completed" if item.compiled.kind == "wait":
            return Late("the time to wait had passed", False)
        case "completed":
            return Late("the item was completed by hand", success)
        case "skipped":
            return Late("the item was skipped", success)
        case "failed":
            return Late("the item had failed already", success)
    return Late("another attempt is under way", False)


def attempt_ended(item: Item, call: Called, verdict: Verdict, too_late: str) -> AttemptEnded:
    """The record of an attempt."""
    system, operation = item.compiled.system, item.compiled.operation
    assert system is not None and operation is not None
    first = call.payload["first"] == call.attempt
    request, request_length = recorded(call.payload["body"]) if first else (None, 0)
    response, response_length = recorded(call.body)
    return AttemptEnded(
        run=call.run,
        attempt=call.attempt,
        outcome=outcome(verdict, calls_back(item)),
        idempotency_key=call.payload["key"],
        system=system.key,
        operation=operation.key,
        method=operation.method,
        url=call.url,
        took=call.took,
        request=request,
        request_length=request_length,
        status=call.status,
        response=response,
        response_length=response_length,
        error=verdict.error,
        cause=verdict.cause,
        code=verdict.code,
        late=too_late,
    )


def outcome(verdict: Verdict, accepts: bool) -> str:
    if not verdict.error:
        return "accepted" if accepts else "succeeded"
    return "failed" if verdict.settled else "unknown"


def recorded(document: Any) -> tuple[Any, int]:
    """A request or an answer as an event keeps it: whole, or the beginning of its text and the length of all of it."""
    text = encode(document)
    return (to_stored(to_feel(document)), 0) if len(text) <= RECORDED else (text[:RECORDED], len(text))
