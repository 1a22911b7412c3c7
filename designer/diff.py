"""What changed between two states of a definition: part by part, for people.

Theory of operation. Entries of a list are told apart by what names them (an item by its key, a row by its
id), so that inserting one does not make all that follow look changed. What two lists have in common, but in
another order, has moved; the fewest entries are called moved that explain the new order. The cells of a row
belong to columns, and are compared column by column, wherever the columns stand.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from designer.checks.expressions import pointer
from runtime.core.definitions import Definition, Dependency, Step
from runtime.core.versions import plain
from runtime.rules.documents import Rule, Table

Kind = Literal["added", "removed", "changed", "moved"]
Name = tuple[str, int]  # what an entry of a list is called, and how many before it are called the same


class Change(Struct, frozen=True, kw_only=True):
    """One difference. `part` is what kind of thing differs (item, dependency, row, cell ...), `name` which one,
    `field` what of it; `pointer` leads there in the newer document, for what was removed in the older one.
    `before` and `after` are JSON data, for what moved the numbers of its two places; `items` are the plan items it
    concerns; `cells` is what a new column says in the rows of the newer table."""

    kind: Kind
    part: str
    name: str
    pointer: str
    field: str = ""
    before: Any = None
    after: Any = None
    items: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()


class _List(Struct, frozen=True):
    """A list whose entries have names."""

    part: str
    name: Callable[[Any], str]


def _dependency(dependency: Dependency) -> str:
    return f"{dependency.source} -> {dependency.target}"


def _step(step: Step) -> str:
    """What it gives the line; while that is nothing, whom it asks."""
    return ", ".join(step.attributes) or step.table or step.queue or "nothing"


LISTS = {
    "items": _List("item", lambda item: item.key),
    "dependencies": _List("dependency", _dependency),
    "form": _List("form field", lambda field: field.name),
    "operations": _List("operation", lambda operation: operation.key),
    "attributes": _List("attribute", lambda attribute: attribute.name),
    "steps": _List("step", _step),
    "targets": _List("target", lambda target: target.specification),
    "inputs": _List("input column", lambda column: column.id),
    "outputs": _List("output column", lambda column: column.id),
    "annotations": _List("annotation column", str),
    "rules": _List("row", lambda rule: rule.id),
}
UNORDERED = ("identifiers", "actions")


def compare(before: Definition, after: Definition) -> list[Change]:
    """Every difference between two states of one definition, in the order of the document; none only where the
    two are equal."""
    return list(_compare(before, after, _Place("definition", after.key)))


# --- walking two documents at once --------------------------------------------------------------------


class _Place(Struct, frozen=True):
    """Where we are: the part that will be named, and the way to it in both documents."""

    part: str
    name: str
    before: str = ""
    after: str = ""
    field: str = ""
    items: tuple[str, ...] = ()

    def inside(self, step: str) -> _Place:
        field = f"{self.field}.{step}" if self.field else step
        at = pointer(step)
        return _Place(self.part, self.name, self.before + at, self.after + at, field, self.items)

    def entry(self, part: str, name: str, before: int | None, after: int | None, items: tuple[str, ...]) -> _Place:
        old = self.before if before is None else self.before + pointer(before)
        new = self.after if after is None else self.after + pointer(after)
        return _Place(part, name, old, new, "", items or self.items)

    def change(self, kind: Kind, before: Any = None, after: Any = None) -> Change:
        return Change(
            kind=kind,
            part=self.part,
            name=self.name,
            pointer=self.before if kind == "removed" else self.after,
            field=self.field,
            before=plain(before),
            after=plain(after),
            items=self.items,
        )


def _compare(before: Struct, after: Struct, place: _Place) -> Iterator[Change]:
    """The differences of two Structs, field by field; of two kinds of item, what they have in common too."""
    alike = type(before) is type(after)
    if not alike:
        yield place.inside("kind").change("changed", before.__struct_config__.tag, after.__struct_config__.tag)
    names = dict.fromkeys([*after.__struct_fields__, *before.__struct_fields__])
    for name in names:
        old, new = getattr(before, name, None), getattr(after, name, None)
        if isinstance(after, Rule) and name in ("inputs", "outputs", "annotations"):
            continue  # cells, which belong to columns
        if old != new and (alike or old or new):
            for change in _value(name, old, new, place.inside(name)):
                yield _with_cells(change, after, name) if isinstance(after, Table) and name in SIDES else change
    if isinstance(before, Table) and isinstance(after, Table):
        yield from _cells(before, after)


def _value(name: str, old: Any, new: Any, place: _Place) -> Iterator[Change]:
    if name in LISTS and isinstance(old or new, tuple) and _named(old, new):
        yield from _entries(LISTS[name], old or (), new or (), place)
    elif name in UNORDERED and _changed_by_additions(old, new):
        for gone in old:
            if gone not in new:
                yield place.change("removed", gone)
        for come in new:
            if come not in old:
                yield place.change("added", None, come)
    elif isinstance(old, Struct) and isinstance(new, Struct) and type(old) is type(new):
        yield from _compare(old, new, place)
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*new, *old]):
            if key not in old:
                yield place.inside(key).change("added", None, new[key])
            elif key not in new:
                yield place.inside(key).change("removed", old[key])
            elif old[key] != new[key]:
                yield place.inside(key).change("changed", old[key], new[key])
    else:
        yield place.change("changed", old, new)


def _changed_by_additions(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Whether taking some away and adding others at the end is all that happened."""
    return (*(each for each in old if each in new), *(each for each in new if each not in old)) == new


def _named(*lists: tuple[Any, ...] | None) -> bool:
    """Whether the entries have names: the inputs of a decision are a mapping, those of a rule are texts."""
    return all(isinstance(entry, Struct | str) for entries in lists for entry in entries or ())


def _entries(kind: _List, old: Sequence[Any], new: Sequence[Any], place: _Place) -> Iterator[Change]:
    before, after = _numbered(kind, old), _numbered(kind, new)
    common = [name for name in after if name in before]
    moved = set(common) - set(longest_rise(common, [before[name] for name in common]))
    for name in dict.fromkeys([*after, *before]):
        m, n = before.get(name), after.get(name)
        entry = new[n] if n is not None else old[m or 0]
        at = place.entry(kind.part, kind.name(entry), m, n, _items(kind, entry))
        if m is None:
            yield at.change("added", None, entry)
        elif n is None:
            yield at.change("removed", entry)
        else:
            if name in moved:
                yield at.change("moved", m, n)
            if isinstance(entry, Struct):
                yield from _compare(old[m], new[n], at)


def _numbered(kind: _List, entries: Sequence[Any]) -> dict[Name, int]:
    """Where each entry stands."""
    return {name: n for n, name in enumerate(_told_apart(kind.name(entry) for entry in entries))}


def _told_apart(names: Iterable[str]) -> Iterator[Name]:
    seen: Counter[str] = Counter()
    for name in names:
        yield name, seen[name]
        seen[name] += 1


def _items(kind: _List, entry: Any) -> tuple[str, ...]:
    if kind.part == "item":
        return (entry.key,)
    if isinstance(entry, Dependency):
        return tuple(key for key in (entry.source, entry.target) if "/" not in key)
    return ()


# --- the cells of a table -----------------------------------------------------------------------------

SIDES = ("inputs", "outputs", "annotations")


def columns_of(table: Table, side: str) -> list[Name]:
    """The columns of one side, by their ids or what an annotation is called."""
    return list(_told_apart(LISTS[side].name(column) for column in getattr(table, side)))


def _cells(before: Table, after: Table) -> Iterator[Change]:
    """Cells of rows and columns that both have; what a new row or column holds is told by its being new."""
    old_rows, new_rows = _numbered(LISTS["rules"], before.rules), _numbered(LISTS["rules"], after.rules)
    columns = [(side, columns_of(before, side), columns_of(after, side)) for side in SIDES]
    for name, n in new_rows.items():
        if name not in old_rows:
            continue
        old, new = before.rules[old_rows[name]], after.rules[n]
        for side, then, now in columns:
            was, is_ = getattr(old, side), getattr(new, side)
            if len(was) != len(then) or len(is_) != len(now):
                if was != is_ or then != now:
                    yield Change(
                        kind="changed",
                        part="row",
                        name=new.id,
                        field=side,
                        pointer=pointer("rules", n, side),
                        before=list(was),
                        after=list(is_),
                    )
                continue
            cells = dict(zip(then, was, strict=True))
            for k, column in enumerate(now):
                if column in cells and cells[column] != is_[k]:
                    yield Change(
                        kind="changed",
                        part="cell",
                        name=new.id,
                        field=column[0],
                        pointer=pointer("rules", n, side, k),
                        before=cells[column],
                        after=is_[k],
                    )


def _with_cells(change: Change, table: Table, side: str) -> Change:
    """A new column with what it says in each row; any other change as it is."""
    if change.kind != "added":
        return change
    n = int(change.pointer.rpartition("/")[2])
    cells = [getattr(rule, side) for rule in table.rules]
    return msgspec.structs.replace(change, cells=tuple(row[n] if n < len(row) else "" for row in cells))


def longest_rise(names: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """The longest selection of `names` whose places rise: what kept its order."""
    tails: list[int] = []  # the smallest last place of a rise of each length
    at: list[int] = []  # whose place that is
    previous: list[int | None] = []
    for n, place in enumerate(places):
        length = bisect_left(tails, place)
        tails[length : length + 1] = [place]
        at[length : length + 1] = [n]
        previous.append(at[length - 1] if length else None)
    kept = []
    last = at[-1] if at else None
    while last is not None:
        kept.append(names[last])
        last = previous[last]
    return kept[::-1]
