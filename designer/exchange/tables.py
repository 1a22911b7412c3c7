"""A table out to a file in any format, and a file's content into a table that is there."""

from __future__ import annotations

import csv as csv_files
import io
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct, structs

from designer.exchange import csv, dmn, xlsx
from designer.exchange.errors import ExchangeError
from designer.exchange.rows import bounded
from designer.exchange.sheets import Sheet, Wanted, read_sheet
from runtime.rules.documents import Rule, Table


class Writer(Struct, frozen=True):
    content_type: str
    write: Callable[[Table], str | bytes]


WRITERS = {
    "csv": Writer("text/csv; charset=utf-8", csv.write),
    "xlsx": Writer(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", lambda table: xlsx.write([table])
    ),
    "dmn": Writer("application/xml", lambda table: dmn.write([table])),
}


class Proposal(Struct, frozen=True):
    """What the table would be; `notes` say what was done about things that do not fit, `sheet` how a plain
    spreadsheet was mapped."""

    table: Table
    notes: tuple[str, ...] = ()
    sheet: Sheet | None = None


def read_into(table: Table, name: str, content: bytes, wanted: Wanted | None = None) -> Proposal:
    """The table with the columns and rows of a file; ids are kept wherever a column or row is the same.

    A file with nothing but a row of titles and rows below is mapped as `wanted`, or as its titles suggest.
    Raises ExchangeError where the file cannot be read, or holds no table.
    """
    suffix = name.rpartition(".")[2].lower()
    if suffix in ("dmn", "xml"):
        return _of_tables(table, dmn.read(content))
    if suffix == "xlsx":
        sheets = xlsx.sheets(content)
        if not any(xlsx.is_table(rows) for _, rows in sheets):
            return _of_words(table, next((rows for _, rows in sheets if rows), []), wanted)
        return _of_tables(table, xlsx.tables(sheets))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ExchangeError("the file is not UTF-8 text; choose CSV (UTF-8), XLSX or DMN") from None
    if text.lstrip()[:5].lower() == "table":
        return _of_tables(table, [csv.read(text)])
    return _of_words(table, _separated(text), wanted)


def _of_tables(table: Table, found: Sequence[Table]) -> Proposal:
    if not found:
        raise ExchangeError("the file holds no decision table")
    notes = []
    chosen = next((each for each in found if each.key == table.key), found[0])
    if len(found) > 1:
        notes.append(f"The file holds {len(found)} tables; {chosen.name!r} is taken.")
    if chosen.key != table.key:
        notes.append(f"In the file the table is called {chosen.key!r}; here it stays {table.key!r}.")
    known = {*_ids(table)}
    if not known & {*_ids(chosen)}:
        chosen = structs.replace(
            chosen,
            inputs=_named(table.inputs, chosen.inputs, "expression"),
            outputs=_named(table.outputs, chosen.outputs, "name"),
        )
    rules = chosen.rules
    if not {rule.id for rule in table.rules} & {rule.id for rule in rules} or chosen.key != table.key:
        rules = _recognised(table.rules, rules)
    return Proposal(structs.replace(chosen, key=table.key, rules=rules), tuple(notes))


def _ids(table: Table) -> list[str]:
    return [column.id for column in table.inputs] + [column.id for column in table.outputs]


def _named(mine: Sequence[Any], theirs: Sequence[Any], naming: str) -> tuple[Any, ...]:
    """Their columns, with the ids of mine that look at, or say, the same."""
    ids = {getattr(column, naming): column.id for column in mine}
    return tuple(structs.replace(column, id=ids.pop(getattr(column, naming), column.id)) for column in theirs)


def _recognised(mine: Sequence[Rule], theirs: Sequence[Rule]) -> tuple[Rule, ...]:
    """Their rows, with the ids of mine that are equal, or else ask the same, each taken once."""
    free = {rule.id for rule in mine}
    ids: list[str | None] = [None] * len(theirs)
    for what in (lambda rule: (rule.inputs, rule.outputs), lambda rule: rule.inputs):
        waiting: dict[Any, list[str]] = defaultdict(list)
        for rule in mine:
            if rule.id in free:
                waiting[what(rule)].append(rule.id)
        for n, rule in enumerate(theirs):
            if ids[n] is None and waiting[what(rule)]:
                ids[n] = waiting[what(rule)].pop(0)
                free.discard(ids[n] or "")
    taken = {id_ for id_ in ids if id_}
    fresh = (f"n{n}" for n in range(1, len(theirs) * 2 + len(mine) + 2) if f"n{n}" not in taken | free)
    return tuple(structs.replace(rule, id=id_ or next(fresh)) for rule, id_ in zip(theirs, ids, strict=True))


def _of_words(table: Table, rows: Sequence[Sequence[str]], wanted: Wanted | None) -> Proposal:
    """A sheet as people have them: a row of titles, and rows below."""
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        raise ExchangeError("the file is empty")
    proposed, sheet = read_sheet(table, filled, wanted)
    return Proposal(proposed, sheet=sheet)


def _separated(text: str) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    delimiter = "\t" if "\t" in first else ";" if ";" in first else ","
    try:
        return [list(row) for row in bounded(csv_files.reader(io.StringIO(text, newline=""), delimiter=delimiter))]
    except csv_files.Error as error:
        raise ExchangeError(f"this is not CSV: {error}") from None
