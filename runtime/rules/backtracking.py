"""Matching with back-references, which no linear engine has: by backtracking, within a budget."""

from collections.abc import Callable, Iterator
from typing import Any

from runtime.rules.errors import OutOfBudget
from runtime.rules.run import Run

Node = tuple[Any, ...]  # see regex.py
Spans = list[tuple[int, int]]  # of the whole match and of every group; (-1, -1) for a group without part in it
Groups = tuple[tuple[int, int], ...]
Next = Callable[[int, Groups], Groups | None]


class Backtracker:
    """Matches over the tree: every node tries to match at a place and then goes on with what follows."""

    def __init__(self, node: Node, groups: int, flags: str, text: str, run: Run) -> None:
        self.node = node
        self.groups = groups
        self.multiline = "m" in flags
        self.ignore_case = "i" in flags
        self.text = text
        self.run = run
        self.cost = 2 + groups // 16

    def matches(self) -> Iterator[Spans]:
        """All matches, from left to right; raises OutOfBudget when they take too many steps."""
        start = 0
        while start <= len(self.text):
            spans = self._at(start)
            if spans is not None:
                yield spans
                start = max(start, spans[0][1] - 1)
            start += 1

    def _at(self, start: int) -> Spans | None:
        nothing: Groups = ((-1, -1),) * (self.groups + 1)
        try:
            found = self._match(self.node, start, nothing, lambda end, groups: ((start, end), *groups[1:]))
        except RecursionError:
            raise OutOfBudget("matching with a back-reference goes too deep") from None
        return None if found is None else list(found)

    def _match(self, node: Node, at: int, groups: Groups, then: Next) -> Groups | None:
        self.run.spend(self.cost)
        text = self.text
        match node:
            case ("set", ranges):
                self.run.spend(len(ranges) // 16)
                if at < len(text) and any(low <= ord(text[at]) <= high for low, high in ranges):
                    return then(at + 1, groups)
                return None
            case ("seq", nodes):
                return self._sequence(nodes, 0, at, groups, then)
            case ("alt", nodes):
                for each in nodes:
                    found = self._match(each, at, groups, then)
                    if found is not None:
                        return found
                return None
            case ("group", number, inside):
                if not number:
                    return self._match(inside, at, groups, then)
                return self._match(
                    inside,
                    at,
                    groups,
                    lambda end, found: then(end, (*found[:number], (at, end), *found[number + 1 :])),
                )
            case ("back", number):
                start, end = groups[number]
                part = text[start:end] if start >= 0 else ""
                self.run.spend(len(part) // 256)
                given = text[at : at + len(part)]
                same = given == part or (self.ignore_case and given.casefold() == part.casefold())
                return then(at + len(part), groups) if same else None
            case ("repeat", inside, least, most, greedy):
                return self._repeat(inside, least, most, greedy, at, groups, then)
            case ("start",):
                line = self.multiline and at > 0 and text[at - 1] == "\n"
                return then(at, groups) if at == 0 or line else None
        line = self.multiline and at < len(text) and text[at] == "\n"
        return then(at, groups) if at == len(text) or line else None

    def _sequence(self, nodes: list[Node], number: int, at: int, groups: Groups, then: Next) -> Groups | None:
        if number == len(nodes):
            return then(at, groups)
        return self._match(
            nodes[number], at, groups, lambda end, found: self._sequence(nodes, number + 1, end, found, then)
        )

    def _repeat(
        self, node: Node, least: int, most: int | None, greedy: bool, at: int, groups: Groups, then: Next
    ) -> Groups | None:
        def again() -> Groups | None:
            if most == 0:
                return None
            return self._match(
                node,
                at,
                groups,
                lambda end, found: (
                    self._repeat(node, max(least - 1, 0), most and most - 1, greedy, end, found, then)
                    if end > at or least > 0
                    else None
                ),
            )

        if least > 0:
            return again()
        if greedy:
            found = again()
            return found if found is not None else then(at, groups)
        found = then(at, groups)
        return found if found is not None else again()
