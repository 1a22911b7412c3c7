"""The tables of legal moves say everything that can happen, and nothing else can."""

from __future__ import annotations

import pytest

from runtime.core.events import TYPES
from runtime.core.transitions import ENDED, TABLES, move
from runtime.errors import IllegalMove
from tests.core.model import LEGAL
from tools.states import PAGE, page


def test_the_states_page_shows_the_tables_as_they_are() -> None:
    assert PAGE.read_text() == page(), "run python -m tools.states"


def test_an_item_moves_as_the_model_written_by_hand_says() -> None:
    table = {(state, event) for state, moves in TABLES["item"].items() for event in moves}

    assert table == {(state, event.type) for state, event in LEGAL}
    assert all(move("item", state, event.type) == after for (state, event), after in LEGAL.items())


@pytest.mark.parametrize("thing", TABLES)
def test_every_state_can_be_reached_and_left_or_is_an_end(thing: str) -> None:
    table = TABLES[thing]
    reached, frontier = set(), [next(iter(table))]
    while frontier:
        state = frontier.pop()
        reached.add(state)
        frontier += [target for target in table[state].values() if target not in reached]

    assert reached == table.keys()
    assert ENDED[thing]


@pytest.mark.parametrize(
    ("thing", "state"), [(thing, state) for thing, ends in ENDED.items() for state in sorted(ends)]
)
def test_nothing_moves_once_it_has_ended(thing: str, state: str) -> None:
    for event in TYPES:
        with pytest.raises(IllegalMove, match=f"a {thing} that is {state}"):
            move(thing, state, event)
