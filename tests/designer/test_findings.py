"""What the grid marks is worked out once, however many people look."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from msgspec import structs

from designer.checks import findings
from runtime.rules.documents import Input, Output, Rule, Table

BANDS = Table(
    key="bands",
    name="Bands",
    inputs=(Input(id="n", expression="n", type="number"),),
    outputs=(Output(id="out", name="out", type="number"),),
    rules=tuple(Rule(id=f"r{n}", inputs=(f"[{n}..{n + 1})",), outputs=(str(n),)) for n in range(800)),
)


def test_who_asks_about_a_table_that_is_being_analysed_waits_for_that_answer() -> None:
    before = findings._findings.cache_info()
    with ThreadPoolExecutor(4) as people:
        found = list(people.map(findings.findings, [BANDS] * 4))
    after = findings._findings.cache_info()

    assert all(each is found[0] for each in found)
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 3)
    assert not findings._turns, "nobody waits any more"


def test_an_id_that_is_also_a_word_is_a_number_only_where_a_row_is_meant() -> None:
    rows = (("inside", "< 5", "1"), ("all", "< 9", "1"), ("comes", "-", "2"))
    table = structs.replace(
        BANDS, hit_policy="first", rules=tuple(Rule(id=i, inputs=(n,), outputs=(out,)) for i, n, out in reversed(rows))
    )
    said = [each.message for each in findings.findings(table).findings]

    assert "Row 3 never wins: wherever it matches (n is < 5), row 1 comes first." in said
    assert any(each.startswith("Row 3 lies inside of row") for each in said), said
