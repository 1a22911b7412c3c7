"""What only people know is asked before an order gets its plan, and what needs an approval waits for it."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.core.admission import Admission
from runtime.core.definitions import Attribute, Definition, Field, Step
from runtime.core.orders import Order
from runtime.core.release import Release
from runtime.errors import Fault, IllegalMove, OrderRefused, OwnOrder, WrongForm
from tests.builders import (
    a_calendar,
    a_line,
    a_policy,
    a_question,
    a_queue,
    a_release,
    a_scenario,
    a_specification,
    an_enrichment,
    an_order,
)
from tests.core.test_calendars import FRIDAY, HOUR, at

CABINET = a_question("cabinet", queue="planners")
THREE = an_order(a_line("1"), a_line("2", attributes={"cabinet": "C7"}), a_line("3", action="noChange"))


def release_of(*documents: Definition) -> Release:
    return a_release(a_queue("approvers", role="order approver"), a_queue("planners"), *documents)


def submitted(*documents: Definition, order: Order | None = None, now: int = 0) -> Admission:
    """An order of ann's."""
    admission = Admission(release_of(*documents), now)
    admission.submit(order or an_order(), by="ann")
    return admission


def later(admission: Admission) -> Admission:
    """The same order, read from its journal."""
    return Admission(admission.release, 0, admission.happened)


def happened(admission: Admission) -> list[str]:
    return [event.type for event, _ in admission.happened]


def attributes(admission: Admission) -> list[dict[str, Any]]:
    return [line.attributes for line in admission.order.lines]


# --- questions ----------------------------------------------------------------------------------------


def test_an_order_that_nobody_is_asked_about_is_accepted_at_once() -> None:
    admission = submitted(an_enrichment("region", Step(attributes={"region": '"north"'})))

    assert admission.state == "accepted"
    assert happened(admission) == ["order submitted", "order enriched", "order decomposed"]
    assert not admission.opened


def test_a_question_is_asked_about_each_line_that_lacks_what_it_gives() -> None:
    admission = submitted(an_enrichment("site", CABINET), order=THREE)

    assert admission.state == "awaiting answers"
    assert [(event.line, n) for n, event in admission.waiting.items()] == [("1", -1)]  # 2 says it, 3 is no addition
    (task,) = admission.opened
    assert (task.item, task.kind, task.queue, task.role, task.name) == (
        -1, "question", "planners", "fulfilment agent", "Site, line 1",
    )  # fmt: skip


def test_a_question_that_overwrites_is_asked_in_any_case() -> None:
    step = Step(queue="planners", form=CABINET.form, attributes=CABINET.attributes, overwrite=True)

    admission = submitted(an_enrichment("site", step), order=an_order(a_line(attributes={"cabinet": "C7"})))

    assert len(admission.waiting) == 1


def test_a_question_whose_condition_is_not_true_is_not_asked() -> None:
    step = Step(condition="line.quantity > 1", queue="planners", form=CABINET.form, attributes=CABINET.attributes)

    assert submitted(an_enrichment("site", step)).state == "accepted"


def test_what_comes_after_a_question_waits_for_the_answer_and_reads_it() -> None:
    port = Step(attributes={"port": 'line.attributes.cabinet + "-1"'})
    admission = submitted(an_enrichment("site", Step(attributes={"site": '"S"'}), CABINET, port))
    assert attributes(admission) == [{"site": "S"}]

    admission = later(admission)
    admission.answer(-1, {"cabinet": "C7"}, by="pia")

    assert attributes(admission) == [{"site": "S", "cabinet": "C7", "port": "C7-1"}]
    assert admission.state == "accepted"
    assert happened(admission) == ["question answered", "order enriched", "order decomposed"]


def test_lines_do_not_wait_for_one_another() -> None:
    told = Step(attributes={"told": "true"})
    admission = submitted(an_enrichment("a", CABINET), an_enrichment("b", told), order=THREE)

    assert [line.get("told") for line in attributes(admission)] == [None, True, None]
    assert admission.state == "awaiting answers"


def test_an_answer_may_lead_to_the_next_question() -> None:
    admission = submitted(an_enrichment("site", CABINET, a_question("port", queue="planners")))
    admission.answer(-1, {"cabinet": "C7"}, by="pia")
    assert (admission.state, list(admission.waiting)) == ("awaiting answers", [-2])

    admission = later(admission)
    admission.answer(-2, {"port": "1"}, by="pia")

    assert attributes(admission) == [{"cabinet": "C7", "port": "1"}]
    assert admission.state == "accepted"


def test_an_answer_that_gives_nothing_is_an_answer() -> None:
    admission = submitted(an_enrichment("site", CABINET))
    admission.answer(-1, {}, by="pia")

    assert admission.state == "accepted"
    assert attributes(admission) == [{}]


def test_a_question_is_answered_once() -> None:
    admission = submitted(an_enrichment("site", CABINET))
    admission.answer(-1, {"cabinet": "C7"}, by="pia")

    with pytest.raises(IllegalMove, match="not asked any more"):
        later(admission).answer(-1, {"cabinet": "C8"}, by="pia")


def test_a_question_goes_to_whom_its_queue_names() -> None:
    queue = a_queue("planners", assign='if line.id = "1" and count(order.lines) = 3 then "pia" else null')

    admission = submitted(an_enrichment("site", CABINET), queue, order=THREE)

    assert admission.opened[0].assignee == "pia"
    assert happened(admission) == ["order submitted", "question asked", "task assigned"]


def test_what_no_answer_can_mend_is_refused_before_anybody_is_asked() -> None:
    order = an_order(a_line("1"), a_line("2", specification="unknown"))

    with pytest.raises(OrderRefused, match="catalog"):
        submitted(an_enrichment("site", CABINET), order=order)


def test_what_a_line_lacks_may_be_what_is_asked() -> None:
    needs = a_specification(attributes=(Attribute(name="cabinet", required=True),))

    assert submitted(an_enrichment("site", CABINET), needs).state == "awaiting answers"
    with pytest.raises(OrderRefused):
        submitted(needs)


@pytest.mark.parametrize(
    ("answered", "fault"),
    [
        ({"cabinet": "X9"}, Fault("/cabinet", 'attribute \'cabinet\' is "X9"; allowed is "C7", "C8"')),
        ({}, Fault("/cabinet", "attribute 'cabinet' of fibre is missing; it is required")),
        ({"cabinet": 5}, Fault("/cabinet", "attribute 'cabinet' must be a string, not 5")),
    ],
    ids=["not allowed", "missing", "another type"],
)
def test_an_answer_that_does_not_fit_the_catalog_is_refused_at_its_field(answered: Any, fault: Fault) -> None:
    fits = a_specification(attributes=(Attribute(name="cabinet", required=True, allowed='"C7", "C8"'),))
    admission = submitted(an_enrichment("site", CABINET), fits)

    with pytest.raises(WrongForm) as refused:
        later(admission).answer(-1, answered, by="pia")

    assert refused.value.faults == (fault,)
    later(admission).answer(-1, {"cabinet": "C8"}, by="pia")


def test_a_wrong_answer_is_refused_though_other_lines_are_still_asked_about() -> None:
    fits = a_specification(attributes=(Attribute(name="cabinet", allowed='"C7"'),))
    admission = submitted(an_enrichment("site", CABINET), fits, order=an_order(lines=2))

    with pytest.raises(WrongForm):
        later(admission).answer(-1, {"cabinet": "X9"}, by="pia")


# --- what no answer can complete ----------------------------------------------------------------------


def refused(*documents: Definition, order: Order | None = None) -> list[Fault]:
    """Why the order is refused when it is submitted."""
    with pytest.raises(OrderRefused) as refusal:
        submitted(*documents, order=order)
    return list(refusal.value.faults)


def fibre(*required: str) -> Definition:
    return a_specification("fibre", attributes=tuple(Attribute(name=name, required=True) for name in required))


def test_what_an_open_question_gives_may_still_be_missing() -> None:
    asking = an_enrichment("site", CABINET, Step(attributes={"port": '"1"'}))

    assert submitted(fibre("cabinet", "port"), asking).state == "awaiting answers"


def test_what_no_open_step_gives_is_missed_although_a_question_is_open() -> None:
    before = an_enrichment("a", Step(attributes={"site": "order.attributes.site"}))
    found = refused(fibre("cabinet", "site"), before, an_enrichment("b", CABINET))

    assert [fault.pointer for fault in found] == ["/lines/1/attributes/site"]
    assert "attribute 'site' of fibre is missing; it is required" in found[0].message


def test_an_order_that_nothing_can_ever_fulfil_is_refused_although_a_question_is_open() -> None:
    site = an_enrichment("site", CABINET, specification="copper")
    found = refused(a_specification("copper"), site, order=an_order(a_line("1"), a_line("2", "copper")))

    assert [fault.pointer for fault in found] == ["/lines/2"]
    assert "no scenario fulfils line '2'" in found[0].message


def test_a_scenario_that_may_still_apply_lets_an_order_wait_for_its_answer() -> None:
    choosy = a_scenario("fibre", "copper", condition='line.attributes.cabinet = "C7"')
    site = an_enrichment("site", CABINET, specification="copper")
    admission = submitted(a_specification("copper"), site, choosy, order=an_order(a_line("1", "copper")))

    assert admission.state == "awaiting answers"
    admission.answer(-1, {"cabinet": "C7"}, by="pia")
    assert admission.state == "accepted"


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_quantity_that_is_not_positive_refuses_the_order(quantity: int) -> None:
    (fault,) = refused(order=an_order(a_line("1", quantity=quantity)))

    assert fault.pointer == "/lines/1/quantity"
    assert "must be a whole number above 0" in fault.message


@pytest.mark.parametrize(
    ("parents", "ring"), [({"1": "1"}, "1 -> 1"), ({"1": "2", "2": "3", "3": "1"}, "1 -> 2 -> 3 -> 1")]
)
def test_lines_that_are_part_of_each_other_are_refused_by_name(parents: dict[str, str], ring: str) -> None:
    found = refused(order=an_order(a_line("0"), *(a_line(id, parent=parent) for id, parent in parents.items())))

    assert [fault.pointer for fault in found] == ["/lines/1"]
    assert found[0].message.startswith(ring)


# --- approvals ----------------------------------------------------------------------------------------


def test_a_policy_holds_the_order_up_until_somebody_approves() -> None:
    admission = submitted(a_policy())
    assert (admission.state, happened(admission)[-1]) == ("awaiting approval", "approval requested")

    admission = later(admission)
    admission.approve(-1, by="otto", note="fine")

    assert admission.state == "accepted"
    assert happened(admission) == ["approval given", "order approved"]


def test_an_approval_is_wanted_because_of_the_lines_that_meet_the_condition() -> None:
    order = an_order(a_line("1", quantity=9), a_line("2"), a_line("3", quantity=9, action="noChange"))

    admission = submitted(a_policy(condition="line.quantity > 5"), order=order)

    assert admission.waiting[-1].lines == ("1",)


def test_a_policy_whose_condition_is_false_asks_nobody() -> None:
    assert submitted(a_policy(condition="false")).state == "accepted"


@pytest.mark.parametrize("condition", ["null", "line.quantity", "line.nothing > 5"])
def test_a_policy_that_cannot_be_decided_refuses_the_order_at_its_line(condition: str) -> None:
    with pytest.raises(OrderRefused) as refused:
        submitted(a_policy(condition=condition))

    (fault,) = refused.value.faults
    assert fault.pointer == "/lines/1"
    assert f"policy expensive: condition `{condition}` is neither true nor false" in fault.message


def test_policies_see_what_enrichments_gave() -> None:
    priced = an_enrichment("price", Step(attributes={"price": "10"}))

    assert submitted(priced, a_policy(condition="line.attributes.price > 5")).state == "awaiting approval"


def test_policies_are_asked_once_every_answer_is_there() -> None:
    admission = submitted(an_enrichment("site", CABINET), a_policy(condition='line.attributes.cabinet = "C7"'))
    assert admission.state == "awaiting answers"

    admission.answer(-1, {"cabinet": "C7"}, by="pia")

    assert (admission.state, list(admission.waiting)) == ("awaiting approval", [-2])


def test_every_policy_must_be_satisfied() -> None:
    admission = submitted(a_policy("large"), a_policy("risky"))
    admission.approve(-2, by="otto")
    assert admission.state == "awaiting approval"

    admission = later(admission)
    admission.approve(-1, by="otto")

    assert admission.state == "accepted"


def test_who_submitted_an_order_does_not_approve_it() -> None:
    admission = submitted(a_policy())

    with pytest.raises(OwnOrder, match="submitted by ann; somebody else"):
        admission.approve(-1, by="ann")
    assert admission.state == "awaiting approval"


def test_one_rejection_ends_the_order_and_withdraws_what_else_was_asked() -> None:
    admission = submitted(a_policy("large"), a_policy("risky"))
    admission.reject(-1, by="otto", reason="too dear")

    assert (admission.state, admission.withdrawn) == ("rejected", (-2,))
    assert happened(admission)[-2:] == ["task refused", "order rejected"]
    with pytest.raises(IllegalMove, match="rejected"):
        later(admission).approve(-2, by="otto")


def test_who_is_asked_a_question_may_reject_the_order_too() -> None:
    admission = submitted(an_enrichment("site", CABINET), order=an_order(lines=2))
    admission.reject(-1, by="pia", reason="no such street")

    assert (admission.state, admission.withdrawn) == ("rejected", (-2,))


def test_an_approval_is_not_answered_and_a_question_not_approved() -> None:
    with pytest.raises(IllegalMove, match="asks for an approval"):
        submitted(a_policy()).answer(-1, {}, by="otto")
    with pytest.raises(IllegalMove, match="asks a question"):
        submitted(an_enrichment("site", CABINET)).approve(-1, by="otto")


@pytest.mark.parametrize(
    ("calendar", "within", "due"),
    [
        ("", None, None),
        ("", "PT4H", FRIDAY + 4 * HOUR),
        ("office", "PT4H", at("2026-03-30 12:00")),
    ],
)
def test_an_approval_is_due_when_its_time_has_been_worked(calendar: str, within: str | None, due: int | None) -> None:
    queue = a_queue("approvers", calendar=calendar)

    admission = submitted(queue, a_calendar(), a_policy(queue="approvers", within=within), now=FRIDAY)

    assert admission.opened[0].due_at == due


def test_a_form_may_ask_for_more_than_is_given() -> None:
    asks = Step(queue="planners", form=(Field(name="a"), Field(name="b")), attributes={"ab": "answered.a + answered.b"})
    admission = submitted(an_enrichment("site", asks))
    admission.answer(-1, {"a": "x", "b": "y"}, by="pia")

    assert attributes(admission) == [{"ab": "xy"}]
