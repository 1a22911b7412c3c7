"""An order as the runtime knows it, whatever interface it came through."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from runtime.core.definitions import Action, Domain


class Line(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing asked for. `specification` is the key of a catalog specification of the pinned release;
    `pointer` is where the caller wrote it, so that a refusal can point there."""

    id: str
    specification: str
    action: Action
    quantity: int = 1
    parent: str | None = None  # the line it is part of
    attributes: dict[str, Any] = {}
    place: str = ""
    asset: str = ""  # the inventory record it changes, for all actions but add
    pointer: str = ""


class Order(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a customer asked for."""

    lines: tuple[Line, ...]
    external_id: str | None = None
    customer: str = ""
    priority: str = ""
    requested_completion: int | None = None  # a moment: milliseconds since 1970, UTC
    attributes: dict[str, Any] = {}


class FulfilmentLine(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A domain order: an order line itself, or what decomposition made of it. Scenarios choose plans for these.

    `identity` is what it is called whatever else the order contains: it has no number or position in it.
    """

    n: int
    identity: str
    lines: tuple[str, ...]  # the order lines it works for; more than one where decomposition merges
    domain: Domain
    specification: str
    action: Action
    quantity: int = 1
    sources: tuple[int, ...] = ()  # the domain orders it was made from; more than one where decomposition merges
    attributes: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()  # of the expressions that gave its attributes
    plans: tuple[str, ...] = ()  # the plan definitions that fulfil it, chosen when the order was accepted

    @property
    def parent(self) -> int | None:
        """The domain order it is shown below: the first of its sources."""
        return self.sources[0] if self.sources else None
