"""What one rehearsal of an order tells otherwise than another: what a change would change for that order. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct, structs

from designer import asking, diff, release_notes
from designer.asking import Ask
from designer.rehearsal import Edge, Planned, Rehearsal
from runtime.core.definitions import Plan
from runtime.core.orders import FulfilmentLine, Order
from runtime.core.values import encode


class Comparison(Struct, frozen=True, kw_only=True):
    """How one rehearsal of an order differs from another, item by item.

    Items have the numbers of the newer plan; those that are `removed` are numbered on behind them, so that both can
    be drawn together. `changed` says of each item what is new about it, `given` which attributes enrichments give
    otherwise (line, name, before, now), and `asked` what people are asked only by one of the two.
    """

    given: tuple[tuple[str, str, Any, Any], ...]
    asked: tuple[tuple[Literal["added", "removed"], Ask], ...]
    added: tuple[int, ...]
    removed: tuple[Planned, ...]
    changed: dict[int, tuple[str, ...]]
    added_edges: tuple[Edge, ...]
    removed_edges: tuple[Edge, ...]
    eta_before: int
    eta: int
    refusal_before: str
    refusal: str

    @property
    def differs(self) -> bool:
        """Whether anything at all would be different."""
        parts = (self.given, self.asked, self.added, self.removed, self.changed, self.added_edges, self.removed_edges)
        return any(parts) or self.eta != self.eta_before or self.refusal != self.refusal_before


def compare(before: Rehearsal, after: Rehearsal) -> Comparison:
    """What the order would be done differently, from one release to the other."""
    old, new = _named(before), _named(after)
    removed = [item for name, item in old.items() if name not in new]
    numbers = {item.n: new[name].n for name, item in old.items() if name in new}
    numbers |= {item.n: len(after.items) + at for at, item in enumerate(removed)}
    edges_before = {(numbers[source], numbers[target]) for source, target in before.edges}
    edges = set(after.edges)
    old_lines, new_lines = _line_names(before.fulfilments), _line_names(after.fulfilments)
    changed = {}
    for name, item in new.items():
        if name in old:
            was = old[name]
            same_lines = {old_lines[n] for n in was.targets} == {new_lines[n] for n in item.targets}
            if told := tuple(_changes(was, item, same_lines)):
                changed[item.n] = told
    return Comparison(
        given=tuple(_given_otherwise(before.order, after.order)),
        asked=tuple(_asked_otherwise(before.asks, after.asks)),
        added=tuple(item.n for name, item in new.items() if name not in old),
        removed=tuple(structs.replace(item, n=numbers[item.n]) for item in removed),
        changed=changed,
        added_edges=tuple(sorted(edges - edges_before)),
        removed_edges=tuple(sorted(edges_before - edges)),
        eta_before=before.eta,
        eta=after.eta,
        refusal_before=before.refusal,
        refusal=after.refusal,
    )


def _asked_otherwise(before: Iterable[Ask], after: Iterable[Ask]) -> Iterable[tuple[Literal["added", "removed"], Ask]]:
    old, new = ({asking.identity(ask): ask for ask in asks} for asks in (before, after))
    yield from (("added", ask) for which, ask in new.items() if which not in old)
    yield from (("removed", ask) for which, ask in old.items() if which not in new)


def _given_otherwise(before: Order | None, after: Order | None) -> Iterable[tuple[str, str, Any, Any]]:
    """Both come of the same order, so lines pair by their place."""
    for old, new in zip(before.lines if before else (), after.lines if after else (), strict=False):
        for name in sorted(old.attributes.keys() | new.attributes.keys()):
            if old.attributes.get(name) != new.attributes.get(name):
                yield new.id, name, old.attributes.get(name), new.attributes.get(name)


def _named(rehearsal: Rehearsal) -> dict[tuple[Any, ...], Planned]:
    """The items by what makes each one itself. The numbers of fulfilment lines shift when a decomposition gains
    a target, so an item made for one of them is known by that line's descent."""
    lines = _line_names(rehearsal.fulfilments)
    return {
        (
            item.plan,
            item.key,
            lines[item.targets[0]] if item.definition.per == "fulfilment line" else item.group,
        ): item
        for item in rehearsal.items
    }


def _line_names(fulfilments: Iterable[FulfilmentLine]) -> dict[int, tuple[Any, ...]]:
    names: dict[int, tuple[Any, ...]] = {}
    seen: Counter[tuple[Any, ...]] = Counter()
    for each in fulfilments:  # a parent always comes before its parts
        descent = () if each.parent is None else names[each.parent]
        name = (*descent, each.specification, *each.lines)
        names[each.n] = (*name, seen[name])
        seen[name] += 1
    return names


def _changes(before: Planned, after: Planned, same_lines: bool) -> Iterable[str]:
    if before.verdict != after.verdict:
        yield f"{before.verdict} -> {after.verdict}"
    if before.asked and after.asked and before.asked.value != after.asked.value:
        yield f"{after.asked.name} decides {encode(before.asked.value)} -> {encode(after.asked.value)}"
    if not same_lines:
        yield "works for other lines"
    if before.definition != after.definition:
        one, other = (Plan(key="plan", name="", items=(each.definition,)) for each in (before, after))
        for change in diff.compare(one, other):
            yield release_notes.of_item(change)
