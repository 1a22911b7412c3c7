"""How fast the plan designer is with 500 items and 800 dependencies, in a headless Chromium: `make bench-ui`.

Prints JSON: milliseconds to the first render (with and without a stored layout), the same for two versions compared,
of frames while dragging a card and while moving the view, of undoing, and from a pause to the answer of the checks;
beside each its bar.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import threading
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from app import accounts, create_app
from app.migrating import migrate
from app.settings import Settings
from designer import drafts, publishing
from runtime.core import versions
from tools import chromium

BARS = {
    "render": 2500,
    "render_without_layout": 2500,
    "compare": 2500,
    "compare_without_layout": 2500,
    "drag_frame_p95": 33,
    "pan_frame_p95": 33,
    "undo": 100,
    "check": 300,
}
PAUSE_BEFORE_CHECK = 120  # as checking/Checking.js waits for the end of a gesture
PASSWORD = "correct horse"
COMPARED = "compared"

FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const step = (now) => {
    window.frames_.push(now - last);
    last = now;
    window.measuring = requestAnimationFrame(step);
  };
  window.measuring = requestAnimationFrame(step);
}"""
STOP = "() => { cancelAnimationFrame(window.measuring); return window.frames_.slice(2); }"
# The middle of a card that lies well within the view and under nothing else.
A_CARD = """() => {
  const canvas = document.querySelector('.plan-canvas').getBoundingClientRect();
  for (const frame of document.querySelectorAll('.djs-shape .card .frame')) {
    const { x, y, width, height } = frame.getBoundingClientRect();
    const [left, top] = [x + width / 2, y + height / 2];
    const within = left > canvas.x + 150 && left < canvas.x + 500 && top > canvas.y + 150 && top < canvas.y + 500;
    if (within && document.elementFromPoint(left, top)?.closest('.djs-shape') === frame.closest('.djs-shape')) {
      return [left, top];
    }
  }
  throw new Error('no card is in view');
}"""
UNDO = """() => new Promise((done) => {
  const start = performance.now();
  document.querySelector('.designer-bar [data-command=undo]').click();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0));
})"""


def plan(items: int = 500, dependencies: int = 800, seed: int = 7) -> dict[str, Any]:
    """A plan as large installations have it: many short branches, few long ways."""
    chance = random.Random(seed)
    kinds = ("callout", "manual", "decision", "automatic", "wait", "push", "milestone")
    made = []
    for n in range(items):
        kind = chance.choice(kinds)
        item: dict[str, Any] = {"kind": kind, "key": f"item_{n}", "name": f"Do the work of step {n} for the customer"}
        if kind in ("callout", "push"):
            item["call"] = {"system": "network", "operation": "activate"}
        if kind == "decision":
            item["table"] = "profile"
        if chance.random() < 0.3:
            item["duration"] = "PT4H"
        if chance.random() < 0.1:
            item["condition"] = 'order.priority = "high"'
        made.append(item)
    edges = {(max(0, n - 1 - int(chance.expovariate(0.25))), n) for n in range(1, items)}
    while len(edges) < dependencies:
        source = chance.randrange(items - 1)
        edges.add((source, min(items - 1, source + 1 + int(chance.expovariate(0.12)))))
    pairs = [{"source": f"item_{a}", "target": f"item_{b}"} for a, b in sorted(edges)]
    return {"kind": "plan", "key": "large", "name": "A large plan", "items": made, "dependencies": pairs}


def two_versions(seed: int = 11) -> tuple[dict[str, Any], dict[str, Any]]:
    """The large plan, of kinds that need nothing else to be published, and the same after a day of work: some changed,
    some gone, some new."""
    chance = random.Random(seed)
    first = {**plan(), "key": COMPARED}
    first["items"] = [{"kind": "milestone", "key": each["key"], "name": each["name"]} for each in first["items"]]
    kept = {each["key"] for each in first["items"] if chance.random() > 0.05}
    items = [
        each | ({"name": f"{each['name']}, as agreed"} if chance.random() < 0.2 else {})
        for each in first["items"]
        if each["key"] in kept
    ]
    dependencies = [each for each in first["dependencies"] if kept.issuperset(each.values())]
    for n in range(25):
        items.append({"kind": "milestone", "key": f"new_{n}", "name": f"What is new {n}"})
        dependencies.append({"source": items[n * 9]["key"], "target": f"new_{n}"})
    return first, {**first, "items": items, "dependencies": dependencies}


def measure(page: Page) -> dict[str, float]:
    compared = f"/definitions/plan/{COMPARED}/compare?from=1&to=2"
    found = {"render_without_layout": opened(page)}
    found["compare_without_layout"] = median(opened(page, compared) for _ in range(3))
    opened(page, f"/plans/{COMPARED}/edit")
    page.wait_for_timeout(5000)  # until it has been laid out, and that is saved
    page.locator('.save-state[data-state="saved"]').wait_for()
    found["compare"] = median(opened(page, compared) for _ in range(3))
    opened(page)
    page.locator('.save-state[data-state="saved"]').wait_for()
    page.wait_for_timeout(2000)
    found["render"] = median(opened(page) for _ in range(3))
    page.wait_for_timeout(1000)
    x, y = page.evaluate(A_CARD)
    undos: list[float] = []
    drags: list[float] = []
    checks: list[float] = []
    for _ in range(5):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 8, y + 8, steps=3)
        page.evaluate(FRAMES)
        for n in (*range(30), *range(30, 0, -1)):  # out and back: other cards are no place to drop one
            page.mouse.move(x + 8 + n * 6, y + 8 + n * 4)
        drags += page.evaluate(STOP)
        page.mouse.up()
        page.wait_for_timeout(1000)
        assert page.locator(".designer-bar [data-command=undo]").is_enabled(), "the drag moved nothing"
        with page.expect_response("**/check") as checked:
            undos.append(page.evaluate(UNDO))
        checked.value.finished()
        timing = checked.value.request.timing
        checks.append(PAUSE_BEFORE_CHECK + timing["responseEnd"] - max(0, timing["requestStart"]))
        page.wait_for_timeout(1000)
    found["drag_frame_p95"] = p95(drags)
    found["undo"] = max(undos)
    found["check"] = median(checks)
    page.evaluate(FRAMES)
    for _ in range(60):
        page.mouse.wheel(12, 12)
    found["pan_frame_p95"] = p95(page.evaluate(STOP))
    return found


def opened(page: Page, address: str = "/plans/large/edit") -> float:
    """Milliseconds from the beginning of the navigation to a canvas that can be used."""
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]", timeout=60_000)
    return float(page.evaluate("performance.getEntriesByName('plan-open')[0].startTime"))


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def main() -> int:
    path = chromium.find()
    if path is None:
        sys.exit("there is no Chromium: `python -m tools.chromium --obtain` gets one")
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings.from_environment({"ORDERLOOM_INSTANCE": folder}))
        database = app.extensions["orderloom"].database
        migrate(database)
        with database.writing() as connection:
            roles = ("process admin",)
            accounts.add_user(connection, "ada", full_name="Ada", roles=roles, password=PASSWORD, now=0)
            drafts.put(connection, versions.decode("plan", json.dumps(plan())), revision=0, by="ada", now=0)
            for n, version in enumerate(two_versions()):
                drafts.put(connection, versions.decode("plan", json.dumps(version)), revision=None, by="ada", now=n)
                publishing.publish(connection, [f"plan/{COMPARED}"], author="ada", now=n)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
            page = browser.new_page(
                base_url=f"http://127.0.0.1:{server.server_port}", viewport={"width": 1440, "height": 900}
            )
            page.goto("/sign-in")
            page.get_by_label("Name").fill("ada")
            page.get_by_label("Password").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "/sign-in" not in url)
            found = measure(page)
            browser.close()
        server.shutdown()
        database.close()
    print(json.dumps({name: {"ms": round(ms, 1), "bar": BARS[name]} for name, ms in found.items()}, indent=2))
    return int(any(bar is not None and found[name] > bar for name, bar in BARS.items()))


if __name__ == "__main__":
    sys.exit(main())
