"""Runs the DMN Technology Compatibility Kit against our rules: python -m app tck DIR."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from lxml import etree
from msgspec import Struct

from runtime.rules import dmn, feel
from runtime.rules.errors import RuleError

CASES = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
# How the kit writes a temporal value -> the FEEL function that reads it.
TEMPORAL = {"date": "date", "time": "time", "dateTime": "date and time", "duration": "duration"}

_parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)


class Unreadable:
    """An expected value that could not be read; it equals nothing, not even null."""


class Number(Struct, frozen=True):
    """An expected number. Many of the kit's come from binary floating point, which is right to some 15 digits."""

    value: Decimal

    def equals(self, other: object) -> bool:
        if not isinstance(other, Decimal):
            return False
        return abs(other - self.value) <= max(Decimal("1E-8"), abs(self.value) * Decimal("1E-14"))


class Case(Struct, frozen=True, kw_only=True):
    """One expectation of one test case: what `name` gives for `inputs`."""

    level: str
    folder: str
    id: str
    name: str
    invocable: str | None
    inputs: dict[str, Any]
    expected: Any
    several: bool


class Outcome(Struct, frozen=True, kw_only=True):
    """How a case went; `detail` says what was expected and what came."""

    case: Case
    passed: bool
    detail: str = ""


def run(directory: Path) -> Iterator[Outcome]:
    """Every case below `directory`, in order of folders. `now` is the real time: the kit asks for today."""
    for tests in sorted(directory.rglob("*-test-*.xml")):
        root = etree.parse(str(tests), _parser).getroot()
        name = root.findtext(f"{CASES}modelName") or f"{tests.parent.name}.dmn"
        try:
            model: dmn.Model | None = dmn.load((tests.parent / name).read_bytes(), _siblings(tests.parent, name))
            problem = ""
        except (RuleError, OSError) as error:
            model, problem = None, f"the model does not load: {error}"
        for case in _cases(root, tests):
            yield _tried(model, case) if model else Outcome(case=case, passed=False, detail=problem)


def _siblings(folder: Path, name: str) -> dict[str, bytes]:
    """The other models of a folder, by the namespace under which they are imported."""
    found = {}
    for path in folder.glob("*.dmn"):
        if path.name != name:
            content = path.read_bytes()
            found[etree.fromstring(content, _parser).get("namespace", "")] = content
    return found


def _cases(root: Any, path: Path) -> Iterable[Case]:
    for case in root.iterfind(f"{CASES}testCase"):
        inputs = {_name(node): _plain(_value(node)) for node in case.iterfind(f"{CASES}inputNode")}
        results = case.findall(f"{CASES}resultNode")
        for result in results:
            expected = result.find(f"{CASES}expected")
            yield Case(
                level=next(part for part in reversed(path.parts) if "level" in part or part == path.parts[0]),
                folder=path.parent.name,
                id=case.get("id", ""),
                name=_name(result),
                invocable=case.get("invocableName"),
                inputs=inputs,
                expected=None if expected is None else _value(expected),
                several=len(results) > 1,
            )


def _name(node: Any) -> str:
    """The name of an input or result; with its namespace where the kit gives one, as for imported models."""
    namespace, name = node.get("namespace"), node.get("name", "")
    return f"{{{namespace}}}{name}" if namespace else str(name)


def _tried(model: dmn.Model, case: Case) -> Outcome:
    result = model.evaluate(case.invocable or case.name, case.inputs, now=datetime.now(UTC).astimezone())
    value = result.value
    if case.invocable and isinstance(value, dict) and case.name in value and case.several:
        value = value[case.name]
    if equal(case.expected, value):
        return Outcome(case=case, passed=True)
    why = "; ".join(warning.message for warning in result.warnings)
    return Outcome(case=case, passed=False, detail=f"expected {case.expected!r}, got {value!r} ({why})")


def equal(expected: Any, value: Any) -> bool:
    """Whether `value` is what the kit expects: same structure, same kinds, numbers but for rounding."""
    match expected:
        case Number():
            return expected.equals(value)
        case list():
            return (
                isinstance(value, list)
                and len(value) == len(expected)
                and all(equal(theirs, ours) for theirs, ours in zip(expected, value, strict=True))
            )
        case dict():
            return (
                isinstance(value, dict)
                and value.keys() == expected.keys()
                and all(equal(expected[name], value[name]) for name in expected)
            )
        case datetime() | date() | time() | timedelta():
            return type(value) is type(expected) and value == expected and _zone(value) == _zone(expected)
    return type(value) is type(expected) and bool(value == expected)


def _zone(value: Any) -> timedelta | None:
    offset = getattr(value, "utcoffset", None)
    return offset() if offset else None


def _value(node: Any) -> Any:
    """What stands in a `value`, `list` or `component`s element below `node`."""
    value, listed = node.find(f"{CASES}value"), node.find(f"{CASES}list")
    if value is not None:
        return None if value.get(f"{XSI}nil") == "true" else _scalar(value)
    if listed is not None:
        return None if listed.get(f"{XSI}nil") == "true" else [_value(item) for item in listed]
    components = node.findall(f"{CASES}component")
    if components or node.get(f"{XSI}nil") == "false":
        return {item.get("name"): None if item.get(f"{XSI}nil") == "true" else _value(item) for item in components}
    return None


def _scalar(node: Any) -> Any:
    text, kind = node.text or "", (node.get(f"{XSI}type") or "xsd:string").rpartition(":")[2]
    if kind == "boolean":
        return text.strip() == "true"
    if kind in ("decimal", "double", "integer", "int", "float"):
        return Number(Decimal(text.strip()))
    if kind in TEMPORAL:
        value = feel.compile(f'{TEMPORAL[kind]}("{text.strip()}")', mode="standard").evaluate({}).value
        return Unreadable() if value is None else value
    return text


def _plain(value: Any) -> Any:
    """An input, in which a number is just a number."""
    match value:
        case Number():
            return value.value
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {name: _plain(item) for name, item in value.items()}
    return value


def summary(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Passed and total for each level and folder, and apart for the cases that expect something else than null:
    an engine that always answers null would pass the others."""
    levels: dict[str, Any] = {}
    for outcome in outcomes:
        level = levels.setdefault(outcome.case.level, {**_empty(), "folders": {}})
        for part in (level, level["folders"].setdefault(outcome.case.folder, _empty())):
            part["total"] += 1
            part["passed"] += outcome.passed
            if outcome.case.expected is not None:
                part["non_null_total"] += 1
                part["non_null_passed"] += outcome.passed
    return {"levels": levels}


def _empty() -> dict[str, int]:
    return {"passed": 0, "total": 0, "non_null_passed": 0, "non_null_total": 0}


@click.command("tck")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--failures", is_flag=True, help="Say of each case that fails what was expected and what came.")
def command(directory: Path, as_json: bool, failures: bool) -> None:
    """Run the DMN Technology Compatibility Kit in DIRECTORY; exit with 1 where a case fails."""
    outcomes = list(run(directory))
    found = summary(outcomes)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        for level, figures in found["levels"].items():
            for folder, part in figures["folders"].items():
                click.echo(f"  {part['passed']:5} of {part['total']:5}  {folder}")
            click.echo(f"{figures['passed']:7} of {figures['total']:5}  {level}")
            click.echo(f"{figures['non_null_passed']:7} of {figures['non_null_total']:5}  expecting more than null")
    if failures:
        for outcome in outcomes:
            if not outcome.passed:
                case = outcome.case
                click.echo(f"{case.folder} {case.id} {case.name}: {outcome.detail}", err=True)
    sys.exit(not all(outcome.passed for outcome in outcomes))


if __name__ == "__main__":
    command()
