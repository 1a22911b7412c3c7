"""Talks: HTTP, pages and the command line; the only package that knows Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings
    from runtime.database import Database


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The web application, with nothing running in it yet; app/serving.py adds the worker.

    Raises UnguardedRoute where a route does not say who may enter.
    """
    # Imported here, so that importing one module of this package does not load all of Flask's views.
    from flask import Flask

    from app import api, auth, db, errors, headers, pages, static, tmf, views
    from runtime.core import reading
    from runtime.database import Database

    app = Flask(__name__, template_folder="../templates", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_megabytes * 1024 * 1024
    db.plug_into(app, settings, database or Database(settings.database))
    auth.plug_into(app, settings)
    headers.plug_into(app, settings)
    errors.plug_into(app)
    static.plug_into(app, settings)
    pages.plug_into(app)
    for part in (views, api, tmf):
        part.plug_into(app)
    reading.learn("app.", "designer.")
    auth.refuse_unguarded_routes(app)
    return app
