"""Every run of every item has a key of its own, in every installation, whatever is restored."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select

from runtime import installation
from runtime.database import Database
from runtime.errors import NoInstallation
from runtime.installation import Installation
from runtime.schema import endpoints, orders, releases
from runtime.schema import installation as table


def read(database: Database) -> Installation:
    with database.reading() as connection:
        return installation.read(connection)


def has_orders(database: Database, *ids: int) -> None:
    """Orders with these numbers; nothing else about them matters here."""
    row = {"state": "running", "seq": 1, "changed_at": 0, "open_items": 0, "failed_items": 0, "document": "{}"}
    row |= {"request": "{}", "submitted_by": "shop", "submitted_at": 0, "release_id": 1}
    release = {"id": 1, "digest": "", "semantics": 2, "size": 0, "author": "ann", "created_at": 0}
    with database.writing() as connection:
        connection.execute(insert(releases), release)
        connection.execute(insert(orders), [row | {"id": number} for number in ids])


def restore(database: Database, now: int = 1) -> Installation:
    with database.writing() as connection:
        installation.restored(connection, now)
    return read(database)


def test_an_installation_keeps_its_id_and_key(database: Database) -> None:
    before = read(database)
    with database.writing() as connection:
        installation.make(connection, 5)

    assert read(database) == before
    assert len(before.key) == 32


def test_two_installations_share_neither_id_nor_key(sqlite: Database, postgresql: Database) -> None:
    here, there = read(sqlite), read(postgresql)

    assert here.id != there.id
    assert here.key != there.key
    assert here.callback_token(1, 2, 3) != there.callback_token(1, 2, 3)


def test_each_run_of_each_item_has_a_key_and_a_token_of_its_own(sqlite: Database) -> None:
    house = read(sqlite)
    runs = [(order, item, run) for order in (1, 11) for item in (1, 11) for run in (1, 11)]

    assert house.run_key(7, 3, 1) == f"{house.id}-7-3-1"
    assert len({house.run_key(*each) for each in runs}) == len({house.callback_token(*each) for each in runs}) == 8


def test_orders_after_a_restore_repeat_no_key_of_the_orders_that_were_lost(database: Database) -> None:
    has_orders(database, 1, 2)
    lost = read(database)

    now = restore(database)

    assert now.run_key(2, 1, 1) == lost.run_key(2, 1, 1), "a system that has served it recognises the call"
    assert now.callback_token(2, 1, 1) == lost.callback_token(2, 1, 1), "a callback that is under way still fits"
    assert now.run_key(3, 1, 1) != lost.run_key(3, 1, 1)
    assert now.callback_token(3, 1, 1) != lost.callback_token(3, 1, 1), "a callback for a lost order fits no other"


def test_a_backup_that_is_restored_twice_repeats_no_key_either(database: Database) -> None:
    has_orders(database, 1, 2)
    first = restore(database)
    second = restore(database, 2)

    assert first.run_key(3, 1, 1) != second.run_key(3, 1, 1)
    assert [order for order, _id in second.ids] == [0, 3]


def test_a_copy_for_tests_shares_nothing_with_its_original(database: Database) -> None:
    has_orders(database, 1)
    with database.writing() as connection:
        connection.execute(insert(endpoints), {"system": "crm", "url": "https://crm.example"})
    original = read(database)

    with database.writing() as connection:
        installation.made_a_copy(connection, 1)

    copy = read(database)
    assert copy.run_key(1, 1, 1) != original.run_key(1, 1, 1)
    assert copy.key != original.key
    with database.reading() as connection:
        assert connection.execute(select(endpoints)).all() == []


def test_a_database_that_was_never_prepared_says_so(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(delete(table))

    with pytest.raises(NoInstallation, match="python -m app migrate"):
        read(database)
