"""The demo fulfilment systems: a small separate web app that does, and misdoes, what real ones do.

Any path that is not the page, `/control` or `/calls` is an operation: it answers JSON, at once or by a later
call to the address in the header `Orderloom-Callback`. `/control` switches latency, errors and callbacks.
An address on an Unmapped Lane is refused, for an order that falls out.

They heed the Idempotency-Key: what was done or refused under a key is answered the same when it comes again, and is
not done twice. What befalls a call depends on the seed, its key and its attempt alone, so the same orders meet the same
misfortunes however the threads run.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import logging
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from html import escape
from typing import Annotated, Any, Literal

import msgspec
import urllib3
from flask import Flask, Response, request
from msgspec import Meta, Struct
from werkzeug.datastructures import Headers

from app.threads import served

Trouble = Literal["server error", "timeout", "dropped", "not json", "refused"]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0, le=3600)]
Address = Annotated[str, Meta(pattern=r"^https?://[^\s]+$")]

REMEMBERED_CALLS = 200_000  # answers kept for repeated keys: about 100 MB, and far more than any caller retries
CALLBACK_RETRIES = (
    0.2,
    1,
    5,
    15,
)  # seconds; a system that gives up at once would lose orders on every restart of ours


class Control(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the systems behave. Times are seconds, shares go from 0 to 1."""

    seed: int = 0
    latency: Seconds = 0.0
    error_rate: Share = 0.0
    errors: Annotated[tuple[Trouble, ...], Meta(min_length=1)] = ("server error",)
    only: tuple[str, ...] = ()  # errors befall only paths that begin so; none: all
    timeout: Seconds = 30.0  # how long a call hangs that times out
    callback_delay: Seconds = 0.2
    callback_spread: Share = 0.5  # how much of the delay is left to chance
    callbacks: Annotated[int, Meta(ge=0, le=10)] = 1  # 0: never calls back; 2: every callback comes twice


class Answer(Struct, frozen=True):
    """What a call was answered, to be answered again when its key comes again."""

    status: int
    body: bytes
    type: str = "application/json"


class Callback(Struct, order=True, frozen=True):
    """One delivery of a callback: when (monotonic seconds), in which order, where to, what."""

    at: float
    number: int
    url: str
    body: bytes
    attempt: int = 0


class CallbackSender(threading.Thread):
    """Delivers callbacks when their time has come: one thread and a heap, however many wait."""

    def __init__(self, count: Callable[[str], None]) -> None:
        super().__init__(name="demo callbacks", daemon=True)
        self._heap: list[Callback] = []
        self._changed = threading.Condition()
        self._stopped = False
        self._number = 0
        self._count = count

    def send(self, url: str, body: bytes, after: float, attempt: int = 0) -> None:
        with self._changed:
            self._number += 1
            heapq.heappush(self._heap, Callback(time.monotonic() + after, self._number, url, body, attempt))
            self._changed.notify()

    @property
    def waiting(self) -> int:
        return len(self._heap)

    def forget(self) -> None:
        with self._changed:
            self._heap.clear()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self.join()

    def run(self) -> None:
        with urllib3.PoolManager(maxsize=1, retries=False, timeout=10) as pool:
            while (callback := self._next()) is not None:
                self._deliver(pool, callback)

    def _next(self) -> Callback | None:
        with self._changed:
            while not self._stopped:
                wait = self._heap[0].at - time.monotonic() if self._heap else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._heap)
                self._changed.wait(wait)
        return None

    def _deliver(self, pool: urllib3.PoolManager, callback: Callback) -> None:
        try:
            answer = pool.request(
                "POST", callback.url, body=callback.body, headers={"Content-Type": "application/json"}
            )
            outcome = "delivered" if answer.status < 300 else "refused" if answer.status < 500 else "failed"
        except urllib3.exceptions.HTTPError:
            outcome = "failed"
        if outcome != "failed":
            self._count(f"callbacks {outcome}")
        elif callback.attempt < len(CALLBACK_RETRIES):
            self.send(callback.url, callback.body, CALLBACK_RETRIES[callback.attempt], callback.attempt + 1)
        else:
            self._count("callbacks given up")


class Systems:
    """What the demo systems remember: their control, the calls they saw, the answers they gave."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.counters: Counter[str] = Counter()
        self.answers: OrderedDict[str, Answer] = OrderedDict()
        self.seen: Counter[str] = Counter()  # idempotency key -> how often it came
        self.sender = CallbackSender(self.count)
        self.lock = threading.Lock()
        self._nameless = itertools.count(1)

    def key_of(self, headers: Headers) -> str:
        return headers.get("Idempotency-Key") or f"no key, call {next(self._nameless)}"

    def count(self, what: str) -> None:
        with self.lock:
            self.counters[what] += 1

    def forget(self) -> None:
        with self.lock:
            self.counters.clear()
            self.answers.clear()
            self.seen.clear()
        self.sender.forget()

    def arrive(self, key: str, path: str) -> Answer | None:
        """Counts a call; gives the answer its key was given before."""
        with self.lock:
            self.counters["calls"] += 1
            self.counters[f"calls {path}"] += 1
            self.seen[key] += 1
            answer = self.answers.get(key)
            if self.seen[key] > 1:
                self.counters["repeated keys"] += 1
            return answer

    def remember(self, key: str, answer: Answer) -> Answer:
        """The first answer to a key is the answer, even when two calls with it race."""
        with self.lock:
            kept = self.answers.setdefault(key, answer)
            if len(self.answers) > REMEMBERED_CALLS:
                old, _ = self.answers.popitem(last=False)
                self.seen.pop(old, None)
            return kept


def trouble_of(call: str, path: str, control: Control) -> Trouble | None:
    """What befalls a call, named by its key and attempt, if anything does."""
    if control.only and not path.startswith(control.only):
        return None
    if chance(control.seed, "error", call) >= control.error_rate:
        return None
    return control.errors[int(chance(control.seed, "which", call) * len(control.errors))]


def chance(seed: int, purpose: str, key: str) -> float:
    """A number from 0 up to 1 that the same seed, purpose and key always give."""
    digest = blake2b(f"{seed}/{purpose}/{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def reference(key: str, path: str) -> str:
    """What a system calls the thing it made: the first letters of the operation and some digits."""
    letters = "".join(word[0] for word in path.strip("/").replace("-", "/").split("/") if word).upper()
    return f"{letters}-{int.from_bytes(blake2b(key.encode(), digest_size=4).digest()):010d}"


def outcome_of(key: str, path: str, body: Any) -> dict[str, Any]:
    """What an operation reports when its work is done: a reference, a result, and what it was asked with."""
    return {
        "reference": reference(key, path),
        "status": "done",
        "operation": path.strip("/"),
        "request": body,
    }


def create_demo_systems(control: Control | None = None) -> Flask:
    """The Flask app of the demo systems; `app.extensions["systems"]` is what they remember."""
    app = Flask("orderloom-demo-systems", static_folder=None, template_folder=None)
    systems = app.extensions["systems"] = Systems(control or Control())
    encode, decode = msgspec.json.encode, msgspec.json.decode

    def json_answer(document: object, status: int = 200) -> Response:
        return Response(encode(document), status, mimetype="application/json")

    @app.get("/")
    def page() -> Response:
        return Response(status_page(systems), mimetype="text/html")

    @app.get("/control")
    def control_now() -> Response:
        return json_answer(systems.control)

    @app.put("/control")
    def change_control() -> Response:
        """Takes the fields that are given; the others keep their value."""
        try:
            wanted = decode(request.get_data() or b"{}", type=dict[str, Any])
            systems.control = msgspec.convert(msgspec.structs.asdict(systems.control) | wanted, Control)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            return json_answer({"error": str(error)}, 400)
        return json_answer(systems.control)

    @app.get("/calls")
    def calls() -> Response:
        with systems.lock:
            return json_answer(
                {
                    "counters": dict(sorted(systems.counters.items())),
                    "keys": dict(systems.seen),
                    "callbacks waiting": systems.sender.waiting,
                }
            )

    @app.delete("/calls")
    def forget() -> Response:
        systems.forget()
        return Response(status=204)

    @app.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def operation(path: str) -> Response:
        path = f"/{path}"
        key = systems.key_of(request.headers)
        told_before = systems.arrive(key, path)
        control = systems.control
        if control.latency:
            time.sleep(control.latency)
        if told_before is not None:
            return respond(told_before)
        trouble = trouble_of(f"{key}/{request.headers.get('Orderloom-Attempt', 1)}", path, control)
        if trouble is not None:
            systems.count(f"errors {trouble}")
        if trouble in PASSING:
            return respond(PASSING[trouble])
        if trouble == "refused":
            return respond(systems.remember(key, REFUSED))
        answer = work(key, path, control)
        if trouble == "timeout":  # the work is done, only the answer does not come: the nasty case of real life
            time.sleep(control.timeout)
        if trouble == "dropped":
            return Response(iter([answer.body[:1]]), headers={"Content-Length": str(len(answer.body))})
        return respond(answer)

    def work(key: str, path: str, control: Control) -> Answer:
        try:
            body = decode(request.get_data() or b"null")
        except msgspec.DecodeError as error:
            return systems.remember(key, Answer(400, encode({"error": f"the request is not JSON: {error}"})))
        if path == "/addresses/check" and "Unmapped" in str(body):
            unknown = {"error": "the map has no such address", "code": "ADDRESS_UNKNOWN"}
            return systems.remember(key, Answer(422, encode(unknown)))
        outcome = encode(outcome_of(key, path, body))
        address = request.headers.get("Orderloom-Callback")
        if address is None:
            return systems.remember(key, Answer(200, outcome))
        accepted = Answer(202, encode({"reference": reference(key, path), "status": "accepted"}))
        answer = systems.remember(key, accepted)
        if answer is accepted:
            spread = control.callback_spread * (2 * chance(control.seed, "delay", key) - 1)
            for _ in range(control.callbacks):
                systems.sender.send(address, outcome, control.callback_delay * (1 + spread))
        return answer

    return app


REFUSED = Answer(422, b'{"error": "the system refuses this request"}')
PASSING: dict[str | None, Answer] = {
    "server error": Answer(500, b'{"error": "the system has a fault"}'),
    "not json": Answer(200, b"<html><body>Service temporarily unavailable</body></html>", "text/html"),
}


def respond(answer: Answer) -> Response:
    return Response(answer.body, answer.status, mimetype=answer.type)


def status_page(systems: Systems) -> str:
    """A plain page: how the systems are switched, and what they counted."""

    def rows(values: dict[str, Any]) -> str:
        return "".join(
            f"<tr><th scope=row>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in values.items()
        )

    with systems.lock:
        counted = {name: n for name, n in sorted(systems.counters.items()) if not name.startswith("calls /")}
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Demo systems</title>"
        "<h1>Demo fulfilment systems</h1><p>Change the switches with <code>PUT /control</code>; "
        "<code>GET /calls</code> lists every Idempotency-Key seen.</p>"
        f"<h2>Switches</h2><table>{rows(msgspec.to_builtins(systems.control))}</table>"
        f"<h2>Counters</h2><table>{rows(counted) or '<tr><td>no call yet</td></tr>'}</table></html>"
    )


class DemoServer(Struct, frozen=True):
    """Demo systems that are being served; `url` is where."""

    url: str
    systems: Systems


@contextmanager
def running(
    control: Control | None = None, *, host: str = "127.0.0.1", port: int = 0, threads: int = 16
) -> Iterator[DemoServer]:
    """Serves the demo systems in threads of this process while the block runs; port 0 takes a free one."""
    app = create_demo_systems(control)
    systems: Systems = app.extensions["systems"]
    with served(app, host=host, port=port, threads=threads, connection_limit=1000) as url:
        systems.sender.start()
        try:
            yield DemoServer(url, systems)
        finally:
            systems.sender.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m app.demo_systems", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue is what a busy system has
    with running(Control(seed=options.seed), host=options.host, port=options.port, threads=options.threads) as server:
        print(f"demo systems at {server.url}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
