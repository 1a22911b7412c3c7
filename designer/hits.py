"""How often the rows of a decision table fired in production, over all its versions, for whoever changes it now."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from runtime import queries
from runtime.cache import Cache
from runtime.core.work import EVERY_DECISION
from runtime.rules.documents import Table
from runtime.schema import versions


class RowHits(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to one row, wherever its id is the same: `n` hits in the `asked` decisions of the versions that
    have it, `newest` of them of the newest version; the moment of the last one, and its order."""

    asked: int
    n: int = 0
    newest: int = 0
    last_at: int | None = None
    last_order: str | None = None


class TableHits(Struct, frozen=True, kw_only=True):
    """Hits by rule id, of the rows of a table; `decisions` of all its versions, and of the newest one alone."""

    decisions: int
    newest: int
    last_at: int | None
    rows: dict[str, RowHits]


def hits(connection: Connection, table: Table) -> TableHits:
    """The hits of the rows that `table`, a draft or a version, has; rows that it no longer has are left out."""
    counted = queries.hits_of_table(connection, table.key)
    numbers = _numbers(connection, table.key)
    latest = max(numbers, key=lambda id_: numbers[id_], default="")
    decided: dict[str, int] = {}
    n: dict[str, int] = {}
    newest: dict[str, int] = {}
    last: dict[str, tuple[int, int]] = {}
    for row in counted:
        if row.rule == EVERY_DECISION:
            decided[row.version] = decided.get(row.version, 0) + row.n
        n[row.rule] = n.get(row.rule, 0) + row.n
        if row.version == latest:
            newest[row.rule] = newest.get(row.rule, 0) + row.n
        last[row.rule] = max(last.get(row.rule, (0, 0)), (row.last_at, row.last_order))
    asked: dict[str, int] = {}
    for version, times in decided.items():
        for rule in _rules(connection, version):
            asked[rule] = asked.get(rule, 0) + times
    rows = {}
    for rule in table.rules:
        at, order = last.get(rule.id, (None, None))
        rows[rule.id] = RowHits(
            asked=asked.get(rule.id, 0),
            n=n.get(rule.id, 0),
            newest=newest.get(rule.id, 0),
            last_at=at,
            last_order=None if order is None else str(order),
        )
    return TableHits(
        decisions=sum(decided.values()),
        newest=decided.get(latest, 0),
        last_at=last[EVERY_DECISION][0] if EVERY_DECISION in last else None,
        rows=rows,
    )


def _numbers(connection: Connection, key: str) -> dict[str, int]:
    query = select(versions.c["id", "number"]).where(versions.c.kind == "table", versions.c.key == key)
    return {row.id: row.number for row in connection.execute(query)}


_rules_of: Cache[str, frozenset[str]] = Cache(256)


def _rules(connection: Connection, version: str) -> frozenset[str]:
    """The ids of the rows of a version; it never changes, and is large, so it is read once."""
    query = select(versions.c.document).where(versions.c.id == version)
    return _rules_of.get(
        version, lambda: frozenset(rule.id for rule in _decode(connection.execute(query).scalar_one()).rules)
    )


class _Rule(Struct, frozen=True):
    id: str


class _Rows(Struct, frozen=True):
    """All that is read of a version here."""

    rules: tuple[_Rule, ...] = ()


_decode = msgspec.json.Decoder(_Rows).decode
