"""What is to become active when, as a chain: each entry brings its changes, whatever is put in before it. Pure.

Theory of operation. A release is a whole manifest, so one that is activated tomorrow would undo everything that was
published since it was made. What its author meant are its changes to what would have been active just before. So when
something is put into the chain, or taken out of it, every later entry is made anew: the same changes on what is now
active just before it. Where both changed the same definition, that has no right answer and is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

Manifest = Mapping[str, str]
Answer = Literal["keep", "replace"]  # the version that is scheduled holds again, or makes room for the newer one


class Entry(Struct, frozen=True, kw_only=True):
    """One activation that is yet to come; `manifest` is what its release contains."""

    id: int
    release: int
    at: int
    note: str
    manifest: dict[str, str]


class Shift(Struct, frozen=True, kw_only=True):
    """What becomes of an entry: its new manifest, and the definitions that both sides changed differently.
    `empty` says that it would change nothing any more."""

    entry: Entry
    manifest: dict[str, str]
    conflicts: tuple[str, ...]
    empty: bool


def changes(before: Manifest, after: Manifest) -> dict[str, str | None]:
    """The definitions that differ, with their new version, or None where it is left out."""
    names = {*before, *after}
    return {name: after.get(name) for name in sorted(names) if before.get(name) != after.get(name)}


def changed(manifest: Manifest, by: Mapping[str, str | None]) -> dict[str, str]:
    """The manifest with these changes."""
    merged = {**manifest, **by}
    return {name: version for name, version in sorted(merged.items()) if version is not None}


def shifted(was: Manifest, becomes: Manifest, later: Iterable[Entry], answer: Answer | None) -> Iterator[Shift]:
    """The later entries, in order of their moments, when what is active before them `was` one thing and `becomes`
    another; only those that are no longer right as they are. Without an answer conflicts are told, and kept."""
    for entry in later:
        own = changes(was, entry.manifest)
        new = changes(was, becomes)
        conflicts = tuple(name for name in own if name in new and own[name] != new[name])
        dropped = conflicts if answer == "replace" else ()
        manifest = changed(becomes, {name: version for name, version in own.items() if name not in dropped})
        if manifest != entry.manifest or conflicts:
            yield Shift(entry=entry, manifest=manifest, conflicts=conflicts, empty=manifest == becomes)
        was, becomes = entry.manifest, manifest
