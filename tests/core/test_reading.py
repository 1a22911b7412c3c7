"""A body that cannot be read, or does not fit, is refused with the exact place."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.definitions import Definition
from runtime.core.reading import DEEPEST, document, json_value, lines_of, pointer_at
from runtime.core.values import encode
from runtime.errors import Unreadable, WrongBody


@pytest.mark.parametrize(
    ("body", "place", "pointer"),
    [
        (b"", "empty", ""),
        (b"  \n", "empty", ""),
        (b'{"a": 1 2}', "line 1, column 9", "/a"),
        (b'{"a": {"b": [1, tru]}}', "line 1, column 17", "/a/b/1"),
        (b'{"a":\n [1,\n  {"b/c": }]}', "line 3, column 11", "/a/1/b~1c"),
        (b'{"a": "x', "line 1, column 7", "/a"),
        (b'{"a": 1', "line 1, column 8", "/a"),
        (b'{"a": 1} x', "line 1, column 10", ""),
        (b'{"a": "\xff"}', "line 1, column 8: not UTF-8", "/a"),
        (b'{"a": "\\ud800"}', "surrogate", "/a"),
        (b'{"a": [NaN]}', "not a value that JSON knows", "/a/0"),
        ('{"é": x}'.encode(), "line 1, column 7", "/é"),
        (b"<order/>", "line 1, column 1", ""),
    ],
)
def test_malformed_json_is_refused_where_reading_stopped(body: bytes, place: str, pointer: str):
    with pytest.raises(Unreadable) as refusal:
        json_value(body)

    assert place in str(refusal.value)
    assert refusal.value.faults[0].pointer == pointer


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({"kind": "plan", "key": "a"}, "/name", "required"),
        ({"kind": "plan", "key": "a", "name": "A", "colour": "red"}, "/colour", "no such field"),
        ({"kind": "plan", "key": "A B", "name": "A"}, "/key", "regex"),
        ({"kind": "poem"}, "/kind", "poem"),
        ({"kind": "plan", "key": "a", "name": "A", "items": [{"kind": "dance"}]}, "/items/0/kind", "dance"),
        (
            {"kind": "plan", "key": "a", "name": "A", "items": [{"kind": "milestone", "key": "m", "x": 1}]},
            "/items/0/x",
            "no such field",
        ),
        ([], "", "object"),
    ],
)
def test_what_does_not_fit_is_pointed_at(body: object, pointer: str, says: str):
    with pytest.raises(WrongBody) as refusal:
        document(json.dumps(body).encode(), Definition)

    (fault,) = refusal.value.faults
    assert fault.pointer == pointer
    assert says in fault.message


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"a": ["x", "b\\u0000"]}', "/a/1"),
        (b'{"a": "\\\\\\u0000"}', "/a"),
        (b'["\\u0000"]', "/0"),
    ],
)
def test_a_text_that_no_database_keeps_is_refused(body: bytes, pointer: str):
    with pytest.raises(Unreadable) as refusal:
        json_value(body)

    assert refusal.value.faults[0].pointer == pointer
    assert json_value(b'"\\\\u0000"') == "\\u0000"  # a backslash and five characters


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_our_refusal(body: bytes):
    try:
        value = json_value(body)
    except Unreadable:
        return
    assert json_value(encode(value).encode()) == value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def leaves(value: object, at: str = "") -> list[tuple[str, object]]:
    """Every value that holds no other, with its pointer, in the order of the text."""
    if isinstance(value, list) and value:
        return [leaf for n, each in enumerate(value) for leaf in leaves(each, f"{at}/{n}")]
    if isinstance(value, dict) and value:
        steps = {name: name.replace("~", "~0").replace("/", "~1") for name in value}
        return [leaf for name, each in value.items() for leaf in leaves(each, f"{at}/{steps[name]}")]
    return [(at, value)]


@given(json_values, st.data())
def test_the_pointer_is_that_of_the_leaf_that_was_cut_off(value: object, data: st.DataObject):
    """Against the document itself: a marker put at any leaf is found at that leaf's pointer."""
    pointers = [pointer for pointer, _ in leaves(value)]
    chosen = data.draw(st.integers(0, len(pointers) - 1))
    counter = iter(range(len(pointers)))

    def marked(inner: object) -> object:
        if isinstance(inner, list) and inner:
            return [marked(each) for each in inner]
        if isinstance(inner, dict) and inner:
            return {name: marked(each) for name, each in inner.items()}
        return 424242 if next(counter) == chosen else inner

    text = json.dumps(marked(value), ensure_ascii=False)

    assert pointer_at(text.partition("424242")[0]) == pointers[chosen]


@pytest.mark.parametrize(
    ("body", "place", "pointer"),
    [
        (b'{"a": 1, "b": {"c": 1,\n "c": 2}}', "line 2, column 2: the name 'c' is there twice", "/b"),
        (b'{"a": 1, "\\u0061": 1}', "the name 'a' is there twice", ""),
        (b'{"sim": [1, ' + b"9" * 35 + b"]}", "34 significant digits", "/sim/1"),
        (b'{"rate": 0.' + b"1" * 35 + b"}", "send it as text", "/rate"),
        (b"[1e7000]", "send it as text", "/0"),
        (b"[" + b"9" * 6145 + b"]", "send it as text", "/0"),
        (b"[" * 100_000, "nested too deeply", ""),
        (b"[" * 101 + b"]" * 101, "nested too deeply", ""),
    ],
)
def test_json_that_breaks_a_rule_is_refused_with_its_place(body: bytes, place: str, pointer: str):
    with pytest.raises(Unreadable) as refusal:
        json_value(body)

    assert place in str(refusal.value)
    assert refusal.value.faults[0].pointer.removesuffix("/0" * (DEEPEST if b"[[" in body else 0)) == pointer


def test_what_keeps_the_rules_is_taken():
    assert json_value(b"[" * DEEPEST + b"]" * DEEPEST) is not None
    assert json_value(b'[{"a": 1}, {"a": 2}, "\\ud83d\\ude00", "[[{"]') == [{"a": 1}, {"a": 2}, "\U0001f600", "[[{"]


def test_numbers_are_read_with_every_digit():
    text = '{"sim": 89014103211118510720, "rate": 0.1234567890123456789012345678901234, "n": 1.0, "big": 1E+40}'

    value = json_value(text.encode())

    assert encode(value) == text.replace(" ", "")
    assert (value["n"], value["rate"]) == (1, Decimal("0.1234567890123456789012345678901234"))


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
    assert lines_of(TEXT, [pointer]).get(pointer) == line


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values, st.integers(0, 3))
def test_every_value_of_any_document_is_found_on_the_line_it_was_written(value: object, indent: int):
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    found = lines_of(text, [pointer for pointer, _ in pointers(value)])
    for pointer, inner in pointers(value):
        line = found[pointer]
        begins = json.dumps(inner, ensure_ascii=False)[0]
        assert begins in text.split("\n")[line - 1]


def pointers(value: object, at: str = "") -> list[tuple[str, object]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [found for step, each in entries for found in pointers(each, f"{at}/{escaped(step)}")]
    return [(at, value), *inner]


def escaped(step: object) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


@given(st.text(max_size=60), st.text("/ab01~", max_size=8))
def test_text_that_is_no_json_never_stops_the_search(text: str, pointer: str):
    lines_of(text, [f"/{pointer}"])
