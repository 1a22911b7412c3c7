"""The pages about older states of a definition: for every kind, and for everybody who may read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from designer import drafts, history
from runtime.core.definitions import Definition, name_of
from tests.app.conftest import Browser, Shop
from tests.builders import a_decomposition, a_plan, a_specification, a_system, a_table, an_item

SignIn = Callable[..., Browser]
PLAN = "/definitions/plan/fibre"


@pytest.fixture
def browser(shop: Shop, signed_in: SignIn) -> Browser:
    """A process admin at a shop whose plan fibre has two versions."""
    shop.publish(a_plan(an_item("survey", name="Look at the site")), note="Other words")
    return signed_in("process admin")


def the_draft(shop: Shop) -> Definition | None:
    with shop.database.reading() as connection:
        found = drafts.get(connection, "plan", "fibre")
        return found.definition if found else None


def test_the_history_tells_who_published_what_and_where_it_is(browser: Browser):
    page = browser.get(f"{PLAN}?view=versions").text

    assert "Other words" in page
    assert page.count("/versions/1") >= 1
    assert "active" in page


@pytest.mark.parametrize(
    ("old", "to"),
    [
        (f"{PLAN}?view=difference", f"{PLAN}/compare"),
        (f"{PLAN}?version=2&view=difference", f"{PLAN}/compare?to=2"),
        (f"{PLAN}?version=2&against=1&view=difference", f"{PLAN}/compare?from=1&to=2"),
        (f"{PLAN}?version=1", f"{PLAN}/versions/1"),
        ("/definitions/table/rates/versions/aside-2", "/tables/rates?version=aside-2"),
        ("/definitions/table/rates/versions/1", "/tables/rates?version=1"),
    ],
)
def test_addresses_of_older_states_lead_on(browser: Browser, old: str, to: str):
    answer = browser.get(old)

    assert answer.status_code == 302
    assert answer.headers["Location"] == to


def test_what_changed_is_shown_in_words_by_field_and_as_text(browser: Browser):
    words = browser.get(f"{PLAN}/compare?from=1&to=2&view=fields").text
    assert "Look at the site: renamed from Survey." in words

    text = browser.get(f"{PLAN}/compare?from=1&to=2&view=text").text
    assert 'class="added"' in text
    assert 'class="removed"' in text
    assert "Nothing differs" in browser.get(f"{PLAN}/compare?from=1&to=1&view=fields").text


def test_every_kind_is_read_and_compared(shop: Shop, signed_in: SignIn):
    kinds: list[tuple[Any, Any]] = [
        (a_table("rates"), {"hit_policy": "first"}),
        (a_specification(), {"category": "x"}),
        (a_system(), {"url": "http://other"}),
        (a_decomposition("fibre", key="fibre"), {"description": "x"}),
    ]
    for document, _ in kinds:
        shop.publish(msgspec.structs.replace(document, name="Before"))
    for document, change in kinds:
        shop.publish(msgspec.structs.replace(document, **change))
    reader = signed_in("order agent")
    for document, _ in kinds:
        address = f"/definitions/{name_of(document)}"
        for path in (
            "",
            "?view=versions",
            "/compare",
            "/compare?view=text",
            "/compare?view=fields",
            "/versions/active",
        ):
            assert reader.get(address + path, follow_redirects=True).status_code == 200, address + path


@pytest.mark.parametrize(
    "path", ["/versions/9", "/versions/x", "/compare?from=9", "/compare?to=draft", "/versions/aside-1"]
)
def test_a_state_that_is_not_there_is_a_page_that_says_so(browser: Browser, path: str):
    assert browser.get(PLAN + path).status_code == 404


def test_a_draft_that_was_never_published_has_nothing_to_be_compared_with(shop: Shop, signed_in: SignIn):
    shop.draft(a_plan(key="copper"))
    browser = signed_in("process admin")

    assert browser.get("/definitions/plan/copper?view=versions").status_code == 200
    assert browser.get("/definitions/plan/copper/compare").status_code == 404


def test_what_is_read_leads_to_what_it_can_be_compared_with(shop: Shop, browser: Browser):
    assert "Compare with the newest" in browser.get(f"{PLAN}/versions/1").text
    assert "Compare with the version before" in browser.get(f"{PLAN}/versions/2").text
    shop.draft(a_plan(an_item("mine")))
    assert "Compare with the draft" in browser.get(f"{PLAN}/versions/2").text


def test_restoring_keeps_the_draft_that_was_there(shop: Shop, browser: Browser):
    shop.draft(a_plan(an_item("mine")))
    with shop.database.reading() as connection:
        revision = drafts.get(connection, "plan", "fibre").revision  # type: ignore[union-attr]
    answer = browser.post(f"{PLAN}/restore", name="1", revision=revision)

    with shop.database.reading() as connection:
        (kept,) = history.all_set_aside(connection, "plan", "fibre")
    assert answer.headers["Location"].endswith(f"kept={kept.revision}")
    assert the_draft(shop) == a_plan()
    assert "bring it back" in browser.get(answer.headers["Location"]).text
    assert browser.get(f"{PLAN}/versions/aside-{kept.revision}").status_code == 200


def test_only_who_may_design_restores(shop: Shop, browser: Browser, signed_in: SignIn):
    reader = signed_in("order agent")

    assert reader.get(f"{PLAN}/versions/1").status_code == 200
    assert "Restore" not in reader.get(f"{PLAN}/versions/1").text
    assert reader.post(f"{PLAN}/restore", name="1", revision="0").status_code == 403
    assert the_draft(shop) is None


def test_what_somebody_saved_meanwhile_stays(shop: Shop, browser: Browser):
    shop.draft(a_plan(an_item("theirs")))
    answer = browser.post(f"{PLAN}/restore", name="1", revision="0")

    assert answer.status_code == 302
    assert "Nothing was restored. ada changed the draft" in browser.get(answer.headers["Location"]).text
    assert the_draft(shop) == a_plan(an_item("theirs"))
