"""People write queues, systems, scenarios and calendars, and see what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from app.demo_systems import DemoServer, running
from designer import drafts, publishing
from runtime.core.definitions import Hours, Operation, System, Week
from tests.browser.forms import Form
from tests.browser.people import Person, Site
from tests.builders import a_calendar, a_plan, a_queue, a_scenario, a_specification, a_wait

pytestmark = pytest.mark.browser


@pytest.fixture
def outside() -> Iterator[DemoServer]:
    with running() as server:
        yield server


def publish(site: Site, *documents: object) -> None:
    with site.database.writing() as connection:
        names = []
        for document in documents:
            draft = drafts.put(connection, document, revision=None, by="ada", now=1)  # type: ignore[arg-type]
            names.append(draft.name)
        publishing.publish(connection, names, author="ada", now=1)


# --- queues -------------------------------------------------------------------------------------------


def test_a_queue_is_made_with_a_rule_and_a_calendar(person: Callable[..., Person], number: int):
    one = person()
    one.site.draft(a_calendar(f"office-{number}"))
    form = Form(one).make("queue", f"Technicians {number}")
    form.page.get_by_label("Worked by").select_option("fulfilment manager")
    form.write_feel("Whose a task is", 'if line.attributes.region = "north" then "nora" else null')
    form.page.get_by_label("Due by the working time of").select_option(f"office-{number}")

    stored = form.stored()
    assert stored["role"] == "fulfilment manager"
    assert stored["assign"] == 'if line.attributes.region = "north" then "nora" else null'
    assert stored["calendar"] == f"office-{number}"


def test_a_rule_that_cannot_be_read_is_marked_where_it_stands(person: Callable[..., Person], number: int):
    form = Form(person(), a_queue(f"desk-{number}"))
    form.write_feel("Whose a task is", "results.survey.who")

    expect(form.page.locator('[data-at="/assign"] .wrong')).to_contain_text("results")


# --- scenarios ----------------------------------------------------------------------------------------


def test_a_scenario_is_written_and_tells_what_it_means(person: Callable[..., Person], number: int):
    one = person()
    one.site.draft(a_specification(f"fibre-{number}", category=f"access-{number}"))
    one.site.draft(a_plan(key=f"connect-{number}"))
    form = Form(one).make("scenario", f"Connect {number}")
    form.write("Belongs to the category", f"access-{number}")
    expect(form.page.locator(".meant")).to_contain_text(f"Fibre {number}")
    form.page.get_by_label("Modify").check()
    form.page.get_by_label("Plan", exact=True).select_option(f"connect-{number}")

    stored = form.stored()
    assert (stored["category"], stored["actions"], stored["plan"]) == (
        f"access-{number}",
        ["add", "modify"],
        f"connect-{number}",
    )


# --- systems ------------------------------------------------------------------------------------------


def test_an_operation_is_added_and_named(person: Callable[..., Person], number: int):
    form = Form(person(), System(key=f"stock-{number}", name="Stock", url="http://127.0.0.1:9"))
    row = form.add("operation")
    form.write("Name", "Reserve a port", row)
    row.get_by_label("Method").select_option("PUT")
    form.write("Path", "/ports", row)
    row.get_by_label("It answers").select_option("callback")
    row.get_by_text("Key, times and retries").click()
    form.write("Key", "reserve_port", row)
    row.get_by_label("Try again").select_option("fixed")

    (operation,) = form.stored()["operations"]
    assert {name: operation[name] for name in ("key", "name", "method", "path", "reply")} == {
        "key": "reserve_port",
        "name": "Reserve a port",
        "method": "PUT",
        "path": "/ports",
        "reply": "callback",
    }
    assert operation["retry"] == {"policy": "fixed", "delay": "PT1M", "attempts": 3}


def test_an_operation_is_tried_on_the_real_system(person: Callable[..., Person], number: int, outside: DemoServer):
    one = person()
    operations = (Operation(key="reserve", name="Reserve", path="/inventory/reserve"),)
    system = System(key=f"stock-{number}", name="Stock", url=outside.url, operations=operations)
    publish(one.site, system)
    form = Form(one).open("system", system.key)
    side = form.side("try")
    expect(side).to_contain_text(f"This really calls POST {outside.url}/inventory/reserve")

    side.get_by_label("Request").fill('{"site": "Bonn"')
    expect(side).to_contain_text("This is no JSON")
    expect(side.get_by_role("button", name="Send for real")).to_be_disabled()
    side.get_by_label("Request").fill('{"site": "Bonn"}')
    side.get_by_role("button", name="Send for real").click()
    expect(side.get_by_label("What came back")).to_contain_text("200 OK")
    expect(side.get_by_label("Body")).to_contain_text('"status": "done"')
    assert all(key.startswith("try-") for key in outside.systems.seen)


def test_a_system_that_is_only_drafted_says_what_is_missing(person: Callable[..., Person], number: int):
    operations = (Operation(key="reserve", name="Reserve"),)
    form = Form(person(), System(key=f"stock-{number}", name="S", url="http://127.0.0.1:9", operations=operations))

    expect(form.side("try")).to_contain_text("publish it first")
    expect(form.page.get_by_role("button", name="Send for real")).to_have_count(0)


# --- calendars ----------------------------------------------------------------------------------------


def test_a_calendar_is_made_and_counts_at_once(person: Callable[..., Person], number: int):
    form = Form(person()).make("calendar", f"Office {number}")
    side = form.side("preview")
    expect(side.locator(".told")).to_contain_text("is Monday")
    side.get_by_label("From").fill("2026-03-27 16:00")
    expect(side.locator(".told")).to_contain_text("30 March 2026, 12:00")

    form.write("Time zone", "Europe/Berlin")
    form.write("Monday", "8-12:30, 13-17")
    expect(side.locator(".told")).to_contain_text("30 March 2026, 11:00")
    row = form.add("holiday")
    form.write("Date", "2026-03-30", row)
    form.write("Name", "A day off", row)
    expect(side.locator(".told")).to_contain_text("31 March 2026, 12:00")
    expect(side.locator(".to-come")).to_contain_text("A day off")

    stored = form.stored()
    assert stored["zone"] == "Europe/Berlin"
    assert stored["week"]["monday"] == [{"start": "08:00", "end": "12:30"}, {"start": "13:00", "end": "17:00"}]
    assert stored["holidays"] == [{"date": "2026-03-30", "name": "A day off"}]


def test_hours_are_drawn_with_the_mouse_and_removed_by_a_click(person: Callable[..., Person], number: int):
    form = Form(person(), a_calendar(f"office-{number}", week=Week(monday=(Hours(start="09:00", end="12:00"),))))
    track = form.page.get_by_role("img", name="Saturday")
    box = track.bounding_box()
    assert box

    def at(hour: float) -> tuple[float, float]:
        return box["x"] + box["width"] * hour / 24, box["y"] + box["height"] / 2

    form.page.mouse.move(*at(9.1))
    form.page.mouse.down()
    form.page.mouse.move(*at(11))
    form.page.mouse.move(*at(12.8))
    form.page.mouse.up()
    expect(form.page.get_by_role("img", name="Saturday: 09:00–13:00")).to_be_visible()
    assert form.stored()["week"]["saturday"] == [{"start": "09:00", "end": "13:00"}]

    form.page.mouse.click(*at(10))
    expect(form.page.get_by_role("img", name="Saturday: off")).to_be_visible()
    form.press("Control+z")
    expect(form.page.get_by_role("img", name="Saturday: 09:00–13:00")).to_be_visible()


def test_hours_that_cannot_be_read_are_not_taken_over(person: Callable[..., Person], number: int):
    form = Form(person(), a_calendar(f"office-{number}"))
    form.write("Monday", "from nine")

    expect(form.page.locator('[data-at="/week/monday"] .wrong')).to_contain_text("Write hours such as")
    form.write("Monday", "off")
    assert form.stored()["week"]["monday"] == []


def test_mondays_hours_are_copied_to_the_week(person: Callable[..., Person], number: int):
    form = Form(person(), a_calendar(f"office-{number}"))
    form.write("Monday", "8-16")
    form.page.get_by_role("button", name="Monday's hours until Friday").click()

    assert form.stored()["week"]["friday"] == [{"start": "08:00", "end": "16:00"}]


def test_a_wait_is_counted_in_the_working_time_of_a_calendar(person: Callable[..., Person], number: int):
    one = person()
    one.site.draft(a_calendar(f"office-{number}"))
    one.site.draft(a_plan(a_wait("pause", delay="PT4H"), key=f"waiting-{number}"))
    one.page.goto(f"{one.site.address}/plans/waiting-{number}/edit")
    one.page.wait_for_selector("html[data-ready=yes]")
    one.page.locator(".djs-shape .card", has_text="Pause").click(force=True)
    one.page.get_by_label("Counted in").select_option(label=f"Working time: Office {number}")

    def calendar() -> str:
        found = one.site.reading(lambda connection: drafts.get(connection, "plan", f"waiting-{number}"))
        return str(found.definition.items[0].calendar)  # type: ignore[attr-defined]

    for _ in range(50):
        if calendar():
            break
        one.page.wait_for_timeout(100)
    assert calendar() == f"office-{number}"


# --- all scenarios ------------------------------------------------------------------------------------


def test_a_line_is_tried_on_the_table_of_scenarios(person: Callable[..., Person], number: int):
    one = person()
    keys = ("connect", "care")
    for key in keys:
        one.site.draft(a_plan(key=f"{key}-{number}", name=f"Plan to {key} {number}"))
    one.site.draft(a_specification(f"fibre-{number}"))
    one.site.draft(a_scenario(f"connect-{number}", f"fibre-{number}", key=f"connect-{number}"))
    condition = "line.attributes.speed > 100"
    one.site.draft(a_scenario(f"care-{number}", f"fibre-{number}", key=f"care-{number}", condition=condition))
    one.page.goto(f"{one.site.address}/definitions/")
    one.page.get_by_role("link", name="All scenarios").click()

    one.page.get_by_label("Specification").select_option(f"fibre-{number}")
    one.page.get_by_role("button", name="Try it").click()
    expect(one.page.get_by_role("status")).to_contain_text("would be refused, because it cannot be decided")
    one.page.get_by_label("Attributes").fill('{"speed": 50}')
    one.page.keyboard.press("Enter")
    expect(one.page.get_by_role("status")).to_contain_text(f"runs Plan to connect {number}")
    expect(one.page.get_by_role("status")).not_to_contain_text("care")
    one.page.get_by_label("Attributes").fill('{"speed": 1000}')
    one.page.keyboard.press("Enter")
    expect(one.page.get_by_role("status")).to_contain_text("All of these plans would run")
    row = one.page.locator(f"#scenario-connect-{number}")
    row.get_by_text("Meets").click()
    expect(row).to_contain_text("where both apply")
    assert one.axe() == []
    row.locator("a.key").click()
    one.page.wait_for_selector("#editor[data-ready=true]")
