"""How an order of ours is shown as a product order of TMF622 v4, whichever way it came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.moments import moment
from app.tmf.product_order import ACTIONS, Body, items_of
from runtime.core import values
from runtime.core.orders import Order

ORDER_STATES = {
    "accepted": "acknowledged",
    "awaiting answers": "pending",
    "awaiting approval": "pending",
    "in progress": "inProgress",
}
LINE_STATES = ORDER_STATES  # the other words are the same


def shown_state(state: str, failed_items: int) -> str:
    """An order that cannot go on until somebody looks after a failed item is held."""
    return "held" if state == "in progress" and failed_items else ORDER_STATES.get(state, state)


# TMF state -> our states, and whether it has failed items (None: either)
STATES: dict[str, tuple[tuple[str, ...], bool | None]] = {
    "acknowledged": (("accepted",), None),
    "inProgress": (("in progress",), False),
    "held": (("in progress",), True),
    "completed": (("completed",), None),
    "failed": (("failed",), None),
    "cancelled": (("cancelled",), None),
    "rejected": (("rejected",), None),
    "pending": (("awaiting answers", "awaiting approval"), None),
}
# States of the standard in which an order of ours never is: asking for them finds nothing.
EMPTY_STATES = ("partial", "assessingCancellation", "pendingCancellation")


def shown(
    written: Body | None, order: Order, row: Any, lines: Sequence[Any], failed_lines: frozenset[str], href: str
) -> Body:
    """The product order as v4 shows it: what the caller wrote, and what has become of it.

    `written` is None for an order that came through another interface.
    """
    body = _as_v4(written) if written is not None else as_body(order)
    states = {line.id: LINE_STATES.get(line.state, line.state) for line in lines}
    if shown_state(row.state, 0) == "pending":
        states = dict.fromkeys(states, "pending")
    states |= {line: "held" for line in failed_lines if states.get(line) == "inProgress"}
    for item, _ in items_of(body):
        item["state"] = states[item["id"]]
        item.setdefault("@type", "ProductOrderItem")
    body |= {
        "id": str(row.id),
        "href": href,
        "state": shown_state(row.state, row.failed_items),
        "orderDate": moment(row.submitted_at),
        "@type": "ProductOrder",
    }
    if row.due_at is not None:
        body.setdefault("requestedCompletionDate", moment(row.due_at))
    if row.rejection is not None:
        body["note"] = [*body.get("note", ()), _rejection(row)]
    elif row.ended_at is not None:
        body["completionDate" if row.state != "cancelled" else "cancellationDate"] = moment(row.ended_at)
    return body


def _rejection(row: Any) -> Body:
    """v4 has no attribute for the reason: it is a note, as the last of them."""
    return {"@type": "Note", "id": "rejection", "date": moment(row.ended_at), "text": row.rejection}


def as_body(order: Order) -> Body:
    """An order that came through another interface, as v4 would have asked for it."""
    items = []
    for line in order.lines:
        attributes = [{"name": field, "value": value} for field, value in values.shown(line.attributes).items()]
        product: Body = {"productSpecification": {"id": line.specification}, "productCharacteristic": attributes}
        if line.asset:
            product["id"] = line.asset
        action = line.action if line.action in ACTIONS else "modify"
        items.append({"id": line.id, "action": action, "quantity": line.quantity, "product": product})
        if line.parent is not None:
            items[-1]["productOrderItemRelationship"] = [{"id": line.parent, "relationshipType": "isPartOf"}]
    body: Body = {"productOrderItem": items}
    if order.external_id is not None:
        body["externalId"] = order.external_id
    if order.priority:
        body["priority"] = order.priority
    if order.requested_completion is not None:
        body["requestedCompletionDate"] = moment(order.requested_completion)
    return body


def _as_v4(written: Body) -> Body:
    """The body with what v5 writes as objects put as v4 wants it; what v4 cannot say stays beside it."""
    body = dict(written)
    if isinstance(body.get("externalId"), list):
        body["externalIdentifier"] = body.pop("externalId")
        if body["externalIdentifier"]:
            body["externalId"] = body["externalIdentifier"][0]["id"]
    if "relatedParty" in body:
        body["relatedParty"] = [_party_as_v4(party) for party in body["relatedParty"]]
    if "channel" in body:
        body["channel"] = [_channel_as_v4(channel) for channel in body["channel"]]
    return body


def _party_as_v4(party: Body) -> Body:
    nested = party.get("partyOrPartyRole", {})
    flat = {field: nested[field] for field in ("id", "href", "name", "@referredType") if field in nested}
    return {"@referredType": "Party", **flat, **party, "@type": "RelatedParty"}


def _channel_as_v4(channel: Body) -> Body:
    nested = channel.get("channel", {})
    return {**{field: nested[field] for field in ("id", "href", "name") if field in nested}, **channel}
