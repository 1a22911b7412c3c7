"""Functions of strings (DMN 1.5, 10.3.4.3); characters are Unicode code points."""

from decimal import Decimal
from typing import Any

from runtime.rules import regex
from runtime.rules.arithmetic import LONGEST_STRING
from runtime.rules.errors import OutOfBudget, Unfit
from runtime.rules.signatures import builtin


def index(value: Decimal) -> int:
    """A number as a position: its whole part."""
    return int(max(min(value, Decimal(10**9)), Decimal(-(10**9))))


@builtin("substring(string: string, start position: number, length?: number) -> string")
def substring(text: str, position: Decimal, length: Decimal | None = None) -> str:
    start = index(position)
    if start == 0 or abs(start) > len(text):
        raise Unfit(f"there is no character {start} in {len(text)}", "domain")
    start = start - 1 if start > 0 else len(text) + start
    if length is None:
        return text[start:]
    count = index(length)
    if count < 1:
        raise Unfit(f"the length {count} is not positive", "domain")
    return text[start : start + count]


@builtin("string length(string: string) -> number")
def string_length(text: str) -> Decimal:
    return Decimal(len(text))


@builtin("upper case(string: string) -> string")
def upper_case(text: str) -> str:
    return text.upper()


@builtin("lower case(string: string) -> string")
def lower_case(text: str) -> str:
    return text.lower()


@builtin("substring before(string: string, match: string) -> string")
def substring_before(text: str, match: str) -> str:
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after(string: string, match: string) -> string")
def substring_after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string) -> boolean")
def contains(text: str, match: str) -> bool:
    return match in text


@builtin("starts with(string: string, match: string) -> boolean")
def starts_with(text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with(string: string, match: string) -> boolean")
def ends_with(text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string | null) -> boolean")
def matches(run: Any, text: str, pattern: str, flags: str | None = None) -> bool:
    return regex.compile(pattern, flags or "", run).search(text, run)


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string | null) -> string")
def replace(run: Any, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    replaced = regex.compile(pattern, flags or "", run).replace(text, replacement, run)
    run.spend(1 + (len(text) + len(replaced)) // 64)
    return replaced


@builtin("split(string: string, delimiter: string) -> list<string>")
def split(run: Any, text: str, delimiter: str) -> list[str]:
    return regex.compile(delimiter, "", run).split(text, run)


@builtin("string join(list: list<string>, delimiter?: string | null) -> string")
def string_join(run: Any, items: list[str | None], delimiter: str | None = None) -> str:
    kept = [item for item in items if item is not None]
    size = sum(map(len, kept)) + len(delimiter or "") * len(kept)
    if size > LONGEST_STRING:
        raise OutOfBudget("the string becomes too long")
    run.spend(1 + len(kept) // 8 + size // 64)
    return (delimiter or "").join(kept)
