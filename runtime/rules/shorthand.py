"""The cells that most tables are made of, read without the parser: literals, comparisons and intervals of literals.

Whatever it does not know for certain it leaves to the parser, so it reads less than FEEL has, and nothing differently.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from runtime.rules.cells import ANYTHING, ORDERED, Cell, Test, any_of, interval, point
from runtime.rules.values import KINDS, NUMBERS

# No escapes, no exponents, and no more digits than a number has for certain.
_LITERAL = r'-?[0-9]{1,15}(?:\.[0-9]{1,15})?|"[^"\\\ud800-\udfff]*"|true|false|@"[0-9]{4}-[0-9]{2}-[0-9]{2}"'
_TEST = re.compile(
    rf" *(?:(?P<operator><=|>=|<|>)? *(?P<value>{_LITERAL})"
    rf"|(?P<opening>[\[(\]]) *(?P<low>{_LITERAL}) *\.\. *(?P<high>{_LITERAL}) *(?P<closing>[\])\[])) *(?P<more>,|\Z)"
)
_ONLY = re.compile(_LITERAL)


def literal(text: str) -> Any:
    """The value of a literal; None where it is not shorthand."""
    return _value(text) if _ONLY.fullmatch(text) else None


def read(text: str, kind: str) -> Cell | None:
    """The cell that `text` writes in a column of `kind` ("Any": of no certain one); None where it is not shorthand."""
    if text == "-":
        return ANYTHING
    tests = []
    place = 0
    more = True
    while more:
        match = _TEST.match(text, place)
        if match is None:
            return None
        test = _test(*match.group("operator", "value", "opening", "low", "high", "closing"))
        if test is None or test.kind != kind != "Any":
            return None
        tests.append(test)
        more = match["more"] == ","
        place = match.end()
    return any_of(tests)


def _test(operator: str | None, text: str | None, opening: str, low: str, high: str, closing: str) -> Test | None:
    if text is None:
        return _between(_value(low), _value(high), opening == "[", closing == "]")
    value = _value(text)
    if value is None:
        return None
    kind = KINDS[type(value)]
    if operator is None:
        return Test(kind, point(value), False)
    if kind not in ORDERED:
        return None
    included = operator in ("<=", ">=")
    first, last = (value, None) if operator.startswith(">") else (None, value)
    return interval(kind, first, last, included, included)


def _between(low: Any, high: Any, low_included: bool, high_included: bool) -> Test | None:
    if low is None or type(low) is not type(high):
        return None
    kind = KINDS[type(low)]
    return interval(kind, low, high, low_included, high_included) if kind in ORDERED and low <= high else None


def _value(text: str) -> Any:
    """The value of a literal; None for what is no day."""
    first = text[0]
    if first == '"':
        return text[1:-1]
    if first in "tf":
        return text == "true"
    if first != "@":
        return NUMBERS.plus(Decimal(text))  # there is no -0
    try:
        return date.fromisoformat(text[2:-1])
    except ValueError:
        return None
