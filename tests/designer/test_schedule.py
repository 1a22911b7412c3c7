"""What is scheduled keeps its own changes, whatever is put in before it or taken away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from designer.schedule import Entry, changed, changes, shifted


def an_entry(number: int, **manifest: str) -> Entry:
    return Entry(id=number, release=number, at=number, note="", manifest=manifest)


TODAY = {"a": "1", "b": "1"}
TOMORROW = an_entry(7, a="2", b="1")


def test_what_is_published_before_it_reaches_what_is_scheduled():
    [shift] = shifted(TODAY, {"a": "1", "b": "2"}, [TOMORROW], None)

    assert shift.manifest == {"a": "2", "b": "2"}
    assert (shift.conflicts, shift.empty) == ((), False)


def test_what_is_new_and_what_is_left_out_reaches_it_too():
    [shift] = shifted(TODAY, {"a": "1", "c": "1"}, [TOMORROW], None)

    assert shift.manifest == {"a": "2", "c": "1"}


def test_it_reaches_every_later_one_in_turn():
    shifts = list(shifted(TODAY, {"a": "1", "b": "2"}, [TOMORROW, an_entry(9, a="2", b="1", c="1")], None))

    assert [shift.manifest for shift in shifts] == [{"a": "2", "b": "2"}, {"a": "2", "b": "2", "c": "1"}]


def test_two_changes_of_one_definition_are_a_conflict_with_two_answers():
    becomes = {"a": "3", "b": "2"}

    for answer, kept in ((None, "2"), ("keep", "2"), ("replace", "3")):
        [shift] = shifted(TODAY, becomes, [TOMORROW], answer)
        assert (shift.conflicts, shift.manifest) == (("a",), {"a": kept, "b": "2"})


def test_the_same_change_twice_is_no_conflict_and_leaves_nothing_to_do():
    [shift] = shifted(TODAY, {"a": "2", "b": "2"}, [TOMORROW], None)

    assert (shift.conflicts, shift.empty) == ((), True)


def test_what_is_right_as_it_is_stays():
    assert list(shifted(TODAY, TODAY, [TOMORROW], None)) == []


manifests = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("123"))


@given(manifests, manifests)
def test_changes_lead_from_one_manifest_to_the_other(one: dict[str, str], other: dict[str, str]):
    assert changed(one, changes(one, other)) == other


@given(manifests, manifests, manifests, st.sampled_from(["keep", "replace"]))
def test_no_side_is_lost_unless_the_other_changed_the_same_definition(
    was: dict[str, str], becomes: dict[str, str], scheduled: dict[str, str], answer
):
    """For each definition alone, by hand: who changed it decides."""
    found = list(shifted(was, becomes, [an_entry(1, **scheduled)], answer))
    result = found[0].manifest if found else scheduled
    for name in "abcd":
        before, here, there = was.get(name), becomes.get(name), scheduled.get(name)
        if here == before:
            assert result.get(name) == there
        elif there == before or answer == "replace":
            assert result.get(name) == here
        else:
            assert result.get(name) == there
