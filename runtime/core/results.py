"""The result that an item declares, and values that people give in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from runtime.core.definitions import Field, Manual
from runtime.core.forms import fill
from runtime.core.release import CompiledItem, Release
from runtime.core.values import EXAMPLES, to_feel, to_stored
from runtime.errors import Fault, WrongForm

TYPED = frozenset(("string", "number", "boolean", *EXAMPLES))  # types that can be checked


class Declared(Struct, frozen=True):
    """One field of a result: its name, its type as rules name it ("Any" where the definition does not say), and
    whether it may be left out."""

    name: str
    type: str = "Any"
    optional: bool = False


def declared(compiled: CompiledItem, release: Release) -> tuple[Declared, ...]:
    """The fields that later items can read of an item."""
    definition = compiled.definition
    if isinstance(definition, Manual):
        return tuple(Declared(field.name, _type(field), not field.required) for field in definition.form)
    if compiled.table is not None:
        types = release.output_types(compiled.table)
        return tuple(Declared(name, types[name] or "Any", optional=True) for name in release.outputs(compiled.table))
    fields = getattr(definition, "result", {})
    return tuple(Declared(name, optional=getattr(value, "empty", "stop") == "null") for name, value in fields.items())


def filled(
    compiled: CompiledItem, release: Release, values: Mapping[str, Any], *, whole: bool = True
) -> dict[str, Any]:
    """Values for the result of an item, as they are stored. Raises WrongForm for each that is unknown or of another
    type, and for each that is missing where the `whole` result is wanted."""
    definition = compiled.definition
    if isinstance(definition, Manual) and whole:
        return fill(definition.form, values)
    fields = {field.name: field for field in declared(compiled, release)}
    faults = [
        Fault(f"/{name}", f"the result has no field {name!r}; it has {', '.join(sorted(fields)) or 'none'}")
        for name in values.keys() - fields.keys()
    ]
    kept: dict[str, Any] = {}
    for name, field in fields.items():
        value = values.get(name)
        if value is None or value == "":
            if whole and not field.optional:
                faults.append(Fault(f"/{name}", f"{name} is missing: later items may read it"))
            continue
        try:
            kept[name] = _fitting(value, field.type)
        except ValueError as error:
            faults.append(Fault(f"/{name}", f"{name} {error}"))
    if faults:
        raise WrongForm("the result is not complete", tuple(sorted(faults, key=lambda fault: fault.pointer)))
    return kept


def _fitting(value: Any, type_: str) -> Any:
    if type_ not in TYPED:
        return to_stored(to_feel(value))
    try:
        return fill((Field(name="value", type=type_),), {"value": value})["value"]  # type: ignore[arg-type]
    except WrongForm as refusal:
        raise ValueError(refusal.faults[0].message.removeprefix("value ")) from None


def _type(field: Field) -> str:
    return {"text": "string", "choice": "string"}.get(field.type, field.type)
