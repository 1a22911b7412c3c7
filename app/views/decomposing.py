"""What the editor of decompositions asks beside what all editors ask: the live example."""

from __future__ import annotations

from typing import cast

import msgspec
from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from app import db
from app.auth import allow
from app.pages import sentence
from app.views.editing import answer, everything
from designer import examples
from designer.examples import Given
from designer.previews import NoPreview
from runtime import queries, store
from runtime.core import versions
from runtime.core.definitions import Decomposition
from runtime.core.orders import Order
from runtime.errors import MalformedDefinition, Unknown

pages = Blueprint("decomposing", __name__, url_prefix="/edit/decomposition")

DESIGNER = "process admin"
SAMPLE = "sample"


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """A decomposition as it is being written, and how a sample order differs from the usual one."""

    document: msgspec.Raw
    given: Given = Given()


@pages.get("/<key>/orders")
@allow(DESIGNER)
def orders(key: str) -> ResponseReturnValue:
    """Past orders to try it with, newest first."""
    found = queries.find_orders(db.connection(), search=request.args.get("q") or None, limit=30)
    return answer([{"id": str(row.id), "name": row.external_id or f"#{row.id}", "state": row.state} for row in found])


@pages.post("/<key>/example")
@allow(DESIGNER)
def example(key: str) -> ResponseReturnValue:
    """What the decomposition that was sent makes of an order (?order=<number>, or a sample). Nothing is stored."""
    question = msgspec.json.decode(request.get_data(), type=Question)
    definitions = everything()
    number = request.args.get("order", SAMPLE)
    past = None if number == SAMPLE else _past(number)
    try:
        edited = cast(Decomposition, versions.decode("decomposition", bytes(question.document)))
        order = past or examples.sample(edited, definitions, question.given)
        made = examples.example(edited, definitions, order)
    except (NoPreview, MalformedDefinition) as refusal:
        # Half a decomposition is nothing wrong: it only has no example yet.
        return answer({"refusal": sentence(str(refusal))})
    asked = [
        {"id": line.id, "action": line.action, "quantity": line.quantity, "attributes": line.attributes}
        for line in order.lines
    ]
    return answer({**msgspec.to_builtins(made, str_keys=True), "asked": asked})


def _past(number: str) -> Order:
    with db.orderloom().database.reading() as connection:
        if not number.isdecimal() or len(number) > 18 or queries.order_row(connection, int(number)) is None:
            raise Unknown(f"there is no order {number}")
        return store.order_scope(connection, int(number)).document
