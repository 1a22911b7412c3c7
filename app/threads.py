"""A web server in threads of this process: the demo systems, and whatever a test or a measurement talks to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from waitress import wasyncore
from waitress.server import create_server


@contextmanager
def served(
    application: Callable[..., Any], *, host: str = "127.0.0.1", port: int = 0, threads: int = 8, **options: Any
) -> Iterator[str]:
    """Serves a WSGI application while the block runs, and tells its address; port 0 takes a free one."""
    server = create_server(application, host=host, port=port, threads=threads, ident=None, **options)
    loop = Thread(target=server.run, name=f"server at {server.effective_port}", daemon=True)
    loop.start()
    try:
        yield f"http://{host}:{server.effective_port}"
    finally:
        # In the server's own loop, which ends when nothing is open any more: to close what it waits for breaks it.
        # Under the lock, for else an answer that ends just now wakes the loop first, and we pull what it has closed.
        with server.trigger.lock:
            server.trigger.thunks.append(lambda: wasyncore.close_all(server._map, ignore_all=True))
            server.trigger._physical_pull()
        loop.join()
        server.task_dispatcher.shutdown()
