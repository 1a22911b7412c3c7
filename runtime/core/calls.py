"""What the outcome of a call means: whether it is a success, whether it settles anything, and what is kept of it.

By default the status code decides. An operation may say otherwise by an expression over `status` and `response`; it
is asked for every answer, and for callbacks, which have no status. Without an answer, after a server error, and where
an answer cannot be read, nobody knows whether the system did what it was asked to: the outcome is unknown, and further
attempts use the same idempotency key.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from runtime.core.evaluation import Evaluation, Unusable
from runtime.core.values import encode, to_feel, to_stored
from runtime.rules import feel

AGAIN = (408, 425, 429)  # refusals that are worth another attempt
RECORDED = 16_384  # characters of a request or an answer that an event keeps


class Rules(Struct, frozen=True):
    """What an operation says of its answers, compiled; None where the status code decides."""

    success: feel.Expression | None = None
    error_code: feel.Expression | None = None


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


def recorded(document: Any) -> tuple[Any, int]:
    """A request or an answer as an event keeps it: whole, or the beginning of its text and the length of all of it."""
    text = encode(document)
    return (to_stored(to_feel(document)), 0) if len(text) <= RECORDED else (text[:RECORDED], len(text))
