"""Between JSON, where a number may be an int or a float, and FEEL, where it is a decimal."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def to_feel(value: Any) -> Any:
    """JSON data as FEEL values; new containers, because FEEL must never see a document change."""
    match value:
        case bool() | str() | None | Decimal():
            return value
        case int():
            return Decimal(value)
        case float():
            return Decimal(repr(value))
        case dict():
            return {key: to_feel(entry) for key, entry in value.items()}
        case list() | tuple():
            return [to_feel(entry) for entry in value]
    return value


def to_json(value: Any) -> Any:
    """A FEEL value as JSON data: temporal values and ranges become text, whole numbers become ints."""
    match value:
        case bool() | str() | None | int() | float():
            return value
        case Decimal():
            if not value.is_finite():
                return None
            return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)
        case dict():
            return {str(key): to_json(entry) for key, entry in value.items()}
        case list() | tuple():
            return [to_json(entry) for entry in value]
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return msgspec.to_builtins(value)
    return str(value)


def encode(value: Any) -> str:
    """Compact JSON text of anything our Structs and FEEL results are made of."""
    return _encoder.encode(value).decode()
