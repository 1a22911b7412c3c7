"""In pages: who is asked answers, approves or rejects, and a rejected order is corrected and submitted again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from runtime import queries
from runtime.core.definitions import Attribute
from tests.builders import a_catalog, a_line, a_policy, a_question, a_queue, a_specification, an_enrichment, an_order

from .conftest import Browser, Shop
from .test_approvals import PRODUCT

SignIn = Callable[..., Browser]
FAR = an_order(a_line(attributes={"cabinet": "C8"}))


@pytest.fixture
def asking(shop: Shop) -> Shop:
    shop.publish(
        *a_catalog(
            None,
            a_specification(attributes=(Attribute(name="cabinet", allowed='"C7", "C8"'),)),
            a_queue("planners"),
            a_queue("approvers", role="order approver"),
            an_enrichment("site", a_question("cabinet", queue="planners"), description="Look into the map."),
            a_policy("far", queue="approvers", condition='line.attributes.cabinet != "C7"', description="Far away."),
        ).values(),
        note="asks",
    )
    return shop


def the_task(shop: Shop, order: int) -> Any:
    with shop.database.reading() as connection:
        (task,) = queries.find_tasks(connection, order=order)
    return task


def the_order(shop: Shop, order: int) -> Any:
    with shop.database.reading() as connection:
        return queries.order_row(connection, order)


def test_a_question_is_answered_in_its_page(asking: Shop, signed_in: SignIn):
    order = asking.submit()
    task, pia = the_task(asking, order).id, signed_in("fulfilment agent")
    assert "question" in pia.get("/tasks/").text
    page = pia.get(f"/tasks/{task}").text
    assert "Look into the map." in page
    assert "The line it is about" in page

    refused = pia.post(f"/tasks/{task}/complete", page=f"/tasks/{task}", value_cabinet="X")
    assert refused.status_code == 422
    assert "allowed is &#34;C7&#34;" in refused.text

    answered = pia.post(f"/tasks/{task}/complete", page=f"/tasks/{task}", value_cabinet="C7")
    assert answered.status_code == 302
    assert the_order(asking, order).state == "accepted"
    assert "C7" in pia.get(f"/tasks/{task}").text
    history = pia.get(f"/orders/{order}?view=history").text
    assert "Site: answered by" in history
    assert "cabinet: C7" in history


def test_an_approval_shows_the_lines_and_what_the_policy_asked(asking: Shop, signed_in: SignIn):
    order = asking.submit(FAR)
    orla = signed_in("order approver")
    page = orla.get(f"/tasks/{the_task(asking, order).id}").text
    for told in ("Far away.", "line.attributes.cabinet != &#34;C7&#34;", "must be approved", "C8"):
        assert told in page

    approved = orla.post(f"/tasks/{the_task(asking, order).id}/approve", note="fine")

    assert approved.status_code == 302
    assert the_order(asking, order).state == "accepted"
    assert "fine" in orla.get(f"/orders/{order}?view=history").text


def test_an_order_page_says_whom_it_waits_for(asking: Shop, signed_in: SignIn):
    order = asking.submit(FAR)
    task = the_task(asking, order).id

    page = signed_in("order approver").get(f"/orders/{order}").text

    assert "awaiting approval" in page
    assert f'href="/tasks/{task}"' in page
    assert f'href="/tasks/{task}"' not in signed_in("fulfilment agent").get(f"/orders/{order}").text


def test_a_rejection_wants_a_reason(asking: Shop, signed_in: SignIn):
    order, orla = asking.submit(FAR), signed_in("order approver")

    refused = orla.post(f"/tasks/{the_task(asking, order).id}/reject", reason="  ")

    assert refused.status_code == 422
    assert the_order(asking, order).state == "awaiting approval"


def test_a_rejected_order_is_corrected_and_submitted_again(asking: Shop, signed_in: SignIn):
    otto, orla = signed_in("order agent"), signed_in("order approver")
    made = otto.post("/submit/", text=json.dumps(PRODUCT | {"externalId": "A-1"}))
    order = int(made.headers["Location"].rsplit("/", 1)[1])
    orla.post(f"/tasks/{the_task(asking, order).id}/reject", reason="too far")

    page = otto.get(f"/orders/{order}").text
    assert "too far" in page
    assert f'href="/submit/?replaces={order}"' in page
    assert "Correct and submit again" not in orla.get(f"/orders/{order}").text
    capture = otto.get(f"/submit/?replaces={order}").text
    assert "too far" in capture
    filled = re.search(r"<textarea[^>]*>(.*?)</textarea>", capture, re.DOTALL)
    assert filled is not None
    text = filled[1].replace("&#34;", '"').replace("C8", "C7")

    again = otto.post("/submit/", text=text, replaces=order)

    newer = int(again.headers["Location"].rsplit("/", 1)[1])
    row = the_order(asking, newer)
    assert (row.state, row.external_id, row.replaces) == ("accepted", "A-1", order)
    assert f'href="/orders/{newer}"' in otto.get(f"/orders/{order}").text
    assert "Correct and submit again" not in otto.get(f"/orders/{order}").text
    assert f'href="/orders/{order}"' in otto.get(f"/orders/{newer}").text


def test_an_order_of_another_interface_is_corrected_as_a_product_order(asking: Shop, signed_in: SignIn):
    order = asking.submit(FAR)
    signed_in("order approver").post(f"/tasks/{the_task(asking, order).id}/reject", reason="no")

    page = signed_in("order agent").get(f"/submit/?replaces={order}").text

    assert "productOrderItem" in page
    assert "C8" in page


def test_checking_an_order_tells_who_would_be_asked(asking: Shop, signed_in: SignIn):
    page = signed_in("order agent").post("/submit/", text=json.dumps(PRODUCT), only_check="yes").text

    assert "Far (approval, queue approvers)" in page


def test_who_submitted_the_order_finds_no_button_to_approve_it(asking: Shop, signed_in: SignIn):
    both = signed_in("order agent", "order approver")
    made = both.post("/submit/", text=json.dumps(PRODUCT))
    order = int(made.headers["Location"].rsplit("/", 1)[1])
    task = the_task(asking, order).id

    page = both.get(f"/tasks/{task}").text

    assert "somebody else must approve it" in page
    assert ">Approve<" not in page.replace("</svg>", ">")
    assert both.post(f"/tasks/{task}/approve").status_code == 403


def test_who_was_slower_is_told_and_sees_what_was_decided(asking: Shop, signed_in: SignIn):
    order, orla = asking.submit(FAR), signed_in("order approver")
    task = the_task(asking, order).id
    orla.post(f"/tasks/{task}/approve", note="fine")

    late = orla.post(f"/tasks/{task}/reject", reason="too far")

    assert late.status_code == 409
    assert "What was decided" in late.text
    assert the_order(asking, order).state == "accepted"
