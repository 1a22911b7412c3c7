"""The same over the interfaces, with a real server, worker and system: an order keeps its release to the end."""

from __future__ import annotations

from pathlib import Path

from runtime.core.versions import plain
from tests.app.callers import PRODUCT_ORDERS
from tests.app.waiting import until
from tests.builders import a_callout, a_catalog, a_plan, a_task, an_item
from tests.journeys.house import V1, a_house

FIBRE = {"productOrderItem": [{"id": "1", "action": "add", "product": {"productSpecification": {"id": "fibre"}}}]}
OLD = a_plan(
    an_item("begun"), a_callout("reserve"), a_task("install"), after={"reserve": "begun", "install": "reserve"}
)
NEW = a_plan(
    an_item("begun"),
    a_callout("reserve"),
    a_task("install"),
    a_callout("measure"),
    after={"reserve": "begun", "install": "reserve", "measure": "install"},
)


def test_an_order_finishes_on_the_plan_it_began_with_while_a_later_one_runs_the_new(tmp_path: Path):
    with a_house(tmp_path) as house:
        admin = house.person("ada", "process admin", "api")
        worker = house.person("finn", "fulfilment agent")
        first = admin.publish(*a_catalog(OLD).values(), note="as it was")
        house.reach("fulfilment")

        a = admin.order(FIBRE)
        until(lambda: admin.items(a), lambda items: items.get("install") == "waiting")
        second = admin.publish(NEW, note="measures the line too")
        b = admin.order(FIBRE)
        until(lambda: admin.items(b), lambda items: items.get("install") == "waiting")

        live = {r["id"]: (r["active"], r["live_orders"]) for r in admin.get(f"{V1}/releases")["releases"]}
        assert live == {first["id"]: (False, 1), second["id"]: (True, 1)}

        assert set(worker.work_until_done(a, b).values()) == {"completed"}

        assert admin.items(a).keys() == {"begun", "reserve", "install"}
        assert admin.items(b).keys() == {"begun", "reserve", "install", "measure"}
        assert admin.get(f"{V1}/orders/{a}")["release"] == first["id"]
        assert admin.get(f"{V1}/orders/{b}")["release"] == second["id"]

        # The old version is still what it was.
        assert admin.get(f"{V1}/definitions/plan/fibre/versions/1")["document"] == plain(OLD)

        # Going back is one call, and again touches no order.
        admin.post(f"{V1}/releases/{first['id']}/activate")
        c = admin.order(FIBRE)
        assert set(worker.work_until_done(c).values()) == {"completed"}
        assert admin.items(c).keys() == {"begun", "reserve", "install"}
        assert admin.get(f"{PRODUCT_ORDERS}/{b}?fields=state")["state"] == "completed"
