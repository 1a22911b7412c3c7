"""The list of all definitions: what is looked for in it, and what the checks say of each.

Theory of operation. Everything is checked together, which takes half a second for two thousand definitions. So what
the checks found is remembered under the digest of all that they looked at, and looked up until something changes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection

from designer import drafts, filing, published, publishing
from designer.checks.problems import Problem
from designer.filing import Filing
from runtime.cache import Cache
from runtime.core import versions

Only = Literal["", "draft", "problems", "inactive"]
Active = Literal["", "newest", "older"]
Sort = Literal["kind", "name", "owner", "problems", "changed"]

NONE: Counter[str] = Counter()
SOON = 300  # so many definitions are checked before anybody has noticed


class Found(Struct, frozen=True):
    """What the checks say of one definition."""

    errors: int = 0
    warnings: int = 0


class Entry(Struct, frozen=True, kw_only=True):
    """A line of the list. `active` says which of its versions, if any, is in the active release. `found` is None where
    it is neither there nor drafted, so that nothing can go wrong with it, and where nobody has looked yet."""

    listed: drafts.Listed
    filing: Filing
    active: Active
    found: Found | None


class Overview(Struct, frozen=True, kw_only=True):
    """What was found. `kinds`, `tags` and `owners` count over all definitions, `checked` says whether problems are
    known."""

    entries: list[Entry]
    kinds: dict[str, int]
    tags: dict[str, int]
    owners: dict[str, int]
    drafted: int
    broken: int
    checked: bool


def find(
    connection: Connection,
    *,
    kind: str = "",
    search: str = "",
    tag: str = "",
    owner: str = "",
    only: Only = "",
    sort: Sort = "kind",
    downwards: bool = False,
    patient: bool = True,
    now: int,
) -> Overview:
    """The definitions that fit all of what is asked, sorted. Without `patient`, many definitions that nobody has
    checked since the last change are listed unchecked."""
    listed = drafts.definitions(connection)
    active = published.active_manifest(connection, now)
    filed = filing.find(connection)
    found = problems(connection, now=now, patient=patient or len(listed) <= SOON or only == "problems")
    counted: dict[str, Counter[str]] = {}
    for problem in found or ():
        counted.setdefault(problem.definition, Counter())[problem.severity] += 1
    everything = []
    for each in listed:
        name = f"{each.kind}/{each.key}"
        looked_at = found is not None and (name in active or each.has_draft)
        severities = counted.get(name, NONE)
        entry = Entry(
            listed=each,
            filing=filed.get((each.kind, each.key), filing.NOTHING),
            active="" if name not in active else "newest" if active[name] == each.version else "older",
            found=Found(severities["error"], severities["warning"]) if looked_at else None,
        )
        everything.append(entry)
    fits = _fits(kind, search.casefold(), tag, owner, only)
    return Overview(
        entries=sorted((entry for entry in everything if fits(entry)), key=_key(sort), reverse=downwards),
        kinds=Counter(entry.listed.kind for entry in everything),
        tags=_counted(tag for entry in everything for tag in entry.filing.tags),
        owners=_counted(entry.filing.owner for entry in everything if entry.filing.owner),
        drafted=sum(entry.listed.has_draft for entry in everything),
        broken=sum(_is_broken(entry) for entry in everything),
        checked=found is not None,
    )


def _fits(kind: str, needle: str, tag: str, owner: str, only: Only) -> Callable[[Entry], bool]:
    def fits(entry: Entry) -> bool:
        each, filed = entry.listed, entry.filing
        return (
            kind in ("", each.kind)
            and (not tag or tag in filed.tags)
            and owner in ("", filed.owner)
            and (only != "draft" or each.has_draft)
            and (only != "inactive" or not entry.active)
            and (only != "problems" or _is_broken(entry))
            and any(needle in text for text in (each.key, each.name.casefold(), filed.owner.casefold(), *filed.tags))
        )

    return fits


def _is_broken(entry: Entry) -> bool:
    return entry.found is not None and bool(entry.found.errors or entry.found.warnings)


def _key(sort: Sort) -> Callable[[Entry], Any]:
    def key(entry: Entry) -> Any:
        each = entry.listed
        name = (each.name.casefold(), each.key, each.kind)
        match sort:
            case "name":
                return name
            case "owner":
                return (not entry.filing.owner, entry.filing.owner.casefold(), *name)
            case "problems":
                return (entry.found.errors, entry.found.warnings) if entry.found else (0, 0)
            case "changed":
                return each.changed_at
        return (each.kind, *name)

    return key


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


# --- checked once -------------------------------------------------------------------------------------

_checked: Cache[str, list[Problem]] = Cache(16)


def problems(connection: Connection, *, now: int, patient: bool = True) -> list[Problem] | None:
    """What the checks say of everything that is drafted or active; None where that is not known yet and nobody is
    `patient`."""
    mark = mark_of(connection, now=now)
    if not patient and mark not in _checked:
        return None
    return _checked.get(mark, lambda: publishing.problems(connection, now=now))


def mark_of(connection: Connection, *, now: int) -> str:
    """What tells everything that is drafted or active from any other such set. A draft is stored in its canonical
    form, so that the digest of its text is what its version would be called."""
    drafted = {
        draft.name: hashlib.sha256((draft.document or "").encode()).hexdigest() for draft in drafts.find(connection)
    }
    return versions.digest(published.active_manifest(connection, now) | drafted)
