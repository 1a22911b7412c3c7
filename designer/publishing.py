"""The only way across: drafts become versions, versions become a release, a release becomes the active one.

Theory of operation. What would come of a publication is proven first: its checks, its test cases, and what becomes of
releases that are scheduled for later. A proof has a mark, made of everything it depends on, and is remembered by it;
so it can be made while nobody waits for the writer, and `publish`, which asks for it again inside of its transaction,
finds it where nothing has changed meanwhile, and makes a new one where something has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

import rfc8785
from msgspec import Struct, structs
from sqlalchemy import Connection, func, insert, select, text

from designer import cases, checks, drafts, proving
from designer.errors import ChangedOutcomes, MovedMeanwhile, NothingToPublish, NotPublishable, ScheduleConflict
from designer.models import Draft
from designer.proving import Contents, Result
from designer.published import (
    Activation,
    Release,
    Version,
    activation_history,
    active_manifest,
    all_releases,
    coming,
    definitions_of,
    document,
    documents,
    history,
    live_orders,
    manifest_of,
)
from designer.schedule import Answer, Entry, Shift, shifted
from runtime.core import versions
from runtime.core.definitions import Definition
from runtime.core.release import Release as CompiledRelease
from runtime.errors import IllegalMove, Unknown
from runtime.releases import active_id
from runtime.schema import activations, releases, withdrawals
from runtime.schema import versions as versions_table

__all__ = [
    "Activation",
    "Coming",
    "Proof",
    "Release",
    "Version",
    "activate",
    "activation_history",
    "active_id",
    "active_manifest",
    "all_releases",
    "candidate",
    "coming",
    "compiled",
    "definitions_of",
    "digest_of",
    "document",
    "documents",
    "history",
    "live_orders",
    "manifest_of",
    "one_at_a_time",
    "problems",
    "prove",
    "prove_activation",
    "publish",
    "refuse",
    "withdraw",
]


class Coming(Struct, frozen=True, kw_only=True):
    """What becomes of a release that is scheduled for later: the errors that it would have, and the test cases that
    would come out as nobody ever accepted."""

    shift: Shift
    problems: tuple[checks.Problem, ...] = ()
    results: tuple[Result, ...] = ()


class Proof(Struct, frozen=True, kw_only=True):
    """What would come of a publication. `base` is what it builds on, `manifest` what it would contain, `chosen` what
    it puts there; test cases are tried only where the checks find no error."""

    mark: str
    base: dict[str, str]
    manifest: dict[str, str]
    chosen: dict[str, Definition]
    problems: tuple[checks.Problem, ...]
    results: tuple[Result, ...] = ()
    coming: tuple[Coming, ...] = ()

    @property
    def errors(self) -> tuple[checks.Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def changed(self) -> tuple[Result, ...]:
        """The test cases that do not come out as expected."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def conflicts(self) -> tuple[Coming, ...]:
        """The scheduled releases that change a definition which this publication changes too."""
        return tuple(each for each in self.coming if each.shift.conflicts)


# --- across -------------------------------------------------------------------------------------------


def publish(
    connection: Connection,
    names: Iterable[str] | None = None,
    *,
    remove: Iterable[str] = (),
    note: str = "",
    author: str,
    now: int,
    activate: bool = True,
    at: int | None = None,
    accept: Collection[str] = (),
    answer: Answer | None = None,
    seen: str | None = None,
) -> int:
    """Freezes what is drafted under `names` ("kind/key"; None: every draft) and makes one release of it: what is
    active at that moment, with those entries replaced and those of `remove` left out. Returns the release's id.

    A name without a draft stands for its newest version. With `activate` the release becomes active now, or
    `at` a later moment. `accept` names the test cases ("table/discount/3") whose new outcome is from now on what is
    expected; `answer` says what becomes of definitions that a scheduled release changes too; `seen` is the mark of the
    proof that somebody looked at. Raises NotPublishable with every problem, ChangedOutcomes, ScheduleConflict,
    MovedMeanwhile, NothingToPublish, or Unknown for a name that means nothing; the caller then rolls back, and nothing
    has happened.
    """
    names = None if names is None else frozenset(names)
    one_at_a_time(connection)
    drafted = drafts.find(connection, names, lock=True)  # who saves meanwhile is told that it was published
    gathered = _gathered(connection, names, drafted, remove, now=now, activate=activate, at=at)
    proof = _proof(connection, gathered, answer, now)
    if seen not in (None, proof.mark):
        raise MovedMeanwhile
    refuse(proof, accept, answer)
    if proof.manifest == proof.base:
        raise NothingToPublish()
    for definition in gathered.chosen.values():
        _freeze(connection, definition, author=author, now=now)
    release_id = _release(connection, proof.manifest, note=note, author=author, now=now)
    for draft in drafted:
        drafts.close(connection, draft, by=author, now=now)
    for result in proof.changed:
        cases.accept(connection, result, by=author, now=now)
    if activate:
        _activate(connection, release_id, author=author, now=now, at=gathered.at)
        _shift(connection, proof, because=f"release {release_id}", author=author, now=now)
    return release_id


def prove(
    connection: Connection,
    names: Iterable[str] | None = None,
    *,
    remove: Iterable[str] = (),
    now: int,
    activate: bool = True,
    at: int | None = None,
    answer: Answer | None = None,
) -> Proof:
    """What `publish` would find with the same arguments; nothing is stored.

    Raises Unknown for a name that means nothing, IllegalMove for a moment that has passed.
    """
    names = None if names is None else frozenset(names)
    drafted = drafts.find(connection, names)
    gathered = _gathered(connection, names, drafted, remove, now=now, activate=activate, at=at)
    return _proof(connection, gathered, answer, now)


def refuse(proof: Proof, accept: Collection[str] = (), answer: Answer | None = None) -> None:
    """Raises what stands against the publication: NotPublishable, ChangedOutcomes, ScheduleConflict, or Unknown for
    an accepted case that does not exist."""
    if proof.errors:
        raise NotPublishable(list(proof.problems))
    if strange := sorted(set(accept) - {result.case.ref for result in proof.results}):
        raise Unknown(f"there is no test case {strange[0]} that this publication could change; leave it out")
    if open_ := [each for each in proof.changed if each.wrong or each.case.ref not in accept]:
        raise ChangedOutcomes(open_)
    if proof.conflicts and answer is None:
        raise ScheduleConflict([each.shift for each in proof.conflicts])
    for each in proof.coming:
        _refuse_coming(each)


def problems(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> list[checks.Problem]:
    """What the checks say about the release that `publish` would make of the same arguments."""
    return checks.check(candidate(connection, names, remove=remove, now=now))


def candidate(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> dict[str, Definition]:
    """All definitions, by "kind/key", of the release that `publish` would make of the same arguments."""
    names = None if names is None else frozenset(names)
    gathered = _gathered(connection, names, drafts.find(connection, names), remove, now=now, activate=False, at=None)
    return gathered.definitions(connection)


# By the digest of the manifest: whoever rehearses many orders, one after the other, compiles once.
_rehearsed: dict[str, CompiledRelease] = {}


def compiled(connection: Connection, names: Iterable[str] | None = None, *, now: int) -> CompiledRelease:
    """The release, with number 0, that `publish` would make of the same arguments; nothing is stored.

    Raises NotPublishable where it would be refused, and Unknown for a name that means nothing.
    """
    digest = digest_of(connection, names, now=now)
    if digest not in _rehearsed:
        definitions = candidate(connection, names, now=now)
        found = checks.check(definitions)
        if any(problem.severity == "error" for problem in found):
            raise NotPublishable(found)
        if len(_rehearsed) >= 8:
            _rehearsed.pop(next(iter(_rehearsed)), None)
        _rehearsed[digest] = CompiledRelease(0, definitions.values())
    return _rehearsed[digest]


def digest_of(connection: Connection, names: Iterable[str] | None = None, *, now: int) -> str:
    """What tells the release that `publish` would make of the same arguments from any other."""
    names = None if names is None else frozenset(names)
    gathered = _gathered(connection, names, drafts.find(connection, names), (), now=now, activate=False, at=None)
    return versions.digest(gathered.manifest)


def activate(
    connection: Connection,
    release_id: int,
    *,
    author: str,
    now: int,
    at: int | None = None,
    answer: Answer | None = None,
) -> None:
    """Makes any release the active one, now or `at` a later moment: a new entry of the activation history.

    What is scheduled for later keeps its changes: see `designer.schedule`. Raises Unknown for a release that does
    not exist, IllegalMove for a moment that has passed, ScheduleConflict, NotPublishable.
    """
    one_at_a_time(connection)
    proof = prove_activation(connection, release_id, now=now, at=at, answer=answer)
    refuse(proof, answer=answer)
    _activate(connection, release_id, author=author, now=now, at=_moment(now, at))
    _shift(connection, proof, because=f"release {release_id}", author=author, now=now)


def prove_activation(
    connection: Connection, release_id: int, *, now: int, at: int | None = None, answer: Answer | None = None
) -> Proof:
    """What becomes of scheduled releases when a release that exists is activated. Raises Unknown, IllegalMove."""
    moment = _moment(now, at)
    base, manifest = active_manifest(connection, moment), manifest_of(connection, release_id)
    return _moved(connection, base, manifest, coming(connection, moment), answer, now)


def withdraw(connection: Connection, activation_id: int, *, author: str, now: int) -> None:
    """Cancels an activation that is yet to come. What is scheduled for later keeps its own changes.

    Raises Unknown where there is no such activation, IllegalMove where its moment has come, NotPublishable where a
    later release could not stand without it.
    """
    one_at_a_time(connection)
    known = {each.id: each for each in activation_history(connection)}
    if activation_id not in known:
        raise Unknown(f"there is no activation {activation_id}")
    if known[activation_id].withdrawn or known[activation_id].at <= now:
        raise IllegalMove("that activation is no longer to come; look at the releases again")
    ahead = coming(connection, now)
    place = next(n for n, entry in enumerate(ahead) if entry.id == activation_id)
    before = ahead[place - 1].manifest if place else active_manifest(connection, now)
    proof = _moved(connection, ahead[place].manifest, before, ahead[place + 1 :], "keep", now)
    refuse(proof, answer="keep")
    _withdraw(connection, activation_id, "cancelled", author=author, now=now)
    _shift(connection, proof, because="a cancelled activation", author=author, now=now)


def one_at_a_time(connection: Connection) -> None:
    """Lets nobody else publish or activate before the transaction ends: two people at once would each build on the same
    active release and lose the other's half. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE releases IN SHARE ROW EXCLUSIVE MODE"))


# --- proving ------------------------------------------------------------------------------------------


class _Gathered(Struct, frozen=True, kw_only=True):
    """What a publication speaks of: `chosen` definitions, on `base`, at a moment, before `later` activations. It makes
    a `new` release, or brings back one that was proven when it was made."""

    at: int
    base: dict[str, str]
    chosen: dict[str, Definition]
    manifest: dict[str, str]
    later: list[Entry]
    new: bool = True

    def definitions(self, connection: Connection) -> dict[str, Definition]:
        kept = {name: id_ for name, id_ in self.manifest.items() if name not in self.chosen}
        return dict(sorted({**documents(connection, kept), **self.chosen}.items()))


def _gathered(
    connection: Connection,
    names: Collection[str] | None,
    drafted: Iterable[Draft],
    remove: Iterable[str],
    *,
    now: int,
    activate: bool,
    at: int | None,
) -> _Gathered:
    moment = _moment(now, at) if activate else now
    base = active_manifest(connection, moment)
    chosen = {draft.name: draft.definition for draft in drafted}
    for name in names or ():
        if name not in chosen:
            kind, _, key = name.partition("/")
            chosen[name] = document(connection, kind, key)
    removed = set(remove)
    for name in sorted(removed):
        if name not in base:
            raise Unknown(f"{name} is not in the active release, so it cannot be removed from it")
        if name in chosen:
            raise IllegalMove(f"{name} cannot be published and removed at once; choose one of the two")
    ids = {name: versions.version_id(definition) for name, definition in chosen.items()}
    manifest = {name: id_ for name, id_ in base.items() if name not in removed} | ids
    later = coming(connection, moment) if activate else []
    return _Gathered(at=moment, base=base, chosen=chosen, manifest=dict(sorted(manifest.items())), later=later)


_proofs: dict[tuple[str, Answer | None], Proof] = {}


def _proof(connection: Connection, gathered: _Gathered, answer: Answer | None, now: int) -> Proof:
    saved = cases.all_of(connection)
    mark = versions.digest(
        {
            "base": gathered.base,
            "manifest": gathered.manifest,
            "new": gathered.new,
            "later": [[entry.id, entry.release, str(entry.at)] for entry in gathered.later],
            "cases": [[case.ref, case.name, case.given, case.expected] for case in saved],
            "day": now // 86_400_000,  # a table may ask what day it is
        }
    )
    key = (mark, answer)
    proof = _proofs.get(key)
    if proof is None:
        proof = _proven(connection, gathered, saved, mark, answer, now)
        if len(_proofs) >= 8:
            _proofs.pop(next(iter(_proofs)), None)
        _proofs[key] = proof
    return proof


def _proven(
    connection: Connection,
    gathered: _Gathered,
    saved: list[proving.Case],
    mark: str,
    answer: Answer | None,
    now: int,
) -> Proof:
    contents = Contents(gathered.definitions(connection))
    proof = Proof(
        mark=mark,
        base=gathered.base,
        manifest=gathered.manifest,
        chosen=gathered.chosen,
        problems=tuple(checks.check(contents.definitions)) if gathered.new else (),
    )
    moved = list(shifted(gathered.base, gathered.manifest, gathered.later, answer))
    if proof.errors or not (gathered.new or moved):
        return proof
    moment = datetime.fromtimestamp(now / 1000, UTC)
    today = Contents(documents(connection, gathered.base)) if gathered.later else None
    planned = [
        (f"release {entry.release}, scheduled,", Contents(documents(connection, entry.manifest)))
        for entry in gathered.later
    ]
    results = []
    for case in proving.concerning(saved, contents.definitions):
        result = proving.tried(case, contents, now=moment)
        results.append(proving.settled(result, today, planned, now=moment) if today else result)
    before = {entry.id: each for entry, (_, each) in zip(gathered.later, planned, strict=True)}
    return structs.replace(
        proof,
        results=tuple(results) if gathered.new else (),
        coming=tuple(_coming(connection, gathered, shift, results, before[shift.entry.id], moment) for shift in moved),
    )


def _coming(
    connection: Connection,
    gathered: _Gathered,
    shift: Shift,
    results: Iterable[Result],
    before: Contents,
    moment: datetime,
) -> Coming:
    """What becomes of a scheduled release. A test case may come out there as it is expected, as it comes out in what
    is published now, or as it did before; anything else nobody has seen yet."""
    new = {name: each for name, each in gathered.chosen.items() if shift.manifest.get(name) == gathered.manifest[name]}
    stored = documents(connection, {name: id_ for name, id_ in shift.manifest.items() if name not in new})
    contents = Contents(dict(sorted({**stored, **new}.items())))
    found = checks.check(contents.definitions)
    if any(problem.severity == "error" for problem in found):
        return Coming(shift=shift, problems=tuple(found))
    unseen = []
    for known in results:
        if not proving.concerning([known.case], contents.definitions):
            continue
        result = proving.tried(known.case, contents, now=moment)
        if result.passed or result.got == known.got:
            continue
        there = proving.concerning([known.case], before.definitions)
        if not there or proving.tried(known.case, before, now=moment).got != result.got:
            unseen.append(result)
    return Coming(shift=shift, problems=tuple(found), results=tuple(unseen))


def _moved(
    connection: Connection,
    was: dict[str, str],
    becomes: dict[str, str],
    later: list[Entry],
    answer: Answer | None,
    now: int,
) -> Proof:
    """The proof of moving between releases that exist: only what is scheduled for later can suffer from it."""
    gathered = _Gathered(at=now, base=was, chosen={}, manifest=becomes, later=later, new=False)
    return _proof(connection, gathered, answer, now)


def _refuse_coming(each: Coming) -> None:
    entry = each.shift.entry
    who = f"release {entry.release}, which is scheduled and would keep its changes,"
    if any(problem.severity == "error" for problem in each.problems):
        raise NotPublishable(list(each.problems), of=who, remedy=", or its activation cancelled")
    if each.results:
        raise ChangedOutcomes(list(each.results), of=who)


# --- steps --------------------------------------------------------------------------------------------


def _moment(now: int, at: int | None) -> int:
    if at is not None and at < now:
        raise IllegalMove("a release cannot be activated in the past; leave the time out to activate it now")
    return now if at is None else at


def _freeze(connection: Connection, document: Definition, *, author: str, now: int) -> None:
    v = versions_table.c
    id_, kind = versions.version_id(document), drafts.kind_of(document)
    if connection.execute(select(v.id).where(v.id == id_)).one_or_none() is not None:
        return
    newest = select(func.coalesce(func.max(v.number), 0)).where(v.kind == kind, v.key == document.key)
    connection.execute(
        insert(versions_table).values(
            id=id_,
            kind=kind,
            key=document.key,
            number=connection.execute(newest).scalar_one() + 1,
            document=versions.canonical(document).decode(),
            semantics=versions.SEMANTICS,
            author=author,
            created_at=now,
        )
    )


def _release(connection: Connection, manifest: Mapping[str, str], *, note: str, author: str, now: int) -> int:
    values = {
        "manifest": rfc8785.dumps(dict(manifest)).decode(),
        "digest": versions.digest(dict(manifest)),
        "note": note,
        "author": author,
        "created_at": now,
    }
    return int(connection.execute(insert(releases).values(**values).returning(releases.c.id)).scalar_one())


def _activate(connection: Connection, release_id: int, *, author: str, now: int, at: int) -> None:
    connection.execute(insert(activations).values(release_id=release_id, at=at, author=author))


def _withdraw(connection: Connection, activation_id: int, reason: str, *, author: str, now: int) -> None:
    values = {"activation_id": activation_id, "at": now, "author": author, "reason": reason}
    connection.execute(insert(withdrawals).values(**values))


def _shift(connection: Connection, proof: Proof, *, because: str, author: str, now: int) -> None:
    """Replaces every scheduled release that would undo what happens now by one that does not."""
    for each in proof.coming:
        entry, shift = each.shift.entry, each.shift
        if shift.manifest == entry.manifest:
            continue
        if shift.empty:
            _withdraw(
                connection, entry.id, f"nothing is left for it to change, after {because}", author=author, now=now
            )
            continue
        note = f"{entry.note}\n\nRelease {entry.release}, made anew after {because}.".strip()
        made = _release(connection, shift.manifest, note=note, author=author, now=now)
        _withdraw(connection, entry.id, f"replaced by release {made}, after {because}", author=author, now=now)
        _activate(connection, made, author=author, now=now, at=entry.at)
