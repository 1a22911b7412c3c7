"""What is wrong with a decision table, and what its callers must give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from designer.checks import plans
from designer.checks.everything import Everything
from designer.checks.expressions import pointer
from designer.checks.findings import ALWAYS_GIVEN, offset
from designer.checks.problems import Finding
from runtime.core.definitions import Definition
from runtime.rules import tables
from runtime.rules.documents import Table
from runtime.rules.errors import CellFault, TableError


def given_to(definitions: Mapping[str, Definition], key: str) -> frozenset[str]:
    """The names that the cells of a table may read: what every table is given, and what those who ask it give."""
    return _given_to(Everything(definitions), key)


def _given_to(all_: Everything, key: str) -> frozenset[str]:
    return ALWAYS_GIVEN.union(*all_.inputs_of.get(key, ()))


def check_table(all_: Everything, table: Table) -> Iterator[Finding]:
    """Whether a table can be asked at all, and whether anybody does."""
    shape = list(_shape_of(table))
    yield from shape or _faults_of(table, _given_to(all_, table.key))
    if table.key not in all_.inputs_of:
        message = "no plan asks this table; let a decision ask it, or leave it out of the release"
        yield Finding("", "unused-table", message)


def _shape_of(table: Table) -> Iterator[Finding]:
    """What keeps a table from being one, before any cell is read."""
    for where, parts in (("inputs", table.inputs), ("outputs", table.outputs), ("rules", table.rules)):
        yield from plans.duplicates(where, "id", [part.id for part in parts])
    yield from plans.duplicates("outputs", "name", [output.name for output in table.outputs])
    if not table.outputs:
        yield Finding("/outputs", "table", "the table decides nothing; add an output column")
    for n, rule in enumerate(table.rules):
        for where, cells, columns in (("inputs", rule.inputs, table.inputs), ("outputs", rule.outputs, table.outputs)):
            if len(cells) != len(columns):
                message = f"row {n + 1} has {len(cells)} cells for {len(columns)} columns of {where}; make them as many"
                yield Finding(pointer("rules", n, where), "table", message)


def _faults_of(table: Table, given: Set[str]) -> Iterator[Finding]:
    """Expressions and cells that cannot be what their column says."""
    try:
        tables.compile(table, given=given)
    except TableError as error:
        for fault in error.faults:
            start = offset(fault)
            place = _place(table, fault)
            yield Finding(fault.pointer, "table", f"{place}{fault.reason}", start=start, end=start + fault.length)


def _place(table: Table, fault: CellFault) -> str:
    """The row and the column of a fault, as people see them."""
    rows = [f"row {n}" for n, rule in enumerate(table.rules, 1) if rule.id == fault.row]
    columns = {each.id: each.label or each.expression for each in table.inputs}
    columns |= {each.id: each.label or each.name for each in table.outputs}
    words = ", ".join((*rows[:1], *(f"column {columns[id_]}" for id_ in (fault.cell,) if id_ in columns)))
    return f"{words}: " if words else ""
