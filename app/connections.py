"""The web server: how many connections may be open, how long each may do nothing, and how they end at a stop.

waitress stops accepting when a fixed number of connections is open, so that a hundred idle clients lock everybody out
for minutes. Here the connection that has waited longest for a whole request is closed in favour of a new one. A
connection whose request is being worked on or answered is never closed for another. There is no limit per address:
behind a proxy all clients share one.
"""

from __future__ import annotations

import errno
import logging
import resource
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask

from app.settings import Settings, WrongSetting

log = logging.getLogger(__name__)

# Seconds. A proxy that keeps connections for reuse does so for 60 s (nginx, HAProxy): it should be the one that closes.
IDLE = 75
HEADERS = 20  # to receive the headers of a request, however slowly they drip
BODY = 300  # to receive a request: 10 MB at 0.3 Mbit/s
STALLED = 30  # in which nothing of a request arrives, or nothing of an answer is taken
LINGER = 0.5  # at a stop, in which a request may still arrive on a connection that is kept open
TICK = 0.25  # between two looks at the connections
AT_ONCE = 64  # connections accepted before requests are looked at again
BACKLOG = 1024  # connections the kernel keeps for us while we are busy; it takes the smaller of this and somaxconn
OTHER_FILES = 200  # open files that are not connections: the database, calls to systems, modules

Application = Callable[..., Iterable[bytes]]


class _Task(WSGITask):
    """Answers a request; during a stop it tells the client that the connection ends with the answer."""

    def build_response_header(self) -> bytes:
        if self.channel.server.stopping and self.version == "1.1" and len(self.channel.requests) == 1:
            self.set_close_on_finish()
        return super().build_response_header()


class _Connection(HTTPChannel):
    """A connection that knows since when it waits for a request, and since when it receives one."""

    task_class = _Task

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.waits_since = self.receives_since = time.time()
        super().__init__(*arguments, **named)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.receives_since = time.time()
        return super().received(data)

    def service(self) -> None:
        super().service()
        self.waits_since = time.time()

    @property
    def rests(self) -> bool:
        """Whether there is nothing to work on and nothing to send. The order matters: a thread that answers writes
        before it takes its request off."""
        return not self.requests and not self.total_outbufs_len

    def lapsed(self, now: float) -> bool:
        """Whether it has done nothing, or too little, for too long."""
        if self.requests:
            return False
        quiet = now - self.last_activity
        if self.total_outbufs_len:
            return quiet > STALLED
        if (request := self.request) is None:
            return quiet > IDLE
        receiving = now - self.receives_since
        return quiet > STALLED or receiving > (BODY if request.headers_finished else HEADERS)


class Server(TcpWSGIServer):
    """Listens on one address; servers that share a map share the loop and the limit."""

    channel_class = _Connection
    stopping = False

    def readable(self) -> bool:
        return self.accepting

    def handle_accept(self) -> None:
        before = -1
        for _ in range(AT_ONCE):
            if len(self._map) == before:  # nobody else waits
                return
            before = len(self._map)
            super().handle_accept()


class WebServer:
    """Answers the requests of a WSGI application until `stop` is called."""

    def __init__(self, application: Application, settings: Settings) -> None:
        self._limit = settings.connections
        _open_files(settings.connections)
        adjustments = Adjustments(
            host=settings.host,
            port=settings.port,
            threads=settings.web_threads,
            ident=None,
            backlog=BACKLOG,
            recv_bytes=65536,
            inbuf_overflow=65536,  # of a body, before it goes to a file: a thousand of them still fit into memory
            max_request_header_size=65536,
            max_request_body_size=settings.body_megabytes * 1024 * 1024 + 65536,  # Flask refuses it in our own words
            clear_untrusted_proxy_headers=not settings.proxies,
        )
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is normal, not a warning
        self._threads = ThreadedTaskDispatcher()
        self._threads.set_thread_count(settings.web_threads)
        self._map: dict[int, Any] = {}
        self._servers = [
            Server(application, self._map, dispatcher=self._threads, adj=adjustments, sockinfo=listening)
            for listening in adjustments.listen
        ]
        self._stop_within: float | None = None

    def stop(self, within: float) -> None:
        """Accepts nothing more, and lets `run` return when what was received is answered, or after `within` seconds.

        May be called by a signal handler: takes no lock.
        """
        self._stop_within = within
        self._servers[0].trigger._physical_pull()

    def run(self) -> bool:
        """Whether everything that was received could be answered."""
        while self._stop_within is None:
            self._tend()
            wasyncore.poll2(TICK, self._map)
        finished = self._drain(time.time() + self._stop_within)
        self._threads.shutdown(timeout=1 if finished else 0)
        wasyncore.close_all(self._map, ignore_all=True)
        return finished

    @property
    def _connections(self) -> list[_Connection]:
        return [each for each in self._map.values() if isinstance(each, _Connection)]

    def _tend(self) -> None:
        """Closes connections that lapsed, and those that wait longest where there are too many. Only between two polls:
        a poll must not meet a new connection under the number of one that was closed."""
        now = time.time()
        if now >= self._next_look:
            self._next_look = now + TICK
            for connection in self._connections:
                if connection.lapsed(now):
                    connection.handle_close()
        if (excess := len(self._map) - self._limit) > 0:
            resting = sorted((each for each in self._connections if each.rests), key=lambda each: each.waits_since)
            for connection in resting[:excess]:
                connection.handle_close()

    _next_look = 0.0

    def _drain(self, deadline: float) -> bool:
        """Takes in what has come, answers it, and closes each connection that has nothing more to say."""
        for server in self._servers:
            server.stopping = True
            waiting = -1
            while waiting != len(self._map):  # clients that the kernel has let in already
                waiting = len(self._map)
                server.handle_accept()
            server.accepting = False
            server.del_channel()
            server.socket.close()
        quiet_since = time.time()
        while connections := self._connections:
            now = time.time()
            if now >= deadline:
                return all(each.rests for each in connections)
            for each in connections:
                since = max(quiet_since, each.last_activity)
                if each.rests and now - since > LINGER:
                    each.handle_close()
            wasyncore.poll2(0.05, self._map)
        return True


def _open_files(connections: int) -> None:
    """Asks the system for as many open files as connections need; raises WrongSetting where it allows fewer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise WrongSetting(
            f"ORDERLOOM_CONNECTIONS is '{connections}', but the system lets this process open only {hard} files; write "
            f"{hard - OTHER_FILES} or less, or raise the limit (ulimit -n, LimitNOFILE=)"
        )
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def refuse_unless_free(host: str, port: int) -> None:
    """Raises WrongSetting where we cannot listen there."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise WrongSetting(f"ORDERLOOM_HOST is {host!r}; no such host is known here") from None
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError:
            raise WrongSetting(f"ORDERLOOM_PORT is '{port}'; the system does not let this user listen there") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise WrongSetting(f"ORDERLOOM_HOST is {host!r}; this is no address of this machine") from None
            raise WrongSetting(
                f"ORDERLOOM_PORT is '{port}', which is taken; stop what listens there, or choose another port"
            ) from None


def can_listen(host: str, port: int) -> bool:
    """Whether a port of an interface is free."""
    try:
        refuse_unless_free(host, port)
    except WrongSetting:
        return False
    return True
