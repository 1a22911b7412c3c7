"""A queue may say whose a task is from the beginning, and by which calendar it is due."""

from __future__ import annotations

import pytest

from runtime.core.messages import CompleteTask
from runtime.core.orders import Order
from runtime.core.work import OpenedTask
from tests.builders import a_calendar, a_line, a_plan, a_queue, a_release, a_task, an_order
from tests.core.stories import Story
from tests.core.test_calendars import FRIDAY, HOUR, at

BY_REGION = 'if line.attributes.region = "north" then "nora" else null'


def opened(assign: str = "", calendar: str = "", duration: str | None = None, order: Order | None = None) -> Story:
    queue = a_queue(assign=assign, calendar=calendar)
    return Story(a_release(a_plan(a_task(duration=duration)), queue, a_calendar()), order, now=FRIDAY)


def the_task(story: Story) -> OpenedTask:
    (task,) = story.turn.opened_tasks
    return task


def region(name: str) -> Order:
    return an_order(a_line(attributes={"region": name}))


def test_a_task_goes_to_whom_the_rule_of_its_queue_names():
    story = opened(BY_REGION, order=region("north"))

    assert the_task(story).assignee == "nora"
    assert story.happened()[-2:] == ["item waiting", "task assigned"]


@pytest.mark.parametrize("assign", ["", BY_REGION, "null", '""', "42", "line.attributes.nothing", "[1][9]"])
def test_where_the_rule_names_nobody_the_task_waits_for_whoever_takes_it(assign: str):
    story = opened(assign, order=region("south"))

    assert the_task(story).assignee is None
    assert "task assigned" not in story.happened()


def test_an_assigned_task_is_completed_like_any_other():
    story = opened('"nora"')
    story.send(CompleteTask(story.n("install"), {}, "otto"))

    assert story.order.state == "completed"


@pytest.mark.parametrize(
    ("calendar", "duration", "due"),
    [
        ("", None, None),
        ("office", None, None),
        ("", "PT4H", FRIDAY + 4 * HOUR),
        ("office", "PT4H", at("2026-03-30 12:00")),
    ],
)
def test_a_task_is_due_when_its_expected_time_has_been_worked(calendar: str, duration: str | None, due: int | None):
    assert the_task(opened(calendar=calendar, duration=duration)).due_at == due
