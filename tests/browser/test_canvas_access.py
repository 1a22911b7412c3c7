"""The plan designer can be used by everybody: measured by axe-core, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from .canvas import Canvas, chain, save_plan
from .conftest import OpenPage, Server

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["nothing selected", "form", "outline", "preview", "finder", "keys", "problems"])
def test_axe_finds_nothing_serious(server: Server, open_page: OpenPage, view: str, scheme: str):
    plan = chain("accessible", "alpha", "beta", "gamma")
    plan["items"][1] = {"kind": "manual", "key": "beta", "name": "Beta", "condition": "true", "per": "line"}
    plan["dependencies"][0]["condition"] = 'order.priority = "high"'
    save_plan(server, plan)
    canvas = Canvas(open_page("process admin", scheme=scheme), server, "accessible").open()
    expect(canvas.page.locator(".problem")).not_to_have_count(0)
    if view == "form":
        canvas.find("Beta")
        canvas.page.evaluate("document.querySelectorAll('.section').forEach((section) => { section.open = true; })")
    for name, key in {"outline": "o", "preview": "s", "finder": "Control+k", "keys": "?", "problems": "p"}.items():
        if view == name:
            canvas.press(key)
    canvas.page.evaluate(AXE)
    found = canvas.page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})")

    serious = [violation for violation in found["violations"] if violation["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in serious] == []
