"""Makes the pictures of the README anew: a fresh demo, real orders, a real Chromium."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from app.demo import ORDERS, PASSWORD, sample_orders
from app.settings import ROOT
from tools.chromium import ARGUMENTS, obtain

FOLDER = ROOT / "docs" / "images"
SETTLE = 6000  # ms that orders get to come to the point where people are needed


def main() -> None:
    path = obtain()
    if path is None:
        sys.exit("There is no Chromium: install one, or set CHROMIUM to its path.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as instance, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
        probe.close()
        environment = os.environ | {"ORDERLOOM_INSTANCE": instance, "ORDERLOOM_PORT": port}
        server = subprocess.Popen([sys.executable, "-m", "app", "serve", "--demo"], env=environment, cwd=ROOT)
        try:
            url = f"http://127.0.0.1:{port}"
            await_start(url)
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
                take_all(browser, url)
                browser.close()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def await_start(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{url}/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("The server did not start.")


def take_all(browser: Browser, url: str) -> None:
    agent = sign_in(browser, url, "otto")
    for text in sample_orders().values():
        agent.goto("/submit/")
        agent.get_by_label("The order as JSON").fill(text)
        agent.get_by_role("button", name="Submit").click()
        agent.wait_for_url(re.compile("/orders/"))
    agent.wait_for_timeout(SETTLE)
    take(agent, "/orders/1", "order", whole=True)
    take(sign_in(browser, url, "fay"), "/tasks/1", "task")
    admin = sign_in(browser, url, "ada")
    take(admin, "/definitions/", "definitions")
    take(admin, "/plans/fibre-access/edit", "plan")
    take(admin, "/tables/serviceability", "table")
    take(admin, "/edit/specification/fibre-internet", "specification")
    take(admin, "/edit/decomposition/internet-access", "decomposition")
    take(admin, "/definitions/table/serviceability/uses", "uses")
    take(admin, "/scenarios/", "scenarios")
    take(admin, "/policies/?order=6", "policies")
    take(admin, "/edit/enrichment/building-type", "question", at=".step")
    take(admin, "/edit/system/fulfilment", "system")
    take(admin, "/edit/calendar/field-service-hours", "calendar")
    take_changes(admin)
    take_pinned(agent, admin)


def take_changes(admin: Page) -> None:
    """A plan and a table that differ from what is active: compared, and about to be published."""
    call = "  - kind: manual\n    key: call_customer\n    name: Call the customer\n    queue: field-technicians\n"
    waits = "  - source: call_customer\n    target: reserve_port\n"
    rewrite(
        admin, "plan/fibre-access", ("items:\n", f"items:\n{call}"), ("\ndependencies:\n", f"\ndependencies:\n{waits}")
    )
    boat = """  - id: row7\n    inputs: ['"boat"', '-']\n    outputs: ['"in the street"', 'true', '2']\n"""
    rewrite(
        admin, "table/serviceability", ("<= 250", "<= 300"), ("> 250", "> 300"), ("  - id: row6", f"{boat}  - id: row6")
    )
    take(admin, "/definitions/plan/fibre-access/compare", "compare-plan")
    take(admin, "/definitions/table/serviceability/compare", "compare-table")
    take(admin, "/releases/publish", "publish")
    take(admin, "/rehearse/?what=order&order=1", "rehearsal", at="[aria-label=Plan]")


def rewrite(admin: Page, name: str, *changes: tuple[str, str]) -> None:
    """Changes the text of a definition, and saves its draft."""
    admin.goto(f"/definitions/{name}/edit")
    text = admin.locator("textarea").input_value()
    for old, new in changes:
        assert old in text, f"{name} does not say {old!r}"
        text = text.replace(old, new, 1)
    admin.locator("textarea").fill(text)
    admin.get_by_role("button", name="Save draft").click()
    admin.wait_for_url(f"**/definitions/{name}*")


def take_pinned(agent: Page, admin: Page) -> None:
    """Order A on the first release, order B on a second one whose plan has an item more."""
    first = submit(agent, "speed-change", "PINNED-A")
    milestone = "  - kind: milestone\n    key: customer_told\n    name: Customer told\n    per: line\n"
    waits = "  - source: speed_changed\n    target: customer_told\n"
    rewrite(
        admin,
        "plan/speed-change",
        ("items:\n", f"items:\n{milestone}"),
        ("\ndependencies:\n", f"\ndependencies:\n{waits}"),
    )
    admin.goto("/releases/publish")
    admin.get_by_role("button", name="Publish").click()
    admin.wait_for_load_state("networkidle")
    second = submit(agent, "speed-change", "PINNED-B")
    agent.wait_for_timeout(SETTLE)
    take(agent, first, "pinned-a")
    take(agent, second, "pinned-b")
    take(admin, "/releases/", "releases")


def submit(agent: Page, sample: str, external_id: str) -> str:
    """Submits a sample under another id; the address of the order."""
    order = json.loads((ORDERS / f"{sample}.json").read_text())
    order["externalId"] = external_id
    agent.goto("/submit/")
    agent.get_by_label("The order as JSON").fill(json.dumps(order))
    agent.get_by_role("button", name="Submit").click()
    agent.wait_for_url(re.compile(r"/orders/\d+"))
    return agent.url


def sign_in(browser: Browser, url: str, name: str) -> Page:
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 800}, device_scale_factor=2)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return page


def take(page: Page, address: str, name: str, *, whole: bool = False, at: str = "") -> None:
    """A picture of a page, or of what of it is seen when the element `at` is scrolled to."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if at:
        page.locator(at).first.evaluate("element => element.scrollIntoView()")
    path: Path = FOLDER / f"{name}.png"
    page.screenshot(path=path, full_page=whole)
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
