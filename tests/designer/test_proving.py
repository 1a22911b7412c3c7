"""A test case says what is expected, and a publication that changes it is refused until somebody accepts that."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from designer import cases, drafts, outcomes, proving, published, publishing
from designer.errors import ChangedOutcomes, MovedMeanwhile, NotPublishable, ScheduleConflict
from designer.rehearsal import rehearse
from designer.trials import Case
from runtime.core.definitions import Attribute, Definition, Step
from runtime.database import Database
from runtime.errors import IllegalMove, Unknown
from runtime.releases import active_id
from tests.builders import (
    a_catalog,
    a_chain,
    a_decision,
    a_decomposition,
    a_line,
    a_plan,
    a_queue,
    a_release,
    a_scenario,
    a_specification,
    a_table,
    a_task,
    an_enrichment,
    an_item,
    an_order,
    together,
)
from tests.designer.people import draft, publish

HIGH, LOW = (("> 100", "0.1"), ("<= 100", "0")), (("> 100", "0.2"), ("<= 100", "0"))
RATED = a_plan(a_decision(inputs={"amount": "150"}), an_item("bill"), after={"bill": "rate"})


def contents(database: Database, moment: int) -> dict[str, Definition]:
    with database.reading() as connection:
        return published.documents(connection, published.active_manifest(connection, moment))


def keep_table_case(database: Database, expected: str = "0.1") -> None:
    with database.writing() as connection:
        case = Case(id=0, name="much", given={"amount": "150"}, expected=expected)
        cases.put(connection, "table", "discount", case, by="anna", now=1000)


def keep_order_case(database: Database) -> str:
    """What becomes of an order now is what is expected from now on."""
    with database.writing() as connection:
        told = rehearse(an_order(), publishing.compiled(connection, [], now=9000), at=0)
        return cases.put_order(connection, "one fibre", an_order(), told, by="anna", now=1000)


def expected_of(database: Database) -> dict[str, str]:
    with database.reading() as connection:
        return {case.ref: case.expected for case in cases.all_of(connection)}


@pytest.fixture
def base(database: Database) -> int:
    """A release whose plan asks the table HIGH, with a test case for the table and one for an order."""
    draft(database, *a_catalog(RATED, a_table("discount", *HIGH)).values())
    release = publish(database)
    keep_table_case(database)
    keep_order_case(database)
    return release


# --- what is expected of an order


def test_the_outcome_of_an_order_tells_lines_items_dependencies_and_rows():
    release = a_release(
        RATED, a_table("discount", *HIGH), a_specification("access"), a_decomposition("fibre", "access")
    )

    assert outcomes.facts(rehearse(an_order(lines=1), release, at=0)) == (
        "line 1 fibre: add",
        "line 1 fibre > access: add",
        "fibre/rate runs",
        "fibre/bill runs",
        "fibre/bill after fibre/rate",
        "fibre/rate decides 0.1 by r1 of discount",
    )


def test_what_is_made_several_times_is_told_apart_by_what_it_is_made_for():
    plan = a_plan(a_task(per="line"), a_task("check", per="fulfilment line"))

    told = outcomes.facts(rehearse(an_order(lines=2), a_release(plan), at=0))

    assert {"fibre/install [1] runs", "fibre/install [2] runs", "fibre/check [line 1 fibre] runs"} <= set(told)
    assert len(set(told)) == len(told)


def test_one_more_item_is_one_more_fact():
    before = outcomes.facts(rehearse(an_order(), a_release(a_plan(an_item("bill"))), at=0))
    after = outcomes.facts(rehearse(an_order(), a_release(a_plan(an_item("aerial"), an_item("bill"))), at=0))

    assert outcomes.difference(before, after) == ((), ("fibre/aerial runs",))


def test_another_order_of_the_items_in_the_definition_is_no_other_outcome():
    one, other = (
        outcomes.facts(rehearse(an_order(), a_release(a_plan(*(an_item(key) for key in keys))), at=0))
        for keys in ("ab", "ba")
    )

    assert outcomes.difference(one, other) == ((), ())


def test_that_an_order_is_refused_is_an_outcome():
    told = outcomes.facts(rehearse(an_order(a_line(action="delete")), a_release(a_scenario(actions=("add",))), at=0))

    assert told[0].startswith("refused: nothing would fulfil the order")
    assert told[1].startswith("fault at /lines/1")


# --- publishing


def test_a_publication_that_changes_no_outcome_asks_for_nothing(database: Database, base: int) -> None:
    draft(database, a_queue("planners"))

    publish(database, now=3000)


def test_a_changed_outcome_refuses_the_publication_with_what_was_expected_and_what_came(
    database: Database, base: int
) -> None:
    draft(database, a_table("discount", *LOW))

    with pytest.raises(ChangedOutcomes) as refusal:
        publish(database, now=3000)
    assert str(refusal.value) == "2 test cases come out differently; mend what changed, or accept the new outcome"
    told = {fault.pointer: fault.message for fault in refusal.value.faults}
    assert told["/table/discount/1"] == "'much' expected 0.1, and 0.2 came"
    assert told["/order/1"] == (
        "'one fibre' expected fibre/rate decides 0.1 by r1 of discount, "
        "and fibre/rate decides 0.2 by r1 of discount came"
    )
    with database.reading() as connection:
        assert active_id(connection, 9000) == base
        assert len(drafts.find(connection)) == 1


def test_accepting_the_new_outcome_publishes_and_is_expected_from_then_on(database: Database, base: int) -> None:
    draft(database, a_table("discount", *LOW))

    with pytest.raises(ChangedOutcomes, match="1 test case "):
        publish(database, now=3000, accept=["order/1"])
    assert expected_of(database)["table/discount/1"] == "0.1"
    publish(database, now=3000, accept=["order/1", "table/discount/1"])
    assert expected_of(database)["table/discount/1"] == "0.2"
    assert "0.2" in expected_of(database)["order/1"]
    draft(database, a_queue("planners"))
    publish(database, now=4000)


def test_accepting_a_case_that_does_not_exist_is_refused(database: Database, base: int) -> None:
    draft(database, a_queue("planners"))

    with pytest.raises(Unknown, match="there is no test case order/9"):
        publish(database, now=3000, accept=["order/9"])


def test_cases_of_definitions_that_are_not_in_the_release_do_not_run(database: Database, base: int) -> None:
    with database.writing() as connection:
        case = Case(id=0, name="odd", given={}, expected="42")
        cases.put(connection, "table", "elsewhere", case, by="anna", now=1000)
    draft(database, a_queue("planners"))

    publish(database, now=3000)


def test_a_case_that_can_no_longer_be_tried_stops_publishing_until_it_is_mended(database: Database, base: int) -> None:
    with database.writing() as connection:
        case = Case(id=1, name="much", given={"amount": "many ("}, expected="0.1")
        cases.put(connection, "table", "discount", case, by="anna", now=1000)
    draft(database, a_queue("planners"))

    with pytest.raises(ChangedOutcomes, match="1 test case") as refusal:
        publish(database, now=3000, accept=["table/discount/1"])
    assert "can no longer be tried" in refusal.value.faults[0].message


def test_errors_come_before_test_cases(database: Database, base: int) -> None:
    draft(database, a_table("discount", ("> (", "0.1")))

    with pytest.raises(NotPublishable):
        publish(database, now=3000)


def test_what_was_looked_at_is_what_is_published_or_nothing(database: Database, base: int) -> None:
    draft(database, a_queue("planners"))
    with database.reading() as connection:
        seen = publishing.prove(connection, now=3000).mark
    draft(database, a_queue("planners", description="who plan"))

    with pytest.raises(MovedMeanwhile):
        publish(database, now=3000, seen=seen)


def test_what_is_proven_before_is_not_tried_again_by_the_writer(
    database: Database, base: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft(database, a_queue("planners"))
    with database.reading() as connection:
        publishing.prove(connection, now=3000)
    asked: list[proving.Case] = []
    tried = proving.tried
    monkeypatch.setattr(proving, "tried", lambda case, *rest, **more: asked.append(case) or tried(case, *rest, **more))

    publish(database, now=3000)
    assert asked == []


def test_another_enrichment_is_another_outcome_though_the_order_asks_for_the_same(database: Database) -> None:
    fibre = a_specification(attributes=(Attribute(name="region"),))
    north, south = (an_enrichment("region", Step(attributes={"region": f'"{text}"'})) for text in ("north", "south"))
    draft(database, *{**a_catalog(), **together(fibre, north)}.values())
    publish(database)
    keep_order_case(database)
    draft(database, south)

    with pytest.raises(ChangedOutcomes) as refusal:
        publish(database, now=3000)
    assert 'line 1 enriched: {"region":"north"}, in step 1 of region' in refusal.value.faults[0].message
    assert 'line 1 fibre: add {"region":"south"}' in refusal.value.faults[0].message


# --- scheduled


def test_what_is_published_now_is_not_lost_when_what_was_scheduled_becomes_active(
    database: Database, base: int
) -> None:
    draft(database, a_chain("survey", key="tomorrow"))
    publish(database, now=3000, at=8000)
    draft(database, a_queue("planners"))
    publish(database, now=4000)

    assert "plan/tomorrow" not in contents(database, 7999)
    assert {"plan/tomorrow", "queue/planners"} <= contents(database, 8000).keys()


def test_what_is_scheduled_later_builds_on_what_is_scheduled_before(database: Database, base: int) -> None:
    draft(database, a_queue("monday"))
    publish(database, now=3000, at=8000)
    draft(database, a_queue("tuesday"))
    publish(database, now=4000, at=9000)

    assert {"queue/monday", "queue/tuesday"} <= contents(database, 9000).keys()


def test_what_is_scheduled_between_reaches_what_comes_after(database: Database, base: int) -> None:
    draft(database, a_queue("tuesday"))
    publish(database, now=3000, at=9000)
    draft(database, a_queue("monday"))
    publish(database, now=4000, at=8000)

    assert "queue/tuesday" not in contents(database, 8999)
    assert {"queue/monday", "queue/tuesday"} <= contents(database, 9000).keys()


def test_the_history_tells_which_release_took_the_place_of_which(database: Database, base: int) -> None:
    draft(database, a_queue("tuesday"))
    late = publish(database, now=3000, at=9000, note="For Tuesday")
    draft(database, a_queue("planners"))
    now = publish(database, now=4000)

    with database.reading() as connection:
        [ahead] = published.coming(connection, 5000)
        replaced = {each.release_id: each.withdrawn for each in published.activation_history(connection, 5000)}
    assert (ahead.at, ahead.release) == (9000, now + 1)
    assert ahead.note == f"For Tuesday\n\nRelease {late}, made anew after release {now}."
    assert replaced[late] == f"replaced by release {now + 1}, after release {now}"


def test_two_changes_of_one_definition_are_asked_about(database: Database, base: int) -> None:
    for answer, tomorrow in (("keep", "For tomorrow"), ("replace", "At once")):
        draft(database, a_queue(f"q{answer}", description="For tomorrow"))
        publish(database, now=3000, at=8000 if answer == "keep" else 9000)
        draft(database, a_queue(f"q{answer}", description="At once"))

        with pytest.raises(ScheduleConflict) as refusal:
            publish(database, now=4000)
        assert [fault.pointer for fault in refusal.value.faults] == [f"/queue/q{answer}"]
        publish(database, now=4000, answer=answer)
        assert contents(database, 5000)[f"queue/q{answer}"].description == "At once"
        assert contents(database, 9000)[f"queue/q{answer}"].description == tomorrow


def test_what_would_break_a_scheduled_release_is_refused_and_named(database: Database, base: int) -> None:
    draft(database, a_queue("planners"))
    publish(database, now=2500)
    draft(database, a_plan(*RATED.items, a_task(queue="planners"), after={"bill": "rate"}))
    late = publish(database, now=3000, at=8000, accept=["order/1"])

    with pytest.raises(NotPublishable, match=f"release {late}, which is scheduled"):
        publish(database, [], remove=["queue/planners"], now=4000)


def test_a_case_that_only_the_scheduled_release_changes_stops_nobody_meanwhile(database: Database, base: int) -> None:
    draft(database, a_table("discount", *LOW))
    publish(database, now=3000, at=8000, accept=["order/1", "table/discount/1"])
    draft(database, a_queue("planners"))
    with database.reading() as connection:
        told = {result.case.ref: result.settled for result in publishing.prove(connection, now=4000).results}
    assert "release 2, scheduled, brings what is expected" in told["table/discount/1"]

    publish(database, now=4000)
    draft(database, a_queue("pickers"))
    publish(database, now=8001)


def test_going_back_now_does_not_come_undone_by_what_is_scheduled(database: Database, base: int) -> None:
    draft(database, a_queue("bad"))
    publish(database, now=2500)
    draft(database, a_queue("good"))
    publish(database, now=3000, at=8000)
    with database.writing() as connection:
        publishing.activate(connection, base, author="bela", now=4000)

    assert "queue/bad" not in contents(database, 8000)
    assert "queue/good" in contents(database, 8000)


def test_going_back_is_refused_where_a_test_case_of_what_is_scheduled_would_come_out_as_nobody_has_seen(
    database: Database, base: int
) -> None:
    draft(database, a_plan(*RATED.items, an_item("check"), after={"bill": "rate"}))
    publish(database, now=2500, accept=["order/1"])
    draft(database, a_table("discount", *LOW))
    publish(database, now=3000, at=8000, accept=["order/1", "table/discount/1"])

    with pytest.raises(ChangedOutcomes, match="scheduled"), database.writing() as connection:
        publishing.activate(connection, base, author="bela", now=4000)


def test_a_cancelled_activation_never_happens_and_what_comes_later_stands_without_it(
    database: Database, base: int
) -> None:
    draft(database, a_queue("monday"))
    publish(database, now=3000, at=8000)
    draft(database, a_queue("tuesday"))
    publish(database, now=3500, at=9000)
    with database.writing() as connection:
        monday = published.coming(connection, 4000)[0]
        publishing.withdraw(connection, monday.id, author="bela", now=4000)

    assert "queue/monday" not in contents(database, 8500)
    assert "queue/monday" not in contents(database, 9000)
    assert "queue/tuesday" in contents(database, 9000)
    with database.reading() as connection:
        told = next(each for each in published.activation_history(connection, 5000) if each.id == monday.id)
    assert (told.withdrawn, told.withdrawn_by, told.withdrawn_at) == ("cancelled", "bela", 4000)


def test_only_what_is_yet_to_come_can_be_cancelled(database: Database, base: int) -> None:
    draft(database, a_queue("monday"))
    publish(database, now=3000, at=8000)
    with database.reading() as connection:
        monday = published.coming(connection, 4000)[0].id

    for number, now, refusal in ((99, 4000, Unknown), (monday, 8000, IllegalMove)):
        with pytest.raises(refusal), database.writing() as connection:
            publishing.withdraw(connection, number, author="bela", now=now)
    with database.writing() as connection:
        publishing.withdraw(connection, monday, author="bela", now=4000)
    with pytest.raises(IllegalMove), database.writing() as connection:
        publishing.withdraw(connection, monday, author="bela", now=4000)


def test_the_active_release_is_still_found_with_one_question(database: Database, base: int) -> None:
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with database.reading() as connection:
        active_id(connection, 9000)

    assert len(asked) == 1


# --- piece by piece -----------------------------------------------------------------------------------


class Enough(Exception):
    pass


def test_a_proof_that_is_stopped_goes_on_where_it_was(database: Database) -> None:
    draft(database, *a_catalog(RATED, a_table("discount", *HIGH)).values())
    publish(database)
    with database.writing() as connection:
        for n in range(5):  # their names make this another proof than that of the other database
            case = Case(id=0, name=f"{n} of {database.engine.url}", given={"amount": "150"}, expected="0.1")
            cases.put(connection, "table", "discount", case, by="anna", now=1000)
    told: list[tuple[int, int]] = []

    def stopping(done: int, total: int) -> None:
        told.append((done, total))
        if done in (2, 4):
            raise Enough

    with database.reading() as connection:
        for _ in range(2):
            with pytest.raises(Enough):
                publishing.prove_release(connection, 1, now=9000, watch=stopping)
        proof = publishing.prove_release(connection, 1, now=9000, watch=stopping)

    assert told == [(n, 5) for n in range(1, 6)], "none is tried twice"
    assert len(proof.results) == 5
    assert all(result.passed for result in proof.results)


def test_a_release_is_proven_as_it_would_be_today(database: Database) -> None:
    draft(database, *a_catalog(RATED, a_table("discount", *HIGH)).values())
    publish(database)
    keep_table_case(database)
    draft(database, a_table("discount", *LOW))
    publish(database, accept=["table/discount/1"])
    with database.reading() as connection:
        first, second = (publishing.prove_release(connection, id_, now=9000) for id_ in (1, 2))

    assert [each.case.ref for each in first.changed] == ["table/discount/1"]
    assert not second.changed
    assert not (first.errors or second.errors)
