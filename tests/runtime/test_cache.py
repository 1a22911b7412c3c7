"""What was worked out is not worked out again, as long as there is room for it."""

import pytest

from runtime.cache import Cache


def test_a_value_is_made_once():
    remembered: Cache[str, list[str]] = Cache(2)
    first = remembered.get("a", lambda: ["made"])

    assert remembered.get("a", lambda: ["made again"]) is first


def test_the_oldest_value_makes_room():
    remembered: Cache[str, str] = Cache(2)
    for key in ("a", "b", "c"):
        remembered.get(key, lambda: "made")

    assert [key in remembered for key in ("a", "b", "c")] == [False, True, True]


def test_a_value_that_is_pushed_out_while_others_are_made_is_given_all_the_same():
    remembered: Cache[str, str] = Cache(1)

    def make() -> str:
        remembered.get("other", lambda: "made meanwhile")
        return "made"

    assert remembered.get("mine", make) == "made"
    assert "other" not in remembered


def test_a_refusal_is_not_remembered():
    remembered: Cache[str, str] = Cache(1)

    def refuse() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        remembered.get("a", refuse)
    assert remembered.get("a", lambda: "made") == "made"
