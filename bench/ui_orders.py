"""How the page of an order with 4,998 items behaves in a headless Chromium: `make bench-ui`.

Prints JSON: milliseconds until the page can be used, the longest pause of its main thread while it is opened and while
300 of its items change state, and the size of what was sent; beside each its bar.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from typing import Any

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from app import accounts, create_app
from app.migrating import migrate
from app.settings import Settings
from designer import drafts, publishing
from runtime import engine
from runtime.database import Database
from runtime.worker import Worker
from tests.builders import a_catalog, a_plan, a_task, an_item, an_order
from tools import chromium

LINES = 2499  # two items each
BARS = {"usable": 2000, "longest_pause": 200, "longest_pause_changing": 200}
PASSWORD = "correct horse"
WATCH = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((each) => {
    window.longest = Math.max(window.longest, each.duration);
  })).observe({ type: 'longtask', buffered: true });
}"""


def large_order(database: Database) -> int:
    plan = a_plan(a_task("survey", per="line"), an_item("dig", per="line"), after={"dig": "survey"})
    with database.writing() as connection:
        accounts.add_user(connection, "ada", full_name="Ada", roles=("fallout agent",), password=PASSWORD, now=0)
        for document in a_catalog(plan).values():
            drafts.put(connection, document, revision=None, by="ada", now=1)
        publishing.publish(connection, note="large", author="ada", now=1)
        order = engine.submit(connection, an_order(lines=LINES), request="{}", by="ada", now=2)
    run(database)
    return order


def run(database: Database) -> None:
    worker = Worker(database, callback_url="http://127.0.0.1:1/callbacks")
    while worker.take_turn():
        pass


def change(database: Database, order: int, count: int) -> None:
    for n in range(count):
        with database.writing() as connection:
            engine.skip_item(connection, order, n, reason="not needed", by="ada", now=time.time_ns() // 1_000_000)


def main() -> int:
    path = chromium.find()
    if path is None:
        sys.exit("there is no Chromium: `python -m tools.chromium --obtain` gets one")
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings.from_environment({"ORDERLOOM_INSTANCE": folder}))
        database = app.extensions["orderloom"].database
        migrate(database)
        order = large_order(database)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
            page = browser.new_page(base_url=f"http://127.0.0.1:{server.server_port}")
            page.goto("/sign-in")
            page.get_by_label("Name").fill("ada")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/")
            page.add_init_script(f"({WATCH})()")
            began = time.perf_counter()
            answer = page.goto(f"/orders/{order}")
            page.get_by_role("link", name="Next").wait_for()
            found: dict[str, Any] = {"usable": round((time.perf_counter() - began) * 1000)}
            assert answer is not None
            found["bytes"] = len(answer.body())
            page.wait_for_timeout(3000)  # two polls
            found["longest_pause"] = round(page.evaluate("() => window.longest"))
            page.evaluate("() => { window.longest = 0; }")
            changing = threading.Thread(target=change, args=(database, order, 300))
            changing.start()
            changing.join()
            page.wait_for_timeout(3000)
            found["longest_pause_changing"] = round(page.evaluate("() => window.longest"))
            browser.close()
        server.shutdown()
    print(json.dumps({name: {"measured": value, "bar": BARS.get(name)} for name, value in found.items()}, indent=2))
    return 0 if all(found[name] <= bar for name, bar in BARS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
