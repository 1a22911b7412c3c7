"""What pages and callers are told of states and events is all there is, and nothing that there is not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Struct

from app import history_text
from app.pages import LOOKS
from app.tmf import shown_order
from app.views import fallout, orders
from runtime.core.events import TYPES
from runtime.core.fallout import CAUSES
from runtime.core.transitions import FALLOUT, ORDER, TABLES


class Row(Struct):
    """A row of the journal."""

    type: str
    data: str = "{}"
    seq: int = 1
    at: int = 0
    item: int | None = 3


def test_history_text_has_a_sentence_for_every_event_and_for_nothing_else() -> None:
    assert set(history_text.SENTENCES) == set(TYPES)


@pytest.mark.parametrize("type_", TYPES)
def test_every_event_can_be_told_whatever_it_lacks(type_: str) -> None:
    fields = {"values": {}} if type_ == "question answered" else {}
    told = history_text.tell(Row(type_, msgspec.json.encode(fields).decode()), {3: "Survey"})
    assert told.text
    assert "{" not in told.text


@pytest.mark.parametrize(("thing", "state"), [(thing, state) for thing, table in TABLES.items() for state in table])
def test_every_state_has_a_look(thing: str, state: str) -> None:
    assert state in LOOKS


@pytest.mark.parametrize("stuck", [False, True])
@pytest.mark.parametrize("state", ORDER)
def test_tmf_callers_find_an_order_by_the_state_it_is_shown_in(state: str, stuck: bool) -> None:
    states, only_stuck = shown_order.STATES[shown_order.shown_state(state, stuck)]
    assert state in states
    assert only_stuck in (None, stuck)


def test_tmf_filters_name_only_states_that_orders_can_have() -> None:
    known: set[Any] = {state for states, _ in shown_order.STATES.values() for state in states}
    assert known == set(ORDER)
    assert not set(shown_order.STATES) & set(shown_order.EMPTY_STATES)


def test_the_filters_of_the_order_list_are_states_that_orders_can_have() -> None:
    assert set(orders.FILTERS) - {"", "failed"} == set(ORDER)


def test_every_state_of_fallout_is_in_a_view_of_the_desk() -> None:
    assert {state for _, states in fallout.VIEWS.values() for state in states} == set(FALLOUT)


def test_every_cause_has_words() -> None:
    assert all(words and words[0].isupper() for words in CAUSES.values())
