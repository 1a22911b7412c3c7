"""The tools beside the plan, used as people use them: fragments, pictures, the map, making room, aligning."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .canvas import Canvas, OpenPlan, chain

pytestmark = pytest.mark.browser


def do(canvas: Canvas, words: str) -> None:
    """Asks the palette."""
    canvas.press("Control+k")
    expect(canvas.page.locator(".finder input")).to_be_focused()
    canvas.keyboard.type(words)
    canvas.press("Enter")
    expect(canvas.page.locator("dialog.finder")).to_have_count(0)
    canvas.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")  # it is done once the palette has gone


# --- fragments


def test_a_part_of_a_plan_is_kept_under_a_name_and_put_into_another_plan(open_plan: OpenPlan):
    plan = chain("", "alpha", "beta")
    plan["items"][0] = {"kind": "automatic", "key": "alpha", "name": "Alpha", "result": {"port": "1"}}
    plan["items"][1] |= {"condition": "results.alpha.port > 0"}
    first = open_plan(plan)
    first.press("Control+a", "Shift+F")
    expect(first.page.get_by_label("Keep the selection (2 items) as")).to_be_focused()
    first.keyboard.type("Port and check")
    first.press("Enter")
    expect(first.said).to_contain_text("“Port and check” is kept with 2 items.")

    other = open_plan(chain("", "alpha"))
    other.pick("n", "Port and check")
    expect(other.said).to_contain_text("“Port and check” inserted: 2 items.")
    items = {item["key"]: item for item in other.settled()["items"]}
    assert set(items) == {"alpha", "alpha_2", "beta"}
    assert items["beta"]["condition"] == "results.alpha_2.port > 0"
    assert other.edges() == {("alpha_2", "beta")}
    other.press("Control+z")
    assert len(other.settled()["items"]) == 1


def test_a_fragment_is_removed_and_no_longer_offered(three: Canvas):
    three.find("Alpha")
    three.press("Shift+F")
    expect(three.page.get_by_label("Keep the selection (1 item) as")).to_be_focused()
    three.keyboard.type("Only a moment")
    three.press("Enter")
    expect(three.page.locator("dialog.fragments")).to_have_count(0)
    three.press("Escape", "Shift+F")
    three.page.get_by_role("button", name="Remove Only a moment").click()
    expect(three.page.get_by_role("button", name="Remove Only a moment")).to_have_count(0)
    three.press("Escape", "n")
    three.keyboard.type("Only a moment")
    expect(three.page.locator(".djs-popup .entry", has_text="Only a moment")).to_have_count(0)


# --- pictures and the map


def test_the_picture_is_saved_as_png_in_double_resolution(three: Canvas, tmp_path: Path):
    with three.page.expect_download() as download:
        do(three, "picture as png")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    content = path.read_bytes()

    assert path.name == f"{three.key}.png"
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    assert width > 2 * 3 * 180
    assert height > 2 * 56


def test_the_map_appears_when_something_is_out_of_view_and_leads_there(three: Canvas):
    small = three.page.locator("canvas.minimap")
    expect(small).to_be_hidden()
    three.press(*["+"] * 6)
    expect(small).to_be_visible()
    box = small.bounding_box()
    assert box
    alpha, gamma = (three.page.locator(".djs-shape .card .name", has_text=name) for name in ("Alpha", "Gamma"))
    three.page.mouse.click(box["x"] + 15, box["y"] + box["height"] / 2)
    expect(alpha).to_be_visible()
    expect(gamma).to_be_hidden()
    three.page.mouse.click(box["x"] + box["width"] - 15, box["y"] + box["height"] / 2)
    expect(gamma).to_be_visible()
    expect(alpha).to_be_hidden()

    three.press("Escape", "Shift+M")
    expect(small).to_be_hidden()
    three.press("Shift+M")
    expect(small).to_be_visible()


# --- moving things about


def test_three_cards_are_set_at_equal_distances(three: Canvas):
    three.find("Beta")
    three.press("Alt+Shift+ArrowRight", "Alt+Shift+ArrowDown", "Escape", "Control+a")
    do(three, "distribute evenly, horizontal")

    x = {key: place["x"] for key, place in three.layout()["cards"].items()}
    assert x["beta"] - x["alpha"] == pytest.approx(x["gamma"] - x["beta"], abs=10)


@pytest.mark.parametrize(("side", "axis"), [("left", "x"), ("center", "x"), ("top", "y"), ("middle", "y")])
def test_cards_are_aligned(three: Canvas, side: str, axis: str):
    three.find("Beta")
    three.press("Alt+Shift+ArrowDown", "Escape", "Control+a")
    do(three, f"align {side}")

    assert len({place[axis] for place in three.layout()["cards"].values()}) == 1
    three.press("Control+z")
    assert len({place["y"] for place in three.layout()["cards"].values()}) == 2


def test_the_hand_moves_the_view_and_nothing_else(three: Canvas):
    before = three.layout()["cards"]
    x, y = three.card("Beta")
    three.page.locator(".toolbox [data-command=hand]").click()
    three.drag((x, y + 150), (x - 200, y + 250))
    three.press("Escape")

    moved = three.card("Beta")
    assert (moved[0] - x, moved[1] - y) == pytest.approx((-200, 100), abs=3)
    assert three.layout()["cards"] == before


def test_the_space_tool_pushes_what_is_right_of_it_aside(three: Canvas):
    before = three.layout()["cards"]
    (ax, ay), (bx, _) = three.card("Alpha"), three.card("Beta")
    three.page.locator(".toolbox [data-command=space]").click()
    middle = (ax + bx) / 2
    three.drag((middle, ay + 120), (middle + 150, ay + 120))
    three.press("Escape")

    after = three.layout()["cards"]
    assert after["alpha"]["x"] == before["alpha"]["x"]
    assert after["beta"]["x"] > before["beta"]["x"] + 80
    assert after["gamma"]["x"] - after["beta"]["x"] == before["gamma"]["x"] - before["beta"]["x"]


def test_a_note_is_dragged_resized_and_taken_away(three: Canvas):
    three.press("t")
    expect(three.page.locator(".label-field")).to_be_focused()
    three.keyboard.type("Remember")
    three.press("Control+Enter")
    box = three.page.locator(".djs-shape .note .frame").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    three.drag((x, y), (x + 60, y + 200))
    ((key, note),) = three.layout()["notes"].items()
    three.page.locator(
        ".djs-shape.selected .djs-resizer-se .djs-resizer-hit, .djs-resizer-se .djs-resizer-hit"
    ).first.hover()
    three.page.mouse.down()
    three.page.mouse.move(x + 60 + 180, y + 200 + 120, steps=8)
    three.page.mouse.up()
    assert three.layout()["notes"][key]["width"] > note["width"]
    three.press("Delete")
    assert three.layout().get("notes", {}) == {}
