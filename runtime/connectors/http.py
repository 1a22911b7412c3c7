"""Calls the operations of outside systems over HTTP, with pooled connections."""

from __future__ import annotations

import time
from typing import Any

import urllib3
from msgspec import Struct
from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationParseError, NewConnectionError, TimeoutError

from runtime.connectors import deadline
from runtime.core.reading import json_value
from runtime.core.values import encode
from runtime.errors import Unanswered, Unreadable

LONGEST_ANSWER = 1_000_000  # bytes; what an answer says becomes part of an order's history for ever
EXCERPT = 200  # bytes of an answer that is not JSON
CONNECT = 10.0  # seconds, of the time that a call has, in which there must be a connection


class Request(Struct, frozen=True, kw_only=True):
    """One attempt of a call. `timeout` is the time in ms that all of it may take; `idempotency_key` is that of the run,
    and `attempt` counts the attempts of the item."""

    url: str
    method: str
    path: str
    timeout: int
    body: dict[str, Any]
    idempotency_key: str
    attempt: int = 1
    callback: str | None = None

    @property
    def address(self) -> str:
        return self.url.rstrip("/") + "/" + self.path.lstrip("/")


class Answer(Struct, frozen=True, kw_only=True):
    """What a system sent back, whatever it is; `content` ends one byte after LONGEST_ANSWER where it is longer."""

    url: str
    status: int
    headers: dict[str, str]
    content: bytes


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of an attempt: an answer with a `status`, or none. `problem` says why the body of an answer could not
    be read, or why there is none; `sent` is False where the request surely never reached the system. `took` is in ms.
    """

    url: str
    status: int | None = None
    body: Any = None
    problem: str = ""
    sent: bool = True
    took: int = 0

    @property
    def down(self) -> bool:
        """Whether it looks as if the system, and not only this request, was the trouble."""
        return self.status is None or self.status >= 500


class Http:
    """A pool of connections. One for the process: threads share it."""

    def __init__(self, connections: int) -> None:
        # Whether and when to try again is the retry policy's to say, and whom to follow nobody's.
        self._pool = deadline.Connections(num_pools=64, maxsize=connections, retries=False)

    def call(self, request: Request) -> Outcome:
        """Never raises: whatever a system does is an outcome."""
        began = time.monotonic()
        try:
            answer = self.ask(request)
            body, problem = _read(answer)
        except Unanswered as error:
            return Outcome(url=request.address, problem=str(error), sent=error.sent, took=_since(began))
        return Outcome(url=answer.url, status=answer.status, body=body, problem=problem, took=_since(began))

    def ask(self, request: Request) -> Answer:
        """What the system sends back. Raises Unanswered."""
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Idempotency-Key": request.idempotency_key,
            "Orderloom-Attempt": str(request.attempt),
        }
        if request.callback:
            headers["Orderloom-Callback"] = request.callback
        url, seconds = request.address, request.timeout / 1000
        deadline.end_in(seconds)
        try:
            response = self._pool.request(
                request.method,
                url,
                body=None if request.method == "GET" else encode(request.body),
                fields=None,
                headers=headers,
                timeout=urllib3.Timeout(connect=min(seconds, CONNECT), read=seconds),
                preload_content=False,
                redirect=False,
            )
            try:
                content = response.read(LONGEST_ANSWER + 1)
            except BaseException:
                response.close()
                raise
            if len(content) > LONGEST_ANSWER:
                response.close()  # what is left of it would be taken for the next answer
            else:
                response.release_conn()
        except TimeoutError as error:
            sent = not isinstance(error, NewConnectionError | ConnectTimeoutError)
            words = f"did not answer within {seconds:g} s" if sent else f"cannot be reached: {error}"[:500]
            raise Unanswered(f"{url} {words}", sent) from None
        except (HTTPError, OSError) as error:
            never = isinstance(error, NewConnectionError | LocationParseError)
            sent = not never and "certificate" not in str(error).lower()
            raise Unanswered(f"{url} cannot be reached: {type(error).__name__}: {error}"[:500], sent) from None
        return Answer(url=url, status=response.status, headers=dict(response.headers), content=content)

    def close(self) -> None:
        self._pool.clear()


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _read(answer: Answer) -> tuple[Any, str]:
    """The body of an answer, or why it cannot be read; of an error, its text is as good as JSON."""
    content = answer.content
    if len(content) > LONGEST_ANSWER:
        return None, f"{answer.url} answered with more than {LONGEST_ANSWER} bytes"
    if not content.strip():
        return None, ""
    try:
        return json_value(content), ""
    except Unreadable as refusal:
        excerpt = content[:EXCERPT].decode("utf-8", "replace").strip()
        told = f"something that is not JSON we take ({refusal})"
        return None, f"{answer.url} answered {answer.status} with {told}: {excerpt}"
