"""Describes the resource productOrder of TMF622: how an order is submitted, found and read through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row

from app import db
from app.api.errors import WrongQuery
from app.auth import user_name
from app.pages import EVERY_OFFICE_ROLE
from app.tmf import product_order as face
from app.tmf import shown_order
from app.tmf.resources import Body, Page, Resource, address
from runtime import engine, queries, releases
from runtime.core.orders import Order
from runtime.core.values import decode, decoder
from runtime.database import Connection
from runtime.errors import OrderRefused

_decode_order = decoder(Order)


def create(connection: Connection, body: Body, written: str) -> str:
    now = db.now()
    order = face.asked(body, releases.active(connection, now))
    try:
        return str(engine.submit(connection, order, request=written, by=user_name(), now=now))
    except OrderRefused as refusal:
        raise OrderRefused(str(refusal), face.located(refusal.faults, body)) from None


def get(connection: Connection, id_: str) -> Body | None:
    if not id_.isascii() or not id_.isdecimal() or len(id_) > 18:
        return None
    row = queries.order_row(connection, int(id_))
    return None if row is None else _shown(connection, row)


def find(connection: Connection, filters: Mapping[str, Sequence[str]], offset: int, limit: int) -> Page:
    narrowed: dict[str, Any] = {}
    if "state" in filters:
        if len(filters["state"]) > 1:
            raise WrongQuery("state takes one state at a time")
        state = filters["state"][0]
        if state in shown_order.EMPTY_STATES:
            return Page(0, [])
        if state not in shown_order.STATES:
            known = ", ".join((*shown_order.STATES, *shown_order.EMPTY_STATES))
            raise WrongQuery(f"there is no state {state!r}; the states are {known}")
        narrowed["state"], narrowed["failed"] = shown_order.STATES[state]
    if "externalId" in filters:
        narrowed["external_id"] = ",".join(filters["externalId"])
    rows = queries.find_orders(connection, **narrowed, offset=offset, limit=limit)
    whole = [queries.order_row(connection, row.id) for row in rows]
    return Page(queries.count_orders(connection, **narrowed), [_shown(connection, row) for row in whole if row])


def _shown(connection: Connection, row: Row[Any]) -> Body:
    written = decode(row.request)
    failed: frozenset[str] = frozenset()
    if row.failed_items:
        items = queries.items_of(connection, row.id)
        failed = frozenset(line for i in items if i.state == "failed" for line in msgspec.json.decode(i.lines))
    return shown_order.shown(
        written if "productOrderItem" in written else None,
        _decode_order(row.document),
        row,
        queries.lines_of(connection, row.id),
        failed,
        address(PRODUCT_ORDER, str(row.id)),
        queries.skipped_by_hand(connection, row.id, releases.load(connection, row.release_id)),
    )


PRODUCT_ORDER = Resource(
    name="productOrder",
    path="/tmf-api/productOrderingManagement/v4/productOrder",
    readers=(*EVERY_OFFICE_ROLE, "api"),
    read_scope="orders:read",
    writers=("order agent", "process admin", "api"),
    write_scope="orders:write",
    filters=("state", "externalId"),
    check=face.check,
    create=create,
    get=get,
    find=find,
)
