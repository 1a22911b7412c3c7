"""Valid things with few words: a test names only what it is about."""

from __future__ import annotations

from typing import Any

from runtime.core.definitions import (
    Calendar,
    Call,
    Callout,
    Decision,
    Decomposition,
    Definition,
    Dependency,
    Enrichment,
    Field,
    Item,
    Manual,
    Milestone,
    Operation,
    Plan,
    Policy,
    Queue,
    Scenario,
    Specification,
    Step,
    System,
    Target,
    Wait,
    name_of,
)
from runtime.core.evaluation import Evaluation
from runtime.core.orders import Line, Order
from runtime.core.release import Release
from runtime.rules.documents import Input, Output, Rule, Table

Definitions = dict[str, Definition]

NOW = 1_000_000  # a moment, where a test does not care which
EVALUATION = Evaluation(NOW)


def title(key: str) -> str:
    """What a person would call it: "check_address" -> "Check address"."""
    return key.replace("_", " ").replace("-", " ").capitalize()


def an_item(key: str = "survey", kind: type[Item] = Milestone, **rest: Any) -> Item:
    return kind(key=key, name=rest.pop("name", title(key)), **rest)


def a_callout(key: str = "reserve", system: str = "fulfilment", operation: str = "reserve", **rest: Any) -> Callout:
    call = Call(system=system, operation=operation, request=rest.pop("request", {}))
    return Callout(key=key, name=title(key), call=call, **rest)


def a_task(key: str = "install", queue: str = "technicians", **rest: Any) -> Manual:
    return Manual(key=key, name=title(key), queue=queue, **rest)


def a_decision(key: str = "rate", table: str = "discount", **rest: Any) -> Decision:
    return Decision(key=key, name=title(key), table=table, **rest)


def a_wait(key: str = "delivered", **rest: Any) -> Wait:
    rest = rest or {"event": "delivered"}
    return Wait(key=key, name=title(key), **rest)


def a_plan(*items: Item, after: dict[str, str] | None = None, key: str = "fibre", **rest: Any) -> Plan:
    """`after` says what each item waits for: {"install": "survey reserve"}. Without items: one milestone."""
    dependencies = tuple(
        Dependency(source=source, target=target)
        for target, sources in (after or {}).items()
        for source in sources.split()
    )
    return Plan(
        key=key,
        name=rest.pop("name", title(key)),
        items=items or (an_item(),),
        dependencies=rest.pop("dependencies", dependencies),
        **rest,
    )


def a_chain(*keys: str, key: str = "fibre") -> Plan:
    """A plan of milestones, each waiting for the one before it."""
    after = dict(zip(keys[1:], keys, strict=False))
    return a_plan(*(an_item(each) for each in keys), after=after, key=key)


def a_specification(key: str = "fibre", **rest: Any) -> Specification:
    return Specification(key=key, name=title(key), **rest)


def a_scenario(plan: str = "fibre", specification: str | None = "fibre", **rest: Any) -> Scenario:
    key = rest.pop("key", f"{specification or 'all'}-{plan}")
    return Scenario(key=key, name=title(key), specification=specification, plan=plan, **rest)


def a_decomposition(source: str, *targets: str | Target, **rest: Any) -> Decomposition:
    made = tuple(Target(specification=t) if isinstance(t, str) else t for t in targets)
    key = rest.pop("key", source)
    return Decomposition(key=key, name=title(key), source=source, targets=made, **rest)


def an_enrichment(key: str = "region", *steps: Step, **rest: Any) -> Enrichment:
    return Enrichment(key=key, name=title(key), steps=steps, **rest)


def a_policy(key: str = "expensive", queue: str = "technicians", **rest: Any) -> Policy:
    return Policy(key=key, name=title(key), queue=queue, **rest)


def a_question(*names: str, queue: str = "technicians", **rest: Any) -> Step:
    """A step that asks for each of these names, and gives the line what is answered under the same name."""
    names = names or ("region",)
    given = rest.pop("attributes", {name: f"answered.{name}" for name in names})
    return Step(queue=queue, form=tuple(Field(name=name) for name in names), attributes=given, **rest)


def a_table(key: str = "discount", *rows: tuple[str, str], **rest: Any) -> Table:
    """One input `amount`, one output `rate`; a row is a pair of cells."""
    rules = tuple(
        Rule(id=f"r{n}", inputs=(test,), outputs=(result,))
        for n, (test, result) in enumerate(rows or (("> 100", "0.1"), ("<= 100", "0")), 1)
    )
    return Table(
        key=key,
        name=title(key),
        inputs=rest.pop("inputs", (Input(id="amount", expression="amount", type="number"),)),
        outputs=rest.pop("outputs", (Output(id="rate", name="rate", type="number"),)),
        rules=rest.pop("rules", rules),
        **rest,
    )


def a_system(key: str = "fulfilment", *operations: str, **rest: Any) -> System:
    made = tuple(Operation(key=each, name=title(each), path=f"/{each}") for each in operations or ("reserve",))
    return System(key=key, name=title(key), url="http://127.0.0.1:8001", operations=made, **rest)


def a_queue(key: str = "technicians", **rest: Any) -> Queue:
    return Queue(key=key, name=title(key), **rest)


def a_calendar(key: str = "office", **rest: Any) -> Calendar:
    """Open from nine to five on weekdays, in UTC."""
    return Calendar(key=key, name=title(key), **rest)


def together(*documents: Definition) -> Definitions:
    """Definitions by their names, as a release holds them."""
    return {name_of(document): document for document in documents}


def a_catalog(plan: Plan | None = None, *more: Definition) -> Definitions:
    """A set without any problem: one specification, its scenario and plan, a system and a queue."""
    plan = plan or a_plan()
    basis = (a_specification(), a_scenario(plan=plan.key), a_system(), a_queue())
    return together(*basis, plan, *more)


# --- orders -------------------------------------------------------------------------------------------


def a_line(id: str = "1", specification: str = "fibre", action: Any = "add", **rest: Any) -> Line:
    return Line(id=id, specification=specification, action=action, pointer=f"/lines/{id}", **rest)


def an_order(*given: Line, lines: int = 1, **rest: Any) -> Order:
    """An order for `lines` fibres, or for just the lines given."""
    return Order(lines=given or tuple(a_line(str(n)) for n in range(1, lines + 1)), **rest)


def a_release(*documents: Definition, id: int = 1) -> Release:
    """A compiled release of a catalog without problems and the documents given."""
    plans = [document for document in documents if isinstance(document, Plan)]
    rest = [document for document in documents if not isinstance(document, Plan)]
    return Release(id, {**a_catalog(plans[0] if plans else None), **together(*plans, *rest)}.values())
