"""Plans of orders of every shape agree with a second opinion, item by item and edge by edge."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.core.decomposition import decompose
from runtime.core.definitions import Dependency, Milestone, Plan, Scenario, Specification, Target
from runtime.core.evaluation import Evaluation, Names
from runtime.core.orders import Line, Order
from runtime.core.plans import generate
from runtime.core.release import Release
from runtime.core.scenarios import plans_for
from runtime.core.scopes import OrderScope
from runtime.errors import OrderRefused
from runtime.rules.feel import Expression, Result
from tests.builders import EVALUATION, a_decomposition, a_plan
from tests.core.planning_oracle import Data, Refused, planned
from tests.depth import deeper

ACTIONS = ("add", "delete", "modify", "noChange")
SPECIFICATIONS = ("bundle", "access", "router", "port")  # each is made of later ones only
SITE = "line.attributes.site"
KEYS = ("order", "line", "root line", "fulfilment line", SITE, "target.attributes.kind")
SITES = (1, "1", "north", True, None)


@st.composite
def releases(draw: st.DrawFn) -> Data:
    targets = []
    for n, (source, made) in enumerate(draw(st.lists(st.sampled_from(PAIRS), max_size=4, unique=True))):
        per = draw(st.sampled_from(("line", "order", "root line", SITE, SITE)))
        targets.append({"name": f"t{n}", "source": source, "specification": made, "per": per})
    plans: Data = {}
    for plan in ("lan", "wan"):
        items = {f"i{n}": draw(st.sampled_from(KEYS)) for n in range(draw(st.integers(1, 4)))}
        pairs = [(f"i{a}", f"i{b}") for b in range(len(items)) for a in range(b)]
        pairs += [(f"lan/i{n}", "i0") for n in range(len(plans.get("lan", {"items": ()})["items"]))]
        per = st.sampled_from(("fulfilment line", "fulfilment line", *KEYS))
        chosen = draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True)) if pairs else []
        plans[plan] = {"items": items, "dependencies": [(*pair, draw(per)) for pair in chosen]}
    some = st.lists(st.sampled_from(ACTIONS), min_size=1, unique=True)
    scenarios = [
        {"specification": each, "actions": draw(some), "plan": draw(st.sampled_from(("lan", "wan")))}
        for each in SPECIFICATIONS
        if draw(st.integers(0, 4))
    ]
    return {"order": SPECIFICATIONS, "targets": targets, "plans": plans, "scenarios": scenarios}


PAIRS = [(one, other) for n, one in enumerate(SPECIFICATIONS) for other in SPECIFICATIONS[n + 1 :]]


@st.composite
def orders(draw: st.DrawFn) -> list[Data]:
    ids = [f"l{n}" for n in range(draw(st.integers(1, 6)))]
    sites = draw(st.sampled_from((SITES[:-1], SITES[:2], SITES)))
    return [
        {
            "id": id,
            "specification": draw(st.sampled_from(SPECIFICATIONS)),
            "action": draw(st.sampled_from((*ACTIONS, "add", "add", "add"))),
            "quantity": draw(st.sampled_from((1, 1, 1, 1, 2))),
            "parent": draw(st.sampled_from((None, *ids[:n]))),
            "attributes": {"site": draw(st.sampled_from(sites)), "kind": "asked"},
        }
        for n, id in enumerate(ids)
    ]


def real(release: Data) -> Release:
    """The release, in the words of the product."""
    return Release(
        1,
        (
            *(Specification(key=each, name=each) for each in SPECIFICATIONS),
            *(
                a_decomposition(
                    target["source"],
                    Target(
                        key=target["name"],
                        specification=target["specification"],
                        per=target["per"],
                        attributes={"kind": f'"{target["name"]}"'},
                    ),
                    key=f"d{target['name']}",
                )
                for target in release["targets"]
            ),
            *(
                Scenario(
                    key=f"s{n}",
                    name="S",
                    specification=each["specification"],
                    actions=tuple(each["actions"]),
                    plan=each["plan"],
                )
                for n, each in enumerate(release["scenarios"])
            ),
            *(
                Plan(
                    key=key,
                    name=key,
                    items=tuple(Milestone(key=item, name=item, per=per) for item, per in plan["items"].items()),
                    dependencies=tuple(Dependency(source=s, target=t, per=p) for s, t, p in plan["dependencies"]),
                )
                for key, plan in release["plans"].items()
            ),
        ),
    )


class Made:
    """What the product makes of an order: its items and edges, by names that contain no number."""

    def __init__(self, order: list[Data], release: Release) -> None:
        document = Order(lines=tuple(Line(pointer=f"/{line['id']}", **line) for line in order))
        lines = decompose(document, release, EVALUATION)
        chosen = plans_for(document, lines, release, EVALUATION)
        graph = generate(OrderScope(document), chosen, release, EVALUATION)
        identity = {line.n: line.identity for line in lines}
        self.items = {
            (
                (item.plan, item.key, item.identity),
                frozenset(item.lines[: item.own]),
                frozenset(identity[n] for n in item.targets),
            )
            for item in graph.items
        }
        names = {item.n: (item.plan, item.key, item.identity) for item in graph.items}
        self.count = len(graph.items)
        self.edges = {(names[source], names[target]) for source, target in graph.edges}
        self.edge_count = len(graph.edges)


def shape(items: set[Any], edges: set[Any]) -> tuple[Any, Any]:
    """Items by what they stand for, and edges between those: what both opinions call by different names."""
    lines = {name: (name[:2], own, len(targets)) for name, own, targets in items}
    return (
        sorted(map(repr, (_plain(each) for each in lines.values()))),
        sorted(repr((_plain(lines[one]), _plain(lines[two]))) for one, two in edges),
    )


def _plain(each: tuple[Any, frozenset[str], int]) -> Any:
    return each[0], sorted(each[1]), each[2]


@settings(max_examples=deeper(300))
@given(releases(), orders(), st.randoms(use_true_random=False))
def test_a_plan_agrees_with_a_second_opinion_however_its_lines_are_sorted(
    release: Data, order: list[Data], chance: Any
) -> None:
    shuffled = list(order)
    chance.shuffle(shuffled)
    compiled = real(release)
    try:
        expected = planned(order, release)
    except Refused:
        expected = None
    made = []
    for lines in (order, shuffled):
        try:
            made.append(Made(lines, compiled))
        except OrderRefused:
            made.append(None)
    one, other = made

    assert (one is None) == (expected is None) == (other is None)
    if one is None or other is None or expected is None:
        return
    assert shape(one.items, one.edges) == shape(*expected)
    assert (one.count, one.edge_count) == (len(expected[0]), len(expected[1]))
    assert (one.items, one.edges) == (other.items, other.edges)


# --- the work grows with the order --------------------------------------------------------------------


class Counting(Evaluation):
    """The door, with a count of what is asked through it."""

    __slots__ = ("asked",)

    def __init__(self) -> None:
        super().__init__(0)
        self.asked = 0

    def value(self, expression: Expression, names: Names) -> Result:
        self.asked += 1
        return super().value(expression, names)


def calls(lines: int) -> tuple[int, int]:
    """How many expressions are asked, and functions called, to plan an order with so many lines: half of them in
    bundles, merged by site, with dependencies of every kind within and across plans."""
    site = "line.attributes.site"
    release = Release(
        1,
        (
            *(Specification(key=each, name=each) for each in SPECIFICATIONS),
            a_decomposition("bundle", Target(specification="access", condition="source.quantity > 0")),
            a_decomposition("access", Target(specification="router", per=site), Target(specification="port")),
            Scenario(key="a", name="A", specification="router", condition="count(lines) > 0", plan="lan"),
            Scenario(key="b", name="B", specification="port", plan="wan"),
            a_plan(
                *(Milestone(key=f"i{n}", name="I", per=per) for n, per in enumerate((site, "line", "root line"))),
                after={"i1": "i0", "i2": "i1"},
                key="lan",
            ),
            a_plan(
                Milestone(key="i0", name="I", per="line", condition="results.i1.x = 1"),
                Milestone(key="i1", name="I", per=site),
                dependencies=(
                    Dependency(source="lan/i1", target="i0"),
                    Dependency(source="i1", target="i0", per=site, condition="line.quantity > 0"),
                ),
                key="wan",
            ),
        ),
    )
    order = Order(
        lines=tuple(
            Line(
                id=str(n),
                specification="bundle",
                action="add",
                parent=str(n - 1) if n % 2 else None,
                attributes={"site": n // 4},
            )
            for n in range(lines)
        )
    )
    evaluation = Counting()

    def run() -> None:
        made = decompose(order, release, evaluation)
        generate(OrderScope(order), plans_for(order, made, release, evaluation), release, evaluation)

    run()  # compiles
    evaluation.asked = 0
    called = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal called
        called += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
    return evaluation.asked, called


def test_twice_the_lines_cost_at_most_little_more_than_twice_the_work() -> None:
    asked, called = calls(100)
    asked_twice, called_twice = calls(200)

    assert asked_twice <= 2 * asked
    assert called_twice <= 2.2 * called
