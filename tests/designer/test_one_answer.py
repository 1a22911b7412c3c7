"""A try-out, a test case, a rehearsal and a real turn give the same answer for the same input at the same moment."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from designer.proving import Case, Contents, tried
from designer.rehearsal import rehearse
from designer.trials import trial
from runtime.core.definitions import Automatic, ResultField
from runtime.core.evaluation import Evaluation
from runtime.core.values import from_stored
from runtime.rules.cells import literal
from runtime.rules.documents import Input, Output, Rule, Table
from tests.builders import a_decision, a_plan, a_release, an_item, an_order, together
from tests.core.stories import Story

TYPES = {
    "amount": ("number", ["-", "> 100", "<= 100", "[5..50]", "7, 9", "not(7)", "null"]),
    "kind": ("string", ["-", '"a"', '"b", "c"', 'not("a")', "null"]),
    "day": ("date", ["-", "< today()", ">= today()", 'date("2026-01-01")', '> today() - duration("P30D")']),
}
OUTPUTS = ["1", "amount * 2", "amount / 0", '"text"', "today()", "year(today()) + 1", "null", "kind", 'number("x")']
# By name: how the value is typed into a form, and the expression that makes it.
VALUES = {
    "amount": ["", "7", "9", "50", "100.5", "1E+3"],
    "kind": ["", '"a"', '"b"', '"x"'],
    "day": ["", 'date("2026-01-01")', 'date("2025-12-31")', 'date("1999-01-01")'],
}
MOMENTS = st.integers(1_700_000_000_000, 1_800_000_000_000)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    names = draw(st.permutations(list(TYPES)))[: draw(st.integers(1, 3))]
    rules = tuple(
        Rule(
            id=f"r{n}",
            inputs=tuple(draw(st.sampled_from(TYPES[name][1])) for name in names),
            outputs=(draw(st.sampled_from(OUTPUTS)),),
        )
        for n in range(1, draw(st.integers(1, 5)) + 1)
    )
    policy: Any = draw(st.sampled_from(["unique", "any", "first", "collect", "rule order"]))
    return Table(
        key="table",
        name="Table",
        hit_policy=policy,
        inputs=tuple(Input(id=name, expression=name, type=TYPES[name][0]) for name in names),
        outputs=(Output(id="out", name="out", default=draw(st.sampled_from(["", '"none"']))),),
        rules=rules,
    )


@given(
    table=tables(),
    values=st.fixed_dictionaries({name: st.sampled_from(texts) for name, texts in VALUES.items()}),
    moment=MOMENTS,
)
def test_a_table_decides_everywhere_the_same(table: Table, values: dict[str, str], moment: int):
    inputs = {name: text or "null" for name, text in values.items()}
    release, order = a_release(a_plan(a_decision(table="table", inputs=inputs)), table), an_order()

    tried_out = trial(table, values, Evaluation(moment))
    by_hand = tried_out.value
    saved = tried(case_of(table, values), Contents(together(table)), now=datetime.fromtimestamp(moment / 1000, UTC))
    (planned,) = rehearse(order, release, at=moment).items
    item = Story(release, order, now=moment).item("rate")

    assert saved.got == by_hand
    assert (item.state == "failed") == (planned.verdict == "fails")
    if item.state == "failed":  # nothing is decided, or an output of a row that fired cannot be computed
        assert by_hand == "null" or tried_out.warnings
    else:
        assert by_hand != "null"
    if item.state == "completed":
        assert planned.result == item.result
        assert item.result is not None
        assert literal(from_stored(item.result)["out"]) == by_hand


def case_of(table: Table, values: dict[str, str]) -> Case:
    return Case(kind="table", key=table.key, id=1, name="case", given=json.dumps(values), expected="")


EXPRESSIONS = [
    "today()",
    'now() + duration("PT1H")',
    "order.attributes.n * 2",
    "order.attributes.nothing",
    "number(order.attributes.text)",
    '{"a": order.attributes.n, "b": null}',
    '{"a": order.attributes.nothing}',
    "if order.attributes.nothing = null then 0 else 1",
    "null",
    "count(order.lines)",
]
CONDITIONS = ["", "true", "order.attributes.n > 5", "order.attributes.nothing > 5", "today() > date(2025, 6, 1)", "5"]


@given(
    result=st.dictionaries(st.sampled_from("abc"), st.sampled_from(EXPRESSIONS), max_size=3),
    empty=st.sampled_from(["stop", "null"]),
    condition=st.sampled_from(CONDITIONS),
    n=st.integers(0, 10),
    moment=MOMENTS,
)
def test_an_item_begins_everywhere_the_same(result: dict[str, str], empty: Any, condition: str, n: int, moment: int):
    fields = {name: ResultField(value=text, empty=empty) for name, text in result.items()}
    release = a_release(a_plan(an_item("count", Automatic, condition=condition, result=fields)))
    order = an_order(attributes={"n": n, "text": "many"})

    (planned,) = rehearse(order, release, at=moment).items
    item = Story(release, order, now=moment).item("count")

    assert {"runs": "completed", "skipped": "skipped", "fails": "failed"}[planned.verdict] == item.state
    assert planned.result == (item.result or {})
    assert planned.reason == (item.error or planned.reason)
