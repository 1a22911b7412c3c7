"""The main job: publish, submit orders nobody here wrote, work the tasks, and everything reaches its end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from app.demo_systems import Control
from designer.exchange import folder
from tests.app.callers import DEMO, OUTSIDE_ORDERS, PRODUCT_ORDERS, needs_the_rules, outside_order
from tests.journeys.house import V1, House, Person, a_house

OFFICE = ("fulfilment agent", "order agent", "order approver", "fallout agent")


def submit_all(agent: Person) -> dict[str, str]:
    return {name: agent.order(outside_order(name)) for name in OUTSIDE_ORDERS}


def must_be_whole(agent: Person, order: str) -> None:
    """What is true of every order that has ended: items ended, lines completed, no gap in the events."""
    plan = agent.get(f"{V1}/orders/{order}/plan")
    assert {item["state"] for item in plan["items"]} <= {"completed", "skipped"}
    assert "completed" in {item["state"] for item in plan["items"]}
    assert {line["state"] for line in agent.get(f"{V1}/orders/{order}")["lines"]} == {"completed"}
    events = agent.get(f"{V1}/orders/{order}/events?limit=1000")
    assert not events["more"]
    assert [event["seq"] for event in events["events"]] == list(range(1, len(events["events"]) + 1))
    assert events["events"][0]["type"] == "order submitted"
    assert Counter(event["type"] for event in events["events"])["order completed"] == 1
    ended = {event["item"] for event in events["events"] if event["type"] in ("item completed", "item skipped")}
    assert ended == {item["n"] for item in plan["items"]}
    shown = agent.get(f"{PRODUCT_ORDERS}/{order}")
    assert shown["state"] == "completed"
    assert shown["completionDate"].endswith("Z")
    assert {item["state"] for item in shown["productOrderItem"]} == {"completed"}


def test_orders_from_outside_run_from_publishing_to_their_end(tmp_path: Path):
    needs_the_rules()
    with a_house(tmp_path) as house:
        admin, agent, office = people(house)
        release = admin.publish(*folder.read(DEMO), note="The demo")
        house.reach("fulfilment")

        orders = submit_all(agent)
        states = office.work_until_done(*orders.values())

        assert set(states.values()) == {"completed"}
        for order in orders.values():
            must_be_whole(agent, order)
            assert agent.get(f"{V1}/orders/{order}")["release"] == release["id"]
        assert admin.get(f"{V1}/releases/{release['id']}")["live_orders"] == 0
        keys = house.seen_keys()
        assert keys
        assert set(keys.values()) == {1}, "nothing failed, so nothing was asked twice"


def test_slow_failing_and_repeating_systems_only_make_it_later(tmp_path: Path):
    """Errors, lost answers and doubled callbacks: what a system must not be asked for ever ends with a person."""
    needs_the_rules()
    trouble = Control(
        seed=11,
        error_rate=0.15,
        errors=("server error", "dropped", "not json"),
        latency=0.005,
        callback_delay=0.05,
        callbacks=2,
    )
    with a_house(tmp_path, trouble) as house:
        admin, agent, office = people(house)
        admin.publish(*folder.read(DEMO))
        house.reach("fulfilment")

        orders = submit_all(agent)
        states = office.work_until_done(*orders.values(), limit=120)
        while "held" in states.values():
            for order in orders.values():
                for item in agent.get(f"{V1}/orders/{order}/plan")["items"]:
                    if item["state"] == "failed":
                        assert item["error"]
                        office.post(f"{V1}/orders/{order}/items/{item['n']}/retry")
            states = office.work_until_done(*orders.values(), limit=120)

        for order in orders.values():
            must_be_whole(agent, order)


def people(house: House) -> tuple[Person, Person, Person]:
    """A process admin, a program that submits, and somebody who works every queue."""
    return (
        house.person("ada", "process admin"),
        house.person("crm", "api"),
        house.person("olga", *OFFICE),
    )
