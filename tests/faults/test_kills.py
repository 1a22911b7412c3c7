"""Processes that are killed in the middle of their work lose nothing and repeat little."""

from __future__ import annotations

import pytest

from runtime.database import Database
from tests.depth import deeper
from tests.faults.killing import assert_nothing_was_lost, run_and_kill

ORDERS = deeper(80, 3)
KILLS = deeper(5, 3)  # one of every sort; `python -m bench.kills` does fifty


def test_every_order_ends_however_often_its_worker_is_killed(database: Database) -> None:
    seen = run_and_kill(database, kills=KILLS, count=ORDERS)
    assert_nothing_was_lost(database, seen, ORDERS)
    assert sum(seen.kills.values()) == KILLS


@pytest.mark.postgresql
def test_a_second_worker_takes_over_what_a_killed_one_leaves(postgresql: Database) -> None:
    seen = run_and_kill(postgresql, kills=KILLS, count=ORDERS, companions=1, seed=2)
    assert_nothing_was_lost(postgresql, seen, ORDERS)
