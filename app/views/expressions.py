"""What editors of expressions offer wherever they stand: the built-in functions."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.api.answers import polled
from app.auth import allow
from app.pages import EVERY_OFFICE_ROLE
from designer.functions import described

pages = Blueprint("expressions", __name__, url_prefix="/expressions")


@pages.get("/functions")
@allow(*EVERY_OFFICE_ROLE)
def functions() -> ResponseReturnValue:
    """They change with the program alone."""
    return polled(described(), **{"Cache-Control": "private, max-age=600"})
