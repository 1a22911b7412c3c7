"""What process admins see of rehearsals, in pages and over HTTP; and that nothing is stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any, cast

import pytest
from flask import Flask

from runtime.core.orders import Order
from tests.app.callers import a_caller, rows
from tests.builders import (
    a_calendar,
    a_chain,
    a_line,
    a_plan,
    a_policy,
    a_question,
    a_queue,
    a_scenario,
    a_specification,
    a_task,
    an_enrichment,
    an_item,
    an_order,
)

from .conftest import Browser, Shop

SignIn = Callable[..., Browser]
BODY = {
    "productOrderItem": [
        {"id": "1", "action": "add", "product": {"productSpecification": {"id": "fibre"}}},
    ]
}


@pytest.fixture
def drafted(shop: Shop) -> Shop:
    """A shop that does a survey today, and with its draft installs afterwards, if the order is urgent."""
    plan = a_plan(
        an_item("survey"),
        a_task(duration="P2D", condition='order.priority = "high"'),
        a_task("paint", duration="PT4H"),
        after={"install": "survey", "paint": "install"},
    )
    shop.draft(plan)
    return shop


def asked(browser: Browser, body: Any = None, **fields: Any):
    text = json.dumps(body if body is not None else BODY)
    return browser.post("/rehearse/", page="/rehearse/", what="text", text=text, **fields)


def drawn(page: str) -> dict[str, Any]:
    """What the canvas on the page begins from."""
    found = re.search(r'<script type="application/json" id="start">(.*?)</script>', page)
    assert found is not None
    return cast("dict[str, Any]", json.loads(found[1]))


def test_the_drafts_are_rehearsed_beside_the_active_release(drafted: Shop, signed_in: SignIn):
    page = asked(signed_in("process admin"), {**BODY, "priority": "high"}).text
    canvas = drawn(page)
    survey, install, paint = canvas["plan"]["items"]

    assert [item["name"] for item in (survey, install, paint)] == ["Survey", "Install", "Paint"]
    assert install["duration"] == "2 d"
    assert {"source": install["key"], "target": paint["key"]} in canvas["plan"]["dependencies"]
    assert [part["name"] for part in canvas["parts"] if (part["kind"], part["part"]) == ("added", "item")] == [
        install["key"],
        paint["key"],
    ]
    assert canvas["critical"] == [survey["key"], install["key"], paint["key"]]
    assert ["Begins", "2 d after the order"] in canvas["fates"][paint["key"]]["facts"]
    assert "2 added" in page
    assert "2 d 4 h" in page
    assert "Install" in page


def test_working_time_is_told_beside_the_time_that_passes(shop: Shop, signed_in: SignIn):
    shop.draft(a_queue(calendar="office"))
    shop.draft(a_calendar())
    shop.draft(a_plan(a_task(duration="PT16H")))
    page = asked(signed_in("process admin")).text

    assert "16 h of Office" in page
    assert "submitted now, done" in page


def test_what_is_skipped_says_why(drafted: Shop, signed_in: SignIn):
    page = asked(signed_in("process admin"), BODY).text

    assert [fate["verdict"] for fate in drawn(page)["fates"].values()] == ["runs", "skipped", "runs"]
    assert "order.priority = &#34;high&#34; is false" in page


def test_a_removed_item_stays_to_be_seen(shop: Shop, signed_in: SignIn):
    shop.draft(a_plan(an_item("bill")))
    page = asked(signed_in("process admin")).text

    canvas = drawn(page)
    survey = next(item for item in canvas["plan"]["items"] if item["name"] == "Survey")
    assert ("removed", survey["key"]) in [(part["kind"], part["name"]) for part in canvas["parts"]]
    assert canvas["fates"][survey["key"]]["verdict"] == "removed"
    assert "1 removed" in page and "1 added" in page


def test_a_past_order_is_rehearsed_by_its_number(drafted: Shop, signed_in: SignIn):
    order = drafted.submit(an_order(priority="high"))
    browser = signed_in("process admin")

    assert "2 added" in browser.get(f"/rehearse/?what=order&order={order}").text
    assert (
        "Nothing: this is the active release." in browser.get(f"/rehearse/?what=order&order=%23{order}&against=1").text
    )


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("?what=order&order=99", "There is no order 99"),
        ("?what=order&order=99999999999999999999", "There is no order 99999999999999999999"),
        ("?what=order&order=abc", "is not the number of an order"),
        ("?what=sample&sample=none", "There is no sample called"),
        ("?what=text&text=%7B", "Malformed JSON at line 1"),
        ("?what=text&text=%7B%7D", "not a product order"),
        ("?what=order&order=1&against=77", "There is no release 77"),
    ],
)
def test_what_cannot_be_rehearsed_is_told_calmly(drafted: Shop, signed_in: SignIn, address: str, said: str):
    drafted.submit()
    answer = signed_in("process admin").get(f"/rehearse/{address}")

    assert answer.status_code == 422
    assert said in answer.text


def test_an_order_that_would_be_refused_shows_its_faults_and_their_lines(shop: Shop, signed_in: SignIn):
    body = {"productOrderItem": [{"id": "1", "action": "add", "product": {"productSpecification": {"id": "moon"}}}]}
    text = json.dumps(body, indent=2)
    page = signed_in("process admin").post("/rehearse/", page="/rehearse/", what="text", text=text).text

    assert "The order would be refused" in page
    assert "/productOrderItem/0/product/productSpecification/id" in page
    assert 'data-line="8"' in page
    assert "the release of these drafts knows no specification" in page


def test_a_draft_that_makes_orders_refused_says_that_they_are_accepted_today(shop: Shop, signed_in: SignIn):
    shop.draft(a_scenario(actions=("delete",)))
    page = asked(signed_in("process admin")).text

    assert "Nothing would fulfil the order" in page
    assert "Release 1, which is active, accepts it." in page


def test_drafts_with_errors_are_named_instead(shop: Shop, signed_in: SignIn):
    shop.draft(a_plan(an_item("survey", condition="order.")))
    answer = asked(signed_in("process admin"))

    assert answer.status_code == 422
    assert "These drafts cannot be rehearsed yet" in answer.text
    assert "/definitions/plan/fibre" in answer.text


def test_finished_drafts_are_rehearsed_without_the_unfinished_ones(shop: Shop, signed_in: SignIn):
    shop.draft(a_chain("survey", "bill"))
    shop.draft(a_specification("box", identifiers=("fibre",)))  # means two things now: an error
    browser = signed_in("process admin")

    assert asked(browser).status_code == 422
    page = asked(browser, name="plan/fibre")
    assert page.status_code == 200
    assert "1 added" in page.text
    assert 'type="hidden" name="name" value="plan/fibre"' in page.text


def test_the_publish_page_hands_over_the_drafts_that_are_chosen(drafted: Shop, signed_in: SignIn):
    browser = signed_in("process admin")
    page = browser.get("/releases/publish").text

    assert 'formaction="/rehearse/"' in page
    chosen = browser.post("/rehearse/", page="/releases/publish", name="plan/fibre", note="", activate="yes")
    assert "the chosen drafts (1)" in chosen.text


def test_what_the_publish_page_takes_out_is_not_there_in_a_rehearsal_either(drafted: Shop, signed_in: SignIn):
    browser = signed_in("process admin")
    gone = "scenario/fibre-fibre"
    text = json.dumps(BODY)

    page = browser.post("/rehearse/", page="/releases/publish", what="text", text=text, remove=["", gone])
    assert "what is active, without what is taken out" in page.text
    assert "Nothing would fulfil the order" in page.text
    assert "the drafts, without scenario/fibre-fibre" in page.text
    assert f'type="hidden" name="remove" value="{gone}"' in page.text

    drafted.submit()
    batch = browser.get(f"/rehearse/orders?last=10&remove={gone}").text
    assert "1 refused" in gone_on(browser, batch)

    unknown = browser.get("/rehearse/?what=order&order=1&remove=scenario/none")
    assert unknown.status_code == 422
    assert "There is no scenario/none in the active release" in unknown.text


def test_only_process_admins_rehearse(drafted: Shop, signed_in: SignIn):
    assert signed_in("order agent").get("/rehearse/").status_code == 403


def test_nothing_at_all_is_stored(app: Flask, drafted: Shop, signed_in: SignIn):
    order = drafted.submit()
    drafted.run()
    browser = signed_in("process admin")
    caller = a_caller(app, "process admin")
    before = rows(app), dump(app)

    assert asked(browser).status_code == 200
    assert browser.get(f"/rehearse/?what=order&order={order}").status_code == 200
    assert browser.get("/rehearse/orders?last=10").status_code == 200
    assert caller.post("/api/v1/rehearsals", {"past_order": str(order)}).status_code == 200
    assert (rows(app), dump(app)) == before


def dump(app: Flask) -> list[str]:
    """Everything that the database says."""
    with app.extensions["orderloom"].database.reading() as connection:
        return list(connection.connection.dbapi_connection.iterdump())


# --- many orders --------------------------------------------------------------------------------------


def test_the_last_orders_are_rehearsed_a_few_at_a_time(drafted: Shop, signed_in: SignIn):
    for n in range(30):
        drafted.submit(an_order(priority="high" if n % 3 else "", external_id=f"o-{n}"))
    drafted.submit(an_order(a_line(action="add", attributes={"x": 1})))
    browser = signed_in("process admin")
    page = browser.get("/rehearse/orders?last=50").text
    found: list[str] = []
    steps = 0
    while 'hx-post="' in page:
        page = gone_on(browser, page)
        found += re.findall(r">#(\d+)</a>", page)
        steps += 1

    assert [int(n) for n in found] == list(range(31, 0, -1))
    assert 'value="31"' in page and "31 changed" in page
    assert steps <= 31
    summary = page.partition('id="summary"')[2]
    assert re.search(r"<span>Install \(fibre\) is added\.</span><span[^>]*>31 orders</span>", summary)


def gone_on(browser: Browser, page: str) -> str:
    """What the page asks for next, with what it found so far."""
    address, found = re.search(r'hx-post="([^"]+)"', page), re.search(r'id="found" name="found" value="([^"]*)"', page)
    assert address and found
    return browser.post(unescape(address[1]), found=unescape(found[1])).text


def test_what_would_not_change_and_what_would_be_refused_is_counted(shop: Shop, signed_in: SignIn):
    shop.publish(a_specification("box"), a_scenario(specification="box"), note="boxes")
    shop.submit(an_order(a_line(specification="box")))
    shop.submit()
    shop.draft(a_scenario(actions=("delete",), specification="box"))
    page = signed_in("process admin").get("/rehearse/orders?last=10").text
    page = gone_on(signed_in("process admin"), page)

    assert "1 the same" in page and "1 refused" in page
    assert "Refused: " in page


def test_a_batch_stops_when_the_definitions_change_meanwhile(drafted: Shop, signed_in: SignIn):
    drafted.submit()
    browser = signed_in("process admin")
    page = browser.get("/rehearse/orders?last=10").text
    drafted.draft(a_chain("survey", "bill"))

    assert "The definitions changed meanwhile" in gone_on(browser, page)


def test_a_batch_is_never_longer_than_its_bound(drafted: Shop, signed_in: SignIn):
    drafted.submit()
    browser = signed_in("process admin")

    assert browser.get("/rehearse/orders?last=999999").status_code == 200
    assert browser.get("/rehearse/orders?last=-1").status_code == 200
    assert "No orders yet" not in browser.get("/rehearse/orders?last=999999").text


# --- over HTTP ----------------------------------------------------------------------------------------


def test_a_program_rehearses_its_own_order(app: Flask, drafted: Shop):
    order = {"lines": [{"id": "1", "specification": "fibre", "action": "add"}], "priority": "high"}
    answer = a_caller(app).post("/api/v1/rehearsals", {"order": order})

    assert answer.status_code == 200
    told = answer.json
    assert [item["key"] for item in told["items"]] == ["survey", "install", "paint"]
    assert told["critical_path"] == [0, 1, 2]
    assert told["eta"] == (48 + 4) * 3_600_000
    assert told["difference"]["added"] == [1, 2]
    assert told["release"] is None and told["accepted"] is True


def test_the_api_says_why_an_order_would_be_refused(app: Flask, drafted: Shop):
    order = {"lines": [{"id": "1", "specification": "moon", "action": "add"}]}
    told = a_caller(app).post("/api/v1/rehearsals", {"order": order, "release": "1"}).json

    assert told["accepted"] is False
    assert told["errors"][0]["pointer"] == "/order/lines/0/specification"
    assert told["difference"] is None


def test_the_api_takes_orders_of_the_standard_and_past_ones(app: Flask, drafted: Shop):
    order = drafted.submit()
    caller = a_caller(app)

    for body in ({"product_order": BODY}, {"past_order": str(order)}):
        assert [item["key"] for item in caller.post("/api/v1/rehearsals", body).json["items"]][:1] == ["survey"]
        without = caller.post(
            "/api/v1/rehearsals", {**body, "definitions": [], "remove": ["scenario/fibre-fibre"]}
        ).json
        assert without["accepted"] is False


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"past_order": "1", "product_order": BODY}, 422),
        ({"past_order": "99"}, 404),
        ({"past_order": "1", "release": "99"}, 404),
        ({"past_order": "1", "definitions": ["plan/none"]}, 404),
        ({"past_order": "one"}, 422),
        ({"product_order": {}}, 422),
    ],
)
def test_the_api_refuses_what_it_cannot_rehearse(app: Flask, drafted: Shop, body: dict[str, Any], status: int):
    drafted.submit()

    assert a_caller(app).post("/api/v1/rehearsals", body).status_code == status


def test_past_orders_need_the_scope_of_orders(app: Flask, drafted: Shop):
    order = drafted.submit()
    caller = a_caller(app, scopes=("definitions:read",))

    assert caller.post("/api/v1/rehearsals", {"past_order": str(order)}).status_code == 403
    assert caller.post("/api/v1/rehearsals", {"product_order": BODY}).status_code == 200


def test_the_order_is_not_touched(drafted: Shop, signed_in: SignIn):
    order: Order = an_order()
    number = drafted.submit(order)
    drafted.run()
    signed_in("process admin").get(f"/rehearse/?what=order&order={number}")

    assert drafted.states(number) == {"survey": "completed"}


# --- what people are asked ----------------------------------------------------------------------------

CABINET = {"line": "1", "enrichment": "site", "step": 0, "values": {"cabinet": "C7"}}


@pytest.fixture
def asking(shop: Shop) -> Shop:
    """A shop that asks nobody today, and with its drafts for the cabinet, and for an approval of all but C7."""
    shop.draft(a_queue("planners"))
    shop.draft(an_enrichment("site", a_question("cabinet", queue="planners")))
    shop.draft(a_policy("far", condition='line.attributes.cabinet != "C7"'))
    return shop


def test_a_rehearsal_shows_who_would_be_asked_and_takes_sample_answers(asking: Shop, signed_in: SignIn):
    admin = signed_in("process admin")
    page = asked(admin).text
    assert 'name="answer/site/0/cabinet/1"' in page
    assert "goes on as if approved" in page
    assert "Question Site, about line 1" in page  # which the active release does not ask

    page = asked(admin, **{"answer/site/0/cabinet/1": "C7"}).text

    assert 'name="answer/site/0/cabinet/1" value="C7"' in page
    assert "goes on as if approved" not in page


def test_an_outcome_is_kept_with_the_answers_it_comes_of(asking: Shop, signed_in: SignIn, app: Flask):
    admin = signed_in("process admin")
    fields = {"what": "text", "text": json.dumps(BODY), "case": "with C7", "answer/site/0/cabinet/1": "C7"}
    assert admin.post("/rehearse/cases", page="/rehearse/", **fields).status_code == 302

    (case,) = a_caller(app, "process admin").get("/api/v1/cases").json["cases"]

    assert 'line 1 asked: step 1 of site, in queue planners, answered {"cabinet":"C7"}' in case["expected"]
    proof = a_caller(app, "process admin").post("/api/v1/releases", {"note": "asks"})
    assert proof.status_code == 201, proof.text  # the case is tried with its answer, and comes out the same


def test_the_api_tells_who_would_be_asked_and_takes_sample_answers(asking: Shop, app: Flask):
    caller = a_caller(app)

    silent = caller.post("/api/v1/rehearsals", {"product_order": BODY}).json
    answered = caller.post("/api/v1/rehearsals", {"product_order": BODY, "answers": [CABINET]}).json

    assert [(ask["kind"], ask["definition"], ask["answered"]) for ask in silent["asked"]] == [
        ("question", "enrichment/site", None),
        ("approval", "policy/far", None),
    ]
    assert [ask["definition"] for ask in silent["difference"]["asked"]] == ["enrichment/site", "policy/far"]
    assert [ask["answered"] for ask in answered["asked"]] == [{"cabinet": "C7"}]
    wrong = {**CABINET, "values": {"colour": "red"}}
    assert caller.post("/api/v1/rehearsals", {"product_order": BODY, "answers": [wrong]}).status_code == 422
