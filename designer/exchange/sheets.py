"""A plain spreadsheet, a row of titles and rows below, into a table that is there.

Which column of the file is which of the table is a mapping, proposed by their names and chosen by a person. What the
file says nothing of stays: the other cells of rows that are recognised and, if so wished, the other rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from designer.exchange.errors import ExchangeError
from runtime.rules.documents import Input, Output, Rule, Table

IGNORED = ""
NEW = {"new input": "inputs", "new output": "outputs", "new annotation": "annotations"}
EMPTY = {"inputs": "-", "outputs": "", "annotations": ""}
SAMPLES = 3
PLAIN = re.compile(r"\w[\w .+/&-]*")
NUMBER = re.compile(r"-?\d+(\.\d+)?|-?\d{1,3}(,\d{3})+(\.\d+)?")
NUMBERS = re.compile(rf"((<|>|<=|>=)\s*)?({NUMBER.pattern})|[\[\](]\s*-?[\d.]+\s*\.\.\s*-?[\d.]+\s*[\])\[]")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
TRUTH = {"true": "true", "yes": "true", "false": "false", "no": "false"}

Rows = Sequence[Sequence[str]]


class Wanted(Struct, frozen=True):
    """Where the columns of the file go, one after the other: the `value` of a choice. `keep`: also rows of the table
    that the file does not have."""

    columns: tuple[str, ...]
    keep: bool = False


class Choice(Struct, frozen=True):
    """Somewhere a column of the file may go."""

    value: str
    label: str


class Column(Struct, frozen=True):
    """A column of the file, with its first cells, and where it goes."""

    title: str
    samples: tuple[str, ...]
    goes: str


class Sheet(Struct, frozen=True):
    """What there is to map, and how it is mapped."""

    columns: tuple[Column, ...]
    choices: tuple[Choice, ...]
    keep: bool


def read_sheet(table: Table, rows: Rows, wanted: Wanted | None) -> tuple[Table, Sheet]:
    """The table with what the rows say, and the mapping that was followed; None: the one their titles suggest.

    Raises ExchangeError where two columns go to the same place, or a place is none.
    """
    titles = [title.strip() for title in rows[0]]
    goes = list(wanted.columns) if wanted else suggested(table, titles)
    goes += [IGNORED] * (len(titles) - len(goes))
    choices = tuple(_choices(table))
    known = {choice.value for choice in choices}
    for place, target in enumerate(goes[: len(titles)]):
        if target not in known:
            raise ExchangeError(f"{titles[place]!r} cannot go to {target!r}", f"column {place + 1}")
        if target not in NEW and target != IGNORED and target in goes[:place]:
            label = next(choice.label for choice in choices if choice.value == target)
            raise ExchangeError(f"two columns of the file go to {label}; choose one of them", f"column {place + 1}")
    body = [row for row in rows[1:] if any(cell.strip() for cell in row)]
    keep = wanted.keep if wanted else False
    columns = tuple(Column(title, _samples(body, n), goes[n]) for n, title in enumerate(titles))
    wider, places = _widened(table, titles, goes, body)
    return _merged(table, wider, places, body, keep) if places else table, Sheet(columns, choices, keep)


# --- which column is which


def suggested(table: Table, titles: Sequence[str]) -> list[str]:
    """For every title the column that is called so, by its label, by what it looks at or gives, or by its id."""
    names: dict[str, str] = {}
    for value, called in _called(table):
        for name in called:
            if name.strip():
                names.setdefault(_normal(name), value)
    found: list[str] = []
    for title in titles:
        value = names.get(_normal(title), IGNORED)
        found.append(IGNORED if value in found else value)
    return found


def _called(table: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    for column in table.inputs:
        yield f"inputs/{column.id}", (column.label, column.expression, column.id)
    for output in table.outputs:
        yield f"outputs/{output.id}", (output.label, output.name, output.id)
    for n, name in enumerate(table.annotations):
        yield f"annotations/{n}", (name,)
    for column in table.inputs:  # "segment" for customer.segment, where nothing else is called so
        yield f"inputs/{column.id}", (column.expression.rpartition(".")[2],)


def _normal(name: str) -> str:
    return re.sub(r"[\s_.\-]+", " ", name).strip().casefold()


def _choices(table: Table) -> Iterator[Choice]:
    yield Choice(IGNORED, "Leave out")
    for column in table.inputs:
        yield Choice(f"inputs/{column.id}", f"{column.label or column.expression} (input)")
    for output in table.outputs:
        yield Choice(f"outputs/{output.id}", f"{output.label or output.name} (output)")
    for n, name in enumerate(table.annotations):
        yield Choice(f"annotations/{n}", f"{name} (annotation)")
    for value in NEW:
        yield Choice(value, f"A {value} column" if value != "new annotation" else "A new annotation")


def _samples(body: Rows, n: int) -> tuple[str, ...]:
    cells = (row[n].strip() for row in body if n < len(row))
    return tuple(dict.fromkeys(cell for cell in cells if cell))[:SAMPLES]


# --- new columns


def _widened(
    table: Table, titles: Sequence[str], goes: Sequence[str], body: Rows
) -> tuple[Table, dict[tuple[str, int], int]]:
    """The table with the new columns, and for (part, number) of each column that the file has its place there."""
    inputs, outputs, annotations = list(table.inputs), list(table.outputs), list(table.annotations)
    ids = {column.id for column in inputs} | {column.id for column in outputs}
    at = {value: (value.partition("/")[0], n) for value, n in _numbers(table)}
    places: dict[tuple[str, int], int] = {}
    for place, (title, target) in enumerate(zip(titles, goes, strict=False)):
        if target in at:
            places[at[target]] = place
        elif target in NEW:
            name = _name(title, place)
            id_ = _fresh(name, ids)
            type_ = _type([row[place].strip() for row in body if place < len(row) and row[place].strip()])
            if target == "new input":
                inputs.append(Input(id=id_, expression=name, label=title, type=type_))
                places["inputs", len(inputs) - 1] = place
            elif target == "new output":
                outputs.append(
                    Output(id=id_, name=_fresh(name, {each.name for each in outputs}), label=title, type=type_)
                )
                places["outputs", len(outputs) - 1] = place
            else:
                annotations.append(_fresh(title or "Note", set(annotations)))
                places["annotations", len(annotations) - 1] = place
    wider = structs.replace(table, inputs=tuple(inputs), outputs=tuple(outputs), annotations=tuple(annotations))
    return wider, places


def _numbers(table: Table) -> Iterator[tuple[str, int]]:
    yield from ((f"inputs/{column.id}", n) for n, column in enumerate(table.inputs))
    yield from ((f"outputs/{column.id}", n) for n, column in enumerate(table.outputs))
    yield from ((f"annotations/{n}", n) for n in range(len(table.annotations)))


def _name(title: str, place: int) -> str:
    """The title as a name that FEEL and ids take."""
    name = re.sub(r"[^a-z0-9]+", "_", title.casefold()).strip("_")
    return name[:60] if name and name[0].isalpha() else f"column_{place + 1}"


def _fresh(name: str, taken: set[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


def _type(cells: Sequence[str]) -> str:
    """What all cells are, as far as it can be seen."""
    said = [cell for cell in cells if cell != "-"]
    if said and all(NUMBERS.fullmatch(cell) for cell in said):
        return "number"
    if said and all(cell.casefold() in TRUTH for cell in said):
        return "boolean"
    if said and all(DATE.fullmatch(cell.removeprefix('@"').removesuffix('"')) for cell in said):
        return "date"
    return "string"


# --- rows


def _merged(table: Table, wider: Table, places: Mapping[tuple[str, int], int], body: Rows, keep: bool) -> Table:
    columns = {"inputs": wider.inputs, "outputs": wider.outputs, "annotations": wider.annotations}
    theirs = [
        {
            (part, n): as_feel(row[place].strip() if place < len(row) else "", getattr(columns[part][n], "type", ""))
            or EMPTY[part]
            for (part, n), place in places.items()
        }
        for row in body
    ]
    old = {rule.id: _cells(rule, wider) for rule in table.rules}
    before = {("inputs", n) for n in range(len(table.inputs))} | {("outputs", n) for n in range(len(table.outputs))}
    shared = sorted(before & places.keys())
    found = _recognised(old, theirs, shared, [each for each in shared if each[0] == "inputs"])
    fresh = (id_ for n in range(1, len(body) + len(old) + 2) if (id_ := f"n{n}") not in old)
    ids = [id_ or next(fresh) for id_ in found]
    news = dict(zip(ids, theirs, strict=True))
    order = [*(id_ for id_ in old if keep), *(id_ for id_ in ids if not keep or id_ not in old)]
    rules = tuple(_rule(id_, old.get(id_, {}) | news.get(id_, {}), wider) for id_ in order)
    return structs.replace(wider, rules=rules)


Cells = dict[tuple[str, int], str]


def _cells(rule: Rule, table: Table) -> Cells:
    return {
        (part, n): text for part in EMPTY for n, text in enumerate(getattr(rule, part)[: len(getattr(table, part))])
    }


def _rule(id_: str, cells: Mapping[tuple[str, int], str], table: Table) -> Rule:
    def of(part: str) -> tuple[str, ...]:
        return tuple(cells.get((part, n), EMPTY[part]) for n in range(len(getattr(table, part))))

    return Rule(id=id_, inputs=of("inputs"), outputs=of("outputs"), annotations=of("annotations"))


def _recognised(
    old: Mapping[str, Cells], theirs: Sequence[Cells], *alike: Iterable[tuple[str, int]]
) -> list[str | None]:
    """For each of their rows the id of mine that is equal in the first columns named, or else in the next ones; each
    is taken once."""
    ids: list[str | None] = [None] * len(theirs)
    free = dict.fromkeys(old)
    for columns in map(list, alike):
        if not columns:
            continue
        waiting: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for id_ in free:
            waiting[tuple(old[id_].get(each, EMPTY[each[0]]) for each in columns)].append(id_)
        for n, cells in enumerate(theirs):
            same = waiting.get(tuple(cells[each] for each in columns))
            if ids[n] is None and same:
                ids[n] = same.pop(0)
                del free[ids[n] or ""]
    return ids


def as_feel(text: str, type_: str) -> str:
    """What people write into a sheet as what FEEL wants; anything that looks like FEEL stays as it is."""
    if type_ == "boolean":
        return TRUTH.get(text.casefold(), text)
    if type_ == "date" and DATE.fullmatch(text):
        return f'date("{text}")'
    if type_ == "number" and NUMBER.fullmatch(text):
        return text.replace(",", "")
    if type_ != "string" or text in ("-", "null", "true", "false"):
        return text
    words = [word.strip() for word in text.split(",")]
    return ", ".join(f'"{word}"' for word in words) if all(map(PLAIN.fullmatch, words)) else text
