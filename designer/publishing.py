"""The only way across: drafts become versions, versions become a release, a release becomes the active one.

What would come of it is proven first: see `designer.proofs`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, func, insert, select

from designer import cases, drafts
from designer.checks import checking
from designer.checks.problems import Problem
from designer.errors import MovedMeanwhile, NothingToPublish, NotPublishable
from designer.proofs import (
    Gathered,
    Proof,
    Watch,
    choose,
    gather,
    moment_of,
    proof_of,
    proof_of_move,
    proof_of_release,
    refuse,
)
from designer.published import active_manifest, coming, documents
from designer.schedule import Answer, changes
from runtime.cache import Cache
from runtime.core import versions
from runtime.core.definitions import Definition, kind_of
from runtime.core.release import Release
from runtime.errors import IllegalMove, Unknown
from runtime.releases import active_id, manifest_of, one_at_a_time, take_effect
from runtime.schema import activations, release_changes, releases, schedule, withdrawals
from runtime.schema import versions as versions_table

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
    _begin(connection, now)
    drafted = drafts.find(connection, names, lock=True)  # who saves meanwhile is told that it was published
    gathered = gather(connection, names, drafted, remove, now=now, activate=activate, at=at)
    proof = proof_of(connection, gathered, answer, now)
    if seen not in (None, proof.mark):
        raise MovedMeanwhile
    refuse(proof, accept, answer)
    if proof.manifest == proof.base:
        raise NothingToPublish()
    for definition in gathered.chosen.values():
        _freeze(connection, definition, author=author, now=now)
    base = active_id(connection, gathered.at)
    release_id = _release(connection, proof.manifest, base=base, note=note, author=author, now=now)
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
    watch: Watch | None = None,
) -> Proof:
    """What `publish` would find with the same arguments; nothing is stored. `watch` is told of every test case.

    Raises Unknown for a name that means nothing, IllegalMove for a moment that has passed.
    """
    gathered = _gathered(connection, names, remove, now=now, activate=activate, at=at)
    return proof_of(connection, gathered, answer, now, watch)


def prove_release(connection: Connection, release_id: int, *, now: int, watch: Watch | None = None) -> Proof:
    """What checks and test cases say today of a release that exists. Raises Unknown."""
    return proof_of_release(connection, manifest_of(connection, release_id), now, watch)


def problems(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> list[Problem]:
    """What the checks say about the release that `publish` would make of the same arguments."""
    return checking.check(candidate(connection, names, remove=remove, now=now))


def candidate(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> dict[str, Definition]:
    """All definitions, by "kind/key", of the release that `publish` would make of the same arguments."""
    names = None if names is None else frozenset(names)
    _, chosen, kept = choose(connection, names, drafts.find(connection, names), remove, now)
    return dict(sorted({**documents(connection, kept), **chosen}.items()))


# By the digest of the manifest: whoever rehearses many orders, one after the other, compiles once.
_rehearsed: Cache[str, Release] = Cache(8)


def compiled(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> Release:
    """The release, with number 0, that `publish` would make of the same arguments; nothing is stored.

    Raises NotPublishable where it would be refused, and Unknown for a name that means nothing.
    """
    gathered = _gathered(connection, names, remove, now=now)

    def compile_() -> Release:
        definitions = gathered.definitions(connection)
        found = checking.check(definitions)
        if any(problem.severity == "error" for problem in found):
            raise NotPublishable(found)
        return Release(0, definitions.values())

    return _rehearsed.get(versions.digest(gathered.manifest), compile_)


def digest_of(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> str:
    """What tells the release that `publish` would make of the same arguments from any other."""
    return versions.digest(_gathered(connection, names, remove, now=now).manifest)


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
    _begin(connection, now)
    proof = prove_activation(connection, release_id, now=now, at=at, answer=answer)
    refuse(proof, answer=answer)
    _activate(connection, release_id, author=author, now=now, at=moment_of(now, at))
    _shift(connection, proof, because=f"release {release_id}", author=author, now=now)


def prove_activation(
    connection: Connection, release_id: int, *, now: int, at: int | None = None, answer: Answer | None = None
) -> Proof:
    """What becomes of scheduled releases when a release that exists is activated. Raises Unknown, IllegalMove."""
    moment = moment_of(now, at)
    base, manifest = active_manifest(connection, moment), manifest_of(connection, release_id)
    return proof_of_move(connection, base, manifest, coming(connection, moment), answer, now)


def withdraw(connection: Connection, activation_id: int, *, author: str, now: int) -> None:
    """Cancels an activation that is yet to come. What is scheduled for later keeps its own changes.

    Raises Unknown where there is no such activation, IllegalMove where its moment has come, NotPublishable where a
    later release could not stand without it.
    """
    _begin(connection, now)
    ahead = coming(connection, now)
    place = next((n for n, entry in enumerate(ahead) if entry.id == activation_id), None)
    if place is None:
        if connection.execute(select(schedule.c.id).where(schedule.c.id == activation_id)).one_or_none() is None:
            raise Unknown(f"there is no activation {activation_id}")
        raise IllegalMove("that activation is no longer to come; look at the releases again")
    before = ahead[place - 1].manifest if place else active_manifest(connection, now)
    proof = proof_of_move(connection, ahead[place].manifest, before, ahead[place + 1 :], "keep", now)
    refuse(proof, answer="keep")
    _withdraw(connection, activation_id, "cancelled", author=author, now=now)
    _shift(connection, proof, because="a cancelled activation", author=author, now=now)


# --- steps --------------------------------------------------------------------------------------------


def _gathered(
    connection: Connection,
    names: Iterable[str] | None,
    remove: Iterable[str] = (),
    *,
    now: int,
    activate: bool = False,
    at: int | None = None,
) -> Gathered:
    """What `publish` would speak of, for whoever only wants to know."""
    names = None if names is None else frozenset(names)
    return gather(connection, names, drafts.find(connection, names), remove, now=now, activate=activate, at=at)


def _begin(connection: Connection, now: int) -> None:
    """Nobody else publishes meanwhile, and what was due before this happened before it."""
    one_at_a_time(connection)
    take_effect(connection, now)


def _freeze(connection: Connection, document: Definition, *, author: str, now: int) -> None:
    v = versions_table.c
    id_, kind = versions.version_id(document), kind_of(document)
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
            author=author,
            created_at=now,
        )
    )


def _release(
    connection: Connection, manifest: Mapping[str, str], *, base: int | None, note: str, author: str, now: int
) -> int:
    """Stores a release as what it changes in another one, `base`."""
    values = {
        "base": base,
        "digest": versions.release_digest(manifest, versions.SEMANTICS),
        "semantics": versions.SEMANTICS,
        "size": len(manifest),
        "note": note,
        "author": author,
        "created_at": now,
    }
    release_id = int(connection.execute(insert(releases).values(**values).returning(releases.c.id)).scalar_one())
    changed = changes({} if base is None else manifest_of(connection, base), manifest)
    if changed:
        rows = [{"release_id": release_id, "name": name, "version": version} for name, version in changed.items()]
        connection.execute(insert(release_changes), rows)
    return release_id


def _activate(connection: Connection, release_id: int, *, author: str, now: int, at: int) -> None:
    """Now, or where the moment is to come, then."""
    table = schedule if at > now else activations
    connection.execute(insert(table).values(release_id=release_id, at=at, author=author))


def _withdraw(connection: Connection, activation_id: int, reason: str, *, author: str, now: int) -> None:
    values = {"scheduled": activation_id, "at": now, "author": author, "reason": reason}
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
        made = _release(connection, shift.manifest, base=entry.release, note=note, author=author, now=now)
        _withdraw(connection, entry.id, f"replaced by release {made}, after {because}", author=author, now=now)
        _activate(connection, made, author=author, now=now, at=entry.at)
