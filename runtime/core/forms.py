"""Reads what people fill in, with the types the form says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from runtime.core.definitions import Field
from runtime.core.values import EXAMPLES, exact, temporal, to_stored
from runtime.errors import Fault, WrongForm


def fill(form: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a form, as they are stored, each by the type of its field. Raises WrongForm."""
    faults: list[Fault] = []
    filled: dict[str, Any] = {}
    known = {field.name for field in form}
    for name in values.keys() - known:
        faults.append(Fault(f"/{name}", f"the form has no field {name!r}; it has {', '.join(sorted(known)) or 'none'}"))
    for field in form:
        value = values.get(field.name)
        if value is None or value == "":
            if field.required:
                faults.append(Fault(f"/{field.name}", f"{field.label or field.name} is required"))
            continue
        try:
            filled[field.name] = _typed(field, value)
        except ValueError as error:
            faults.append(Fault(f"/{field.name}", f"{field.label or field.name} {error}"))
    if faults:
        raise WrongForm("the form is not complete", tuple(sorted(faults, key=lambda fault: fault.pointer)))
    return filled


def _typed(field: Field, value: Any) -> Any:
    """The value as it is stored. Raises ValueError, whose text goes on after the label of the field."""
    if field.type in EXAMPLES:
        try:
            return to_stored(temporal(value if isinstance(value, str) else "", field.type))
        except ValueError:
            raise ValueError(f"must be a {field.type} such as {EXAMPLES[field.type]}") from None
    match field.type:
        case "number":
            if isinstance(value, bool) or not isinstance(value, int | Decimal | str | float):
                raise ValueError("must be a number")
            try:
                return exact(str(value).strip())
            except ArithmeticError:
                raise ValueError("must be a number") from None
        case "boolean":
            if value in (True, "true", "on", "yes", "1"):
                return True
            if value in (False, "false", "off", "no", "0"):
                return False
            raise ValueError("must be true or false")
        case "choice":
            if value not in field.choices:
                raise ValueError(f"must be one of {', '.join(field.choices)}")
            return value
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value
