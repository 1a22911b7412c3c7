"""What is wrong with a system."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from designer.checks.everything import Everything
from designer.checks.expressions import pointer
from designer.checks.plans import check_retry, duplicates
from designer.checks.problems import Finding
from runtime.core.definitions import System
from runtime.core.durations import milliseconds


def check_system(all_: Everything, system: System) -> Iterator[Finding]:
    """How a system is called."""
    if not _usable(system.url):
        message = f"{system.url!r} is no address that can be called; write one such as https://billing.example:8443/api"
        yield Finding("/url", "system-address", message)
    yield from duplicates("operations", "key", [operation.key for operation in system.operations])
    for n, operation in enumerate(system.operations):
        at = pointer("operations", n)
        if not operation.path.startswith("/"):
            message = f"the path {operation.path!r} must begin with a slash, because it is put behind the address"
            yield Finding(f"{at}/path", "operation-path", message)
        for field, length in (("timeout", operation.timeout), ("callback_within", operation.callback_within)):
            if length is not None and not milliseconds(length):
                message = f"{operation.name!r} has a {field} of no time at all; say how long it may take, such as PT10S"
                yield Finding(f"{at}/{field}", "operation-without-time", message)
        if operation.callback_within is not None and operation.reply == "answer":
            message = f"{operation.name!r} answers at once, so no callback is waited for; leave callback_within out"
            yield Finding(f"{at}/callback_within", "callback-within-answer", message)
        if operation.callback_within is None and operation.reply == "callback":
            message = (
                f"{operation.name!r} has no time limit for its callback, so an item whose callback never comes waits "
                "for ever and looks normal; say how long it may take"
            )
            yield Finding(f"{at}/callback_within", "callback-without-limit", message)
        yield from check_retry(operation.retry, f"{at}/retry")


def _usable(url: str) -> bool:
    """Whether an address has a host, and a port that exists."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
