"""The plan of an order with too many items for a drawing: a list by state, searched and read page by page."""

from __future__ import annotations

from typing import Any

from flask import request
from msgspec import Struct
from sqlalchemy import Connection, Row

from app.pages import number
from runtime import queries
from runtime.core.release import Release
from runtime.core.transitions import ITEM

PAGE = 100
ORDER = ("failed", "retrying", "running", "waiting", "pending", "skipped", "completed")  # what needs people first


class Listing(Struct, frozen=True, kw_only=True):
    """A page of the items of one order: those in `state` (all, where empty) whose name or group holds `search`."""

    rows: list[Row[Any]]
    found: int
    first: int  # the place of the first row among those found, from 0
    state: str
    search: str
    counts: dict[str, int]  # items of the whole plan by state

    @property
    def last(self) -> int:
        return self.first + len(self.rows)


def listed(connection: Connection, order_id: int, release: Release, counts: dict[str, int]) -> Listing:
    """What the address asks for: ?state=, ?q= and ?from=."""
    state = request.args.get("state", "")
    state = state if state in ITEM else ""
    search = request.args.get("q", "").strip()
    keys = None
    if search:
        plans = queries.plans_of(connection, order_id)
        keys = [
            (plan, item.key)
            for plan in plans
            for item in release.plan(plan).definition.items
            if search.casefold() in item.name.casefold() or search.casefold() in item.key
        ]
    first = max(0, request.args.get("from", 0, type=number) or 0)
    narrowed: dict[str, Any] = {"state": state or None, "search": search or None, "keys": keys}
    return Listing(
        rows=queries.items_page(connection, order_id, **narrowed, first=first, limit=PAGE),
        found=queries.count_items(connection, order_id, **narrowed),
        first=first,
        state=state,
        search=search,
        counts={each: counts[each] for each in ORDER if counts.get(each)},
    )
