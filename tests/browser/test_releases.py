"""Process admins publish: with test cases that must be accepted, at a moment to come, with a second pair of eyes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from app import releasing
from designer import cases, drafts, publishing
from designer.trials import Case
from runtime import engine
from runtime.core.definitions import Definition
from tests.browser.people import Person, Site, wrong_for_readers
from tests.builders import a_catalog, a_decision, a_plan, a_queue, a_table, an_item, an_order

pytestmark = pytest.mark.browser

RATED = a_plan(a_decision(inputs={"amount": "150"}), an_item("bill"), after={"bill": "rate"}, name="Fibre access")
Enter = Callable[..., Page]


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Site]:
    """An Orderloom with one release and two process admins; with a parameter, its settings."""
    site = Site(tmp_path_factory.mktemp("house"), **getattr(request, "param", {}))
    for name in ("ada", "bob"):
        site.add_user(name, "process admin")
    with site.database.writing() as connection:
        for document in a_catalog(RATED, a_table()).values():
            drafts.put(connection, document, revision=None, by="ada", now=1)
        publishing.publish(connection, note="The first one", author="ada", now=1)
        engine.submit(connection, an_order(lines=2), request="{}", by="otto", now=2)
    yield site
    site.close()


@pytest.fixture
def enter(house: Site, chromium: Browser) -> Iterator[Enter]:
    """Signs somebody in, in a browser of their own."""
    people: list[Person] = []

    def sign_in(name: str = "ada", width: int = 1280, height: int = 800) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            timezone_id="Europe/Berlin",
            base_url=house.address,
        )
        people.append(Person(house, context, name))
        people[-1].expects.append("status of 4(03|22)")  # a refusal is shown by the page itself
        people[-1].sign_in()
        return people[-1].page

    yield sign_in
    complaints = [text for each in people for text in each.unexpected()]
    for each in people:
        each.context.close()
    assert complaints == []


def cheaper(by: str = "ada") -> Definition:
    return a_table("discount", ("> 100", "0.2"), ("<= 100", "0"))


def keep_the_order_as_a_test_case(page: Page) -> None:
    page.goto("/rehearse/?what=order&order=1&against=1")
    page.get_by_label("Keep it as a test case").fill("two lines of fibre")
    page.get_by_role("button", name="Save as test case").click()
    expect(page.get_by_text("two lines of fibre", exact=True)).to_be_visible()


def tomorrow(hour: int = 8) -> str:
    """What a person types into the field: tomorrow, in their time."""
    return (datetime.now(UTC) + timedelta(days=1)).strftime(f"%Y-%m-%dT{hour:02}:00")


def publish(page: Page) -> None:
    expect(page.locator("#cases")).to_be_visible()
    page.get_by_role("button", name="Publish").click()


def ask_for_approval(house: Site, ada: Page) -> None:
    house.draft(cheaper(), by="ada")
    ada.goto("/releases/publish")
    expect(ada.locator("#cases")).to_be_visible()
    ada.get_by_role("button", name="Ask for approval").click()


def test_a_changed_outcome_stops_publishing_until_somebody_accepts_it(house: Site, enter: Enter):
    page = enter()
    keep_the_order_as_a_test_case(page)
    house.draft(cheaper(), by="ada")

    page.goto("/releases/publish")
    expect(page.locator("#changes")).to_contain_text("Discount")
    expect(page.get_by_label("Note")).to_have_value(re.compile("Discount"))
    changed = page.locator("#cases")
    expect(changed).to_contain_text("1 of 1 test case comes out differently")
    expect(changed.locator(".removed")).to_contain_text("decides 0.1 by r1 of discount")
    expect(changed.locator(".added")).to_contain_text("decides 0.2 by r1 of discount")
    publish(page)

    expect(page.locator(".note")).to_contain_text("1 test case comes out differently")
    page.get_by_label("Accept the new outcome").check()
    publish(page)
    expect(page.get_by_role("heading", name="Release 2")).to_be_visible()
    page.goto("/rehearse/cases")
    page.get_by_text("facts expected").click()
    expect(page.locator("#order-cases")).to_contain_text("decides 0.2 by r1 of discount")


def test_the_proof_follows_what_is_chosen_and_the_note_until_it_is_edited(house: Site, enter: Enter):
    house.draft(cheaper(), by="ada")
    house.draft(a_queue("planners"), by="ada")
    page = enter()
    page.goto("/releases/publish")

    expect(page.locator("#changes > .changed-list > li")).to_have_count(2)
    page.get_by_role("checkbox", name="Planners").uncheck()
    expect(page.locator("#changes > .changed-list > li")).to_have_count(1)
    expect(page.get_by_label("Note")).not_to_have_value(re.compile("Planners"))
    page.get_by_label("Note").fill("My own words")
    page.get_by_role("checkbox", name="Planners").check()
    expect(page.locator("#changes > .changed-list > li")).to_have_count(2)
    expect(page.get_by_label("Note")).to_have_value("My own words")


def test_a_plan_is_published_from_the_canvas_on_which_it_was_drawn(house: Site, enter: Enter):
    house.draft(a_plan(*RATED.items, an_item("tidy"), after={"bill": "rate", "tidy": "bill"}, name="Fibre access"))
    page = enter()
    page.goto("/plans/fibre/edit")
    page.get_by_role("link", name="Publish").click()

    expect(page.get_by_role("checkbox", name="Fibre access")).to_be_checked()
    expect(page.locator("#changes")).to_contain_text("Tidy")
    publish(page)
    expect(page.get_by_role("heading", name="Release 2")).to_be_visible()


def test_a_release_is_scheduled_keeps_up_with_what_is_published_meanwhile_and_is_cancelled(house: Site, enter: Enter):
    page = enter()
    house.draft(a_queue("planners"), by="ada")
    page.goto("/releases/publish")
    expect(page.locator("#zone")).to_contain_text("Europe/Berlin")
    page.get_by_label("Date and time").fill(tomorrow())
    expect(page.get_by_role("radio", name="at", exact=True)).to_be_checked()  # who fills it in means it
    publish(page)
    expect(page.locator(".heading")).to_contain_text("08:00:00")

    house.draft(a_queue("pickers"), by="ada")
    page.goto("/releases/publish")
    expect(page.locator("#scheduled")).to_contain_text("Release 2")
    expect(page.locator("#scheduled")).to_contain_text("made anew")
    publish(page)
    expect(page.get_by_role("heading", name="Release 3")).to_be_visible()

    page.goto("/releases/")
    coming = page.locator("#coming")
    expect(coming).to_contain_text("Release 4")
    page.goto("/releases/4")
    expect(page.locator("#contents")).to_contain_text("Planners")
    expect(page.locator("#contents")).to_contain_text("Pickers")
    page.goto("/releases/")
    coming.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the activation").click()
    expect(coming).to_have_count(0)
    expect(page.get_by_text("The activation is cancelled")).to_be_visible()


def test_two_changes_of_one_definition_are_asked_about(house: Site, enter: Enter):
    page = enter()
    house.draft(a_queue("planners", description="for tomorrow"), by="ada")
    page.goto("/releases/publish")
    page.get_by_label("Date and time").fill(tomorrow())
    publish(page)
    expect(page.get_by_role("heading", name="Release 2")).to_be_visible()
    house.draft(a_queue("planners", description="at once"), by="ada")
    page.goto("/releases/publish")

    expect(page.locator("#scheduled")).to_contain_text("another version of queue/planners")
    page.get_by_label("what becomes active now stays").check()
    publish(page)
    expect(page.get_by_role("heading", name="Release 3")).to_be_visible()


def test_a_definition_is_taken_out_after_a_look_at_what_that_breaks(house: Site, enter: Enter):
    house.draft(a_table("spare"), by="ada")
    page = enter()
    page.goto("/releases/publish")
    publish(page)
    page.get_by_role("link", name="Take out … Spare").click()
    page.locator("#take-out").select_option("table/discount")
    expect(page.locator("#checks")).to_contain_text("There is no table 'discount'")
    expect(page.locator("#sure-place")).to_contain_text("2 definitions are taken out")
    page.locator("#take-out").select_option("")
    expect(page.locator("#checks")).to_contain_text("nothing is wrong")
    expect(page.locator("#changes")).to_contain_text("removed")

    page.get_by_role("button", name="Publish").click()  # the browser asks for the confirmation first
    expect(page).to_have_url(re.compile("remove=table/spare$"))
    page.get_by_label("Yes, orders submitted from then on run without it").check()
    page.get_by_role("button", name="Publish").click()

    expect(page.get_by_role("heading", name="Release 3")).to_be_visible()
    expect(page.locator("#contents")).not_to_contain_text("Spare")
    expect(page.locator("#changes")).to_contain_text("Spare")


def test_a_long_proof_says_how_far_it_is_until_it_is_there(house: Site, enter: Enter, monkeypatch: pytest.MonkeyPatch):
    with house.database.writing() as connection:
        for n in range(12):
            case = Case(id=0, name=f"case {n}", given={"amount": "150"}, expected="0.1")
            cases.put(connection, "table", "discount", case, by="ada", now=1)
    house.draft(cheaper(), by="ada")
    monkeypatch.setattr(releasing, "SPAN", -1.0)  # one test case a request, as if each took long
    page = enter()
    told: list[Response] = []
    page.on("response", lambda response: told.append(response) if "/proof" in response.url else None)
    page.goto("/releases/publish")

    expect(page.locator("#cases")).to_contain_text("12 of 12 test cases come out differently")
    said = [re.findall(r"\d+ of 12 test cases tried", response.text()) for response in told]
    assert said == [[f"{n} of 12 test cases tried"] for n in range(1, 12)] + [[]], "each goes on where the last stopped"

    page.goto("/releases/1")
    expect(page.locator("#cases")).to_contain_text("12 test cases as expected")


def test_who_publishes_before_the_proof_is_there_sees_it_come_and_the_release_made(
    house: Site, enter: Enter, monkeypatch: pytest.MonkeyPatch
):
    with house.database.writing() as connection:
        for n in range(6):
            case = Case(id=0, name=f"case {n}", given={"amount": "150"}, expected="0.1")
            cases.put(connection, "table", "discount", case, by="ada", now=1)
    house.draft(a_queue("planners"), by="ada")
    page = enter()
    page.route("**/releases/publish/proof*", lambda route: None)  # which is what the person does not wait for
    page.goto("/releases/publish")
    page.get_by_label("Note").fill("At once")
    monkeypatch.setattr(releasing, "SPAN", -1.0)  # one test case a request, as if each took long
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response) if response.request.method == "POST" else None)
    page.get_by_role("button", name="Publish").click()

    expect(page.get_by_role("heading", name="Release 2")).to_be_visible()
    expect(page.get_by_text("At once")).to_be_visible()
    assert [each.status for each in answers] == [202] * 5 + [302]
    page.go_back()
    expect(page.get_by_role("heading", name="Publish", exact=True)).to_be_visible()


def test_who_stops_a_publication_comes_back_to_what_they_chose(
    house: Site, enter: Enter, monkeypatch: pytest.MonkeyPatch
):
    with house.database.writing() as connection:
        for n in range(2):
            case = Case(id=0, name=f"case {n}", given={"amount": "150"}, expected="0.1")
            cases.put(connection, "table", "discount", case, by="ada", now=1)
    for key in ("planners", "managers"):
        house.draft(a_queue(key), by="ada")
    monkeypatch.setattr(releasing, "SPAN", -1.0)
    page = enter()
    page.route("**/releases/publish/proof*", lambda route: None)
    page.goto("/releases/publish?name=queue/planners")
    page.add_init_script("HTMLFormElement.prototype.submit = () => {}")  # the next piece takes its time
    page.get_by_role("button", name="Publish").click()

    expect(page.get_by_text("1 of 2 test cases tried")).to_be_visible()
    found = wrong_for_readers(page)
    assert not found, "\n".join(found)
    page.get_by_role("link", name="Stop").click()
    expect(page.get_by_label("Planners")).to_be_checked()
    expect(page.get_by_label("Managers")).not_to_be_checked()


def test_an_earlier_release_is_activated_again_after_a_look_at_what_changes(house: Site, enter: Enter):
    page = enter()
    house.draft(cheaper(), by="ada")
    page.goto("/releases/publish")
    publish(page)
    expect(page.get_by_role("heading", name="Release 2")).to_be_visible()

    page.goto("/releases/")
    page.get_by_role("link", name="Activate").click()
    expect(page.locator("#changes")).to_contain_text("Discount")
    expect(page.locator("#changes")).to_contain_text("0.1")
    page.get_by_role("button", name="Activate").click()

    expect(page.get_by_text("Release 1 is active")).to_be_visible()
    page.goto("/releases/1")
    expect(page.locator(".heading .state")).to_have_text("active")
    page.get_by_role("link", name="1", exact=True).click()  # the orders that run on it
    expect(page).to_have_url(re.compile(r"/orders/\?release=1"))
    expect(page.locator("tr.to")).to_have_count(1)


FOUR_EYES = {"ORDERLOOM_FOUR_EYES": "yes"}


@pytest.mark.parametrize("house", [FOUR_EYES], indirect=True)
def test_somebody_else_approves_in_a_browser_of_their_own(house: Site, enter: Enter):
    ada, bob = enter("ada"), enter("bob")
    ask_for_approval(house, ada)
    expect(ada.get_by_text("waiting for approval", exact=True)).to_be_visible()
    expect(ada.get_by_role("button", name="Approve")).to_have_count(0)

    bob.goto("/releases/")
    bob.locator("#waiting").get_by_role("link").click()
    expect(bob.locator("#changes")).to_contain_text("Discount")
    bob.get_by_role("button", name="Approve").click()
    expect(bob.get_by_role("heading", name="Release 2")).to_be_visible()
    expect(bob.get_by_role("link", name="by bob")).to_be_visible()
    ada.reload()
    expect(ada.locator(".heading .state")).to_have_text("approved")


@pytest.mark.parametrize("house", [FOUR_EYES], indirect=True)
def test_a_proposal_whose_draft_changed_is_void_and_says_so(house: Site, enter: Enter):
    ada, bob = enter("ada"), enter("bob")
    ask_for_approval(house, ada)
    bob.goto("/releases/proposals/1")
    expect(bob.get_by_role("button", name="Approve")).to_be_enabled()
    house.draft(a_table("discount", ("> 100", "0.9"), ("<= 100", "0")), by="ada")

    bob.get_by_role("button", name="Approve").click()
    expect(bob.get_by_text("The proposal is void: table/discount changed")).to_be_visible()
    bob.get_by_label("Reason").fill("Propose it again")
    bob.get_by_role("button", name="Reject").click()
    expect(bob.locator(".heading .state")).to_have_text("rejected")


@pytest.mark.parametrize("house", [FOUR_EYES], indirect=True)
def test_a_changed_outcome_and_a_proposal_meet_the_accessibility_rules(house: Site, enter: Enter):
    page = enter("ada")
    keep_the_order_as_a_test_case(page)
    assert wrong_for_readers(page) == []
    house.draft(cheaper(), by="ada")
    page.goto("/releases/publish")
    expect(page.locator("#cases")).to_be_visible()
    assert wrong_for_readers(page) == []
    page.get_by_label("Accept the new outcome").check()
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("waiting for approval", exact=True)).to_be_visible()
    assert wrong_for_readers(page) == []
