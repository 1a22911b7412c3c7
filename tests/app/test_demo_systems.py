"""The demo systems answer, fail and call back as they are told, the same way for the same seed and keys."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import urllib3

from app.demo_systems import Control, DemoServer, Trouble, chance, running, trouble_of


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        yield pool


def call(http: urllib3.PoolManager, server: DemoServer, key: str, path: str = "/inventory/reserve", **headers: str):
    return http.request(
        "POST",
        server.url + path,
        body=b'{"site": "Budapest"}',
        headers={"Content-Type": "application/json", "Idempotency-Key": key, **headers},
    )


@contextmanager
def a_callback_receiver(status: int = 204) -> Iterator[tuple[str, list[Any], threading.Semaphore]]:
    """A real HTTP server that keeps every callback; the semaphore counts them."""
    received: list[Any] = []
    arrived = threading.Semaphore(0)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if len(received) == 1 and status == 500 else 204)
            self.end_headers()
            arrived.release()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/back", received, arrived
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_operation_answers_with_a_reference_and_what_it_was_asked(http):
    with running() as server:
        answer = call(http, server, "order 1 item 2 attempt 1")

    assert answer.status == 200
    assert answer.json()["status"] == "done"
    assert answer.json()["request"] == {"site": "Budapest"}
    assert answer.json()["reference"].startswith("IR-")


def test_a_repeated_key_gets_the_first_answer_and_is_counted(http):
    with running() as server:
        first = call(http, server, "k")
        second = http.request("POST", server.url + "/other", body=b"{}", headers={"Idempotency-Key": "k"})
        calls = http.request("GET", server.url + "/calls").json()

    assert second.data == first.data
    assert calls["keys"] == {"k": 2}
    assert calls["counters"]["repeated keys"] == 1


def test_the_same_seed_and_key_meet_the_same_trouble_and_the_rate_is_kept():
    control = Control(seed=7, error_rate=0.3, errors=("server error", "timeout", "refused"))
    keys = [f"order {n}" for n in range(2000)]

    troubles = [trouble_of(key, "/x", control) for key in keys]

    assert troubles == [trouble_of(key, "/x", control) for key in keys]
    assert troubles != [trouble_of(key, "/x", Control(seed=8, error_rate=0.3)) for key in keys]
    assert 500 < sum(trouble is not None for trouble in troubles) < 700
    assert set(troubles) == {None, "server error", "timeout", "refused"}
    assert all(0 <= chance(1, "p", key) < 1 for key in keys)


def test_errors_can_be_kept_to_some_operations(http):
    with running(Control(error_rate=1, only=("/bill",))) as server:
        assert call(http, server, "a", "/bill/start").status == 500
        assert call(http, server, "b", "/ship").status == 200


@pytest.mark.parametrize(
    ("trouble", "status", "type_"),
    [
        ("server error", 500, "application/json"),
        ("refused", 422, "application/json"),
        ("not json", 200, "text/html"),
    ],
)
def test_troubles_that_answer(http, trouble: Trouble, status: int, type_: str):
    with running(Control(error_rate=1, errors=(trouble,))) as server:
        answer = call(http, server, "k")

    assert answer.status == status
    assert answer.headers["Content-Type"].startswith(type_)
    if trouble == "not json":
        with pytest.raises(ValueError, match="Expecting value"):
            answer.json()


def test_a_dropped_connection_gives_no_whole_answer_but_the_work_is_done(http):
    with running(Control(error_rate=1, errors=("dropped",))) as server:
        with pytest.raises(urllib3.exceptions.ProtocolError):
            call(http, server, "k")

        assert call(http, server, "k").json()["status"] == "done"


def test_a_timeout_outlasts_the_caller_but_the_work_is_done(http):
    with running(Control(error_rate=1, errors=("timeout",), timeout=0.6)) as server:
        with pytest.raises(urllib3.exceptions.ReadTimeoutError):
            http.request("POST", server.url + "/x", body=b"{}", headers={"Idempotency-Key": "k"}, timeout=0.1)

        assert call(http, server, "k").json()["status"] == "done"


def test_with_a_callback_address_the_answer_is_accepted_and_the_outcome_follows(http):
    with (
        a_callback_receiver() as (address, received, arrived),
        running(Control(callback_delay=0.05)) as server,
    ):
        accepted = call(http, server, "k", **{"Orderloom-Callback": address})
        assert arrived.acquire(timeout=5)

    assert accepted.status == 202
    assert accepted.json()["status"] == "accepted"
    assert received[0]["status"] == "done"
    assert received[0]["reference"] == accepted.json()["reference"]


def test_a_callback_can_come_twice_but_a_repeated_call_makes_no_further_one(http):
    with (
        a_callback_receiver() as (address, received, arrived),
        running(Control(callback_delay=0, callbacks=2)) as server,
    ):
        for _ in range(3):
            call(http, server, "k", **{"Orderloom-Callback": address})
        assert arrived.acquire(timeout=5)
        assert arrived.acquire(timeout=5)
        assert not arrived.acquire(timeout=0.3)

    assert len(received) == 2
    assert received[0] == received[1]


def test_a_callback_that_is_not_taken_is_sent_again(http):
    with (
        a_callback_receiver(status=500) as (address, received, arrived),
        running(Control(callback_delay=0)) as server,
    ):
        call(http, server, "k", **{"Orderloom-Callback": address})
        assert arrived.acquire(timeout=5)
        assert arrived.acquire(timeout=5)

    assert len(received) == 2


def test_the_control_takes_what_is_given_and_keeps_the_rest(http):
    with running(Control(seed=3)) as server:
        changed = http.request("PUT", server.url + "/control", body=b'{"error_rate": 0.5}')
        shown = http.request("GET", server.url + "/control").json()

    assert changed.status == 200
    assert (shown["seed"], shown["error_rate"]) == (3, 0.5)


@pytest.mark.parametrize("body", [b'{"error_rate": 2}', b'{"speed": 1}', b"{", b'{"errors": []}', b"[]"])
def test_the_control_refuses_what_it_does_not_understand(http, body: bytes):
    with running() as server:
        refused = http.request("PUT", server.url + "/control", body=body)

        assert refused.status == 400
        assert refused.json()["error"]
        assert server.systems.control == Control()


def test_the_status_page_shows_switches_and_counters(http):
    with running() as server:
        call(http, server, "k")
        page = http.request("GET", server.url + "/").data.decode()

    assert "error_rate" in page
    assert "<th scope=row>calls</th><td>1</td>" in page


def test_what_was_seen_can_be_forgotten(http):
    with running() as server:
        call(http, server, "k")
        assert http.request("DELETE", server.url + "/calls").status == 204

        assert http.request("GET", server.url + "/calls").json()["keys"] == {}
