"""What an item does when it begins, and when it cannot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from runtime.core.definitions import Automatic, Definition, Push, RequestField, ResultField
from runtime.core.events import Event, ItemCompleted, ItemFailed, ItemSkipped, TaskUnassigned
from runtime.core.messages import Fire, Retry, Skip
from runtime.core.orders import Order
from runtime.rules.documents import Output, Rule
from tests.builders import (
    a_callout,
    a_decision,
    a_line,
    a_plan,
    a_queue,
    a_release,
    a_table,
    a_task,
    a_wait,
    an_item,
    an_order,
)
from tests.core.stories import Story, a_call


def begun(item: Any, *documents: Definition, order: Order | None = None) -> Story:
    return Story(a_release(a_plan(item), *documents), order)


def events(story: Story, kind: type[Event]) -> list[Any]:
    return [recorded.event for recorded in story.events if isinstance(recorded.event, kind)]


def failure(story: Story) -> ItemFailed:
    (event,) = events(story, ItemFailed)
    return event


# --- conditions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    ["order.attributes.kind > 5", "order.attributes.kind <= 5", "order.attributes.kind", "order.attributes.name > 7"],
)
def test_an_item_whose_condition_is_neither_true_nor_false_fails(condition: str):
    story = begun(an_item("dig", condition=condition), order=an_order(attributes={"name": "big"}))

    assert story.state("dig") == "failed"
    assert failure(story).cause == "condition"
    assert f"Condition `{condition}` is neither true nor false" in failure(story).error


def test_a_person_may_run_an_item_whose_condition_cannot_be_decided():
    story = begun(an_item("dig", condition="order.attributes.kind > 5"))

    story.send(Retry(0, "ann", ask_condition=False))

    assert story.state("dig") == "completed"
    assert story.order.failed_items == 0


def test_a_retry_asks_the_condition_again():
    story = begun(an_item("dig", condition="order.attributes.kind > 5"))

    story.send(Retry(0, "ann"))

    assert story.state("dig") == "failed"
    assert story.order.failed_items == 1


def test_a_person_may_skip_an_item_whose_condition_cannot_be_decided():
    story = begun(an_item("dig", condition="order.attributes.kind > 5"))

    story.send(Skip(0, "not needed", "ann"))

    assert story.state("dig") == "skipped"
    assert story.order.state == "completed"


def test_a_skipped_item_says_which_values_its_condition_saw():
    story = begun(an_item("ship", condition='order.priority = "post"'), order=an_order(priority="technician"))

    (skipped,) = events(story, ItemSkipped)
    assert skipped.reason == 'order.priority = "post" is false: order.priority is "technician"'


def test_a_condition_may_ask_for_the_day():
    assert begun(an_item("dig", condition='today() < date("2020-01-01")')).state("dig") == "completed"  # it is 1970


# --- requests -----------------------------------------------------------------------------------------


def sent(story: Story) -> dict[str, Any]:
    (job,) = story.turn.jobs
    assert job.payload is not None
    return job.payload["body"]


@pytest.mark.parametrize(
    "field",
    [
        "number(order.attributes.speed) * 2",  # of text that is no number
        "order.attributes.nothing",
        "null",
        '{"port": order.attributes.nothing}',
        '[order.attributes.nothing, "b"]',
        "count([1, 2][item > order.attributes.speed])",  # a value, with a warning
        "order.lines.attributes.nothing",  # a list of null
        "for i in [1, 2] return order.attributes.nothing",
        'concatenate([order.attributes.nothing], ["x"])',
    ],
)
@pytest.mark.parametrize("kind", ["callout", "push"])
def test_a_request_field_that_cannot_be_computed_stops_the_item_before_the_call(kind: str, field: str):
    item = a_callout("reserve", request={"speed": field})
    if kind == "push":
        item = Push(key="reserve", name="Reserve", call=item.call)
    story = begun(item, order=an_order(attributes={"speed": "fast"}))

    assert story.state("reserve") == "failed"
    assert story.turn.jobs == []
    assert failure(story).cause == "request"
    assert "Reserve was not called" in failure(story).error
    assert "request field speed" in failure(story).error


@pytest.mark.parametrize(
    ("empty", "body"), [("null", {"note": None, "a": 1}), ("omit", {"a": 1})], ids=["as null", "left out"]
)
def test_a_request_field_may_say_what_an_empty_value_means(empty: Any, body: dict[str, Any]):
    field = RequestField(value="order.attributes.note", empty=empty)

    assert sent(begun(a_callout("reserve", request={"note": field, "a": "1"}))) == body


def test_a_request_field_that_may_be_empty_is_not_sent_where_it_cannot_be_computed():
    field = RequestField(value="number(order.attributes.speed)", empty="omit")
    story = begun(a_callout("reserve", request={"speed": field}), order=an_order(attributes={"speed": "fast"}))

    assert story.state("reserve") == "failed"


def test_a_null_that_is_handled_or_written_out_is_sent():
    request = {
        "a": "if order.attributes.note = null then 0 else 1",
        "b": '{"x": null, "y": [null, 2]}',
        "c": '{"x": if order.attributes.note = null then null else 1}',
    }

    assert sent(begun(a_callout("reserve", request=request))) == {
        "a": 0,
        "b": {"x": None, "y": [None, 2]},
        "c": {"x": None},
    }


def test_a_call_does_not_go_out_with_the_result_of_an_item_that_was_skipped():
    plan = a_plan(
        a_callout("reserve", result={"port": "response.port"}),
        a_callout("configure", request={"port": "results.reserve.port"}),
        after={"configure": "reserve"},
    )
    story = Story(a_release(plan))
    for attempt in range(1, 2):
        story.send(a_call(0, attempt, {}))  # a success without the port
    story.send(Skip(0, "the port is there already", "ann"))

    assert story.state("configure") == "failed"
    assert "results.reserve.port is null" in story.item("configure").error


# --- results ------------------------------------------------------------------------------------------


def test_a_call_that_succeeded_without_what_its_result_needs_fails_with_its_effect_done():
    story = begun(a_callout("reserve", result={"port": "response.port"}))

    story.send(a_call(0, 1, {"ok": True}))

    assert story.state("reserve") == "failed"
    assert failure(story).cause == "result"
    assert "Result port: `response.port` gives no value" in failure(story).error
    assert story.turn.jobs == []  # it is not asked again by itself


@pytest.mark.parametrize("answer", [[{"foo": 1}], [{"foo": 1}, {"port": "a"}]])
def test_an_answer_that_is_a_list_gives_no_list_of_nulls(answer: Any):
    story = begun(a_callout("reserve", result={"port": "response.port"}))

    story.send(a_call(0, 1, answer))

    assert story.state("reserve") == "failed"
    assert failure(story).cause == "result"


def test_a_result_may_say_that_it_can_be_empty():
    story = begun(a_callout("reserve", result={"port": ResultField(value="response.port", empty="null")}))

    story.send(a_call(0, 1, {"ok": True}))

    assert story.item("reserve").result == {"port": None}


def test_an_automatic_item_never_keeps_a_null_that_nobody_allowed():
    story = begun(an_item("count", Automatic, result={"x": "order.attributes.nothing"}))

    assert story.state("count") == "failed"


def test_an_automatic_item_knows_the_moment():
    story = begun(an_item("count", Automatic, result={"day": "string(today())"}))

    assert story.item("count").result == {"day": "1970-01-01"}


def test_a_wait_that_ends_by_its_time_keeps_what_it_can_know():
    wait = a_wait("news", event="news", delay="PT1M", result={"text": "response.text", "lines": "count(order.lines)"})
    story = begun(wait)

    story.send(Fire(0), after=60_000)

    assert story.item("news").result == {"lines": 1}


# --- decisions, waits, tasks --------------------------------------------------------------------------


def test_a_decision_passes_null_on_and_keeps_what_warned():
    table = a_table("discount", ("-", "0.1"))
    story = begun(a_decision("rate", inputs={"amount": 'number("many")'}), table)

    (completed,) = events(story, ItemCompleted)
    assert completed.result == {"rate": Decimal("0.1")}
    assert any(warning.startswith("amount: ") for warning in completed.warnings)


def test_a_row_whose_output_cannot_be_computed_decides_nothing():
    table = a_table(
        outputs=(Output(id="code", name="code"), Output(id="calc", name="calc")),
        rules=(Rule(id="r1", inputs=("-",), outputs=('"big"', "amount / (amount - 7)")),),
    )
    story = begun(a_decision("rate", inputs={"amount": "7"}), table)

    assert story.state("rate") == "failed"
    assert failure(story).cause == "decision"
    assert "division by zero" in failure(story).error


def test_a_table_may_ask_for_the_day():
    table = a_table("discount", ("-", "if today() < date(2020, 1, 1) then 0.1 else 0"))
    story = begun(a_decision("rate", inputs={"amount": "1"}), table)

    assert story.item("rate").result == {"rate": Decimal("0.1")}


def test_a_wait_may_count_from_now():
    story = begun(a_wait("pause", until='now() + duration("PT1H")'))

    (job,) = story.turn.jobs
    assert job.run_at == story.now + 3_600_000


@pytest.mark.parametrize("until", ["order.attributes.visit", '"tomorrow"', "5"])
def test_a_wait_without_a_moment_fails(until: str):
    story = begun(a_wait("visit", until=until))

    assert story.state("visit") == "failed"
    assert failure(story).cause == "time"


def test_a_task_whose_rule_names_nobody_is_open_to_all_and_says_why():
    story = begun(a_task("install"), a_queue(assign="order.attributes.technician"), order=an_order(a_line()))

    (unassigned,) = events(story, TaskUnassigned)
    assert "order.attributes.technician" in unassigned.reason
    assert story.turn.opened_tasks[0].assignee is None
