"""An order keeps the release that was active when it was submitted, whatever is published later."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.app.conftest import Browser, Shop
from tests.builders import a_plan, a_task, an_item

OLD = a_plan(a_task(), an_item("bill"), after={"bill": "install"})
NEW = a_plan(a_task(), an_item("bill"), an_item("thank"), after={"bill": "install", "thank": "bill"})


def complete_task_of(browser: Browser, order: int) -> None:
    page = browser.get(f"/orders/{order}?item=0").text
    task = re.search(r'href="/tasks/(\d+)"', page)
    assert task, "the item offers no task"
    assert browser.post(f"/tasks/{task[1]}/complete").status_code == 302


def test_a_running_order_finishes_on_its_old_plan_while_a_new_order_runs_the_new_one(
    shop: Shop, signed_in: Callable[..., Browser]
):
    old_release = shop.publish(OLD, note="as it was")
    first = shop.submit()
    shop.run()
    new_release = shop.publish(NEW, note="now we also say thank you")
    second = shop.submit()
    shop.run()

    agent = signed_in("fulfilment agent")
    for order, release in ((first, old_release), (second, new_release)):
        page = agent.get(f"/orders/{order}").text
        assert f'href="/releases/{release}"' in page
        complete_task_of(agent, order)
    shop.run()

    assert shop.states(first) == {"install": "completed", "bill": "completed"}
    assert shop.states(second) == {"install": "completed", "bill": "completed", "thank": "completed"}
    assert "Thank" not in agent.get(f"/orders/{first}").text
    assert "Thank" in agent.get(f"/orders/{second}").text
    assert f"active now: {new_release}" in agent.get(f"/orders/{first}").text


def test_activating_the_old_release_again_moves_no_order(shop: Shop, signed_in: Callable[..., Browser]):
    old_release = shop.publish(OLD)
    shop.publish(NEW)
    running = shop.submit()
    shop.run()

    assert signed_in("process admin").post(f"/releases/{old_release}/activate").status_code == 302
    shop.now = 4_000_000_000_000  # pages go by the real clock: this is after any of their moments
    later = shop.submit()
    shop.run()
    assert set(shop.states(running)) == {"install", "bill", "thank"}
    assert set(shop.states(later)) == {"install", "bill"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE releases SET digest = ''",
        "DELETE FROM release_changes",
        "DELETE FROM releases",
        "UPDATE versions SET document = '{}'",
        "DELETE FROM versions",
        "UPDATE orders SET release_id = release_id - 1",
    ],
)
def test_the_release_of_an_order_is_neither_changed_nor_removed_nor_exchanged(shop: Shop, statement: str):
    shop.publish(OLD)
    shop.submit()

    with pytest.raises(DBAPIError), shop.database.writing() as connection:
        connection.execute(text(statement))
