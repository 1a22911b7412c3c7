"""Runs of an item: what shares a key, what an answer means, and what becomes of answers that come late."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.core.calls import RECORDED
from runtime.core.definitions import FixedRetry, NoRetry, Operation, System
from runtime.core.events import AttemptEnded, CallbackReceived, FalloutReported, ItemFailed
from runtime.core.messages import CompleteTask, Deliver, Fire, Retry, Skip, TryNow
from runtime.errors import IllegalMove
from tests.builders import a_callout, a_plan, a_release, a_wait
from tests.core.stories import Story, a_call

HOUR = 3_600_000


def asked(**operation: Any) -> Story:
    """An order whose only item is a callout of this operation, under way."""
    given: dict[str, Any] = {"retry": NoRetry(), **operation}
    system = System(
        key="fulfilment",
        name="Fulfilment",
        url="http://outside",
        operations=(Operation(key="reserve", name="Reserve", path="/do", **given),),
    )
    return Story(a_release(a_plan(a_callout("reserve")), system))


def calling_back(**operation: Any) -> Story:
    story = asked(reply="callback", callback_within="PT2H", **operation)
    story.send(a_call(0, 1, {"accepted": True}))
    return story


def key_of(story: Story) -> str:
    (job,) = story.turn.jobs
    assert job.payload is not None
    return str(job.payload["key"])


def reported(story: Story) -> FalloutReported | None:
    found = [each.event for each in story.turn.events if isinstance(each.event, FalloutReported)]
    return found[0] if found else None


# --- keys ---------------------------------------------------------------------------------------------


def test_attempts_of_a_run_share_its_key():
    story = asked(retry=FixedRetry(delay="PT1S", attempts=3))
    first = key_of(story)

    story.send(a_call(0, 1, problem="no answer"))

    assert key_of(story) == first


def test_an_operation_may_want_a_key_for_each_attempt():
    story = asked(retry=FixedRetry(delay="PT1S", attempts=3), idempotency="attempt")
    first = key_of(story)

    story.send(a_call(0, 1, problem="no answer"))

    assert (first, key_of(story)) == ("here-1-0-1-1", "here-1-0-1-2")


@pytest.mark.parametrize(
    "unknown", [{"problem": "did not answer"}, {"status": 500}, {"problem": "not JSON", "status": 200}]
)
def test_a_persons_retry_keeps_the_key_while_nobody_knows_the_outcome(unknown: dict[str, Any]):
    story = asked()
    story.send(a_call(0, 1, **unknown))
    assert story.state("reserve") == "failed"

    story.send(Retry(0, "ann"))

    assert key_of(story) == "here-1-0-1"


def test_a_persons_retry_after_a_definite_answer_is_a_new_run():
    story = asked()
    story.send(a_call(0, 1, {"error": "no such port"}, status=422))

    story.send(Retry(0, "ann"))

    assert key_of(story) == "here-1-0-2"


def test_a_corrected_request_is_a_new_run_whatever_is_known():
    story = asked()
    story.send(a_call(0, 1, problem="did not answer"))

    story.send(Retry(0, "ann", request={"port": 7}))

    assert key_of(story) == "here-1-0-2"


# --- what a success is ----------------------------------------------------------------------------------


def test_a_failure_that_comes_with_200_is_a_failure_where_the_operation_says_so():
    story = asked(success='response.status = "OK"', error_code="response.code")

    story.send(a_call(0, 1, {"status": "FAILED", "code": "E17"}))

    assert story.state("reserve") == "failed"
    failed = story.turn.events[-1].event
    assert isinstance(failed, ItemFailed)
    assert (failed.cause, failed.code) == ("answer", "E17")
    assert "FAILED" in failed.error


def test_a_refusal_may_be_a_success():
    story = asked(success="status in (200, 409)")

    story.send(a_call(0, 1, {"exists": True}, status=409))

    assert story.state("reserve") == "completed"


def test_a_rule_that_cannot_be_answered_is_a_failure_that_says_so():
    story = asked(success="response.ok")

    story.send(a_call(0, 1, {}))

    assert story.state("reserve") == "failed"
    assert "Whether it succeeded cannot be said" in str(story.item("reserve").error)
    assert story.item("reserve").effect == "unknown"


def test_a_callback_that_reports_a_failure_fails_the_item():
    story = calling_back(success='response.status = "done"')

    story.send(Deliver(0, 1, {"status": "FAILED"}))

    assert story.state("reserve") == "failed"
    assert story.order.state == "in progress"


# --- answers carry their run ----------------------------------------------------------------------------


def test_a_callback_after_its_time_completes_an_item_that_only_failed_by_that():
    story = calling_back()
    story.send(Fire(0), after=2 * HOUR)
    assert story.state("reserve") == "failed"

    story.send(Deliver(0, 1, {"port": 7}))

    assert story.state("reserve") == "completed"
    assert story.happened()[:2] == ["callback received", "item completed"]


def test_a_callback_of_the_run_counts_after_a_retry_too():
    story = calling_back()
    story.send(Fire(0), after=2 * HOUR)
    story.send(Retry(0, "ann"))

    story.send(Deliver(0, 1, {"port": 7}))

    assert story.state("reserve") == "completed"


def test_a_second_callback_is_recorded_and_changes_nothing():
    story = calling_back()
    story.send(Deliver(0, 1, {"port": 7}))

    story.send(Deliver(0, 1, {"port": 7}))

    (again,) = [each.event for each in story.turn.events]
    assert isinstance(again, CallbackReceived)
    assert "done already" in again.late


@pytest.mark.parametrize("end", [Skip(0, "by phone", "ann"), CompleteTask(0, {}, "ann", "by phone")])
def test_a_success_after_the_item_was_ended_by_hand_needs_attention(end: Any):
    story = calling_back()
    story.send(Fire(0), after=2 * HOUR)
    story.send(end)
    before = story.states()

    story.send(Deliver(0, 1, {"port": 7}))

    assert story.states() == before
    found = reported(story)
    assert found is not None
    assert found.about == "late answer"


def test_a_success_of_an_older_run_needs_attention_and_a_failure_of_it_does_not():
    story = calling_back(success="response.ok")
    story.send(Fire(0), after=2 * HOUR)
    story.send(Retry(0, "ann", request={"port": 8}))

    story.send(Deliver(0, 1, {"ok": False}))
    assert reported(story) is None
    assert story.state("reserve") == "running"

    story.send(Deliver(0, 1, {"ok": True}))
    assert reported(story) is not None
    assert story.state("reserve") == "running"


def test_a_report_that_contradicts_the_one_that_counted_needs_attention():
    story = calling_back(success="response.ok")
    story.send(Deliver(0, 1, {"ok": True}))

    story.send(Deliver(0, 1, {"ok": False}))

    assert story.state("reserve") == "completed"
    assert reported(story) is not None


def test_an_event_after_the_time_to_wait_has_passed_is_recorded_only():
    story = Story(a_release(a_plan(a_wait("delivered", event="delivered", delay="P1D"))))
    story.send(Fire(0), after=24 * HOUR)

    story.send(Deliver(0, 1, {}))

    assert story.happened() == ["callback received"]


# --- attempts are events --------------------------------------------------------------------------------


def attempt(story: Story) -> AttemptEnded:
    (found,) = [each.event for each in story.turn.events if isinstance(each.event, AttemptEnded)]
    return found


def test_an_attempt_says_what_was_sent_and_answered():
    story = asked()
    payload = story.turn.jobs[0].payload

    story.send(a_call(0, 1, {"port": 7}, payload=payload, took=40))

    told = attempt(story)
    assert (told.outcome, told.status, told.response, told.took) == ("succeeded", 200, {"port": 7}, 40)
    assert (told.system, told.operation, told.method, told.url) == (
        "fulfilment",
        "reserve",
        "POST",
        "http://outside/do",
    )
    assert (told.request, told.idempotency_key) == ({}, "here-1-0-1")


def test_a_large_answer_is_kept_in_part():
    story = asked()

    story.send(a_call(0, 1, {"text": "x" * 50_000}))

    assert len(attempt(story).response) == RECORDED
    assert attempt(story).response_length > 50_000
    assert story.state("reserve") == "completed"


def test_an_attempt_that_failed_for_its_system_is_not_counted():
    story = asked(retry=FixedRetry(delay="PT1S", attempts=1))

    for number in range(1, 5):
        story.send(a_call(0, number, problem="no answer", held=True))
    assert story.state("reserve") == "retrying"
    story.send(a_call(0, 5, problem="no answer"))
    assert story.state("reserve") == "retrying"
    story.send(a_call(0, 6, problem="no answer"))

    assert story.state("reserve") == "failed"


def test_what_must_not_be_repeated_is_not_repeated_for_a_system_that_is_down():
    story = asked()

    story.send(a_call(0, 1, problem="no answer", held=True))

    assert story.state("reserve") == "failed"


# --- try now --------------------------------------------------------------------------------------------


def test_a_person_has_the_next_attempt_made_at_once():
    story = asked(retry=FixedRetry(delay="PT1H", attempts=3))
    story.send(a_call(0, 1, problem="no answer"))

    story.send(TryNow(0, "ann"))

    assert story.turn.brought_forward == {(1, 0)}
    assert story.happened() == ["retry brought forward"]


def test_only_what_waits_for_an_attempt_is_tried_at_once():
    story = asked()

    with pytest.raises(IllegalMove, match="it waits for no further attempt"):
        story.send(TryNow(0, "ann"))


def test_a_report_that_corrects_one_that_lacked_the_result_is_brought_before_a_person():
    system = System(
        key="fulfilment",
        name="Fulfilment",
        url="http://outside",
        operations=(Operation(key="reserve", name="Reserve", path="/do", reply="callback", callback_within="PT2H"),),
    )
    story = Story(a_release(a_plan(a_callout("reserve", result={"port": "response.port"})), system))
    story.send(a_call(0, 1, {"accepted": True}))
    story.send(Deliver(0, 1, {"status": "done"}))
    assert story.state("reserve") == "failed"

    story.send(Deliver(0, 1, {"status": "done", "port": 7}))

    found = reported(story)
    assert found is not None
    assert found.about == "late answer"
    assert story.state("reserve") == "failed"  # a person completes it by hand with what came
