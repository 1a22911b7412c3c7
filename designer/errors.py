"""What can go wrong while people change definitions; all of it is the caller's to mend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from runtime.core.definitions import Definition
from runtime.errors import Fault, Refusal

if TYPE_CHECKING:
    from designer.checks.problems import Problem
    from designer.models import Draft
    from designer.proving import Result
    from designer.schedule import Shift


class StaleDraft(Refusal):
    """Somebody else has changed the draft since it was read. Carries both states, so that a page can offer
    the choice; `theirs` is None where the draft has meanwhile been published or discarded."""

    def __init__(self, mine: Definition, theirs: Draft | None) -> None:
        if theirs is None:
            message = "the draft was published or discarded since you read it; start a new draft or drop your changes"
        else:
            message = (
                f"{theirs.updated_by} saved revision {theirs.revision} of this draft since you read it; "
                "merge your changes into it, or overwrite it by naming that revision"
            )
        super().__init__(message)
        self.mine = mine
        self.theirs = theirs


class NotPublishable(Refusal):
    """The release would contain errors; `problems` names all of them. `of` says which, where it is another one, and
    `remedy` what else would help."""

    def __init__(self, problems: list[Problem], *, of: str = "the release", remedy: str = "") -> None:
        errors = [problem for problem in problems if problem.severity == "error"]
        one = len(errors) == 1
        super().__init__(
            f"{of} cannot be published: {len(errors)} {'error' if one else 'errors'} must be mended first{remedy}",
            tuple(Fault(f"/{e.definition}{e.pointer}", e.message) for e in errors),
        )
        self.problems = problems


class ChangedOutcomes(Refusal):
    """Test cases do not come out as they are expected to; `results` names them."""

    def __init__(self, results: list[Result], *, of: str = "") -> None:
        number = len(results)
        count = "1 test case comes out differently" if number == 1 else f"{number} test cases come out differently"
        if of:
            message = (
                f"{of} cannot be made: {count} there; cancel its activation first, and publish its changes afterwards"
            )
        else:
            message = f"{count}; mend what changed, or accept the new outcome"
        super().__init__(message, tuple(Fault(f"/{each.case.ref}", _told(each)) for each in results))
        self.results = results


def _told(result: Result) -> str:
    """One changed test case: its name, what was expected, and what came."""
    if result.wrong:
        return f"{result.case.name!r} can no longer be tried: {result.wrong}; change the test case, or remove it"
    expected, came = "; ".join(result.gone), "; ".join(result.come)
    return f"{result.case.name!r} expected {_short(expected)}, and {_short(came)} came"


def _short(text: str) -> str:
    return (text if len(text) <= 400 else f"{text[:397]}...") or "no more than that"


class ScheduleConflict(Refusal):
    """A release that is scheduled for later changes the same definitions, and nobody has said which change holds."""

    def __init__(self, shifts: list[Shift]) -> None:
        super().__init__(
            "a scheduled release changes the same definitions; say whether from then on its version holds again "
            "(keep), or makes room for the one that is published now (replace)",
            tuple(
                Fault(f"/{name}", f"release {shift.entry.release}, which is scheduled, contains another version of it")
                for shift in shifts
                for name in shift.conflicts
            ),
        )
        self.shifts = shifts


class MovedMeanwhile(Refusal):
    """What was looked at is no longer what would be published."""

    def __init__(self) -> None:
        super().__init__(
            "drafts, test cases or releases changed since you looked; look at what would be published now, and repeat"
        )


class NotProven(MovedMeanwhile):
    """What is to be published was not proven as it is now: it changed while it was proven. To be proven again, while
    nobody waits."""


class SamePerson(Refusal):
    """Four eyes are asked for, and these are the same two."""


class VoidProposal(Refusal):
    """What was proposed is no longer what the drafts say."""

    def __init__(self, names: Iterable[str]) -> None:
        listed = ", ".join(names)
        super().__init__(f"the proposal is void: {listed} changed since it was made; propose what is there now")


class NothingToPublish(Refusal):
    """The release would be equal to the active one."""

    def __init__(self) -> None:
        super().__init__("nothing differs from the active release; change a draft first")


class NotFiled(Refusal):
    """Owner or tags of a definition cannot be kept like this; the faults say which."""


class UnreadableFile(Refusal):
    """A file of a folder of definitions cannot be read as what it claims to be."""

    def __init__(self, path: str, line: int | None, pointer: str, message: str) -> None:
        where = path if line is None else f"{path}:{line}"
        at = f" (at {pointer})" if pointer else ""
        super().__init__(f"{where}: {message}{at}", (Fault(pointer, message),))
        self.path = path
        self.line = line
        self.pointer = pointer
