"""Questions and approvals are tasks like any other, and an order that waits for them is as safe as one that runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, Thread
from typing import Any

import msgspec
import pytest
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError

from runtime import engine, queries
from runtime.core.definitions import Attribute
from runtime.core.orders import Order
from runtime.core.transitions import ENDED
from runtime.errors import DuplicateOrder, IllegalMove, OwnOrder, Unknown, WrongForm
from tests.builders import (
    Definitions,
    a_catalog,
    a_plan,
    a_policy,
    a_question,
    a_queue,
    a_specification,
    a_table,
    a_task,
    an_enrichment,
    an_item,
    an_order,
)
from tests.core.test_enrichment import DISCOUNT
from tests.faults import truth
from tests.runtime.conftest import Installation

LARGE = an_order(external_id="A-1", lines=1)


@pytest.fixture
def catalog() -> Definitions:
    """Asks for the cabinet of fibres that do not say theirs, and for an approval of whatever is not in C7."""
    return a_catalog(
        a_plan(an_item("told", per="line", condition='line.attributes.cabinet = "C9"')),
        a_specification(attributes=(Attribute(name="cabinet", allowed='"C7", "C8", "C9"'),)),
        a_table(),
        a_queue("planners"),
        a_queue("approvers", role="order approver"),
        an_enrichment("site", a_question("cabinet", queue="planners"), DISCOUNT),
        a_policy("far", queue="approvers", condition='line.attributes.cabinet != "C7"'),
        a_policy("risky", queue="approvers", condition='line.attributes.cabinet = "C9"'),
    )


def the_order(installation: Installation, order: int) -> Row[Any]:
    row: Row[Any] = installation.read(queries.order_row, order)
    return row


def tasks(installation: Installation, order: int) -> dict[str, Row[Any]]:
    """The open tasks by their names."""
    return {task.name: task for task in installation.read(queries.find_tasks, order=order)}


def answered(installation: Installation, cabinet: str, order: Order | None = None) -> int:
    """An order whose question has been answered."""
    number = installation.submit(order)
    task = tasks(installation, number)["Site"].id
    installation.write(engine.complete_task, task, {"cabinet": cabinet}, by="pia")
    return number


def test_an_order_that_waits_for_an_answer_is_stored_and_does_nothing_else(published: Installation) -> None:
    order = published.submit()
    published.run(later=86_400_000)

    assert the_order(published, order).state == "awaiting answers"
    assert published.states(order) == {}
    task = tasks(published, order)["Site"]
    assert (task.kind, task.queue, task.state, task.role) == ("question", "planners", "open", "fulfilment agent")
    assert [field.name for field in published.read(engine.task_form, task)] == ["cabinet"]
    truth.check(published.database)


def test_with_the_answer_the_order_goes_on_by_itself(published: Installation) -> None:
    order = answered(published, "C7")
    published.run()

    row = the_order(published, order)
    assert row.state == "completed"
    document = msgspec.json.decode(row.document, type=Order)
    assert document.lines[0].attributes == {"cabinet": "C7", "rate": 0}
    truth.check(published.database)  # and the table that was asked after the answer is counted once


def test_an_answer_that_does_not_fit_changes_nothing(published: Installation) -> None:
    order = published.submit()
    task = tasks(published, order)["Site"].id

    with pytest.raises(WrongForm, match="catalog") as refused:
        published.write(engine.complete_task, task, {"cabinet": "X"}, by="pia")
    assert refused.value.faults[0].pointer == "/cabinet"
    with pytest.raises(WrongForm, match="not complete"):
        published.write(engine.complete_task, task, {"port": "1"}, by="pia")

    assert tasks(published, order)["Site"].state == "open"
    truth.check(published.database)


def test_a_question_can_be_claimed_and_handed_back(published: Installation) -> None:
    order = published.submit()
    task = tasks(published, order)["Site"].id
    published.write(engine.claim_task, task, by="pia")
    assert tasks(published, order)["Site"].assignee == "pia"
    truth.check(published.database)

    published.write(engine.release_task, task, by="pia")

    assert tasks(published, order)["Site"].state == "open"
    truth.check(published.database)


def test_approvals_are_tasks_of_their_queues_and_all_of_them_are_wanted(published: Installation) -> None:
    order = answered(published, "C9")
    assert the_order(published, order).state == "awaiting approval"
    assert {task.kind for task in tasks(published, order).values()} == {"approval"}

    published.write(engine.approve, tasks(published, order)["Far"].id, by="otto", note="fine")
    published.run()
    assert the_order(published, order).state == "awaiting approval"
    truth.check(published.database)

    published.write(engine.approve, tasks(published, order)["Risky"].id, by="otto")
    published.run()
    assert published.states(order) == {"told": "completed"}
    truth.check(published.database)


def test_what_is_decided_in_the_same_moment_is_decided_one_after_the_other(published: Installation) -> None:
    orders = [answered(published, "C9") for _ in range(4)]
    found = [tasks(published, order) for order in orders]
    together = Barrier(3)

    def decide(name: str, use_case: Callable[..., None], **said: str) -> None:
        for each in found:
            together.wait()
            with suppress(IllegalMove):
                published.write(use_case, each[name].id, **said)

    threads = [
        Thread(target=decide, args=("Far", engine.approve), kwargs={"by": "otto"}),
        Thread(target=decide, args=("Risky", engine.approve), kwargs={"by": "orla"}),
        Thread(target=decide, args=("Far", engine.reject), kwargs={"by": "pia", "reason": "no"}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {the_order(published, order).state for order in orders} <= {"accepted", "rejected"}
    truth.check(published.database)
    published.run()
    assert truth.nothing_is_left_to_do(published.database)


def test_an_approval_is_given_once(published: Installation) -> None:
    order = answered(published, "C8")
    task = tasks(published, order)["Far"].id
    published.write(engine.approve, task, by="otto")

    for again in (engine.approve, engine.reject):
        with pytest.raises(IllegalMove, match="decided already: the task is completed by otto"):
            published.write(again, task, by="otto", **({"reason": "no"} if again is engine.reject else {}))
    truth.check(published.database)


def test_who_submitted_the_order_cannot_approve_it(published: Installation) -> None:
    order = answered(published, "C8")

    with pytest.raises(OwnOrder):
        published.write(engine.approve, tasks(published, order)["Far"].id, by="shop")
    assert the_order(published, order).state == "awaiting approval"
    truth.check(published.database)


def test_a_rejected_order_ends_with_its_reason_and_nothing_is_left_to_do(published: Installation) -> None:
    order = answered(published, "C9")
    published.write(engine.reject, tasks(published, order)["Far"].id, by="otto", reason="too far")
    published.run()

    row = the_order(published, order)
    assert (row.state, row.rejection, row.ended_at) == ("rejected", "too far", published.now)
    ended = published.read(queries.find_tasks, order=order, states=ENDED["task"])
    assert {task.name: task.state for task in ended} == {"Site": "completed", "Far": "rejected", "Risky": "withdrawn"}
    assert not tasks(published, order)
    truth.check(published.database)
    assert truth.nothing_is_left_to_do(published.database)


def test_a_rejected_order_no_longer_holds_its_external_id(published: Installation) -> None:
    first = answered(published, "C8", LARGE)
    with pytest.raises(DuplicateOrder):
        published.submit(LARGE)
    published.write(engine.reject, tasks(published, first)["Far"].id, by="otto", reason="no")

    second = published.write(engine.submit, LARGE, request="{}", by="shop", replaces=first)

    assert the_order(published, second).replaces == first
    assert {row.id for row in published.read(queries.find_orders, external_id="A-1")} == {first, second}
    with pytest.raises(DuplicateOrder):
        published.submit(LARGE)
    truth.check(published.database)


def test_only_a_rejected_order_is_corrected_and_only_once(published: Installation) -> None:
    first = answered(published, "C8")

    def correct(order: int) -> None:
        published.write(engine.submit, an_order(), request="{}", by="shop", replaces=order)

    with pytest.raises(IllegalMove, match="awaiting approval"):
        correct(first)
    with pytest.raises(Unknown):
        correct(99)
    published.write(engine.reject, tasks(published, first)["Far"].id, by="otto", reason="no")
    correct(first)
    with pytest.raises(IllegalMove, match="again already, as order 2"):
        correct(first)


def test_the_database_itself_keeps_external_ids_and_corrections_apart(published: Installation) -> None:
    for column, value in (("external_id", "'A-1'"), ("replaces", "1")):
        published.submit()
        published.submit()
        both = text(f"UPDATE orders SET {column} = {value}")
        with pytest.raises(DBAPIError), published.database.writing() as connection:
            connection.execute(both)


def test_work_is_not_approved_nor_rejected_and_an_approval_not_completed(
    installation: Installation, catalog: Definitions
) -> None:
    installation.publish(*(catalog | {"plan/fibre": a_plan(a_task("dig"))}).values())
    order = answered(installation, "C8")
    approval = tasks(installation, order)["Far"].id
    with pytest.raises(IllegalMove, match="approve it, or reject"):
        installation.write(engine.complete_task, approval, {}, by="otto")
    installation.write(engine.approve, approval, by="otto")
    installation.run()

    work = tasks(installation, order)["Dig"]
    assert work.kind == "work"
    with pytest.raises(IllegalMove, match="asks for no approval"):
        installation.write(engine.approve, work.id, by="otto")
    with pytest.raises(IllegalMove, match="being fulfilled"):
        installation.write(engine.reject, work.id, by="otto", reason="no")


def test_an_order_keeps_what_it_was_asked_by_whatever_is_published_meanwhile(
    published: Installation, catalog: Definitions
) -> None:
    order = published.submit()
    other = an_enrichment("site", a_question("something_else", queue="planners"))
    published.publish(
        *(catalog | {"enrichment/site": other, "policy/far": a_policy("far", queue="approvers")}).values()
    )

    task = tasks(published, order)["Site"]
    assert [field.name for field in published.read(engine.task_form, task)] == ["cabinet"]
    published.write(engine.complete_task, task.id, {"cabinet": "C7"}, by="pia")
    published.run()

    assert the_order(published, order).state == "completed"


def test_asking_whether_an_order_fits_tells_what_would_be_asked(published: Installation) -> None:
    admission = published.read(engine.check, an_order(), now=published.now)

    assert admission.state == "awaiting answers"
    assert [task.name for task in admission.opened] == ["Site"]
