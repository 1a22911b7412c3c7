"""Whatever a system does is an outcome, and says whether asking again makes sense."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.demo_systems import Control, DemoServer, Trouble, running
from app.threads import served
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
        attempt=rest.pop("attempt", 1),
    )
    return http.call(request)


def always(trouble: Trouble) -> Control:
    return Control(error_rate=1, errors=(trouble,), timeout=1)


def test_an_answer_is_its_json_body(http: Http) -> None:
    with running() as server:
        outcome = asked(http, server)

    assert (outcome.status, outcome.problem, outcome.sent) == (200, "", True)
    assert outcome.body["status"] == "done"


def test_a_repeated_key_gets_the_first_answer(http: Http) -> None:
    with running() as server:
        first, second = asked(http, server, key="7-1-1"), asked(http, server, key="7-1-1")

    assert (first.status, first.body) == (second.status, second.body)


@pytest.mark.parametrize(
    ("trouble", "status", "says"),
    [
        ("server error", 500, ""),
        ("refused", 422, ""),
        ("not json", 200, "not JSON"),
        ("dropped", None, "cannot be reached"),
        ("timeout", None, "did not answer within 0.2 s"),
    ],
)
def test_a_failure_says_what_happened(http: Http, trouble: Trouble, status: int | None, says: str) -> None:
    with running(always(trouble)) as server:
        outcome = asked(http, server, timeout=200)

    assert outcome.status == status
    assert says in outcome.problem
    assert outcome.sent, "it may have done it"


def test_a_system_that_is_not_there_cannot_be_reached_and_got_nothing(http: Http) -> None:
    with running() as server:
        gone = server.url
    outcome = asked(http, url=gone)

    assert "cannot be reached" in outcome.problem
    assert not outcome.sent


def test_the_number_of_the_attempt_goes_with_the_call(http: Http) -> None:
    heard: list[str | None] = []

    class Listening(Elsewhere):
        def do_GET(self) -> None:
            heard.append(self.headers["Orderloom-Attempt"])
            super().do_GET()

    with serving(Listening) as url:
        asked(http, url=url, method="GET", attempt=3)

    assert heard == ["3"]


class Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody to where the answer would be."""

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_redirect_is_not_followed(http: Http) -> None:
    with serving(Elsewhere) as url:
        outcome = asked(http, url=url, method="GET")

    assert outcome.status == 302


class Dripping(BaseHTTPRequestHandler):
    """Sends a byte every 50 ms, of the head or of the body, and never comes to an end."""

    of_the_head = False
    over = threading.Event()

    def do_POST(self) -> None:
        if not self.of_the_head:
            self.send_response(200)
            self.end_headers()
        with suppress(OSError):
            while not self.over.wait(0.05):
                self.wfile.write(b" ")

    def log_message(self, *_: object) -> None:
        pass


class DrippingHead(Dripping):
    of_the_head = True


@pytest.mark.parametrize("handler", [Dripping, DrippingHead])
def test_a_system_that_drips_is_cut_off_at_the_deadline(http: Http, handler: type[Dripping]) -> None:
    handler.over.clear()
    with serving(handler) as url:
        outcome = asked(http, url=url, timeout=400)
        handler.over.set()

    assert "did not answer within 0.4 s" in outcome.problem
    assert outcome.sent
    assert 350 <= outcome.took < 5000


class Flooding(BaseHTTPRequestHandler):
    """Sends without end."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(10**12))
        self.end_headers()
        with suppress(OSError):
            while True:
                self.wfile.write(b"1" * 65536)

    def log_message(self, *_: object) -> None:
        pass


def test_an_answer_without_end_is_not_read_to_its_end(http: Http) -> None:
    with serving(Flooding) as url:
        outcome = asked(http, url=url)

    assert "more than 1000000 bytes" in outcome.problem
    assert outcome.status == 200


def answering(content: bytes, asked: list[bytes]) -> Any:
    """A system that keeps what it is sent, and answers this."""

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        asked.append(environ["wsgi.input"].read())
        start("200 OK", [("Content-Type", "application/json")])
        return [content]

    return application


def test_numbers_keep_every_digit_on_the_way_to_a_system_and_back(http: Http) -> None:
    sent: list[bytes] = []
    number = 89014103211118510720
    with served(answering(b'{"id": 1234567890123456789, "rate": 0.10}', sent)) as url:
        outcome = asked(http, url=url, body={"sim": number, "rate": Decimal("0.1234567890123456789")})

    assert sent == [b'{"sim":89014103211118510720,"rate":0.1234567890123456789}']
    assert outcome.body == {"id": 1234567890123456789, "rate": Decimal("0.10")}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"id": 1, "id": 2}', "the name 'id' is there twice"),
        (b'{"id": ' + b"9" * 6145 + b"}", "34 significant digits"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"id": "\\u0000"}', "U+0000"),
    ],
)
def test_an_answer_that_breaks_a_rule_is_a_failure_that_says_so(http: Http, content: bytes, says: str) -> None:
    with served(answering(content, [])) as url:
        outcome = asked(http, url=url, body={})

    assert outcome.body is None
    assert says in outcome.problem
