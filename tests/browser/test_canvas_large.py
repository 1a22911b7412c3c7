"""Large plans: laid out so that they can be read, drawn only where one looks, simpler from far away."""

from __future__ import annotations

import re
import time
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from .canvas import Canvas, chain, save_plan
from .server import OpenPage, Server

pytestmark = pytest.mark.browser
_numbers = count(1)


@pytest.fixture
def canvas(server: Server, open_page: OpenPage) -> Canvas:
    return Canvas(open_page("process admin", width=1440, height=900), server, f"wide-{next(_numbers)}")


def a_ladder(key: str, rungs: int) -> dict[str, Any]:
    """A long plan in which every step waits for the one before it and for one four steps back."""
    plan = chain(key, *(f"s{n}" for n in range(rungs)))
    for n in range(rungs - 4):
        plan["dependencies"].append({"source": f"s{n}", "target": f"s{n + 4}"})
    for item in plan["items"]:
        item |= {"kind": "manual", "name": f"Step {item['key'][1:]} of the work"}
    return plan


def laid(canvas: Canvas) -> dict[str, Any]:
    """The layout, as soon as it is more than a rough one."""
    for _ in range(200):
        layout = canvas.layout()
        if layout.get("cards"):
            return layout
        canvas.page.wait_for_timeout(100)
    raise AssertionError("no layout was stored")


def boxes(layout: dict[str, Any]) -> dict[str, tuple[float, float, float, float]]:
    return {key: (place["x"], place["y"], place["x"] + 208, place["y"] + 80) for key, place in layout["cards"].items()}


def crossed(layout: dict[str, Any]) -> list[tuple[str, str]]:
    """Each line that runs over a card, with that card."""
    return [
        (name, key)
        for name, line in layout["lines"].items()
        for key, (left, top, right, bottom) in boxes(layout).items()
        for (ax, ay), (bx, by) in pairwise(line["points"])
        if max(ax, bx) > left + 1 and min(ax, bx) < right - 1 and max(ay, by) > top + 1 and min(ay, by) < bottom - 1
    ]


def covered(layout: dict[str, Any]) -> list[tuple[str, str]]:
    """Pairs of cards that overlap."""
    all_ = sorted(boxes(layout).items())
    return [
        (one, other)
        for n, (one, a) in enumerate(all_)
        for other, b in all_[n + 1 :]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def scale(canvas: Canvas) -> int:
    return int(canvas.page.locator(".designer-bar .scale").inner_text().split()[0])


def test_a_long_plan_is_broken_into_rows_and_no_line_runs_over_a_card(canvas: Canvas):
    save_plan(canvas.server, a_ladder(canvas.key, 24))
    canvas.open()
    layout = laid(canvas)

    assert scale(canvas) >= 55
    assert 2 <= len({place["y"] // 250 for place in layout["cards"].values()}) <= 8
    assert max(place["x"] for place in layout["cards"].values()) < 3000
    assert (crossed(layout), covered(layout)) == ([], [])
    for name, line in layout["lines"].items():
        source, target = name.split(">")
        _, top, right, bottom = boxes(layout)[source]
        assert line["points"][0][0] == right
        assert top < line["points"][0][1] < bottom
        assert line["points"][-1][0] == boxes(layout)[target][0]


def test_a_plan_of_three_hundred_items_is_laid_out_in_rows_too(canvas: Canvas):
    save_plan(canvas.server, a_ladder(canvas.key, 300))
    canvas.open()
    layout = laid(canvas)

    assert scale(canvas) == 55
    assert (crossed(layout), covered(layout)) == ([], [])
    width, height = (max(place[axis] for place in layout["cards"].values()) for axis in "xy")
    assert 0.5 < width / height < 2


def test_a_plan_is_shown_before_its_layout_has_come_and_the_layout_is_no_step_of_undo(canvas: Canvas):
    save_plan(canvas.server, a_ladder(canvas.key, 12))
    canvas.page.route(re.compile("elk-worker"), late)
    canvas.open()
    rough = canvas.card("Step 3 of")
    expect(canvas.page.locator(".djs-shape .card")).to_have_count(12)
    assert "cards" not in canvas.layout()
    layout = laid(canvas)

    assert (crossed(layout), covered(layout)) == ([], [])
    assert canvas.card("Step 3 of") != rough
    expect(canvas.page.locator(".designer-bar [data-command=undo]")).to_be_disabled()


def test_what_somebody_draws_before_the_layout_has_come_stays_where_it_is(canvas: Canvas):
    save_plan(canvas.server, a_ladder(canvas.key, 12))
    canvas.page.route(re.compile("elk-worker"), late)
    canvas.open()
    canvas.press("Home", "Alt+ArrowDown")
    placed = canvas.card("Step 3 of")
    canvas.page.wait_for_timeout(3500)

    assert canvas.card("Step 3 of") == placed


def late(route: Route) -> None:
    time.sleep(2.5)
    route.continue_()


def test_cards_out_of_view_are_not_drawn_until_they_come_into_it(canvas: Canvas):
    save_plan(canvas.server, a_ladder(canvas.key, 80))
    canvas.open()
    canvas.press("1", "Home")
    last = canvas.page.locator(".djs-shape .card", has_text="Step 79 of")
    expect(last).to_be_hidden()
    canvas.find("Step 79 of the work")
    expect(last).to_be_visible()
    expect(canvas.page.locator(".djs-shape .card", has_text="Step 0 of")).to_be_hidden()


def test_the_picture_shows_what_is_out_of_view_too(canvas: Canvas, tmp_path: Path):
    save_plan(canvas.server, a_ladder(canvas.key, 80))
    canvas.open()
    canvas.press("1", "Home")
    with canvas.page.expect_download() as download:
        canvas.press("Control+k")
        expect(canvas.page.locator(".finder input")).to_be_focused()
        canvas.keyboard.type("picture as svg")
        canvas.press("Enter")
    path = tmp_path / "plan.svg"
    download.value.save_as(path)

    assert path.read_text().count("MANUAL TASK") == 80
    expect(canvas.page.locator(".djs-shape .card", has_text="Step 79 of")).to_be_hidden()


def test_from_far_away_cards_are_simple_and_their_words_come_back(canvas: Canvas):
    save_plan(canvas.server, a_ladder(canvas.key, 6))
    canvas.open()
    card = canvas.page.locator(".djs-shape .card", has_text="Step 3 of").first
    expect(card.locator(".name").first).to_be_visible()
    while scale(canvas) > 50:
        canvas.press("-")
    expect(card.locator(".small").first).to_be_hidden()
    expect(card.locator(".name").first).to_be_visible()
    while scale(canvas) > 25:
        canvas.press("-")
    expect(card.locator(".name").first).to_be_hidden()
    expect(card.locator(".icon").first).to_be_visible()
    canvas.press("1")
    expect(card.locator(".small").first).to_be_visible()
