"""Calls the operations of outside systems over HTTP, with pooled connections."""

from __future__ import annotations

from typing import Any

import msgspec
import urllib3
from msgspec import Struct
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError

from runtime.core.values import encode
from runtime.errors import Unanswered

LONGEST_ANSWER = 1_000_000  # bytes; an answer becomes part of an order's history for ever
WORTH_ANOTHER_TRY = {408, 425, 429}


class Request(Struct, frozen=True, kw_only=True):
    """One attempt of one callout. `timeout` is in milliseconds; `idempotency_key` names order, item and attempt."""

    url: str
    method: str
    path: str
    timeout: int
    body: dict[str, Any]
    idempotency_key: str
    callback: str | None


class Answer(Struct, frozen=True, kw_only=True):
    """What a system sent back, whatever it is; `content` ends one byte after LONGEST_ANSWER where it is longer."""

    url: str
    status: int
    headers: dict[str, str]
    content: bytes


class Outcome(Struct, frozen=True):
    """What came of it: a JSON body, or an error that is `final` where asking again makes no sense; `cause` and `code`
    are its class and code (runtime.core.fallout)."""

    body: Any = None
    error: str | None = None
    final: bool = False
    cause: str = ""
    code: str = ""


class Http:
    """A pool of connections. One for the process: threads share it."""

    def __init__(self, connections: int) -> None:
        # Whether and when to try again is the retry policy's to say, and whom to follow nobody's.
        self._pool = urllib3.PoolManager(num_pools=64, maxsize=connections, retries=False)

    def call(self, request: Request) -> Outcome:
        """Never raises: whatever a system does is an outcome."""
        try:
            answer = self.ask(request)
        except Unanswered as error:
            return Outcome(error=str(error), cause=error.cause)
        return _outcome(answer.url, answer.status, answer.content)

    def ask(self, request: Request) -> Answer:
        """What the system sends back. Raises Unanswered."""
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Idempotency-Key": request.idempotency_key,
        }
        if request.callback:
            headers["Orderloom-Callback"] = request.callback
        url = request.url.rstrip("/") + "/" + request.path.lstrip("/")
        seconds = request.timeout / 1000
        try:
            response = self._pool.request(
                request.method,
                url,
                body=None if request.method == "GET" else encode(request.body),
                fields=None,
                headers=headers,
                timeout=urllib3.Timeout(connect=min(seconds, 10), read=seconds),
                preload_content=False,
                redirect=False,
            )
            try:
                content = response.read(LONGEST_ANSWER + 1)
            finally:
                response.release_conn()
        except ReadTimeoutError:
            raise Unanswered(f"{url} did not answer within {seconds:g} s", "no answer") from None
        except (HTTPError, MaxRetryError, OSError) as error:
            raise Unanswered(f"{url} cannot be reached: {type(error).__name__}: {error}"[:500]) from None
        return Answer(url=url, status=response.status, headers=dict(response.headers), content=content)

    def close(self) -> None:
        self._pool.clear()


def _outcome(url: str, status: int, content: bytes) -> Outcome:
    excerpt = content[:200].decode("utf-8", "replace").strip()
    if not 200 <= status < 300:
        retry = status >= 500 or status in WORTH_ANOTHER_TRY
        error = f"{url} answered {status}: {excerpt}"
        return Outcome(error=error, final=not retry, cause="status", code=str(status))
    if len(content) > LONGEST_ANSWER:
        return Outcome(
            error=f"{url} answered with more than {LONGEST_ANSWER} bytes", final=True, cause="answer", code="too long"
        )
    if not content.strip():
        return Outcome()
    try:
        return Outcome(body=msgspec.json.decode(content))
    except (msgspec.DecodeError, UnicodeDecodeError):
        error = f"{url} answered {status} with something that is not JSON: {excerpt}"
        return Outcome(error=error, cause="answer", code="not JSON")
