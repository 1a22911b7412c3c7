"""FEEL values as text: what string() gives, and what a person would write (DMN 1.5, 10.3.4.1)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from runtime.rules.errors import OutOfBudget
from runtime.rules.temporal import date_text, datetime_text, duration_text, months_text, time_text
from runtime.rules.values import Range, kind

_LONGEST = 1_000_000  # characters
_BRIEF = 200  # characters of a value in a message


def number_text(value: Decimal) -> str:
    """Digits without exponent and without zeros that say nothing."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def string_of(value: Any) -> str:
    """The text of a value that is not null; strings as they are."""
    return value if isinstance(value, str) else _joined(value)


def literal(value: Any) -> str:
    """The value as FEEL text that evaluates to it (functions aside)."""
    return _joined(value, '@"', '"')


def brief(value: Any) -> str:
    """The value as FEEL text for a message: cut where it is long."""
    if isinstance(value, str):
        return quoted(value if len(value) <= _BRIEF else f"{value[:_BRIEF]}…")
    parts: list[str] = []
    left = _BRIEF

    def put(text: str) -> None:
        nonlocal left
        parts.append(text)
        left -= len(text)
        if left < 0:
            raise OutOfBudget("the text becomes too long")

    try:
        _write(value, put, '@"', '"')
    except OutOfBudget:
        return "".join(parts)[:_BRIEF] + "…"
    return "".join(parts)


_MOMENTS: dict[str, Any] = {
    "date": date_text,
    "time": time_text,
    "date and time": datetime_text,
    "days and time duration": duration_text,
    "years and months duration": months_text,
}


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _joined(value: Any, before: str = "", after: str = "") -> str:
    """The text of `value`, with `before` and `after` around dates, times and durations."""
    parts: list[str] = []
    left = _LONGEST

    def put(text: str) -> None:
        nonlocal left
        left -= len(text)
        if left < 0:
            raise OutOfBudget("the text becomes too long")
        parts.append(text)

    _write(value, put, before, after)
    return "".join(parts)


def _write(value: Any, put: Callable[[str], None], before: str, after: str) -> None:
    """Puts the text of `value`; strings inside of others are quoted."""
    kind_ = kind(value)
    if value is None:
        put("null")
    elif kind_ == "string":
        put(quoted(value))
    elif kind_ == "number":
        put(number_text(value))
    elif kind_ == "boolean":
        put("true" if value else "false")
    elif kind_ in _MOMENTS:
        put(f"{before}{_MOMENTS[kind_](value)}{after}")
    elif kind_ == "list":
        put("[")
        for number, item in enumerate(value):
            if number:
                put(", ")
            _write(item, put, before, after)
        put("]")
    elif kind_ == "context":
        put("{")
        for number, (key, item) in enumerate(value.items()):
            put(", " if number else "")
            put(f"{key if _is_plain(key) else quoted(key)}: ")
            _write(item, put, before, after)
        put("}")
    elif kind_ == "range":
        _write_range(value, put, before, after)
    else:
        put(repr(value))


def _write_range(value: Range, put: Callable[[str], None], before: str, after: str) -> None:
    if value.unbounded and value.start is None:
        put("(<= " if value.end_included else "(< ")
        _write(value.end, put, before, after)
        put(")")
    elif value.unbounded:
        put("(>= " if value.start_included else "(> ")
        _write(value.start, put, before, after)
        put(")")
    else:
        put("[" if value.start_included else "(")
        _write(value.start, put, before, after)
        put("..")
        _write(value.end, put, before, after)
        put("]" if value.end_included else ")")


def _is_plain(key: str) -> bool:
    return all(part.isidentifier() for part in key.split(" "))
