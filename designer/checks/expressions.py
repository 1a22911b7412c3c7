"""Every FEEL expression of a definition: where it stands, and which names it may read there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from msgspec import Struct, structs

from runtime.core.definitions import (
    Call,
    Callout,
    Decision,
    Decomposition,
    Definition,
    Enrichment,
    Item,
    Plan,
    Policy,
    Push,
    Queue,
    RequestField,
    ResultField,
    Scenario,
    System,
    Wait,
    expression_of,
)
from runtime.core.release import (
    ANSWER_NAMES,
    ASSIGNING_NAMES,
    GROUP_NAMES,
    PLAIN_KEYS,
    POLICY_NAMES,
    SCENARIO_NAMES,
    SOURCE_NAMES,
    STEP_NAMES,
    TARGET_NAMES,
    answered_names,
    item_names,
    waiting_names,
)
from runtime.rules import feel
from runtime.rules.errors import FeelSyntaxError

# What an expression is for.
Use = Literal["value", "condition", "group", "quantity", "action", "moment", "assignee"]


class Written(Struct, frozen=True):
    """One expression, its JSON pointer, the names it may read, and the key of the item it belongs to, if any.
    `afterwards`: it is read when the item has ended, so that it may look at the item's own result."""

    text: str
    pointer: str
    names: tuple[str, ...]
    item: str = ""
    afterwards: bool = False
    needed: bool = False  # whoever has it must say something
    use: Use = "value"


def pointer(*parts: str | int) -> str:
    """A JSON pointer (RFC 6901) of its parts."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def expressions(document: Definition) -> Iterator[Written]:
    """All expressions of a definition, in the order of the document, without those that may be empty and are; for a
    table none, because its cells mean something only together."""
    found: Iterator[Written] = iter(())
    match document:
        case Plan():
            found = _of_plan(document)
        case Enrichment():
            found = _of_enrichment(document)
        case Decomposition():
            found = _of_decomposition(document)
        case Scenario():
            found = iter((Written(document.condition, "/condition", SCENARIO_NAMES, use="condition"),))
        case Policy():
            found = iter((Written(document.condition, "/condition", POLICY_NAMES, use="condition"),))
        case System():
            found = _of_system(document)
        case Queue():
            found = iter((Written(document.assign, "/assign", ASSIGNING_NAMES, use="assignee"),))
    return (written for written in found if written.text or written.needed)


def _of_system(system: System) -> Iterator[Written]:
    for n, operation in enumerate(system.operations):
        yield Written(operation.success, pointer("operations", n, "success"), ANSWER_NAMES)
        yield Written(operation.error_code, pointer("operations", n, "error_code"), ANSWER_NAMES)


def _of_plan(plan: Plan) -> Iterator[Written]:
    for n, item in enumerate(plan.items):
        for written in _of_item(item, pointer("items", n)):
            yield structs.replace(written, item=item.key)
    pers = {item.key: item.per for item in plan.items}
    for n, dependency in enumerate(plan.dependencies):
        at = pointer("dependencies", n)
        yield _grouping(dependency.per, f"{at}/per", GROUP_NAMES, dependency.target)
        yield Written(
            dependency.condition,
            f"{at}/condition",
            waiting_names(pers.get(dependency.target, "line")),
            dependency.target,
            use="condition",
        )


def _of_item(item: Item, at: str) -> Iterator[Written]:
    running, answered = item_names(item.per), answered_names(item.per)
    yield _grouping(item.per, f"{at}/per", GROUP_NAMES)
    yield Written(item.condition, f"{at}/condition", running, use="condition")
    match item:
        case Callout() | Push():
            yield from _each(item.call.request, f"{at}/call/request", running)
        case Decision():
            yield from _each(item.inputs, f"{at}/inputs", running)
        case Wait():
            yield Written(item.until, f"{at}/until", running, use="moment")
    result: Mapping[str, str | ResultField] = getattr(item, "result", {})
    yield from _each(result, f"{at}/result", answered if isinstance(item, Callout | Wait) else running)
    if isinstance(item.compensation, Call):
        for written in _each(item.compensation.request, f"{at}/compensation/request", running):
            yield structs.replace(written, afterwards=True)


def _of_enrichment(enrichment: Enrichment) -> Iterator[Written]:
    for n, step in enumerate(enrichment.steps):
        at = pointer("steps", n)
        yield Written(step.condition, f"{at}/condition", STEP_NAMES, use="condition")
        yield from _each(step.inputs, f"{at}/inputs", STEP_NAMES)
        yield from _each(step.attributes, f"{at}/attributes", (*STEP_NAMES, "answered" if step.form else "decided"))


def _of_decomposition(decomposition: Decomposition) -> Iterator[Written]:
    for n, target in enumerate(decomposition.targets):
        at = pointer("targets", n)
        yield _grouping(target.per, f"{at}/per", SOURCE_NAMES)
        yield Written(target.condition, f"{at}/condition", SOURCE_NAMES, use="condition")
        yield Written(target.quantity, f"{at}/quantity", TARGET_NAMES, use="quantity")
        yield Written(target.action, f"{at}/action", TARGET_NAMES, use="action")
        yield from _each(target.attributes, f"{at}/attributes", TARGET_NAMES)


def _each(
    fields: Mapping[str, str] | Mapping[str, str | RequestField] | Mapping[str, str | ResultField],
    at: str,
    names: tuple[str, ...],
) -> Iterator[Written]:
    for name, field in fields.items():
        yield Written(expression_of(field), at + pointer(name), names, needed=True)


def _grouping(key: str, at: str, names: tuple[str, ...], item: str = "") -> Written:
    return Written("" if key in PLAIN_KEYS else key, at, names, item, use="group")


@lru_cache(maxsize=4096)
def compiled(text: str, names: tuple[str, ...] | None) -> tuple[frozenset[tuple[str, ...]], str]:
    """The paths that an expression reads, and what is wrong with it, in one sentence, if anything is.

    `names` are those it may read; None: any.
    """
    try:
        return frozenset(feel.compile(text, names).paths), ""
    except FeelSyntaxError as error:
        return frozenset(), told(error)


def fault_of_tests(text: str, type_: str) -> FeelSyntaxError | None:
    """What is wrong with unary tests for values of a type, such as `"home", "business"` or `> 0`."""
    try:
        if text:
            feel.compile_tests(text, (), type=type_)
    except FeelSyntaxError as error:
        return error
    return None


def told(error: FeelSyntaxError) -> str:
    """What is wrong with a text, with the number of the line where it has several."""
    return f"line {error.line}: {error.reason}" if "\n" in error.text else error.reason
