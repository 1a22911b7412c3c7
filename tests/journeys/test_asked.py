"""Over the interfaces, with a real server and worker: asked, answered, rejected, corrected, approved and fulfilled."""

from __future__ import annotations

from pathlib import Path

from tests.app.callers import PRODUCT_ORDERS
from tests.app.waiting import until
from tests.builders import a_callout, a_catalog, a_plan, a_policy, a_question, a_queue, an_enrichment
from tests.journeys.house import V1, a_house

FIBRE = {
    "externalId": "PO-1",
    "productOrderItem": [{"id": "1", "action": "add", "product": {"productSpecification": {"id": "fibre"}}}],
}
ASKING = a_catalog(
    a_plan(a_callout("reserve", per="line", request={"cabinet": "line.attributes.cabinet"})),
    a_queue("planners"),
    a_queue("approvers", role="order approver"),
    an_enrichment("site", a_question("cabinet", queue="planners")),
    a_policy("far", queue="approvers"),
)


def test_an_order_is_asked_about_rejected_corrected_approved_and_fulfilled(tmp_path: Path):
    with a_house(tmp_path) as house:
        admin = house.person("ada", "process admin", "api")
        planner, approver = house.person("pia", "fulfilment agent"), house.person("orla", "order approver")
        admin.publish(*ASKING.values())
        house.reach("fulfilment")

        first = admin.order(FIBRE)
        assert admin.state(first) == "pending"
        assert planner.work() == 1  # fills in whatever the form asks for
        (task,) = approver.get(f"{V1}/tasks")["tasks"]
        approver.post(f"{V1}/tasks/{task['id']}/reject", {"reason": "too far"})
        shown = admin.get(f"{PRODUCT_ORDERS}/{first}")
        assert (shown["state"], shown["note"][-1]["text"]) == ("rejected", "too far")
        assert not house.seen_keys()  # nothing was done for it

        wanted = {"lines": [{"id": "1", "specification": "fibre", "action": "add", "attributes": {"cabinet": "C7"}}]}
        second = admin.post(f"{V1}/orders", {**wanted, "external_id": "PO-1", "replaces": first})
        assert second["state"] == "awaiting approval"
        (task,) = approver.get(f"{V1}/tasks")["tasks"]
        approver.post(f"{V1}/tasks/{task['id']}/approve", {"note": "near enough"})

        until(lambda: admin.state(second["id"]), lambda state: state == "completed")
        (key,) = house.seen_keys()
        assert key.endswith(f"-{second['id']}-0-1")
