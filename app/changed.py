"""What one release changes against another, definition by definition, as pages tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, select

from designer import published, release_notes
from designer.proofs import Proof
from designer.schedule import changes
from runtime.core.definitions import Definition
from runtime.schema import versions as versions_table

NOTES = 1800  # characters of generated notes: a note has room for 2,000, and its author wants some


class Changed(Struct, frozen=True, kw_only=True):
    """What happened to one definition, in words; the numbers are of its versions, None where there is none yet."""

    name: str
    title: str
    word: str
    lines: list[str]
    before: int | None
    after: int | None

    @property
    def kind(self) -> str:
        return self.name.partition("/")[0]

    @property
    def key(self) -> str:
        return self.name.partition("/")[2]


def proof_as_told(connection: Connection, proof: Proof) -> dict[str, Any]:
    """A proof as the page shows it."""
    changed = changed_between(connection, proof.base, proof.manifest, proof.chosen)
    by_definition = [
        (name, list(found)) for name, found in groupby(proof.problems, key=lambda problem: problem.definition)
    ]
    by_definition.sort(key=lambda entry: all(problem.severity != "error" for problem in entry[1]))
    return {
        "proof": proof,
        "changed": changed,
        "problems": by_definition,
        "notes": notes_of(changed),
        "settled": [result for result in proof.results if result.settled],
    }


def changed_between(
    connection: Connection, before: Mapping[str, str], after: Mapping[str, str], definitions: Mapping[str, Definition]
) -> list[Changed]:
    """What differs between two manifests; `definitions` has those of the newer one."""
    differing = changes(before, after)
    old = published.documents(connection, {name: before[name] for name in differing if name in before})
    numbers = numbers_of(connection, [*(before.get(name, "") for name in differing), *filter(None, differing.values())])
    found = []
    for name, id_ in differing.items():
        was, becomes = old.get(name), definitions.get(name) if id_ is not None else None
        shown = becomes or was
        assert shown is not None
        found.append(
            Changed(
                name=name,
                title=shown.name,
                word="changed" if was and becomes else "added" if becomes else "removed",
                lines=release_notes.summary(was, becomes) if was and becomes else [],
                before=numbers.get(before.get(name, "")),
                after=numbers.get(id_ or ""),
            )
        )
    return found


def notes_of(changed: Iterable[Changed]) -> str:
    """Release notes to begin with: a line for each definition, and one for each change of it."""
    lines = []
    for each in changed:
        lines.append(f"{each.kind.capitalize()} {each.title}{'' if each.lines else f': {each.word}'}")
        lines += [f"- {line}" for line in each.lines]
    text = "\n".join(lines)
    return text if len(text) <= NOTES else text[:NOTES].rsplit("\n", 1)[0] + "\n…"


def numbers_of(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of versions by their ids; those that do not exist yet are left out."""
    v = versions_table.c
    wanted = sorted({id_ for id_ in ids if id_})
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        query = select(v.id, v.number).where(v.id.in_(wanted[start : start + 500]))
        found |= {row.id: row.number for row in connection.execute(query)}
    return found
