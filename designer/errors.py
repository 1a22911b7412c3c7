"""What can go wrong while people change definitions; all of it is the caller's to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.core.definitions import Definition
from runtime.errors import Fault, Refusal

if TYPE_CHECKING:
    from designer.checks import Problem
    from designer.models import Draft


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
    """The release would contain errors; `problems` names all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        errors = [problem for problem in problems if problem.severity == "error"]
        one = len(errors) == 1
        super().__init__(
            f"the release cannot be published: {len(errors)} {'error' if one else 'errors'} must be mended first",
            tuple(Fault(f"/{e.definition}{e.pointer}", e.message) for e in errors),
        )
        self.problems = problems


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
