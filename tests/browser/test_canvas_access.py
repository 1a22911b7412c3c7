"""The plan designer can be used by everybody: measured by axe-core, in both themes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import expect

from designer import drafts

from .canvas import Canvas, chain, database_of, save_plan
from .people import wrong_for_readers
from .server import OpenPage, Server

pytestmark = pytest.mark.browser
PARTS = ("problems", "designer-side", "designer-bar", "toolbox", "plan-canvas")
_numbers = count(1)


def nothing(canvas: Canvas) -> None:
    expect(canvas.page.locator(".designer-side h2")).to_have_text("Plan")


def pressed(key: str, shown: str) -> Callable[[Canvas], None]:
    """Opens something by a key and waits until it is there."""

    def show(canvas: Canvas) -> None:
        canvas.press(key)
        expect(canvas.page.locator(shown).first).to_be_visible()

    return show


def of_beta(key: str = "", shown: str = "") -> Callable[[Canvas], None]:
    """Selects Beta and opens something by a key."""

    def show(canvas: Canvas) -> None:
        canvas.find("Beta")
        if key:
            pressed(key, shown)(canvas)

    return show


def form(canvas: Canvas) -> None:
    canvas.find("Beta")
    canvas.page.evaluate("document.querySelectorAll('.section').forEach((section) => { section.open = true; })")


def callout(canvas: Canvas) -> None:
    canvas.find("Beta")
    canvas.pick("m", "Callout")
    form(canvas)


def dependency(canvas: Canvas) -> None:
    canvas.find("Beta")
    canvas.press("d")
    expect(canvas.page.locator(".designer-side h2")).to_have_text("Dependency")


def note(canvas: Canvas) -> None:
    of_beta("t", ".label-field")(canvas)
    canvas.keyboard.type("Ask the network team")
    canvas.press("Control+Enter")
    expect(canvas.page.locator(".designer-side h2")).to_have_text("Note")


def several(canvas: Canvas) -> None:
    canvas.press("Control+a")
    expect(canvas.page.locator(".designer-side h2")).to_have_text("3 selected")


def fragments(canvas: Canvas) -> None:
    several(canvas)
    pressed("Shift+F", "dialog.fragments")(canvas)
    canvas.keyboard.type(f"Kept {canvas.key}")
    canvas.press("Enter")
    expect(canvas.page.locator("dialog.fragments")).to_have_count(0)
    canvas.press("Shift+F")
    expect(canvas.page.locator("dialog.fragments li", has_text=canvas.key)).to_be_visible()


def refused(canvas: Canvas) -> None:
    canvas.find("Gamma")
    canvas.press("c")
    expect(canvas.page.locator(".finder [aria-disabled=true]").first).to_be_visible()


def ended(canvas: Canvas) -> None:
    canvas.settled()
    database = database_of(canvas.server)
    with database.writing() as connection:
        drafts.discard(connection, "plan", canvas.key, revision=None, by="bob", now=5)
    database.close()
    expect(canvas.page.locator("dialog.ended")).to_be_visible(timeout=15_000)


def conflict(canvas: Canvas) -> None:
    canvas.settled()
    canvas.page.context.set_offline(True)
    canvas.page.mouse.dblclick(*canvas.card("Beta"))
    canvas.name("Mine")
    save_plan(canvas.server, a_plan(canvas.key, beta="Theirs"))
    canvas.page.context.set_offline(False)
    expect(canvas.page.locator("dialog.conflict")).to_be_visible(timeout=20_000)


def offline(canvas: Canvas) -> None:
    canvas.settled()
    canvas.page.context.set_offline(True)
    canvas.find("Beta")
    canvas.press("Alt+ArrowDown")
    expect(canvas.page.locator('.save-state[data-state="offline"]')).to_be_visible()


def empty(canvas: Canvas) -> None:
    canvas.press("Control+a", "Delete")
    expect(canvas.page.locator(".blank-plan")).to_be_visible()


VIEWS: dict[str, Callable[[Canvas], None]] = {
    "nothing selected": nothing,
    "form": form,
    "form of a callout": callout,
    "form of a dependency": dependency,
    "form of a note": note,
    "several selected": several,
    "outline": pressed("o", ".outline"),
    "preview": pressed("s", ".instances"),
    "problems": pressed("p", ".problems li"),
    "finder": pressed("Control+f", "dialog.finder"),
    "palette": pressed("Control+k", "dialog.finder"),
    "keys": pressed("?", "dialog.help"),
    "menu of new items": pressed("n", ".djs-popup"),
    "menu of kinds": of_beta("m", ".djs-popup"),
    "menu of what is appended": of_beta("a", ".djs-popup"),
    "name being typed": of_beta("F2", ".label-field"),
    "before and after": of_beta("h", ".djs-shape.before"),
    "what to connect": refused,
    "lanes": pressed("g", ".lane"),
    "fragments": fragments,
    "two versions of a field": conflict,
    "draft that has ended": ended,
    "no network": offline,
    "empty plan": empty,
}


def a_plan(key: str, beta: str = "Beta") -> dict[str, object]:
    plan = chain(key, "alpha", "beta", "gamma")
    plan["items"][1] = {"kind": "manual", "key": "beta", "name": beta, "condition": "true", "per": "line"}
    plan["dependencies"][0]["condition"] = 'order.priority = "high"'
    return plan


@pytest.mark.parametrize("view", VIEWS)
def test_the_designer_can_be_read_by_everybody(server: Server, open_page: OpenPage, view: str):
    key = f"accessible-{next(_numbers)}"
    save_plan(server, a_plan(key))
    canvas = Canvas(open_page("process admin"), server, key).open()
    expect(canvas.page.locator(".problem")).not_to_have_count(0)
    VIEWS[view](canvas)

    found = wrong_for_readers(canvas.page)
    assert not found, "\n".join(found)


def test_all_of_the_page_is_reached_by_tab_and_the_plan_tells_what_it_is(server: Server, open_page: OpenPage):
    key = f"accessible-{next(_numbers)}"
    save_plan(server, a_plan(key))
    canvas = Canvas(open_page("process admin"), server, key).open()
    canvas.find("Beta")
    seen = []
    for _ in range(60):
        canvas.press("Tab")
        seen.append(
            canvas.page.evaluate(
                f"document.activeElement.closest('{', '.join(f'.{part}' for part in PARTS)}')?.classList[0]"
            )
        )
        if seen[-1] == "plan-canvas" and "designer-bar" in seen:
            break
    for part in PARTS:
        assert part in seen, f"Tab never came to {part}"
    plan = canvas.page.locator("[role=application]")
    expect(plan).to_be_focused()
    expect(plan).to_have_attribute(
        "aria-label",
        "Plan. Arrow keys go along dependencies, N makes an item, A appends, question mark lists all keys.",
    )
    canvas.press("w")
    expect(canvas.said).to_contain_text(
        "Manual task: Beta, No queue yet, Only if true, Once per line, waits for 1 item"
    )


def test_what_is_done_by_key_is_told(server: Server, open_page: OpenPage):
    key = f"accessible-{next(_numbers)}"
    save_plan(server, chain(key, "alpha", "beta", "gamma"))
    canvas = Canvas(open_page("process admin"), server, key).open()
    canvas.find("Alpha")
    canvas.connect("Gamma")
    expect(canvas.said).to_have_text("Gamma now waits for Alpha.")
    canvas.press("Alt+ArrowDown")
    expect(canvas.said).to_have_text("Alpha moved down.")
    canvas.press("Control+z")
    expect(canvas.said).to_have_text("Undone: Move.")
    canvas.press("Control+y")
    expect(canvas.said).to_have_text("Done again: Move.")
    canvas.press("Delete")
    expect(canvas.said).to_have_text("Alpha deleted. Ctrl+Z brings it back.")
