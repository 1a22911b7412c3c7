"""The task list counts everything, narrows before it pages, and shows what ended last first."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from runtime import engine, queries
from tests.app.conftest import Browser, Shop
from tests.builders import a_catalog, a_line, a_plan, a_policy, a_queue, a_task, an_order


@pytest.fixture
def shop(app: Flask) -> Shop:
    """A shop whose orders need two people of two queues, and one of a third for each line."""
    shop = Shop(app)
    tasks = a_task("install"), a_task("greet", "hosts"), a_task("label", "labellers", per="line")
    shop.publish(*a_catalog(a_plan(*tasks), a_queue("hosts"), a_queue("labellers")).values())
    return shop


@pytest.fixture
def agent(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in("fulfilment agent")


def names(page: str) -> list[str]:
    return re.findall(r'<span class="number">#(\d+)</span>', page)


def test_a_queue_with_more_than_a_page_is_counted_and_paged(shop: Shop, agent: Browser) -> None:
    orders = [shop.submit(an_order()) for _ in range(60)]
    shop.run()
    first = agent.get("/tasks/?queue=hosts").text
    assert "1 to 50 of 60 tasks" in first
    assert "Hosts (60)" in first
    second = agent.get("/tasks/?queue=hosts&page=2").text
    assert "51 to 60 of 60 tasks" in second
    assert [int(each) for each in names(first) + names(second)] == orders
    assert "of 180 tasks" in agent.get("/tasks/").text
    assert "51 to 60 of 60 tasks" in agent.get("/tasks/?queue=hosts&page=99").text, "beyond the last page is the last"


def test_what_ended_last_comes_first(shop: Shop, agent: Browser) -> None:
    orders = [shop.submit(an_order()) for _ in range(55)]
    shop.run()
    for order in orders:
        shop.now += 1000
        with shop.database.writing() as connection:
            (task,) = queries.find_tasks(connection, order=order, queue="hosts")
            engine.complete_task(connection, task.id, {}, by="ann", now=shop.now)
    page = agent.get("/tasks/?view=ended").text
    assert [int(each) for each in names(page)] == orders[::-1][:50]


def test_an_order_with_hundreds_of_tasks_still_opens_the_task_of_an_item(shop: Shop, agent: Browser) -> None:
    order = shop.submit(an_order(*(a_line(str(n)) for n in range(150))))
    shop.run()
    with shop.database.reading() as connection:
        last = queries.find_tasks(connection, order=order)[-1]
    page = agent.get(f"/orders/{order}?item={last.item}").text
    assert f'href="/tasks/{last.id}"' in page


def test_a_rejected_approval_does_not_read_completed(app: Flask, signed_in: Callable[..., Browser]) -> None:
    shop = Shop(app)
    bosses, policy = a_queue("bosses", role="order approver"), a_policy(queue="bosses", condition="true")
    shop.publish(*a_catalog(None, bosses, policy).values())
    order = shop.submit()
    approver = signed_in("order approver")
    approver.post("/tasks/1/reject", reason="too far")
    page = approver.get("/tasks/1").text
    assert 'circle-x"></use></svg>rejected' in page
    assert 'circle-check"></use></svg>completed' not in page
    assert "rejected" in approver.get("/tasks/?view=ended").text
    assert 'circle-x"></use></svg>rejected' in approver.get(f"/orders/{order}").text
