"""Parts of plans that are kept under a name, to be put into other plans; one shelf for the whole installation."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select, update

from designer.models import SavedFragment
from runtime.core.definitions import Dependency, Item
from runtime.errors import Fault, Refusal, Unknown

MOST = 200  # items of one fragment


class Card(Struct, frozen=True):
    """An item and where it stood, in pixels of the plan it was cut from."""

    x: float
    y: float
    width: float
    height: float
    item: Item
    type: str = "item"


class Line(Struct, frozen=True):
    """A dependency between two cards, by their place in the list."""

    from_: int = msgspec.field(name="from")
    to: int
    dependency: dict[str, Any] = {}
    type: str = "dependency"


class Fragment(Struct, frozen=True):
    cards: tuple[Card, ...]
    lines: tuple[Line, ...] = ()


class Listed(Struct, frozen=True):
    name: str
    by: str
    fragment: Fragment


class UnfitFragment(Refusal):
    """What was sent cannot be put into a plan."""


def find(connection: Connection) -> tuple[Listed, ...]:
    """All fragments by name."""
    rows = connection.execute(select(SavedFragment).order_by(SavedFragment.name))
    return tuple(Listed(row.name, row.updated_by, msgspec.json.decode(row.document, type=Fragment)) for row in rows)


def put(connection: Connection, name: str, fragment: Fragment, *, by: str, now: int) -> None:
    """Keeps a fragment, in place of one of the same name. Raises UnfitFragment."""
    _check(fragment)
    values = {"document": msgspec.json.encode(fragment).decode(), "updated_at": now, "updated_by": by}
    if not connection.execute(update(SavedFragment).where(SavedFragment.name == name).values(**values)).rowcount:
        connection.execute(insert(SavedFragment).values(name=name, **values))


def remove(connection: Connection, name: str) -> None:
    """Raises Unknown."""
    if not connection.execute(delete(SavedFragment).where(SavedFragment.name == name)).rowcount:
        raise Unknown(f"there is no fragment {name!r}")


def _check(fragment: Fragment) -> None:
    count = len(fragment.cards)
    if not 1 <= count <= MOST:
        raise UnfitFragment(f"a fragment has 1 to {MOST} items; select some and try again")
    for n, line in enumerate(fragment.lines):
        if not (0 <= line.from_ < count and 0 <= line.to < count and line.from_ != line.to):
            place = (Fault(f"/lines/{n}", "no such item"),)
            raise UnfitFragment("a dependency leads to an item that is not in the fragment", place)
        try:
            msgspec.convert({"source": "a", "target": "b", **line.dependency}, Dependency)
        except msgspec.ValidationError as error:
            raise UnfitFragment(str(error), (Fault(f"/lines/{n}/dependency", str(error)),)) from None
