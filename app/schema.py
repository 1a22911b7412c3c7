"""All tables of Orderloom in one place: importing this module makes the metadata whole."""

from app import accounts
from app.api import idempotency
from designer import models
from runtime.schema import metadata

__all__ = ["accounts", "idempotency", "metadata", "models"]
