"""A definition that makes a stage raise what nobody expected never takes a page with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from designer import overview
from runtime.cache import Cache
from tests.app.conftest import Browser
from tests.builders import a_catalog, a_table
from tests.designer.accidents import fail_checking, fail_compiling, fail_naming, fail_reading
from tests.designer.people import draft

BROKEN, SOUND = a_table("broken"), a_table("sound")


@pytest.mark.parametrize("fail", [fail_reading, fail_checking, fail_compiling, fail_naming])
def test_the_pages_show_all_others_and_what_is_wrong(
    app: Flask,
    signed_in: Callable[..., Browser],
    monkeypatch: pytest.MonkeyPatch,
    fail: Callable[[pytest.MonkeyPatch], None],
) -> None:
    monkeypatch.setattr(overview, "_checked", Cache(16))
    draft(app.extensions["orderloom"].database, *a_catalog().values(), BROKEN, SOUND)
    browser = signed_in("process admin")
    fail(monkeypatch)

    for address in ("/definitions/", "/tables/", "/releases/publish"):
        page = browser.get(address)
        assert page.status_code == 200, address
        assert "sound" in page.text.casefold(), address
        assert "broken" in page.text.casefold(), address
