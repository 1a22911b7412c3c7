"""Drawing a plan by mouse and by keyboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from designer import drafts
from runtime.core.definitions import Attribute
from tests.builders import a_scenario, a_specification

from .canvas import Canvas, OpenPlan, chain, database_of

pytestmark = pytest.mark.browser


@pytest.fixture
def empty(open_plan: OpenPlan) -> Canvas:
    return open_plan({})


def test_a_plan_of_ten_items_is_drawn_from_nothing_by_keyboard_only(empty: Canvas):
    empty.choose("n", "Milestone", "Order accepted")
    empty.choose("a", "Callout", "Check address")
    empty.choose("a", "Decision", "Choose access")
    empty.choose("a", "Manual task", "Survey site")
    empty.choose("a", "Callout", "Reserve port")
    empty.find("Choose access")
    empty.choose("a", "Automatic", "Count visits")
    empty.choose("a", "Wait", "Customer confirms")
    empty.choose("a", "Manual task", "Install terminal")
    empty.choose("a", "Push", "Tell billing")
    empty.choose("a", "Milestone", "In service")
    empty.find("Reserve port")
    empty.connect("Install terminal")

    plan = empty.settled()
    assert [item["name"] for item in plan["items"]] == [
        "Order accepted",
        "Check address",
        "Choose access",
        "Survey site",
        "Reserve port",
        "Count visits",
        "Customer confirms",
        "Install terminal",
        "Tell billing",
        "In service",
    ]
    assert ("reserve_port", "install_terminal") in empty.edges()
    assert len(plan["dependencies"]) == 10


def test_arrows_walk_along_dependencies_and_say_where_one_is(three: Canvas):
    three.press("Home")
    expect(three.said).to_contain_text("Milestone: Alpha")
    three.press("ArrowRight")
    expect(three.said).to_contain_text("Milestone: Beta, waits for 1 item, 1 item waits for it.")
    three.press("ArrowLeft", "ArrowLeft")
    expect(three.said).to_have_text("This item waits for nothing.")


def test_an_item_is_dragged_from_the_toolbox_and_named_where_it_lies(empty: Canvas):
    piece = empty.page.locator('[data-kind="callout"]').bounding_box()
    assert piece
    empty.drag((piece["x"] + 20, piece["y"] + 20), (700, 500))
    empty.name("Reserve port")

    x, y = empty.card("Reserve port")
    assert (round(x, -1), round(y, -1)) == (700, 500)
    assert empty.settled()["items"][0]["key"] == "reserve_port"


def test_a_card_dropped_on_a_dependency_stands_between_its_ends(three: Canvas):
    (ax, ay), (bx, by) = three.card("Alpha"), three.card("Beta")
    piece = three.page.locator('[data-kind="callout"]').bounding_box()
    assert piece
    three.drag((piece["x"] + 20, piece["y"] + 20), ((ax + bx) / 2, (ay + by) / 2))
    three.name("Between")

    assert three.edges() == {("alpha", "between"), ("between", "beta"), ("beta", "gamma")}


def test_a_piece_that_comes_slowly_out_of_the_palette_pushes_nothing_away(three: Canvas):
    piece = three.page.locator('[data-kind="callout"]').bounding_box()
    drawing = three.page.locator(".plan-canvas").bounding_box()
    alpha = three.card("Alpha")
    assert piece and drawing
    edge = drawing["x"] + 10, drawing["y"] + 200
    three.drag((piece["x"] + 20, piece["y"] + 20), edge, drop=False)
    three.page.wait_for_timeout(150)
    assert three.card("Alpha") == alpha

    # Once it was inside, the edge scrolls: there is more of the plan behind it.
    three.page.mouse.move(edge[0] + 200, edge[1])
    three.page.mouse.move(*edge)
    three.page.wait_for_timeout(150)
    assert three.card("Alpha")[0] > alpha[0]
    three.press("Escape")
    three.page.mouse.up()


def test_a_connected_card_dropped_on_a_dependency_is_only_moved(three: Canvas):
    (ax, ay), (bx, by) = three.card("Alpha"), three.card("Beta")
    three.drag(three.card("Gamma"), ((ax + bx) / 2, (ay + by) / 2))

    assert three.edges() == {("alpha", "beta"), ("beta", "gamma")}
    assert three.layout()["cards"]["gamma"]["placed"] is True


def test_a_card_dropped_on_another_stands_beside_it_and_nothing_else_changes(three: Canvas):
    alpha = three.card("Alpha")
    three.drag(three.card("Gamma"), (alpha[0] + 20, alpha[1] + 10))

    cards = three.layout()["cards"]
    assert cards["gamma"]["placed"] is True
    assert abs(cards["gamma"]["x"] - cards["alpha"]["x"]) < 120
    assert abs(cards["gamma"]["y"] - cards["alpha"]["y"]) >= 56
    assert three.edges() == {("alpha", "beta"), ("beta", "gamma")}
    three.press("Control+z")
    assert len({place["y"] for place in three.layout()["cards"].values()}) == 1


def test_a_new_item_dropped_on_a_card_stands_beside_it(three: Canvas):
    alpha = three.card("Alpha")
    piece = three.page.locator('[data-kind="manual"]').bounding_box()
    assert piece
    three.drag((piece["x"] + 20, piece["y"] + 20), alpha)
    three.name("Visit")

    visit = three.card("Visit")
    assert abs(visit[1] - alpha[1]) > 56 or abs(visit[0] - alpha[0]) > 180


def test_a_successor_is_appended_in_one_click(three: Canvas):
    three.click("Gamma")
    three.page.mouse.click(*three.pad("Append manual task"))
    three.name("Delta")

    assert ("gamma", "delta") in three.edges()


def test_a_dependency_is_drawn_from_card_to_card(three: Canvas):
    three.click("Alpha")
    three.drag(three.pad("Connect"), three.card("Gamma"))

    expect(three.said).to_contain_text("Gamma waits for Alpha")
    assert ("alpha", "gamma") in three.edges()


def test_a_dependency_that_would_close_a_loop_is_refused_and_the_loop_is_shown(three: Canvas):
    three.click("Gamma")
    three.drag(three.pad("Connect"), three.card("Alpha"), drop=False)
    expect(three.page.locator(".djs-shape.in-loop")).to_have_count(3)
    expect(three.page.locator(".djs-connection.in-loop")).to_have_count(2)
    three.page.mouse.up()

    expect(three.said).to_have_text("Not connected: it would close the loop Alpha → Beta → Gamma → Alpha.")
    expect(three.page.locator(".in-loop")).to_have_count(0)
    assert three.edges() == {("alpha", "beta"), ("beta", "gamma")}


def test_a_loop_is_refused_by_keyboard_too(three: Canvas):
    three.find("Gamma")
    three.press("c")
    expect(three.page.locator(".finder input")).to_be_focused()
    three.keyboard.type("alpha")
    entry = three.page.locator(".finder [role=option]", has_text="Alpha")
    expect(entry).to_contain_text("would close a loop")
    expect(entry).to_have_attribute("aria-disabled", "true")
    three.press("Enter", "Escape")

    assert three.edges() == {("alpha", "beta"), ("beta", "gamma")}


def test_the_end_of_a_dependency_is_moved_to_another_card(three: Canvas):
    (bx, by), (gx, gy) = three.card("Beta"), three.card("Gamma")
    three.page.mouse.click((bx + gx) / 2, (by + gy) / 2)
    expect(three.page.locator(".designer-side h2")).to_have_text("Dependency")
    handle = three.page.locator(".djs-bendpoints.selected .djs-bendpoint").first.bounding_box()
    assert handle
    three.drag((handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2), three.card("Alpha"))

    assert three.edges() == {("alpha", "beta"), ("alpha", "gamma")}


def test_changing_the_kind_keeps_the_dependencies(three: Canvas):
    three.find("Beta")
    three.pick("m", "Callout")

    expect(three.said).to_contain_text("Callout: Beta")
    plan = three.settled()
    assert {"kind": "callout", "key": "beta", "name": "Beta"}.items() <= plan["items"][1].items()
    assert three.edges() == {("alpha", "beta"), ("beta", "gamma")}


def test_deleting_what_stands_between_two_leaves_them_connected_and_undo_brings_it_back(three: Canvas):
    three.find("Beta")
    three.press("Delete")
    expect(three.said).to_have_text("Beta deleted. Ctrl+Z brings it back.")
    expect(three.page.locator(".designer-side h2")).to_have_text("Alpha")
    assert three.edges() == {("alpha", "gamma")}

    three.press("Control+z")
    assert three.edges() == {("alpha", "beta"), ("beta", "gamma")}
    assert [item["key"] for item in three.settled()["items"]] == ["alpha", "beta", "gamma"]


def test_a_new_key_is_followed_by_the_dependencies_and_by_what_reads_its_results(open_plan: OpenPlan):
    reader = {"kind": "automatic", "key": "reader", "name": "Reader", "result": {"port": "results.alpha.port + 1"}}
    plan = chain("", "alpha", "beta")
    plan["items"] += [reader]
    canvas = open_plan(plan)
    canvas.page.mouse.dblclick(*canvas.card("Alpha"))
    canvas.name("Reserve port")
    assert canvas.settled()["items"][0]["key"] == "alpha"
    canvas.page.get_by_text("Key and description").click()
    canvas.page.get_by_label("Key", exact=True).fill("reserve_port")
    canvas.page.get_by_label("Key", exact=True).press("Tab")
    expect(canvas.page.get_by_text("results.reserve_port;")).to_be_visible()

    saved = canvas.settled()
    assert saved["items"][0]["key"] == "reserve_port"
    assert saved["items"][2]["result"] == {"port": "results.reserve_port.port + 1"}
    assert canvas.edges() == {("reserve_port", "beta")}


def test_cards_are_moved_by_mouse_and_by_keys_and_only_the_layout_changes(three: Canvas):
    three.press("Home", "Alt+ArrowDown")
    before = three.layout()["cards"]["alpha"]
    revision = three.draft()
    x, y = three.card("Alpha")
    three.drag((x, y), (x + 40, y + 200))
    expect(three.page.locator(".save-state")).to_have_text("Saved")
    three.press("Alt+Shift+ArrowDown")

    after = three.layout()["cards"]["alpha"]
    assert after["y"] > before["y"] + 150
    assert after["placed"] is True
    assert three.draft() == revision


def test_items_are_copied_and_pasted_between_two_plans(three: Canvas, open_plan: OpenPlan):
    three.press("Control+a", "Control+c")
    expect(three.said).to_have_text("3 items copied.")
    other = open_plan({})
    other.press("Control+v")
    expect(other.said).to_have_text("3 items pasted.")

    assert other.edges() == {("alpha", "beta"), ("beta", "gamma")}
    other.press("Control+v")
    expect(other.page.locator(".djs-shape .card")).to_have_count(6)
    assert ("alpha_2", "beta_2") in other.edges()


def test_a_frame_selects_what_it_encloses_and_they_are_aligned(three: Canvas):
    three.find("Beta")
    three.press("Alt+Shift+ArrowDown", "Escape")
    x, y = three.card("Alpha")
    three.page.locator(".toolbox [data-command=lasso]").click()
    three.drag((x - 160, y - 120), (1080, 800))
    expect(three.page.locator(".designer-side h2")).to_have_text("5 selected")  # the two dependencies, too
    three.page.get_by_role("button", name="Align top edges").last.click()

    cards = three.layout()["cards"]
    assert len({cards[key]["y"] for key in ("alpha", "beta", "gamma")}) == 1


def test_the_palette_does_what_it_is_asked_in_words(three: Canvas):
    three.press("Control+k")
    expect(three.page.locator(".finder input")).to_be_focused()
    three.keyboard.type("new manual")
    three.press("Enter")
    three.name("Call customer")

    assert three.settled()["items"][-1]["kind"] == "manual"


def test_the_question_mark_lists_every_key(three: Canvas):
    three.press("?")
    expect(three.page.locator("dialog.help")).to_contain_text("Append an item that waits for this one")
    three.press("Escape")
    expect(three.page.locator("dialog.help")).to_have_count(0)


def test_a_dialog_is_open_as_soon_as_it_can_be_seen(three: Canvas):
    # A busy machine paints late; whoever presses Escape at once must not be left with the dialog.
    three.page.evaluate("() => { window.requestAnimationFrame = (paint) => setTimeout(paint, 1500); }")
    three.page.evaluate("""() => new Promise((seen) => {
        new MutationObserver(() => {
            const dialog = document.querySelector('dialog.help');
            if (dialog) seen(window.openWhenSeen = dialog.open);
        }).observe(document.body, {childList: true, subtree: true});
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true}));
    })""")

    assert three.page.evaluate("() => window.openWhenSeen")


def test_a_note_is_pinned_to_an_item_and_is_no_part_of_the_plan(three: Canvas):
    three.find("Beta")
    three.press("t")
    expect(three.page.locator(".label-field")).to_be_focused()
    three.keyboard.type("Ask the network team")
    three.press("Control+Enter")

    (note,) = three.layout()["notes"].values()
    assert note["text"] == "Ask the network team"
    assert note["item"] == "beta"
    assert note["by"] == "process-admin"
    assert "Ask" not in json.dumps(three.settled())
    three.page.reload()
    expect(three.page.locator(".djs-shape .note")).to_contain_text("Ask the network")


def test_what_is_before_and_after_is_shown(three: Canvas):
    three.find("Beta")
    three.press("h")
    expect(three.said).to_have_text("Beta: 1 before, 1 after.")
    expect(three.page.locator(".djs-shape.before")).to_have_count(1)
    three.press("Escape")
    expect(three.page.locator(".before, .after")).to_have_count(0)


def test_tidying_up_keeps_what_was_placed_by_hand_unless_everything_is_asked_for(three: Canvas):
    three.find("Beta")
    three.press("Alt+Shift+ArrowDown", "Alt+Shift+ArrowDown", "Alt+Shift+ArrowDown")
    placed = three.layout()["cards"]["beta"]
    three.press("l")
    expect(three.said).to_have_text("Tidied up around 1 placed by hand.")
    assert three.layout()["cards"]["beta"] == placed
    three.press("Shift+L")
    expect(three.said).to_have_text("Tidied up.")
    assert three.layout()["cards"]["beta"] != placed
    three.press("Control+z")
    assert three.layout()["cards"]["beta"] == placed


def test_lanes_by_who_does_it_are_drawn_and_taken_away(open_plan: OpenPlan):
    plan = chain("", "alpha", "beta")
    plan["items"].append({"kind": "manual", "key": "visit", "name": "Visit", "queue": "field"})
    canvas = open_plan(plan)
    canvas.press("g")
    expect(canvas.page.locator(".lane")).to_have_count(2)
    canvas.press("g")
    expect(canvas.page.locator(".lane")).to_have_count(0)


def test_the_outline_reads_the_plan_and_selects_in_it(three: Canvas):
    three.press("o")
    rows = three.page.locator(".outline [role=option]")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("after Alpha")
    rows.nth(1).click()
    expect(three.page.locator(".djs-shape.selected .card")).to_contain_text("Beta")


def test_the_picture_is_saved_as_svg_that_stands_alone(three: Canvas, tmp_path: Path):
    with three.page.expect_download() as download:
        three.press("Control+k")
        expect(three.page.locator(".finder input")).to_be_focused()
        three.keyboard.type("picture as svg")
        three.press("Enter")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    text = path.read_text()

    assert path.name == f"{three.key}.svg"
    assert "Alpha" in text
    assert "var(--" not in text
    assert "class=" not in text
    assert '@font-face{font-family:"Inter Variable"' in text.replace("&quot;", '"')
    assert text.count("data:font/woff2;base64,") == 1  # of the typeface only what the words need


def test_the_form_of_an_item_says_what_the_server_finds_wrong(three: Canvas):
    three.find("Beta")
    three.pick("m", "Manual task")
    field = three.page.locator(".field", has=three.page.get_by_label("Queue", exact=True))
    expect(field.locator(".wrong")).to_be_visible()
    expect(three.page.locator(".problems")).to_contain_text("error")
    three.press("p")
    expect(three.page.locator(".problems li").first).to_contain_text("Beta")


def test_what_a_person_fills_in_at_a_task_is_made_field_by_field(three: Canvas):
    three.find("Beta")
    three.pick("m", "Manual task")
    three.page.get_by_role("button", name="Add a field").click()
    field = three.page.locator(".form-field")
    field.get_by_label("Label").press_sequentially("Door code", delay=5)
    expect(field.get_by_label("Name in results")).to_have_value("door_code")
    field.get_by_label("Type").select_option("choice")
    expect(field.locator(".wrong")).to_contain_text("offers nothing to choose from")
    field.get_by_label("Choices, one a line").fill("front\nback")
    field.get_by_label("Must be filled in").check()
    field.get_by_label("Help").fill("On the plate.")
    three.press("Tab")

    assert three.settled()["items"][1]["form"] == [
        {
            "name": "door_code",
            "label": "Door code",
            "type": "choice",
            "required": True,
            "choices": ["front", "back"],
            "help": "On the plate.",
        }
    ]


def test_an_expression_is_completed_with_the_names_that_exist(open_plan: OpenPlan):
    plan = chain("", "alpha", "beta")
    plan["items"][0] = {"kind": "automatic", "key": "alpha", "name": "Alpha", "result": {"port": "1"}}
    canvas = open_plan(plan)
    canvas.find("Beta")
    canvas.page.get_by_text("When and for what").click()
    canvas.page.get_by_role("button", name="Only if: always").click()
    editor = canvas.page.locator(".feel-host .cm-content")
    expect(editor).to_be_focused()
    canvas.keyboard.type("results.")
    options = canvas.page.locator(".feel-host .cm-tooltip-autocomplete li")
    expect(options).to_have_text(["alphaAlpha"])
    canvas.press("Enter")
    expect(options).to_have_text(["portresult"])
    canvas.page.wait_for_timeout(100)  # a list that has only just opened does not take Enter
    canvas.press("Enter")
    canvas.keyboard.type(" > 0")
    on_card = canvas.page.locator(".djs-shape.selected .badge.condition title")
    expect(on_card).to_have_text("Only if results.alpha.port > 0")

    assert canvas.settled()["items"][1]["condition"] == "results.alpha.port > 0"


def test_the_attributes_of_the_chosen_specification_are_offered(open_plan: OpenPlan):
    canvas = open_plan(chain("", "alpha", "beta"))
    speed = Attribute(name="speed", type="number", label="Speed in Mbit/s")
    database = database_of(canvas.server)
    with database.writing() as connection:
        for document in (
            a_specification("line-of-this-plan", category="this-plan", attributes=(speed,)),
            a_specification("of-others", category="others", attributes=(Attribute(name="colour"),)),
            a_scenario(canvas.key, None, category="this-plan", key="to-this-plan"),
        ):
            drafts.put(connection, document, revision=None, by="ada", now=1)
    database.close()
    canvas.open()
    canvas.find("Beta")
    canvas.page.get_by_text("When and for what").click()
    canvas.page.get_by_role("button", name="Only if: always").click()
    expect(canvas.page.locator(".feel-host .cm-content")).to_be_focused()
    options = canvas.page.locator(".feel-host .cm-tooltip-autocomplete li")
    canvas.keyboard.type("target.attributes.")
    expect(options).to_have_text(["speednumber"])
    canvas.press("Escape")
    canvas.press(*["Backspace"] * len("target.attributes."))
    canvas.keyboard.type("order.cust")
    expect(options.first).to_contain_text("customer")


def test_a_preview_of_half_a_plan_says_what_it_waits_for(open_plan: OpenPlan):
    plan = chain("", "alpha", "beta")
    plan["items"][1]["per"] = "line.("
    canvas = open_plan(plan)
    canvas.press("s")
    expect(canvas.page.locator(".designer-side [role=alert]")).to_be_visible()
    expect(canvas.page.locator(".djs-shape .instances")).to_have_count(0)


def test_a_preview_shows_how_many_of_each_item_an_order_would_get(open_plan: OpenPlan):
    plan = chain("", "alpha", "beta")
    plan["items"][1]["per"] = "root line"
    canvas = open_plan(plan)
    canvas.press("s")
    badges = canvas.page.locator(".djs-shape .instances")
    expect(badges).to_have_text(["× 1", "× 2"])
    expect(canvas.page.locator(".condition.pairing")).to_have_text("1 : 21 : 2")  # the text and its tooltip
    canvas.page.get_by_label("Order", exact=True).select_option(index=1)
    expect(badges).to_have_text(["× 1", "× 1"])
    canvas.press("s")
    expect(badges).to_have_count(0)
