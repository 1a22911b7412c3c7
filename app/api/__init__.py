"""The native JSON API under /api/v1."""

from __future__ import annotations

from flask import Flask


def plug_into(app: Flask) -> None:
    """Registers the blueprints of this package."""
