"""Functions of numbers (DMN 1.5, 10.3.4.5), and of truth values (10.3.4.2)."""

import decimal
from decimal import Decimal
from typing import Any

from runtime.rules.arithmetic import negative
from runtime.rules.errors import Unfit
from runtime.rules.signatures import builtin
from runtime.rules.temporal import length, make_duration
from runtime.rules.values import NUMBERS, YearsMonths

_LEAST_SCALE, _MOST_SCALE = -6111, 6176


@builtin("not(negand: Any) -> boolean")
def not_(negand: Any) -> bool | None:
    if negand is None or isinstance(negand, bool):
        return None if negand is None else not negand
    raise Unfit("only true and false can be negated")


def _rounded(value: Decimal, scale: Decimal, rounding: str) -> Decimal:
    """`value` with `scale` digits after the point (before it, where negative)."""
    if not _LEAST_SCALE <= scale <= _MOST_SCALE:
        raise Unfit(f"the scale must be from {_LEAST_SCALE} to {_MOST_SCALE}", "domain")
    places = int(scale)
    if -value.as_tuple().exponent <= places:  # type: ignore[operator]
        return value
    unit = Decimal((0, (1,), -places))
    wide = decimal.Context(prec=6200, Emin=-99999, Emax=99999, rounding=rounding)
    return NUMBERS.plus(value.quantize(unit, context=wide)) or Decimal(0)


def _declare(name: str, rounding: str, scale: str = "scale: number") -> None:
    @builtin(f"{name}(n: number, {scale}) -> number")
    def round_(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
        return _rounded(n, scale, rounding)


_declare("decimal", decimal.ROUND_HALF_EVEN)
_declare("floor", decimal.ROUND_FLOOR, "scale?: number")
_declare("ceiling", decimal.ROUND_CEILING, "scale?: number")
_declare("round up", decimal.ROUND_UP)
_declare("round down", decimal.ROUND_DOWN)
_declare("round half up", decimal.ROUND_HALF_UP)
_declare("round half down", decimal.ROUND_HALF_DOWN)


@builtin("abs(n: number) -> number")
def abs_number(n: Decimal) -> Decimal:
    return abs(n)


@builtin("abs(n: days and time duration) -> days and time duration")
def abs_duration(n: Any) -> Any:
    return make_duration(abs(length(n)))


@builtin("abs(n: years and months duration) -> years and months duration")
def abs_months(n: YearsMonths) -> Any:
    return n if n.total >= 0 else negative(n)


@builtin("modulo(dividend: number, divisor: number) -> number")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The remainder with the sign of the divisor: dividend - divisor * floor(dividend / divisor)."""
    if divisor == 0:
        raise Unfit("division by zero", "arithmetic")
    try:
        rest = NUMBERS.remainder(dividend, divisor)
    except ArithmeticError:
        # The quotient has more than 34 digits, so the dividend has zeros behind the digits of the divisor: the power
        # of ten is taken modulo the divisor too, and no number grows.
        one, other = dividend.as_tuple(), divisor.as_tuple()
        shift = int(one.exponent) - int(other.exponent)
        low = min(int(one.exponent), int(other.exponent))
        whole = _digits(divisor) * 10 ** max(0, -shift)
        found = _digits(dividend) * pow(10, max(0, shift), abs(whole)) % whole
        return NUMBERS.plus(Decimal(found).scaleb(low, _EXACT))
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


def _digits(number: Decimal) -> int:
    """The digits of a number as a whole number, with its sign."""
    return int(number.scaleb(-int(number.as_tuple().exponent), _EXACT))


_EXACT = decimal.Context(prec=100, Emin=-99_999, Emax=99_999)


@builtin("sqrt(number: number) -> number", cost=10)
def sqrt(number: Decimal) -> Decimal:
    if number < 0:
        raise Unfit("a negative number has no square root", "arithmetic")
    return NUMBERS.sqrt(number)


@builtin("log(number: number) -> number", cost=60)
def log(number: Decimal) -> Decimal:
    if number <= 0:
        raise Unfit("only positive numbers have a logarithm", "arithmetic")
    return NUMBERS.ln(number)


@builtin("exp(number: number) -> number", cost=40)
def exp(number: Decimal) -> Decimal:
    try:
        return NUMBERS.exp(number)
    except ArithmeticError:
        raise Unfit("the number becomes too large", "arithmetic") from None


@builtin("odd(number: number) -> boolean")
def odd(number: Decimal) -> bool:
    return modulo(abs(number), Decimal(2)) == 1


@builtin("even(number: number) -> boolean")
def even(number: Decimal) -> bool:
    return modulo(number, Decimal(2)) == 0
