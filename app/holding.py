"""What pages and interfaces tell of systems: which there are, what holds their calls, and who may change that."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import Connection

from designer import published
from runtime import queries, systems
from runtime.core.definitions import System
from runtime.errors import Unknown
from runtime.systems import EVERY, Hold

KEEPERS = ("process admin", "fulfilment manager", "fallout manager")


class Known(Struct, frozen=True, kw_only=True):
    """One system: where this installation reaches it, and how its calls fare. Its state is online, offline or down
    (its breaker is open)."""

    key: str
    name: str
    url: str
    hold: Hold | None
    waiting: int
    calls_at_once: int | None
    pace: int | None

    @property
    def state(self) -> str:
        if self.hold is None:
            return "online"
        return "offline" if self.hold.manual else "down"


class Overview(Struct, frozen=True):
    """All systems, and the hold on all calls."""

    systems: tuple[Known, ...]
    paused: Hold | None


def overview(connection: Connection, now: int) -> Overview:
    """The systems of the active release, and those that are still to be called for older ones."""
    names = {f"system/{key}" for key in _keys(connection, now)}
    manifest = published.active_manifest(connection, now)
    documents = published.documents(connection, {name: id for name, id in manifest.items() if name in names})
    urls, states, held = queries.endpoint_urls(connection), systems.states(connection), systems.holds(connection)
    waiting = systems.calls_waiting(connection)
    found = []
    for name in sorted(names):
        key, document = name.removeprefix("system/"), documents.get(name)
        defined = document if isinstance(document, System) else None
        state = states.get(key)
        found.append(
            Known(
                key=key,
                name=defined.name if defined else key,
                url=urls.get(key) or (defined.url if defined else ""),
                hold=held.get(key),
                waiting=waiting.get(key, 0),
                calls_at_once=state.calls_at_once if state else None,
                pace=state.pace if state else None,
            )
        )
    return Overview(tuple(found), held.get(EVERY))


def known(connection: Connection, key: str, now: int) -> None:
    """Raises Unknown for a system that this installation does not call."""
    if key not in _keys(connection, now):
        raise Unknown(f"there is no system {key!r}; publish one with this key, or choose another")


def _keys(connection: Connection, now: int) -> set[str]:
    manifest = published.active_manifest(connection, now)
    keys = {name.removeprefix("system/") for name in manifest if name.startswith("system/")}
    return (keys | systems.calls_waiting(connection).keys() | systems.states(connection).keys()) - {EVERY}


def hold_of(held: dict[str, Hold], key: str) -> Hold | None:
    """What holds the calls to a system; `held` is what `systems.holds` says."""
    return held.get(EVERY) or held.get(key)
