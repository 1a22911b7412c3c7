"""What the grid marks in a table: faults of single cells and columns, and what rows do to each other (pure)."""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock
from weakref import WeakValueDictionary

import msgspec
from msgspec import Struct, structs

from designer.checks.expressions import compiled
from runtime.rules import analysis, feel, tables
from runtime.rules.documents import Table
from runtime.rules.errors import CellFault, FeelSyntaxError, TableError
from runtime.rules.types import ANY, SIMPLE

SECONDS = 2.0  # for the analysis of one table
MOST = 200  # findings of a sort
# What the cells of every table may read, whatever its columns read.
ALWAYS_GIVEN = frozenset({"order", "line", "target"})


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to mark. `rows` are rule ids, `column` is a column id; `region` and `example` are those of a gap or an
    overlap, a text for each input; `start` and `end` are offsets into the text of a cell."""

    code: str
    severity: str  # error, warning, note
    message: str
    pointer: str = ""
    rows: tuple[str, ...] = ()
    column: str = ""
    region: tuple[str, ...] = ()
    example: tuple[str, ...] = ()
    start: int = 0
    end: int = 0


class Findings(Struct, frozen=True):
    """All findings; `complete` is false where the analysis ran out of time or a sort has more than it lists."""

    findings: tuple[Finding, ...]
    complete: bool
    totals: dict[str, int]


class Sound(Struct, frozen=True):
    """A table with the faults taken out: what can be asked of a table that somebody is still writing.

    `table` is None where no column is left to ask; `faults` are those taken out; `left_out` the rows that had one.
    """

    table: tables.Table | None
    faults: tuple[CellFault, ...]
    left_out: frozenset[str]


def sound(table: Table, given: frozenset[str] | None = None) -> Sound:
    """The table compiled in strict mode; rows with faults are left out, as long as the columns are right. `given` are
    the names that cells may read beside what the columns read; None: any."""
    return _sound(msgspec.json.encode(table), given)


# By its JSON, which two requests about the same draft share; the document itself has no hash.
@lru_cache(maxsize=16)
def _sound(json: bytes, given: frozenset[str] | None) -> Sound:
    table = msgspec.json.decode(json, type=Table)
    try:
        return Sound(tables.compile(table, given=given), (), frozenset())
    except TableError as error:
        faults = tuple(error.faults)
    bad = frozenset(fault.row for fault in faults if fault.row)
    if any(not fault.row for fault in faults):
        return Sound(None, faults, bad)
    rest = structs.replace(table, rules=tuple(rule for rule in table.rules if rule.id not in bad))
    try:
        return Sound(tables.compile(rest, given=given), faults, bad)
    except TableError as error:
        return Sound(None, (*faults, *error.faults), bad)


def findings(table: Table, given: frozenset[str] = ALWAYS_GIVEN) -> Findings:
    """Everything to say about a table, the faults first; `given` as in `sound`."""
    json = msgspec.json.encode(table)
    with _turn(json):
        return _findings(json, given)


# Who asks about a table while somebody else does waits for that answer: two analyses of a large table at once would
# each take twice as long, and keep everybody else waiting for as long.
_turns: WeakValueDictionary[bytes, Lock] = WeakValueDictionary()
_guard = Lock()


def _turn(json: bytes) -> Lock:
    with _guard:
        return _turns.setdefault(json, Lock())


@lru_cache(maxsize=16)
def _findings(json: bytes, given: frozenset[str]) -> Findings:
    table = msgspec.json.decode(json, type=Table)
    read = sound(table, given)
    found = [_of_fault(table, fault) for fault in read.faults]
    if read.table is None:
        return Findings(tuple(found), True, {})
    numbers = {rule.id: n for n, rule in enumerate(table.rules, 1)}
    result = analysis.analyse(read.table, seconds=SECONDS, most=MOST)
    sections = {"overlaps": result.overlaps, "rows": result.rows, "gaps": result.gaps, "outputs": result.outputs}
    for section in sections.values():
        for each in section.findings:
            found.append(
                Finding(
                    code=each.kind,
                    severity=each.severity,
                    message=_numbered(each.message, each.rows, numbers),
                    rows=each.rows,
                    column=each.output,
                    region=each.region,
                    example=each.example,
                )
            )
    complete = result.finished and not read.left_out
    return Findings(tuple(found), complete, {name: section.total for name, section in sections.items()})


def fault_of_cell(table: Table, text: str, part: str, type_: str) -> tuple[str, int, int] | None:
    """What is wrong with a text of a table, as message, start and end; or None. `part` is inputs or outputs for a cell
    of such a column, and expression for what a column reads, which may be any name.

    A column's allowed values are looked at when the whole table is; here it is about what can be read at all.
    """
    kind = SIMPLE.get(type_, ANY)
    names = None if part == "expression" else tuple(sorted(ALWAYS_GIVEN | read_by_columns(table)))
    try:
        if part == "inputs":
            feel.compile_tests(text, names, "strict", type=kind)
        elif text.strip():
            feel.compile(text, names, "strict")
    except FeelSyntaxError as error:
        return error.reason, error.start, error.start + error.length
    return None


def read_by_columns(table: Table) -> set[str]:
    """The names that the columns of a table read: what its callers must give."""
    return {path[0] for column in table.inputs for path in compiled(column.expression, None)[0]}


def _of_fault(table: Table, fault: CellFault) -> Finding:
    numbers = {rule.id: n for n, rule in enumerate(table.rules, 1)}
    start = offset(fault)
    return Finding(
        code="fault",
        severity="error",
        message=_numbered(fault.reason, (fault.row,) if fault.row else (), numbers),
        pointer=fault.pointer,
        rows=(fault.row,) if fault.row else (),
        column=fault.cell,
        start=start,
        end=start + fault.length,
    )


def offset(fault: CellFault) -> int:
    """Where a fault begins in the text of its cell."""
    lines = fault.text.split("\n")
    return sum(len(line) + 1 for line in lines[: fault.line - 1]) + fault.column - 1 if fault.line else 0


def _numbered(message: str, rows: tuple[str, ...], numbers: dict[str, int]) -> str:
    """Rule ids are for machines: people see the number of the row. An id may be any word, so only what is called a rule
    is one."""
    if rows:
        one = "|".join(re.escape(id_) for id_ in sorted(rows, key=len, reverse=True))
        named = rf"\b([Rr])ule(s?) ((?:{one})(?:(?:, | and )(?:{one}))*)(?![\w-])"
        each = rf"(?:{one})(?=, | and |$)"
        message = re.sub(
            named,
            lambda found: (
                f"{'R' if found[1] == 'R' else 'r'}ow{found[2]} "
                + re.sub(each, lambda id_: str(numbers.get(id_[0], id_[0])), found[3])
            ),
            message,
        )
    return re.sub(r"\b([Rr])ule(s?)\b", lambda found: f"{'R' if found[1] == 'R' else 'r'}ow{found[2]}", message)
