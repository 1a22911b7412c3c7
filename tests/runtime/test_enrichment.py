"""An order is enriched as it is submitted: what it lacks is found before the catalog is asked whether it fits."""

from __future__ import annotations

import msgspec
import pytest

from runtime import engine, queries
from runtime.core.definitions import Attribute, Step
from runtime.core.orders import Order
from runtime.errors import OrderRefused
from tests.builders import Definitions, a_catalog, a_plan, a_specification, a_table, an_enrichment, an_item, an_order
from tests.faults import truth
from tests.runtime.conftest import Installation

RATE = Step(table="discount", inputs={"amount": "line.quantity"}, attributes={"rate": "decided"})


@pytest.fixture
def catalog() -> Definitions:
    return a_catalog(
        a_plan(an_item("cheap", per="line", condition="line.attributes.rate = 0"), an_item("always")),
        a_specification(attributes=(Attribute(name="rate", type="number", required=True),)),
        a_table(),
        an_enrichment("rate", RATE),
    )


def test_an_attribute_that_is_required_may_be_found_by_an_enrichment(published: Installation) -> None:
    order = published.submit(an_order())
    published.run()

    row = published.read(queries.order_row, order)
    assert msgspec.json.decode(row.document, type=Order).lines[0].attributes == {"rate": 0}
    assert row.request == "{}"  # what the caller wrote stays as it was
    assert published.states(order) == {"cheap": "completed", "always": "completed"}


def test_the_journal_says_what_was_given_by_which_rows(published: Installation) -> None:
    order = published.submit(an_order())
    published.run()

    _, enriched, decomposed, *_ = published.read(queries.events_of, order)
    assert (enriched.type, decomposed.type) == ("order enriched", "order decomposed")
    (given,) = msgspec.json.decode(enriched.data)["given"]
    assert given == {
        "line": "1", "enrichment": "rate", "step": 0, "attributes": {"rate": 0}, "table": "discount", "rows": ["r2"],
    }  # fmt: skip
    truth.check(published.database)  # and each of its hits is counted once


def test_what_an_enrichment_gives_must_fit_the_catalog(installation: Installation, catalog: Definitions) -> None:
    wrong = an_enrichment("rate", Step(attributes={"rate": 'if order.customer = null then 0 else "much"'}))
    installation.publish(*(catalog | {"enrichment/rate": wrong}).values())

    with pytest.raises(OrderRefused) as refused:
        installation.submit(an_order())

    (fault,) = refused.value.faults
    assert "must be a number" in fault.message


def test_asking_whether_an_order_fits_enriches_it_as_well(published: Installation) -> None:
    published.read(engine.check, an_order(), now=published.now)
