"""What is known of the names that expressions read: which entries they have, and of which type (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from designer.checks.everything import Everything
from designer.checks.expressions import Written
from designer.checks.nulls import Path
from runtime.core.definitions import (
    Automatic,
    Callout,
    Decision,
    Decomposition,
    Definition,
    Enrichment,
    Field,
    Item,
    Manual,
    Plan,
    Policy,
    ResultField,
    Scenario,
    Specification,
    Step,
    Wait,
)
from runtime.core.release import Grouping
from runtime.rules import feel
from runtime.rules.documents import Table
from runtime.rules.errors import FeelSyntaxError
from runtime.rules.policies import MULTIPLE
from runtime.rules.scope import Scope
from runtime.rules.types import (
    ANY,
    DATE,
    DATE_TIME,
    DAYS,
    MONTHS,
    NUMBER,
    SIMPLE,
    STRING,
    TIME,
    ContextOf,
    ListOf,
    Type,
)

# What an order, a line of it, and a domain order (`target`, or `source` where it is decomposed) consist of.
ORDER = {"external_id": "string", "customer": "string", "priority": "string", "attributes": "context", "lines": "list"}
LINE = {
    "id": "string",
    "specification": "string",
    "action": "string",
    "quantity": "number",
    "parent": "string",
    "place": "string",
    "asset": "string",
    "attributes": "context",
}
TARGET = {
    "n": "number",
    "lines": "list",
    "domain": "string",
    "specification": "string",
    "action": "string",
    "quantity": "number",
    "attributes": "context",
}
ANYTHING = ContextOf({})
OF_FIELDS = {"text": STRING, "choice": STRING}


class Scopes:
    """The types of all names that expressions of one definition read, worked out when the first asks."""

    def __init__(self, all_: Everything, document: Definition) -> None:
        self._all = all_
        self._document = document
        self._made: dict[tuple[tuple[str, ...], str], Scope] = {}

    def of(self, written: Written) -> Scope:
        """What one expression may read, ready for the compiler; those of the same place share it."""
        key = (written.names, written.item or _step_of(written))
        if key not in self._made:
            types = {name: self._of_place(name, written) or self._type(name) for name in written.names}
            self._made[key] = feel.scope_of(types, "strict")
        return self._made[key]

    def _of_place(self, name: str, written: Written) -> Type | None:
        """What is known of a name only where the expression stands: in that item, or in that step."""
        if name == "results" and isinstance(self._document, Plan):
            return self._results(self._document, written.item)
        if name in ("answered", "decided") and isinstance(self._document, Enrichment):
            step = self._step(written)
            if name == "answered":
                return ContextOf({field.name: type_of_field(field) for field in step.form}, closed=True)
            return decided(self._all.tables.get(step.table))
        return None

    def _type(self, name: str) -> Type:
        match name:
            case "order":
                return _context(ORDER, attributes=ANYTHING, lines=ListOf(_context(LINE, attributes=ANYTHING)))
            case "line":
                return _context(LINE, attributes=self._attributes_of_lines)
            case "lines":
                return ListOf(self._type("line"))
            case "root":
                return _context(LINE, attributes=ANYTHING)
            case "target" | "source":
                return _context(TARGET, attributes=self._attributes_of_parts, lines=ListOf(STRING))
            case "targets" | "sources":
                return ListOf(self._type(name.removesuffix("s")))
        return ANY  # what was answered or decided

    # --- of lines and domain orders

    @cached_property
    def parts(self) -> list[Specification]:
        """The specifications that the definition is for."""
        match self._document:
            case Plan():
                return self._all.meant_by(self._all.choosing(self._document.key))
            case Scenario() | Enrichment() | Policy():
                return self._all.meant_by([self._document])
            case Decomposition():
                found = self._all.specifications.get(self._document.source)
                return [found] if found else []
        return []

    @cached_property
    def wholes(self) -> list[Specification]:
        """What may have been ordered to get them. Enrichments and policies see only what was ordered; everything else
        may see parts of that. A part about which the catalog says nothing is seldom ordered by itself: where others say
        what they have, it does not allow everything."""
        if isinstance(self._document, Enrichment | Policy):
            found = self.parts
        else:
            found = self._all.and_wholes(self.parts)
        return [each for each in found if each.attributes or not self._all.is_part(each.key)]

    @cached_property
    def _attributes_of_lines(self) -> ContextOf:
        return attributes(self._all, self.wholes)

    @cached_property
    def _attributes_of_parts(self) -> ContextOf:
        return attributes(self._all, self.parts)

    def wanted(self, written: Written) -> Wanted | None:
        """The type of the attribute that an expression of a mapping gives, and how to say it; None for all others."""
        parts = written.pointer.split("/")
        if len(parts) != 5 or parts[3] != "attributes":
            return None
        match self._document:
            case Decomposition():
                specification = self._all.specifications.get(self._document.targets[int(parts[2])].specification)
                given = [specification] if specification else []
            case Enrichment():
                given = self.parts
            case _:
                return None
        name = parts[4].replace("~1", "/").replace("~0", "~")
        type_ = attributes(self._all, given).fields.get(name, ANY)
        # A text may be one that is read as a date.
        types = (type_, STRING) if type_ in (DATE, TIME, DATE_TIME, DAYS, MONTHS) else (type_,)
        return types, f"the attribute {name!r} is a {type_}"

    # --- of results

    def _results(self, plan: Plan, reader: str) -> Type:
        own = next((item for item in plan.items if item.key == reader), None)
        return ContextOf({item.key: self._result(item, own) for item in plan.items}, closed=True)

    def _result(self, item: Item, reader: Item | None) -> Type:
        if reader is None or is_single(item, reader):
            return self._gives(item)
        return ListOf(self._gives(item))

    def _gives(self, item: Item) -> Type:
        match item:
            case Manual():
                return ContextOf({field.name: type_of_field(field) for field in item.form}, closed=True)
            case Decision():
                return outputs(self._all.tables.get(item.table))
            case Callout() | Wait() | Automatic():
                return ContextOf(dict.fromkeys(item.result, ANY), closed=True)
        return ContextOf({}, closed=True)

    # --- what may not be there

    def optional(self, written: Written) -> dict[Path, str]:
        """The paths that may be null where an expression stands, and why."""
        found: dict[Path, str] = {("order", "external_id"): LEFT_OUT, ("line", "parent"): "a line may be part of none"}
        for root, specifications in (("line", self.wholes), ("target", self.parts), ("source", self.parts)):
            if root in written.names:
                for name in self._all.seldom(specifications, ordered=root == "line"):
                    found[root, "attributes", name] = LEFT_OUT
        if isinstance(self._document, Plan) and "results" in written.names:
            found.update(self._optional_results(self._document, written.item))
        if isinstance(self._document, Enrichment):
            found |= {("answered", name): reason for name, reason in unsure_fields(self._step(written).form)}
        return found

    def _optional_results(self, plan: Plan, reader: str) -> Iterator[tuple[Path, str]]:
        own = next((item for item in plan.items if item.key == reader), None)
        for item in plan.items:
            if own is not None and not is_single(item, own):
                continue  # a list is never null
            if item.condition and item is not own:
                yield ("results", item.key), f"{item.name or item.key} may be skipped"
            if isinstance(item, Manual):
                for name, reason in unsure_fields(item.form):
                    yield ("results", item.key, name), reason
            for name, field in getattr(item, "result", {}).items():
                if isinstance(field, ResultField) and field.empty == "null":
                    yield ("results", item.key, name), "it may be empty"

    def _step(self, written: Written) -> Step:
        assert isinstance(self._document, Enrichment)
        return self._document.steps[int(_step_of(written))]


Wanted = tuple[tuple[Type, ...], str]  # the types that would do, and in words what is wanted
LEFT_OUT = "an order may leave it out"


def unsure_fields(form: Iterable[Field]) -> Iterator[tuple[str, str]]:
    """The fields of a form that need not be filled in, and that they need not."""
    for field in form:
        if not field.required:
            yield field.name, "it need not be filled in"


def is_single(source: Item, reader: Item) -> bool:
    """Whether a reader sees one result of a source, never a list: the source has the same grouping or a coarser one."""
    try:
        return Grouping(source.per).covers(Grouping(reader.per))
    except FeelSyntaxError:
        return True  # told where the grouping key stands


def _step_of(written: Written) -> str:
    """The number of the step of an enrichment that an expression belongs to."""
    parts = written.pointer.split("/")
    return parts[2] if parts[1] == "steps" else ""


def attributes(all_: Everything, specifications: Iterable[Specification]) -> ContextOf:
    """The attributes of lines of these specifications; anything where the catalog does not say."""
    chosen = list(specifications)
    names = all_.readable(chosen)
    if not names:
        return ANYTHING
    known: dict[str, Type] = {}
    for specification in chosen:
        for attribute in specification.attributes:
            type_ = SIMPLE.get(attribute.type, ANY)
            # Of one name that has several types nothing is known.
            known[attribute.name] = type_ if known.get(attribute.name, type_) == type_ else ANY
    return ContextOf({name: known.get(name, ANY) for name in sorted(names)}, closed=True)


def type_of_field(field: Field) -> Type:
    """The type of what is filled in."""
    return OF_FIELDS.get(field.type) or SIMPLE.get(field.type, ANY)


def outputs(table: Table | None) -> Type:
    """What a decision by the table leaves as its result."""
    if table is None:
        return ANY
    if table.hit_policy in MULTIPLE and len(table.outputs) > 1:
        return ANY
    many = table.hit_policy in MULTIPLE and table.aggregation == "list"
    types = {each.name: SIMPLE.get(each.type, ANY) for each in table.outputs}
    if many:
        types = {name: ListOf(type_) for name, type_ in types.items()}
    elif table.hit_policy in MULTIPLE:
        types = dict.fromkeys(types, NUMBER if table.aggregation in ("sum", "count") else ANY)
    return ContextOf(types, closed=True)


def decided(table: Table | None) -> Type:
    """What `decided` is in a step of an enrichment that asks the table."""
    if table is None or table.hit_policy in MULTIPLE:
        return ANY
    found = outputs(table)
    if isinstance(found, ContextOf) and len(found.fields) == 1:
        return next(iter(found.fields.values()))
    return found


def _context(shape: Mapping[str, str], **known: Type) -> ContextOf:
    return ContextOf({name: known.get(name) or SIMPLE[type_] for name, type_ in shape.items()}, closed=True)
