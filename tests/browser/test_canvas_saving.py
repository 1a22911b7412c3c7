"""Nothing that is drawn is ever lost: autosave, a lost network, a closed tab, two people on one draft."""

from __future__ import annotations

from typing import get_args

import pytest
from playwright.sync_api import expect

from designer import drafts, forms, publishing
from runtime.core import versions
from runtime.core.definitions import Call, Callout, ExponentialRetry, Field, Item, Manual, Wait

from .canvas import Canvas, OpenPlan, database_of

pytestmark = pytest.mark.browser


def names(canvas: Canvas) -> list[str]:
    return [item["name"] for item in canvas.settled()["items"]]


def test_undo_goes_back_over_what_is_saved_already(ada: Canvas):
    ada.find("Gamma")
    ada.choose("a", "Callout", "Delta")
    assert names(ada) == ["Alpha", "Beta", "Gamma", "Delta"]
    ada.choose("a", "Callout", "Epsilon")
    assert names(ada)[-1] == "Epsilon"

    ada.press(*["Control+z"] * 4)
    assert names(ada) == ["Alpha", "Beta", "Gamma"]
    ada.press(*["Control+y"] * 4)
    assert names(ada) == ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"]


def test_nobody_is_told_of_what_they_changed_themselves(ada: Canvas):
    """Whoever takes their time is looked after: what the server has is what they saved, however it writes that down."""
    told: list[str] = []
    ada.page.on("response", lambda each: told.append(each.request.method) if each.url.endswith("/draft") else None)
    ada.choose("n", "Decision", "Rate")  # it names no table yet, which the server need not write down
    ada.settled()
    while "GET" not in told[told.index("PUT") :]:  # the page learns that the draft is another, and looks
        ada.page.wait_for_timeout(50)
    ada.press("F2")
    ada.name("Rate the risk")

    assert names(ada)[-1] == "Rate the risk"
    expect(ada.page.locator("dialog.conflict")).to_have_count(0)
    ada.press(*["Control+z"] * 3)  # the name, the name before it, the card
    assert names(ada) == ["Alpha", "Beta", "Gamma"]


def test_what_the_canvas_leaves_out_is_what_the_server_leaves_out(ada: Canvas):
    """Else what was saved would look as if somebody had changed it."""
    call = Call(system="crm", operation="ask", request={"id": ""})
    written: list[Item] = [
        *(kind(key="a", name="") for kind in get_args(Item)),
        Callout(key="a", name="A", call=call, compensation=Call(), retry=ExponentialRetry(delay="PT1S", attempts=3)),
        Manual(
            key="a", name="A", per="line", form=(Field(name="x"), Field(name="y", type="choice", choices=("", "b")))
        ),
        Wait(key="a", name="A", delay="PT1H", on_timeout="fail", result={"x": ""}),
    ]
    cleaned = ada.page.evaluate(
        """async (items) => {
          const { src } = document.querySelector('script[src$="canvas/shell/start.js"]');
          const { clean } = await import(src.replace('shell/start.js', 'plan/document.js'));
          return items.map(clean);
        }""",
        [forms.complete(item) for item in written],
    )

    assert cleaned == [versions.plain(item) for item in written]


def test_typing_in_the_form_is_one_step_of_undo(ada: Canvas):
    ada.find("Beta")
    field = ada.page.get_by_label("Name", exact=True)
    field.click()
    field.fill("")
    field.press_sequentially("Survey the site of the customer", delay=30)
    expect(ada.page.locator(".djs-shape.selected .card")).to_contain_text("Survey the site")
    assert "Survey the site of the customer" in names(ada)
    ada.page.locator(".designer-bar [data-command=undo]").click()

    assert names(ada) == ["Alpha", "Beta", "Gamma"]


def test_a_lost_network_loses_nothing(ada: Canvas):
    ada.page.context.set_offline(True)
    ada.find("Gamma")
    ada.choose("a", "Callout", "Drawn without a network")
    expect(ada.page.locator(".save-state")).to_have_text("Offline: kept here")
    ada.choose("a", "Wait", "Still drawn")
    assert len(ada.draft()["items"]) == 3

    ada.page.context.set_offline(False)
    assert names(ada)[3:] == ["Drawn without a network", "Still drawn"]
    assert ("drawn_without_a_network", "still_drawn") in ada.edges()


def test_a_tab_closed_without_a_network_goes_on_where_it_was(ada: Canvas):
    ada.page.context.set_offline(True)
    ada.find("Gamma")
    ada.choose("a", "Callout", "Not saved yet")
    expect(ada.page.locator(".save-state")).to_have_text("Offline: kept here")
    context = ada.page.context
    ada.page.close()
    context.set_offline(False)
    again = Canvas(context.new_page(), ada.server, ada.key).open()

    expect(again.said).to_have_text("Changes that had not been saved were brought back.")
    expect(again.page.locator(".toast")).to_have_text("Changes that had not been saved were brought back.")
    assert names(again)[-1] == "Not saved yet"


def test_two_tabs_closed_without_a_network_both_go_on_where_they_were(ada: Canvas):
    context = ada.page.context
    other = Canvas(context.new_page(), ada.server, ada.key).open()
    context.set_offline(True)
    for tab, name in ((ada, "Of one tab"), (other, "Of the other tab")):
        tab.page.bring_to_front()
        tab.find("Gamma")
        tab.choose("a", "Callout", name)
        expect(tab.page.locator(".save-state")).to_have_text("Offline: kept here")
    ada.page.close()
    other.page.close()
    context.set_offline(False)
    for _ in ("one", "the other"):
        again = Canvas(context.new_page(), ada.server, ada.key).open()
        expect(again.said).to_have_text("Changes that had not been saved were brought back.")
        again.settled()
        again.page.close()

    assert {"Of one tab", "Of the other tab"} <= {item["name"] for item in ada.draft()["items"]}


def test_what_is_typed_in_the_moment_of_leaving_is_saved(ada: Canvas):
    ada.find("Beta")
    ada.page.get_by_label("Name", exact=True).fill("Typed and gone")
    ada.page.goto("/definitions/")

    ada.page.wait_for_load_state("networkidle")
    beta = ada.draft()["items"][1]
    assert beta["name"] == "Typed and gone"


def test_what_two_people_draw_on_one_draft_is_merged(ada: Canvas, bob: Canvas):
    ada.find("Alpha")
    ada.choose("a", "Callout", "Of Ada")
    ada.settled()
    bob.find("Gamma")
    bob.choose("a", "Manual task", "Of Bob")

    expect(bob.page.locator(".djs-shape .card", has_text="Of Ada")).to_be_visible(timeout=15_000)
    assert names(bob) == ["Alpha", "Beta", "Gamma", "Of Bob", "Of Ada"]
    expect(ada.page.locator(".djs-shape .card", has_text="Of Bob")).to_be_visible(timeout=15_000)
    assert {("alpha", "of_ada"), ("gamma", "of_bob")} <= ada.edges()


def test_what_somebody_else_draws_waits_until_a_name_is_typed_and_a_card_put_down(ada: Canvas, bob: Canvas):
    bob.page.mouse.dblclick(*bob.card("Beta"))
    expect(bob.page.locator(".label-field")).to_be_focused()
    bob.keyboard.type("Half ")
    with bob.page.expect_response("**/draft", timeout=15_000):  # Bob's page has looked, and knows
        ada.find("Alpha")
        ada.choose("a", "Callout", "Of Ada")
        ada.settled()
    bob.keyboard.type("and half")
    bob.press("Enter")

    expect(bob.page.locator(".djs-shape .card", has_text="Of Ada")).to_be_visible(timeout=15_000)
    assert names(bob) == ["Alpha", "Half and half", "Gamma", "Of Ada"]

    gamma = bob.card("Gamma")
    bob.drag(gamma, (gamma[0], gamma[1] + 150), drop=False)
    with bob.page.expect_response("**/draft", timeout=15_000):
        ada.find("Of Ada")
        ada.choose("a", "Callout", "Of Ada again")
        ada.settled()
    bob.page.mouse.up()

    expect(bob.page.locator(".djs-shape .card", has_text="Of Ada again")).to_be_visible(timeout=15_000)
    assert bob.layout()["cards"]["gamma"]["placed"] is True


def test_where_two_people_change_the_same_name_one_of_them_chooses(ada: Canvas, bob: Canvas):
    bob.page.context.set_offline(True)
    ada.page.mouse.dblclick(*ada.card("Beta"))
    ada.name("Named by Ada")
    ada.settled()
    bob.page.mouse.dblclick(*bob.card("Beta"))
    bob.name("Named by Bob")
    bob.page.context.set_offline(False)

    dialog = bob.page.locator("dialog.conflict")
    expect(dialog).to_contain_text("Named by Ada", timeout=15_000)
    expect(dialog).to_contain_text("Named by Bob")
    bob.press(" ", "Enter")  # of a word that was just being typed: they answer nothing
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Process Admin changed the same as you")
    expect(dialog.locator("legend")).to_have_text("Named by Bob: name")
    dialog.get_by_label("Of Process Admin").check()
    dialog.get_by_role("button", name="Go on").click()
    assert names(bob) == ["Alpha", "Named by Ada", "Gamma"]
    expect(bob.page.locator(".djs-shape .card", has_text="Named by Ada")).to_be_visible()


def test_a_draft_that_somebody_else_discarded_is_kept_as_a_new_one_if_the_reader_wants(ada: Canvas):
    ada.find("Gamma")
    ada.choose("a", "Callout", "Still here")
    ada.settled()
    discard(ada)

    dialog = ada.page.locator("dialog.ended")
    expect(dialog).to_contain_text("discarded", timeout=15_000)
    ada.press(" ", "Enter")  # of a word that was just being typed: they answer nothing
    expect(dialog).to_be_visible()
    expect(ada.page.locator(".djs-shape .card", has_text="Still here")).to_be_visible()
    dialog.get_by_role("button", name="Keep what I see as a new draft").click()
    assert names(ada) == ["Alpha", "Beta", "Gamma", "Still here"]


def test_a_draft_that_was_discarded_is_left_so_if_the_reader_wants(ada: Canvas):
    discard(ada)
    dialog = ada.page.locator("dialog.ended")
    expect(dialog).to_be_visible(timeout=15_000)
    dialog.get_by_role("button", name="Leave it discarded").click()
    ada.page.wait_for_url("**/definitions/?kind=plan")

    database = database_of(ada.server)
    with database.reading() as connection:
        assert drafts.get(connection, "plan", ada.key) is None
    database.close()


def test_after_a_discarded_draft_one_goes_back_to_the_published_version_and_can_undo_that(ada: Canvas):
    publish(ada)
    ada.find("Gamma")
    ada.choose("a", "Callout", "After publishing")
    assert names(ada)[-1] == "After publishing"
    discard(ada)
    dialog = ada.page.locator("dialog.ended")
    expect(dialog).to_be_visible(timeout=15_000)
    dialog.get_by_role("button", name="Go back to the published version").click()
    expect(ada.page.locator(".djs-shape .card")).to_have_count(3)
    ada.page.locator(".designer-bar [data-command=undo]").click()

    assert names(ada) == ["Alpha", "Beta", "Gamma", "After publishing"]


def test_what_is_drawn_after_somebody_else_published_begins_a_new_draft(ada: Canvas):
    publish(ada)
    expect(ada.page.locator(".toast")).to_contain_text("published meanwhile", timeout=15_000)
    ada.find("Gamma")
    ada.choose("a", "Callout", "Of the next version")

    assert names(ada) == ["Alpha", "Beta", "Gamma", "Of the next version"]


def discard(canvas: Canvas) -> None:
    """As somebody else does."""
    database = database_of(canvas.server)
    with database.writing() as connection:
        drafts.discard(connection, "plan", canvas.key, revision=None, by="bob", now=5)
    database.close()


def publish(canvas: Canvas) -> None:
    canvas.settled()
    database = database_of(canvas.server)
    with database.writing() as connection:
        publishing.publish(connection, [f"plan/{canvas.key}"], author="bob", now=5)
    database.close()


def test_what_one_saves_alone_never_comes_back_as_a_change_by_somebody(open_plan: OpenPlan):
    canvas = open_plan({"key": "", "items": []})
    for kind in ("Callout", "Decision", "Push", "Manual task", "Wait"):
        canvas.choose("n", kind, f"Of kind {kind}")
    canvas.page.locator(".designer-side summary", has_text="If the order is cancelled").click()
    canvas.page.get_by_label("Point of no return").check()
    canvas.settled()
    with canvas.page.expect_response("**/draft"):  # who selects tells where he is, and hears how far the draft has come
        canvas.find("Of kind Callout")
    canvas.find("Of kind Decision")

    expect(canvas.page.locator(".toast")).to_have_count(0)
    canvas.press("Control+z")
    expect(canvas.said).to_contain_text("Undone")
    expect(canvas.said).not_to_contain_text("Merge")
