"""The built-in functions of expressions, as editors offer them: how each is called, and what it does (pure)."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

import runtime.rules.feel  # noqa: F401  (declares them all)
from runtime.rules.signatures import FUNCTIONS, Signature

HELP = {
    "date": "A date, from a text such as 2026-03-01, from a date and time, or from its parts.",
    "time": "A time of day, from a text such as 09:30:00, or from its parts.",
    "date and time": "A moment, from a text such as 2026-03-01T09:30:00, from a date and a time, or from its parts.",
    "duration": "A length of time, from a text such as PT4H, P3D or P1Y2M.",
    "years and months duration": "The whole years and months between two dates.",
    "number": "The number that a text says; tell the separators where it has any.",
    "string": "The text of any value.",
    "range": "The range that a text such as [1..10) says.",
    "is": "Whether two values are the same, kind and all.",
    "context": "A context made of a list of entries, each with a key and a value.",
    "substring": "A part of a text, from a position on; positions begin at 1, or at -1 from the end.",
    "string length": "How many characters a text has.",
    "upper case": "The text in capital letters.",
    "lower case": "The text in small letters.",
    "substring before": "What stands before the first match; empty where there is none.",
    "substring after": "What stands after the first match; empty where there is none.",
    "contains": "Whether a text has another one in it.",
    "starts with": "Whether a text begins with another one.",
    "ends with": "Whether a text ends with another one.",
    "matches": "Whether a regular expression finds something in a text.",
    "replace": "The text with what a regular expression finds replaced.",
    "split": "The parts of a text between what a regular expression finds.",
    "string join": "The texts of a list as one, with a delimiter between them.",
    "not": "True for false, and false for true.",
    "decimal": "The number with so many digits after the point, halves to the even digit.",
    "floor": "The next number below, with so many digits after the point.",
    "ceiling": "The next number above, with so many digits after the point.",
    "round up": "Rounded away from zero, to so many digits after the point.",
    "round down": "Rounded towards zero, to so many digits after the point.",
    "round half up": "Rounded, halves away from zero, to so many digits after the point.",
    "round half down": "Rounded, halves towards zero, to so many digits after the point.",
    "abs": "The number or duration without its sign.",
    "modulo": "What is left over after dividing.",
    "sqrt": "The square root.",
    "log": "The natural logarithm.",
    "exp": "Euler's number to this power.",
    "odd": "Whether a whole number is odd.",
    "even": "Whether a whole number is even.",
    "list contains": "Whether a list has this element.",
    "count": "How many elements a list has.",
    "min": "The least of the values.",
    "max": "The greatest of the values.",
    "sum": "All values added up.",
    "mean": "The average of the values.",
    "product": "All numbers multiplied.",
    "median": "The number in the middle.",
    "stddev": "The standard deviation of the numbers.",
    "mode": "The numbers that come most often.",
    "all": "Whether every value is true.",
    "any": "Whether some value is true.",
    "sublist": "A part of a list, from a position on; positions begin at 1, or at -1 from the end.",
    "append": "The list with more elements at its end.",
    "concatenate": "Several lists as one.",
    "insert before": "The list with a new element at a position.",
    "remove": "The list without the element at a position.",
    "list replace": "The list with the element at a position, or those that match, replaced.",
    "reverse": "The list from its end to its beginning.",
    "index of": "The positions at which a list has this element.",
    "union": "Several lists as one, without what comes twice.",
    "distinct values": "The list without what comes twice.",
    "flatten": "The elements of the lists within a list, as one list.",
    "sort": "The list in order; a function of two elements tells which comes first.",
    "get value": "The value of an entry of a context, by its key.",
    "get entries": "The entries of a context, each with a key and a value.",
    "context put": "The context with an entry added or replaced.",
    "context merge": "Several contexts as one; later entries win.",
    "now": "The moment at which the expression is asked.",
    "today": "The day on which the expression is asked.",
    "day of year": "Which day of the year it is: 1 to 366.",
    "day of week": "The name of the day, such as Monday.",
    "month of year": "The name of the month, such as March.",
    "week of year": "The number of the week by ISO 8601.",
    "before": "Whether the first lies wholly before the second.",
    "after": "Whether the first lies wholly after the second.",
    "meets": "Whether the first range ends where the second begins.",
    "met by": "Whether the first range begins where the second ends.",
    "overlaps": "Whether two ranges have something in common.",
    "overlaps before": "Whether the first range begins earlier and ends within the second.",
    "overlaps after": "Whether the first range begins within the second and ends later.",
    "finishes": "Whether both end together, and the first begins no earlier.",
    "finished by": "Whether both end together, and the second begins no earlier.",
    "includes": "Whether the second lies within the first.",
    "during": "Whether the first lies within the second.",
    "starts": "Whether both begin together, and the first ends no later.",
    "started by": "Whether both begin together, and the second ends no later.",
    "coincides": "Whether the two are the same.",
}


class Described(Struct, frozen=True):
    """A function: `calls` are the ways to call it, as in `substring(string, start position, length?) → string`."""

    name: str
    calls: tuple[str, ...]
    help: str


@cache
def described() -> tuple[Described, ...]:
    """All built-in functions by name."""
    return tuple(
        Described(name, tuple(dict.fromkeys(_call(name, each) for each in function.signatures)), HELP.get(name, ""))
        for name, function in sorted(FUNCTIONS.items())
    )


def _call(name: str, signature: Signature) -> str:
    names = [f"{formal.name}?" if formal.optional else formal.name for formal in signature.formals]
    if signature.variadic:
        names[-1] += " …"
    return f"{name}({', '.join(names)}) → {signature.result}"
