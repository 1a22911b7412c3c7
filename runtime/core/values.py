"""Between JSON and FEEL: what comes from outside, what is stored, what is shown.

JSON knows numbers and text; FEEL also knows dates, times and durations. What comes from outside is plain JSON, and
`to_feel` reads it. What the journal and the database keep is JSON whose temporal values are tagged, so that they come
back as what they were: `{"@date": "2026-03-31"}`, `{"@time": ...}`, `{"@date and time": ...}`, `{"@duration": ...}`
(of both kinds: its text says which). Data that looks like a tag is wrapped, as `{"@": {"@date": ...}}`. What goes to
callers, systems and pages is plain again: temporal values are text.

Numbers are exact everywhere: an int where a number is whole and has at most 34 digits, else a Decimal, never a float.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import lru_cache
from typing import Any

import msgspec

from runtime.core.definitions import Specification
from runtime.rules.temporal import (
    date_text,
    datetime_text,
    duration_text,
    months_text,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
    time_text,
)
from runtime.rules.text import string_of
from runtime.rules.values import WideDate, WideDateTime, WideDuration, WideTime, YearsMonths

DIGITS = 34  # of a number of the rules

_Writer = tuple[str, Callable[[Any], str]]
_WRITERS: dict[type, _Writer] = {
    date: ("@date", date_text),
    WideDate: ("@date", date_text),
    time: ("@time", time_text),
    WideTime: ("@time", time_text),
    datetime: ("@date and time", datetime_text),
    WideDateTime: ("@date and time", datetime_text),
    timedelta: ("@duration", duration_text),
    WideDuration: ("@duration", duration_text),
    YearsMonths: ("@duration", months_text),
}
_READERS: dict[str, Callable[[str], Any]] = {
    "@date": parse_date,
    "@time": parse_time,
    "@date and time": parse_datetime,
    "@duration": parse_duration,
}
_WRAPPED = "@"
_TAGS = frozenset((*_READERS, _WRAPPED))


def to_feel(data: Any) -> Any:
    """Plain JSON data as FEEL values; new containers, because FEEL must never see a document change."""
    kind = type(data)
    if kind is str:
        return data
    if kind is int:
        return Decimal(data)
    if kind is dict:
        return {key: to_feel(entry) for key, entry in data.items()}
    if kind is list or kind is tuple:
        return [to_feel(entry) for entry in data]
    return Decimal(repr(data)) if kind is float else data


def from_stored(data: Any) -> Any:
    """What `to_stored` wrote, as the FEEL values it was."""
    kind = type(data)
    if kind is str:
        return data
    if kind is int:
        return Decimal(data)
    if kind is dict:
        if len(data) == 1:
            ((key, entry),) = data.items()
            if key in _TAGS:
                if key != _WRAPPED:
                    return _READERS[key](entry)
                data = entry
        return {key: from_stored(entry) for key, entry in data.items()}
    if kind is list or kind is tuple:
        return [from_stored(entry) for entry in data]
    return Decimal(repr(data)) if kind is float else data


def to_json(value: Any) -> Any:
    """A FEEL value as plain JSON data: exact numbers; temporal values and ranges as text."""
    kind = type(value)
    if kind is str or kind is bool or value is None or kind is int:
        return value
    if kind is Decimal:
        return _number(value)
    if kind is dict:
        return {str(key): to_json(entry) for key, entry in value.items()}
    if kind is list or kind is tuple:
        return [to_json(entry) for entry in value]
    return _other(value)


def to_stored(value: Any) -> Any:
    """A FEEL value as the JSON data that the journal and the database keep: temporal values are tagged."""
    kind = type(value)
    if kind is str or kind is bool or value is None or kind is int:
        return value
    if kind is Decimal:
        return _number(value)
    if kind is dict:
        kept = {str(key): to_stored(entry) for key, entry in value.items()}
        return {_WRAPPED: kept} if len(kept) == 1 and not _TAGS.isdisjoint(kept) else kept
    if kind is list or kind is tuple:
        return [to_stored(entry) for entry in value]
    writer = _WRITERS.get(kind)
    return {writer[0]: writer[1](value)} if writer is not None else _other(value)


def shown(data: Any) -> Any:
    """What is stored as plain JSON data, as callers, systems and pages see it."""
    kind = type(data)
    if kind is dict:
        if len(data) == 1:
            ((key, entry),) = data.items()
            if key in _READERS:
                return entry
            if key == _WRAPPED:
                data = entry
        return {key: shown(entry) for key, entry in data.items()}
    if kind is list or kind is tuple:
        return [shown(entry) for entry in data]
    return data


def for_pages(data: Any) -> Any:
    """What is stored, for scripts in pages: their numbers have 53 bits, so those that would lose digits are text."""
    return _fitting(shown(data))


def _fitting(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _fitting(entry) for key, entry in data.items()}
    if isinstance(data, list):
        return [_fitting(entry) for entry in data]
    if isinstance(data, int) and abs(data) > 2**53:
        return str(data)
    if isinstance(data, Decimal) and Decimal(repr(float(data))) != data:
        return str(data)
    return data


DEEPEST = 100  # levels of a value; what works on values goes down level by level
MOST = 100_000  # entries of a value, those within included
LONGEST = 2_000_000  # characters in all its texts


def too_large(value: Any) -> str:
    """Why a FEEL value is too large to be kept or sent, or an empty text. A value that has the same list twice is small
    in memory and large in JSON, so what counts is how often things stand in it, and counting has an end."""
    level, entries, characters = [value], MOST, LONGEST
    for _ in range(DEEPEST):
        inner = []
        for each in level:
            entries -= len(each)
            if entries < 0:
                return f"has more than {MOST:,} entries"
            for entry in each.values() if type(each) is dict else each:
                kind = type(entry)
                if kind is dict or kind is list:
                    inner.append(entry)
                elif kind is str:
                    characters -= len(entry)
        if characters < 0:
            return f"has more than {LONGEST:,} characters"
        if not inner:
            return ""
        level = inner
    return f"is nested deeper than {DEEPEST} levels"


def _number(value: Decimal) -> int | Decimal | None:
    """A whole number without exponent, as long as its digits fit; other numbers as they are."""
    if not value.is_finite():
        return None
    if value.adjusted() < DIGITS and value == value.to_integral_value():
        return int(value)
    return value


def _other(value: Any) -> Any:
    writer = _WRITERS.get(type(value))
    if writer is not None:
        return writer[1](value)
    if isinstance(value, float):
        return _number(Decimal(repr(value)))
    return string_of(value)


# --- numbers in text --------------------------------------------------------------------------------

_EXACT = Context(prec=DIGITS, Emin=-6143, Emax=6144, traps=[InvalidOperation, Overflow, Inexact])


def exact(text: str) -> int | Decimal:
    """The number that a text writes, with every digit. Raises ArithmeticError where it writes none, and ValueError
    for a number with more digits, or a larger exponent, than the rules have."""
    if len(text) <= DIGITS and text.isascii() and text.removeprefix("-").isdecimal():
        return int(text)
    if not text.isascii():
        raise InvalidOperation(text)
    try:
        value = _EXACT.create_decimal(text)
    except InvalidOperation:
        raise
    except ArithmeticError:
        raise ValueError(TOO_LONG) from None
    if not value.is_finite():
        raise InvalidOperation(text)
    found = _number(value)
    assert found is not None
    return found


TOO_LONG = f"has more than {DIGITS} significant digits, or an exponent beyond 6144"


# --- JSON text ----------------------------------------------------------------------------------------

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=to_json)
_any = msgspec.json.Decoder(float_hook=Decimal)


def encode(value: Any) -> str:
    """Compact JSON text of our Structs and of JSON data, numbers with every digit."""
    return _encoder.encode(value).decode()


def decode(text: str | bytes, kind: Any = Any) -> Any:
    """JSON text that we wrote ourselves, as `kind`; numbers keep every digit. For what others write there is
    `runtime.core.reading`."""
    return _any.decode(text) if kind is Any else decoder(kind)(text)


@lru_cache(maxsize=256)
def decoder(kind: Any) -> Callable[[str | bytes], Any]:
    """Reads JSON text that we wrote ourselves as `kind`."""
    return msgspec.json.Decoder(kind, float_hook=Decimal).decode


# --- by the declared type -----------------------------------------------------------------------------


EXAMPLES: dict[str, str] = {
    "date": "2026-03-31",
    "time": "14:30:00",
    "date and time": "2026-03-31T14:30:00Z",
    "days and time duration": "P1DT2H",
    "years and months duration": "P1Y6M",
}
_PARSERS: dict[str, tuple[Callable[[str], Any], tuple[type, ...]]] = {
    "date": (parse_date, (date, WideDate)),
    "time": (parse_time, (time, WideTime)),
    "date and time": (parse_datetime, (datetime, WideDateTime)),
    "days and time duration": (parse_duration, (timedelta, WideDuration)),
    "years and months duration": (parse_duration, (YearsMonths,)),
}
_NO_SECONDS = re.compile(r"(?:^|[Tt ])\d\d:\d\d(?![:\d])")


def temporal(text: str, declared: str) -> Any:
    """The value of a temporal type that the text writes. RFC 3339 takes a lower-case t and z, people write
    a space in place of the T, and browsers leave seconds out that are zero: all are read. Raises ValueError."""
    parse, kinds = _PARSERS[declared]
    if declared in ("time", "date and time"):
        text = _NO_SECONDS.sub(r"\g<0>:00", text, count=1)
        if declared == "date and time":
            if text[10:11] in ("t", " "):
                text = f"{text[:10]}T{text[11:]}"
            if "T" not in text:
                raise ValueError("a date and time is written yyyy-mm-ddThh:mm:ss")
    found = parse(text)
    if type(found) not in kinds:
        raise ValueError(f"this is no {declared}")
    return found


def typed(value: Any, declared: str) -> Any:
    """A FEEL value by the type that its attribute declares: text that writes a value of a temporal type becomes that
    value. What does not fit stays as it is; the catalog refuses it."""
    if type(value) is not str or declared not in _PARSERS:
        return value
    try:
        return temporal(value, declared)
    except ValueError:
        return value


def fits(value: Any, declared: str) -> bool:
    """Whether a FEEL value is of a declared type."""
    if declared in _PARSERS:
        return type(value) in _PARSERS[declared][1]
    match declared:
        case "string":
            return type(value) is str
        case "number":
            return type(value) is Decimal
        case "boolean":
            return type(value) is bool
        case "list":
            return type(value) is list
        case "context":
            return type(value) is dict
    return True


NONE: Mapping[str, str] = {}


def types_of(specification: Specification) -> dict[str, str]:
    """The attributes of a specification that JSON writes as text though they are none, with their types."""
    return {each.name: each.type for each in specification.attributes if each.type in _PARSERS}


def taken_in(attributes: Mapping[str, Any], types: Mapping[str, str] = NONE) -> dict[str, Any]:
    """Plain attributes from outside as they are stored, each by its declared type."""
    return {name: to_stored(typed(to_feel(value), types.get(name, ""))) for name, value in attributes.items()}
