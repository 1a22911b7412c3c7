"""Every page there is, as the routes tell: readable by everybody, in both themes, on a phone, with a silent console.

A new page fails `test_no_page_is_forgotten` until it stands in PAGES. What is drawn over a page stands in OPENED, what
is drawn over the canvas in test_canvas_access.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from msgspec import structs
from playwright.sync_api import Browser, Page, expect

from app import accounts
from app.accounts import ROLES, Role
from designer import cases, drafts, filing, history, proposals, publishing
from designer.filing import Filing
from designer.proposals import Request
from designer.rehearsal import rehearse
from designer.trials import Case
from runtime import bulk, crashes, engine
from runtime.core.definitions import KINDS, Field
from runtime.desk import Filter
from runtime.worker import Worker
from tests.browser.people import Person, Site, wrong_for_readers
from tests.builders import (
    a_calendar,
    a_callout,
    a_catalog,
    a_decision,
    a_decomposition,
    a_plan,
    a_policy,
    a_table,
    a_task,
    an_enrichment,
    an_item,
    an_order,
    together,
)

pytestmark = pytest.mark.browser

ADMIN: Role = "process admin"
AGENT: Role = "order agent"
DESIGNED = {
    "plan": "fibre",
    "table": "discount",
    "enrichment": "region",
    "decomposition": "fibre",
    "scenario": "fibre-fibre",
    "specification": "fibre",
    "system": "fulfilment",
    "queue": "technicians",
    "calendar": "office",
    "policy": "expensive",
}


BROKEN = "/rehearse/?what=order&order=1"  # against drafts that cannot be published
VIEWS = ("", "?view=fields", "?view=text")


def of_every_kind(address: str) -> tuple[str, ...]:
    return tuple(address.format(kind=kind, key=key) for kind, key in DESIGNED.items())


# endpoint -> who looks, and at which addresses
PAGES: dict[str, tuple[Role | None, tuple[str, ...]]] = {
    "session.sign_in": (None, ("/sign-in",)),
    "session.account": ("customer", ("/account",)),
    "orders.index": (AGENT, ("/orders/", "/orders/?state=cancelled", "/orders/?q=99&release=1")),
    "orders.show": (
        "fallout agent",
        (
            "/orders/1",
            *(f"/orders/1?{asked}" for asked in ("item=0", "item=1", "view=lines", "view=history", "view=request")),
        ),
    ),
    "capture.index": (AGENT, ("/submit/",)),
    "fallout.index": ("fallout manager", ("/fallout/", "/fallout/?list=1", "/fallout/?view=resolved")),
    "fallout.show": ("fallout manager", ("/fallout/1",)),
    "fallout.preview": ("fallout manager", ("/fallout/bulk?act=skip",)),
    "fallout.report": ("fallout manager", ("/fallout/bulk/1",)),
    "work.index": ("fulfilment agent", ("/tasks/", "/tasks/?view=mine", "/tasks/?view=ended")),
    "work.show": ("fulfilment agent", ("/tasks/1",)),
    "definitions.index": (ADMIN, ("/definitions/", "/definitions/?only=problems", "/definitions/?q=nothing+like+it")),
    "definitions.show": (
        ADMIN,
        (
            *of_every_kind("/definitions/{kind}/{key}"),
            *(f"/definitions/plan/fibre?view={v}" for v in ("versions", "text")),
        ),
    ),
    "definitions.edit": (ADMIN, ("/definitions/plan/fibre/edit",)),
    "uses.show": (ADMIN, ("/definitions/specification/fibre/uses", "/definitions/plan/fibre/uses?far=all")),
    "uses.filing_form": (ADMIN, ("/definitions/plan/fibre/filing",)),
    "versions.read": (ADMIN, of_every_kind("/definitions/{kind}/{key}/versions/1")),
    "versions.compare": (
        ADMIN,
        tuple(f"/definitions/{name}/compare{view}" for name in ("plan/fibre", "table/discount") for view in VIEWS),
    ),
    "editing.choose": (ADMIN, ("/edit/",)),
    "editing.new": (ADMIN, tuple(f"/edit/{kind}" for kind in KINDS)),
    "editing.edit": (ADMIN, of_every_kind("/edit/{kind}/{key}")),
    "plans.edit": (ADMIN, ("/plans/fibre/edit",)),
    "tables.index": (ADMIN, ("/tables/", "/tables/?q=nothing+like+it")),
    "tables.show": (ADMIN, ("/tables/discount",)),
    "scenarios.index": (ADMIN, ("/scenarios/", "/scenarios/?specification=fibre&action=add")),
    "policies.index": (ADMIN, ("/policies/", "/policies/?specification=fibre&action=add", "/policies/?order=99")),
    "rehearse.index": (ADMIN, ("/rehearse/", "/rehearse/?what=order&order=1&against=1", BROKEN)),
    "rehearse.batch": (ADMIN, ("/rehearse/orders", "/rehearse/orders?last=10&against=1")),
    "rehearse.saved": (ADMIN, ("/rehearse/cases",)),
    "releases.index": (ADMIN, ("/releases/",)),
    "releases.show": (ADMIN, ("/releases/1", "/releases/2")),
    "releases.publish": (ADMIN, ("/releases/publish",)),
    "releases.activate": (ADMIN, ("/releases/1/activate",)),
    "releases.proposal": (ADMIN, ("/releases/proposals/1",)),
    "systems.index": (ADMIN, ("/systems/",)),
    "access.index": (ADMIN, ("/access/",)),
    "access.add_user": (ADMIN, ("/access/users/new",)),
    "access.change_user": (ADMIN, ("/access/users/1",)),
    "access.add_token": (ADMIN, ("/access/tokens/new",)),
    "openapi.docs": (ADMIN, ("/api/docs",)),
}
NOT_OURS = {"openapi.docs"}  # drawn by Swagger UI

# What is asked by programs and modules, or is a part of a page: shown by nobody alone.
NO_PAGES = {
    "session.start": "/",
    "session.health": "/health",
    "calendars.zones": "/calendars/zones",
    "decomposing.orders": "/edit/decomposition/fibre/orders",
    "editing.draft": "/edit/queue/technicians/draft",
    "editing.known_names": "/edit/queue/technicians/names",
    "editing.uses": "/edit/specification/fibre/uses/speed",
    "expressions.functions": "/expressions/functions",
    "fragments.index": "/fragments/",
    "plans.draft": "/plans/fibre/draft",
    "plans.known_names": "/plans/fibre/names",
    "plans.orders": "/plans/fibre/orders",
    "releases.proof": "/releases/publish/proof",
    "releases.proof_of": "/releases/1/proof",
    "systems.reach": "/systems/fulfilment/reach",
    "tables.check": "/tables/discount/findings",
    "tables.export": "/tables/discount/export.csv",
    "tables.production_hits": "/tables/discount/hits",
    "tables.read": "/tables/discount/draft",
    "tables.read_row": "/tables/discount/rows/r1/reading",
    "tables.run_cases": "/tables/discount/cases/run",
}

Act = Callable[[Page], object]


def key(name: str) -> Act:
    return lambda page: page.keyboard.press(name)


def button(name: str) -> Act:
    return lambda page: page.get_by_role("button", name=name).first.click()


# address -> what a person opens there, and how
OPENED: dict[str, dict[str, Act]] = {
    "/definitions/": {"owner and tags": lambda page: page.locator("[data-opens=filing]").first.click()},
    "/definitions/plan/fibre": {
        "owner and tags": button("Owner and tags"),
        "discard": button("Discard draft"),
    },
    "/definitions/plan/fibre?view=versions": {"restore": button("Restore")},
    "/systems/": {"offline": button("Take offline"), "pause": button("Pause all calls")},
    "/releases/": {"cancel": button("Cancel")},
    "/rehearse/cases": {"remove": button("Remove")},
    "/orders/1?item=0": {"skip": button("Skip")},
    "/tables/discount": {
        "keys": key("?"),
        "palette": key("Control+k"),
        "export": lambda page: page.click("#export"),
        "import": lambda page: page.click("#import"),
        "menu of a column": lambda page: page.locator("[data-column-menu]").first.click(),
        "menu of a cell": lambda page: page.locator("#cell-0-0").click(button="right"),
        "a column": lambda page: page.locator(".column-head").nth(0).dblclick(position={"x": 20, "y": 12}),
        "gaps": lambda page: page.click("#tab-gaps"),
        "test": lambda page: page.click("#tab-test"),
        "cases": lambda page: page.click("#tab-cases"),
        "hits": lambda page: page.click("#tab-hits"),
        "a cell being written": lambda page: (page.locator("#cell-0-1").click(), page.keyboard.press("F2")),
        "versions": lambda page: page.locator("details.versions summary").click(),
    },
    "/edit/system/fulfilment": {"problems": button("problem")},
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An Orderloom in which there is something of everything."""
    site = Site(tmp_path_factory.mktemp("house"), ORDERLOOM_BODY_MEGABYTES="1")
    for role in ROLES:
        site.add_user(role.replace(" ", "-"), role)
    fill(site)
    yield site
    site.close()


def fill(site: Site) -> None:
    form = (Field(name="serial", label="Serial number", required=True, help="It stands on the back."),)
    work = (a_task(form=form), a_decision(inputs={"amount": "150"}), a_callout(), an_item("bill"))
    plan = a_plan(*work, after={"rate": "install", "reserve": "rate", "bill": "reserve"})
    parts = a_catalog(
        plan, a_table(), a_calendar(), a_decomposition("fibre", "router"), an_enrichment(), a_policy(condition="false")
    )
    router = structs.replace(parts["specification/fibre"], key="router", name="Router", domain="resource")
    with site.database.writing() as connection:
        for document in {**parts, **together(router)}.values():
            drafts.put(connection, document, revision=None, by="ada", now=1)
        publishing.publish(connection, note="The first one", author="ada", now=1)
        for _ in range(2):
            engine.submit(connection, an_order(lines=2), request='{"externalId": "1"}', by="otto", now=2)

        cheaper = a_table("discount", ("> 100", "0.2"), ("<= 100", "0"))
        drafts.put(connection, cheaper, revision=None, by="ada", now=3)
        drafts.put(connection, structs.replace(plan, name="Fibre line"), revision=None, by="ada", now=3)
        publishing.publish(connection, note="The second one", author="ada", now=3)
        told = rehearse(an_order(), publishing.compiled(connection, now=4), at=4)
        cases.put_order(connection, "one line of fibre", an_order(), told, by="ada", now=4)
        cases.put(
            connection,
            "table",
            "discount",
            Case(id=0, name="much", given={"amount": "150"}, expected="0.2"),
            by="a",
            now=4,
        )
        filing.put(connection, "plan", "fibre", Filing("Network", ("fibre", "home")), by="ada", now=4)
        for name in ("Another line", "A line that waits"):
            draft = drafts.get(connection, "plan", "fibre")
            changed = structs.replace(plan, name=name)
            revision = drafts.put(connection, changed, revision=draft and draft.revision, by="ada", now=5).revision
            if name == "Another line":
                history.discard(connection, "plan", "fibre", revision=revision, by="ada", now=6)
        broken = structs.replace(cheaper, rules=(structs.replace(cheaper.rules[0], inputs=("> ,",)), cheaper.rules[1]))
        drafts.put(connection, broken, revision=None, by="ada", now=7)
        proposals.propose(connection, Request(names=("plan/fibre",), note="Please"), author="ada", now=8)
        publishing.activate(connection, 1, author="ada", now=9, at=2**42)
        user = accounts.find_user(connection, "process-admin")
        assert user is not None
        accounts.add_token(connection, user, name="a shop", scopes=("orders:read",), now=9, expires_at=None)
    worker = Worker(site.database, callback_url="http://127.0.0.1", clock=lambda: 10)
    while worker.take_turn():
        pass
    with site.database.writing() as connection:
        crashes.contain(connection, "timer", 2, 0, "timer", RuntimeError("the wheel came off"), now=11)
        act = bulk.begin(connection, "retry", Filter(), reason="again", pace=60, threshold=10, by="flo", now=12)
        bulk.stop(connection, act, by="flo", now=13)


Visit = Callable[[Role | None], Person]


@pytest.fixture(scope="module")
def people(house: Site, chromium: Browser) -> Iterator[dict[Role | None, Person]]:
    known: dict[Role | None, Person] = {}
    yield known
    for person in known.values():
        person.context.close()


@pytest.fixture
def visit(house: Site, chromium: Browser, people: dict[Role | None, Person]) -> Iterator[Visit]:
    """A browser in which somebody of a role is signed in; what its console says fails the test."""

    def enter(role: Role | None) -> Person:
        if role not in people:
            context = chromium.new_context(base_url=house.address, locale="en-GB", reduced_motion="reduce")
            people[role] = Person(house, context, (role or "").replace(" ", "-"))
            people[role].expects.append("status of (4..|501)")
            if role is not None:
                people[role].sign_in()
        people[role].page.set_viewport_size({"width": 1280, "height": 800})
        people[role].page.emulate_media(color_scheme="light")
        people[role].complaints.clear()
        return people[role]

    yield enter
    assert [text for person in people.values() for text in person.unexpected()] == []


# what stands in a page that modules draw -> what stands there once they have
DRAWN = {"#start, #grid-page": "[data-ready]", "[src*=swagger]": ".swagger-ui .info"}


def settled(page: Page) -> None:
    """What modules draw and what they ask has come; any other page is whole once it is loaded."""
    for drawn, ready in DRAWN.items():
        if page.locator(drawn).count():
            page.wait_for_selector(ready)
            page.wait_for_load_state("networkidle")


def after_a_form(address: str, spoil: str) -> Act:
    """Sends a form that was spoiled meanwhile."""

    def act(page: Page) -> None:
        page.goto(address)
        page.evaluate(spoil)
        page.locator("button.main").click()

    return act


def guess(page: Page) -> None:
    page.goto("/sign-in")
    for _ in range(6):
        page.get_by_label("Name").fill("ada")
        page.get_by_label("Password").fill("a guess")
        page.get_by_role("button", name="Sign in").click()


# what was wrong -> who, what they did, and the heading of what they see
ERRORS: dict[str, tuple[Role | None, Act, str]] = {
    "nothing there": (AGENT, lambda page: page.goto("/orders/99"), "There is no such page"),
    "not allowed": (AGENT, lambda page: page.goto("/access/"), "This is not open to you"),
    "not to be read": (AGENT, lambda page: page.goto("/orders/1/items/0/retry"), "Nothing is shown at this address"),
    "a character that cannot be": (
        ADMIN,
        lambda page: page.goto("/definitions/?q=%00"),
        "The request could not be read",
    ),
    "an old page": (
        ADMIN,
        after_a_form("/definitions/plan/fibre/edit", "document.querySelector('main [name=csrf_token]').value = 'old'"),
        "This page was open for too long",
    ),
    "too much": (
        ADMIN,
        after_a_form(
            "/definitions/plan/fibre/edit", "document.querySelector('textarea').value = 'x'.repeat(2 ** 20 + 9)"
        ),
        "That is too large",
    ),
    "too many guesses": (None, guess, "Sign in"),
}


@pytest.mark.parametrize("wrong", ERRORS)
def test_an_error_can_be_read_by_everybody(visit: Visit, wrong: str) -> None:
    role, act, heading = ERRORS[wrong]
    page = visit(role).page
    act(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)

    found = wrong_for_readers(page)
    assert not found, "\n".join(found)


def test_no_page_is_forgotten(house: Site) -> None:
    shown = {
        rule.endpoint
        for rule in house.app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.endpoint.startswith(("api_", "tmf_"))
        and rule.rule != "/api/openapi.json"
    }

    assert shown == PAGES.keys() | NO_PAGES.keys()
    assert set(DESIGNED) == set(KINDS)


def test_what_is_no_page_draws_none(visit: Visit) -> None:
    person = visit(ADMIN)
    for address in NO_PAGES.values():
        answer = person.context.request.get(address, max_redirects=0)

        assert answer.status in (200, 302), address
        assert "<main" not in answer.text(), address


@pytest.mark.parametrize("endpoint", PAGES)
def test_a_page_can_be_read_by_everybody(visit: Visit, endpoint: str) -> None:
    role, addresses = PAGES[endpoint]
    page = visit(role).page
    found = []
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == (422 if address == BROKEN else 200), address
        settled(page)
        assert page.title().endswith(" · Orderloom"), address
        if endpoint not in NOT_OURS:
            found += [f"{address} {each}" for each in wrong_for_readers(page)]
        page.set_viewport_size({"width": 390, "height": 844})
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 390:
            found.append(f"{address} is {width} px wide on a phone of 390")
        page.set_viewport_size({"width": 1280, "height": 800})
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("address", "what"),
    [pytest.param(address, what, id=f"{what} at {address}") for address, acts in OPENED.items() for what in acts],
)
def test_what_is_opened_over_a_page_can_be_read_by_everybody(visit: Visit, address: str, what: str) -> None:
    page = visit("fallout agent" if address.startswith("/orders") else ADMIN).page
    page.goto(address)
    settled(page)
    before = page.content()
    OPENED[address][what](page)
    expect(page.locator("body")).not_to_have_js_property("outerHTML", before)
    page.wait_for_load_state("networkidle")

    found = wrong_for_readers(page)
    assert not found, "\n".join(found)
