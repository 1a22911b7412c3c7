"""What follows from a message: an item starts when everything it needs has happened, and so on."""

from __future__ import annotations

from typing import Literal

import pytest

from runtime.core.definitions import EndlessRetry, FixedRetry, Milestone, Operation, Push, System
from runtime.core.definitions import Retry as RetryPolicy
from runtime.core.messages import CompleteTask, Deliver, Fire, Message, Proceed, Retry, Skip
from runtime.errors import IllegalMove
from tests.builders import a_callout, a_chain, a_line, a_plan, a_release, a_scenario, a_task, a_wait, an_item, an_order
from tests.core.stories import Story, a_call

TWICE = FixedRetry(delay="PT5S", attempts=2)


def outside(
    reply: Literal["answer", "callback"] = "answer", policy: RetryPolicy = TWICE, within: str | None = None
) -> System:
    operation = Operation(
        key="reserve", name="Reserve", path="/reserve", reply=reply, callback_within=within, retry=policy
    )
    return System(key="fulfilment", name="Fulfilment", url="http://outside", operations=(operation,))


def test_milestones_follow_one_another_in_one_turn() -> None:
    story = Story(a_release(a_chain("ordered", "planned", "done")))

    assert set(story.states().values()) == {"completed"}
    assert story.order.state == "completed"
    assert story.order.open_items == 0


def test_the_plans_of_an_order_are_those_it_was_accepted_for() -> None:
    """The scenario holds when the order is submitted, and not any more when its plan is made."""
    then = a_scenario(condition='now() < date and time("2000-01-01T00:00:00Z")')
    story = Story(a_release(a_chain("ordered", "done"), then), now=1_770_000_000_000)

    assert story.states() == {"ordered": "completed", "done": "completed"}


def test_an_item_waits_for_every_dependency() -> None:
    plan = a_plan(a_task("survey"), a_task("bill"), an_item("install"), after={"install": "survey bill"})
    story = Story(a_release(plan))

    story.send(CompleteTask(story.n("survey"), {}, "ann"))
    assert story.state("install") == "pending"

    story.send(CompleteTask(story.n("bill"), {}, "ann"))
    assert story.state("install") == "completed"


@pytest.mark.parametrize(
    "message", [CompleteTask(0, {}, "ann"), Retry(0, "ann"), Retry(1, "ann"), Skip(0, "why not", "ann")]
)
def test_a_refused_message_changes_nothing(message: Message) -> None:
    story = Story(a_release(a_plan(a_callout("reserve"), a_task("survey"))))
    story.send(a_call(0, 1, {}))
    before = story.states(), story.order.seq, story.order.open_items, story.order.failed_items

    with pytest.raises(IllegalMove):
        story.send(message)

    assert (story.states(), story.order.seq, story.order.open_items, story.order.failed_items) == before


def test_a_callout_is_asked_under_the_key_of_its_run() -> None:
    story = Story(a_release(a_plan(a_callout("reserve"))))
    (job,) = story.turn.jobs

    assert (job.kind, job.item, job.attempt, job.outside) == ("callout", 0, 1, True)
    assert job.payload is not None
    assert (job.payload["key"], job.payload["run"], job.payload["callback"]) == ("here-1-0-1", 1, False)
    assert story.state("reserve") == "running"


def test_a_failed_attempt_is_tried_again_with_the_same_request() -> None:
    story = Story(a_release(a_plan(a_callout("reserve")), outside()))
    sent = story.turn.jobs[0].payload

    story.send(a_call(0, 1, problem="down", payload=sent))

    (job,) = story.turn.jobs
    assert (job.attempt, job.run_at, job.payload) == (2, story.now + 5000, sent)
    assert story.state("reserve") == "retrying"


def test_a_callout_fails_when_its_policy_gives_up() -> None:
    story = Story(a_release(a_plan(a_callout("reserve")), outside()))

    for attempt in (1, 2, 3):
        assert story.state("reserve") != "failed"
        story.send(a_call(0, attempt, problem=f"down {attempt}"))

    assert story.state("reserve") == "failed"
    assert story.item("reserve").error == "down 3"
    assert story.order.failed_items == 1


def test_a_final_failure_is_not_tried_again() -> None:
    story = Story(a_release(a_plan(a_callout("reserve")), outside(policy=EndlessRetry(delay="PT1S"))))

    story.send(a_call(0, 1, status=400))

    assert story.state("reserve") == "failed"


def test_a_person_has_a_failed_item_tried_again_by_a_fresh_policy() -> None:
    story = Story(a_release(a_plan(a_callout("reserve")), outside()))
    for attempt in (1, 2, 3):
        story.send(a_call(0, attempt, problem="down"))

    story.send(Retry(0, "ann"))

    (job,) = story.turn.jobs
    assert job.attempt == 4
    assert story.order.failed_items == 0
    story.send(a_call(0, 4, problem="down"))
    assert story.state("reserve") == "retrying"


def test_what_depends_on_a_skipped_item_goes_on() -> None:
    plan = a_plan(a_callout("reserve"), an_item("done"), after={"done": "reserve"})
    story = Story(a_release(plan, outside()))
    story.send(a_call(0, 1, status=400))

    story.send(Skip(0, "done by phone", "ann"))

    assert story.states() == {"reserve": "skipped", "done": "completed"}
    assert story.order.failed_items == 0
    assert story.order.state == "completed"


def test_an_operation_that_calls_back_waits_after_its_answer() -> None:
    story = Story(a_release(a_plan(a_callout("reserve")), outside(reply="callback")))
    story.send(a_call(0, 1, {"accepted": True}))
    assert story.state("reserve") == "waiting"

    story.send(Deliver(0, 1, {"port": 7}))

    assert story.state("reserve") == "completed"


def test_a_callback_may_be_faster_than_the_answer() -> None:
    story = Story(a_release(a_plan(a_callout("reserve")), outside(reply="callback")))
    story.send(Deliver(0, 1, {}))

    story.send(a_call(0, 1, {"accepted": True}))

    assert story.state("reserve") == "completed"
    assert story.happened() == ["attempt ended"]


def test_a_callback_that_does_not_come_in_time_is_a_failure_that_can_be_retried() -> None:
    story = Story(a_release(a_plan(a_callout("reserve")), outside(reply="callback", within="PT2H")))
    story.send(a_call(0, 1, {"accepted": True}))
    assert [(job.kind, job.run_at) for job in story.turn.jobs] == [("timer", story.now + 2 * 3_600_000)]

    story.send(Fire(0), after=2 * 3_600_000)
    assert story.state("reserve") == "failed"
    assert "no callback came in time" in str(story.item("reserve").error)

    story.send(Retry(0, "ann"))
    story.send(a_call(0, 2, {"accepted": True}))
    story.send(Deliver(0, 1, {}))
    assert story.state("reserve") == "completed"


def test_a_callback_in_time_makes_its_timer_needless() -> None:
    story = Story(a_release(a_plan(a_callout("reserve")), outside(reply="callback", within="PT2H")))
    story.send(a_call(0, 1, {"accepted": True}))

    story.send(Deliver(0, 1, {}))

    assert story.turn.dropped_jobs == {(1, 0)}
    assert story.state("reserve") == "completed"


def test_a_wait_ends_when_its_time_comes() -> None:
    story = Story(a_release(a_plan(a_wait("cool_off", delay="P14D"))))
    (job,) = story.turn.jobs
    assert (job.kind, job.run_at) == ("timer", story.now + 14 * 86_400_000)

    story.send(Fire(0), after=14 * 86_400_000)

    assert story.state("cool_off") == "completed"


def test_a_wait_that_may_not_time_out_fails() -> None:
    story = Story(a_release(a_plan(a_wait("signature", event="signed", delay="P30D", on_timeout="fail"))))

    story.send(Fire(0), after=30 * 86_400_000)

    assert story.state("signature") == "failed"
    assert "signed" in str(story.item("signature").error)


def test_a_callback_makes_the_timer_of_a_wait_needless() -> None:
    story = Story(a_release(a_plan(a_wait("delivered", event="delivered", delay="P1D"))))

    story.send(Deliver(0, 1, {}))

    assert story.turn.dropped_jobs == {(1, 0)}
    story.send(Fire(0))
    assert story.happened() == []


def test_a_push_goes_on_at_once_and_is_delivered_apart() -> None:
    push = Push(key="tell", name="Tell", call=a_callout().call)
    story = Story(a_release(a_plan(push, an_item("done"), after={"done": "tell"}), outside()))
    assert story.order.state == "completed"

    story.send(a_call(0, 1, problem="down", push=True))
    assert [(job.kind, job.attempt) for job in story.turn.jobs] == [("push", 2)]

    story.send(a_call(0, 3, problem="down", push=True))
    assert story.happened() == ["attempt ended", "push failed"]


def test_a_line_starts_and_completes_with_its_items() -> None:
    plan = a_plan(a_task("install", per="line"), an_item("done"), after={"done": "install"})
    story = Story(a_release(plan), an_order(lines=2))
    first, _ = (item for item in story.order.items.values() if item.key == "install")
    assert [line.state for line in story.order.lines.values()] == ["in progress", "in progress"]

    story.send(CompleteTask(first.n, {}, "ann"))

    assert [line.state for line in story.order.lines.values()] == ["in progress", "in progress"]
    assert [line.open_items for line in story.order.lines.values()] == [1, 2]


def test_a_bundle_completes_with_its_parts() -> None:
    release = a_release(a_plan(a_task("install", per="line")))
    order = an_order(a_line("bundle", action="noChange"), a_line("part", parent="bundle"))
    story = Story(release, order)
    assert story.order.lines["bundle"].state == "in progress"

    story.send(CompleteTask(0, {}, "ann"))

    assert story.order.lines["bundle"].state == "completed"


def test_a_line_for_which_nothing_is_done_is_complete_from_the_start() -> None:
    release = a_release(a_plan(a_task("install", per="line")))
    story = Story(release, an_order(a_line("new"), a_line("kept", action="noChange")))

    assert story.order.lines["kept"].state == "completed"
    assert story.order.state == "in progress"


def test_a_completed_point_of_no_return_is_remembered_by_the_line() -> None:
    plan = a_plan(an_item("dig", Milestone, per="line", point_of_no_return=True), a_task("rest"))
    story = Story(a_release(plan))

    assert story.order.lines["1"].passed_ponr is True


def test_a_turn_that_reaches_its_limit_leaves_the_rest_as_work() -> None:
    items = [an_item(f"m{n}") for n in range(5)]
    plan = a_plan(a_task("gate"), *items, after={item.key: "gate" for item in items})
    story = Story(a_release(plan))

    story.send(CompleteTask(story.n("gate"), {}, "ann"), limit=2)

    assert sorted(story.states().values()) == ["completed"] * 3 + ["pending"] * 3
    assert [job.kind for job in story.turn.jobs] == ["proceed"] * 3
    for job in story.turn.jobs:
        story.send(Proceed(job.item))
    assert story.order.state == "completed"
