"""The fallout desk: groups, records, what is done with one and with many, on pages and over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from runtime import bulk, crashes, desk, queries
from runtime.core.definitions import Automatic
from runtime.core.turn import Turn
from runtime.desk import Filter
from tests.app.conftest import Browser, Shop
from tests.builders import a_callout, a_catalog, a_line, a_plan, a_wait, an_item, an_order
from tests.faults.truth import check


class Trouble(Exception):
    """What a test has go wrong."""


@pytest.fixture
def shop(app: Flask) -> Shop:
    """A shop whose orders all fall out at once: nothing comes for their first item, whose result two others read."""
    late = a_wait("survey", event="surveyed", delay="PT1S", on_timeout="fail", result={"port": "response.port"})
    use = an_item("configure", Automatic, result={"port": "results.survey.port"})
    plan = a_plan(late, use, an_item("done"), after={"configure": "survey", "done": "configure"})
    shop = Shop(app)
    shop.now = time.time_ns() // 1_000_000  # pages ask the real clock
    shop.publish(*a_catalog(plan).values())
    return shop


@pytest.fixture
def agent(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in("fallout agent", "fallout manager", "order agent")


def failed(shop: Shop, orders: int = 1) -> list[int]:
    """Orders whose first item failed."""
    made = [shop.submit(an_order(external_id=f"SHOP-{n}")) for n in range(orders)]
    shop.run()
    shop.now += 1000
    shop.run()
    return made


def records(shop: Shop, **wanted: Any) -> list[Any]:
    with shop.database.reading() as connection:
        return desk.find(connection, Filter(**wanted))


def open_record(shop: Shop) -> Any:
    (found,) = records(shop)
    return found


def test_equal_failures_are_one_group_whatever_their_messages_say(shop: Shop, agent: Browser) -> None:
    failed(shop, 3)
    page = agent.get("/fallout/").text
    assert page.count('<tr class="to">') == 1
    assert "Nothing came in time" in page
    (group,) = {record.signature for record in records(shop)}
    assert "SHOP" not in group
    listed = agent.get("/fallout/", query_string={"signature": group}).text
    assert all(f"SHOP-{n}" in listed for n in range(3))


def test_the_list_is_narrowed_by_text_plan_and_order_and_counts_everything(shop: Shop, agent: Browser) -> None:
    first, *_ = failed(shop, 60)
    assert "1 to 50 of 60 records" in agent.get("/fallout/?list=1").text
    assert "51 to 60 of 60 records" in agent.get("/fallout/?list=1&page=2").text
    assert "SHOP-7<" in agent.get("/fallout/?list=1&q=SHOP-7").text
    assert f"#{first}<" in agent.get(f"/fallout/?list=1&order={first}").text
    assert "No record matches" in agent.get("/fallout/?plan=nothing").text


def test_only_who_looks_after_fallout_sees_the_desk(shop: Shop, signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("order agent")
    assert browser.get("/fallout/").status_code == 403
    assert "Fallout" not in browser.get("/orders/").text


def test_a_record_is_taken_held_noted_and_released_and_its_history_says_so(shop: Shop, agent: Browser) -> None:
    failed(shop)
    page = f"/fallout/{open_record(shop).id}"
    agent.post(f"{page}/start")
    assert open_record(shop).state == "in progress"
    agent.post(f"{page}/hold", reason="the depot is closed")
    assert open_record(shop).state == "on hold"
    agent.post(f"{page}/note", reason="called them twice")
    agent.post(f"{page}/release")
    record = open_record(shop)
    assert (record.state, record.owner) == ("open", None)
    told = agent.get(page).text
    for words in ("works on the fallout", "the depot is closed", "called them twice", "released the fallout"):
        assert words in told
    check(shop.database)


def test_completing_by_hand_wants_the_declared_result_and_gives_it_to_what_reads_it(shop: Shop, agent: Browser) -> None:
    (order,) = failed(shop)
    page = f"/fallout/{open_record(shop).id}"
    refused = agent.post(f"{page}/complete", reason="done by phone")
    assert refused.status_code == 422
    assert "Port is missing" in refused.text
    assert 'value="done by phone"' in refused.text, "what was written is still there"
    assert shop.states(order)["survey"] == "failed"

    agent.post(f"{page}/complete", value_port="7", reason="done by phone")
    shop.run()
    assert shop.states(order) == {"survey": "completed", "configure": "completed", "done": "completed"}
    with shop.database.reading() as connection:
        assert {item.key: item.result for item in queries.items_of(connection, order)}["configure"] == '{"port":7}'
    assert open_records(shop) == []
    check(shop.database)


def open_records(shop: Shop) -> list[Any]:
    return records(shop)


def test_skipping_shows_who_reads_the_result_and_takes_a_value_for_them(shop: Shop, agent: Browser) -> None:
    (order,) = failed(shop)
    page = f"/fallout/{open_record(shop).id}"
    assert "uses port" in agent.get(page).text
    assert agent.post(f"{page}/skip").status_code == 422, "a reason is wanted"
    agent.post(f"{page}/skip", value_port="9", reason="not needed here")
    shop.run()
    assert shop.states(order) == {"survey": "skipped", "configure": "completed", "done": "completed"}
    lines = agent.get(f"/orders/{order}?view=lines").text
    assert "1 item skipped by hand" in lines
    check(shop.database)


def test_what_was_resolved_meanwhile_is_refused_and_says_so(shop: Shop, agent: Browser) -> None:
    failed(shop)
    page = f"/fallout/{open_record(shop).id}"
    agent.post(f"{page}/skip", value_port="9", reason="first")
    again = agent.post(f"{page}/retry")
    assert again.status_code == 409
    assert "Nothing was changed" in again.text


def test_a_corrected_request_is_sent_in_place_of_what_the_definition_gives(app: Flask, agent: Browser) -> None:
    shop = Shop(app)
    call = a_callout("reserve", request={"speed": "order.attributes.speed"})
    shop.publish(*a_catalog(a_plan(call)).values())
    order = shop.submit(an_order())
    shop.run()
    page = f"/fallout/{open_record(shop).id}"
    assert "A field of the request has no value" in agent.get(page).text

    broken = agent.post(f"{page}/retry", request='{"speed": ', request_before="{}")
    assert broken.status_code == 422
    assert "alformed JSON at line 1, column 11" in broken.text
    assert agent.post(f"{page}/retry", request="[1]", request_before="{}").status_code == 422

    agent.post(f"{page}/retry", request='{"speed": 100}', request_before='{"speed": null}', reason="read from the mail")
    assert shop.states(order) == {"reserve": "running"}
    with shop.database.reading() as connection:
        assert [row.request for row in queries.items_of(connection, order)] == ['{"speed":100}']
    check(shop.database)


# --- many ---------------------------------------------------------------------------------------------


def run_bulk(shop: Shop) -> None:
    """Works off what is due of bulk acts, and takes turns."""
    for _ in range(100):
        shop.now += 1000
        bulk.step(shop.database, shop.now)
        shop.run()


def test_many_records_are_previewed_and_then_skipped_with_a_report_for_each(shop: Shop, agent: Browser) -> None:
    orders = failed(shop, 5)
    shop.publish(*a_catalog(a_plan(an_item("only"))).values())
    preview = agent.get("/fallout/bulk?act=skip").text
    assert "Skip 5 records" in preview
    assert "Configure uses port" in preview
    assert agent.post("/fallout/bulk", act="skip", filter="{}").status_code == 422, "a reason is wanted"

    answer = agent.post(
        "/fallout/bulk", act="skip", filter='{"text":"SHOP-"}', reason="the depot burnt down", pace="600"
    )
    assert answer.status_code == 302
    run_bulk(shop)
    report = agent.get(answer.headers["Location"]).text
    assert "finished" in report
    assert report.count('circle-check"></use></svg>done') == 5
    assert {shop.states(order)["survey"] for order in orders} == {"skipped"}
    assert {record.key for record in open_records(shop)} == {"configure"}, "what reads the result stops without it"
    check(shop.database)


def test_a_bulk_act_stops_by_itself_when_too_much_fails_again_and_goes_on_when_told(shop: Shop, agent: Browser) -> None:
    failed(shop, 12)
    location = agent.post("/fallout/bulk", act="retry", reason="again", pace="60", threshold="3").headers["Location"]
    run_bulk(shop)
    page = agent.get(location).text
    assert "stopped" in page
    assert "3 failures; the limit is 3" in page
    with shop.database.reading() as connection:
        progress = bulk.progress(connection, 1)
    assert progress["failed again"] >= 3
    assert progress["waiting"] > 0

    agent.post(f"{location}/resume")
    assert "running" in agent.get(location).text
    agent.post(f"{location}/stop")
    assert "stopped by" in agent.get(location).text
    check(shop.database)


def test_a_bulk_act_goes_on_where_a_worker_that_is_gone_stopped(shop: Shop, agent: Browser) -> None:
    failed(shop, 3)
    agent.post("/fallout/bulk", act="skip", reason="over", pace="10")
    shop.now += 10_000
    bulk.step(shop.database, shop.now)
    assert len([record for record in open_records(shop) if record.key == "survey"]) == 2
    assert bulk.step(shop.database, shop.now) > shop.now, "the pace is kept"
    run_bulk(shop)
    assert {record.key for record in open_records(shop)} == {"configure"}


def test_what_somebody_else_resolved_is_refused_in_the_report(shop: Shop, agent: Browser) -> None:
    failed(shop, 2)
    location = agent.post("/fallout/bulk", act="skip", reason="over", pace="600").headers["Location"]
    agent.post(f"/fallout/{open_records(shop)[0].id}/skip", reason="by hand", value_port="1")
    run_bulk(shop)
    assert "resolved meanwhile by" in agent.get(location).text


# --- an order without a plan --------------------------------------------------------------------------


@pytest.fixture
def stuck(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> int:
    """An order whose plan cannot be made."""

    def raising(*_: Any) -> None:
        raise Trouble("the wheel came off")

    order = shop.submit(an_order(a_line(), external_id="SHOP-1"))
    with monkeypatch.context() as patched:
        patched.setattr(Turn, "start", raising)
        for pause in (0, *crashes.PAUSES):
            shop.now += pause
            shop.run()
    return order


def test_an_order_whose_plan_cannot_be_made_says_so_and_is_retried(shop: Shop, agent: Browser, stuck: int) -> None:
    page = agent.get(f"/orders/{stuck}").text
    assert "The plan could not be made." in page
    assert "Trouble: the wheel came off" in page
    agent.post(f"/fallout/{open_record(shop).id}/retry-plan")
    shop.now += 10_000
    shop.run()
    assert shop.states(stuck)["survey"] == "waiting"
    check(shop.database)


def test_an_order_without_a_plan_is_cancelled_with_a_reason(shop: Shop, agent: Browser, stuck: int) -> None:
    agent.post(f"/orders/{stuck}/cancel", reason="ordered twice")
    page = agent.get(f"/orders/{stuck}").text
    assert "Cancelled:" in page
    assert "ordered twice" in page
    assert not open_records(shop)
    check(shop.database)


def test_an_order_without_a_plan_is_corrected_by_a_new_one_with_its_external_id(
    shop: Shop, agent: Browser, stuck: int
) -> None:
    item = {"id": "1", "action": "add", "product": {"productSpecification": {"id": "fibre"}}}
    body = json.dumps({"externalId": "SHOP-1", "productOrderItem": [item]})
    answer = agent.post("/submit/", text=body, replaces=str(stuck))
    assert answer.status_code == 302, answer.text
    with shop.database.reading() as connection:
        old = queries.order_row(connection, stuck)
        new = queries.replacement_of(connection, stuck)
    assert old is not None
    assert old.state == "cancelled"
    assert new is not None
    check(shop.database)


def test_an_item_whose_condition_cannot_be_decided_is_run_from_its_record_or_its_panel(
    shop: Shop, agent: Browser
) -> None:
    digging = a_plan(an_item("dig", condition="line.attributes.metres > 5", per="line"))
    shop.publish(*a_catalog(digging).values())
    first, second = shop.submit(an_order()), shop.submit(an_order())
    shop.run()
    panel = agent.get(f"/orders/{second}?item=0").text
    with shop.database.reading() as connection:
        record = desk.find(connection, Filter(order=first), limit=1)[0].id

    assert "The item begins as if its condition were true." in agent.get(f"/fallout/{record}").text
    agent.post(f"/fallout/{record}/run", reason="they said so by phone")
    assert f'action="/orders/{second}/items/0/run"' in panel
    agent.post(f"/orders/{second}/items/0/run")

    assert shop.states(first) == shop.states(second) == {"dig": "completed"}
