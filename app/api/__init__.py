"""The native JSON API under /api/v1."""

from __future__ import annotations

from flask import Flask


def plug_into(app: Flask) -> None:
    """Registers the blueprints of this package."""
    from app.api import (
        answers,
        callbacks,
        cases,
        definitions,
        fallout,
        idempotency,
        openapi,
        orders,
        proposals,
        rehearsals,
        releases,
        systems,
        tasks,
    )

    idempotency.plug_into(app)
    app.before_request(answers.refuse_nul)
    areas = (openapi, definitions, releases, proposals, cases, rehearsals, orders, tasks, systems, fallout, callbacks)
    for area in areas:
        app.register_blueprint(area.routes)
