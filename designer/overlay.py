"""Two states of a definition in one: what is there now, what is gone where it stood, and what happened to each part.

The document of an overlay is drawn by the canvas and the grid as any other; `parts` say what to mark in it, in the
order in which a reader meets them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from designer import diff
from designer.diff import SIDES, Change, columns_of, longest_rise
from designer.release_notes import titles
from designer.vocabulary import EMPTY, field_words, kind_words, worth
from runtime.core import versions
from runtime.core.definitions import Definition, Plan
from runtime.rules.documents import Rule, Table

Name = TypeVar("Name", bound=Hashable)


class Told(Struct, frozen=True, kw_only=True):
    """One field of a part, as people read it; `column` is the cell's, "inputs/2", in the table of the overlay."""

    label: str
    before: str = ""
    after: str = ""
    column: str = ""


class Part(Struct, frozen=True, kw_only=True):
    """What happened to one thing: an item, a dependency, a row, a column, an attribute ...

    `name` finds it in the document; `title` is for people. `moved` says that it stands elsewhere in its list, too.
    """

    kind: Literal["added", "removed", "changed", "moved"]
    part: str
    name: str
    title: str
    fields: tuple[Told, ...] = ()
    moved: bool = False


class Overlay(Struct, frozen=True, kw_only=True):
    """`document` is JSON data. `numbers` are those of the rows, by id: (before, after), 0 where there is none."""

    document: dict[str, Any]
    parts: tuple[Part, ...] = ()
    numbers: dict[str, tuple[int, int]] = {}


def overlay(old: Definition, new: Definition) -> Overlay:
    """Both states in one. Without parts only where they are equal."""
    changes = diff.compare(old, new)
    if isinstance(old, Plan) and isinstance(new, Plan):
        return _of_plan(old, new, changes)
    if isinstance(old, Table) and isinstance(new, Table):
        return _of_table(old, new, changes)
    return Overlay(document=versions.plain(new), parts=tuple(_parts(changes, _called(old, new))))


def interleaved(old: Sequence[Name], new: Sequence[Name]) -> list[Name]:
    """All names: the new ones in their order, and each that is gone behind what it used to follow, as far as that did
    not move away."""
    place = {name: n for n, name in enumerate(old)}
    common = [name for name in new if name in place]
    stayed = set(longest_rise(common, [place[name] for name in common]))
    there = set(new)
    following: dict[Name | None, list[Name]] = {}
    last: Name | None = None
    for name in old:
        if name in stayed:
            last = name
        elif name not in there:
            following.setdefault(last, []).append(name)
    result = list(following.get(None, []))
    for name in new:
        result += [name, *following.get(name, [])]
    return result


# --- plans --------------------------------------------------------------------------------------------


def _of_plan(old: Plan, new: Plan, changes: Sequence[Change]) -> Overlay:
    items = {item.key: item for plan in (old, new) for item in plan.items}
    edges = {(edge.source, edge.target): edge for plan in (old, new) for edge in plan.dependencies}
    keys = interleaved([item.key for item in old.items], [item.key for item in new.items])
    ends = interleaved(
        [(edge.source, edge.target) for edge in old.dependencies],
        [(edge.source, edge.target) for edge in new.dependencies],
    )
    document = versions.plain(new) | {
        "items": [versions.plain(items[key]) for key in dict.fromkeys(keys)],
        "dependencies": [versions.plain(edges[pair]) for pair in dict.fromkeys(ends)],
    }
    called = {("item", key): item.name for key, item in items.items()}
    for source, target in edges:
        said = items[source].name if source in items else source
        waits = items[target].name if target in items else target
        called["dependency", f"{source} -> {target}"] = f"{said} → {waits}"
    return Overlay(document=document, parts=tuple(_parts(changes, called)))


# --- tables -------------------------------------------------------------------------------------------


def _of_table(old: Table, new: Table, changes: Sequence[Change]) -> Overlay:
    then, now = (_numbered(table.rules) for table in (old, new))
    before, after = ({side: columns_of(table, side) for side in SIDES} for table in (old, new))
    columns = {side: interleaved(before[side], after[side]) for side in SIDES}
    rows = []
    for id in interleaved(list(then), list(now)):
        row: dict[str, Any] = {"id": id}
        for side in SIDES:
            cells: dict[diff.Name, str] = {}
            # What the newer table says covers the older one's.
            for table, place, named in ((old, then, before), (new, now, after)):
                if id in place:
                    cells |= zip(named[side], getattr(table.rules[place[id] - 1], side), strict=False)
            if columns[side]:
                row[side] = [cells.get(column, "") for column in columns[side]]
        rows.append(row)
    head = versions.plain(msgspec.structs.replace(new, rules=()))
    document = head | {side: _columns(old, new, side, columns[side]) for side in SIDES} | {"rules": rows}
    places = {(side, name): f"{side}/{n}" for side in SIDES for n, (name, _) in reversed([*enumerate(columns[side])])}
    called = _called(old, new) | {("row", id): f"Row {now.get(id) or then[id]}" for id in [*then, *now]}
    numbers = {id: (then.get(id, 0), now.get(id, 0)) for id in [*then, *now]}
    headed = {f"{side}/{n}": _heading(entry) for side in SIDES for n, entry in enumerate(document[side])}
    return Overlay(document=document, parts=tuple(_parts(changes, called, places, headed)), numbers=numbers)


def _numbered(rules: Iterable[Rule]) -> dict[str, int]:
    """Row numbers, as people count them, by id; of rows that share an id the first."""
    numbers: dict[str, int] = {}
    for n, rule in enumerate(rules, 1):
        numbers.setdefault(rule.id, n)
    return numbers


def _columns(old: Table, new: Table, side: str, columns: Sequence[diff.Name]) -> list[Any]:
    found = {
        column: entry
        for table in (old, new)
        for column, entry in zip(columns_of(table, side), getattr(table, side), strict=True)
    }
    return [versions.plain(found[column]) for column in columns]


def _heading(column: Any) -> str:
    if isinstance(column, str):
        return column
    return str(column.get("label") or column.get("expression") or column.get("name") or column["id"])


# --- parts --------------------------------------------------------------------------------------------

_CELL_SIDES = {"inputs": "all inputs", "outputs": "all outputs", "annotations": "all notes"}


def _parts(
    changes: Iterable[Change],
    called: dict[tuple[str, str], str],
    places: dict[tuple[str, str], str] | None = None,
    headed: dict[str, str] | None = None,
) -> Iterable[Part]:
    """Changes, put together by the thing that they happened to."""
    found: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        found.setdefault(_whose(change), []).append(change)
    for (part, name), group in found.items():
        whole = next((change for change in group if _is_whole(change, part) and change.kind != "moved"), None)
        fields = [
            told
            for change in group
            if change is not whole and not (change.kind == "moved" and _is_whole(change, part))
            for told in [_told(change, part, places or {}, headed or {})]
        ]
        kind = whole.kind if whole else "changed" if fields else "moved"
        move = next((change for change in group if change.kind == "moved" and _is_whole(change, part)), None)
        if move is not None:
            fields.append(Told(label="place", before=str(move.before + 1), after=str(move.after + 1)))
        yield Part(
            kind=kind,
            part=part,
            name=name,
            title=called.get((part, name)) or _title(part, name),
            fields=(*(_contents(whole) if whole else ()), *fields),
            moved=move is not None,
        )


def _whose(change: Change) -> tuple[str, str]:
    if change.part == "form field" and change.items:
        return "item", change.items[0]
    if change.part == "cell":
        return "row", change.name
    return change.part, change.name


def _is_whole(change: Change, part: str) -> bool:
    return not change.field and change.part == part


def _title(part: str, name: str) -> str:
    return "The definition itself" if part == "definition" else f"{part.capitalize()} {name}"


def _called(old: Definition, new: Definition) -> dict[tuple[str, str], str]:
    return {(part, name): f"{part.capitalize()} {said}" for (part, name), said in titles(old, new).items()}


def _told(change: Change, part: str, places: dict[tuple[str, str], str], headed: dict[str, str]) -> Told:
    label = field_words(change.field)
    column = ""
    if change.part == "cell":
        side = change.pointer.split("/")[3]
        column = places.get((side, change.field), "")
        label = headed.get(column, change.field)
        return Told(label=label, before=str(change.before or ""), after=str(change.after or ""), column=column)
    if part == "row" and change.field in _CELL_SIDES:
        label = _CELL_SIDES[change.field]
    if change.part == "form field" and part == "item":
        label = f"form field {change.name}" + (f", {label}" if change.field else "")
    before, after = change.before, change.after
    if change.field == "kind":
        before, after = (kind and kind_words(str(kind)) for kind in (before, after))
    if change.kind == "moved":
        return Told(label=label, before=f"place {change.before + 1}", after=f"place {change.after + 1}")
    return Told(
        label=label,
        before="" if before in EMPTY else worth(before),
        after="" if after in EMPTY else worth(after),
    )


def _contents(change: Change) -> Iterable[Told]:
    """What something that came or went says, field by field."""
    entry = change.before if change.kind == "removed" else change.after
    if not isinstance(entry, dict):
        return
    for name, value in entry.items():
        if name in ("key", "id", "name"):
            continue
        said = kind_words(str(value)) if name == "kind" else worth(value)
        label = field_words(name)
        yield Told(label=label, before=said) if change.kind == "removed" else Told(label=label, after=said)
