"""What fallout records say: what they are about, why it happened, and the signature that groups equal ones.

A signature is made of what is the same each time something goes wrong in the same way: the system and operation, or
the plan and item where no system was asked, then the class of the error and its code. Messages differ from one time
to the next, with ids and moments in them, and take no part.
"""

from __future__ import annotations

ABOUT = {
    "item": "An item failed",
    "plan": "The plan could not be made",
    "push": "A push was not delivered",
    "late answer": "An answer came too late",
    "report": "Reported by a person",
}

# The classes of errors, and how people call them.
CAUSES = {
    "unreachable": "The system could not be reached",
    "no answer": "The system did not answer in time",
    "status": "The system answered with an error status",
    "answer": "The answer is not usable",
    "no callback": "No callback came in time",
    "not in time": "Nothing came in time",
    "condition": "A condition is neither true nor false",
    "request": "A field of the request has no value",
    "result": "A field of the result has no value",
    "expression": "An expression has no value",
    "decision": "A decision table decided nothing",
    "time": "The moment to wait for is not known",
    "plan": "The plan could not be made",
    "late answer": "A system reported after the item had gone on",
    "evaluation": "It takes too long to evaluate",
    "crash": "An unexpected error in Orderloom",
    "report": "Reported by a person",
    "": "Another error",
}

LONGEST = 200  # characters of a signature


def signature(place: str, cause: str, code: str = "") -> str:
    """What groups equal records; `place` is "system/operation" or "plan/item", empty for an order without a plan."""
    return " · ".join(part for part in (place, f"{cause or 'error'} {code}".strip()) if part)[:LONGEST]


def in_words(cause: str, code: str) -> str:
    """The class of an error with its code, for people."""
    words = CAUSES.get(cause, cause)
    return f"{words} ({code})" if code else words
