"""A rehearsal tells what would really happen, no more and no less."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from designer.asking import SampleAnswer
from designer.comparison import compare
from designer.rehearsal import Planned, Rehearsal, rehearse
from runtime.core.calendars import WEEK
from runtime.core.definitions import Automatic, Definition, Dependency, Item, Manual, Milestone, Step, Target, Week
from runtime.core.events import ItemFailed, OrderSubmitted, PlanGenerated, QuestionAnswered, QuestionAsked
from runtime.core.messages import CompleteTask, Retry, Skip
from runtime.core.orders import Order
from runtime.core.release import Release
from tests.builders import (
    a_calendar,
    a_callout,
    a_chain,
    a_decision,
    a_decomposition,
    a_line,
    a_plan,
    a_question,
    a_queue,
    a_release,
    a_scenario,
    a_specification,
    a_table,
    a_task,
    a_wait,
    an_enrichment,
    an_item,
    an_order,
)
from tests.core.simulation import Rows, World
from tests.core.stories import Story, a_call

MONDAY = round(datetime(2026, 6, 1, 9, tzinfo=UTC).timestamp() * 1000)  # at nine
FRIDAY = MONDAY + 4 * 86_400_000
HOUR = 3_600_000


def rehearsed(*documents: Definition, order: Order | None = None, at: int = MONDAY) -> Rehearsal:
    return rehearse(order or an_order(), a_release(*documents), at=at)


def by_key(rehearsal: Rehearsal) -> dict[str, Planned]:
    return {item.key: item for item in rehearsal.items}


def keys(rehearsal: Rehearsal, numbers: Any) -> list[str]:
    return [rehearsal.items[n].key for n in numbers]


# --- the plan is the plan -----------------------------------------------------------------------------


def test_a_rehearsal_has_exactly_the_plan_that_the_order_gets() -> None:
    for seed in range(300):
        world = World(seed)
        world.submit()
        for _ in range(20_000):
            world.step()
            if world.orders[1].items or world.orders[1].state == "rejected":
                break
        order = world.orders[1]
        if order.state == "rejected":
            continue
        (made,) = [event for _, _, event, _ in order.journal if isinstance(event, PlanGenerated)]
        asked, answers = asked_and_answered(order)
        told = rehearse(asked, world.release, at=MONDAY, answers=answers)

        planned = [(i.plan, i.key, i.kind, i.targets, i.lines, i.group) for i in told.items]
        assert planned == [(i.plan, i.key, i.kind, i.targets, i.lines, i.group) for i in made.items], f"seed {seed}"
        assert list(told.edges) == [tuple(edge) for edge in made.dependencies], f"seed {seed}"
        assert told.fulfilments == order.fulfilments
        assert told.order == order.document
        assert not compare(told, rehearse(asked, world.release, at=MONDAY, answers=answers)).differs


def asked_and_answered(order: Rows) -> tuple[Order, tuple[SampleAnswer, ...]]:
    """The order as it was submitted, and what people answered when they were asked."""
    (submitted,) = [event for _, _, event, _ in order.journal if isinstance(event, OrderSubmitted)]
    asked = {n: event for _, _, event, n in order.journal if isinstance(event, QuestionAsked)}
    answered = [(asked[n or 0], event) for _, _, event, n in order.journal if isinstance(event, QuestionAnswered)]
    return submitted.order, tuple(
        SampleAnswer(line=question.line, enrichment=question.enrichment, step=question.step, values=answer.values)
        for question, answer in answered
    )


def some_plan(chance: random.Random) -> tuple[Definition, ...]:
    """Items of every kind that can be known or not, whose conditions and results read earlier ones."""
    items: list[Item] = []
    after: dict[str, str] = {}
    for n in range(chance.randint(2, 8)):
        earlier = [item.key for item in items]
        key = f"i{n}"
        common: dict[str, Any] = {"per": chance.choice(("order", "line"))}
        source = chance.choice(earlier) if earlier else None
        reads = f"results.{source}.x" if source else "order.attributes.x"
        if chance.random() < 0.5:
            common["condition"] = chance.choice((f"{reads} = true", f"{reads} != null", 'order.priority = "high"'))
        if source and chance.random() < 0.8:
            after[key] = source
        match chance.choice(("milestone", "automatic", "callout", "manual")):
            case "milestone":
                items.append(an_item(key, **common))
            case "automatic":
                result = {"x": chance.choice((reads, "order.attributes.x", 'lines[1].id = "1"', "null"))}
                items.append(an_item(key, Automatic, result=result, **common))
            case "callout":
                items.append(a_callout(key, result={"x": "response.x"}, **common))
            case _:
                items.append(a_task(key, **common))
    dependencies = tuple(Dependency(source=s, target=t, per=chance.choice(("line", "order"))) for t, s in after.items())
    return (a_plan(*items, dependencies=dependencies),)


def lived(release: Release, order: Order, chance: random.Random) -> Story:
    """The order run to its end by the engine's own core, with answers of chance."""
    story = Story(release, order)
    for _ in range(500):
        open_ = [item for item in story.order.items.values() if item.state in ("running", "waiting", "failed")]
        if not open_:
            return story
        item = chance.choice(open_)
        if item.state == "failed":
            story.send(chance.choice((Retry(item.n, "ann"), Skip(item.n, "not needed", "ann"))))
        elif item.state == "running":
            story.send(a_call(item.n, item.attempt, {"x": chance.random() < 0.5}))
        elif isinstance(item.compiled.definition, Manual):
            story.send(CompleteTask(item.n, {"x": chance.random() < 0.5}, "ann"))
        else:
            raise AssertionError(item.state)
    raise AssertionError("the order never ended")


def test_what_is_told_as_known_is_what_happens() -> None:
    known = 0
    for seed in range(400):
        chance = random.Random(seed)
        release = a_release(*some_plan(chance))
        order = an_order(
            lines=chance.randint(1, 2), priority=chance.choice(("", "high")), attributes={"x": chance.random() < 0.5}
        )
        told = rehearse(order, release, at=MONDAY)
        story = lived(release, order, chance)
        really = story.order.items
        for item in told.items:
            end = really[item.n]
            if item.verdict == "skipped":
                assert end.state == "skipped", f"seed {seed}: {item}"
            elif item.verdict == "fails":
                failed = [e.event for e in story.events if e.item == item.n and isinstance(e.event, ItemFailed)]
                assert failed and failed[0].error == item.reason, f"seed {seed}: {item}"
            elif item.verdict == "runs" and not item.reason:
                assert end.state == "completed", f"seed {seed}: {item}"
                assert item.result.items() <= (end.result or {}).items(), f"seed {seed}: {item}"
            known += item.verdict != "undecided"
    assert known > 1000


# --- what is known ------------------------------------------------------------------------------------


def test_a_condition_over_the_order_is_known() -> None:
    plan = a_plan(an_item("gift", condition='order.priority = "high"'), an_item("bill"))
    told = by_key(rehearsed(plan))

    assert told["gift"].verdict == "skipped"
    assert told["gift"].reason == 'order.priority = "high" is false: order.priority is ""'
    assert told["bill"].verdict == "runs"


def test_a_condition_over_an_answer_is_not() -> None:
    plan = a_plan(
        a_callout("check", result={"free": "response.free"}),
        an_item("dig", condition="results.check.free = false"),
        after={"dig": "check"},
    )
    told = by_key(rehearsed(plan))

    assert told["dig"].verdict == "undecided"
    assert told["dig"].reason == "depends on results.check.free, which is not known before it happens"


def test_what_hangs_on_something_undecided_is_undecided() -> None:
    plan = a_plan(
        a_task("survey"),
        an_item("count", Automatic, condition="results.survey.ok", result={"metres": "40"}),
        an_item("dig", condition="results.count.metres > 10"),
        after={"count": "survey", "dig": "count"},
    )

    assert by_key(rehearsed(plan))["dig"].verdict == "undecided"


def test_a_value_worked_out_from_the_order_is_known_though_the_one_beside_it_is_not() -> None:
    plan = a_plan(
        a_task("survey"),
        an_item("count", Automatic, result={"lines": "count(order.lines)", "metres": "results.survey.metres"}),
        an_item("many", condition="results.count.lines > 1"),
        an_item("far", condition="results.count.metres > 10"),
        after={"count": "survey", "many": "count", "far": "count"},
    )
    told = by_key(rehearsed(plan, order=an_order(lines=2)))

    assert (told["many"].verdict, told["far"].verdict) == ("runs", "undecided")
    assert told["count"].result == {"lines": 2}


def test_a_wait_for_no_moment_fails() -> None:
    plan = a_plan(a_wait("visit", until="order.attributes.visit"))
    told = by_key(rehearsed(plan))["visit"]

    assert told.verdict == "fails"
    assert told.reason.startswith("The moment to wait for is not known: `order.attributes.visit` gives no value")


# --- tables -------------------------------------------------------------------------------------------


def test_a_table_shows_the_row_that_fired_and_what_it_saw() -> None:
    plan = a_plan(
        a_decision(inputs={"amount": "order.attributes.amount"}),
        an_item("gift", condition="results.rate.rate > 0"),
        after={"gift": "rate"},
    )
    told = by_key(rehearsed(plan, a_table(), order=an_order(attributes={"amount": 250})))
    asked = told["rate"].asked

    assert asked is not None
    assert asked.seen == (("amount", 250),)
    assert [(row.number, row.inputs, row.outputs) for row in asked.fired] == [(1, ("> 100",), ("0.1",))]
    assert told["rate"].result == {"rate": Decimal("0.1")}
    assert told["gift"].verdict == "runs"


def test_a_table_without_an_answer_fails_in_the_words_of_the_engine() -> None:
    plan = a_plan(a_decision(inputs={"amount": "order.attributes.amount"}))
    release = a_release(plan, a_table("discount", ("> 100", "0.1")))
    order = an_order(attributes={"amount": 1})
    told = by_key(rehearse(order, release, at=MONDAY))["rate"]

    assert told.verdict == "fails"
    assert told.reason == Story(release, order).item("rate").error


def test_a_table_asked_about_an_answer_is_not_asked() -> None:
    plan = a_plan(
        a_callout("check", result={"amount": "response.amount"}),
        a_decision(inputs={"amount": "results.check.amount"}),
        after={"rate": "check"},
    )
    told = by_key(rehearsed(plan, a_table()))["rate"]

    assert told.asked is None
    assert "results.check.amount" in told.reason


# --- time ---------------------------------------------------------------------------------------------


def test_the_longest_way_gives_the_eta() -> None:
    plan = a_plan(
        an_item("start"),
        a_task("survey", duration="P2D"),
        a_callout("reserve", duration="PT1H"),
        an_item("end"),
        after={"survey": "start", "reserve": "start", "end": "survey reserve"},
    )
    told = rehearsed(plan)

    assert told.eta == 2 * 86_400_000
    assert keys(told, told.critical) == ["start", "survey", "end"]
    assert by_key(told)["end"].starts == told.eta


def test_the_longest_way_is_as_long_as_the_eta_says() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        items = [an_item(f"i{n}", duration=f"PT{chance.randint(1, 90)}M") for n in range(8)]
        after = {f"i{n}": " ".join(f"i{m}" for m in range(n) if chance.random() < 0.3) for n in range(1, 8)}
        told = rehearsed(a_plan(*items, after=after))
        way = told.critical

        assert sum(told.items[n].takes or 0 for n in way) == told.eta, f"seed {seed}"
        assert set(pairwise(way)) <= set(told.edges), f"seed {seed}"
        assert told.eta == _longest_by_hand(told), f"seed {seed}"


def _longest_by_hand(told: Rehearsal) -> int:
    def below(n: int) -> int:
        return (told.items[n].takes or 0) + max((below(t) for s, t in told.edges if s == n), default=0)

    return max(below(item.n) for item in told.items)


def test_what_is_skipped_takes_no_time_and_what_has_no_duration_is_named() -> None:
    plan = a_plan(
        a_task("survey", duration="P2D", condition="false"),
        a_callout("reserve"),
        an_item("end"),
        after={"end": "survey reserve"},
    )
    told = rehearsed(plan)

    assert told.eta == 0
    assert told.critical == ()
    assert keys(told, told.unmeasured) == ["reserve"]


def test_a_task_takes_the_working_time_of_its_queue() -> None:
    plan = a_plan(a_task("survey", duration="PT10H"), a_callout("bill", duration="PT1H"), after={"bill": "survey"})
    told = rehearsed(plan, a_queue(calendar="office"), a_calendar(), at=FRIDAY)
    survey, bill = by_key(told)["survey"], by_key(told)["bill"]

    assert (survey.working, survey.calendar) == (10 * HOUR, "Office")
    assert survey.ends == survey.takes == bill.starts == (3 * 24 + 2) * HOUR, "eight hours on Friday, two on Monday"
    assert (bill.takes, bill.calendar) == (HOUR, "")
    assert told.ends == FRIDAY + survey.ends + HOUR
    assert told.by_calendar


def test_the_same_order_takes_less_when_it_is_submitted_on_a_monday() -> None:
    documents = (a_plan(a_task("survey", duration="PT10H")), a_queue(calendar="office"), a_calendar())

    assert rehearsed(*documents, at=MONDAY).eta == 26 * HOUR
    assert rehearsed(*documents, at=FRIDAY).eta == 74 * HOUR


def test_working_time_begins_when_the_item_does_and_not_when_the_order_is_submitted() -> None:
    plan = a_plan(a_callout("reserve", duration="PT7H"), a_task("survey", duration="PT2H"), after={"survey": "reserve"})
    told = rehearsed(plan, a_queue(calendar="office"), a_calendar(), at=FRIDAY)

    assert by_key(told)["survey"].takes == (1 + 64 + 1) * HOUR, "one hour on Friday, one on Monday"
    assert keys(told, told.critical) == ["reserve", "survey"]


def test_a_wait_takes_its_delay_without_being_told_twice() -> None:
    plan = a_plan(
        a_wait("cooling", delay="PT10H", calendar="office", event=""),
        a_wait("answer", delay="P10D", duration="P2D"),
        a_wait("asked", event="asked"),
        a_wait("date", until='date and time("2026-06-02T09:00:00Z")', event=""),
    )
    told = rehearsed(plan, a_calendar())

    assert {item.key: item.takes for item in told.items} == {
        "cooling": 26 * HOUR, "answer": 48 * HOUR, "asked": None, "date": 24 * HOUR
    }  # fmt: skip
    assert keys(told, told.unmeasured) == ["asked"]


def test_a_moment_that_is_not_known_yet_says_nothing_about_the_time() -> None:
    plan = a_plan(a_callout("book"), a_wait("visit", until="results.book.day", event=""), after={"visit": "book"})

    assert by_key(rehearsed(plan))["visit"].takes is None


def test_a_delay_that_its_calendar_never_has_fails_as_it_does_in_the_engine() -> None:
    plan = a_plan(a_wait("cooling", delay="PT1H", calendar="office", event=""))
    told = by_key(rehearsed(plan, a_calendar(week=Week(**dict.fromkeys(WEEK, ())))))["cooling"]

    assert told.verdict == "fails"
    assert told.reason == "Calendar office never has PT1H of working time."


# --- refusals -----------------------------------------------------------------------------------------


def test_what_would_be_refused_is_refused_with_the_same_faults() -> None:
    told = rehearsed(order=an_order(a_line(specification="moonlight")))

    assert told.refusal == "the order does not fit the catalog"
    assert [fault.pointer for fault in told.faults] == ["/lines/1"]
    assert told.items == ()


def test_an_order_that_nothing_fulfils_still_shows_what_it_is_made_of() -> None:
    documents = (a_specification("box"), a_specification("lid"), a_decomposition("box", "lid"))
    told = rehearsed(*documents, order=an_order(a_line(specification="box")))

    assert told.refusal == "nothing would fulfil the order"
    assert [line.specification for line in told.fulfilments] == ["box", "lid"]


# --- differences --------------------------------------------------------------------------------------


def difference(before: tuple[Definition, ...], after: tuple[Definition, ...], order: Order | None = None) -> Any:
    order = order or an_order()
    old, new = rehearse(order, a_release(*before), at=MONDAY), rehearse(order, a_release(*after), at=MONDAY)
    return compare(old, new), new


def test_an_item_put_between_two_is_added_and_edges_change() -> None:
    found, new = difference((a_chain("start", "end"),), (a_chain("start", "test", "end"),))

    assert keys(new, found.added) == ["test"]
    assert found.removed == () and found.changed == {}
    assert [keys(new, edge) for edge in found.added_edges] == [["start", "test"], ["test", "end"]]
    assert [keys(new, edge) for edge in found.removed_edges] == [["start", "end"]]


def test_what_is_removed_is_numbered_behind_the_new_plan() -> None:
    found, new = difference((a_chain("start", "test", "end"),), (a_chain("start", "end"),))

    assert [(item.key, item.n) for item in found.removed] == [("test", 2)]
    assert set(found.removed_edges) == {(0, 2), (2, 1)}
    assert len(new.items) == 2


def test_a_changed_item_says_what_is_new_about_it() -> None:
    found, _ = difference((a_plan(a_task(duration="PT2H")),), (a_plan(a_task(duration="PT3H", condition="false")),))

    assert found.changed == {0: ("runs -> skipped", "only if false", "expected duration 3 h (before 2 h)")}
    assert (found.eta_before, found.eta) == (7_200_000, 0)


def test_another_decision_is_a_change_of_the_item_that_decides() -> None:
    plan = a_plan(a_decision(inputs={"amount": "order.attributes.amount"}))
    found, _ = difference(
        (plan, a_table()), (plan, a_table("discount", (">= 0", "0.5"))), an_order(attributes={"amount": 250})
    )

    assert found.changed == {0: ("Discount decides 0.1 -> 0.5",)}


def test_a_part_more_does_not_make_the_items_of_the_others_look_new() -> None:
    plan = a_plan(Milestone(key="load", name="Load", per="fulfilment line"))
    common = (plan, a_specification("box"), a_specification("lid"), a_scenario(specification="lid"))
    before = (*common, a_decomposition("fibre", "lid"))
    after = (*common, a_decomposition("fibre", Target(specification="box"), Target(specification="lid")))
    found, _ = difference(before, after)

    assert not found.differs


def test_becoming_refused_is_a_difference() -> None:
    only_delete = a_scenario(actions=("delete",))
    found, _ = difference((a_plan(),), (a_plan(), only_delete))

    assert found.refusal == "nothing would fulfil the order"
    assert found.differs
    assert len(found.removed) == 1


# --- enrichment ---------------------------------------------------------------------------------------


def test_a_rehearsal_says_what_lines_are_given_and_what_would_be_given_otherwise() -> None:
    plan = a_plan(an_item("north", per="line", condition='line.attributes.region = "north"'), an_item("done"))
    before = rehearsed(plan, an_enrichment("region", Step(attributes={"region": '"south"'})))
    after = rehearsed(plan, an_enrichment("region", Step(attributes={"region": '"north"'})))

    assert [each.attributes for each in after.given] == [{"region": "north"}]
    assert by_key(after)["north"].verdict == "runs"
    comparison = compare(before, after)
    assert comparison.given == (("1", "region", "south", "north"),)
    assert comparison.differs
    assert not compare(after, after).differs


def test_what_only_an_answer_can_decide_is_no_refusal_of_the_order() -> None:
    question = an_enrichment("site", a_question("cabinet"))
    choosy = a_scenario("fibre", "fibre", condition='line.attributes.cabinet = "C7"')
    release = a_release(question, choosy)
    empty = rehearse(an_order(), release, at=MONDAY)
    answer = SampleAnswer(line="1", enrichment="site", step=0, values={"cabinet": "C7"})

    assert empty.refusal.endswith("with empty answers; give sample answers to see its plan")
    assert [ask.definition for ask in empty.asks] == ["enrichment/site"]
    assert not rehearse(an_order(), release, at=MONDAY, answers=(answer,)).refusal
