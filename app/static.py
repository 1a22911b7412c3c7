"""Serves static/ under an address made of its content, so that browsers may keep every file for ever.

One digest covers the whole tree and stands in front of the path, so modules and style sheets find each other by
relative addresses without a build step, and any change gives all of them a new address.
"""

from __future__ import annotations

import hashlib
import json
from typing import cast

from flask import Flask, current_app
from whitenoise import WhiteNoise

from app.settings import ROOT, Settings

FOLDER = ROOT / "static"
A_YEAR = 365 * 24 * 3600


def plug_into(app: Flask, settings: Settings) -> None:
    prefix = "static" if settings.development else f"static/{_digest()}"
    app.extensions["static_prefix"] = f"/{prefix}/"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=FOLDER,
        prefix=prefix,
        max_age=0 if settings.development else A_YEAR,
        autorefresh=settings.development,  # whoever edits a style sheet reloads the page, not the server
        immutable_file_test=lambda _path, _url: not settings.development,
        charset="utf-8",
    )
    app.add_template_global(static_url, "static")
    app.add_template_global(import_map)


def static_url(path: str) -> str:
    """The address of a file of static/."""
    return cast(str, current_app.extensions["static_prefix"]) + path


def import_map() -> dict[str, dict[str, str]]:
    """Where modules find the third-party libraries they name; for the one script that stands in a page."""
    written = json.loads((FOLDER / "vendor" / "importmap.json").read_text())
    imports = {name: static_url(path.removeprefix("/static/")) for name, path in written["imports"].items()}
    return {"imports": imports}


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(FOLDER)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
