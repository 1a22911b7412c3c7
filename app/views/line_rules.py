"""What the pages of scenarios and of policies share: one table, a search in it, and a line to try."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast, get_args

from flask import request
from msgspec import Struct

from app.pages import sentence
from designer.line_rules import Row
from runtime.core.definitions import Action, Definition, Specification
from runtime.core.reading import document
from runtime.core.values import taken_in, types_of
from runtime.errors import Unreadable, WrongBody

ACTIONS = {action: "no change" if action == "noChange" else action for action in get_args(Action)}


class Asked(Struct, frozen=True, kw_only=True):
    """What the reader looks for, and the line that is tried: `written` are its attributes as they were typed, `wrong`
    says what is wrong with them."""

    search: str
    specification: str
    action: Action
    written: str
    attributes: dict[str, Any]
    wrong: str
    tried: bool

    @property
    def parameters(self) -> dict[str, str]:
        """The line that is tried, as parameters of an address."""
        line = {"specification": self.specification, "action": self.action, "attributes": self.written}
        return line if self.specification else {}


def asked(everything: Mapping[str, Definition]) -> Asked:
    """What the address asks for."""
    action, specification = request.args.get("action", "add"), request.args.get("specification", "")
    written = request.args.get("attributes", "").strip()
    attributes, wrong = _attributes(written)
    wanted = everything.get(f"specification/{specification}")
    types = types_of(wanted) if isinstance(wanted, Specification) else {}
    return Asked(
        search=request.args.get("q", "").strip(),
        specification=specification,
        action=cast(Action, action) if action in ACTIONS else "add",
        written=written,
        attributes=taken_in(attributes, types),
        wrong=wrong,
        tried=f"specification/{specification}" in everything and not wrong,
    )


def _attributes(written: str) -> tuple[dict[str, Any], str]:
    try:
        return document((written or "{}").encode(), dict[str, Any]), ""
    except Unreadable as refusal:
        return {}, sentence(f'Write the attributes as JSON, such as {{"speed": 1000}}; this is {refusal}')
    except WrongBody:
        return {}, 'Write the attributes as JSON, such as {"speed": 1000}.'


def shown(everything: Mapping[str, Definition], asked: Asked, rows: Sequence[Row], to: str) -> dict[str, Any]:
    """What the templates of both pages need; `to` is what the rules lead to: the kind of definition, and the field."""
    needle = asked.search.casefold()
    return {
        "asked": asked,
        "actions": ACTIONS,
        "total": len(rows),
        "rows": [row for row in rows if any(needle in text.casefold() for text in _texts(row, to))],
        "specifications": _named(everything, "specification"),
        "names": {each.key: each.name for each in _named(everything, to)},
    }


def _texts(row: Row, to: str) -> Iterator[str]:
    rule = row.rule
    yield from (rule.key, rule.name, rule.category, getattr(rule, to))
    yield from (text for one in row.meant for text in (one.name, one.key))


def _named(everything: Mapping[str, Definition], kind: str) -> list[Definition]:
    found = [document for name, document in everything.items() if name.startswith(f"{kind}/")]
    return sorted(found, key=lambda each: each.name.casefold())
