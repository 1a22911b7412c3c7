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


def shown_state(state: str, stuck: object) -> str:
    """An order that is `stuck`, until somebody decides about a failed item or its plan, is held."""
    return "held" if stuck and state in ("accepted", "in progress") else ORDER_STATES.get(state, state)


def is_stuck(row: Any) -> bool:
    """Whether an order cannot go on before somebody decides about a failed item, or its plan."""
    return bool(row.failed_items or (row.state == "accepted" and row.open_fallout))


# TMF state -> our states, and whether it is stuck (None: either)
STATES: dict[str, tuple[tuple[str, ...], bool | None]] = {
    "acknowledged": (("accepted",), False),
    "inProgress": (("in progress",), False),
    "held": (("accepted", "in progress"), True),
    "completed": (("completed",), None),
    "cancelled": (("cancelled",), None),
    "rejected": (("rejected",), None),
    "pending": (("awaiting answers", "awaiting approval"), None),
}
# States of the standard in which an order of ours never is: asking for them finds nothing.
EMPTY_STATES = ("partial", "failed", "assessingCancellation", "pendingCancellation")


def shown(
    written: Body | None,
    order: Order,
    row: Any,
    lines: Sequence[Any],
    failed_lines: frozenset[str],
    href: str,
    skipped: Sequence[Any] = (),
) -> Body:
    """The product order as v4 shows it: what the caller wrote, and what has become of it. What a person `skipped` is a
    note: the standard has no state for an item that is complete without all that was to be done for it.

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
        "state": shown_state(row.state, is_stuck(row)),
        "orderDate": moment(row.submitted_at),
        "@type": "ProductOrder",
    }
    if row.due_at is not None:
        body.setdefault("requestedCompletionDate", moment(row.due_at))
    notes = [_skipped(each) for each in skipped]
    if row.rejection is not None:
        notes.append(_ending(row))
    if notes:
        body["note"] = [*body.get("note", ()), *notes]
    if row.state == "cancelled":
        body["cancellationDate"], body["cancellationReason"] = moment(row.ended_at), row.rejection
    elif row.ended_at is not None and row.rejection is None:
        body["completionDate"] = moment(row.ended_at)
    return body


def _ending(row: Any) -> Body:
    """v4 has no attribute for the reason of a rejection: it is a note, as the last of them."""
    id_ = "rejection" if row.state == "rejected" else "cancellation"
    return {"@type": "Note", "id": id_, "date": moment(row.ended_at), "text": row.rejection}


def _skipped(each: Any) -> Body:
    words = f"{each.name} was skipped by {each.by} for item {', '.join(each.lines)}: {each.reason}"
    return {"@type": "Note", "id": f"skipped-{each.n}", "author": each.by, "date": moment(each.at), "text": words}


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
