"""What people who know other modelers do without thinking: it works here, too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Route, expect

from .canvas import Canvas, OpenPlan, Point, chain, save_plan
from .server import Server

pytestmark = pytest.mark.browser


def between(canvas: Canvas, one: str, other: str) -> Point:
    """The middle of the dependency between two cards that stand side by side."""
    (ax, ay), (bx, by) = canvas.card(one), canvas.card(other)
    return (ax + bx) / 2, (ay + by) / 2


def empty_place(canvas: Canvas) -> Point:
    x, y = canvas.card("Beta")
    return x, y + 220


def scale(canvas: Canvas) -> int:
    # The bar tells the scale a frame after the view has it.
    canvas.page.evaluate("() => new Promise((told) => requestAnimationFrame(() => setTimeout(told, 50)))")
    return int(canvas.page.locator(".designer-bar .scale").inner_text().split()[0])


def middle(box: Locator) -> Point:
    found = box.bounding_box()
    assert found
    return found["x"] + found["width"] / 2, found["y"] + found["height"] / 2


def menu(canvas: Canvas, kind: str) -> None:
    expect(canvas.page.locator(".djs-popup input")).to_be_focused()
    canvas.keyboard.type(kind)
    expect(canvas.page.locator(".djs-popup .entry.selected .djs-popup-label")).to_have_text(kind)
    canvas.press("Enter")


# --- the view


def test_dragging_the_plan_itself_moves_the_view_and_so_does_dragging_anything_with_ctrl(three: Canvas):
    x, y = three.card("Beta")
    three.drag((x, y + 150), (x + 100, y + 210))
    assert three.card("Beta") == pytest.approx((x + 100, y + 60), abs=3)

    three.keyboard.down("Control")
    three.drag((x + 100, y + 60), (x, y))
    three.keyboard.up("Control")
    assert three.card("Beta") == pytest.approx((x, y), abs=3)
    expect(three.page.locator(".designer-bar [data-command=undo]")).to_be_disabled()


def test_the_space_bar_held_is_the_hand_and_let_go_it_is_not(three: Canvas):
    x, y = three.card("Beta")
    three.page.mouse.move(x, y)
    three.keyboard.down(" ")
    for _ in range(5):
        three.keyboard.down(" ")  # a key that is held repeats
    three.drag((x, y), (x - 150, y + 90))
    three.keyboard.up(" ")
    moved = three.card("Beta")
    assert moved == pytest.approx((x - 150, y + 90), abs=3)
    expect(three.page.locator(".designer-bar [data-command=undo]")).to_be_disabled()

    three.drag(moved, (moved[0], moved[1] + 100))
    expect(three.page.locator(".designer-bar [data-command=undo]")).to_be_enabled()
    assert three.layout()["cards"]["beta"]["placed"] is True


def test_the_space_bar_tapped_keeps_the_hand_until_it_is_tapped_again(three: Canvas):
    x, y = three.card("Beta")
    three.page.mouse.move(x, y)
    three.press(" ")
    three.drag((x, y), (x + 60, y))
    three.drag((x + 60, y), (x + 60, y + 80))
    assert three.card("Beta") == pytest.approx((x + 60, y + 80), abs=3)
    three.press(" ")
    three.click("Gamma")


def test_the_wheel_scrolls_with_shift_sideways_and_with_ctrl_it_zooms_where_the_pointer_is(three: Canvas):
    x, y = three.card("Beta")
    three.page.mouse.move(x, y)
    three.page.mouse.wheel(0, 60)
    expect(three.page.locator(".plan-canvas")).to_be_visible()
    after = three.card("Beta")
    assert after[0] == pytest.approx(x, abs=1)
    assert after[1] < y - 20

    three.keyboard.down("Shift")
    three.page.mouse.wheel(0, 60)
    three.keyboard.up("Shift")
    sideways = three.card("Beta")
    assert sideways[0] < x - 20
    assert sideways[1] == pytest.approx(after[1], abs=1)

    before = scale(three)
    three.page.mouse.move(*sideways)
    three.keyboard.down("Control")
    three.page.mouse.wheel(0, -100)
    three.keyboard.up("Control")
    assert scale(three) == pytest.approx(before * 1.16, abs=2)
    assert three.card("Beta") == pytest.approx(sideways, abs=2)


def test_two_fingers_zoom_as_finely_as_they_move(three: Canvas):
    before = scale(three)
    three.page.mouse.move(*three.card("Beta"))
    pinch = """(deltaY) => document.querySelector('.djs-container').dispatchEvent(new WheelEvent('wheel',
        {deltaY, ctrlKey: true, bubbles: true, cancelable: true, clientX: 600, clientY: 400}))"""
    three.page.evaluate(pinch, -4)
    assert before < scale(three) <= before * 1.06
    for _ in range(200):
        three.page.evaluate(pinch, 9)
    assert scale(three) == 10
    for _ in range(60):
        three.page.evaluate(pinch, -9)
    assert scale(three) == 300


def test_keys_move_and_zoom_the_view(three: Canvas):
    x, y = three.card("Beta")
    three.press("Home", "Control+ArrowRight", "Control+Shift+ArrowDown")
    assert three.card("Beta") == pytest.approx((x - 50, y - 250), abs=2)
    three.press("+")
    assert scale(three) > 100
    three.press("1")
    assert scale(three) == 100
    three.find("Gamma")
    three.press("2")
    assert scale(three) == 120
    three.press("0")
    assert three.card("Beta") == pytest.approx((x, y), abs=2)


# --- making and naming


def test_a_double_click_on_the_plan_makes_an_item_there(three: Canvas):
    x, y = empty_place(three)
    three.page.mouse.dblclick(x, y)
    menu(three, "Wait")
    three.name("Customer confirms")
    assert three.card("Customer confirms") == pytest.approx((x, y), abs=2)

    three.press("Escape")
    three.page.mouse.dblclick(x - 200, y + 80)
    expect(three.page.locator(".djs-popup input")).to_be_focused()
    three.press("Escape")
    expect(three.page.locator(".djs-popup")).to_have_count(0)
    assert len(three.settled()["items"]) == 4


def test_a_sign_of_the_pad_is_dragged_to_where_the_next_item_goes(three: Canvas):
    three.click("Beta")
    x, y = empty_place(three)
    three.drag(three.pad("Append callout"), (x, y))
    three.name("Reserve port")

    assert three.card("Reserve port") == pytest.approx((x, y), abs=8)  # it snaps
    assert ("beta", "reserve_port") in three.edges()
    three.press("Escape", "Control+z", "Control+z")
    expect(three.page.locator(".djs-shape .card")).to_have_count(3)
    expect(three.page.locator(".djs-connection")).to_have_count(2)


def test_what_is_appended_by_dragging_never_closes_a_loop(three: Canvas):
    three.click("Gamma")
    three.drag(three.pad("Append manual task"), between(three, "Alpha", "Beta"))
    three.name("Visit")

    assert three.edges() == {("alpha", "beta"), ("beta", "gamma"), ("gamma", "visit")}


def test_a_gesture_is_given_up_by_escape(three: Canvas):
    before = three.layout()["cards"]
    x, y = three.card("Beta")
    three.drag((x, y), (x + 50, y + 150), drop=False)
    three.press("Escape")
    three.page.mouse.up()
    assert three.card("Beta") == pytest.approx((x, y), abs=1)

    three.click("Alpha")
    three.drag(three.pad("Connect"), three.card("Gamma"), drop=False)
    three.press("Escape")
    three.page.mouse.up()
    piece = middle(three.page.locator('[data-kind="callout"]'))
    three.drag(piece, empty_place(three), drop=False)
    three.press("Escape")
    three.page.mouse.up()

    assert three.edges() == {("alpha", "beta"), ("beta", "gamma")}
    assert three.layout()["cards"] == before


def test_the_name_is_typed_after_a_double_click_or_e_and_escape_leaves_it_as_it_was(three: Canvas):
    three.page.mouse.dblclick(*three.card("Alpha"))
    three.name("Order accepted")
    three.find("Beta")
    three.press("e")
    three.name("Check stock")
    three.press("F2")
    expect(three.page.locator(".label-field")).to_be_focused()
    three.keyboard.type("Nonsense")
    three.press("Escape")
    expect(three.page.locator(".label-field")).to_have_count(0)

    assert [item["name"] for item in three.settled()["items"]] == ["Order accepted", "Check stock", "Gamma"]


def test_a_condition_is_typed_on_the_dependency_and_shown_there(three: Canvas):
    three.page.mouse.dblclick(*between(three, "Alpha", "Beta"))
    three.name('order.priority = "high"')
    expect(three.page.locator(".djs-connection .condition text")).to_have_text('if order.priority = "high"')
    expect(three.page.locator(".djs-connection .line.conditional")).to_have_count(1)

    assert three.settled()["dependencies"][0]["condition"] == 'order.priority = "high"'


def test_the_menu_of_kinds_is_searched_by_what_they_do(three: Canvas):
    three.find("Beta")
    three.press("m")
    expect(three.page.locator(".djs-popup input")).to_be_focused()
    three.keyboard.type("queue")
    expect(three.page.locator(".djs-popup .djs-popup-label")).to_have_text(["Manual task"])
    three.press("Enter")

    assert three.settled()["items"][1]["kind"] == "manual"


# --- connecting


def test_the_tool_connects_from_card_to_card(three: Canvas):
    three.page.locator(".toolbox [data-command=connect]").click()
    three.drag(three.card("Alpha"), three.card("Gamma"))

    assert ("alpha", "gamma") in three.edges()


def test_with_nothing_selected_c_connects_by_mouse(three: Canvas):
    x, y = empty_place(three)
    three.page.mouse.move(x, y)
    three.page.mouse.click(x, y)
    three.press("c")
    expect(three.said).to_contain_text("Drag from the item that comes first to the one that waits")
    three.drag(three.card("Alpha"), three.card("Gamma"))

    assert ("alpha", "gamma") in three.edges()


def test_the_head_of_a_dependency_is_moved_to_another_card_unless_that_closes_a_loop(three: Canvas):
    three.page.mouse.click(*between(three, "Alpha", "Beta"))
    expect(three.page.locator(".designer-side h2")).to_have_text("Dependency")
    three.drag(
        middle(three.page.locator(".djs-bendpoints.selected .djs-bendpoint:not(.floating)").last), three.card("Gamma")
    )
    assert three.edges() == {("alpha", "gamma"), ("beta", "gamma")}

    three.press("Control+z", "Escape")
    three.page.mouse.click(*between(three, "Beta", "Gamma"))
    expect(three.page.locator(".designer-side h2")).to_have_text("Dependency")
    handle = middle(three.page.locator(".djs-bendpoints.selected .djs-bendpoint:not(.floating)").last)
    three.drag(handle, three.card("Alpha"), drop=False)
    expect(three.page.locator(".djs-shape.in-loop")).to_have_count(2)
    three.page.mouse.up()
    expect(three.said).to_contain_text("Not connected: it would close the loop")
    assert three.edges() == {("alpha", "beta"), ("beta", "gamma")}


def test_an_end_that_would_close_a_loop_does_not_turn_the_dependency_round(open_plan: OpenPlan):
    plan = chain("", "alpha", "beta", "gamma", "delta")
    canvas = open_plan(plan)
    canvas.page.mouse.click(*between(canvas, "Gamma", "Delta"))
    expect(canvas.page.locator(".designer-side h2")).to_have_text("Dependency")
    canvas.drag(
        middle(canvas.page.locator(".djs-bendpoints.selected .djs-bendpoint:not(.floating)").last), canvas.card("Alpha")
    )

    expect(canvas.said).to_contain_text("Not connected: it would close the loop")
    assert canvas.edges() == {("alpha", "beta"), ("beta", "gamma"), ("gamma", "delta")}


def test_a_dependency_is_led_another_way_and_keeps_it(three: Canvas):
    x, y = between(three, "Alpha", "Beta")
    three.page.mouse.click(x, y)
    three.page.mouse.move(x + 4, y)
    three.drag((x, y), (x, y + 120))

    points = three.layout()["lines"]["alpha>beta"]["points"]
    assert max(py for _, py in points) > points[0][1] + 60
    three.open()
    assert three.layout()["lines"]["alpha>beta"]["points"] == points
    three.press("Control+z")


def test_a_dependency_is_deleted_by_key_and_by_its_sign(three: Canvas):
    three.page.mouse.click(*between(three, "Alpha", "Beta"))
    three.press("Delete")
    assert three.edges() == {("beta", "gamma")}
    three.page.mouse.click(*between(three, "Beta", "Gamma"))
    three.page.mouse.click(*three.pad("Delete"))
    assert three.edges() == set()


def test_a_card_is_deleted_and_a_note_pinned_by_the_signs_beside_it(three: Canvas):
    three.click("Gamma")
    three.page.mouse.click(*three.pad("Stick a note"))
    expect(three.page.locator(".label-field")).to_be_focused()
    three.keyboard.type("Why?")
    three.press("Control+Enter")
    expect(three.page.locator(".djs-shape .badge.notes")).to_have_count(1)
    three.click("Gamma")
    three.page.mouse.click(*three.pad("Delete"))

    assert three.edges() == {("alpha", "beta")}


# --- selecting and moving


def test_several_are_selected_with_shift_and_moved_together(three: Canvas):
    before = three.layout()["cards"]
    three.click("Alpha")
    three.keyboard.down("Shift")
    three.page.mouse.click(*three.card("Gamma"))
    three.keyboard.up("Shift")
    expect(three.page.locator(".designer-side h2")).to_have_text("2 selected")
    x, y = three.card("Gamma")
    three.drag((x, y), (x, y + 160))

    after = three.layout()["cards"]
    assert after["alpha"]["y"] - before["alpha"]["y"] == after["gamma"]["y"] - before["gamma"]["y"] > 100
    assert after["beta"] == before["beta"]


def test_a_frame_is_drawn_with_shift_around_what_is_to_be_selected(three: Canvas):
    (ax, ay), (bx, by) = three.card("Alpha"), three.card("Beta")
    three.keyboard.down("Shift")
    three.drag((ax - 140, ay - 100), (bx + 125, by + 100))
    three.keyboard.up("Shift")

    expect(three.page.locator(".djs-shape.selected")).to_have_count(2)


def test_a_card_snaps_to_the_height_of_another(three: Canvas):
    three.find("Beta")
    three.press("Alt+Shift+ArrowDown", "Alt+Shift+ArrowDown", "Escape")
    x, y = three.card("Beta")
    _, level = three.card("Alpha")
    three.drag((x, y), (x + 33, level + 4))

    cards = three.layout()["cards"]
    assert cards["beta"]["y"] == cards["alpha"]["y"]


@pytest.mark.parametrize(("side", "axis"), [("Align left edges", "x"), ("Align top edges", "y")])
def test_several_are_aligned_by_the_signs_beside_them(three: Canvas, side: str, axis: str):
    three.find("Beta")
    three.press("Alt+Shift+ArrowDown", "Escape", "Control+a")
    three.page.locator(f'.djs-context-pad.open [aria-label="{side}"]').click()

    assert len({place[axis] for place in three.layout()["cards"].values()}) == 1


def test_three_are_distributed_from_top_to_bottom_in_the_form(three: Canvas):
    three.find("Beta")
    three.press("Alt+Shift+ArrowDown", "Escape")
    three.find("Gamma")
    three.press(*["Alt+Shift+ArrowDown"] * 8, "Escape", "Control+a")
    three.page.get_by_role("button", name="Vertically", exact=True).click()

    y = {key: place["y"] for key, place in three.layout()["cards"].items()}
    assert y["beta"] - y["alpha"] == pytest.approx(y["gamma"] - y["beta"], abs=10)


def test_undo_has_no_end(three: Canvas):
    before = three.layout()["cards"]
    three.find("Beta")
    for _ in range(150):
        three.press("Alt+ArrowDown")
    assert three.layout()["cards"]["beta"]["y"] == before["beta"]["y"] + 1500
    for _ in range(150):
        three.press("Control+z")
    assert three.layout()["cards"] == before
    expect(three.page.locator(".designer-bar [data-command=undo]")).to_be_disabled()


# --- carrying over


def test_items_are_carried_to_another_tab_and_cut_here(three: Canvas, server: Server):
    three.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    save_plan(server, {"key": "other-tab", "items": []})
    tab = three.page.context.new_page()
    other = Canvas(tab, server, "other-tab").open()
    three.page.bring_to_front()
    three.find("Alpha")
    three.keyboard.down("Shift")
    three.page.mouse.click(*three.card("Beta"))
    three.keyboard.up("Shift")
    three.press("Control+x")
    expect(three.said).to_have_text("2 items cut.")
    assert three.edges() == set()

    tab.bring_to_front()
    other.press("Control+v")
    expect(other.said).to_have_text("2 items pasted.")
    assert other.edges() == {("alpha", "beta")}
    tab.close()


def test_duplicates_stand_free_and_have_keys_of_their_own(three: Canvas):
    three.find("Gamma")
    three.press("Control+d")
    plan = three.settled()

    assert [item["key"] for item in plan["items"]] == ["alpha", "beta", "gamma", "gamma_2"]
    assert [item["name"] for item in plan["items"]][-1] == "Gamma 2"
    places = {tuple(place[axis] for axis in "xy") for place in three.layout()["cards"].values()}
    assert len(places) == 4


# --- between canvas and form


def test_enter_leads_to_the_form_and_escape_back_to_the_plan(three: Canvas):
    three.find("Beta")
    three.press("Enter")
    expect(three.page.get_by_label("Name", exact=True)).to_be_focused()
    three.press("Escape", "ArrowRight")
    expect(three.page.locator(".designer-side h2")).to_have_text("Gamma")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("Callout", ["System", "Request", "Result"]),
        ("Manual task", ["Queue"]),
        ("Decision", ["Table", "Inputs"]),
        ("Automatic", ["Values"]),
        ("Wait", ["Waits for", "At most, or for", "Until"]),
        ("Push", ["System", "Request"]),
    ],
)
def test_every_kind_has_a_form_of_its_own_and_the_server_says_what_is_missing(
    three: Canvas, kind: str, fields: list[str]
):
    three.find("Beta")
    three.pick("m", kind)
    side = three.page.locator(".designer-side")
    for field in fields:
        expect(side.get_by_text(re.compile(f"^{field}( optional)?$")).first).to_be_visible()
    if kind != "Automatic":  # which may compute nothing
        expect(side.locator(".wrong").first).to_be_visible()
        expect(three.page.locator(".djs-shape .problem")).not_to_have_count(0)


def test_the_picture_is_had_from_the_form_of_the_plan(three: Canvas):
    for kind in ("svg", "png"):
        with three.page.expect_download() as download:
            three.page.get_by_role("button", name=kind.upper()).click()
        assert download.value.suggested_filename == f"{three.key}.{kind}"


# --- by key


def test_an_item_waits_for_one_of_another_plan(three: Canvas, server: Server):
    save_plan(server, chain("elsewhere", "order_accepted"))
    three.open()
    three.find("Beta")
    three.press("Shift+C")
    expect(three.page.locator(".finder input")).to_be_focused()
    three.keyboard.type("order_accepted")
    three.press("Enter")
    expect(three.page.locator(".card.kind-foreign")).to_contain_text("Order_Accepted")
    assert ("elsewhere/order_accepted", "beta") in three.edges()

    three.press("d")
    expect(three.page.locator(".designer-side h2")).to_have_text("Dependency")
    three.press("Delete")
    expect(three.page.locator(".card.kind-foreign")).to_have_count(0)
    assert three.edges() == {("alpha", "beta"), ("beta", "gamma")}


def test_an_item_is_inserted_on_a_dependency_by_key_and_by_its_sign(three: Canvas):
    three.find("Alpha")
    three.press("d")
    expect(three.page.locator(".designer-side h2")).to_have_text("Dependency")
    three.choose("i", "Callout", "Check stock")
    assert three.edges() == {("alpha", "check_stock"), ("check_stock", "beta"), ("beta", "gamma")}

    three.page.mouse.click(*between(three, "Beta", "Gamma"))
    expect(three.page.locator(".designer-side h2")).to_have_text("Dependency")
    three.page.mouse.click(*three.pad("Insert an item here"))
    menu(three, "Wait")
    three.name("Customer confirms")
    assert {("beta", "customer_confirms"), ("customer_confirms", "gamma")} <= three.edges()
    places = {key: (place["x"], place["y"]) for key, place in three.layout()["cards"].items()}
    assert places["beta"][0] < places["customer_confirms"][0] < places["gamma"][0]


def test_keys_and_clicks_lead_from_problem_to_problem(three: Canvas):
    three.find("Gamma")
    three.pick("m", "Manual task")
    three.find("Alpha")
    three.pick("m", "Callout")
    expect(three.page.locator(".problem.error")).to_have_count(2)
    three.press("Escape", "F8")
    expect(three.said).to_contain_text("Error 1 of")
    first = three.page.locator(".designer-side h2").inner_text()
    three.press("F8")
    expect(three.page.locator(".designer-side h2")).not_to_have_text(first)
    three.press("Shift+F8")
    expect(three.page.locator(".designer-side h2")).to_have_text(first)

    three.press("p")
    three.page.locator(".problems li", has_text="Gamma").first.click()
    expect(three.page.locator(".djs-shape.selected .card")).to_contain_text("Gamma")


def test_the_outline_is_walked_and_worked_in_by_keys(three: Canvas):
    three.press("o")
    rows = three.page.locator(".outline [role=option]")
    rows.first.focus()
    three.press("ArrowDown", "F2")
    three.name("Second")
    expect(rows.nth(1)).to_contain_text("Second")
    rows.nth(1).focus()
    three.press("End", "Delete")
    expect(rows).to_have_count(2)

    assert three.edges() == {("alpha", "beta")}


def test_an_item_is_found_by_what_it_says(open_plan: OpenPlan):
    plan = chain("", "alpha", "beta", "gamma")
    plan["items"][1] = {"kind": "manual", "key": "beta", "name": "Beta", "queue": "splicers"}
    canvas = open_plan(plan)
    canvas.press("Control+f")
    expect(canvas.page.locator(".finder input")).to_be_focused()
    canvas.keyboard.type("splicers")
    expect(canvas.page.locator(".finder [role=option]")).to_have_count(1)
    canvas.press("Enter")

    expect(canvas.page.locator(".djs-shape.selected .card")).to_contain_text("Beta")


# --- the network


def test_half_a_minute_without_a_network_goes_by_unnoticed_while_one_draws(three: Canvas):
    three.settled()
    three.page.context.set_offline(True)
    three.find("Gamma")
    for n in range(6):
        three.choose("a", "Milestone", f"Drawn offline {n}")
        three.page.wait_for_timeout(5000)
    expect(three.page.locator(".save-state")).to_have_text("Offline: kept here")
    assert len(three.draft()["items"]) == 3

    three.page.context.set_offline(False)
    expect(three.page.locator('.save-state[data-state="saved"]')).to_be_visible(timeout=30_000)
    assert len(three.settled()["items"]) == 9
    assert ("drawn_offline_4", "drawn_offline_5") in three.edges()
    for _ in range(12):
        three.press("Control+z")
    assert len(three.settled()["items"]) == 3


def test_a_value_says_what_is_done_where_it_is_empty(three: Canvas):
    three.find("Beta")
    three.pick("m", "Automatic")
    side = three.page.locator(".designer-side")
    side.get_by_role("button", name="Add a value").click()
    side.get_by_role("button", name="Values: value").click()
    three.keyboard.type("order.priority")
    three.press("Escape")
    side.get_by_placeholder("value").fill("note")
    side.get_by_placeholder("value").press("Tab")
    side.get_by_label("Values: note, if empty").select_option("If empty: keep null")
    assert three.settled()["items"][1]["result"] == {"note": {"value": "order.priority", "empty": "null"}}

    side.get_by_label("Values: note, if empty").select_option("If empty: the item fails")
    assert three.settled()["items"][1]["result"] == {"note": "order.priority"}


def test_what_is_not_saved_of_a_request_is_said(three: Canvas):
    three.find("Beta")
    three.pick("m", "Automatic")
    side = three.page.locator(".designer-side")
    for _ in range(2):
        side.get_by_role("button", name=re.compile("Add a value|Another")).click()
    names = side.get_by_placeholder("value")
    side.get_by_role("button", name="Values: value").nth(1).click()
    three.keyboard.type("1 + 1")
    expect(side.get_by_text("Name the value; without a name it is not saved.")).to_be_visible()
    for n in range(2):
        names.nth(n).fill("price")
        names.nth(n).press("Tab")
    expect(side.get_by_text("price stands here twice; the last one is saved.")).to_be_visible()
    names.nth(0).fill("other")
    names.nth(0).press("Tab")
    expect(side.get_by_text("stands here twice")).to_have_count(0)
    assert three.settled()["items"][1]["result"]["price"] == "1 + 1"


def test_what_is_typed_before_the_editor_of_expressions_is_loaded_is_kept(three: Canvas):
    waiting: list[Route] = []
    three.page.route("**/feel_editor*.js", lambda route: waiting.append(route))
    three.find("Beta")
    three.page.get_by_text("When and for what").click()
    three.page.get_by_role("button", name="Only if: always").click()
    three.keyboard.type("order.pri")
    expect(three.page.get_by_role("button", name="Only if: order.pri")).to_be_focused()
    waiting[0].continue_()
    editor = three.page.locator(".feel-host .cm-content")
    expect(editor).to_be_focused()
    three.keyboard.type('ority = "high"')
    on_card = three.page.locator(".djs-shape.selected .badge.condition title")
    expect(on_card).to_have_text('Only if order.priority = "high"')

    assert three.settled()["items"][1]["condition"] == 'order.priority = "high"'


def test_keys_go_to_the_plan_after_a_click_in_the_bar_and_after_escape_from_around_it(three: Canvas):
    plan = three.page.locator(".plan-canvas svg").first
    for name in ("Zoom in", "Preview", "Outline"):
        three.page.get_by_role("button", name=name).click()
        expect(plan).to_be_focused()
    for around in (
        ".designer-bar [data-command=tidy]",
        ".toolbox .piece",
        ".problems > button",
        ".designer-side button",
    ):
        three.page.locator(around).first.focus()
        three.press("Escape")
        expect(plan).to_be_focused()
    three.press("g")
    expect(three.page.locator(".lane")).not_to_have_count(0)


def test_a_part_of_the_form_stays_open_while_its_field_is_written_anew(three: Canvas):
    three.find("Beta")
    side = three.page.locator(".designer-side")
    side.get_by_text("Time", exact=True).click()
    field = side.get_by_label("Expected to take")
    field.fill("4 h")
    part = side.locator("summary", has_text="Time")
    expect(part).to_contain_text("4 h")
    field.fill("")
    expect(part).not_to_contain_text("4 h")
    expect(field).to_be_focused()
    three.keyboard.type("2 d")
    expect(part).to_contain_text("2 d")

    assert three.settled()["items"][1]["duration"] == "P2D"


def test_a_retry_says_what_it_cannot_take(three: Canvas):
    three.find("Beta")
    three.pick("m", "Callout")
    side = three.page.locator(".designer-side")
    side.get_by_text("If the call fails").click()
    side.get_by_label("Try again").select_option("The same delay each time")
    side.get_by_label("Further attempts").fill("2.5")
    expect(side.get_by_text("A whole number from 1 to 1000.")).to_be_visible()
    side.get_by_label("Further attempts").fill("4")
    side.get_by_label("Delay", exact=True).fill("")
    expect(side.get_by_text("Write a duration such as")).to_be_visible()
    side.get_by_label("Delay", exact=True).fill("2 weeks")
    expect(side.get_by_text("Write a duration such as")).to_have_count(0)
    side.get_by_label("Delay", exact=True).press("Escape")

    assert three.settled()["items"][1]["retry"] == {"policy": "fixed", "delay": "P14D", "attempts": 4}


def test_the_signs_beside_a_card_go_out_of_view_with_it_and_come_back(three: Canvas):
    three.click("Beta")
    pad = three.page.locator(".djs-context-pad.open")
    beside = pad.bounding_box()
    canvas = three.page.locator(".plan-canvas").bounding_box()
    assert beside and canvas
    for _ in range(12):
        three.press("Control+Shift+ArrowRight")
    expect(three.page.locator(".djs-shape.away")).to_have_count(2)
    gone = pad.bounding_box()
    assert gone is None or gone["x"] + gone["width"] < canvas["x"] or gone["x"] > canvas["x"] + canvas["width"]
    three.press("2", "1")
    three.card("Beta")
    expect(pad).to_be_in_viewport()


def test_what_is_chosen_is_done_before_the_next_key(three: Canvas):
    """A busy browser hands over keys ahead of timers, so nothing that they are about may wait for one."""
    press_and_count = """([key, what]) => {
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      return Promise.resolve().then(() => {}).then(() => document.querySelectorAll(what).length);
    }"""
    three.find("Alpha")
    three.connect("Gamma", chosen=False)
    assert three.page.evaluate(press_and_count, ["Enter", ".djs-connection"]) == 3

    three.press("a")
    expect(three.page.locator(".djs-popup input")).to_be_focused()
    three.keyboard.type("Wait")
    expect(three.page.locator(".djs-popup .entry.selected")).to_contain_text("Wait")
    assert three.page.evaluate(press_and_count, ["Enter", ".label-field:focus"]) == 1
    three.name("Delta")

    three.press("t")
    assert three.page.evaluate("document.activeElement.className").startswith("label-field")
