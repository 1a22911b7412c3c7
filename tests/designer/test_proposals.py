"""Where four eyes are asked for, nobody publishes what only the same two have seen."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from designer import cases, drafts, proposals, published, publishing
from designer.errors import MovedMeanwhile, NothingToPublish, NotPublishable, SamePerson, VoidProposal
from designer.proposals import Request
from designer.rehearsal import rehearse
from runtime.database import Database
from runtime.errors import IllegalMove, Unknown
from runtime.releases import active_id
from tests.builders import a_catalog, a_chain, a_plan, a_queue, a_task, an_order
from tests.designer.people import draft, publish

FIRST, SECOND = a_chain("survey"), a_chain("survey", "install")


@pytest.fixture
def base(database: Database) -> int:
    draft(database, *a_catalog(FIRST).values())
    return publish(database)


def propose(database: Database, *, author: str = "anna", now: int = 3000, **asked) -> int:
    with database.writing() as connection:
        return proposals.propose(connection, Request(**asked), author=author, now=now)


def approve(database: Database, id_: int, *, by: str = "bela", now: int = 4000, **rest) -> int:
    with database.writing() as connection:
        return proposals.approve(connection, id_, by=by, now=now, **rest)


def get(database: Database, id_: int) -> proposals.Proposal:
    with database.reading() as connection:
        return proposals.get(connection, id_)


def test_what_is_proposed_is_published_when_somebody_else_approves(database: Database, base: int) -> None:
    draft(database, SECOND)
    proposal = propose(database, note="Install too")
    with database.reading() as connection:
        assert active_id(connection, 3500) == base
    release = approve(database, proposal)

    with database.reading() as connection:
        assert published.definitions_of(connection, release)["plan/fibre"] == SECOND
        assert active_id(connection, 4000) == release
        assert published.all_releases(connection, now=4000)[0].author == "anna"
        assert proposals.of_release(connection, release) == get(database, proposal)
    told = get(database, proposal)
    assert (told.state, told.decided_by, told.decided_at, told.release_id) == ("approved", "bela", 4000, release)


def test_nobody_approves_what_they_proposed(database: Database, base: int) -> None:
    draft(database, SECOND, by="bela")
    proposal = propose(database)

    with pytest.raises(SamePerson, match="you proposed this release"):
        approve(database, proposal, by="anna")
    assert get(database, proposal).waits


def test_nobody_approves_what_they_wrote_whoever_saved_it_last(database: Database, base: int) -> None:
    draft(database, SECOND, by="bela")
    draft(database, a_chain("survey", "bill"), by="carl")
    proposal = propose(database)
    assert get(database, proposal).authors == ("anna", "bela", "carl")

    for author in ("bela", "carl"):
        with pytest.raises(SamePerson, match="you wrote part"):
            approve(database, proposal, by=author)
    approve(database, proposal, by="dora")


def test_who_wrote_an_earlier_draft_of_it_may_approve_a_later_one(database: Database, base: int) -> None:
    draft(database, a_queue("planners"), by="bela")
    with database.writing() as connection:
        publishing.publish(connection, author="bela", now=2500)
    draft(database, a_queue("planners", description="who plan"))

    approve(database, propose(database), by="bela")


def test_a_draft_that_changes_afterwards_voids_the_proposal(database: Database, base: int) -> None:
    draft(database, SECOND, a_queue("planners"))
    proposal = propose(database)
    draft(database, a_chain("survey", "bill"))

    with database.reading() as connection:
        assert proposals.moved(connection, get(database, proposal)) == ("plan/fibre",)
    with pytest.raises(VoidProposal, match="plan/fibre changed since it was made"):
        approve(database, proposal)
    assert get(database, proposal).waits


def test_a_draft_that_is_discarded_or_published_voids_it_too(database: Database, base: int) -> None:
    draft(database, SECOND)
    proposal = propose(database)
    with database.writing() as connection:
        drafts.discard(connection, "plan", "fibre", revision=None, by="anna", now=3500)

    with pytest.raises(VoidProposal):
        approve(database, proposal)


def test_a_draft_started_after_the_proposal_is_no_part_of_it(database: Database, base: int) -> None:
    draft(database, SECOND)
    proposal = propose(database)
    draft(database, a_queue("planners"))
    release = approve(database, proposal)

    with database.reading() as connection:
        assert "queue/planners" not in published.manifest_of(connection, release)


def test_what_else_is_published_meanwhile_is_kept(database: Database, base: int) -> None:
    draft(database, SECOND, a_queue("planners"))
    proposal = propose(database, names=("plan/fibre",))
    approve(database, propose(database, names=("queue/planners",)), now=3500)
    release = approve(database, proposal)

    with database.reading() as connection:
        assert "queue/planners" in published.manifest_of(connection, release)


def test_what_cannot_be_published_cannot_be_proposed(database: Database, base: int) -> None:
    with pytest.raises(NothingToPublish):
        propose(database)
    draft(database, a_plan(a_task(queue="")))
    with pytest.raises(NotPublishable):
        propose(database)
    with database.reading() as connection:
        assert proposals.find(connection) == []


def test_what_became_impossible_meanwhile_is_refused_at_the_approval(database: Database, base: int) -> None:
    draft(database, a_queue("planners"))
    publish(database, now=2500)
    draft(database, a_plan(a_task(queue="planners")))
    proposal = propose(database)
    publish(database, [], remove=["queue/planners"], now=3500)

    with pytest.raises(NotPublishable):
        approve(database, proposal)
    assert get(database, proposal).waits


def test_an_approval_is_of_what_was_looked_at(database: Database, base: int) -> None:
    draft(database, SECOND, a_queue("planners"))
    proposal = propose(database, names=("plan/fibre",))
    with database.reading() as connection:
        seen = proposals.prove(connection, get(database, proposal).request, now=3500).mark
    approve(database, propose(database, names=("queue/planners",)), now=3600)

    with pytest.raises(MovedMeanwhile):
        approve(database, proposal, seen=seen)


def test_an_accepted_test_case_that_was_removed_meanwhile_is_in_nobodys_way(database: Database, base: int) -> None:
    with database.writing() as connection:
        told = rehearse(an_order(), publishing.compiled(connection, [], now=2500), at=2500)
        case = cases.put_order(connection, "one fibre", an_order(), told, by="anna", now=2500)
    draft(database, SECOND)
    proposal = propose(database, accept=(case,))
    with database.writing() as connection:
        cases.remove(connection, "order", "", 1)

    approve(database, proposal)


def test_a_rejected_proposal_says_why_and_is_never_approved(database: Database, base: int) -> None:
    draft(database, SECOND)
    proposal = propose(database)
    for reason in ("", "  "):
        with pytest.raises(IllegalMove, match="say why"), database.writing() as connection:
            proposals.reject(connection, proposal, by="bela", reason=reason, now=3500)
    with database.writing() as connection:
        proposals.reject(connection, proposal, by="bela", reason="Too early", now=3500)

    assert (get(database, proposal).state, get(database, proposal).reason) == ("rejected", "Too early")
    with pytest.raises(IllegalMove, match="was rejected by bela already"):
        approve(database, proposal, by="carl")
    with database.reading() as connection:
        assert [each.name for each in drafts.find(connection)] == ["plan/fibre"]


def test_its_author_withdraws_it_and_nobody_else(database: Database, base: int) -> None:
    draft(database, SECOND)
    proposal = propose(database)
    with pytest.raises(SamePerson, match="only anna"), database.writing() as connection:
        proposals.withdraw(connection, proposal, by="bela", now=3500)
    with pytest.raises(SamePerson, match="withdraw it instead"), database.writing() as connection:
        proposals.reject(connection, proposal, by="anna", reason="no", now=3500)
    with database.writing() as connection:
        proposals.withdraw(connection, proposal, by="anna", now=3500)

    assert get(database, proposal).state == "withdrawn"


def test_an_approval_in_time_schedules_and_one_that_comes_late_activates_at_once(database: Database, base: int) -> None:
    draft(database, SECOND)
    early = approve(database, propose(database, at=9000))
    draft(database, a_queue("planners"))
    late = approve(database, propose(database, at=3900), now=4000)

    with database.reading() as connection:
        assert active_id(connection, 4000) == late
        assert [entry.at for entry in published.coming(connection, 4000)] == [9000]
        assert early != published.coming(connection, 4000)[0].release  # made anew with what became active before


def test_what_does_not_exist_is_not_found(database: Database, base: int) -> None:
    for number in (99, 2**70):
        with pytest.raises(Unknown):
            get(database, number)


@pytest.mark.postgresql
def test_of_two_who_decide_at_once_the_first_one_does(postgresql: Database) -> None:
    draft(postgresql, *a_catalog(FIRST).values())
    publish(postgresql)
    draft(postgresql, SECOND)
    proposal = propose(postgresql)
    start, refused = threading.Barrier(2), []

    def one(by: str) -> None:
        start.wait()
        try:
            approve(postgresql, proposal, by=by)
        except IllegalMove as refusal:
            refused.append(str(refusal))

    threads = [threading.Thread(target=one, args=(name,)) for name in ("bela", "carl")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert "was approved by" in refused[0]
    with postgresql.reading() as connection:
        assert len(published.all_releases(connection, now=9000)) == 2


@pytest.mark.postgresql
def test_a_draft_that_is_saved_while_it_is_approved_is_not_published_unseen(postgresql: Database) -> None:
    draft(postgresql, *a_catalog(FIRST).values())
    publish(postgresql)
    draft(postgresql, SECOND)
    proposal = propose(postgresql)
    told: list[str] = []

    def one() -> None:
        try:
            approve(postgresql, proposal)
        except VoidProposal as refusal:
            told.append(str(refusal))

    approving = threading.Thread(target=one)
    with postgresql.writing() as connection:
        drafts.put(connection, a_chain("survey", "bill"), revision=None, by="anna", now=3500)
        approving.start()
        while not connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one():
            assert approving.is_alive()
    approving.join()

    assert told == ["the proposal is void: plan/fibre changed since it was made; propose what is there now"]
