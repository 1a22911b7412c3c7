"""What was worked out is not worked out again, as long as there is room for it."""

import pytest

from runtime.remembering import Remembered


def test_a_value_is_made_once():
    remembered: Remembered[str, list[str]] = Remembered(2)
    first = remembered.recall("a", lambda: ["made"])

    assert remembered.recall("a", lambda: ["made again"]) is first


def test_the_oldest_value_makes_room():
    remembered: Remembered[str, str] = Remembered(2)
    for key in ("a", "b", "c"):
        remembered.recall(key, lambda: "made")

    assert [key in remembered for key in ("a", "b", "c")] == [False, True, True]


def test_a_value_that_is_pushed_out_while_others_are_made_is_given_all_the_same():
    remembered: Remembered[str, str] = Remembered(1)

    def make() -> str:
        remembered.recall("other", lambda: "made meanwhile")
        return "made"

    assert remembered.recall("mine", make) == "made"
    assert "other" not in remembered


def test_a_refusal_is_not_remembered():
    remembered: Remembered[str, str] = Remembered(1)

    def refuse() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        remembered.recall("a", refuse)
    assert remembered.recall("a", lambda: "made") == "made"
