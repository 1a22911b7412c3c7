"""Reads one decision table of a DMN file, keeping what our document has no place for (DMN 1.5, 8.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

from designer.exchange.dmn_xml import MODEL, OURS, as_xml, renamed, space
from designer.exchange.errors import ExchangeError
from designer.exchange.rows import checked
from runtime.rules.documents import Table

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_AGGREGATIONS = {"SUM": "sum", "COUNT": "count", "MIN": "min", "MAX": "max"}
_TYPES = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}
_REFERRING = {
    "informationRequirement", "knowledgeRequirement", "authorityRequirement", "supportedObjective",
    "impactedPerformanceIndicator", "decisionMaker", "decisionOwner", "usingProcess", "usingTask",
}  # fmt: skip


class TableReader:
    """Reads one decision table; `taken` are the keys given already."""

    def __init__(self, table: Any, taken: set[str]) -> None:
        self.element = table
        self.space = space(table)
        self.taken = taken
        self.foreign: dict[str, str] = {}

    def table(self) -> Table:
        owner = next((each for each in self.element.iterancestors() if each.get("name")), self.element)
        decision = etree.QName(owner).localname == "decision"
        name = " ".join((owner.get("name") or "table").split())
        entry = next(self.element.iterancestors(f"{{{self.space}}}contextEntry"), None)
        variable = None if entry is None else entry.find(f"{{{self.space}}}variable")
        if variable is not None and variable.get("name"):
            name = f"{name}: {variable.get('name')}"
        policy = (self.element.get("hitPolicy") or "UNIQUE").lower()
        aggregation = self.element.get("aggregation")
        inputs = self._children(self.element, "input")
        outputs = self._children(self.element, "output")
        annotations = self._children(self.element, "annotation")
        input_ids = self._named("input", inputs, "i")
        output_ids = self._named("output", outputs, "o")
        rules = self._children(self.element, "rule")
        rule_ids = self._named("rule", rules, "r")
        description = ""
        key = self._key(owner, name)
        self._keep_types(owner if decision else self.element)
        if decision:
            description = self._text_of(owner, "description")
            self._keep("decision", owner, ("id", "name", f"{{{OURS}}}key"), ("description", "variable"), referring=True)
            if owner.get("id") != f"decision_{key}":
                self._keep_id("decision", owner)
            own = owner.find(f"{{{self.space}}}variable")
            if own is not None:
                self._keep("variable", own, ("id", "name"), ())
        self._keep("table", self.element, ("id", "hitPolicy", "aggregation"), ("input", "output", "annotation", "rule"))
        self._keep_id("table", self.element)
        for number, each in enumerate(annotations):
            self._keep(f"annotation/{number}", each, ("name",), ())
        document = {
            "kind": "table",
            "key": key,
            "name": name,
            "description": description,
            "hit_policy": policy,
            "aggregation": "list" if aggregation is None else _AGGREGATIONS.get(aggregation, aggregation),
            "inputs": [self._input(id_, each) for id_, each in zip(input_ids, inputs, strict=True)],
            "outputs": [self._output(id_, each) for id_, each in zip(output_ids, outputs, strict=True)],
            "annotations": [each.get("name") or "" for each in annotations],
            "rules": [self._rule(id_, each, input_ids, output_ids) for id_, each in zip(rule_ids, rules, strict=True)],
        }
        document["foreign"] = self.foreign
        return checked(document, f"decision table of {name!r}")

    def _key(self, owner: Any, name: str) -> str:
        key = owner.get(f"{{{OURS}}}key") or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:70] or "table"
        found, number = key, 2
        while found in self.taken:
            found, number = f"{key}-{number}", number + 1
        self.taken.add(found)
        return found

    def _named(self, kind: str, elements: Sequence[Any], letter: str) -> list[str]:
        """An id for each of `elements`: its own where it can be ours."""
        own = [each.get(f"{{{OURS}}}id") or each.get("id") or "" for each in elements]
        usable = [bool(_ID.fullmatch(id_)) and id_ not in own[:place] for place, id_ in enumerate(own)]
        used = {id_ for id_, yes in zip(own, usable, strict=True) if yes}
        result = []
        for place, (id_, yes) in enumerate(zip(own, usable, strict=True), 1):
            number = place
            while not yes and (id_ := f"{letter}{number}") in used:
                number += len(elements)
            used.add(id_)
            result.append(id_)
        return result

    def _input(self, id_: str, element: Any) -> dict[str, Any]:
        self._keep(f"input/{id_}", element, ("id", "label", f"{{{OURS}}}id"), ("inputExpression", "inputValues"))
        self._keep_id(f"input/{id_}", element, id_)
        expression = element.find(f"{{{self.space}}}inputExpression")
        values = element.find(f"{{{self.space}}}inputValues")
        if expression is None:
            raise ExchangeError("an input has no inputExpression", f"input {id_}")
        self._keep(f"input/{id_}/expression", expression, ("id", "typeRef"), ("text",))
        return _without_blanks(
            id=id_,
            expression=self._feel(expression, f"input {id_}"),
            label=element.get("label"),
            type=_type(expression.get("typeRef")),
            allowed=self._values(f"input/{id_}/allowed", values),
        )

    def _output(self, id_: str, element: Any) -> dict[str, Any]:
        modelled = ("id", "label", "name", "typeRef", f"{{{OURS}}}id")
        self._keep(f"output/{id_}", element, modelled, ("outputValues", "defaultOutputEntry"))
        self._keep_id(f"output/{id_}", element, id_)
        default = element.find(f"{{{self.space}}}defaultOutputEntry")
        if default is not None:
            self._keep(f"output/{id_}/default", default, ("id",), ("text",))
        return {
            "name": element.get("name") or "",
            **_without_blanks(
                id=id_,
                label=element.get("label"),
                type=_type(element.get("typeRef")),
                allowed=self._values(f"output/{id_}/allowed", element.find(f"{{{self.space}}}outputValues")),
                default="" if default is None else self._feel(default, f"output {id_}"),
            ),
        }

    def _values(self, part: str, element: Any) -> str:
        if element is None:
            return ""
        self._keep(part, element, ("id",), ("text",))
        return self._feel(element, part)

    def _rule(self, id_: str, element: Any, inputs: Sequence[str], outputs: Sequence[str]) -> dict[str, Any]:
        self._keep(f"rule/{id_}", element, ("id", f"{{{OURS}}}id"), ("inputEntry", "outputEntry", "annotationEntry"))
        self._keep_id(f"rule/{id_}", element, id_)
        cells: dict[str, list[str]] = {}
        for kind, columns in (("input", inputs), ("output", outputs)):
            entries = self._children(element, f"{kind}Entry")
            for column, entry in zip(columns, entries, strict=False):
                self._keep(f"rule/{id_}/{kind}/{column}", entry, ("id",), ("text",))
            cells[f"{kind}s"] = [self._feel(entry, f"rule {id_}") for entry in entries]
        notes = self._children(element, "annotationEntry")
        return {
            "id": id_,
            "inputs": [text or "-" for text in cells["inputs"]],
            "outputs": cells["outputs"],
            "annotations": [self._text_of(each, "text") for each in notes],
        }

    def _children(self, element: Any, name: str) -> list[Any]:
        return list(element.findall(f"{{{self.space}}}{name}"))

    def _text_of(self, element: Any, name: str) -> str:
        child = element.find(f"{{{self.space}}}{name}")
        return "" if child is None or child.text is None else str(child.text)

    def _feel(self, element: Any, where: str) -> str:
        language = element.get("expressionLanguage")
        if language and "feel" not in language.lower():
            raise ExchangeError(f"written in {language}; only FEEL can be read", where)
        return self._text_of(element, "text").strip()

    def _keep_types(self, owner: Any) -> None:
        """Keeps the item definitions that the table names, and those that these name."""
        root = self.element.getroottree().getroot()
        known = {each.get("name"): each for each in root.findall(f"{{{self.space}}}itemDefinition")}
        kept = etree.Element("kept")
        pending = [owner]
        while pending:
            for each in pending.pop().iter():
                if not isinstance(each.tag, str):
                    continue
                name = each.get("typeRef") or (each.text if etree.QName(each).localname == "typeRef" else "") or ""
                definition = known.pop(name.strip().rpartition(":")[2], None)
                if definition is not None:
                    kept.append(renamed(definition, self.space, MODEL))
                    pending.append(definition)
        if len(kept):
            etree.cleanup_namespaces(kept)
            self.foreign["types"] = etree.tostring(kept, encoding="unicode")

    def _keep_id(self, part: str, element: Any, ours: str = "") -> None:
        """Keeps an id that our document does not have: decisions and tables have none there, some rows another."""
        id_ = element.get("id")
        if id_ and id_ != ours and not (ours and re.fullmatch(re.escape(as_xml(ours)) + r"(_\d+)?", id_)):
            kept = etree.fromstring(self.foreign.get(part, "<kept/>"))
            kept.set("id", element.get("id"))
            self.foreign[part] = etree.tostring(kept, encoding="unicode")

    def _keep(
        self, part: str, element: Any, attributes: Sequence[str], children: Sequence[str], referring: bool = False
    ) -> None:
        """Keeps what `element` has beyond these attributes and children of DMN's own."""
        kept = etree.Element("kept", nsmap={key: uri for key, uri in element.nsmap.items() if key})
        for name, value in element.attrib.items():
            if name not in attributes:
                kept.set(name, value)
        for child in element:
            if not isinstance(child.tag, str):
                continue
            name = etree.QName(child)
            own = name.namespace == self.space
            if own and (name.localname in children or (referring and name.localname in _REFERRING)):
                continue
            if child is self.element or child.find(f".//{{{self.space}}}decisionTable") is not None:
                continue  # the expression
            kept.append(renamed(child, self.space, MODEL))
        if kept.attrib or len(kept):
            etree.cleanup_namespaces(kept)
            self.foreign[part] = etree.tostring(kept, encoding="unicode")


def _type(written: str | None) -> str:
    name = (written or "Any").rpartition(":")[2]  # DMN 1.1 writes feel:string
    return _TYPES.get(name, name)


def _without_blanks(**words: str | None) -> dict[str, str]:
    return {key: word for key, word in words.items() if word}
