"""A decision table as rows of text, the way a person lays it out in a spreadsheet; CSV and XLSX share it.

    table       | discount | Discount for partners
    description | who gets how much
    hit policy  | collect  | sum
    column      | input    | output | annotation
    id          | amount   | rate   |
    expression  | order.amount | rate | Why
    label, type, allowed, default: likewise, each may be left out
    rules
    r1          | > 100    | 0.1    | large orders

A rule without an id gets a new one; all others keep theirs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

import msgspec

from designer.exchange.errors import ExchangeError
from runtime.rules.documents import Aggregation, HitPolicy, Input, Output, Table

Row = Sequence[str]

CELLS = 500_000  # of one file, empty ones before the last of a row counted too


def bounded(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows one by one. Raises ExchangeError where they have too many cells."""
    left = CELLS
    for row in rows:
        left -= len(row)
        if left < 0:
            raise ExchangeError(f"the file has more than {CELLS:,} cells; split it")
        yield row


_COLUMNS = ("id", "expression", "label", "type", "allowed", "default")
_HEADINGS = ("table", "description", "hit policy", "column", *_COLUMNS, "rules")


def to_rows(table: Table) -> Iterator[list[str]]:
    """The rows of `table`, first to last."""
    aggregation = [table.aggregation] if table.hit_policy == "collect" or table.aggregation != "list" else []
    yield ["table", table.key, table.name]
    if table.description:
        yield ["description", table.description]
    yield ["hit policy", table.hit_policy, *aggregation]
    yield [
        "column",
        *("input" for _ in table.inputs),
        *("output" for _ in table.outputs),
        *("annotation" for _ in table.annotations),
    ]
    columns: list[Input | Output] = [*table.inputs, *table.outputs]
    blank = [""] * len(table.annotations)
    yield ["id", *(each.id for each in columns), *blank]
    yield [
        "expression",
        *(each.expression for each in table.inputs),
        *(each.name for each in table.outputs),
        *table.annotations,
    ]
    yield ["label", *(each.label for each in columns), *blank]
    yield ["type", *(each.type for each in columns), *blank]
    yield ["allowed", *(each.allowed for each in columns), *blank]
    yield ["default", *("" for _ in table.inputs), *(each.default for each in table.outputs), *blank]
    yield ["rules"]
    for rule in table.rules:
        notes = [*rule.annotations, *blank[len(rule.annotations) :]]
        yield [rule.id, *rule.inputs, *rule.outputs, *notes]


def from_rows(rows: Iterable[Row], where: str = "line") -> Table:
    """The table that `rows` lay out. Raises ExchangeError, naming the row with the word `where`."""
    headings: dict[str, tuple[int, Row]] = {}
    numbered = enumerate(rows, 1)
    for number, row in numbered:
        heading = row[0].strip().lower() if row else ""
        if not heading and not any(cell.strip() for cell in row):
            continue
        if heading == "rules":
            break
        if heading not in _HEADINGS:
            raise ExchangeError(f"{row[0]!r} is no heading; known are {', '.join(_HEADINGS)}", f"{where} {number}")
        if heading in headings:
            raise ExchangeError(f"the heading {heading!r} comes twice", f"{where} {number}")
        headings[heading] = (number, row)
    else:
        raise ExchangeError("there is no row that says 'rules' before the rules", where)
    for heading in ("table", "column", "id", "expression"):
        if heading not in headings:
            raise ExchangeError(f"there is no row {heading!r}", where)
    return _Layout(headings, where).table(numbered)


class _Layout:
    """Where the columns of a table are."""

    def __init__(self, headings: Mapping[str, tuple[int, Row]], where: str) -> None:
        self.headings = headings
        self.where = where
        number, row = headings["column"]
        self.inputs: list[int] = []
        self.outputs: list[int] = []
        self.annotations: list[int] = []
        sides = {"input": self.inputs, "output": self.outputs, "annotation": self.annotations}
        for place, word in enumerate(row[1:], 1):
            side = sides.get(word.strip().lower())
            if side is not None:
                side.append(place)
            elif word.strip():
                raise ExchangeError(f"{word!r} is no kind of column; known are {', '.join(sides)}", f"{where} {number}")
        self._places = {*self.inputs, *self.outputs, *self.annotations}

    def table(self, rows: Iterable[tuple[int, Row]]) -> Table:
        policy = self._word("hit policy", 1).lower() or "unique"
        aggregation = self._word("hit policy", 2).lower() or "list"
        for word, known in ((policy, get_args(HitPolicy)), (aggregation, get_args(Aggregation))):
            if word not in known:
                place = f"{self.where} {self.headings['hit policy'][0]}"
                raise ExchangeError(f"{word!r} is not one of {', '.join(known)}", place)
        document = {
            "kind": "table",
            "key": self._word("table", 1),
            "name": self._word("table", 2) or self._word("table", 1),
            "description": self._text("description", 1),
            "hit_policy": policy,
            "aggregation": aggregation,
            "inputs": [self._column(place, "expression", Input) for place in self.inputs],
            "outputs": [self._column(place, "name", Output) for place in self.outputs],
            "annotations": [self._text("expression", place) for place in self.annotations],
            "rules": list(self._rules(rows)),
        }
        return checked(document, self.where)

    def _column(self, place: int, naming: str, kind: type[Input] | type[Output]) -> dict[str, str]:
        words = {"id": self._word("id", place), naming: self._text("expression", place)}
        for heading in ("label", "type", "allowed", "default"):
            text = self._text(heading, place)
            if text:
                if heading not in kind.__struct_fields__:
                    number = self.headings[heading][0]
                    raise ExchangeError("only outputs have a default", f"{self.where} {number}")
                words[heading] = text
        return words

    def _rules(self, rows: Iterable[tuple[int, Row]]) -> Iterator[dict[str, Any]]:
        given = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
        known = {row[0].strip() for _, row in given}
        free = (f"r{number}" for number in range(1, len(given) * 2 + 2) if f"r{number}" not in known)
        seen: set[str] = set()
        for number, row in given:
            id_ = row[0].strip() or next(free)
            if id_ in seen:
                raise ExchangeError(f"the rule id {id_!r} comes twice", f"{self.where} {number}")
            seen.add(id_)
            beyond = [cell for place, cell in enumerate(row[1:], 1) if cell.strip() and place not in self._places]
            if beyond:
                raise ExchangeError(f"the cell {beyond[0]!r} is in no column of the table", f"{self.where} {number}")
            notes = [_cell(row, place) for place in self.annotations]
            while notes and not notes[-1]:
                notes.pop()
            yield {
                "id": id_,
                "inputs": [_cell(row, place) if _cell(row, place).strip() else "-" for place in self.inputs],
                "outputs": [_cell(row, place) for place in self.outputs],
                "annotations": notes,
            }

    def _text(self, heading: str, place: int) -> str:
        return _cell(self.headings[heading][1], place) if heading in self.headings else ""

    def _word(self, heading: str, place: int) -> str:
        return self._text(heading, place).strip()


def _cell(row: Row, place: int) -> str:
    return row[place] if place < len(row) else ""


def checked(document: Mapping[str, Any], where: str) -> Table:
    """The table document that the plain `document` is. Raises ExchangeError with its path."""
    try:
        return msgspec.convert(document, Table)
    except msgspec.ValidationError as error:
        raise ExchangeError(str(error), where) from None
