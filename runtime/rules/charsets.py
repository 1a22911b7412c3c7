"""Sets of characters as sorted ranges of code points: categories, blocks, case variants (XPath Functions 5.6)."""

import sys
import unicodedata
from functools import lru_cache

from runtime.rules.blocks import BLOCKS

Ranges = list[tuple[int, int]]  # sorted code points, both ends included
_LAST = sys.maxunicode
ALL: Ranges = [(0, _LAST)]


def merged(ranges: Ranges) -> Ranges:
    found: Ranges = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def without(ranges: Ranges, taken: Ranges) -> Ranges:
    found: Ranges = []
    for low, high in merged(ranges):
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
def variants(code: int) -> tuple[int, ...]:
    char = chr(code)
    found = {code}
    for variant in {char, char.lower(), char.upper(), char.upper().lower(), char.lower().upper()}:
        if len(variant) == 1:
            found.add(ord(variant))
    if char.lower() != char or char.upper() != char:
        found.update(_folds().get(char.lower(), ()))
        found.update(_folds().get(char.upper().lower(), ()))
    return tuple(found)


def variants_of_all(ranges: Ranges) -> Ranges:
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


def property_set(name: str) -> Ranges | None:
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
_NAME = merged([*_NAME_START, *_ranges_of("--..09\xb7\xb7\u0300\u036f\u203f\u2040")])


def multiple(char: str) -> Ranges | None:
    """The set of a multi-character escape; None where there is no such."""
    match char.lower():
        case "s":
            found = _ranges_of("\t\n\r\r  ")
        case "d":
            found = _category("Nd")
        case "w":
            found = without(ALL, merged([*_category("P"), *_category("Z"), *_category("C")]))
        case "i":
            found = _NAME_START
        case "c":
            found = _NAME
        case _:
            return None
    return found if char.islower() else without(ALL, found)
