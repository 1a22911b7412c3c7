"""A body that cannot be read, or does not fit, is refused with the exact place."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.errors import NotJson, WrongBody
from app.api.reading import document, json_value, pointer_at
from runtime.core.definitions import Definition


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
        (b'{"a": "\\ud800"}', "surrogate", ""),
        (b'{"a": [NaN]}', "not a value that JSON knows", "/a/0"),
        ('{"é": x}'.encode(), "line 1, column 7", "/é"),
        (b"[" * 100_000, "nested too deeply", ""),
        (b"<order/>", "line 1, column 1", ""),
    ],
)
def test_malformed_json_is_refused_where_reading_stopped(body: bytes, place: str, pointer: str):
    with pytest.raises(NotJson) as refusal:
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
    with pytest.raises(WrongBody) as refusal:
        json_value(body)

    assert refusal.value.faults[0].pointer == pointer
    assert json_value(b'"\\\\u0000"') == "\\u0000"  # a backslash and five characters


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_our_refusal(body: bytes):
    try:
        value = json_value(body)
    except (NotJson, WrongBody):
        return
    assert json_value(msgspec.json.encode(value)) == value


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
