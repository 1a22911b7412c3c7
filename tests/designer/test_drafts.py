"""One draft a definition; nobody's work is overwritten unseen."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from designer import drafts, published, publishing
from designer.errors import StaleDraft
from runtime.core.definitions import Definition
from runtime.database import Database
from runtime.errors import Unknown
from tests.builders import a_catalog, a_chain, a_plan, a_queue, a_task

FIRST, SECOND, THIRD = a_chain("survey"), a_chain("survey", "install"), a_chain("survey", "install", "bill")


def put(database: Database, document: Definition, revision: int | None = None, by: str = "anna"):
    with database.writing() as connection:
        return drafts.put(connection, document, revision=revision, by=by, now=1000)


def get(database: Database, key: str = "fibre", kind: str = "plan"):
    with database.reading() as connection:
        return drafts.get(connection, kind, key)


def publish_all(database: Database, **catalog: Definition) -> int:
    with database.writing() as connection:
        for document in a_catalog(**catalog).values():
            drafts.put(connection, document, revision=None, by="anna", now=1000)
        return publishing.publish(connection, author="anna", now=2000)


def test_a_draft_is_kept_as_it_was_put(database: Database) -> None:
    put(database, SECOND)

    draft = get(database)
    assert draft.definition == SECOND
    assert (draft.revision, draft.updated_by, draft.updated_at, draft.base_version) == (1, "anna", 1000, None)


def test_every_save_moves_the_revision_on(database: Database) -> None:
    assert [
        put(database, FIRST, 0).revision,
        put(database, SECOND, 1).revision,
        put(database, THIRD, 2).revision,
    ] == [
        1,
        2,
        3,
    ]


def test_a_draft_may_be_full_of_errors(database: Database) -> None:
    put(database, a_plan(a_task(queue="")))

    assert get(database).definition.items[0].queue == ""


def test_a_stale_revision_is_refused_with_both_states(database: Database) -> None:
    put(database, FIRST, 0)
    put(database, SECOND, 1, by="bela")

    with pytest.raises(StaleDraft, match="bela saved revision 2") as refusal:
        put(database, THIRD, 1)
    assert refusal.value.mine == THIRD
    assert refusal.value.theirs.definition == SECOND
    assert get(database).definition == SECOND


def test_two_first_drafts_of_one_definition_do_not_overwrite_each_other(database: Database) -> None:
    put(database, FIRST, 0, by="bela")

    with pytest.raises(StaleDraft):
        put(database, SECOND, 0)


def test_without_a_revision_the_last_one_wins(database: Database) -> None:
    put(database, FIRST)

    assert put(database, SECOND).revision == 2


def test_a_discarded_draft_is_gone(database: Database) -> None:
    put(database, FIRST)
    with database.writing() as connection:
        drafts.discard(connection, "plan", "fibre", revision=1, by="anna", now=3000)

    assert get(database) is None
    with pytest.raises(Unknown), database.writing() as connection:
        drafts.discard(connection, "plan", "fibre", revision=None, by="anna", now=3000)


def test_a_draft_that_moved_is_not_discarded(database: Database) -> None:
    put(database, FIRST, 0)
    put(database, SECOND, 1)

    with pytest.raises(StaleDraft), database.writing() as connection:
        drafts.discard(connection, "plan", "fibre", revision=1, by="anna", now=3000)
    assert get(database).definition == SECOND


def test_a_page_left_open_cannot_overwrite_the_draft_that_was_started_since(database: Database) -> None:
    put(database, FIRST, 0)
    with database.writing() as connection:
        drafts.discard(connection, "plan", "fibre", revision=1, by="anna", now=3000)
    put(database, SECOND, 0, by="bela")

    with pytest.raises(StaleDraft):
        put(database, THIRD, 1)


def test_saving_into_a_draft_that_was_published_says_so(database: Database) -> None:
    publish_all(database)

    with pytest.raises(StaleDraft, match="published or discarded") as refusal:
        put(database, SECOND, 1)
    assert refusal.value.theirs is None


def test_opening_a_published_definition_starts_a_draft_from_its_newest_version(database: Database) -> None:
    publish_all(database, plan=SECOND)
    with database.writing() as connection:
        draft = drafts.start(connection, "plan", "fibre", by="bela", now=4000)

        assert draft.definition == SECOND
        newest = published.history(connection, "plan", "fibre")[0]
        assert draft.base_version == newest.id
        assert drafts.start(connection, "plan", "fibre", by="carl", now=5000).updated_by == "bela"


def test_a_draft_can_start_from_any_version(database: Database) -> None:
    publish_all(database, plan=FIRST)
    publish_all(database, plan=SECOND)
    with database.writing() as connection:
        assert drafts.start(connection, "plan", "fibre", number=1, by="bela", now=4000).definition == FIRST


def test_restoring_an_old_version_never_swallows_a_draft(database: Database) -> None:
    publish_all(database, plan=FIRST)
    put(database, SECOND)

    with pytest.raises(StaleDraft), database.writing() as connection:
        drafts.start(connection, "plan", "fibre", number=1, by="bela", now=4000)
    assert get(database).definition == SECOND


def test_a_draft_cannot_start_from_nothing(database: Database) -> None:
    with pytest.raises(Unknown, match="there is no plan 'fibre'"), database.writing() as connection:
        drafts.start(connection, "plan", "fibre", by="bela", now=4000)


def test_the_list_shows_what_is_published_what_is_drafted_and_who_changed_it_last(database: Database) -> None:
    publish_all(database)
    put(database, a_queue("planners", description="new"), by="bela")
    put(database, a_chain("survey", "install"), by="carl")
    with database.reading() as connection:
        listed = {f"{each.kind}/{each.key}": each for each in drafts.definitions(connection)}

    assert list(listed) == sorted(listed)
    fibre, planners, system = listed["plan/fibre"], listed["queue/planners"], listed["system/fulfilment"]
    assert (fibre.name, fibre.number, fibre.has_draft, fibre.changed_by) == ("Fibre", 1, True, "carl")
    assert (planners.number, planners.has_draft, planners.changed_by) == (None, True, "bela")
    assert (system.number, system.has_draft, system.changed_by) == (1, False, "anna")


def test_the_list_can_be_searched(database: Database) -> None:
    publish_all(database)
    with database.reading() as connection:
        assert [each.key for each in drafts.definitions(connection, search="TECHN")] == ["technicians"]
        assert [each.key for each in drafts.definitions(connection, kind="system")] == ["fulfilment"]


def test_moving_cards_is_no_change_of_the_definition(database: Database) -> None:
    publish_all(database)
    with database.writing() as connection:
        drafts.put_layout(connection, "plan", "fibre", {"survey": {"x": 1}}, by="anna", now=1)
        drafts.put_layout(connection, "plan", "fibre", {"survey": {"x": 2}}, by="bela", now=2)

    with database.reading() as connection:
        assert drafts.layout(connection, "plan", "fibre") == {"survey": {"x": 2}}
        assert drafts.layout(connection, "plan", "other") is None
        assert not any(each.has_draft for each in drafts.definitions(connection))


@pytest.mark.postgresql
@pytest.mark.parametrize("there_is_one", [False, True], ids=["the first draft", "an existing draft"])
def test_of_two_who_save_in_the_same_moment_one_is_told(postgresql: Database, there_is_one: bool) -> None:
    if there_is_one:
        put(postgresql, FIRST, 0)
    revision = 1 if there_is_one else 0
    outcomes: list[object] = []

    def save_second() -> None:
        try:
            outcomes.append(put(postgresql, THIRD, revision, by="bela"))
        except StaleDraft as refusal:
            outcomes.append(refusal)

    second = threading.Thread(target=save_second)
    with postgresql.writing() as connection:
        drafts.put(connection, SECOND, revision=revision, by="anna", now=1000)
        second.start()
        while not waiting_for_a_lock(postgresql):
            assert second.is_alive(), outcomes
    second.join()

    (refusal,) = outcomes
    assert isinstance(refusal, StaleDraft)
    assert refusal.theirs is not None
    assert refusal.theirs.definition == get(postgresql).definition == SECOND


def waiting_for_a_lock(database: Database) -> bool:
    with database.reading() as connection:
        return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())
