"""Words: a row of a decision table as a sentence, lists, plurals (pure)."""

from __future__ import annotations

from runtime.rules import feel, tree
from runtime.rules.documents import Rule, Table
from runtime.rules.errors import FeelSyntaxError

COMPARED = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "=": "", "!=": "not"}
EARLIER = {"<": "before", "<=": "at the latest", ">": "after", ">=": "at the earliest"}
IN_TIME = ("date", "time", "date and time", "dateTime")


def sentence(table: Table, rule: Rule) -> str:
    """`When Product is "fibre" and Speed is at least 100, then Class is "gold".`"""
    conditions = [
        f"{column.label or column.expression} {said}"
        for column, cell in zip(table.inputs, rule.inputs, strict=False)
        if (said := condition(cell, column.type))
    ]
    results = [
        f"{column.label or column.name or 'the result'} is {cell.strip()}"
        for column, cell in zip(table.outputs, rule.outputs, strict=False)
        if cell.strip()
    ]
    when = f"When {' and '.join(conditions)}" if conditions else "Always"
    return f"{when}, then {listed(results, 'and') if results else 'nothing is said'}."


def condition(cell: str, type_: str = "Any") -> str:
    """What a cell asks of its column, as the end of a sentence; empty where it asks nothing or cannot be read."""
    try:
        tests = feel.compile_tests(cell, None, "standard").tree
    except FeelSyntaxError:
        return f"satisfies {cell.strip()}"
    if not tests.tests:
        return ""
    if all(isinstance(test, tree.Range) and test.operator == "!=" for test in tests.tests) and not tests.negated:
        return " or ".join(_test(test, cell, type_) for test in tests.tests)
    said = listed([_test(test, cell, type_) for test in tests.tests], "or")
    if tests.negated:
        return f"is not {said.removeprefix('is ')}"
    return said if said.startswith("satisfies") else f"is {said.removeprefix('is ')}"


def _test(test: tree.Node, cell: str, type_: str) -> str:
    if isinstance(test, tree.Range):
        return _range(test, cell, type_)
    if tree.reads_input(test):
        return f"such that {cell[test.start : test.end]}"
    return "empty" if isinstance(test, tree.Null) else cell[test.start : test.end]


def _range(test: tree.Range, cell: str, type_: str) -> str:
    low, high = (None if end is None else cell[end.start : end.end] for end in (test.low, test.high))
    if test.operator:
        end = high if low is None else low
        if type_ in IN_TIME and test.operator in EARLIER:
            said = EARLIER[test.operator]
            return f"{said} {end}" if said in ("before", "after") else f"{end} {said}"
        return f"{COMPARED[test.operator]} {end}".strip()
    if low is None or high is None:
        return cell[test.start : test.end]
    start = f"from {low}" if test.low_included else f"above {low}"
    return f"{start} to {high}" if test.high_included else f"{start} and below {high}"


def plural(noun: str) -> str:
    """plans, keys, policies."""
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"


def listed(words: list[str], last: str) -> str:
    """a, b or c."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
