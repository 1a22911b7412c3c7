"""Parts of plans are kept under a name, whole and fit to be put into any plan."""

from __future__ import annotations

import msgspec
import pytest

from designer import fragments
from designer.fragments import Fragment, UnfitFragment
from runtime.database import Database
from runtime.errors import Unknown


def a_fragment(*keys: str, lines: tuple[tuple[int, int], ...] = ()) -> Fragment:
    cards = [
        {
            "x": 10 * n,
            "y": 5,
            "width": 180,
            "height": 56,
            "item": {"kind": "milestone", "key": key, "name": key.title()},
        }
        for n, key in enumerate(keys)
    ]
    return msgspec.convert({"cards": cards, "lines": [{"from": a, "to": b} for a, b in lines]}, Fragment)


def put(database: Database, name: str, fragment: Fragment) -> None:
    with database.writing() as connection:
        fragments.put(connection, name, fragment, by="anna", now=1000)


def kept(database: Database) -> dict[str, Fragment]:
    with database.reading() as connection:
        return {each.name: each.fragment for each in fragments.find(connection)}


def test_a_fragment_comes_back_as_it_was_kept(database: Database) -> None:
    one, other = a_fragment("survey", "install", lines=((0, 1),)), a_fragment("bill")
    put(database, "Visit", one)
    put(database, "Bill", other)

    assert kept(database) == {"Bill": other, "Visit": one}


def test_keeping_under_the_same_name_replaces(database: Database) -> None:
    put(database, "Visit", a_fragment("survey"))
    put(database, "Visit", a_fragment("install"))

    assert kept(database) == {"Visit": a_fragment("install")}


def test_a_removed_fragment_is_gone_and_an_unknown_one_is_told(database: Database) -> None:
    put(database, "Visit", a_fragment("survey"))
    with database.writing() as connection:
        fragments.remove(connection, "Visit")
    assert kept(database) == {}

    with pytest.raises(Unknown, match="Visit"), database.writing() as connection:
        fragments.remove(connection, "Visit")


@pytest.mark.parametrize("lines", [((0, 2),), ((-1, 0),), ((1, 1),)])
def test_a_dependency_to_nowhere_or_to_itself_is_refused(
    database: Database, lines: tuple[tuple[int, int], ...]
) -> None:
    with pytest.raises(UnfitFragment):
        put(database, "Visit", a_fragment("survey", "install", lines=lines))
    assert kept(database) == {}


def test_an_empty_fragment_and_a_dependency_that_says_nonsense_are_refused(database: Database) -> None:
    with pytest.raises(UnfitFragment, match="select"):
        put(database, "Visit", a_fragment())
    line = {"from": 0, "to": 1, "dependency": {"nonsense": 1}}
    odd = msgspec.convert({**msgspec.to_builtins(a_fragment("a", "b")), "lines": [line]}, Fragment)
    with pytest.raises(UnfitFragment) as refused:
        put(database, "Visit", odd)
    assert refused.value.faults[0].pointer == "/lines/0/dependency"
