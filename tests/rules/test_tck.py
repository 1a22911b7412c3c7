"""The rules pass the compatibility kit of the standard."""

import os
from collections import defaultdict
from pathlib import Path

import pytest

from app import tck
from runtime.rules.xml import local, parse

ROOT = Path(__file__).parents[2]
KIT = Path(os.environ.get("DMN_TCK_DIR") or ROOT.parent / "shared" / "dmn-tck")


@pytest.fixture(scope="module")
def outcomes() -> list[tck.Outcome]:
    if not KIT.is_dir():
        message = f"the DMN compatibility kit is not at {KIT}; set DMN_TCK_DIR to where it is"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    found = list(tck.run(KIT))
    assert found
    return found


def shares(outcomes: list[tck.Outcome]) -> dict[str, float]:
    """The share of passed cases by level; and under "level +" of those that expect more than null."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for outcome in outcomes:
        for name in (outcome.case.level, f"{outcome.case.level} +" * (outcome.case.expected is not None)):
            counts[name][0] += outcome.passed
            counts[name][1] += 1
    return {name: passed / total for name, (passed, total) in counts.items() if name}


def test_every_case_of_level_2_passes(outcomes: list[tck.Outcome]) -> None:
    assert [each.detail for each in outcomes if "level-2" in each.case.level and not each.passed] == []


def test_at_least_99_of_100_cases_of_level_3_pass_with_and_without_the_nulls(outcomes: list[tck.Outcome]) -> None:
    level = {name: share for name, share in shares(outcomes).items() if "level-3" in name}

    assert level
    assert all(share >= 0.99 for share in level.values()), level


def test_every_case_of_a_model_with_a_decision_table_passes(outcomes: list[tck.Outcome]) -> None:
    with_tables = {
        path.parent.name
        for path in KIT.rglob("*.dmn")
        if any(isinstance(each.tag, str) and local(each) == "decisionTable" for each in parse(path.read_bytes()).iter())
    }

    failed = [each.detail for each in outcomes if each.case.folder in with_tables and not each.passed]
    assert with_tables
    assert failed == []
