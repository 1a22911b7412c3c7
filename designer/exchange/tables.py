"""A table out to a file in any format, and a file's content into a table that is there."""

from __future__ import annotations

import csv as csv_files
import io
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct, structs

from designer.exchange import csv, dmn, xlsx
from designer.exchange.errors import ExchangeError
from runtime.rules.documents import Rule, Table

PLAIN = re.compile(r"\w[\w .+/&-]*")


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
    """What the table would be; `notes` say what was done about things that do not fit."""

    table: Table
    notes: tuple[str, ...] = ()


def read_into(table: Table, name: str, content: bytes) -> Proposal:
    """The table with the columns and rows of a file; ids are kept wherever a column or row is the same.

    Raises ExchangeError where the file cannot be read, or holds no table.
    """
    suffix = name.rpartition(".")[2].lower()
    if suffix in ("dmn", "xml"):
        return _of_tables(table, dmn.read(content))
    if suffix == "xlsx":
        return _of_tables(table, xlsx.read(content))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ExchangeError("the file is not UTF-8 text; choose CSV (UTF-8), XLSX or DMN") from None
    if text.lstrip()[:5].lower() == "table":
        return _of_tables(table, [csv.read(text)])
    return _of_words(table, text)


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


def _of_words(table: Table, text: str) -> Proposal:
    """A sheet as people have them: a row of titles, which must be those of columns, and rows below."""
    dialect = "\t" if "\t" in text.split("\n", 1)[0] else ";" if text.split("\n", 1)[0].count(";") else ","
    try:
        rows = [row for row in csv_files.reader(io.StringIO(text, newline=""), delimiter=dialect) if any(row)]
    except csv_files.Error as error:
        raise ExchangeError(f"this is not CSV: {error}") from None
    if not rows:
        raise ExchangeError("the file is empty")
    places: dict[tuple[str, int], int] = {}
    unknown = []
    for place, title in enumerate(rows[0]):
        column = _titled(table, title.strip().casefold())
        if column is None:
            unknown.append(title)
        else:
            places.setdefault(column, place)
    if not places:
        titles = ", ".join(column.label or column.expression for column in table.inputs)
        raise ExchangeError(f"its first row names no column of this table; write titles such as {titles}")

    def cells(part: str, columns: Sequence[Any], row: list[str], empty: str) -> tuple[str, ...]:
        found = []
        for n, column in enumerate(columns):
            place = places.get((part, n))
            text = row[place].strip() if place is not None and place < len(row) else ""
            found.append(_feel(text, getattr(column, "type", "")) or empty)
        return tuple(found)

    rules = tuple(
        Rule(
            id=f"n{n}",
            inputs=cells("inputs", table.inputs, row, "-"),
            outputs=cells("outputs", table.outputs, row, ""),
            annotations=cells("annotations", table.annotations, row, ""),
        )
        for n, row in enumerate(rows[1:], 1)
    )
    notes = [f"Not a column of this table, so left out: {', '.join(unknown)}."] if unknown else []
    return Proposal(structs.replace(table, rules=_recognised(table.rules, rules)), tuple(notes))


def _feel(text: str, type_: str) -> str:
    """A plain word of a sheet as the string that FEEL wants; anything that looks like FEEL stays as it is."""
    if type_ != "string" or text in ("-", "null", "true", "false"):
        return text
    words = [word.strip() for word in text.split(",")]
    return ", ".join(f'"{word}"' for word in words) if all(map(PLAIN.fullmatch, words)) else text


def _titled(table: Table, title: str) -> tuple[str, int] | None:
    for n, each in enumerate(table.inputs):
        if title in (each.label.casefold(), each.expression.casefold(), each.id.casefold()):
            return "inputs", n
    for n, output in enumerate(table.outputs):
        if title in (output.label.casefold(), output.name.casefold(), output.id.casefold()):
            return "outputs", n
    for n, name in enumerate(table.annotations):
        if title == name.casefold():
            return "annotations", n
    return None
