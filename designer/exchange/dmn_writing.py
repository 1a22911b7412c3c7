"""Writes decision tables as DMN, giving back what an imported file had beyond our document (DMN 1.5, 8.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from designer.exchange.dmn_xml import MODEL, OURS, VERSIONS, as_xml, parser, renamed
from designer.exchange.errors import ExchangeError
from runtime.rules import feel
from runtime.rules.documents import Input, Output, Rule, Table
from runtime.rules.errors import RuleError

# The order of DMN's own children, as far as its schema prescribes one; an expression comes last.
_ORDER = {
    name: place
    for place, name in enumerate(
        (
            "description", "extensionElements", "question", "allowedAnswers", "variable", "inputExpression",
            "inputValues", "outputValues", "defaultOutputEntry", "informationRequirement", "input", "output",
            "annotation", "rule", "inputEntry", "outputEntry", "annotationEntry", "text",
        )
    )
}  # fmt: skip


class FileWriter:
    """Writes into one file; `others` are ids that are taken."""

    def __init__(self, space: str, others: set[str] | None = None) -> None:
        self.space = space
        self.taken = set(others or ())
        self.prefixes = {"orderloom": OURS}

    def file(self, tables: Sequence[Table]) -> Any:
        """The root of a file with a decision for each of `tables`."""
        for table in tables:
            for part in table.foreign:
                for each in self._kept(table, part).iter():
                    self.prefixes |= {name: uri for name, uri in each.nsmap.items() if name}
        root = self._element("definitions")
        root.set("id", self._free("definitions"))
        root.set("name", tables[0].name if len(tables) == 1 else "Decision tables")
        root.set("namespace", "urn:orderloom:tables")
        root.set("exporter", "Orderloom")
        types = [each for table in tables for each in self._kept(table, "types")]
        for name in dict.fromkeys(each.get("name") for each in types):
            root.append(next(renamed(each, MODEL, self.space) for each in types if each.get("name") == name))
        data: dict[str, tuple[str, str]] = {}  # by name the id and type of input data
        read = [self._names(table) for table in tables]
        for name, type_ in (pair for names in read for pair in names.items()):
            known = data.get(name)
            data[name] = (known[0] if known else self._free(f"input_{len(data) + 1}"), type_ or (known or ("", ""))[1])
        for name, (id_, type_) in data.items():
            element = self._add(root, "inputData", id=id_, name=name)
            self._add(element, "variable", name=name, typeRef=type_)
        for table, names in zip(tables, read, strict=True):
            root.append(self.decision(table, [data[name][0] for name in names]))
        etree.cleanup_namespaces(root, top_nsmap=self.prefixes)
        etree.cleanup_namespaces(root)
        _indent(root)
        return root

    def decision(self, table: Table, requires: Sequence[str]) -> Any:
        element = self._element("decision", name=table.name)
        self._give_back(element, table, "decision")
        self._set_id(element, element.get("id") or f"decision_{table.key}")
        if re.sub(r"[^a-z0-9]+", "-", table.name.lower()).strip("-") != table.key:
            element.set(f"{{{OURS}}}key", table.key)
        if table.description:
            self._add(element, "description").text = self._legal(table.description, table)
        self._give_back(self._add(element, "variable", name=table.name), table, "variable")
        for id_ in requires:
            self._add(self._add(element, "informationRequirement"), "requiredInput", href=f"#{id_}")
        _sort(element)
        element.append(self.decision_table(table))
        return element

    def decision_table(self, table: Table) -> Any:
        """The `decisionTable` element of `table`."""
        element = self._element("decisionTable", hitPolicy=table.hit_policy.upper())
        if table.aggregation != "list":
            element.set("aggregation", table.aggregation.upper())
        self._give_back(element, table, "table")
        if element.get("id"):
            self._set_id(element, element.get("id"))
        for each in table.inputs:
            self._input(element, table, each)
        for output in table.outputs:
            self._output(element, table, output)
        for number, name in enumerate(table.annotations):
            self._give_back(self._add(element, "annotation", name=name), table, f"annotation/{number}")
        for rule in table.rules:
            self._rule(element, table, rule)
        _sort(element)
        return element

    def _input(self, parent: Any, table: Table, column: Input) -> None:
        element = self._add(parent, "input", label=column.label)
        self._give_back(element, table, f"input/{column.id}")
        self._set_id(element, column.id)
        expression = self._add(element, "inputExpression", typeRef="" if column.type == "Any" else column.type)
        self._text(expression, table, column.expression)
        self._give_back(expression, table, f"input/{column.id}/expression")
        if column.allowed:
            self._cell(element, "inputValues", table, column.allowed, f"input/{column.id}/allowed")
        _sort(element)

    def _output(self, parent: Any, table: Table, column: Output) -> None:
        type_ = "" if column.type == "Any" else column.type
        element = self._add(parent, "output", name=column.name, label=column.label, typeRef=type_)
        self._give_back(element, table, f"output/{column.id}")
        self._set_id(element, column.id)
        if column.allowed:
            self._cell(element, "outputValues", table, column.allowed, f"output/{column.id}/allowed")
        if column.default:
            self._cell(element, "defaultOutputEntry", table, column.default, f"output/{column.id}/default")
        _sort(element)

    def _rule(self, parent: Any, table: Table, rule: Rule) -> None:
        element = self._add(parent, "rule")
        self._give_back(element, table, f"rule/{rule.id}")
        self._set_id(element, rule.id)
        for column, text in zip(table.inputs, rule.inputs, strict=False):
            self._cell(element, "inputEntry", table, text, f"rule/{rule.id}/input/{column.id}")
        for output, text in zip(table.outputs, rule.outputs, strict=False):
            self._cell(element, "outputEntry", table, text, f"rule/{rule.id}/output/{output.id}")
        for text in rule.annotations:
            self._text(self._add(element, "annotationEntry"), table, text)
        _sort(element)

    def _cell(self, parent: Any, name: str, table: Table, text: str, part: str) -> None:
        element = self._add(parent, name)
        self._text(element, table, text)
        self._give_back(element, table, part)
        _sort(element)

    # --- pieces

    def _element(self, tag: str, /, **attributes: str) -> Any:
        nsmap: dict[Any, Any] = {None: self.space, **self.prefixes}
        element = etree.Element(f"{{{self.space}}}{tag}", nsmap=nsmap)
        for key, value in attributes.items():
            if value:
                element.set(key, value)
        return element

    def _add(self, parent: Any, tag: str, /, **attributes: str) -> Any:
        element = self._element(tag, **attributes)
        parent.append(element)
        return element

    def _text(self, parent: Any, table: Table, text: str) -> None:
        self._add(parent, "text").text = self._legal(text, table)

    def _legal(self, text: str, table: Table) -> str:
        if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", text):
            raise ExchangeError(f"XML cannot hold the control characters in {text!r}", f"table {table.key}")
        return text

    def _set_id(self, element: Any, id_: str) -> None:
        """Gives `element` the id, or where XML cannot have it, another one and ours beside it."""
        free = self._free(element.get("id") or id_)
        element.set("id", free)
        if free != id_:
            element.set(f"{{{OURS}}}id", id_)

    def _free(self, id_: str) -> str:
        found, number = as_xml(id_), 2
        while found in self.taken:
            found, number = f"{as_xml(id_)}_{number}", number + 1
        self.taken.add(found)
        return found

    def _give_back(self, element: Any, table: Table, part: str) -> None:
        """Adds to `element` what an imported file had of this part beyond our document."""
        kept = self._kept(table, part)
        for name, value in kept.attrib.items():
            if name not in element.attrib:
                element.set(name, value)
        for child in kept:
            element.append(renamed(child, MODEL, self.space))

    def _kept(self, table: Table, part: str) -> Any:
        try:
            return etree.fromstring(table.foreign.get(part, "<kept/>"), parser())
        except etree.XMLSyntaxError as error:
            raise ExchangeError(f"what is kept of {part} is not XML: {error}", f"table {table.key}") from None

    def _names(self, table: Table) -> Mapping[str, str]:
        """The names that the expressions of `table` read, with the type where it is known."""
        names: dict[str, str] = {}
        for column in table.inputs:
            for path in _paths(column.expression):
                plain = path == (column.expression.strip(),) and column.type != "Any"
                names[path[0]] = column.type if plain else names.get(path[0], "")
        return names


def _paths(expression: str) -> Sequence[Sequence[str]]:
    try:
        return sorted(tuple(path) for path in feel.compile(expression, mode="standard").paths)
    except RuleError:
        return ()


def _indent(element: Any, depth: int = 0) -> None:
    """Puts DMN's own elements on lines of their own; what other tools wrote inside of theirs stays as it is."""
    children = list(element)
    if not children or etree.QName(element).namespace not in VERSIONS.values():
        return
    element.text = "\n" + "  " * (depth + 1)
    for child in children:
        _indent(child, depth + 1)
        child.tail = "\n" + "  " * (depth + 1)
    children[-1].tail = "\n" + "  " * depth


def _sort(element: Any) -> None:
    """Puts the children into the order of DMN's schema."""
    element[:] = sorted(element, key=lambda child: _ORDER.get(etree.QName(child).localname, len(_ORDER)))
