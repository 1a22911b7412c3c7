"""From text to tokens (DMN 1.5, 10.3.1.2, grammar rules 27 to 37 and 62)."""

import re
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from runtime.rules.errors import FeelSyntaxError
from runtime.rules.values import NUMBERS

Kind = Literal["number", "string", "word", "operator", "other", "end"]


class Token(Struct, frozen=True):
    """`text` is as written, but for strings, where it is the value."""

    kind: Kind
    text: str
    start: int
    end: int


_START = (
    "A-Z_a-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff"
    "\u200c-\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\ufffd"
    "\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = "\t-\r \u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
_TOKEN = re.compile(
    rf"""
    (?P<space>[{_SPACE}]+|//[^\n]*|/\*.*?\*/)
  | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![{_PART}]))
  | (?P<word>[{_START}][{_PART}]*|[0-9]+[{_PART}]+)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<operator>\*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{{}},:.?@'])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:U([0-9a-fA-F]{6})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, the last of kind "end"; raises FeelSyntaxError for an open string or comment."""
    found: list[Token] = []
    position, length = 0, len(text)
    while position < length:
        match = _TOKEN.match(text, position)
        if match is None:
            if text[position] == '"':
                raise FeelSyntaxError("the string has no end", text, position, length)
            if text.startswith("/*", position):
                raise FeelSyntaxError("the comment has no end", text, position, length)
            found.append(Token("other", text[position], position, position + 1))
            position += 1
            continue
        end = match.end()
        kind = match.lastgroup
        if kind == "operator" and text.startswith("/*", position):
            raise FeelSyntaxError("the comment has no end", text, position, length)
        if kind == "string":
            found.append(Token("string", unescaped(match.group()[1:-1]), position, end))
        elif kind != "space":
            found.append(Token(kind, match.group(), position, end))  # type: ignore[arg-type]
        position = end
    found.append(Token("end", "", length, length))
    return found


def unescaped(text: str) -> str:
    """The value of a string literal's inside; an escape that FEEL does not know stands for itself."""
    if "\\" not in text:
        return text

    def replaced(match: re.Match[str]) -> str:
        code = match.group(1) or match.group(2)
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF else "\ufffd"
        return _ESCAPES.get(match.group(3), match.group())

    return whole(_ESCAPE.sub(replaced, text))


def whole(text: str) -> str:
    """`text` with surrogate pairs joined to the character they mean, and lonely halves replaced."""
    if not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def number(text: str) -> Decimal | None:
    """The number that `text` writes, rounded to 34 digits; None when it is too large."""
    mantissa, _, exponent = text.lower().partition("e")
    if len(exponent) > 6:
        return None
    try:
        value = NUMBERS.create_decimal(mantissa) if len(mantissa) > 34 else Decimal(mantissa)
        return NUMBERS.scaleb(value, int(exponent)) if exponent else value
    except ArithmeticError:
        return None


def words(name: str) -> tuple[str, ...]:
    """A name as the token texts it is made of: spaces around them do not matter (grammar rule 27)."""
    try:
        return tuple(token.text for token in tokens(name)[:-1])
    except FeelSyntaxError:
        return (name,)
