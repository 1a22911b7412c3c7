"""What can be wrong with a file that somebody brings in, or with what they want to take out."""

from __future__ import annotations

from runtime.errors import Refusal


class ExchangeError(Refusal):
    """The file is not what it should be: `where` names the line, sheet and row, or element, `reason` what is wrong."""

    def __init__(self, reason: str, where: str = "") -> None:
        self.reason = reason
        self.where = where
        super().__init__(f"{where}: {reason}" if where else reason)
