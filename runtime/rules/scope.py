"""What the names in a text can mean: variables, built-ins, types, fields."""

from collections.abc import Iterable, Mapping

from runtime.rules.names import Names
from runtime.rules.signatures import Builtin
from runtime.rules.types import ANY, SIMPLE, Type

_TYPE_NAMES = Names(SIMPLE)


class Vocabulary:
    """The words of a model that all its texts share: named types, and names of fields.

    `members` may follow a dot where nothing is known of what stands before it.
    """

    def __init__(self, types: Mapping[str, Type] | None = None, members: Iterable[str] = ()) -> None:
        self.types = types or {}
        self.type_names = Names({**SIMPLE, **self.types}) if types else _TYPE_NAMES
        self.members = Names(dict.fromkeys(members, ANY))


_NO_WORDS = Vocabulary()


class Scope:
    """What names mean where a text starts; `names` is None where any name may occur."""

    def __init__(
        self,
        names: Mapping[str, Type] | None,
        builtins: Mapping[str, Builtin],
        strict: bool,
        vocabulary: Vocabulary = _NO_WORDS,
    ) -> None:
        self.open = names is None
        self.names = Names(names or {})
        self.builtins = builtins
        self.builtin_names = _builtin_names(builtins)
        self.strict = strict
        self.types = vocabulary.types
        self.type_names = vocabulary.type_names
        self.members = vocabulary.members


_known_builtins: dict[int, Names] = {}


def _builtin_names(builtins: Mapping[str, Builtin]) -> Names:
    """The built-ins never change, so their names are made ready once."""
    found = _known_builtins.get(id(builtins))
    if found is None:
        found = _known_builtins[id(builtins)] = Names(dict.fromkeys(builtins, ANY))
    return found
