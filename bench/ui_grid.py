"""The decision table grid in headless Chromium: opening, editing and scrolling tables of 1,000 and 10,000 rows.

Times are taken in the page: opening until the first rows are painted and answer to keys, an edit from the key that
ends it until the frame after the change was drawn, scrolling as the gap between frames while the wheel turns.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from app import accounts, create_app
from app.migrating import migrate
from app.settings import Settings
from app.threads import served
from designer import drafts
from runtime.rules.documents import Input, Output, Rule, Table
from tools import chromium

SIZES = (1_000, 10_000)
BARS = {"open_ms": 1000.0, "edit_p95_ms": 50.0, "frame_p95_ms": 33.4}
PASSWORD = "correct horse"

FRAMES = """async (steps) => {
  const grid = document.getElementById('grid');
  const gaps = [];
  let last = await new Promise(requestAnimationFrame);
  for (let step = 0; step < steps; step++) {
    grid.scrollTop += 160;
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - last);
    last = now;
  }
  return gaps;
}"""

# From the key that ends the edit, through the drawing of the change, to the frame after it.
EDITS = """async (texts) => {
  const grid = document.getElementById('grid');
  const field = document.querySelector('.cell-editor-field');
  const how = {bubbles: true, composed: true, cancelable: true};
  const key = (target, name) => target.dispatchEvent(new KeyboardEvent('keydown', {key: name, ...how}));
  const times = [];
  for (const text of texts) {
    const began = performance.now();
    for (const letter of text) {
      if (grid === document.activeElement) key(grid, letter);
      else document.execCommand('insertText', false, letter);
    }
    const typed = performance.now();
    key(field.shadowRoot.activeElement, 'Enter');
    await new Promise(requestAnimationFrame);
    const channel = new MessageChannel();
    await new Promise((done) => { channel.port1.onmessage = done; channel.port2.postMessage(0); });
    times.push({edit: performance.now() - typed, whole: performance.now() - began});
    await new Promise((done) => setTimeout(done, 60));
  }
  return times;
}"""


def a_table(rows: int) -> Table:
    """Address ranges: three inputs, two outputs, a note; each row a range of its own."""
    return Table(
        key=f"rows-{rows}",
        name=f"{rows:,} rows",
        hit_policy="first",
        inputs=(
            Input(id="area", expression="site.area", label="Area", type="string"),
            Input(id="number", expression="number", label="Number", type="number"),
            Input(id="speed", expression="speed", label="Speed", type="number"),
        ),
        outputs=(
            Output(id="technology", name="technology", label="Technology", type="string"),
            Output(id="days", name="days", label="Days", type="number"),
        ),
        annotations=("Note",),
        rules=tuple(
            Rule(
                id=f"r{n}",
                inputs=(f'"area {n % 50}"', f"[{n // 50 * 10}..{n // 50 * 10 + 10})", "<= 1000" if n % 2 else "> 1000"),
                outputs=('"fibre"' if n % 3 else '"radio"', str(n % 30)),
                annotations=("agreed",),
            )
            for n in range(rows)
        ),
    )


def measured(page: Page, address: str, rows: int, rounds: int = 5) -> dict[str, Any]:
    """The figures of one table, in milliseconds."""
    opens = []
    for _ in range(rounds):
        page.goto("about:blank")
        page.goto(f"{address}/tables/rows-{rows}", wait_until="commit")
        page.wait_for_selector("#grid-page[data-ready]")
        opens.append(page.evaluate("performance.mark('seen').startTime"))
    page.wait_for_selector("#grid-page[data-editor]")
    page.wait_for_timeout(3000)  # the first check is done, as it is when a person starts
    page.locator("#cell-3-4").click()
    thread = Thread(page)
    before = thread.busy()
    edits = page.evaluate(EDITS, [str(n) for n in range(100, 130)])
    edit_busy = (thread.busy() - before) / len(edits)
    page.evaluate("document.getElementById('grid').scrollTop = 0")
    before = thread.busy()
    gaps = page.evaluate(FRAMES, min(300, rows * 32 // 160 - 10))
    frame_busy = (thread.busy() - before) / len(gaps)
    elements = page.locator("#grid .cell").count()
    return {
        "rows": rows,
        "open_ms": round(statistics.median(opens), 1),
        "open_worst_ms": round(max(opens), 1),
        "edit_p50_ms": round(_percentile([each["edit"] for each in edits], 50), 1),
        "edit_p95_ms": round(_percentile([each["edit"] for each in edits], 95), 1),
        "edit_busy_ms": round(edit_busy, 1),
        "type_and_edit_p95_ms": round(_percentile([each["whole"] for each in edits], 95), 1),
        "frame_p50_ms": round(_percentile(gaps, 50), 1),
        "frame_p95_ms": round(_percentile(gaps, 95), 1),
        "frame_worst_ms": round(max(gaps), 1),
        "frame_busy_ms": round(frame_busy, 1),
        "cells_in_page": elements,
    }


class Thread:
    """The main thread of a page: the time it computed, which a busy machine does not change as it does the clock."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy(self) -> float:
        """Milliseconds of scripts, styles and layout since the page began."""
        metrics = {each["name"]: each["value"] for each in self._session.send("Performance.getMetrics")["metrics"]}
        return 1000 * float(metrics["TaskDuration"])


def _percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def main(sizes: Sequence[int] = SIZES) -> int:
    """Prints the figures as JSON; 1 where a bar is missed."""
    path = chromium.find()
    if path is None:
        print("no Chromium; python -m tools.chromium --obtain gets one", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings.from_environment(
                {
                    "ORDERLOOM_INSTANCE": folder,
                    "ORDERLOOM_SECRET_KEY": "for measuring",
                    "ORDERLOOM_ENVIRONMENT": "production",
                }
            )
        )
        database = app.extensions["orderloom"].database
        migrate(database)
        with database.writing() as connection:
            accounts.add_user(connection, "ada", full_name="Ada", roles=("process admin",), password=PASSWORD, now=0)
            for rows in sizes:
                drafts.put(connection, a_table(rows), revision=0, by="ada", now=0)
        with served(app, threads=4) as address, sync_playwright() as playwright:
            browser: Browser = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
            found = _figures(browser, address, sizes)
            browser.close()
        database.close()
    missed = [
        f"{each['rows']} rows: {name} {each[name]} > {bar}"
        for each in found
        for name, bar in BARS.items()
        if each[name] > bar and (each["rows"] <= 1000 or name == "frame_p95_ms")
    ]
    print(json.dumps({"grid": found, "missed": missed}, indent=2))
    return 1 if missed else 0


def _figures(browser: Browser, address: str, sizes: Sequence[int]) -> list[dict[str, Any]]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=name]", "ada")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return [measured(page, address, rows) for rows in sizes]


if __name__ == "__main__":
    sys.exit(main([int(each) for each in sys.argv[1:]] or SIZES))
