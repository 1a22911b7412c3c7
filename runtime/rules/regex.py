"""Regular expressions of XPath and XQuery Functions 3.1 (section 5.6), as matches, replace and split take them.

Theory of operation. A pattern is read into a small tree, because no Python engine speaks its dialect (subtracted
character classes, blocks, name characters, the x flag inside of them). From the tree a pattern for RE2 is written,
which matches in time linear in the text. RE2 has no back-references; a pattern with one is matched over the tree itself
by backtracking. All of it is charged to the evaluation: what it costs to read and compile a pattern (once per
evaluation), to match by the size of pattern and text, and every step of backtracking. Reading, writing and matching
stand in one file because each is one short method for every node of the tree.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NoReturn

import re2

from runtime.rules.backtracking import Backtracker, Node, Spans
from runtime.rules.charsets import ALL, Ranges, merged, multiple, property_set, variants, variants_of_all, without
from runtime.rules.errors import OutOfBudget, Unfit
from runtime.rules.run import Run

LONGEST = 10_000  # characters of a pattern
DEEPEST = 40  # groups inside of each other
MOST_REPEATS = 1000
MEMORY = 8 << 20  # bytes that RE2 may use for one pattern
LONGEST_RESULT = 1_000_000  # characters
MOST_WORK = 300_000  # steps to read and compile one pattern

# Nodes: ("set", ranges) | ("seq", [nodes]) | ("alt", [nodes]) | ("group", number or 0, node)
#        ("repeat", node, least, most or None, greedy) | ("back", number) | ("start",) | ("end",)


class Pattern:
    """A compiled pattern."""

    def __init__(self, text: str, flags: str) -> None:
        for flag in flags:
            if flag not in "smixq":
                raise Unfit(f"there is no flag {flag!r}", "domain")
        if len(text) > LONGEST:
            raise Unfit("the pattern is too long", "limit")
        self.flags = flags
        self.quoted = "q" in flags
        parser = _Parser(text, flags)
        self.node: Node = parser.literal() if self.quoted else parser.whole()
        self.groups = parser.groups
        self.cost = parser.cost
        self.states = states(self.node)
        self._linear = None if parser.refers_back else self._for_re2()

    def _for_re2(self) -> Any:
        options = re2.Options()
        options.max_mem = MEMORY
        options.log_errors = False
        try:
            return re2.compile(_written(self.node, "m" in self.flags), options)
        except re2.error:
            raise Unfit("the pattern is too large", "limit") from None

    def _spans(self, text: str, run: Run) -> Iterator[Spans]:
        """Where the pattern and its groups match, from left to right."""
        if self._linear is None:
            yield from Backtracker(self.node, self.groups, self.flags, text, run).matches()
            return
        self._charge(text, run)
        groups = range(self.groups + 1)
        for match in self._linear.finditer(text):
            run.spend(5 + self.groups // 2)
            yield [match.span(number) for number in groups]

    def _charge(self, text: str, run: Run) -> None:
        run.spend(1 + len(text) * self.states // 128)

    def search(self, text: str, run: Run) -> bool:
        """Whether the pattern matches anywhere in `text`."""
        if self._linear is not None:
            self._charge(text, run)
            return self._linear.search(text) is not None
        return next(self._spans(text, run), None) is not None

    def _each(self, text: str, run: Run) -> Iterator[Spans]:
        """All matches; raises Unfit when the pattern matches the empty string."""
        if self.search("", run):
            raise Unfit("the pattern matches the empty string", "domain")
        return self._spans(text, run)

    def split(self, text: str, run: Run) -> list[str]:
        """The parts between matches."""
        parts, at = [], 0
        for spans in self._each(text, run):
            start, end = spans[0]
            parts.append(text[at:start])
            at = end
        return [*parts, text[at:]]

    def replace(self, text: str, replacement: str, run: Run) -> str:
        """`text` with every match replaced; `$1` stands for a group, `\\$` and `\\\\` for themselves."""
        pieces = [replacement] if self.quoted else _replacement(replacement, self.groups)
        parts: list[str] = []
        at = size = 0
        for spans in self._each(text, run):
            start, end = spans[0]
            parts.append(text[at:start])
            run.spend(len(pieces) // 4)
            for piece in pieces:
                made = text[slice(*spans[piece])] if isinstance(piece, int) and spans[piece][0] >= 0 else piece
                if isinstance(made, str):
                    parts.append(made)
                    size += len(made)
            if size > LONGEST_RESULT:
                raise OutOfBudget("the string becomes too long")
            at = end
        return "".join([*parts, text[at:]])


def states(node: Node) -> int:
    """How many characters a pattern has to look at beside each other, at most."""
    match node:
        case ("seq" | "alt", nodes):
            return sum(states(each) for each in nodes)
        case ("group", _, inside):
            return states(inside)
        case ("repeat", inside, least, most, _):
            return states(inside) * max(int(least), int(most or 1), 1)
    return 1


@lru_cache(maxsize=512)
def _compiled(text: str, flags: str) -> Pattern | Unfit:
    try:
        return Pattern(text, flags)
    except Unfit as unfit:
        return unfit


def compile(text: str, flags: str, run: Run) -> Pattern:
    """The pattern, kept for the next time; raises Unfit for what is no pattern or no flags.

    An evaluation pays for each pattern that it uses, also where it was compiled before: it costs the same every time.
    """
    found = run.kept.get((text, flags))
    if found is None:
        found = run.kept[text, flags] = _compiled(text, flags)
        run.spend(MOST_WORK // 2 if isinstance(found, Unfit) and found.code == "limit" else 40 + len(text))
        if isinstance(found, Pattern):
            run.spend(found.cost)
    if isinstance(found, Unfit):
        raise Unfit(found.message, found.code)
    return found


def _replacement(text: str, groups: int) -> list[str | int]:
    """The replacement as texts and numbers of groups."""
    pieces: list[str | int] = []
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "\\":
            if text[at : at + 1] not in ("\\", "$") or at >= len(text):
                raise Unfit("in a replacement \\ must be followed by \\ or $", "domain")
            pieces.append(text[at])
            at += 1
        elif char == "$":
            digits = re.match("[0-9]+", text[at : at + 9], re.ASCII)
            if digits is None:
                raise Unfit("in a replacement $ must be followed by a number", "domain")
            number = digits.group()
            while len(number) > 1 and int(number) > groups:
                number = number[:-1]
            at += len(number)
            pieces.append(int(number) if int(number) <= groups else "")
        else:
            pieces.append(char)
    return pieces


# --- reading a pattern


class _Parser:
    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.ignore_case = "i" in flags
        self.dot = ALL if "s" in flags else without(ALL, [(10, 10), (13, 13)])
        if "x" in flags and "q" not in flags:
            self.text = _unspaced(text)
        self.at = 0
        self.depth = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.refers_back = False
        self.cost = 0

    def _spend(self, steps: int) -> None:
        self.cost += steps
        if self.cost > MOST_WORK:
            raise Unfit("the pattern is too large", "limit")

    def _set(self, ranges: Ranges) -> Node:
        self._spend(4 + 2 * len(ranges))
        return ("set", ranges)

    def literal(self) -> Node:
        return ("seq", [self._set(self._cased([(ord(char), ord(char))])) for char in self.text])

    def whole(self) -> Node:
        node = self._alternatives()
        if self.at < len(self.text):
            self._refuse("a ) is too much")
        return node

    def _alternatives(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            self._refuse("groups are nested too deep")
        branches = [self._sequence()]
        while self._accept("|"):
            branches.append(self._sequence())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else ("alt", branches)

    def _sequence(self) -> Node:
        nodes: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            before = self.cost
            node = self._quantified(self._atom())
            if node[0] == "repeat":
                self._spend((self.cost - before) * max(node[2], node[3] or 1) // 8)
            nodes.append(node)
        return ("seq", nodes)

    def _quantified(self, atom: Node) -> Node:
        char = self.text[self.at : self.at + 1]
        if char in ("?", "*", "+") and char:
            self.at += 1
            least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}[char]
        elif char == "{":
            match = re.compile(r"\{([0-9]{1,6})(,([0-9]{1,6})?)?\}", re.ASCII).match(self.text, self.at)
            if match is None:
                self._refuse("a quantity is written {1}, {1,} or {1,2}")
            self.at = match.end()
            least = int(match[1])
            most = int(match[3]) if match[3] else None if match[2] else least
            if most is not None and most < least:
                self._refuse("a quantity goes down")
            if max(least, most or 0) > MOST_REPEATS:
                self._refuse(f"a quantity is above {MOST_REPEATS}")
        else:
            return atom
        greedy = not self._accept("?")
        if self.text[self.at : self.at + 1] in ("?", "*", "+", "{") and self.at < len(self.text):
            self._refuse("a quantity follows a quantity")
        return ("repeat", atom, least, most, greedy)

    def _atom(self) -> Node:
        char = self.text[self.at]
        self.at += 1
        match char:
            case "(":
                number = 0
                if self.text.startswith("?:", self.at):
                    self.at += 2
                elif self.text.startswith("?", self.at):
                    self._refuse("(? has no meaning but in (?:")
                else:
                    self.groups += 1
                    number = self.groups
                inside = self._alternatives()
                if not self._accept(")"):
                    self._refuse("a ) is missing")
                self.closed.add(number)
                return ("group", number, inside)
            case "[":
                return self._set(self._class())
            case ".":
                return self._set(self.dot)
            case "^":
                return ("start",)
            case "$":
                return ("end",)
            case "\\":
                return self._escape()
            case "?" | "*" | "+" | "{" | "}" | "]":
                self._refuse(f"{char} stands alone")
        return self._set(self._cased([(ord(char), ord(char))]))

    def _escape(self) -> Node:
        digits = re.compile("[1-9][0-9]*", re.ASCII).match(self.text, self.at)
        if digits is not None:
            number = digits.group()[:3]
            while len(number) > 1 and int(number) > self.groups:
                number = number[:-1]
            if int(number) not in self.closed:
                self._refuse(f"there is no group {number} before \\{number}")
            self.at += len(number)
            self.refers_back = True
            return ("back", int(number))
        return self._set(self._cased(self._escaped_set()))

    def _escaped_set(self) -> Ranges:
        """The characters of what follows a backslash."""
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char in _SINGLE and char:
            code = ord(_SINGLE[char])
            return [(code, code)]
        if char in ("p", "P") and char:
            match = re.compile(r"\{([A-Za-z0-9-]+)\}", re.ASCII).match(self.text, self.at)
            if match is None:
                self._refuse(f"\\{char} needs a category or block, such as \\p{{Lu}}")
            self.at = match.end()
            found = property_set(match[1])
            if found is None:
                self._refuse(f"there is no category or block {match[1]!r}")
            self._spend(2 * len(found))
            return found if char == "p" else without(ALL, found)
        known = multiple(char)
        if known is None:
            self._refuse(f"\\{char} has no meaning")
        return known

    def _class(self) -> Ranges:
        """A character class, after its opening bracket."""
        self.depth += 1
        if self.depth > DEEPEST:
            self._refuse("classes are nested too deep")
        negated = self._accept("^")
        found: Ranges = []
        taken: Ranges = []
        empty = True
        while True:
            char = self.text[self.at : self.at + 1]
            if not char:
                self._refuse("a ] is missing")
            if char == "]" and not empty:
                self.at += 1
                break
            if char == "-" and self.text.startswith("-[", self.at) and not empty:
                self.at += 2
                taken = self._class()
                if not self._accept("]"):
                    self._refuse("a ] is missing after the subtracted class")
                break
            if char in ("[", "]"):
                self._refuse(f"{char} must be written \\{char} in a class")
            empty = False
            low = self._class_part()
            if len(low) == 1 and low[0][0] == low[0][1] and self._range_follows():
                self.at += 1
                high = self._class_part()
                if len(high) != 1 or high[0][0] != high[0][1] or high[0][0] < low[0][0]:
                    self._refuse("a range of characters goes down")
                low = [(low[0][0], high[0][1])]
            found.extend(low)
        self.depth -= 1
        self._spend(2 * len(found) * (1 + len(taken)))
        ranges = self._cased(merged(found))
        if negated:
            ranges = without(ALL, ranges)
        return without(ranges, taken) if taken else ranges

    def _range_follows(self) -> bool:
        text, at = self.text, self.at
        return text[at : at + 1] == "-" and text[at + 1 : at + 2] not in ("]", "[", "")

    def _class_part(self) -> Ranges:
        char = self.text[self.at]
        self.at += 1
        if char == "\\":
            return self._escaped_set()
        if char in "[]":
            self._refuse(f"{char} must be written \\{char} in a class")
        return [(ord(char), ord(char))]

    def _cased(self, ranges: Ranges) -> Ranges:
        """With the i flag, the ranges and all their case variants."""
        if not self.ignore_case:
            return ranges
        codes = sum(high - low + 1 for low, high in ranges)
        self._spend(30_000 if codes > 5000 else 2 * codes)
        if codes > 5000:
            return merged(ranges + variants_of_all(ranges))
        found = list(ranges)
        for low, high in ranges:
            for code in range(low, high + 1):
                found.extend((other, other) for other in variants(code))
        return merged(found)

    def _accept(self, char: str) -> bool:
        if self.text.startswith(char, self.at):
            self.at += 1
            return True
        return False

    def _refuse(self, reason: str) -> NoReturn:
        raise Unfit(f"no regular expression: {reason}", "domain")


_SINGLE = {
    "n": "\n", "r": "\r", "t": "\t", **{char: char for char in "\\|.?*+(){}-[]^$"},
}  # fmt: skip


def _unspaced(text: str) -> str:
    """With the x flag, white space outside of classes says nothing; XPath drops it from escapes, too."""
    out: list[str] = []
    level, at = 0, 0
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            # `\ s` is `\s`: the space goes, the backslash meets what follows.
            at += 1
            while at < len(text) and text[at] in " \t\n\r" and level == 0:
                at += 1
            out.append("\\" + text[at : at + 1])
        elif char in " \t\n\r" and level == 0:
            pass
        else:
            level += (char == "[") - (char == "]" and level > 0)
            out.append(char)
        at += 1
    return "".join(out)


# --- writing a pattern for RE2


def _written(node: Node, multiline: bool) -> str:
    match node:
        case ("set", ranges):
            return _written_set(ranges)
        case ("seq", nodes):
            return "".join(_written(each, multiline) for each in nodes)
        case ("alt", nodes):
            return "(?:" + "|".join(_written(each, multiline) for each in nodes) + ")"
        case ("group", number, inside):
            return ("(" if number else "(?:") + _written(inside, multiline) + ")"
        case ("repeat", inside, least, most, greedy):
            quantity = f"{{{least},{'' if most is None else most}}}"
            return f"(?:{_written(inside, multiline)}){quantity}{'' if greedy else '?'}"
        case ("start",):
            return "(?m:^)" if multiline else "\\A"
        case _:
            return "(?m:$)" if multiline else "\\z"


def _written_set(ranges: Ranges) -> str:
    if not ranges:
        return r"[^\x00-\x{10FFFF}]"
    parts = []
    for low, high in ranges:
        # Halves of surrogate pairs are no characters for RE2.
        for first, last in without([(low, high)], [(0xD800, 0xDFFF)]):
            parts.append(f"\\x{{{first:X}}}" + (f"-\\x{{{last:X}}}" if last > first else ""))
    return "[" + "".join(parts) + "]" if parts else r"[^\x00-\x{10FFFF}]"
