"""Pages by area; each module is a blueprint and its templates lie in the folder of the same name."""

from __future__ import annotations

from flask import Flask


def plug_into(app: Flask) -> None:
    from app.views import (
        access,
        calendars,
        capture,
        decomposing,
        definitions,
        editing,
        expressions,
        fallout,
        fragments,
        orders,
        plans,
        policies,
        presence,
        rehearse,
        releases,
        scenarios,
        session,
        systems,
        tables,
        uses,
        versions,
        work,
    )

    for area in (
        session,
        orders,
        capture,
        work,
        fallout,
        definitions,
        editing,
        uses,
        decomposing,
        versions,
        plans,
        tables,
        systems,
        calendars,
        scenarios,
        policies,
        expressions,
        fragments,
        presence,
        rehearse,
        releases,
        access,
    ):
        app.register_blueprint(area.pages)
