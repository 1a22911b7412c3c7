"""What is wrong with what is for lines of an order: enrichments, scenarios and policies."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeVar

from designer.checks import plans
from designer.checks.everything import Everything, ForLines, attributes_of
from designer.checks.expressions import compiled, pointer
from designer.checks.problems import Finding, unknown
from runtime.core.definitions import Enrichment, Policy, Scenario, Step
from runtime.core.release import STEP_NAMES

R = TypeVar("R", Scenario, Policy)


def _check_lines(all_: Everything, document: ForLines) -> Iterator[Finding]:
    """Whether there is what it is for."""
    kind = document.__struct_config__.tag
    if document.specification == "":
        yield unknown("specification", "/specification", "", all_.specifications)
    categories = {each.category for each in all_.specifications.values() if each.category}
    if document.category and document.category not in categories:
        yield unknown("category", "/category", document.category, categories)
    if not document.actions:
        message = f"the {kind} applies to no action; choose at least one"
        yield Finding("/actions", f"{kind}-without-action", message)


def _twins(rule: R, others: Collection[R]) -> Iterator[tuple[str, R]]:
    """Those before it that are for the same lines, with the place of each action that both are for."""
    for n, action in enumerate(rule.actions):
        for other in others:
            same = (rule.specification, rule.category, rule.condition)
            if (
                other.key < rule.key
                and action in other.actions
                and (other.specification, other.category, other.condition) == same
            ):
                yield pointer("actions", n), other


# --- enrichments --------------------------------------------------------------------------------------


def check_enrichment(all_: Everything, enrichment: Enrichment) -> Iterator[Finding]:
    """What lines are told, and whether anything tells it."""
    yield from _check_lines(all_, enrichment)
    if not enrichment.steps:
        yield Finding("/steps", "empty-enrichment", "the enrichment finds nothing out; add a step")
    known = attributes_of(all_.meant_by([enrichment]))
    for n, step in enumerate(enrichment.steps):
        for finding in (*_check_step(all_, step, known), *_check_question(step)):
            yield Finding(pointer("steps", n) + finding.pointer, finding.code, finding.message)


def _check_step(all_: Everything, step: Step, known: set[str]) -> Iterator[Finding]:
    if step.table in all_.tables:
        yield from plans.check_inputs(all_.tables[step.table], step.inputs, set(STEP_NAMES))
    if not step.attributes:
        message = "the step gives the line nothing; say which attributes it gives"
        yield Finding("/attributes", "step-without-attributes", message)
    for name in step.attributes:
        if known and name not in known:
            yield unknown("attribute", f"/attributes{pointer(name)}", name, known)


def _check_question(step: Step) -> Iterator[Finding]:
    """What a step asks people, and what becomes of their answers."""
    if step.table and (step.form or step.queue):
        message = "a step asks a table or people, never both; clear one of the two, or make two steps"
        yield Finding("/table", "step-asks-twice", message)
    if step.form and not step.queue:
        message = "nobody would see this question; choose the queue it waits in"
        yield Finding("/queue", "question-without-queue", message)
    if step.queue and not step.form:
        message = f"queue {step.queue} is asked nothing; add a field to the form, or clear the queue"
        yield Finding("/form", "question-without-form", message)
    yield from plans.check_form(step.form)
    names, read = {field.name for field in step.form}, set()
    for text in step.attributes.values():
        for path in sorted(compiled(text, None)[0]):
            if step.form and path[0] == "answered":
                read |= {path[1]} if path[1:] else names
    for n, field in enumerate(step.form):
        if field.name not in read:
            message = f"nothing reads this answer; give the line an attribute from answered.{field.name}, or remove it"
            yield Finding(pointer("form", n, "name"), "unused-answer", message)


# --- scenarios ----------------------------------------------------------------------------------------


def check_scenario(all_: Everything, scenario: Scenario) -> Iterator[Finding]:
    """What chooses a plan, and what might choose it twice."""
    if not scenario.plan:
        message = "the scenario chooses no plan; say which plan fulfils these lines"
        yield Finding("/plan", "scenario-without-plan", message)
    yield from _check_lines(all_, scenario)
    for at, other in _twins(scenario, all_.scenarios.values()):
        advice = (
            "it says the same, so delete one of the two"
            if other.plan == scenario.plan
            else f"both plans, {other.plan} and {scenario.plan}, would run: unless that is meant, tell the two "
            "apart by a condition"
        )
        message = f"scenario {other.key!r} applies to the same lines and action; {advice}"
        yield Finding(at, "two-scenarios", message)


# --- policies -----------------------------------------------------------------------------------------


def check_policy(all_: Everything, policy: Policy) -> Iterator[Finding]:
    """Which orders need an approval, and whether anybody would see it."""
    yield from _check_lines(all_, policy)
    if not policy.queue:
        message = "nobody would see what is to be approved; choose the queue of those who approve"
        yield Finding("/queue", "policy-without-queue", message)
    for at, other in _twins(policy, all_.policies.values()):
        if policy.queue and policy.queue == other.queue:
            message = (
                f"policy {other.key!r} asks the same queue about the same lines and action, so it would have to "
                "approve them twice; delete one of the two, or tell them apart by a condition"
            )
            yield Finding(at, "two-policies", message)
