"""The plan that a rehearsal generates, as the canvas draws it: a card for each instance, and what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from flask import url_for
from msgspec import Struct

from app.pages import Look, lasted, look_of
from app.rehearsing import Outcome
from app.views.orders import group_text
from designer import overlay
from designer.rehearsal import Planned
from runtime.core import versions
from runtime.core.values import encode, shown

MOST = 1000  # cards: more would be no picture but a wait


class Fate(Struct, frozen=True, kw_only=True):
    """What becomes of an instance, for the panel beside it: its verdict, why, facts (label, text) and what is new."""

    verdict: str
    look: Look
    reason: str
    facts: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    plan: tuple[str, str]  # key, and where it is shown


class Generated(Struct, frozen=True, kw_only=True):
    """`plan` is a document for the canvas in which every instance is an item; `parts` are marked as in a comparison
    of versions, and `critical` are the keys of the items on the longest way, one after the other."""

    plan: dict[str, Any]
    parts: tuple[overlay.Part, ...]
    fates: dict[str, Fate]
    critical: tuple[str, ...]
    names: dict[str, Any]


def all_items(outcome: Outcome) -> tuple[Planned, ...]:
    """The items of the plan, and behind them those that the active release would have and this one has not."""
    return (*outcome.told.items, *(outcome.comparison.removed if outcome.comparison else ()))


def names_of(items: Sequence[Planned]) -> dict[int, str]:
    """How each is called: by its group, too, where there are several of it."""
    instances = Counter((item.plan, item.key) for item in items)
    return {item.n: _name(item, instances[item.plan, item.key] > 1) for item in items}


def marks_of(outcome: Outcome) -> dict[int, str]:
    """How items differ from those of the active release: added, removed or changed."""
    if outcome.comparison is None:
        return {}
    comparison = outcome.comparison
    removed = dict.fromkeys((item.n for item in comparison.removed), "removed")
    return removed | dict.fromkeys(comparison.changed, "changed") | dict.fromkeys(comparison.added, "added")


def generated(outcome: Outcome, known: dict[str, Any]) -> Generated | None:
    """What the canvas needs, with the names that are `known`; None where there is nothing to draw, or too much."""
    items = all_items(outcome)
    if not 0 < len(items) <= MOST:
        return None
    told, comparison = outcome.told, outcome.comparison
    names, marks = names_of(items), marks_of(outcome)
    edges = (*told.edges, *(comparison.removed_edges if comparison else ()))
    changed: Mapping[int, tuple[str, ...]] = comparison.changed if comparison else {}
    return Generated(
        plan={
            "kind": "plan",
            "key": "generated",
            "name": "The generated plan",
            "items": [_card(item, names[item.n]) for item in items],
            "dependencies": [{"source": _key(source), "target": _key(target)} for source, target in edges],
        },
        parts=tuple(_parts(outcome, marks, names)),
        fates={_key(item.n): _fate(item, marks.get(item.n) == "removed", changed.get(item.n, ())) for item in items},
        critical=tuple(map(_key, told.critical)),
        names=known,
    )


def _key(n: int) -> str:
    return f"i{n}"


def _name(item: Planned, several: bool) -> str:
    group = group_text(item.group)
    return f"{item.definition.name} ({group})" if several and group else item.definition.name


def _card(item: Planned, name: str) -> dict[str, Any]:
    """The definition of an item, as if there were one for each instance. A card shows the time that the instance takes
    instead, in words, for nights and holidays may be in it; and how it is grouped no longer matters."""
    document: dict[str, Any] = versions.plain(item.definition)
    document.pop("per", None)
    return document | {"key": _key(item.n), "name": name, "duration": lasted(item.takes) if item.takes else ""}


def _parts(outcome: Outcome, marks: Mapping[int, str], names: Mapping[int, str]) -> Iterable[overlay.Part]:
    for n, mark in marks.items():
        yield overlay.Part(kind=cast(Any, mark), part="item", name=_key(n), title=names[n])
    if comparison := outcome.comparison:
        for kind, edges in (("added", comparison.added_edges), ("removed", comparison.removed_edges)):
            for source, target in edges:
                title = f"{names[target]} waits for {names[source]}"
                name = f"{_key(source)} -> {_key(target)}"
                yield overlay.Part(kind=cast(Any, kind), part="dependency", name=name, title=title)


def _fate(item: Planned, removed: bool, changes: tuple[str, ...]) -> Fate:
    verdict = "removed" if removed else item.verdict
    facts = []
    if item.lines:
        facts.append(("Lines of the order" if len(item.lines) > 1 else "Line of the order", ", ".join(item.lines)))
    if item.verdict != "skipped":
        facts.append(("Begins", f"{lasted(item.starts)} after the order" if item.starts else "at once"))
        facts.append(("Takes", lasted(item.takes) if item.takes is not None else "a time that is not known"))
    if item.calendar and item.working is not None:
        facts.append(("Of that working time", f"{lasted(item.working)} of {item.calendar}"))
    if item.asked:
        rows = ", ".join(str(row.number) for row in item.asked.fired)
        facts.append((f"Rows of {item.asked.name} that fire", rows or "none"))
    facts += [(name, encode(shown(value))) for name, value in item.result.items()]
    return Fate(
        verdict=verdict,
        look=look_of(verdict),
        reason=item.reason,
        facts=tuple(facts),
        changes=changes,
        plan=(item.plan, url_for("definitions.show", kind="plan", key=item.plan)),
    )
