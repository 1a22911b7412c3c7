"""Try-outs take turns, and never all threads: what is too much at once is told to come again."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from app import slots
from runtime.rules import feel
from tests.app.conftest import Browser
from tests.app.test_tables_pages import Designer, designer  # noqa: F401


@pytest.fixture
def all_places_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slots, "PATIENCE", 0)
    with ExitStack() as taken:
        for _ in range(slots.PLACES):
            assert slots._places.acquire(blocking=False)
            taken.callback(slots._places.release)
        yield


def test_a_try_out_beyond_the_places_is_told_to_come_again_and_pages_are_served(
    designer: Designer,  # noqa: F811
    all_places_taken: None,
) -> None:
    refused = designer.send("POST", "discount/trial", {"given": {"segment": '"gold"'}})

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    assert "Try again in a moment" in refused.json["detail"]
    browser: Browser = designer.browser
    assert browser.get("/tables/discount").status_code == 200


def test_a_place_is_free_again_after_a_try_out(designer: Designer) -> None:  # noqa: F811
    for _ in range(slots.PLACES + 1):
        assert designer.send("POST", "discount/trial", {"given": {"segment": '"gold"'}}).status_code == 200


def test_what_one_request_evaluates_is_bounded_in_all() -> None:
    evaluation = slots.evaluation(0)
    loop = feel.compile("count(for i in 1..600000 return i)")

    values = [evaluation.value(loop, {}).value for _ in range(10)]

    assert values[0] == 600000
    assert values[-1] is None
    assert evaluation.budget.exhausted
