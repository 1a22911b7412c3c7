"""A server process under idle clients and signals: it lets everybody in, and drops nothing that it received."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPResponse, RemoteDisconnected
from pathlib import Path

import pytest
from flask import Flask
from msgspec.structs import replace
from waitress.adjustments import Adjustments

from app import connections, create_app
from app.connections import Server, WebServer, refuse_unless_free
from app.settings import ROOT, Settings, WrongSetting
from designer import drafts, publishing
from runtime import engine, queries
from runtime.core.definitions import Operation, System
from runtime.database import Database
from tests.builders import a_callout, a_catalog, a_plan, an_order

WHOLE = b"GET /health HTTP/1.1\r\nHost: orders\r\n\r\n"
PATIENCE = 60  # seconds; only a failure waits so long


class Process:
    """`python -m app serve` on a SQLite file of its own."""

    def __init__(self, migrated: Path, folder: Path, opened: ExitStack) -> None:
        self.folder, self._migrated, self._opened = folder, migrated, opened
        shutil.copy(migrated, folder / "orderloom.db")

    def start(self, *options: str, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {"ORDERLOOM_INSTANCE": str(self.folder), "ORDERLOOM_PORT": str(self.port), **settings}
        log = self._opened.enter_context((self.folder / "log").open("wb"))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", *options],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
        self._opened.callback(self._kill)
        eventually(self.listens)

    def listens(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def connect(self) -> socket.socket:
        return self._opened.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE))

    def answers(self) -> bool:
        """Whether somebody new is served."""
        client = self.connect()
        client.sendall(WHOLE)
        return status(client) == 200

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self) -> str:
        """What it said, once it ended by itself."""
        assert self.process.wait(PATIENCE) == 0
        return (self.folder / "log").read_text()


@pytest.fixture(scope="module")
def crowded(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server that has more connections than it may have: half of them idle, half of them half open."""
    with ExitStack() as opened:
        server = Process(migrated, tmp_path_factory.mktemp("crowded"), opened)
        server.start(ORDERLOOM_CONNECTIONS="100")
        for number in range(300):
            client = server.connect()
            if number % 2:
                client.sendall(WHOLE[:-2])
        yield server


@pytest.fixture
def server(migrated: Path, tmp_path: Path) -> Iterator[Process]:
    with ExitStack() as opened:
        yield Process(migrated, tmp_path, opened)


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def status(client: socket.socket) -> int:
    """The status of the whole answer, once it is there; 0 where the connection is closed without."""
    try:
        with HTTPResponse(client) as answer:
            answer.begin()
            answer.read()
            return answer.status
    except (ConnectionResetError, RemoteDisconnected):
        return 0


def test_idle_and_half_open_connections_lock_nobody_out(crowded: Process):
    assert crowded.answers()


def test_a_hangup_changes_nothing(crowded: Process):
    crowded.send(signal.SIGHUP)

    assert crowded.answers()


def test_everything_received_before_a_stop_is_answered(server: Process):
    server.start()
    kept = server.connect()
    kept.sendall(WHOLE)
    assert status(kept) == 200
    server.send(signal.SIGSTOP)  # what comes now is received by the kernel, and the process has not seen it
    clients = [server.connect() for _ in range(60)]
    for client in [kept, *clients]:
        client.sendall(WHOLE)
    server.send(signal.SIGTERM)
    server.send(signal.SIGCONT)

    assert [status(client) for client in [kept, *clients]] == [200] * 61
    server.ends()
    with pytest.raises(ConnectionRefusedError):
        server.connect()


def test_clients_that_never_finish_a_request_do_not_hold_a_stop_up(server: Process):
    server.start(ORDERLOOM_STOP_SECONDS="3600")
    for _ in range(10):
        server.connect().sendall(WHOLE[:-2])
    server.send(signal.SIGTERM)

    server.ends()


def test_a_call_that_hangs_is_cut_off_at_the_end_of_the_time_for_a_stop(server: Process):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        prepare_a_call(server.folder / "orderloom.db", f"http://127.0.0.1:{silent.getsockname()[1]}")
        server.start(ORDERLOOM_STOP_SECONDS="1")
        calling, _address = silent.accept()
        with calling:
            server.send(signal.SIGTERM)
            server.ends()


def prepare_a_call(path: Path, url: str) -> None:
    """An order whose only item calls a system that may take ten minutes."""
    operation = Operation(key="reserve", name="Reserve", path="/", timeout="PT10M")
    system = System(key="fulfilment", name="Fulfilment", url=url, operations=(operation,))
    database = Database(f"sqlite:///{path}")
    with database.writing() as connection:
        for document in {**a_catalog(a_plan(a_callout("reserve"))), "system/fulfilment": system}.values():
            drafts.put(connection, document, revision=None, by="ada", now=1)
        publishing.publish(connection, None, author="ada", now=1)
        engine.submit(connection, an_order(), request="{}", by="otto", now=2)
    database.close()


def test_a_second_signal_ends_a_stop_at_once(server: Process):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        prepare_a_call(server.folder / "orderloom.db", f"http://127.0.0.1:{silent.getsockname()[1]}")
        server.start(ORDERLOOM_STOP_SECONDS="3600")
        calling, _address = silent.accept()
        with calling:
            server.send(signal.SIGINT)
            eventually(lambda: not server.listens())
            server.send(signal.SIGINT)
            assert "stopped at once" in server.ends()


def test_a_server_without_a_worker_answers_and_runs_no_orders(server: Process):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        prepare_a_call(server.folder / "orderloom.db", f"http://127.0.0.1:{silent.getsockname()[1]}")
        server.start("--no-worker")
        assert server.answers()
        server.send(signal.SIGTERM)
        server.ends()
    with closing(Database(f"sqlite:///{server.folder / 'orderloom.db'}")) as database, database.reading() as connection:
        assert queries.state_counts(connection, "order") == {"accepted": 1}


# --- how long a connection may do nothing ---------------------------------------------------------------


@contextmanager
def a_connection(sent: bytes) -> Iterator[connections._Connection]:
    """A connection on which this much of a request was received."""
    ours, theirs = socket.socketpair()
    listening = Adjustments(listen="127.0.0.1:0").listen[0]
    server = Server(None, {}, False, dispatcher=Threads(), adj=Adjustments(), sockinfo=listening)
    with theirs:
        connection = connections._Connection(server, ours, ("127.0.0.1", 1), Adjustments(), map={})
        if sent:
            connection.received(sent)
        yield connection
        connection.handle_close()
        server.close()


class Threads:
    """Takes requests, and never begins one."""

    def add_task(self, task: object) -> None:
        pass


@pytest.mark.parametrize(
    ("sent", "kept", "lapsed"),
    [
        (b"", connections.IDLE - 5, connections.IDLE + 5),
        (WHOLE[:-2], connections.HEADERS - 5, connections.HEADERS + 5),
        (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n1", connections.STALLED - 5, connections.STALLED + 5),
    ],
    ids=["nothing", "headers", "body"],
)
def test_a_connection_lapses_by_what_it_owes(sent: bytes, kept: int, lapsed: int):
    with a_connection(sent) as connection:
        now = time.time()
        assert not connection.lapsed(now + kept)
        assert connection.lapsed(now + lapsed)


def test_a_request_that_drips_lapses_although_something_always_comes():
    with a_connection(WHOLE[:-2]) as connection:
        connection.last_activity += connections.HEADERS + 5
        assert connection.lapsed(connection.last_activity)


def test_a_connection_whose_request_is_worked_on_never_lapses():
    with a_connection(WHOLE) as connection:
        assert not connection.lapsed(time.time() + 86_400)
        assert not connection.rests


# --- what is said before anything starts ----------------------------------------------------------------


def test_an_address_that_is_not_ours_is_refused_by_name():
    with pytest.raises(WrongSetting, match=r"ORDERLOOM_HOST is '192.0.2.1'; this is no address of this machine"):
        refuse_unless_free("192.0.2.1", 8000)
    with pytest.raises(WrongSetting, match=r"ORDERLOOM_HOST is 'nowhere.invalid'; no such host"):
        refuse_unless_free("nowhere.invalid", 8000)


def test_more_connections_than_the_system_allows_are_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections.resource, "getrlimit", lambda _which: (256, 1024))
    with pytest.raises(WrongSetting, match=r"ORDERLOOM_CONNECTIONS is '1000'.* write 824 or less"):
        WebServer(lambda *_: [], settings)


# --- health ---------------------------------------------------------------------------------------------


def test_health_is_good_while_the_database_answers(app: Flask):
    answer = app.test_client().get("/health")

    assert (answer.status_code, answer.json) == (200, {"status": "ok", "database": "ok"})


def test_health_says_in_json_that_the_database_is_away(settings: Settings):
    away = create_app(replace(settings, database="postgresql://127.0.0.1:1/orders"))
    answer = away.test_client().get("/health")

    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "database": "does not answer"})
