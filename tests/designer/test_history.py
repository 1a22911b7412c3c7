"""Going back to an older state loses nobody's work."""

from __future__ import annotations

import pytest

from designer import drafts, history, publishing
from designer.errors import StaleDraft
from runtime.core.definitions import Definition
from runtime.database import Database
from runtime.errors import Unknown
from tests.builders import a_catalog, a_chain, together

FIRST, SECOND, THIRD = a_chain("survey"), a_chain("survey", "install"), a_chain("survey", "install", "bill")


@pytest.fixture
def published(database: Database) -> Database:
    """Two versions of the plan fibre; the second is active."""
    for now, plan in ((1000, FIRST), (2000, SECOND)):
        with database.writing() as connection:
            for document in (*a_catalog().values(), *together(plan).values()):
                drafts.put(connection, document, revision=None, by="anna", now=now)
            publishing.publish(connection, author="anna", now=now)
    return database


def state(database: Database, name: str) -> history.State:
    with database.reading() as connection:
        return history.state(connection, "plan", "fibre", name, now=5000)


def draft(database: Database, document: Definition, by: str = "bert") -> int:
    with database.writing() as connection:
        return drafts.put(connection, document, revision=None, by=by, now=3000).revision


def restore(database: Database, name: str, revision: int) -> int | None:
    with database.writing() as connection:
        return history.restore(connection, "plan", "fibre", name, revision=revision, by="cleo", now=4000)


def test_a_version_is_called_by_its_number_or_active(published: Database) -> None:
    assert state(published, "1").document == FIRST
    assert state(published, "active") == state(published, "2")
    assert (state(published, "2").label, state(published, "2").author, state(published, "2").at) == (
        "Version 2",
        "anna",
        2000,
    )


@pytest.mark.parametrize("name", ["3", "0", "draft", "aside-1", "aside-", "-1", "x", "", "99999999999", "²"])
def test_a_state_that_is_not_there_is_unknown(published: Database, name: str) -> None:
    with pytest.raises(Unknown):
        state(published, name)


def test_an_older_version_becomes_the_draft(published: Database) -> None:
    assert restore(published, "1", revision=0) is None
    assert state(published, "draft").document == FIRST
    assert state(published, "draft").author == "cleo"


def test_the_draft_that_gives_way_is_kept_and_comes_back(published: Database) -> None:
    revision = draft(published, THIRD)

    assert restore(published, "1", revision) == revision
    kept = state(published, f"aside-{revision}")
    assert (kept.document, kept.author) == (THIRD, "bert")

    restore(published, f"aside-{revision}", state(published, "draft").revision or 0)
    assert state(published, "draft").document == THIRD
    with published.reading() as connection:
        told = [(each.revision, each.reason) for each in history.all_set_aside(connection, "plan", "fibre")]
    assert told == [(revision + 1, "The draft set aside was restored"), (revision, "Version 1 was restored")]


def test_a_draft_that_says_the_same_is_not_kept_twice(published: Database) -> None:
    assert restore(published, "1", draft(published, FIRST)) is None


def test_somebody_who_saved_meanwhile_is_not_overwritten(published: Database) -> None:
    seen = draft(published, THIRD)
    draft(published, SECOND, by="dora")

    with pytest.raises(StaleDraft) as refusal:
        restore(published, "1", seen)
    assert "dora" in str(refusal.value)
    assert state(published, "draft").document == SECOND


def test_the_current_state_is_the_draft_or_else_the_newest_version(published: Database) -> None:
    with published.reading() as connection:
        assert history.current(connection, "plan", "fibre").name == "2"
    draft(published, THIRD)
    with published.reading() as connection:
        assert history.current(connection, "plan", "fibre").name == "draft"
        with pytest.raises(Unknown):
            history.current(connection, "plan", "copper")


def test_a_discarded_draft_can_be_brought_back(published: Database) -> None:
    revision = draft(published, THIRD)
    with published.writing() as connection:
        assert history.discard(connection, "plan", "fibre", revision=revision, by="cleo", now=4000)

    restore(published, f"aside-{revision}", revision=0)
    assert state(published, "draft").document == THIRD


def test_of_a_draft_that_was_never_published_nothing_is_left(published: Database) -> None:
    revision = draft(published, a_chain("survey", key="copper"))
    with published.writing() as connection:
        assert not history.discard(connection, "plan", "copper", revision=revision, by="cleo", now=4000)
        assert history.all_set_aside(connection, "plan", "copper") == []
