"""Reads what people fill in, with the types the form says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from runtime.core.definitions import Field
from runtime.errors import Fault, WrongForm

DIGITS = 34  # before the point: what a number of the rules has


def fill(form: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a form, with the types the form says. Raises WrongForm."""
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
    match field.type:
        case "number":
            if isinstance(value, bool):
                raise ValueError("must be a number")
            try:
                number = Decimal(str(value))
            except ArithmeticError:
                raise ValueError("must be a number") from None
            if not number.is_finite() or number.adjusted() >= DIGITS:
                raise ValueError(f"must be a number of at most {DIGITS} digits")
            return int(number) if number == number.to_integral_value() else float(number)
        case "boolean":
            if value in (True, "true", "on", "yes", "1"):
                return True
            if value in (False, "false", "off", "no", "0"):
                return False
            raise ValueError("must be true or false")
        case "date":
            try:
                return msgspec.convert(value, type=date, strict=False).isoformat()
            except msgspec.ValidationError:
                raise ValueError("must be a date such as 2026-03-31") from None
        case "choice":
            if value not in field.choices:
                raise ValueError(f"must be one of {', '.join(field.choices)}")
            return value
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value
