"""What is drafted becomes versions and a release, all of it or nothing."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from designer import drafts, published, publishing
from designer.errors import NothingToPublish, NotProven, NotPublishable
from runtime.core import versions
from runtime.core.definitions import name_of
from runtime.database import Database
from runtime.errors import IllegalMove, Unknown
from runtime.releases import active_id
from runtime.schema import orders
from tests.builders import a_catalog, a_chain, a_plan, a_queue, a_task, an_item
from tests.designer.people import draft, publish

FIRST, SECOND = a_chain("survey"), a_chain("survey", "install")


@pytest.fixture
def base(database: Database) -> int:
    """A first release with the plan FIRST, active since 2000."""
    draft(database, *a_catalog(FIRST).values())
    return publish(database)


def numbers(database: Database, key: str = "fibre") -> list[int]:
    with database.reading() as connection:
        return [version.number for version in published.history(connection, "plan", key)]


def active(database: Database, now: int = 9000) -> int | None:
    with database.reading() as connection:
        return active_id(connection, now)


def test_publishing_freezes_every_draft_and_activates_the_release(database: Database, base: int) -> None:
    with database.reading() as connection:
        assert published.definitions_of(connection, base) == dict(sorted(a_catalog(FIRST).items()))
        assert drafts.find(connection) == []
    assert active(database) == base


def test_a_version_is_stored_under_the_hash_of_its_document(database: Database, base: int) -> None:
    with database.reading() as connection:
        for name, id_ in published.manifest_of(connection, base).items():
            document = published.document(connection, *name.split("/"))
            assert hashlib.sha256(versions.canonical(document)).hexdigest() == id_


def test_a_release_is_the_active_one_with_what_changed(database: Database, base: int) -> None:
    draft(database, SECOND)
    second = publish(database, now=3000)

    with database.reading() as connection:
        before, after = published.manifest_of(connection, base), published.manifest_of(connection, second)
    assert {name for name in after if before.get(name) != after[name]} == {"plan/fibre"}
    assert before.keys() == after.keys()
    assert numbers(database) == [2, 1]


def test_only_the_drafts_that_are_named_are_published(database: Database, base: int) -> None:
    draft(database, SECOND, a_queue("planners"))
    publish(database, ["plan/fibre"], now=3000)

    with database.reading() as connection:
        assert [each.name for each in drafts.find(connection)] == ["queue/planners"]


def test_a_draft_that_says_what_is_published_already_makes_no_version(database: Database, base: int) -> None:
    draft(database, FIRST, a_queue("planners"))
    publish(database, now=3000)

    assert numbers(database) == [1]


def test_content_equal_to_an_older_version_is_that_version(database: Database, base: int) -> None:
    draft(database, SECOND)
    publish(database, now=3000)
    draft(database, FIRST)
    third = publish(database, now=4000)

    assert numbers(database) == [2, 1]
    with database.reading() as connection:
        assert published.manifest_of(connection, third) == published.manifest_of(connection, base)


def test_publishing_nothing_new_is_refused(database: Database, base: int) -> None:
    with pytest.raises(NothingToPublish):
        publish(database, now=3000)
    draft(database, FIRST)
    with pytest.raises(NothingToPublish):
        publish(database, now=3000)


def test_errors_refuse_the_release_and_nothing_has_happened(database: Database, base: int) -> None:
    draft(database, a_plan(an_item("survey"), a_task(queue="")), a_queue("planners"))

    with pytest.raises(NotPublishable) as refusal:
        publish(database, now=3000)
    assert [(p.definition, p.pointer, p.code) for p in refusal.value.problems if p.severity == "error"] == [
        ("plan/fibre", "/items/1/queue", "manual-without-queue")
    ]
    assert refusal.value.faults[0].pointer == "/plan/fibre/items/1/queue"
    assert active(database) == base
    with database.reading() as connection:
        assert len(drafts.find(connection)) == 2
        assert len(published.all_releases(connection, now=9000)) == 1


def test_errors_in_what_is_not_published_do_not_matter(database: Database, base: int) -> None:
    draft(database, a_plan(a_task(queue="")), a_queue("planners"))

    publish(database, ["queue/planners"], now=3000)


def test_a_release_is_checked_as_a_whole(database: Database, base: int) -> None:
    draft(database, a_plan(a_task(queue="planners")), a_queue("planners"))

    with pytest.raises(NotPublishable, match="1 error"):
        publish(database, ["plan/fibre"], now=3000)
    publish(database, now=3000)


def test_a_definition_can_be_left_out(database: Database, base: int) -> None:
    second = publish(database, [], remove=["queue/technicians"], now=3000)

    with database.reading() as connection:
        assert "queue/technicians" not in published.manifest_of(connection, second)
        assert "queue/technicians" in published.manifest_of(connection, base)


def test_what_others_need_cannot_be_left_out(database: Database, base: int) -> None:
    with pytest.raises(NotPublishable):
        publish(database, [], remove=["plan/fibre"], now=3000)


def test_names_that_mean_nothing_are_refused(database: Database, base: int) -> None:
    for arguments in ({"names": ["plan/copper"]}, {"names": [], "remove": ["plan/copper"]}):
        with pytest.raises(Unknown):
            publish(database, now=3000, **arguments)


def test_a_name_without_a_draft_stands_for_its_newest_version(database: Database, base: int) -> None:
    draft(database, SECOND)
    publish(database, now=3000, activate=False)
    third = publish(database, ["plan/fibre"], now=4000)

    with database.reading() as connection:
        assert published.definitions_of(connection, third)["plan/fibre"] == SECOND


def test_a_release_can_wait_to_be_activated(database: Database, base: int) -> None:
    draft(database, SECOND)
    second = publish(database, now=3000, activate=False)

    assert active(database) == base
    with database.writing() as connection:
        publishing.activate(connection, second, author="bela", now=4000, at=8000)
    assert active(database, 7999) == base
    assert active(database, 8000) == second


def test_an_older_release_can_be_activated_again(database: Database, base: int) -> None:
    draft(database, SECOND)
    second = publish(database, now=3000)
    with database.writing() as connection:
        publishing.activate(connection, base, author="bela", now=4000)

    assert active(database) == base
    with database.reading() as connection:
        history = published.activation_history(connection, 5000)
    assert [(each.release_id, each.at, each.author) for each in history] == [
        (base, 4000, "bela"),
        (second, 3000, "anna"),
        (base, 2000, "anna"),
    ]


def test_what_was_activated_last_in_one_moment_is_active(database: Database, base: int) -> None:
    draft(database, SECOND)
    second = publish(database, now=2000)

    assert active(database) == second


def test_activation_in_the_past_or_of_nothing_is_refused(database: Database, base: int) -> None:
    with pytest.raises(IllegalMove), database.writing() as connection:
        publishing.activate(connection, base, author="bela", now=4000, at=3999)
    with pytest.raises(Unknown), database.writing() as connection:
        publishing.activate(connection, 99, author="bela", now=4000)


def test_the_list_of_releases_tells_which_is_active_which_comes_and_what_still_runs(
    database: Database, base: int
) -> None:
    draft(database, SECOND)
    second = publish(database, now=3000, note="Install too", at=8000)
    add_orders(database, base, ended=[None, None, 5000])

    with database.reading() as connection:
        newest, oldest = published.all_releases(connection, now=4000)
        assert published.live_orders(connection) == {base: 2}
    assert (newest.id, newest.note, newest.is_active, newest.next_at) == (second, "Install too", False, 8000)
    assert (oldest.id, oldest.is_active, oldest.next_at, oldest.live_orders) == (base, True, None, 2)


def test_the_history_of_a_definition_names_the_releases_it_is_in(database: Database, base: int) -> None:
    draft(database, a_queue("planners"))
    second = publish(database, now=3000)
    draft(database, SECOND)
    third = publish(database, now=4000)

    with database.reading() as connection:
        history = published.history(connection, "plan", "fibre")
    assert [(version.number, version.releases) for version in history] == [(2, (third,)), (1, (base, second))]


def test_the_problems_can_be_seen_before_publishing(database: Database, base: int) -> None:
    draft(database, a_plan(a_task(queue="")))

    with database.reading() as connection:
        assert [each.code for each in publishing.problems(connection, now=3000)] == ["manual-without-queue"]
        assert publishing.problems(connection, [], now=3000) == []


@pytest.mark.postgresql
def test_two_people_who_publish_at_once_lose_nothing(postgresql: Database) -> None:
    draft(postgresql, *a_catalog(FIRST).values())
    publish(postgresql)
    draft(postgresql, SECOND, a_queue("planners"))
    start = threading.Barrier(2)

    def one(name: str) -> None:
        start.wait()
        publish(postgresql, [name], now=3000)

    threads = [threading.Thread(target=one, args=(name,)) for name in ("plan/fibre", "queue/planners")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with postgresql.reading() as connection:
        release = published.definitions_of(connection, active(postgresql))
    assert release["plan/fibre"] == SECOND
    assert "queue/planners" in release


@pytest.mark.postgresql
def test_what_somebody_is_just_saving_is_published_too_and_not_lost(postgresql: Database) -> None:
    draft(postgresql, *a_catalog(FIRST).values())
    made: list[int] = []
    publishing_it = threading.Thread(target=lambda: made.append(publish(postgresql)))
    with postgresql.writing() as connection:
        drafts.put(connection, SECOND, revision=1, by="bela", now=1500)
        publishing_it.start()
        while not connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one():
            assert publishing_it.is_alive()
    publishing_it.join()

    with postgresql.reading() as connection:
        assert published.definitions_of(connection, made[0])["plan/fibre"] == SECOND


def add_orders(database: Database, release_id: int, ended: list[int | None]) -> None:
    with database.writing() as connection:
        for ended_at in ended:
            connection.execute(
                insert(orders).values(
                    release_id=release_id,
                    state="in progress" if ended_at is None else "completed",
                    seq=1,
                    open_items=0,
                    failed_items=0,
                    document="{}",
                    request="{}",
                    submitted_by="anna",
                    submitted_at=1,
                    changed_at=1,
                    ended_at=ended_at,
                )
            )


# --- proven while nobody waits ------------------------------------------------------------------------


def test_what_was_proven_is_published_without_checking_it_again(
    database: Database, base: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft(database, a_queue("planners", description="proven before"))
    with database.reading() as connection:
        publishing.prove(connection, now=3000)
    checked: list[int] = []
    monkeypatch.setattr("designer.proofs.checking.check", lambda definitions: checked.append(len(definitions)) or [])
    publish(database, now=3000, proven=True)

    assert checked == []


def test_what_changed_while_it_was_proven_is_not_published(database: Database, base: int) -> None:
    draft(database, a_queue("planners", description="seen"))
    with database.reading() as connection:
        publishing.prove(connection, now=3000)
    draft(database, a_queue("planners", description="saved meanwhile"))

    with pytest.raises(NotProven):
        publish(database, now=3000, proven=True)
    assert active(database) == base


def test_what_another_publication_made_active_meanwhile_is_proven_again(database: Database, base: int) -> None:
    draft(database, a_queue("planners"), a_queue("managers", description="at once"))
    with database.reading() as connection:
        publishing.prove(connection, ["queue/planners"], now=3000)
    publish(database, ["queue/managers"], now=3000)

    with pytest.raises(NotProven):
        publish(database, ["queue/planners"], now=3000, proven=True)


def test_definitions_can_be_published_without_a_draft_and_end_drafts_of_their_names(
    database: Database, base: int
) -> None:
    draft(database, a_queue("planners", description="of somebody else"))
    given = a_queue("planners", description="from a folder")
    second = publish(database, ["queue/planners"], now=3000, given=[given])

    with database.reading() as connection:
        assert published.definitions_of(connection, second)["queue/planners"] == given
        assert drafts.find(connection) == []


def test_publishing_many_definitions_takes_as_few_statements_as_one(database: Database, base: int) -> None:
    def statements(number: int) -> int:
        asked: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            asked.append(statement)

        given = [a_queue(f"many{number}-{n}") for n in range(number)]
        event.listen(database.engine, "before_cursor_execute", note)
        publish(database, [name_of(each) for each in given], now=3000, given=given)
        event.remove(database.engine, "before_cursor_execute", note)
        return len(asked)

    assert statements(200) <= statements(2) + 2
