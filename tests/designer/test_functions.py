"""Every built-in function is offered with the ways to call it and one line of help."""

from __future__ import annotations

from designer.functions import HELP, described
from runtime.rules.signatures import FUNCTIONS


def test_every_function_is_described_and_nothing_else_is():
    assert HELP.keys() == FUNCTIONS.keys()
    assert [each.name for each in described()] == sorted(FUNCTIONS)


def test_help_is_one_sentence_that_fits_beside_a_list():
    for name, text in HELP.items():
        assert text.endswith("."), name
        assert len(text) <= 100, name


def test_calls_tell_what_may_be_left_out_and_what_may_be_repeated():
    calls = {each.name: each.calls for each in described()}

    assert calls["substring"] == ("substring(string, start position, length?) → string",)
    assert calls["append"] == ("append(list, item …) → list<Any>",)
    assert calls["date"] == ("date(from) → date", "date(year, month, day) → date")
