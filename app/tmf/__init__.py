"""The TM Forum faces under /tmf-api."""

from __future__ import annotations

from flask import Flask


def plug_into(app: Flask) -> None:
    """Registers a blueprint for each resource."""
    from app.tmf import product_orders, resources

    for resource in (product_orders.PRODUCT_ORDER,):
        app.register_blueprint(resources.blueprint(resource))
