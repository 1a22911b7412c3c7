"""What can go wrong with rules: refusals for text and models that are none, warnings for data."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Code = Literal["syntax", "name", "type", "arity", "domain", "arithmetic", "limit", "unsupported", "model"]


def sentence(text: str) -> str:
    """A reason as a sentence of its own: reasons begin small where they follow a colon."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


class RuleError(Exception):
    """The author's fault: something written cannot be a rule."""


class FeelSyntaxError(RuleError):
    """The text cannot be compiled: it does not parse, or (strict mode) names or types are impossible.

    `line` and `column` count from 1, `length` is at least 1, `text` is the whole expression,
    `reason` says what is wrong, in whole sentences, without the excerpt; `code` is name where there is no such name,
    type where no value could make sense of it, else syntax.
    """

    def __init__(self, reason: str, text: str, start: int, end: int | None = None, code: Code = "syntax") -> None:
        start = min(max(start, 0), len(text))
        before = text[:start]
        self.reason = sentence(reason)
        self.code = code
        self.text = text
        self.start = start
        self.line = before.count("\n") + 1
        self.column = start - (before.rfind("\n") + 1) + 1
        source = text.split("\n", self.line)[self.line - 1] if text else ""
        self.length = max(1, min((end or start + 1) - start, len(source) - self.column + 1))
        super().__init__(f"line {self.line}, column {self.column}: {self.reason}\n{self._excerpt(source)}")

    def _excerpt(self, source: str, width: int = 100) -> str:
        """The line at fault with carets below; long lines are cut around the fault."""
        first = max(0, self.column - 1 - width // 2)
        shown = source[first : first + width]
        indent = self.column - 1 - first
        carets = "^" * max(1, min(self.length, len(shown) - indent))
        return f"{shown}\n{' ' * indent}{carets}"


class ModelError(RuleError):
    """A DMN model cannot be loaded; the message names the element and what to do."""


class RuleWarning(Struct, frozen=True):
    """Why an evaluation gave null (or less than asked): `start` and `end` are offsets into `text`."""

    code: Code
    message: str
    start: int = 0
    end: int = 0
    text: str = ""
    where: str = ""  # the decision, cell or rule, when the expression is part of one


class Unfit(Exception):
    """Internal: a value outside of the domain of an operation, which then yields null and a warning."""

    def __init__(self, message: str, code: Code = "type") -> None:
        self.message = message
        self.code = code
        super().__init__(message)


class OutOfBudget(Exception):
    """Internal: more steps, depth or memory taken than allowed; the whole evaluation yields null."""


class CellFault(Struct, frozen=True, kw_only=True):
    """What is wrong in one place of a table: `pointer` into its document, and ids and source text where they apply."""

    pointer: str
    reason: str
    row: str = ""
    cell: str = ""
    text: str = ""
    line: int = 0
    column: int = 0
    length: int = 0


class TableError(RuleError):
    """A decision table cannot be compiled; `faults` lists everything that is wrong with it."""

    def __init__(self, name: str, faults: Sequence[CellFault]) -> None:
        self.name = name
        self.faults = tuple(faults)
        first = self.faults[0]
        ids = [f"rule {first.row}"] * bool(first.row) + [f"column {first.cell}"] * bool(first.cell)
        place = f"{first.pointer} ({', '.join(ids)})" if ids else first.pointer
        more = f" (and {len(self.faults) - 1} more)" if len(self.faults) > 1 else ""
        super().__init__(f"table {name}: {place}: {first.reason}{more}")
