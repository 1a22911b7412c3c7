"""How the grid saves: not the whole table, only the rows and columns that changed (pure)."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, structs

from runtime.errors import Fault, Refusal
from runtime.rules.documents import Rule, Table


class Patch(Struct, frozen=True, forbid_unknown_fields=True):
    """`table` is everything but the rows, None where nothing of it changed; `put` are new and changed rows;
    `order` the ids of all rows from top to bottom, None where none came, went or moved."""

    table: dict[str, Any] | None = None
    put: tuple[Rule, ...] = ()
    order: tuple[str, ...] | None = None


class UnfitPatch(Refusal):
    """A change that does not fit the state of the draft it names."""


def patched(table: Table, patch: Patch) -> Table:
    """The table with the change made.

    Raises UnfitPatch where it speaks of rows or of a table that are not there, msgspec.ValidationError where what
    would come out is no table.
    """
    head = table
    if patch.table is not None:
        head = msgspec.convert({**patch.table, "kind": "table", "rules": ()}, Table)
        if head.key != table.key:
            raise UnfitPatch(f"the change is for table {head.key!r}, the draft is of {table.key!r}")
    rows = {rule.id: rule for rule in table.rules} | {rule.id: rule for rule in patch.put}
    order = patch.order if patch.order is not None else tuple(rule.id for rule in table.rules)
    if patch.order is None and len(rows) != len(order):
        raise UnfitPatch("the change brings new rows without saying where they stand")
    if len(set(order)) != len(order):
        raise UnfitPatch("the change names a row twice")
    missing = tuple(Fault(f"/order/{n}", f"there is no row {id_!r}") for n, id_ in enumerate(order) if id_ not in rows)
    if missing:
        raise UnfitPatch("the change speaks of rows that are not there; reload the table", missing)
    return structs.replace(head, rules=tuple(rows[id_] for id_ in order))
