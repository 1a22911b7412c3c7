"""What somebody wrote survives a session that ended, a page that was too old, and colleagues who were faster."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from flask import Flask
from werkzeug.test import TestResponse

from tests.builders import a_plan

from .conftest import Browser, Shop

SignIn = Callable[..., Browser]
HERE = {"Origin": "http://localhost"}
TEXT = "kind: plan\nkey: fibre\nname: Fibre <b>line</b>\nitems: []\n"
EDIT = "/definitions/plan/fibre/edit"


def kept(answer: TestResponse) -> dict[str, str]:
    """The fields that the page would send again."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    return {name: html.unescape(value) for name, value in fields}


def test_a_text_that_was_sent_after_the_session_ended_is_sent_again_after_signing_in(
    app: Flask, shop: Shop, signed_in: SignIn
) -> None:
    browser = signed_in("process admin")
    page_that_was_open = {"csrf_token": browser.csrf(EDIT), "text": TEXT, "revision": "0"}
    browser.post("/sign-out")

    refused = browser.client.post(EDIT, data=page_that_was_open, headers=HERE)

    assert refused.status_code == 401
    assert "Nothing you wrote is lost" in refused.text
    assert kept(refused)["text"] == TEXT
    again = signed_in("process admin")
    answer = again.client.post(EDIT, data={**kept(refused), "csrf_token": again.csrf(EDIT)})
    assert answer.location == "/definitions/plan/fibre"


def test_a_form_that_is_older_than_the_session_is_sent_again_with_one_click(shop: Shop, signed_in: SignIn) -> None:
    browser = signed_in("process admin")

    refused = browser.client.post(EDIT, data={"csrf_token": "old", "text": TEXT, "revision": "0"}, headers=HERE)

    assert refused.status_code == 400
    assert "Nothing you wrote is lost" in refused.text
    answer = browser.client.post(EDIT, data=kept(refused))
    assert answer.location == "/definitions/plan/fibre"


def test_nothing_that_another_site_sent_is_offered_to_be_sent_again(shop: Shop, signed_in: SignIn) -> None:
    browser = signed_in("process admin")

    for origin in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
        refused = browser.client.post(EDIT, data={"text": TEXT, "revision": "0"}, headers=origin)

        assert refused.status_code == 400
        assert "Fibre" not in refused.text


def test_passwords_are_never_kept(stranger: Browser) -> None:
    refused = stranger.client.post("/access/users/new", data={"name": "zoe", "password": "secret words"}, headers=HERE)

    assert kept(refused)["name"] == "zoe"
    assert "secret words" not in refused.text


def test_a_text_that_a_colleague_overtook_stays_and_says_what_to_do(shop: Shop, signed_in: SignIn) -> None:
    shop.draft(a_plan())
    browser = signed_in("process admin")

    answer = browser.post(EDIT, text=TEXT, revision="0")

    assert answer.status_code == 422
    assert html.escape(TEXT) in answer.text
    assert "ada saved this draft after you opened it" in answer.text
    assert "revision" not in re.sub(r"<[^>]*>", "", answer.text)
    assert browser.post(EDIT, **{k: v for k, v in kept(answer).items() if k == "revision"}, text=TEXT).location


def test_a_text_with_a_fault_says_the_line_in_plain_words(shop: Shop, signed_in: SignIn) -> None:
    browser = signed_in("process admin")

    for text, words in {
        "kind: plan\nkey: fibre\nname: 5": "Line 3: expected a text, got a whole number (name).",
        "kind: plan\nkey: fibre": "Line 1: the field “name” is missing.",
        "kind: plan\nkey: fibre\nname: x\nbogus: 1": "Line 1: there is no field “bogus” here.",
        "kind: plan\nkey: fibre\nname: x\nitems: 7": "Line 4: expected a list, got a whole number (items).",
        "kind: plan\nkey: other\nname: x": "Line 2: kind and key must stay plan and fibre.",
    }.items():
        answer = browser.post(EDIT, text=text, revision="0")
        assert words in html.unescape(answer.text), text
