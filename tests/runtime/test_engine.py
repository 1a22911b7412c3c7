"""Orders through the front door, on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from runtime import engine, queries, releases
from runtime.core.definitions import Attribute, Field
from runtime.core.versions import release_digest
from runtime.errors import (
    CorruptVersion,
    DuplicateOrder,
    IllegalMove,
    NoActiveRelease,
    OrderRefused,
    Unknown,
    WrongForm,
)
from runtime.schema import events, fulfilment_lines, jobs, lines, orders, release_changes, versions
from runtime.schema import releases as release_table
from tests.builders import (
    Definitions,
    a_catalog,
    a_line,
    a_plan,
    a_queue,
    a_scenario,
    a_specification,
    a_task,
    a_wait,
    an_item,
    an_order,
)
from tests.runtime.conftest import Installation

FORM = (
    Field(name="port", label="Port", type="number", required=True),
    Field(name="colour", type="choice", choices=("red", "green")),
    Field(name="on", type="date"),
)


@pytest.fixture
def catalog() -> Definitions:
    plan = a_plan(
        a_task("install", form=FORM), a_wait("delivered", event="delivered", delay="P1D"), an_item("done"),
        after={"done": "install delivered"},
    )  # fmt: skip
    return a_catalog(plan)


def stored(installation: Installation) -> dict[str, int]:
    """How many rows there are of what a submitted order leaves."""
    with installation.database.reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (orders, lines, fulfilment_lines, events, jobs)
        }


def test_an_order_runs_from_submission_to_its_end(published: Installation) -> None:
    order = published.submit(an_order(lines=2, external_id="A-1"))
    assert published.read(queries.order_row, order).state == "accepted"

    published.run()
    assert published.states(order) == {"install": "waiting", "delivered": "waiting", "done": "pending"}

    (task,) = published.read(queries.find_tasks, order=order)
    published.write(engine.claim_task, task.id, by="tom")
    published.write(engine.complete_task, task.id, {"port": "7"}, by="tom")
    published.run(later=86_400_000)

    assert published.states(order) == {"install": "completed", "delivered": "completed", "done": "completed"}
    assert published.told(order).order == "completed"
    assert published.told(order).results[0] == {"port": 7}
    assert published.read(queries.state_counts, "order") == {"completed": 1}
    assert published.read(queries.state_counts, "item") == {"completed": 3}


def test_an_order_keeps_the_release_it_was_submitted_on(published: Installation) -> None:
    before = published.submit()
    longer = a_plan(a_task("install"), an_item("inspect"), after={"inspect": "install"})
    release = published.publish(longer)
    after = published.submit()
    published.run()

    assert set(published.states(before)) == {"install", "delivered", "done"}
    assert set(published.states(after)) == {"install", "inspect"}
    assert published.read(queries.order_row, after).release_id == release
    assert published.read(queries.order_row, before).release_id < release


def test_nothing_can_be_submitted_before_something_is_published(installation: Installation) -> None:
    with pytest.raises(NoActiveRelease, match="publish"):
        installation.submit()


@pytest.mark.parametrize(
    ("line", "pointer", "says"),
    [
        (a_line("1", specification="teleport"), "/lines/1", "unknown specification 'teleport'"),
        (a_line("1", action="suspend"), "/lines/1", "no scenario fulfils line '1': suspend fibre"),
        (a_line("1", parent="9"), "/lines/1", "part of '9'"),
        (a_line("1", specification="strict"), "/lines/1/attributes/speed", "missing"),
        (a_line("1", "strict", attributes={"speed": "fast"}), "/lines/1/attributes/speed", "must be a number"),
        (a_line("1", "strict", action="delete"), "/lines/1/action", "use add"),
    ],
)
def test_an_order_that_does_not_fit_is_refused_with_a_place_and_a_remedy(
    published: Installation, line: object, pointer: str, says: str
) -> None:
    strict = a_specification(
        "strict", actions=("add",), attributes=(Attribute(name="speed", type="number", required=True),)
    )
    published.publish(strict, a_scenario("fibre", "strict"))
    before = stored(published)

    with pytest.raises(OrderRefused) as refused:
        published.submit(an_order(line))  # type: ignore[arg-type]

    (fault,) = refused.value.faults
    assert fault.pointer == pointer
    assert says in fault.message
    assert stored(published) == before


def test_an_external_id_is_accepted_once(published: Installation) -> None:
    first = published.submit(an_order(external_id="A-1"))
    before = stored(published)

    with pytest.raises(DuplicateOrder, match=f"order {first}"):
        published.submit(an_order(external_id="A-1"))

    assert stored(published) == before


def test_a_callback_brings_an_item_to_its_end(published: Installation) -> None:
    order = published.submit()
    published.run()
    item = published.items(order)["delivered"]

    published.call_back(order, item.n, {"parcel": 1})

    assert published.states(order)["delivered"] == "completed"
    with published.database.reading() as connection:  # the timer is gone with it
        assert connection.execute(select(func.count()).select_from(jobs)).scalar_one() == 0


@pytest.mark.parametrize("address", [(1, 1, 1, "guessed"), (1, 99, 1, "x"), (99, 0, 1, "x"), (1, 0, 1, "x")])
def test_a_callback_to_an_address_that_never_was_is_refused(
    published: Installation, address: tuple[int, int, int, str]
) -> None:
    order = published.submit()
    published.run()

    with pytest.raises(Unknown, match="check the address"):
        published.write(engine.deliver, *address, {})

    assert published.states(order)["delivered"] == "waiting"


def test_a_callback_for_an_item_that_has_ended_is_recorded_and_changes_nothing(published: Installation) -> None:
    order = published.submit()
    published.run()
    item = published.items(order)["delivered"]
    published.call_back(order, item.n, {})
    before = published.states(order)

    published.call_back(order, item.n, {"again": True})

    assert published.states(order) == before
    last = list(published.read(queries.events_of, order))[-1]
    assert last.type == "callback received"
    assert "done already" in last.data


@pytest.mark.parametrize(
    ("values", "pointer", "says"),
    [
        ({}, "/port", "Port is required"),
        ({"port": "seven"}, "/port", "must be a number"),
        ({"port": 7, "colour": "blue"}, "/colour", "one of red, green"),
        ({"port": 7, "on": "soon"}, "/on", "a date such as"),
        ({"port": 7, "size": 1}, "/size", "no field 'size'"),
    ],
)
def test_a_form_says_what_is_wrong_with_each_field(
    published: Installation, values: dict[str, object], pointer: str, says: str
) -> None:
    order = published.submit()
    published.run()
    (task,) = published.read(queries.find_tasks, order=order)

    with pytest.raises(WrongForm) as refused:
        published.write(engine.complete_task, task.id, values, by="tom")

    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert says in refused.value.faults[0].message
    assert published.states(order)["install"] == "waiting"


def test_a_task_can_be_claimed_released_and_completed_once(published: Installation) -> None:
    order = published.submit()
    published.run()
    (task,) = published.read(queries.find_tasks, order=order)

    published.write(engine.claim_task, task.id, by="tom")
    assert published.read(queries.task_row, task.id).assignee == "tom"
    published.write(engine.release_task, task.id, by="tom")
    assert published.read(queries.task_row, task.id).state == "open"
    published.write(engine.complete_task, task.id, {"port": 1}, by="tim")
    done = published.read(queries.task_row, task.id)
    assert (done.state, done.assignee) == ("completed", "tim")

    for use_case in (engine.claim_task, engine.release_task):
        with pytest.raises(IllegalMove, match="completed"):
            published.write(use_case, task.id, by="tom")
    with pytest.raises(IllegalMove, match="completed"):
        published.write(engine.complete_task, task.id, {"port": 1}, by="tom")
    published.told(order)


def test_a_task_is_somebodys_from_the_beginning_where_its_queue_says_so(published: Installation) -> None:
    published.publish(a_queue(assign='"tom"'))
    order = published.submit()
    published.run()
    (task,) = published.read(queries.find_tasks, order=order, assignee="tom")

    assert task.state == "claimed"
    published.write(engine.release_task, task.id, by="tom")
    assert published.read(queries.task_row, task.id).assignee is None
    published.told(order)


def test_a_document_that_is_not_what_its_id_says_is_never_run(published: Installation) -> None:
    forged = {"id": "0" * 64, "kind": "queue", "key": "forged", "number": 1, "author": "eve"}
    with published.database.writing() as connection:
        document = '{"kind":"queue","key":"forged","name":"Forged"}'
        connection.execute(insert(versions).values(**forged, document=document, created_at=1))
        release = add_release(connection, {"queue/forged": "0" * 64})

    with pytest.raises(CorruptVersion, match="queue/forged"):
        published.read(releases.load, release)


def add_release(connection: Connection, contents: dict[str, str], semantics: int = 2, **changed: Any) -> int:
    """A release as somebody would forge it; `changed` is not what the digest was made of."""
    values = {"digest": release_digest(contents, semantics), "semantics": semantics, "size": 1, "author": "eve"}
    inserted = insert(release_table).values({**values, "created_at": 1, **changed}).returning(release_table.c.id)
    release = int(connection.execute(inserted).scalar_one())
    rows = [{"release_id": release, "name": name, "version": version} for name, version in contents.items()]
    if rows:
        connection.execute(insert(release_changes), rows)
    return release


def test_a_release_that_does_not_contain_what_its_digest_says_is_never_run(published: Installation) -> None:
    with published.database.writing() as connection:
        release = add_release(connection, {}, digest="0" * 64)
        added_to = add_release(connection, {"queue/planners": "1" * 64})
        connection.execute(insert(release_changes).values(release_id=added_to, name="queue/forged", version="0" * 64))

    for each in (release, added_to):
        with pytest.raises(CorruptVersion, match=f"release {each}"):
            published.read(releases.load, each)


def test_a_release_whose_rules_were_given_another_revision_is_never_run(published: Installation) -> None:
    with published.database.writing() as connection:
        moved = add_release(connection, {}, digest=release_digest({}, 1))

    with pytest.raises(CorruptVersion, match=f"release {moved}"):
        published.read(releases.load, moved)


def test_a_release_under_rules_that_this_program_does_not_know_says_which_program_to_run(
    published: Installation,
) -> None:
    with published.database.writing() as connection:
        newer = add_release(connection, {}, semantics=99)

    with pytest.raises(CorruptVersion, match="run the version of Orderloom that published it"):
        published.read(releases.load, newer)


def test_a_version_under_the_name_of_another_is_never_run(published: Installation) -> None:
    with published.database.reading() as connection:
        contents = releases.manifest_of(connection, 1)
    with published.database.writing() as connection:
        release = add_release(connection, {**contents, "queue/managers": contents["queue/technicians"]})

    with pytest.raises(CorruptVersion, match="queue/managers"):
        published.read(releases.load, release)


def test_a_version_that_is_gone_stops_its_release(published: Installation) -> None:
    with published.database.writing() as connection:
        release = add_release(connection, {"queue/gone": "2" * 64})

    with pytest.raises(CorruptVersion, match="is not stored any more"):
        published.read(releases.load, release)


def test_a_large_plan_goes_on_over_several_turns(published: Installation) -> None:
    plan = a_plan(*(an_item(f"m{n}", per="line") for n in range(30)), after={"m1": "m0"})
    published.publish(plan)
    order = published.submit(an_order(lines=50))

    turns = 0
    while published.worker.take_turn():
        turns += 1

    assert turns > 1
    assert published.told(order).order == "completed"
