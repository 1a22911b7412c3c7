"""Trying test cases on what a release would contain: what is expected, what comes, and whether that is new. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property

import msgspec
from msgspec import Struct, structs

from designer import outcomes, trials
from designer.asking import Answers
from designer.rehearsal import rehearse
from runtime.core.definitions import Definition
from runtime.core.evaluation import Evaluation
from runtime.core.orders import Order
from runtime.core.release import CompiledDefinition, Release
from runtime.core.values import decode
from runtime.errors import Fault, WrongForm
from runtime.rules.documents import Table

ORDER = "order"  # what the cases of orders have for a kind; they belong to no definition


class Case(Struct, frozen=True, kw_only=True):
    """A test case as it is filed. `given` is JSON: texts by field for a table, the order itself for an order.
    `expected` is a FEEL literal for a table, a fact a line for an order."""

    kind: str
    key: str
    id: int
    name: str
    given: str
    expected: str

    @property
    def ref(self) -> str:
        """How people and programs call it: "table/discount/3", "order/7"."""
        return f"{self.definition or ORDER}/{self.id}"

    @property
    def definition(self) -> str:
        """The definition it is about, "kind/key"; empty for an order, which concerns all."""
        return "" if self.kind == ORDER else f"{self.kind}/{self.key}"


class AnsweredOrder(Order, frozen=True, omit_defaults=True, kw_only=True):
    """The order of a test case, and what people answer where it makes somebody ask."""

    answers: Answers = ()


class Result(Struct, frozen=True, kw_only=True):
    """How a case went. `wrong` says what kept it from being tried. `settled` says why it passes although something
    else is expected: a release that is yet to come brings that."""

    case: Case
    got: str = ""
    wrong: str = ""
    settled: str = ""

    @property
    def passed(self) -> bool:
        return bool(self.settled) or (not self.wrong and _facts(self.got) == _facts(self.case.expected))

    @property
    def gone(self) -> tuple[str, ...]:
        """What was expected and did not come."""
        return outcomes.difference(self.case.expected.splitlines(), self.got.splitlines())[0]

    @property
    def come(self) -> tuple[str, ...]:
        """What came and was not expected."""
        return outcomes.difference(self.case.expected.splitlines(), self.got.splitlines())[1]

    @property
    def difference(self) -> list[tuple[str, str]]:
        """Both, as ("removed" or "added", line): what is said of one thing stands together."""
        lines = [("removed", line) for line in self.gone] + [("added", line) for line in self.come]
        return sorted(lines, key=lambda entry: (outcomes.subject(entry[1]), entry[0] == "added"))


class Contents:
    """The definitions of one release, existing or not, compiled when the first order asks for them."""

    def __init__(self, definitions: Mapping[str, Definition | CompiledDefinition]) -> None:
        self._given = definitions
        self.definitions: dict[str, Definition] = {
            name: each.document if isinstance(each, CompiledDefinition) else each for name, each in definitions.items()
        }

    @cached_property
    def release(self) -> Release:
        return Release(0, self._given.values())


def concerning(cases: Iterable[Case], definitions: Mapping[str, Definition]) -> list[Case]:
    """The cases that such a release can be tried with: those of its tables, and all orders."""
    return [case for case in cases if case.kind == ORDER or isinstance(definitions.get(case.definition), Table)]


def tried(case: Case, contents: Contents, *, now: datetime) -> Result:
    """The definitions must have no errors: what cannot be compiled cannot be asked."""
    if case.kind == ORDER:
        order = decode(case.given, AnsweredOrder)
        try:
            told = rehearse(order, contents.release, at=_milliseconds(now), answers=order.answers)
        except WrongForm as refusal:
            return Result(case=case, wrong=f"an answer: {refusal} ({_told(refusal.faults)})")
        return Result(case=case, got="\n".join(outcomes.facts(told)))
    table = contents.definitions[case.definition]
    assert isinstance(table, Table), "only cases that concern the release are tried"
    try:
        given = msgspec.json.decode(case.given, type=dict[str, str])
        return Result(case=case, got=trials.trial(table, given, Evaluation(_milliseconds(now))).value)
    except trials.Untryable as refusal:
        faults = _told(refusal.faults)
        return Result(case=case, wrong=f"{refusal}{f' ({faults})' if faults else ''}")


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _told(faults: Iterable[Fault]) -> str:
    return "; ".join(f"{fault.pointer.lstrip('/')}: {fault.message}" for fault in faults)


def settled(result: Result, today: Contents, coming: Iterable[tuple[str, Contents]], *, now: datetime) -> Result:
    """The result, excused where this publication changes nothing of it: it comes out as it does `today`, and what is
    expected is what a release that is `coming` brings."""
    if result.passed or not concerning([result.case], today.definitions):
        return result
    if tried(result.case, today, now=now).got != result.got:
        return result
    for name, contents in coming:
        if concerning([result.case], contents.definitions) and tried(result.case, contents, now=now).passed:
            return structs.replace(result, settled=f"as it is today; {name} brings what is expected")
    return result


def _facts(text: str) -> list[str]:
    return sorted(text.splitlines())
