"""Whatever a system does is an outcome, and says whether asking again makes sense."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from app.demo_systems import Control, DemoServer, Trouble, running
from runtime.connectors.http import Http, Outcome, Request


@pytest.fixture
def http() -> Iterator[Http]:
    with closing(Http(connections=2)) as connector:
        yield connector


def asked(http: Http, server: DemoServer | None = None, **rest: Any) -> Outcome:
    request = Request(
        url=rest.pop("url", server.url if server else ""),
        method=rest.pop("method", "POST"),
        path=rest.pop("path", "/inventory/reserve"),
        timeout=rest.pop("timeout", 5000),
        body=rest.pop("body", {"site": "Bonn"}),
        idempotency_key=rest.pop("key", "1-0-1"),
        callback=None,
    )
    return http.call(request)


def always(trouble: Trouble) -> Control:
    return Control(error_rate=1, errors=(trouble,), timeout=1)


def test_an_answer_is_its_json_body(http: Http) -> None:
    with running() as server:
        outcome = asked(http, server)

    assert outcome.error is None
    assert outcome.body["status"] == "done"


def test_a_repeated_key_gets_the_first_answer(http: Http) -> None:
    with running() as server:
        first, second = asked(http, server, key="7-1-1"), asked(http, server, key="7-1-1")

    assert first == second


@pytest.mark.parametrize(
    ("trouble", "says", "final"),
    [
        ("server error", "answered 50", False),
        ("refused", "answered 4", True),
        ("not json", "not JSON", False),
        ("dropped", "cannot be reached", False),
        ("timeout", "did not answer within 0.2 s", False),
    ],
)
def test_a_failure_says_what_happened_and_whether_to_ask_again(
    http: Http, trouble: Trouble, says: str, final: bool
) -> None:
    with running(always(trouble)) as server:
        outcome = asked(http, server, timeout=200)

    assert outcome.body is None
    assert says in (outcome.error or "")
    assert outcome.final is final


def test_a_system_that_is_not_there_cannot_be_reached(http: Http) -> None:
    with running() as server:
        gone = server.url
    outcome = asked(http, url=gone)

    assert "cannot be reached" in (outcome.error or "")
    assert not outcome.final


class Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody to where the answer would be."""

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_redirect_is_not_followed(http: Http) -> None:
    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        outcome = asked(http, url=f"http://127.0.0.1:{server.server_port}", method="GET")
        server.shutdown()

    assert "answered 302" in (outcome.error or "")
    assert outcome.final
