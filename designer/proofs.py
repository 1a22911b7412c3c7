"""What would come of a publication: its checks, its test cases, and what becomes of releases scheduled for later.

Theory of operation. A proof has a mark, made of everything it depends on, and is remembered by it; so it can be made
while nobody waits for the writer, and whoever publishes, and asks for it again inside of a transaction, finds it where
nothing has changed meanwhile, and makes a new one where something has. A long proof is made piece by piece: whoever
watches may stop between two test cases by raising, and the next who asks for the same proof goes on there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime

from msgspec import Struct, structs
from sqlalchemy import Connection

from designer import cases, drafts, proving
from designer.checks import checking
from designer.checks.problems import Problem
from designer.errors import ChangedOutcomes, NotProven, NotPublishable, ScheduleConflict
from designer.models import Draft
from designer.proving import Contents, Result
from designer.published import active_manifest, coming, newest
from designer.schedule import Answer, Entry, Shift, shifted
from runtime.cache import Cache
from runtime.core import versions
from runtime.core.definitions import Definition
from runtime.core.release import CompiledDefinition, Release
from runtime.errors import IllegalMove, Unknown
from runtime.published import contents


class Coming(Struct, frozen=True, kw_only=True):
    """What becomes of a release that is scheduled for later: the errors that it would have, and the test cases that
    would come out as nobody ever accepted."""

    shift: Shift
    problems: tuple[Problem, ...] = ()
    results: tuple[Result, ...] = ()


class Proof(Struct, frozen=True, kw_only=True):
    """What would come of a publication. `base` is what it builds on, `manifest` what it would contain, `chosen` what
    it puts there; test cases are tried only where the checks find no error."""

    mark: str
    base: dict[str, str]
    manifest: dict[str, str]
    chosen: dict[str, Definition]
    problems: tuple[Problem, ...]
    results: tuple[Result, ...] = ()
    coming: tuple[Coming, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def changed(self) -> tuple[Result, ...]:
        """The test cases that do not come out as expected."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def conflicts(self) -> tuple[Coming, ...]:
        """The scheduled releases that change a definition which this publication changes too."""
        return tuple(each for each in self.coming if each.shift.conflicts)


Part = tuple[str, CompiledDefinition]  # the id of a version, or what it would be, and the definition


class Given(Struct, frozen=True):
    """Definitions that are published without a draft, ready to be written: by name, and their texts by id."""

    parts: dict[str, Part] = {}
    texts: dict[str, str] = {}


class Gathered(Struct, frozen=True, kw_only=True):
    """What a publication speaks of: `chosen` definitions, on `base`, at a moment, before `later` activations. It makes
    a `new` release, or brings back one that was proven when it was made."""

    at: int
    base: dict[str, str]
    chosen: dict[str, Definition]
    manifest: dict[str, str]
    later: list[Entry]
    new: bool = True
    parts: dict[str, CompiledDefinition] = {}  # what is chosen, with what is compiled from it
    texts: dict[str, str] = {}  # by the ids of versions, as far as they may be new

    def definitions(self, connection: Connection) -> dict[str, Definition]:
        return {name: part.document for name, part in self.compiled(connection).items()}

    def release(self, connection: Connection) -> Release:
        """It, compiled, under the number 0; with what it shares with others."""
        return Release(0, self.compiled(connection).values(), self.manifest)

    def compiled(self, connection: Connection) -> dict[str, CompiledDefinition]:
        kept = {name: id_ for name, id_ in self.manifest.items() if name not in self.parts}
        return dict(sorted({**contents(connection, kept), **self.parts}.items()))


NOTHING_GIVEN = Given()


def gather(
    connection: Connection,
    names: Collection[str] | None,
    drafted: Iterable[Draft],
    remove: Iterable[str],
    *,
    now: int,
    activate: bool,
    at: int | None,
    given: Given = NOTHING_GIVEN,
) -> Gathered:
    moment = moment_of(now, at) if activate else now
    drafted = list(drafted)
    base, parts, kept = choose(connection, names, drafted, remove, moment, given.parts)
    texts = {draft.shared[0]: draft.document or "" for draft in drafted} | given.texts
    manifest = dict(sorted({**kept, **{name: id_ for name, (id_, _) in parts.items()}}.items()))
    return Gathered(
        at=moment,
        base=base,
        chosen={name: part.document for name, (_, part) in parts.items()},
        manifest=manifest,
        later=coming(connection, moment) if activate else [],
        parts={name: part for name, (_, part) in parts.items()},
        texts=texts,
    )


def choose(
    connection: Connection,
    names: Collection[str] | None,
    drafted: Iterable[Draft],
    remove: Iterable[str],
    moment: int,
    given: Mapping[str, Part] | None = None,
) -> tuple[dict[str, str], dict[str, Part], dict[str, str]]:
    """What is active at a moment, what is chosen to be published on it, and what stays of it beside that. What is
    `given` is chosen instead of drafts of the same name."""
    base = active_manifest(connection, moment)
    read, unreadable = drafts.read(drafted)
    if unreadable:
        raise NotPublishable(unreadable)
    chosen: dict[str, Part] = read | dict(given or {})
    for name in names or ():
        if name not in chosen:
            kind, _, key = name.partition("/")
            chosen[name] = newest(connection, kind, key)
    removed = set(remove)
    for name in sorted(removed):
        if name not in base:
            raise Unknown(f"there is no {name} in the active release, so it cannot be removed from it")
        if name in chosen:
            raise IllegalMove(f"{name} cannot be published and removed at once; choose one of the two")
    return base, chosen, {name: id_ for name, id_ in base.items() if name not in removed and name not in chosen}


# Told after each test case how many are tried, of how many; what it raises stops the proof there.
Watch = Callable[[int, int], None]


class _Work:
    """A proof that is being made: all that does not hang on the test cases, and the results of those tried so far."""

    def __init__(self, connection: Connection, gathered: Gathered, answer: Answer | None, mark: str) -> None:
        self.contents = Contents(gathered.compiled(connection))
        self.moved = list(shifted(gathered.base, gathered.manifest, gathered.later, answer))
        self.today = Contents(contents(connection, gathered.base)) if gathered.later else None
        self.planned = [
            (f"release {entry.release}, scheduled,", Contents(contents(connection, entry.manifest)))
            for entry in gathered.later
        ]
        self.results: dict[str, Result] = {}
        self.proof = Proof(
            mark=mark,
            base=gathered.base,
            manifest=gathered.manifest,
            chosen=gathered.chosen,
            problems=tuple(checking.check(self.contents.definitions)) if gathered.new else (),
        )


_proofs: Cache[tuple[str, Answer | None], Proof] = Cache(8)
_under_way: Cache[tuple[str, Answer | None], _Work] = Cache(2)


def proof_of(
    connection: Connection,
    gathered: Gathered,
    answer: Answer | None,
    now: int,
    watch: Watch | None = None,
    known: bool = False,
) -> Proof:
    """`known`: only what was proven before, so that no writer waits for a proof. Raises NotProven."""
    saved = cases.all_of(connection)
    mark = versions.digest(
        {
            "base": versions.release_digest(gathered.base, 0),
            "manifest": versions.release_digest(gathered.manifest, 0),
            "new": gathered.new,
            "later": [[entry.id, entry.release, str(entry.at)] for entry in gathered.later],
            "cases": [[case.ref, case.name, case.given, case.expected] for case in saved],
            "day": now // 86_400_000,  # a table may ask what day it is
        }
    )
    key = (mark, answer)

    def prove() -> Proof:
        work = _under_way.get(key, lambda: _Work(connection, gathered, answer, mark))
        return _proven(connection, gathered, saved, work, now, watch)

    if known:
        proof = _proofs.find(key)
        if proof is None:
            raise NotProven
        return proof
    return _proofs.get(key, prove)


def _proven(
    connection: Connection,
    gathered: Gathered,
    saved: list[proving.Case],
    work: _Work,
    now: int,
    watch: Watch | None,
) -> Proof:
    if work.proof.errors or not (gathered.new or work.moved):
        return work.proof
    moment = datetime.fromtimestamp(now / 1000, UTC)
    concerned = proving.concerning(saved, work.contents.definitions)
    for case in concerned:
        if case.ref in work.results:
            continue
        result = proving.tried(case, work.contents, now=moment)
        if work.today:
            result = proving.settled(result, work.today, work.planned, now=moment)
        work.results[case.ref] = result
        if watch is not None:
            watch(len(work.results), len(concerned))
    results = [work.results[case.ref] for case in concerned]
    before = {entry.id: each for entry, (_, each) in zip(gathered.later, work.planned, strict=True)}
    return structs.replace(
        work.proof,
        results=tuple(results) if gathered.new else (),
        coming=tuple(
            _coming(connection, gathered, shift, results, before[shift.entry.id], moment) for shift in work.moved
        ),
    )


def _coming(
    connection: Connection,
    gathered: Gathered,
    shift: Shift,
    results: Iterable[Result],
    before: Contents,
    moment: datetime,
) -> Coming:
    """What becomes of a scheduled release. A test case may come out there as it is expected, as it comes out in what
    is published now, or as it did before; anything else nobody has seen yet."""
    new = {name: each for name, each in gathered.parts.items() if shift.manifest.get(name) == gathered.manifest[name]}
    stored = contents(connection, {name: id_ for name, id_ in shift.manifest.items() if name not in new})
    then = Contents(dict(sorted({**stored, **new}.items())))
    found = checking.check(then.definitions)
    if any(problem.severity == "error" for problem in found):
        return Coming(shift=shift, problems=tuple(found))
    unseen = []
    for known in results:
        if not proving.concerning([known.case], then.definitions):
            continue
        result = proving.tried(known.case, then, now=moment)
        if result.passed or result.got == known.got:
            continue
        there = proving.concerning([known.case], before.definitions)
        if not there or proving.tried(known.case, before, now=moment).got != result.got:
            unseen.append(result)
    return Coming(shift=shift, problems=tuple(found), results=tuple(unseen))


def proof_of_release(connection: Connection, manifest: dict[str, str], now: int, watch: Watch | None = None) -> Proof:
    """What checks and test cases say today of a release that exists."""
    gathered = Gathered(at=now, base=manifest, chosen={}, manifest=manifest, later=[])
    return proof_of(connection, gathered, None, now, watch)


def proof_of_move(
    connection: Connection,
    was: dict[str, str],
    becomes: dict[str, str],
    later: list[Entry],
    answer: Answer | None,
    now: int,
    known: bool = False,
) -> Proof:
    """The proof of moving between releases that exist: only what is scheduled for later can suffer from it."""
    gathered = Gathered(at=now, base=was, chosen={}, manifest=becomes, later=later, new=False)
    return proof_of(connection, gathered, answer, now, known=known)


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


def _refuse_coming(each: Coming) -> None:
    entry = each.shift.entry
    who = f"release {entry.release}, which is scheduled and would keep its changes,"
    if any(problem.severity == "error" for problem in each.problems):
        raise NotPublishable(list(each.problems), of=who, remedy=", or its activation cancelled")
    if each.results:
        raise ChangedOutcomes(list(each.results), of=who)


def moment_of(now: int, at: int | None) -> int:
    if at is not None and at < now:
        raise IllegalMove("a release cannot be activated in the past; leave the time out to activate it now")
    return now if at is None else at
