"""Pages by area; each module is a blueprint and its templates lie in the folder of the same name."""

from __future__ import annotations

from flask import Flask


def plug_into(app: Flask) -> None:
    from app.views import session

    for area in (session,):
        app.register_blueprint(area.pages)
