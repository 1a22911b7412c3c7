"""What the editor of decompositions asks beside what all editors ask: the live example."""

from __future__ import annotations

from typing import cast

import msgspec
from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from msgspec import Struct, structs

from app import db, drafting, slots, trying
from app.api.answers import json_answer
from app.auth import allow
from app.pages import sentence
from designer import examples
from designer.examples import Given
from designer.previews import NoPreview
from runtime.core import versions
from runtime.core.definitions import Decomposition
from runtime.core.reading import document
from runtime.core.values import for_pages
from runtime.errors import MalformedDefinition

pages = Blueprint("decomposing", __name__, url_prefix="/edit/decomposition")

DESIGNER = "process admin"


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """A decomposition as it is being written, and how a sample order differs from the usual one."""

    document: msgspec.Raw
    given: Given = Given()


@pages.get("/<key>/orders")
@allow(DESIGNER)
def orders(key: str) -> ResponseReturnValue:
    """Past orders to try it with, newest first."""
    return json_answer(trying.offered())


@pages.post("/<key>/example")
@allow(DESIGNER)
def example(key: str) -> ResponseReturnValue:
    """What the decomposition that was sent makes of an order (?order=<number>, or a sample). Nothing is stored."""
    question = document(request.get_data(), Question)
    past, definitions = trying.chosen(), drafting.everything()
    try:
        edited = cast(Decomposition, versions.decode("decomposition", bytes(question.document)))
        order = past or examples.sample(edited, definitions, question.given)
        with slots.slot():
            made = examples.example(edited, definitions, order, slots.evaluation(db.now()))
    except (NoPreview, MalformedDefinition) as refusal:
        # Half a decomposition is nothing wrong: it only has no example yet.
        return json_answer({"refusal": sentence(str(refusal))})
    asked = [
        {"id": line.id, "action": line.action, "quantity": line.quantity, "attributes": for_pages(line.attributes)}
        for line in order.lines
    ]
    parts = [structs.replace(part, attributes=for_pages(part.attributes)) for part in made.parts]
    return json_answer({"parts": parts, "troubles": made.troubles, "idle": made.idle, "asked": asked})
