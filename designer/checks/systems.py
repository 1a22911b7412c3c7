"""What is wrong with a system."""

from __future__ import annotations

from collections.abc import Iterator

from designer.checks.everything import Everything
from designer.checks.expressions import pointer
from designer.checks.plans import check_retry, duplicates
from designer.checks.problems import Finding
from runtime.core.definitions import System


def check_system(all_: Everything, system: System) -> Iterator[Finding]:
    """How a system is called."""
    yield from duplicates("operations", "key", [operation.key for operation in system.operations])
    for n, operation in enumerate(system.operations):
        at = pointer("operations", n)
        if not operation.path.startswith("/"):
            message = f"the path {operation.path!r} must begin with a slash, because it is put behind the address"
            yield Finding(f"{at}/path", "operation-path", message)
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
