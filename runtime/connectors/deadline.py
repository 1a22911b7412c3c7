"""HTTP connections that end at a moment, however slowly the other side sends.

The time-out of a socket is for one wait: a system that sends one byte a second never reaches it. Here every wait is as
long as what is left until the deadline of the call, which is that of the thread that makes it.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time
from typing import Any

from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_calls = threading.local()


def end_in(seconds: float) -> None:
    """Whatever this thread sends and receives from now on is over in so many seconds."""
    _calls.deadline = time.monotonic() + seconds


def _wait_for(sock: socket.socket) -> None:
    left = getattr(_calls, "deadline", float("inf")) - time.monotonic()
    if left <= 0:
        raise TimeoutError("the call took too long")
    sock.settimeout(left if left < threading.TIMEOUT_MAX else None)


class _Receiver(io.RawIOBase):
    """What a socket receives, until the deadline."""

    def __init__(self, sock: socket.socket, raw: Any) -> None:
        self._sock, self._raw = sock, raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        _wait_for(self._sock)
        received: int | None = self._raw.readinto(buffer)
        return received

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp = io.BufferedReader(_Receiver(sock, self.fp.detach()))  # type: ignore[attr-defined]


class _Until:
    """A connection that sends until the deadline, too."""

    response_class = _Response
    sock: socket.socket | None

    def send(self, data: Any) -> None:
        if self.sock is not None:
            _wait_for(self.sock)
        super().send(data)  # type: ignore[misc]


class _Plain(_Until, HTTPConnection):
    pass


class _Encrypted(_Until, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class Connections(PoolManager):
    """Pooled connections with deadlines; threads share them."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}
