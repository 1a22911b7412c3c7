"""The orders with which people try what they are drawing: a sample, or one that was submitted before."""

from __future__ import annotations

from flask import request

from app import db
from runtime import queries, store
from runtime.core.orders import Order
from runtime.errors import Unknown

SAMPLE = "sample"
OFFERED = 30


def offered() -> list[dict[str, str]]:
    """Past orders, newest first; those that ?q= finds."""
    found = queries.find_orders(db.connection(), search=request.args.get("q") or None, limit=OFFERED)
    return [{"id": str(row.id), "name": row.external_id or f"#{row.id}", "state": row.state} for row in found]


def chosen() -> Order | None:
    """The past order that ?order= names; None for a sample. Raises Unknown."""
    number = request.args.get("order", SAMPLE)
    if number == SAMPLE:
        return None
    with db.orderloom().database.reading() as connection:
        if not number.isdecimal() or len(number) > 18 or queries.order_row(connection, int(number)) is None:
            raise Unknown(f"there is no order {number}")
        return store.order_scope(connection, int(number)).document
