"""The item definitions of a DMN model as types (DMN 1.5, 7.3.2 and 7.3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.rules import feel
from runtime.rules.errors import RuleWarning
from runtime.rules.types import ANY, SIMPLE, Constrained, ContextOf, FunctionOf, Later, ListOf, Type
from runtime.rules.xml import Element, child, children, text_of


class ItemTypes:
    """The types a model defines, by name; those of imported models under "prefix.name"."""

    def __init__(self, definitions: Element, imported: Mapping[str, ItemTypes]) -> None:
        self._elements = {element.get("name", ""): element for element in children(definitions, "itemDefinition")}
        self._imported = imported
        self._made: dict[str, Type] = {}
        self.warnings: list[RuleWarning] = []

    def named(self) -> dict[str, Type]:
        """Every type that expressions of the model may name: its own and those that it imports."""
        own = {name: self.get(name) for name in self._elements}
        others = {
            f"{prefix}.{name}" if prefix else name: types.get(name)
            for prefix, types in self._imported.items()
            for name in types._elements
        }
        return others | own

    def get(self, reference: str | None) -> Type:
        """The type a `typeRef` means; Any where there is none, and with a warning for one that does not exist."""
        name = (reference or "").strip()
        if not name:
            return ANY
        if name in self._elements:
            return Later(name, lambda: self._make(name))
        bare = name.removeprefix("feel:").rpartition(":")[2]
        if bare in SIMPLE:
            return SIMPLE[bare]
        if bare in self._elements:
            return Later(bare, lambda: self._make(bare))
        prefix, _, rest = name.partition(".")
        if prefix in self._imported:
            return self._imported[prefix].get(rest)
        if "" in self._imported:  # an import without a name brings its types in as if they were ours
            return self._imported[""].get(name)
        message = f"there is no type {name!r}; define it as an item definition, or correct the typeRef"
        self.warnings.append(RuleWarning("model", message, where=name))
        return ANY

    def _make(self, name: str) -> Type:
        if name not in self._made:
            self._made[name] = self._from(self._elements[name], name)
        return self._made[name]

    def _from(self, element: Element, name: str) -> Type:
        components = children(element, "itemComponent")
        function = child(element, "functionItem")
        if components:
            type_: Type = ContextOf({each.get("name", ""): self._from(each, "") for each in components})
        elif function is not None:
            parameters = children(function, "parameters")
            type_ = FunctionOf(
                tuple(self.get(each.get("typeRef")) for each in parameters),
                self.get(function.get("outputTypeRef")),
                tuple(each.get("name", "") for each in parameters),
            )
        else:
            type_ = self.get(text_of(child(element, "typeRef")) or element.get("typeRef"))
        # Allowed values speak of each item of a collection, a type constraint of the whole (DMN 1.5, 7.3.3).
        type_ = self._constrained(type_, text_of(child(child(element, "allowedValues"), "text")), name)
        if element.get("isCollection") == "true":
            type_ = ListOf(type_)
        return self._constrained(type_, text_of(child(child(element, "typeConstraint"), "text")), name)

    def _constrained(self, base: Type, tests: str, name: str) -> Type:
        if not tests:
            return base
        compiled: list[feel.UnaryTests] = []

        def allows(value: Any) -> bool:
            if not compiled:  # later than the type: a test may speak of the type it belongs to
                compiled.append(feel.compile_tests(tests, (), "standard", type=base))
            return compiled[0].matches(value, {}) is True

        return Constrained(base, allows, name)
