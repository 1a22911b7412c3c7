"""Writes docs/states.md from the tables of legal moves: python -m tools.states."""

from __future__ import annotations

from pathlib import Path

from runtime.core.transitions import TABLES, Moves

PAGE = Path(__file__).parent.parent / "docs" / "states.md"
HEAD = """\
# States

Every move that an order, line, item, task, fallout record or bulk act can make. This page is written by
`python -m tools.states` from `runtime/core/transitions.py`; a test keeps the two equal.
"""


def page() -> str:
    """The whole page, as Markdown."""
    return "\n".join([HEAD, *(f"## {thing.capitalize()}\n\n{diagram(table)}\n" for thing, table in TABLES.items())])


def diagram(table: Moves) -> str:
    """One table as a Mermaid state diagram; a state with a space in its name gets an id without one."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state}" as {_id(state)}' for state in table if " " in state]
    lines.append(f"    [*] --> {_id(next(iter(table)))}")
    for state, moves in table.items():
        by_target: dict[str, list[str]] = {}
        for event, target in moves.items():
            by_target.setdefault(target, []).append(event)
        lines += [f"    {_id(state)} --> {_id(target)}: {', '.join(events)}" for target, events in by_target.items()]
        if not moves:
            lines.append(f"    {_id(state)} --> [*]")
    return "\n".join([*lines, "```"])


def _id(state: str) -> str:
    return state.replace(" ", "_")


if __name__ == "__main__":
    PAGE.write_text(page())
