"""The demo: definitions, sample orders and accounts that make a first run worth looking at."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import delete, insert, select

from app import accounts
from app.accounts import Role, WrongAccount
from app.settings import ROOT, Settings
from designer import drafts, publishing
from designer.exchange import folder
from runtime.core.definitions import System
from runtime.database import Connection
from runtime.schema import endpoints, releases

DEFINITIONS = ROOT / "demo" / "definitions"
ORDERS = ROOT / "demo" / "orders"
PASSWORD = "orderloom"  # known to everybody, so only development takes it

ACCOUNTS: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("ada", "Ada Admin", ("process admin",)),
    ("otto", "Otto Order", ("order agent", "order approver")),
    ("fay", "Fay Fulfilment", ("fulfilment agent", "fulfilment manager")),
    ("flo", "Flo Fallout", ("fallout agent", "fallout manager")),
)


def seed(connection: Connection, settings: Settings, now: int) -> bool:
    """Loads what of the demo is not there yet; says whether anything was.

    Raises WrongAccount outside development, because everybody knows the passwords.
    """
    if not settings.development:
        raise WrongAccount(
            "the demo accounts have a password that everybody knows, so only ORDERLOOM_ENVIRONMENT=development "
            "takes them; make an account with: python -m app user NAME --role 'process admin'"
        )
    added = False
    for name, full_name, roles in ACCOUNTS:
        if accounts.find_user(connection, name) is None:
            accounts.add_user(connection, name, full_name=full_name, roles=roles, password=PASSWORD, now=now)
            added = True
    if connection.execute(select(releases.c.id).limit(1)).first() is None:
        for definition in folder.read(DEFINITIONS):
            drafts.put(connection, definition, revision=None, by="ada", now=now)
        publishing.publish(connection, note="The demo", author="ada", now=now)
        added = True
    return added


def reach_systems_at(connection: Connection, url: str, now: int) -> None:
    """Points every system of the demo at where the demo systems are served just now."""
    keys = [definition.key for definition in folder.read(DEFINITIONS) if isinstance(definition, System)]
    connection.execute(delete(endpoints).where(endpoints.c.system.in_(keys)))
    connection.execute(insert(endpoints), [{"system": key, "url": url} for key in keys])


def sample_orders() -> dict[str, str]:
    """Title -> JSON text, as a caller would send it."""
    return {_title(path): path.read_text() for path in sorted(ORDERS.glob("*.json"))}


def _title(path: Path) -> str:
    return str(json.loads(path.read_text()).get("description") or path.stem)
