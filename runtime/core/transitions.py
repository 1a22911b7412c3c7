"""Which moves are legal, for each thing that has a state.

Two rules. Every move of every thing stands in a table here. A move that is not in its table is refused and
changes nothing.
"""

from __future__ import annotations

from runtime.errors import IllegalMove

Moves = dict[str, dict[str, str]]  # state -> event -> state

ORDER: Moves = {
    "accepted": {"plan generated": "in progress"},
    "in progress": {"order completed": "completed"},
    "completed": {},
}

LINE: Moves = {
    "accepted": {"line started": "in progress", "line completed": "completed"},
    "in progress": {"line completed": "completed"},
    "completed": {},
}

ITEM: Moves = {
    # Something it depends on has not ended yet.
    "pending": {
        "item started": "running",
        "item waiting": "waiting",
        "item completed": "completed",
        "item skipped": "skipped",
        "item failed": "failed",
    },
    # A system is being asked.
    "running": {
        "attempt failed": "retrying",
        "item waiting": "waiting",
        "item completed": "completed",
        "item failed": "failed",
    },
    # An attempt failed; the next one is due or under way.
    "retrying": {
        "attempt failed": "retrying",
        "item waiting": "waiting",
        "item completed": "completed",
        "item failed": "failed",
        "item skipped": "skipped",
    },
    # Somebody else has to do something: a person, a system's callback, the clock.
    "waiting": {
        "item completed": "completed",
        "item failed": "failed",
        "item skipped": "skipped",
    },
    # It could not be completed by itself; a person decides.
    "failed": {
        "item retried": "pending",
        "item skipped": "skipped",
    },
    "completed": {},
    "skipped": {},
}

TASK: Moves = {
    "open": {
        "task assigned": "claimed",  # by the rule of its queue, as soon as it is there
        "task claimed": "claimed",
        "item completed": "completed",
        "item skipped": "withdrawn",
    },
    "claimed": {
        "task claimed": "claimed",  # by a colleague who may take it over
        "task released": "open",
        "item completed": "completed",
        "item skipped": "withdrawn",
    },
    "completed": {},
    "withdrawn": {},
}

FALLOUT: Moves = {
    "open": {"item retried": "resolved", "item skipped": "resolved"},
    "resolved": {},
}

TABLES: dict[str, Moves] = {"order": ORDER, "line": LINE, "item": ITEM, "task": TASK, "fallout": FALLOUT}
ENDED: dict[str, frozenset[str]] = {
    thing: frozenset(state for state, moves in table.items() if not moves) for thing, table in TABLES.items()
}
ITEM_ENDED = ENDED["item"]


def move(thing: str, state: str, event: str) -> str:
    """The state after `event`. Raises IllegalMove where the table has no such move."""
    try:
        return TABLES[thing][state][event]
    except KeyError:
        raise IllegalMove(f"a {thing} that is {state} cannot take the event {event!r}") from None
