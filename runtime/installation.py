"""Which installation this is: the ids in the keys of its calls, and the secret behind its callback tokens.

An id counts from an order number on. A database that is restored from a backup gets another id for the orders to come:
orders submitted after the backup are lost, their numbers are given again, and what was sent for them must not be taken
for what is sent for the new ones. Orders that the backup knows keep their id, so that a system that has served them
already recognises the call.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select

from runtime.errors import NoInstallation
from runtime.schema import endpoints, installation, orders


class Installation(Struct, frozen=True):
    """The ids of an installation, each with the first order it counts for, in ascending order, and its secret key."""

    ids: tuple[tuple[int, str], ...]
    key: bytes

    @property
    def id(self) -> str:
        """The id that orders submitted now get."""
        return self.ids[-1][1]

    def id_of(self, order: int) -> str:
        """The id that counts for an order: 12 hexadecimal digits."""
        return next(id_ for first, id_ in reversed(self.ids) if first <= order)

    def run_key(self, order: int, item: int, run: int) -> str:
        """What names one run of an item to every system, and never names another: its idempotency key."""
        return f"{self.id_of(order)}-{order}-{item}-{run}"

    def callback_token(self, order: int, item: int, run: int) -> str:
        """What a callback to a run must show: 32 hexadecimal digits that nobody can guess who lacks the key."""
        run_key = self.run_key(order, item, run)
        return hmac.new(self.key, run_key.encode(), hashlib.sha256).hexdigest()[:32]


def read(connection: Connection) -> Installation:
    """Raises NoInstallation where the database was never prepared for use."""
    rows = connection.execute(select(installation).order_by(installation.c.first_order)).all()
    if not rows:
        raise NoInstallation()
    return Installation(tuple((row.first_order, row.id) for row in rows), bytes.fromhex(rows[-1].key))


def make(connection: Connection, now: int) -> None:
    """Gives a new database its id and its key; one that has them keeps them."""
    if connection.execute(select(installation.c.id).limit(1)).first() is None:
        _add(connection, secrets.token_bytes(32), 0, now)


def restored(connection: Connection, now: int) -> None:
    """Another id for the orders that are submitted from now on; see above."""
    known = read(connection)
    last = last_order(connection)
    connection.execute(delete(installation).where(installation.c.first_order > last))
    _add(connection, known.key, last + 1, now)


def last_order(connection: Connection) -> int:
    """The highest number of an order; 0 where there is none."""
    return connection.execute(select(func.max(orders.c.id))).scalar() or 0


def made_a_copy(connection: Connection, now: int) -> None:
    """Another id and key for everything, and no address of a system: nothing reaches what the original reaches."""
    connection.execute(delete(installation))
    connection.execute(delete(endpoints))
    _add(connection, secrets.token_bytes(32), 0, now)


def _add(connection: Connection, key: bytes, first_order: int, now: int) -> None:
    row = {"id": secrets.token_hex(6), "key": key.hex(), "first_order": first_order, "made_at": now}
    connection.execute(insert(installation).values(row))
