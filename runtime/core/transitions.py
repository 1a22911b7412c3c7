"""Which moves are legal, for each thing that has a state.

Two rules. Every move of every thing stands in a table here. A move that is not in its table is refused and
changes nothing.
"""

from __future__ import annotations

from runtime.errors import IllegalMove

Moves = dict[str, dict[str, str]]  # state -> event -> state

ORDER: Moves = {
    "accepted": {
        "order decomposed": "accepted",
        "question asked": "awaiting answers",
        "approval requested": "awaiting approval",
        "plan generated": "in progress",
        "plan retried": "accepted",  # it could not be made, and a person has it made again
        "order cancelled": "cancelled",
    },
    # People are asked what no table knows; what can be said already has been held against the catalog.
    "awaiting answers": {
        "question asked": "awaiting answers",
        "order decomposed": "accepted",  # the last answer is there, and the order can be fulfilled
        "order rejected": "rejected",
        "order cancelled": "cancelled",
    },
    "awaiting approval": {
        "approval requested": "awaiting approval",
        "order approved": "accepted",
        "order rejected": "rejected",
        "order cancelled": "cancelled",
    },
    "in progress": {"order completed": "completed"},
    "completed": {},
    "rejected": {},
    "cancelled": {},
}

LINE: Moves = {
    "accepted": {
        "line started": "in progress",
        "line completed": "completed",
        "order rejected": "rejected",
        "order cancelled": "cancelled",
    },
    "in progress": {"line completed": "completed"},
    "completed": {},
    "rejected": {},
    "cancelled": {},
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
        "item completed": "completed",  # by hand, or by an answer that came after its time limit
        "item failed": "failed",  # by an answer that came after its time limit
    },
    "completed": {},
    "skipped": {},
}

TASK_ENDS = {
    "item completed": "completed",
    "item skipped": "withdrawn",
    "question answered": "completed",
    "approval given": "completed",
    "task refused": "rejected",  # the person rejected the order instead
    "item failed": "withdrawn",
    "order rejected": "withdrawn",  # somebody else did
    "order cancelled": "withdrawn",
}

TASK: Moves = {
    "open": {
        "task assigned": "claimed",  # by the rule of its queue, as soon as it is there
        "task claimed": "claimed",
        **TASK_ENDS,
    },
    "claimed": {
        "task claimed": "claimed",  # by a colleague who may take it over
        "task released": "open",
        **TASK_ENDS,
    },
    "completed": {},
    "rejected": {},
    "withdrawn": {},
}

FALLOUT_ENDS = {
    "item retried": "resolved",
    "item skipped": "resolved",
    "item completed": "resolved",
    "plan retried": "resolved",
    "order cancelled": "resolved",
    "fallout resolved": "resolved",
}

FALLOUT: Moves = {
    # Nobody looks after it yet.
    "open": {
        "fallout assigned": "assigned",
        "fallout started": "in progress",
        "fallout held": "on hold",
        **FALLOUT_ENDS,
    },
    "assigned": {
        "fallout assigned": "assigned",  # to somebody else
        "fallout released": "open",
        "fallout started": "in progress",
        "fallout held": "on hold",
        **FALLOUT_ENDS,
    },
    "in progress": {
        "fallout assigned": "assigned",
        "fallout released": "open",
        "fallout held": "on hold",
        **FALLOUT_ENDS,
    },
    # It waits for something outside, with a reason that its history tells.
    "on hold": {
        "fallout assigned": "assigned",
        "fallout released": "open",
        "fallout started": "in progress",
        **FALLOUT_ENDS,
    },
    "resolved": {},
}

# An act on many fallout records.
BULK: Moves = {
    "running": {"bulk stopped": "stopped", "bulk finished": "finished"},
    "stopped": {"bulk resumed": "running"},
    "finished": {},
}

TABLES: dict[str, Moves] = {
    "order": ORDER,
    "line": LINE,
    "item": ITEM,
    "task": TASK,
    "fallout": FALLOUT,
    "bulk": BULK,
}
ENDED: dict[str, frozenset[str]] = {
    thing: frozenset(state for state, moves in table.items() if not moves) for thing, table in TABLES.items()
}
ITEM_ENDED = ENDED["item"]
FIRST: dict[str, str] = {thing: next(iter(table)) for thing, table in TABLES.items()}  # the state in which it begins


def move(thing: str, state: str, event: str) -> str:
    """The state after `event`. Raises IllegalMove where the table has no such move."""
    try:
        return TABLES[thing][state][event]
    except KeyError:
        raise IllegalMove(f"a {thing} that is {state} cannot take the event {event!r}") from None
