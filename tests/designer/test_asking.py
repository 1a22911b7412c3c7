"""A rehearsal tells whom an order would wait for, and goes on with sample answers, or as if they were empty."""

from __future__ import annotations

import pytest

from designer.asking import SampleAnswer
from designer.comparison import compare
from designer.outcomes import facts
from designer.rehearsal import Rehearsal, rehearse
from runtime.core.definitions import Attribute
from runtime.errors import WrongForm
from tests.builders import (
    a_line,
    a_policy,
    a_question,
    a_queue,
    a_release,
    a_specification,
    an_enrichment,
    an_order,
)

ASKING = (
    an_enrichment("site", a_question("cabinet", queue="planners")),
    a_queue("planners"),
    a_policy("far", condition='line.attributes.cabinet != "C7"'),
    a_specification(attributes=(Attribute(name="cabinet", required=True),)),
)


def answer(**values: str) -> SampleAnswer:
    return SampleAnswer(line="1", enrichment="site", step=0, values=values)


def asked_of(*answers: SampleAnswer) -> Rehearsal:
    return rehearse(an_order(), a_release(*ASKING), at=0, answers=answers)


def test_a_rehearsal_tells_what_people_would_be_asked_and_goes_on() -> None:
    told = asked_of()

    assert [(ask.kind, ask.definition, ask.queue, ask.lines) for ask in told.asks] == [
        ("question", "enrichment/site", "planners", ("1",)),
        ("approval", "policy/far", "technicians", ("1",)),
    ]
    assert (told.refusal, len(told.items)) == ("", 1)  # what is required is not missed before somebody was asked


def test_a_rehearsal_goes_on_with_the_answers_it_is_given() -> None:
    told = asked_of(answer(cabinet="C7"))

    (ask,) = told.asks
    assert ask.answered == {"cabinet": "C7"}
    assert told.order is not None
    assert told.order.lines[0].attributes == {"cabinet": "C7"}


def test_an_answer_that_its_form_does_not_take_is_refused() -> None:
    with pytest.raises(WrongForm):
        asked_of(answer(colour="red"))


def test_a_given_answer_that_leaves_out_what_is_required_is_refused_by_the_catalog() -> None:
    assert "catalog" in asked_of(answer(cabinet="")).refusal


def test_what_only_one_release_asks_is_a_difference() -> None:
    silent = rehearse(an_order(a_line(attributes={"cabinet": "C7"})), a_release(), at=0)

    compared = compare(silent, asked_of())

    assert [(which, ask.definition) for which, ask in compared.asked] == [
        ("added", "enrichment/site"),
        ("added", "policy/far"),
    ]
    assert compared.differs


def test_what_people_are_asked_is_among_the_facts_of_a_test_case() -> None:
    told = facts(asked_of(answer(cabinet="C8")))

    assert 'line 1 asked: step 1 of site, in queue planners, answered {"cabinet":"C8"}' in told
    assert "policy far: approved in queue technicians, because of line 1" in told
