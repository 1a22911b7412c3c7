"""People answer what an enrichment asks, approve, reject, and correct an order that was rejected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from designer import drafts, publishing
from runtime.core.definitions import Attribute, Field, Step
from tests.browser.people import Person, Site
from tests.builders import a_catalog, a_plan, a_policy, a_queue, a_specification, an_enrichment

pytestmark = pytest.mark.browser
Enter = Callable[..., Person]

ASKING = a_catalog(
    a_plan(),
    a_specification(
        attributes=(Attribute(name="speed", type="number"), Attribute(name="cabinet", allowed='"C7", "C8"')),
    ),
    a_queue("planners"),
    a_queue("approvers", role="order approver"),
    an_enrichment(
        "which-cabinet",
        Step(
            queue="planners",
            form=(
                Field(name="cabinet", label="Cabinet", required=True, help="The nearest one with free ports, e.g. C7."),
                Field(name="remarks", label="Remarks", type="text"),
            ),
            attributes={"cabinet": "answered.cabinet"},
        ),
        description="Look into the map of the network; the address stands with the line.",
    ),
    a_policy(
        "fast-lines",
        queue="approvers",
        condition="line.attributes.speed >= 1000",
        description="Lines of a gigabit and more need the consent of sales, because they use up a port each.",
        within="P2D",
    ),
)


def product_order(*speeds: int, **rest: object) -> str:
    items = [
        {
            "id": str(n),
            "action": "add",
            "product": {
                "productSpecification": {"id": "fibre"},
                "productCharacteristic": [{"name": "speed", "value": speed}, {"name": "floor", "value": n}],
                "place": [{"id": f"Main Street {n}", "role": "site"}],
            },
        }
        for n, speed in enumerate(speeds, 1)
    ]
    customer = [{"name": "Ada Ltd", "role": "customer", "@referredType": "Party"}]
    return json.dumps({"productOrderItem": items, "relatedParty": customer, **rest}, indent=2)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("asked"))
    site.add_user("otto", "order agent")
    site.add_user("pia", "fulfilment agent")
    site.add_user("orla", "order approver")
    site.add_user("ada", "process admin")
    with site.database.writing() as connection:
        for document in ASKING.values():
            drafts.put(connection, document, revision=None, by="ada", now=1)
        publishing.publish(connection, note="asks", author="ada", now=1)
    yield site
    site.close()


@pytest.fixture
def enter(house: Site, chromium: Browser) -> Iterator[Enter]:
    people: list[Person] = []

    def sign_in(name: str) -> Person:
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, base_url=house.address)
        people.append(Person(house, context, name))
        people[-1].expects = [r"status of 422"]  # the page shows what is wrong itself
        people[-1].sign_in()
        return people[-1]

    yield sign_in
    for each in people:
        each.context.close()
    assert [text for each in people for text in each.unexpected()] == []


def submit(page: Page, text: str) -> str:
    """Submits an order in the page, and returns its number."""
    page.goto("/submit/")
    page.get_by_label("The order as JSON").fill(text)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/orders/*")
    return page.url.rsplit("/", 1)[1]


def open_task(page: Page, name: str, order: str) -> None:
    page.goto("/tasks/")
    page.get_by_role("row", name=f"#{order}").get_by_role("link", name=name).first.click()


def test_a_person_answers_a_question_and_mends_an_answer_that_does_not_fit(enter: Enter):
    otto, pia = enter("otto").page, enter("pia").page
    order = submit(otto, product_order(100))
    expect(otto.get_by_role("heading", name="Waits for people")).to_be_visible()
    expect(otto.locator(".heading")).to_contain_text("awaiting answers")

    open_task(pia, "Which cabinet", order)
    expect(pia.get_by_role("region", name="Lines")).to_contain_text("Main Street 1")
    pia.get_by_label("Cabinet").fill("X9")
    pia.get_by_role("button", name="Answer").click()
    expect(pia.get_by_text("allowed is")).to_be_visible()
    expect(pia.get_by_label("Cabinet")).to_have_value("X9")

    pia.get_by_label("Cabinet").fill("C7")
    pia.get_by_role("button", name="Answer").click()
    expect(pia.get_by_text("is answered")).to_be_visible()

    otto.goto(f"/orders/{order}?view=history")
    expect(otto.get_by_label("History")).to_contain_text("answered by pia")
    expect(otto.locator(".heading")).to_contain_text("accepted")


def test_a_rejected_order_is_corrected_submitted_again_and_approved(enter: Enter, number: int):
    otto, pia, orla = enter("otto").page, enter("pia").page, enter("orla").page
    order = submit(otto, product_order(100, 1000, externalId=f"PO-{number}"))
    for _ in range(2):
        open_task(pia, "Which cabinet", order)
        pia.get_by_label("Cabinet").fill("C8")
        pia.get_by_role("button", name="Answer").click()
        expect(pia.get_by_text("is answered")).to_be_visible()

    open_task(orla, "Fast lines", order)
    expect(orla.get_by_label("Approval")).to_contain_text("consent of sales")
    fast = orla.get_by_role("region", name="Lines").get_by_role("row", name="Main Street 2")
    expect(fast).to_contain_text("must be approved")
    orla.get_by_role("button", name="Reject").click()
    orla.get_by_role("button", name="Reject the order").click()
    expect(orla.get_by_role("dialog")).to_be_visible()  # a reason is wanted first
    orla.get_by_label("Reason").fill("One gigabit line is enough for this house.")
    orla.get_by_role("button", name="Reject the order").click()
    expect(orla.get_by_text("is rejected")).to_be_visible()

    otto.goto(f"/orders/{order}")
    expect(otto.get_by_text("One gigabit line is enough")).to_be_visible()
    otto.get_by_role("link", name="Correct and submit again").click()
    expect(otto.get_by_role("heading", name=f"Correct order {order}")).to_be_visible()
    text = otto.get_by_label("The order as JSON")
    corrected = json.loads(text.input_value())
    del corrected["productOrderItem"][0]
    corrected["productOrderItem"][0]["product"]["productCharacteristic"].append({"name": "cabinet", "value": "C8"})
    text.fill(json.dumps(corrected))
    otto.get_by_role("button", name="Check only").click()
    expect(otto.get_by_text("Fast lines (approval")).to_be_visible()
    otto.get_by_role("button", name="Submit").click()
    otto.wait_for_url("**/orders/*")
    newer = otto.url.rsplit("/", 1)[1]
    expect(otto.get_by_role("link", name=f"order {order}")).to_be_visible()

    open_task(orla, "Fast lines", newer)
    orla.get_by_label("Note").fill("Agreed on the phone.")
    orla.get_by_role("button", name="Approve").click()
    expect(orla.get_by_text("is approved")).to_be_visible()
    otto.goto(f"/orders/{newer}?view=history")
    expect(otto.get_by_label("History")).to_contain_text("Agreed on the phone.")
    otto.goto(f"/orders/{order}")
    otto.get_by_role("link", name=f"order {newer}").click()
    expect(otto.locator(".heading")).to_contain_text("accepted")


def test_who_would_be_asked_is_rehearsed_with_sample_answers(enter: Enter):
    page = enter("ada").page
    page.goto("/rehearse/")
    page.get_by_label("Pasted JSON").check()
    page.get_by_label("The order as JSON").fill(product_order(1000))
    page.get_by_role("button", name="Rehearse", exact=True).click()
    asked = page.get_by_label("Asked before the plan")
    expect(asked).to_contain_text("goes on as if approved")

    asked.get_by_label("Cabinet").fill("C8")
    page.get_by_role("button", name="Rehearse with these answers").click()

    expect(asked.get_by_label("Cabinet")).to_have_value("C8")
    expect(page.locator("#given")).to_contain_text("C8")


def test_the_pages_of_questions_and_approvals_have_no_serious_fault(enter: Enter):
    otto, pia, orla = (enter(name) for name in ("otto", "pia", "orla"))
    asked = submit(otto.page, product_order(100))
    assert otto.axe() == []
    open_task(pia.page, "Which cabinet", asked)
    assert pia.axe() == []
    pia.page.get_by_role("button", name="Reject the order").click()
    assert pia.axe() == []
    pia.page.keyboard.press("Escape")
    pia.page.get_by_label("Cabinet").fill("C8")
    pia.page.get_by_role("button", name="Answer").click()

    fast = submit(
        otto.page, product_order(1000).replace('"floor"', '"cabinet"').replace('"value": 1\n', '"value": "C8"\n')
    )
    open_task(orla.page, "Fast lines", fast)
    assert orla.axe() == []
    orla.page.get_by_role("button", name="Reject").click()
    orla.page.get_by_label("Reason").fill("no")
    orla.page.get_by_role("button", name="Reject the order").click()
    otto.page.reload()
    assert otto.axe() == []
