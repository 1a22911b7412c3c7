"""People at one definition see each other, and only those who are still there."""

from __future__ import annotations

from designer import presence
from designer.presence import LAPSE, RENEW, Present
from runtime.database import Database

ANNA = Present("p1", "anna", "Anna Arbor", ["item survey"])
BERT = Present("p2", "bert", "Bert Brook", None)


def stay(database: Database, who: Present, now: int, key: str = "fibre") -> None:
    with database.writing() as connection:
        presence.stay(connection, "plan", key, who, now=now)


def there(database: Database, now: int, key: str = "fibre") -> tuple[Present, ...]:
    with database.reading() as connection:
        return presence.find(connection, "plan", key, now=now)


def due(database: Database, who: Present, now: int) -> bool:
    with database.reading() as connection:
        return presence.due(connection, "plan", "fibre", who, now=now)


def test_whoever_said_so_lately_is_there(database: Database) -> None:
    stay(database, BERT, 1000)
    stay(database, ANNA, 2000)
    stay(database, ANNA, 2000, key="copper")

    assert there(database, 2000) == (ANNA, BERT)
    assert there(database, 2000, key="copper") == (ANNA,)


def test_who_says_nothing_any_more_is_gone(database: Database) -> None:
    stay(database, ANNA, 1000)

    assert there(database, 1000 + LAPSE - 1) == (ANNA,)
    assert there(database, 1000 + LAPSE) == ()


def test_one_person_may_have_two_pages_and_leaves_only_one_of_them(database: Database) -> None:
    second = Present("p9", "anna", "Anna Arbor", None)
    stay(database, ANNA, 1000)
    stay(database, second, 1000)
    with database.writing() as connection:
        presence.leave(connection, "plan", "fibre", by="anna", page="p1")
        presence.leave(connection, "plan", "fibre", by="bert", page="p9")

    assert there(database, 1000) == (second,)


def test_there_is_something_to_write_only_for_who_comes_moves_or_would_lapse(database: Database) -> None:
    assert due(database, ANNA, 1000)
    stay(database, ANNA, 1000)

    assert not due(database, ANNA, 1000 + RENEW)
    assert due(database, ANNA, 1001 + RENEW)
    assert due(database, Present("p1", "anna", "Anna Arbor", ["item bill"]), 1000)
