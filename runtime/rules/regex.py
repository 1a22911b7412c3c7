"""Regular expressions of XPath and XQuery Functions 3.1 (section 5.6), as matches, replace and split take them.

Theory of operation. A pattern is read into a small tree, because no Python engine speaks its dialect (subtracted
character classes, blocks, name characters, the x flag inside of them). From the tree a pattern for RE2 is written,
which matches in linear time. RE2 has no back-references; a pattern with one is matched over the tree itself by
backtracking with a budget: what cannot be decided within it is refused, never waited for.
"""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NoReturn

import re2

from runtime.rules.blocks import BLOCKS
from runtime.rules.errors import OutOfBudget, Unfit

LONGEST = 10_000  # characters of a pattern
DEEPEST = 40  # groups inside of each other
STEPS = 200_000  # of a match with back-references
MOST_REPEATS = 1000
MEMORY = 8 << 20  # bytes that RE2 may use for one pattern
LONGEST_RESULT = 1_000_000  # characters

Ranges = list[tuple[int, int]]  # sorted code points, both ends included
_LAST = sys.maxunicode
_ALL: Ranges = [(0, _LAST)]

# Nodes: ("set", ranges) | ("seq", [nodes]) | ("alt", [nodes]) | ("group", number or 0, node)
#        ("repeat", node, least, most or None, greedy) | ("back", number) | ("start",) | ("end",)
Node = tuple[Any, ...]
Spans = list[tuple[int, int]]  # of the whole match and of every group; (-1, -1) for a group without part in it


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
        self._linear = None if parser.refers_back else self._for_re2()

    def _for_re2(self) -> Any:
        options = re2.Options()
        options.max_mem = MEMORY
        options.log_errors = False
        try:
            return re2.compile(_written(self.node, "m" in self.flags), options)
        except re2.error:
            raise Unfit("the pattern is too large", "limit") from None

    def _spans(self, text: str) -> Iterator[Spans]:
        """Where the pattern and its groups match, from left to right."""
        if self._linear is None:
            return _Backtracker(self, text).matches()
        groups = range(self.groups + 1)
        return ([match.span(number) for number in groups] for match in self._linear.finditer(text))

    def search(self, text: str) -> bool:
        """Whether the pattern matches anywhere in `text`."""
        if self._linear is not None:
            return self._linear.search(text) is not None
        return next(self._spans(text), None) is not None

    def _each(self, text: str) -> Iterator[Spans]:
        """All matches; raises Unfit when the pattern matches the empty string."""
        if self.search(""):
            raise Unfit("the pattern matches the empty string", "domain")
        return self._spans(text)

    def split(self, text: str) -> list[str]:
        """The parts between matches."""
        parts, at = [], 0
        for spans in self._each(text):
            start, end = spans[0]
            parts.append(text[at:start])
            at = end
        return [*parts, text[at:]]

    def replace(self, text: str, replacement: str) -> str:
        """`text` with every match replaced; `$1` stands for a group, `\\$` and `\\\\` for themselves."""
        pieces = [replacement] if self.quoted else _replacement(replacement, self.groups)
        parts: list[str] = []
        at = size = 0
        for spans in self._each(text):
            start, end = spans[0]
            parts.append(text[at:start])
            for piece in pieces:
                made = text[slice(*spans[piece])] if isinstance(piece, int) and spans[piece][0] >= 0 else piece
                if isinstance(made, str):
                    parts.append(made)
                    size += len(made)
            if size > LONGEST_RESULT:
                raise OutOfBudget("the string becomes too long")
            at = end
        return "".join([*parts, text[at:]])


@lru_cache(maxsize=512)
def _compiled(text: str, flags: str) -> Pattern | Unfit:
    try:
        return Pattern(text, flags)
    except Unfit as unfit:
        return unfit


def compile(text: str, flags: str) -> Pattern:
    """The pattern, kept for the next time; raises Unfit for what is no pattern or no flags."""
    found = _compiled(text, flags)
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
        self.dot = _ALL if "s" in flags else _without(_ALL, [(10, 10), (13, 13)])
        if "x" in flags and "q" not in flags:
            self.text = _unspaced(text)
        self.at = 0
        self.depth = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.refers_back = False

    def literal(self) -> Node:
        return ("seq", [("set", self._cased([(ord(char), ord(char))])) for char in self.text])

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
            nodes.append(self._quantified(self._atom()))
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
                return ("set", self._class())
            case ".":
                return ("set", self.dot)
            case "^":
                return ("start",)
            case "$":
                return ("end",)
            case "\\":
                return self._escape()
            case "?" | "*" | "+" | "{" | "}" | "]":
                self._refuse(f"{char} stands alone")
        return ("set", self._cased([(ord(char), ord(char))]))

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
        return ("set", self._cased(self._escaped_set()))

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
            found = _property(match[1])
            if found is None:
                self._refuse(f"there is no category or block {match[1]!r}")
            return found if char == "p" else _without(_ALL, found)
        known = _multiple(char)
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
        ranges = self._cased(_merged(found))
        if negated:
            ranges = _without(_ALL, ranges)
        return _without(ranges, taken) if taken else ranges

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
        if sum(high - low + 1 for low, high in ranges) > 5000:
            return _merged(ranges + _variants_of_all(ranges))
        found = list(ranges)
        for low, high in ranges:
            for code in range(low, high + 1):
                found.extend((other, other) for other in _variants(code))
        return _merged(found)

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


# --- sets of characters


def _merged(ranges: Ranges) -> Ranges:
    found: Ranges = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def _without(ranges: Ranges, taken: Ranges) -> Ranges:
    found: Ranges = []
    for low, high in _merged(ranges):
        for first, last in taken:
            if last < low or first > high:
                continue
            if first > low:
                found.append((low, first - 1))
            low = last + 1
        if low <= high:
            found.append((low, high))
    return found


@lru_cache(maxsize=1)
def _folds() -> dict[str, list[int]]:
    """The characters that fold to the same text, for texts that several fold to."""
    same: dict[str, list[int]] = {}
    for code in range(0x20, 0x1E944):
        char = chr(code)
        if char.lower() != char or char.upper() != char:
            for variant in {char.lower(), char.upper().lower()}:
                if len(variant) == 1:
                    same.setdefault(variant, []).append(code)
    return same


@lru_cache(maxsize=4096)
def _variants(code: int) -> tuple[int, ...]:
    char = chr(code)
    found = {code}
    for variant in {char, char.lower(), char.upper(), char.upper().lower(), char.lower().upper()}:
        if len(variant) == 1:
            found.add(ord(variant))
    if char.lower() != char or char.upper() != char:
        found.update(_folds().get(char.lower(), ()))
        found.update(_folds().get(char.upper().lower(), ()))
    return tuple(found)


def _variants_of_all(ranges: Ranges) -> Ranges:
    """The case variants of a large set."""
    found: Ranges = []
    for codes in _folds().values():
        if any(low <= code <= high for code in codes for low, high in ranges):
            found.extend((code, code) for code in codes)
    return found


@lru_cache(maxsize=64)
def _category(name: str) -> Ranges:
    """The characters of a general category, or of all whose name starts so."""
    found: Ranges = []
    start = -1
    category = unicodedata.category
    for code in range(_LAST + 2):
        inside = code <= _LAST and category(chr(code)).startswith(name)
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            found.append((start, code - 1))
            start = -1
    return found


_CATEGORIES = frozenset(
    {
        "L",
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "M",
        "Mn",
        "Mc",
        "Me",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "Z",
        "Zs",
        "Zl",
        "Zp",
        "S",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cn",
    }
)


def _property(name: str) -> Ranges | None:
    if name in _CATEGORIES:
        return _category(name)
    if name.startswith("Is"):
        block = BLOCKS.get(name[2:])
        return None if block is None else [block]
    return None


def _ranges_of(text: str) -> Ranges:
    """Pairs of characters as ranges."""
    return [(ord(low), ord(high)) for low, high in zip(text[::2], text[1::2], strict=True)]


_NAME_START = _ranges_of(
    "::AZ__az\xc0\xd6\xd8\xf6\xf8\u02ff\u0370\u037d\u037f\u1fff\u200c\u200d\u2070\u218f\u2c00\u2fef"
    "\u3001\ud7ff\uf900\ufdcf\ufdf0\ufffd\U00010000\U000effff"
)
_NAME = _merged([*_NAME_START, *_ranges_of("--..09\xb7\xb7\u0300\u036f\u203f\u2040")])


def _multiple(char: str) -> Ranges | None:
    """The set of a multi-character escape; None where there is no such."""
    match char.lower():
        case "s":
            found = _ranges_of("\t\n\r\r  ")
        case "d":
            found = _category("Nd")
        case "w":
            found = _without(_ALL, _merged([*_category("P"), *_category("Z"), *_category("C")]))
        case "i":
            found = _NAME_START
        case "c":
            found = _NAME
        case _:
            return None
    return found if char.islower() else _without(_ALL, found)


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
        for first, last in _without([(low, high)], [(0xD800, 0xDFFF)]):
            parts.append(f"\\x{{{first:X}}}" + (f"-\\x{{{last:X}}}" if last > first else ""))
    return "[" + "".join(parts) + "]" if parts else r"[^\x00-\x{10FFFF}]"


# --- matching with back-references

Groups = tuple[tuple[int, int], ...]
Next = Callable[[int, Groups], Groups | None]


class _Backtracker:
    """Matches over the tree: every node tries to match at a place and then goes on with what follows."""

    def __init__(self, pattern: Pattern, text: str) -> None:
        self.node = pattern.node
        self.groups = pattern.groups
        self.multiline = "m" in pattern.flags
        self.ignore_case = "i" in pattern.flags
        self.text = text
        self.left = STEPS

    def matches(self) -> Iterator[Spans]:
        """All matches, from left to right; raises Unfit when they take too many steps."""
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
            raise Unfit("matching with a back-reference takes too long", "limit") from None
        return None if found is None else list(found)

    def _match(self, node: Node, at: int, groups: Groups, then: Next) -> Groups | None:
        self.left -= 1
        if self.left < 0:
            raise Unfit("matching with a back-reference takes too long", "limit")
        text = self.text
        match node:
            case ("set", ranges):
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
