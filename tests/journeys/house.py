"""A whole Orderloom for a journey: web server, worker and demo systems, reached over real HTTP by people's tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import urllib3
from sqlalchemy import insert

from app import accounts
from app.accounts import SCOPES, Role
from app.demo_systems import Control, DemoServer, running
from app.migrating import migrate
from app.serving import application
from app.settings import Settings
from app.threads import served
from runtime.core.definitions import Definition
from runtime.core.versions import plain
from runtime.database import Database
from runtime.schema import endpoints
from tests.app.callers import PRODUCT_ORDERS
from tests.app.waiting import until

V1 = "/api/v1"


class House:
    """Orderloom at `url`, and the systems it talks to."""

    def __init__(self, url: str, database: Database, systems: DemoServer) -> None:
        self.url = url
        self.database = database
        self.systems = systems
        self._pool = urllib3.PoolManager(retries=False, timeout=30)

    def person(self, name: str, *roles: Role) -> Person:
        with self.database.writing() as connection:
            accounts.add_user(connection, name, full_name=name, roles=roles, password="long enough", now=0)
            user = accounts.find_user(connection, name)
            assert user is not None
            return Person(self, accounts.add_token(connection, user, name="journey", scopes=SCOPES, now=0))

    def reach(self, *systems: str) -> None:
        """Says that these systems of the definitions are the demo systems."""
        with self.database.writing() as connection:
            connection.execute(insert(endpoints), [{"system": key, "url": self.systems.url} for key in systems])

    def seen_keys(self) -> dict[str, int]:
        """Every Idempotency-Key the demo systems saw, and how often."""
        keys: dict[str, int] = self._pool.request("GET", f"{self.systems.url}/calls").json()["keys"]
        return keys

    def close(self) -> None:
        self._pool.clear()


class Person:
    """Somebody with a token; every verb fails where the answer is a refusal."""

    def __init__(self, house: House, token: str) -> None:
        self._house = house
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(self, method: str, address: str, body: Any = None, **headers: str) -> urllib3.BaseHTTPResponse:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        given = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return self._house._pool.request(method, self._house.url + address, body=data, headers=given)

    def get(self, address: str) -> Any:
        return self._taken(self.send("GET", address))

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        return self._taken(self.send("POST", address, {} if body is None else body, **headers))

    def publish(self, *definitions: Definition, note: str = "") -> dict[str, Any]:
        """Drafts every definition, and publishes all of them as one release."""
        for definition in definitions:
            document = plain(definition)
            address = f"{V1}/definitions/{document['kind']}/{document['key']}/draft"
            self._taken(self.send("PUT", address, document, If_None_Match="*"))
        release: dict[str, Any] = self.post(f"{V1}/releases", {"note": note})
        return release

    def order(self, body: Any) -> str:
        """Submits a TMF622 product order; its id."""
        id_: str = self.post(PRODUCT_ORDERS, body)["id"]
        return id_

    def state(self, order: str) -> str:
        state: str = self.get(f"{PRODUCT_ORDERS}/{order}?fields=state")["state"]
        return state

    def items(self, order: str) -> dict[str, str]:
        """The states of the items of an order's plan, by key."""
        return {item["key"]: item["state"] for item in self.get(f"{V1}/orders/{order}/plan")["items"]}

    def work(self) -> int:
        """Claims and completes every open task there is for this person, with a form filled in; how many."""
        tasks = self.get(f"{V1}/tasks?state=open")["tasks"]
        for task in tasks:
            self.post(f"{V1}/tasks/{task['id']}/claim")
            form = self.get(f"{V1}/tasks/{task['id']}")["form"]
            values = {field["name"]: FILLED[field["type"]](field) for field in form}
            self.post(f"{V1}/tasks/{task['id']}/complete", {"values": values})
        return len(tasks)

    def work_until_done(self, *orders: str, limit: float = 60) -> dict[str, str]:
        """Works whatever comes up until these orders have ended; their states."""

        def look() -> dict[str, str]:
            self.work()
            return {order: self.state(order) for order in orders}

        return until(look, lambda states: all(s in ("completed", "held") for s in states.values()), limit)

    @staticmethod
    def _taken(answer: urllib3.BaseHTTPResponse) -> Any:
        assert answer.status < 300, f"{answer.status}: {answer.data.decode()}"
        return answer.json() if answer.data else None


FILLED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "string": lambda _: "ABC-123",
    "text": lambda _: "as agreed",
    "number": lambda _: 7,
    "boolean": lambda _: True,
    "date": lambda _: "2026-03-31",
    "choice": lambda field: field["choices"][0],
}


@contextmanager
def a_house(folder: Path, control: Control | None = None) -> Iterator[House]:
    """A house on a fresh SQLite file in `folder`, on free ports."""
    with ExitStack() as opened:
        url = opened.enter_context(served(lambda *request: orderloom(*request)))
        settings = Settings.from_environment(
            {"ORDERLOOM_INSTANCE": str(folder), "ORDERLOOM_SECRET_KEY": "for a journey", "ORDERLOOM_PUBLIC_URL": url}
        )
        database = Database(settings.database)
        opened.callback(database.close)
        migrate(database)
        systems = opened.enter_context(running(control or Control(callback_delay=0.05)))
        orderloom = opened.enter_context(application(settings, database))
        house = House(url, database, systems)
        opened.callback(house.close)
        yield house
