"""Decision tables as DMN XML: read from versions 1.1 to 1.5, written as 1.3, 1.4 or 1.5 (DMN 1.5, chapter 8 and 12).

What a file says of a table beyond our document (extension elements, attributes of other tools, descriptions of rules)
is kept in the document's `foreign`, by part, and given back by `write`. `update` changes the tables of a file in place
and leaves everything else of it as it is: other decisions, requirements, diagrams.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from designer.exchange.dmn_reading import TableReader
from designer.exchange.dmn_writing import FileWriter
from designer.exchange.dmn_xml import VERSIONS, parsed, space
from designer.exchange.errors import ExchangeError
from runtime.rules.documents import Table

WRITTEN = ("1.3", "1.4", "1.5")


def read(xml: bytes) -> list[Table]:
    """The decision tables of a DMN file, of decisions and of business knowledge models, in the order of the file.

    Row and column ids are the file's where they can be ours, else `r1`, `i1`, `o1` by place. Raises ExchangeError.
    """
    taken: set[str] = set()
    return [TableReader(each, taken).table() for each in _tables(parsed(xml))]


def write(tables: Sequence[Table], version: str = "1.5") -> bytes:
    """A DMN file with a decision for each of `tables`, and the input data that they read. Raises ExchangeError."""
    if version not in WRITTEN:
        raise ExchangeError(f"DMN {version} is not written; choose {', '.join(WRITTEN)}")
    return _bytes(FileWriter(VERSIONS[version]).file(tables))


def update(xml: bytes, tables: Sequence[Table]) -> bytes:
    """The DMN file `xml` with each of `tables` in place of the one with its key; all else stays as it is.

    Raises ExchangeError for a table that the file does not have.
    """
    root = parsed(xml)
    taken: set[str] = set()
    places = {TableReader(each, taken).table().key: each for each in _tables(root)}
    for table in tables:
        old = places.get(table.key)
        if old is None:
            raise ExchangeError(f"the file has no table {table.key!r}; it has {', '.join(places) or 'none'}")
        writer = FileWriter(space(root), others=_ids(root) - _ids(old))
        writer.prefixes |= {name: uri for name, uri in old.nsmap.items() if name}
        new = writer.decision_table(table)
        etree.cleanup_namespaces(new)
        _keep_cell_ids(old, new)
        new.tail = old.tail
        parent = old.getparent()
        assert parent is not None
        parent.replace(old, new)
    return _bytes(root)


def _tables(root: Any) -> list[Any]:
    return list(root.iter(f"{{{space(root)}}}decisionTable"))


def _ids(element: Any) -> set[str]:
    return {each.get("id") for each in element.iter() if isinstance(each.tag, str) and each.get("id")}


def _bytes(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _keep_cell_ids(old: Any, new: Any) -> None:
    """Gives the cells of `new` the ids that the cells of the same rule and column have in `old`."""
    cells = dict(_cells(old))
    for place, cell in _cells(new):
        if place in cells and cells[place].get("id"):
            cell.set("id", cells[place].get("id"))


def _cells(table: Any) -> Iterator[tuple[tuple[Any, str, Any], Any]]:
    uri = space(table)
    for kind in ("input", "output"):
        columns = [each.get("id") for each in table.findall(f"{{{uri}}}{kind}")]
        for rule in table.findall(f"{{{uri}}}rule"):
            for column, cell in zip(columns, rule.findall(f"{{{uri}}}{kind}Entry"), strict=False):
                yield (rule.get("id"), kind, column), cell
