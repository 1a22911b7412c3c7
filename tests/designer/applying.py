"""The newer of two documents, made of the older and of what `diff.compare` said: shares no code with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from designer.diff import Change
from runtime.core import versions
from runtime.core.definitions import Definition

SIDES = ("inputs", "outputs", "annotations")
UNORDERED = ("identifiers", "actions")


def applied(before: Definition, changes: Iterable[Change]) -> Definition:
    kind = str(before.__struct_config__.tag)
    told = _Told(changes)
    old = versions.plain(before)
    old |= {name: list(getattr(before, name)) for name in UNORDERED if hasattr(before, name)}  # written out, if usual
    new = told.of_object(old, "", "")
    if kind == "table":
        told.put_cells(old, new)
    return versions.convert(kind, new)


class _Told:
    """Changes by where they are: what was removed in the older document, all else in the newer one."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.then: dict[str, list[Change]] = defaultdict(list)
        self.now: dict[str, list[Change]] = defaultdict(list)
        self.below: dict[str, set[str]] = defaultdict(set)
        for change in changes:
            (self.then if change.kind == "removed" else self.now)[change.pointer].append(change)
            if change.kind != "removed":
                path = change.pointer
                while path:
                    parent, _, step = path.rpartition("/")
                    self.below[parent].add(step)
                    path = parent

    def of(self, value: Any, then: str, now: str) -> Any:
        if isinstance(value, dict):
            return self.of_object(value, then, now)
        if isinstance(value, list):
            return self.of_list(value, then, now)
        return value

    def of_object(self, value: dict[str, Any], then: str, now: str) -> dict[str, Any]:
        result = {}
        unescaped = {step.replace("~1", "/").replace("~0", "~") for step in self.below[now]}
        for name in {*value, *unescaped}:
            step = name.replace("~", "~0").replace("/", "~1")
            worth = self.field(value.get(name), f"{then}/{step}", f"{now}/{step}")
            if worth is not None:
                result[name] = worth
        return result

    def field(self, value: Any, then: str, now: str) -> Any:
        added = [each for each in self.now[now] if each.field and each.kind in ("added", "changed")]
        removed = [each for each in self.then[then] if each.field]
        if any(each.field in UNORDERED and each.kind != "changed" for each in [*added, *removed]):
            gone = [each.before for each in removed]
            return [each for each in value or [] if each not in gone] + [each.after for each in added]
        if removed and not added:
            return None
        if added:
            return added[-1].after
        if value is None and self.below[now]:
            entries = any(not each.field for step in self.below[now] for each in self.now[f"{now}/{step}"])
            value = [] if entries else {}
        return self.of(value, then, now)

    def of_list(self, value: list[Any], then: str, now: str) -> list[Any]:
        return [
            self.of(value[m], f"{then}/{m}", f"{now}/{n}") if m is not None else self.entry(f"{now}/{n}", "added").after
            for n, m in enumerate(self.order(len(value), then, now))
        ]

    def order(self, length: int, then: str, now: str) -> list[int | None]:
        """Where each entry of the newer list stood in the older one; None: nowhere."""
        moved = {int(step): self.entry(f"{now}/{step}", "moved") for step in self.below[now] if step.isdecimal()}
        moves = {n: change.before for n, change in moved.items() if change is not None}
        added = {n for n in moved if self.entry(f"{now}/{n}", "added") is not None}
        gone = {m for m in range(length) if any(not each.field for each in self.then[f"{then}/{m}"])}
        stayed = iter([m for m in range(length) if m not in gone and m not in moves.values()])
        places = range(length - len(gone) + len(added))
        return [None if n in added else moves[n] if n in moves else next(stayed) for n in places]

    def entry(self, at: str, kind: str) -> Any:
        return next((each for each in self.now[at] if each.kind == kind and not each.field), None)

    def put_cells(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Lays out the cells of the rows that stay along the columns that there are now."""
        was, is_ = _columns(old), _columns(new)
        for n, m in enumerate(self.order(len(old.get("rules", [])), "/rules", "/rules")):
            if m is None:
                continue
            for side in SIDES:
                cells = old["rules"][m].get(side, [])
                if any(each.field for each in self.now[f"/rules/{n}/{side}"]) or len(cells) != len(was[side]):
                    continue
                kept = dict(zip(was[side], cells, strict=True))
                new["rules"][n][side] = [
                    next(iter([each.after for each in self.now[f"/rules/{n}/{side}/{k}"]]), None)
                    if self.now[f"/rules/{n}/{side}/{k}"]
                    else kept[column]
                    if column in kept
                    else self.entry(f"/{side}/{k}", "added").cells[n]
                    for k, column in enumerate(is_[side])
                ]


def _columns(table: dict[str, Any]) -> dict[str, list[tuple[str, int]]]:
    names = {side: [each if isinstance(each, str) else each["id"] for each in table.get(side, [])] for side in SIDES}
    return {side: [(name, each[:n].count(name)) for n, name in enumerate(each)] for side, each in names.items()}
