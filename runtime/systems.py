"""Which systems may be called: offline or not, breaker open or not, how many calls at once; and what became of them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, bindparam, delete, insert, literal_column, select, text, update

from runtime.due import systems_called
from runtime.errors import IllegalMove
from runtime.schema import endpoints, jobs, system_changes, system_states

EVERY = "*"  # stands for all systems at once
PACE = 20  # calls a second to a system that is back, until what waited for it has gone out


class Hold(Struct, frozen=True, kw_only=True):
    """Why no call is made to a system, since a moment in ms. `by` is empty where it happened by itself."""

    system: str
    since: int
    reason: str
    by: str = ""

    @property
    def manual(self) -> bool:
        return bool(self.by)


class Waiting(Struct, frozen=True, kw_only=True):
    """A system with calls that nobody makes yet: when the first is due, and what limits them."""

    system: str
    first: int
    offline: bool
    open_since: int | None  # its breaker
    probe_at: int | None
    back_at: int | None
    calls_at_once: int | None
    pace: int


# --- what a worker asks ---------------------------------------------------------------------------------


def waiting(connection: Connection, now: int) -> list[Waiting]:
    """The systems with calls that nobody makes, due or not."""
    return [
        Waiting(
            system=row.system,
            first=row.first,
            offline=row.offline_since is not None or row.paused is not None,
            open_since=row.open_since,
            probe_at=row.probe_at,
            back_at=row.back_at,
            calls_at_once=row.calls_at_once,
            pace=row.pace or PACE,
        )
        for row in systems_called(connection, now)
        if row.first is not None
    ]


_probe = (
    update(system_states)
    .where(system_states.c.system == bindparam("b_system"), system_states.c.probe_at <= bindparam("b_now"))
    .values(probe_at=bindparam("v_next"))
)


def take_probe(connection: Connection, system: str, *, now: int, until: int) -> bool:
    """Whether the caller is the one that tries whether a system is back; nobody else tries before `until`."""
    return connection.execute(_probe, {"b_system": system, "b_now": now, "v_next": until}).rowcount == 1


def open_breaker(connection: Connection, system: str, error: str, *, probe_at: int, now: int) -> None:
    """No calls but one at `probe_at`; where it is open already, it stays open as long as it was."""
    state = _state(connection, system)
    if state is None or state.open_since is None:
        _set(connection, system, open_since=now, open_error=error, probe_at=probe_at, back_at=None)
        _note(connection, system, "breaker opened", "", error, now)
    else:
        _set(connection, system, open_error=error, probe_at=probe_at)


def close_breaker(connection: Connection, system: str, now: int) -> None:
    """It answers again."""
    closed = connection.execute(
        update(system_states)
        .where(system_states.c.system == system, system_states.c.open_since.is_not(None))
        .values(open_since=None, open_error=None, probe_at=None, back_at=now)
    )
    if closed.rowcount:
        _note(connection, system, "breaker closed", "", "it answers again", now)


# --- what people do -------------------------------------------------------------------------------------


def take_offline(connection: Connection, system: str, *, reason: str, by: str, now: int) -> None:
    """No call is made to the system until it is brought back; those under way may end. EVERY pauses all calls."""
    state = _state(connection, system)
    if state is not None and state.offline_since is not None:
        raise IllegalMove(f"{_called(system)} already, by {state.offline_by}: {state.offline_reason}")
    _set(connection, system, offline_since=now, offline_by=by, offline_reason=reason)
    _note(connection, system, "taken offline", by, reason, now)


def bring_back(connection: Connection, system: str, *, reason: str = "", by: str, now: int) -> None:
    """Calls go out again, those that waited at a pace. An open breaker is tried at once."""
    state = _state(connection, system)
    if state is None or (state.offline_since is None and state.open_since is None):
        raise IllegalMove("all calls are made already" if system == EVERY else f"{system} is online already")
    if state.offline_since is None:
        _set(connection, system, probe_at=now)
        _note(connection, system, "tried", by, reason, now)
        return
    _set(connection, system, offline_since=None, offline_by=None, offline_reason=None, back_at=now)
    if system == EVERY:
        known = connection.execute(select(jobs.c.system).where(jobs.c.outside == literal_column("true")).distinct())
        for each in known.scalars().all():
            _set(connection, each, back_at=now)
    _note(connection, system, "brought back", by, reason, now)


def limit_calls(
    connection: Connection, system: str, *, calls_at_once: int | None, pace: int | None, by: str, now: int
) -> None:
    """How many calls a worker makes to a system at once, and the pace of those that waited; None: the default."""
    _set(connection, system, calls_at_once=calls_at_once, pace=pace)
    told = f"calls at once: {calls_at_once or 'default'}, pace: {pace or 'default'}"
    _note(connection, system, "limited", by, told, now)


def reach_at(connection: Connection, system: str, url: str | None, *, by: str, now: int) -> None:
    """Where a system is reached in this installation; None: where its definition says."""
    connection.execute(delete(endpoints).where(endpoints.c.system == system))
    if url is not None:
        connection.execute(insert(endpoints).values(system=system, url=url))
    _note(connection, system, "address changed", by, url or "as defined", now)


# --- what pages ask -------------------------------------------------------------------------------------


def holds(connection: Connection) -> dict[str, Hold]:
    """Why calls are held, by system; EVERY for all of them."""
    found = {}
    for row in connection.execute(select(system_states)):
        if row.offline_since is not None:
            found[row.system] = Hold(
                system=row.system, since=row.offline_since, reason=row.offline_reason, by=row.offline_by
            )
        elif row.open_since is not None:
            found[row.system] = Hold(system=row.system, since=row.open_since, reason=row.open_error)
    return found


def states(connection: Connection) -> dict[str, Row[Any]]:
    """All that is known of each system that was ever limited, held, or in trouble."""
    return {row.system: row for row in connection.execute(select(system_states))}


_COUNTED = text("""
SELECT system, count(*) AS calls FROM jobs WHERE outside = true GROUP BY system
""")


def calls_waiting(connection: Connection) -> dict[str, int]:
    """How many calls are still to be made, by system."""
    return {row.system: int(row.calls) for row in connection.execute(_COUNTED)}


def changes(connection: Connection, system: str | None = None, *, limit: int) -> list[Row[Any]]:
    """What became of systems, newest first."""
    query = select(system_changes).order_by(system_changes.c.id.desc()).limit(limit)
    return list(connection.execute(query if system is None else query.where(system_changes.c.system == system)))


def _state(connection: Connection, system: str) -> Row[Any] | None:
    query = select(system_states).where(system_states.c.system == system).with_for_update()
    return connection.execute(query).one_or_none()


def _set(connection: Connection, system: str, **values: Any) -> None:
    changed = connection.execute(update(system_states).where(system_states.c.system == system).values(values))
    if not changed.rowcount:
        connection.execute(insert(system_states).values(system=system, **values))


def _note(connection: Connection, system: str, change: str, by: str, reason: str, now: int) -> None:
    row = {"system": system, "at": now, "change": change, "by": by, "reason": reason}
    connection.execute(insert(system_changes).values(row))


def _called(system: str) -> str:
    return "all calls are paused" if system == EVERY else f"{system} is offline"
