"""Which names are in scope where, and the longest of them that the text at hand spells (grammar rules 27 to 31)."""

from collections.abc import Mapping, Sequence

from runtime.rules.tokens import Token, words
from runtime.rules.types import Type

KEYWORDS = frozenset(
    {
        "and", "or", "between", "in", "instance", "then", "else", "return", "satisfies", "if", "for",
        "some", "every", "function", "external", "true", "false", "null",
    }
)  # fmt: skip
SYMBOLS = frozenset("+-*/.'") | {"**"}  # what a name may hold besides words, when it is known


class Names:
    """A set of names with their types, ready to be recognised in text."""

    __slots__ = ("_spellings", "types")

    def __init__(self, types: Mapping[str, Type]) -> None:
        self.types: dict[str, Type] = {}
        self._spellings: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, type_ in types.items():
            self.add(name, type_)

    def add(self, name: str, type_: Type) -> None:
        known = name in self.types
        self.types[name] = type_
        spelling = words(name)
        if spelling and not known:
            same = self._spellings.setdefault(spelling[0], [])
            same.append((spelling, name))
            if len(same) > 1:
                same.sort(key=lambda entry: -len(entry[0]))

    def match(self, tokens: Sequence[Token], at: int) -> tuple[str, int]:
        """The longest name spelled by the tokens from `at` on, and its length in tokens; ("", 0) if none is."""
        for spelling, name in self._spellings.get(tokens[at].text, ()):
            length = len(spelling)
            if length == 1:
                return name, 1
            if all(
                token.text == part and token.kind != "string"
                for token, part in zip(tokens[at : at + length], spelling, strict=False)
            ) and at + length < len(tokens):
                return name, length
        return "", 0
