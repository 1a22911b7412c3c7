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
    Given,
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
from runtime.core.definitions import Definition, kind_of, name_of
from runtime.core.release import Release
from runtime.errors import IllegalMove, Unknown
from runtime.published import known_versions, shared
from runtime.releases import STORING, active_id, manifest_of, one_at_a_time, take_effect
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
    given: Iterable[Definition] | Given = (),
    proven: bool = False,
) -> int:
    """Freezes what is drafted under `names` ("kind/key"; None: every draft) and makes one release of it: what is
    active at that moment, with those entries replaced and those of `remove` left out. Returns the release's id.

    A name without a draft stands for its newest version. With `activate` the release becomes active now, or
    `at` a later moment. `accept` names the test cases ("table/discount/3") whose new outcome is from now on what is
    expected; `answer` says what becomes of definitions that a scheduled release changes too; `seen` is the mark of the
    proof that somebody looked at. Definitions that are `given` are published instead of drafts of the same name, which
    end. `proven`: with the same arguments `prove` was asked just now, so nothing long happens here; raises NotProven
    where something changed since. Raises NotPublishable with every problem, ChangedOutcomes, ScheduleConflict,
    MovedMeanwhile, NothingToPublish, or Unknown for a name that means nothing; the caller then rolls back, and nothing
    has happened.
    """
    names = None if names is None else frozenset(names)
    _begin(connection, now)
    drafted = drafts.find(connection, names, lock=True)  # who saves meanwhile is told that it was published
    gathered = gather(connection, names, drafted, remove, now=now, activate=activate, at=at, given=given_of(given))
    proof = proof_of(connection, gathered, answer, now, known=proven)
    if seen not in (None, proof.mark):
        raise MovedMeanwhile
    refuse(proof, accept, answer)
    if proof.manifest == proof.base:
        raise NothingToPublish()
    _freeze(connection, gathered, author=author, now=now)
    base = active_id(connection, gathered.at)
    release_id = _release(connection, proof.manifest, base=base, note=note, author=author, now=now)
    drafts.close_all(connection, [draft.name for draft in drafted], by=author, now=now)
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
    given: Iterable[Definition] | Given = (),
    known: bool = False,
) -> Proof:
    """What `publish` would find with the same arguments; nothing is stored. `watch` is told of every test case.

    Raises Unknown for a name that means nothing, IllegalMove for a moment that has passed.
    """
    gathered = _gathered(connection, names, remove, now=now, activate=activate, at=at, given=given)
    return proof_of(connection, gathered, answer, now, watch, known)


def prove_release(connection: Connection, release_id: int, *, now: int, watch: Watch | None = None) -> Proof:
    """What checks and test cases say today of a release that exists. Raises Unknown."""
    return proof_of_release(connection, manifest_of(connection, release_id), now, watch)


def problems(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> list[Problem]:
    """What the checks say about the release that `publish` would make of the same arguments."""
    found = drafts.find(connection, names)
    _, unreadable = drafts.read(found)
    broken = {problem.definition for problem in unreadable}
    named = None if names is None else frozenset(names) - broken
    readable = [draft for draft in found if draft.name not in broken]
    return [*checking.check(_together(connection, named, readable, remove, now)), *unreadable]


def candidate(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> dict[str, Definition]:
    """All definitions, by "kind/key", of the release that `publish` would make of the same arguments.

    Without `names` drafts that cannot be read are left out. Raises NotPublishable for one that is named.
    """
    names = None if names is None else frozenset(names)
    drafted = drafts.find(connection, names)
    if names is None:
        readable, _ = drafts.read(drafted)
        drafted = [draft for draft in drafted if draft.name in readable]
    return _together(connection, names, drafted, remove, now)


def _together(
    connection: Connection,
    names: frozenset[str] | None,
    drafted: Iterable[drafts.Draft],
    remove: Iterable[str],
    now: int,
) -> dict[str, Definition]:
    _, chosen, kept = choose(connection, names, drafted, remove, now)
    documents_ = {name: part.document for name, (_, part) in chosen.items()}
    return dict(sorted({**documents(connection, kept), **documents_}.items()))


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
        found = checking.check(gathered.definitions(connection))
        if any(problem.severity == "error" for problem in found):
            raise NotPublishable(found)
        return gathered.release(connection)

    return _rehearsed.get(versions.release_digest(gathered.manifest, 0), compile_)


def digest_of(
    connection: Connection, names: Iterable[str] | None = None, *, remove: Iterable[str] = (), now: int
) -> str:
    """What tells the release that `publish` would make of the same arguments from any other."""
    return versions.release_digest(_gathered(connection, names, remove, now=now).manifest, 0)


def activate(
    connection: Connection,
    release_id: int,
    *,
    author: str,
    now: int,
    at: int | None = None,
    answer: Answer | None = None,
    proven: bool = False,
) -> None:
    """Makes any release the active one, now or `at` a later moment: a new entry of the activation history.

    What is scheduled for later keeps its changes: see `designer.schedule`. Raises Unknown for a release that does
    not exist, IllegalMove for a moment that has passed, ScheduleConflict, NotPublishable.
    """
    _begin(connection, now)
    proof = prove_activation(connection, release_id, now=now, at=at, answer=answer, known=proven)
    refuse(proof, answer=answer)
    _activate(connection, release_id, author=author, now=now, at=moment_of(now, at))
    _shift(connection, proof, because=f"release {release_id}", author=author, now=now)


def prove_activation(
    connection: Connection,
    release_id: int,
    *,
    now: int,
    at: int | None = None,
    answer: Answer | None = None,
    known: bool = False,
) -> Proof:
    """What becomes of scheduled releases when a release that exists is activated. Raises Unknown, IllegalMove."""
    moment = moment_of(now, at)
    base, manifest = active_manifest(connection, moment), manifest_of(connection, release_id)
    return proof_of_move(connection, base, manifest, coming(connection, moment), answer, now, known)


def withdraw(connection: Connection, activation_id: int, *, author: str, now: int, proven: bool = False) -> None:
    """Cancels an activation that is yet to come. What is scheduled for later keeps its own changes.

    Raises Unknown where there is no such activation, IllegalMove where its moment has come, NotPublishable where a
    later release could not stand without it.
    """
    _begin(connection, now)
    proof = prove_withdrawal(connection, activation_id, now=now, known=proven)
    refuse(proof, answer="keep")
    _withdraw(connection, activation_id, "cancelled", author=author, now=now)
    _shift(connection, proof, because="a cancelled activation", author=author, now=now)


def prove_withdrawal(connection: Connection, activation_id: int, *, now: int, known: bool = False) -> Proof:
    """What becomes of scheduled releases when one is cancelled. Raises Unknown, IllegalMove."""
    ahead = coming(connection, now)
    place = next((n for n, entry in enumerate(ahead) if entry.id == activation_id), None)
    if place is None:
        if connection.execute(select(schedule.c.id).where(schedule.c.id == activation_id)).one_or_none() is None:
            raise Unknown(f"there is no activation {activation_id}")
        raise IllegalMove("that activation is no longer to come; look at the releases again")
    before = ahead[place - 1].manifest if place else active_manifest(connection, now)
    return proof_of_move(connection, ahead[place].manifest, before, ahead[place + 1 :], "keep", now, known)


# --- steps --------------------------------------------------------------------------------------------


def _gathered(
    connection: Connection,
    names: Iterable[str] | None,
    remove: Iterable[str] = (),
    *,
    now: int,
    activate: bool = False,
    at: int | None = None,
    given: Iterable[Definition] | Given = (),
) -> Gathered:
    """What `publish` would speak of, for whoever only wants to know."""
    names = None if names is None else frozenset(names)
    drafted = drafts.find(connection, names)
    return gather(connection, names, drafted, remove, now=now, activate=activate, at=at, given=given_of(given))


def given_of(definitions: Iterable[Definition] | Given) -> Given:
    """Definitions, ready to be published without a draft."""
    if isinstance(definitions, Given):
        return definitions
    texts = {name_of(each): (kind_of(each), versions.canonical(each).decode()) for each in definitions}
    parts = {name: shared(kind, text) for name, (kind, text) in texts.items()}
    return Given(parts, {parts[name][0]: text for name, (_, text) in texts.items()})


def _begin(connection: Connection, now: int) -> None:
    """Nobody else publishes meanwhile, and what was due before this happened before it."""
    one_at_a_time(connection)
    take_effect(connection, now)


def _freeze(connection: Connection, gathered: Gathered, *, author: str, now: int) -> None:
    """Makes versions of what is chosen; what one says already stays that one."""
    v = versions_table.c
    ids = {gathered.manifest[name]: part for name, part in gathered.parts.items()}
    there = known_versions(connection, ids)
    new = {id_: part for id_, part in ids.items() if id_ not in there}
    if not new:
        return
    newest = select(v.kind, v.key, func.max(v.number).label("number")).group_by(v.kind, v.key)
    if len(new) == 1:
        [only] = new.values()
        newest = newest.where(v.kind == only.kind, v.key == only.document.key)
    numbers = {f"{row.kind}/{row.key}": row.number for row in connection.execute(newest)}
    rows = [
        {
            "id": id_,
            "kind": part.kind,
            "key": part.document.key,
            "number": numbers.get(part.name, 0) + 1,
            "document": gathered.texts[id_],
            "author": author,
            "created_at": now,
        }
        for id_, part in new.items()
    ]
    connection.execute(insert(versions_table), rows)


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
    connection.execution_options(**{STORING: True})
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
