"""Journeys use the same shop and the same people as the tests of single pages."""

from tests.app.conftest import app, migrated, settings, shop, signed_in, stranger

__all__ = ["app", "migrated", "settings", "shop", "signed_in", "stranger"]
