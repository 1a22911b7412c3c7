"""An item that failed waits for a person, who has it tried again or left out."""

from __future__ import annotations

import pytest

from runtime import engine, queries
from tests.builders import Definitions, a_catalog, a_plan, a_wait, an_item
from tests.faults.truth import check
from tests.runtime.conftest import Installation


@pytest.fixture
def catalog() -> Definitions:
    late = a_wait("late", event="never comes", delay="PT1S", on_timeout="fail")
    return a_catalog(a_plan(late, an_item("done"), after={"done": "late"}))


@pytest.mark.parametrize(("remedy", "left"), [("retry", "waiting"), ("skip", "skipped")])
def test_what_a_person_decides_resolves_the_fallout(published: Installation, remedy: str, left: str) -> None:
    order = published.submit()
    published.run()
    published.run(later=1000)
    assert published.states(order)["late"] == "failed"
    (record,) = published.read(queries.fallout_of, order)
    assert record.state == "open"

    if remedy == "retry":
        published.write(engine.retry_item, order, 0, by="ann")
    else:
        published.write(engine.skip_item, order, 0, reason="not needed", by="ann")

    assert published.states(order)["late"] == left
    (record,) = published.read(queries.fallout_of, order)
    assert (record.state, record.resolved_by) == ("resolved", "ann")
    check(published.database)
