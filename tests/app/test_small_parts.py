"""The small pure parts that pages rest on."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app import moments
from app.pages import count, lasted, sentence
from app.throttle import LONGEST_WAIT, REMEMBERED, Throttle
from app.views.capture import line_of


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1250, "1.2 s"),
        (59_000, "59 s"),
        (61_000, "1 min 1 s"),
        (7_200_000, "2 h"),
        (273_600_000, "3 d 4 h"),
        (None, "–"),
    ],
)
def test_a_span_of_time_is_told_in_its_two_largest_units(milliseconds: int | None, text: str):
    assert lasted(milliseconds) == text


@given(some.integers(0, 4_000_000_000_000))
def test_a_moment_is_read_as_it_is_written(milliseconds: int):
    written = moments.moment(milliseconds)

    assert written.endswith("Z")
    assert moments.milliseconds(datetime.fromisoformat(written)) == milliseconds


def test_numbers_and_sentences_read_well():
    assert [count(n, "item") for n in (0, 1, 2, 1024)] == ["0 items", "1 item", "2 items", "1,024 items"]
    assert sentence("there is no order 7") == "There is no order 7."
    assert sentence("Really?") == "Really?"


def test_a_few_mistakes_cost_nothing_and_more_cost_ever_longer_waits():
    throttle = Throttle(free=3)
    waits = []
    for _ in range(20):
        throttle.mistake("ada", 0)
        waits.append(throttle.wait("ada", 0))

    assert waits[:2] == [0, 0]
    assert waits[2] > 0
    assert waits == sorted(waits)
    assert max(waits) == LONGEST_WAIT
    assert throttle.wait("grace", 0) == 0


def test_a_wait_passes_and_a_right_password_ends_it():
    throttle = Throttle(free=1)
    throttle.mistake("ada", 0)
    wait = throttle.wait("ada", 0)

    assert throttle.wait("ada", wait) == 0
    throttle.forget("ada")
    assert throttle.wait("ada", 0) == 0


def test_guessing_many_names_cannot_fill_the_memory():
    throttle = Throttle(free=1)
    for n in range(REMEMBERED + 100):
        throttle.mistake(str(n), 0)

    assert len(throttle._mistakes) == REMEMBERED


TEXT = """{
  "a": [1, {"b/c": "x, } y"},
    {"d~e": null}],
  "f": -2.5
}"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [("", 1), ("/a", 2), ("/a/0", 2), ("/a/1/b~1c", 2), ("/a/2", 3), ("/a/2/d~0e", 3), ("/f", 4), ("/g", None)],
)
def test_a_pointer_is_found_in_the_text_it_points_into(pointer: str, line: int | None):
    assert line_of(TEXT, pointer) == line


values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values, some.integers(0, 3))
def test_every_value_of_any_document_is_found_on_the_line_it_was_written(value: object, indent: int):
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    for pointer, inner in pointers(value):
        line = line_of(text, pointer)
        assert line is not None
        begins = json.dumps(inner, ensure_ascii=False)[0]
        assert begins in text.split("\n")[line - 1]


def pointers(value: object, at: str = "") -> list[tuple[str, object]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [found for step, each in entries for found in pointers(each, f"{at}/{escaped(step)}")]
    return [(at, value), *inner]


def escaped(step: object) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


@given(some.text(max_size=60), some.text("/ab01~", max_size=8))
def test_text_that_is_no_json_never_stops_the_search(text: str, pointer: str):
    line_of(text, f"/{pointer}")
