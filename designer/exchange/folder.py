"""Definitions as a folder of readable YAML, one file each, that reads back to the very same hashes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection

from designer import published
from designer.errors import UnreadableFile
from designer.wording import plural
from runtime.core import versions
from runtime.core.definitions import KINDS, Definition, kind_of
from runtime.errors import MalformedDefinition, NoActiveRelease
from runtime.releases import active_id

WIDTH = 100


def export(connection: Connection, path: Path, *, now: int, release_id: int | None = None) -> list[Path]:
    """Writes a release (None: the active one) to the folder; returns the files. Raises NoActiveRelease, Unknown."""
    chosen = active_id(connection, now) if release_id is None else release_id
    if chosen is None:
        raise NoActiveRelease()
    return write(published.definitions_of(connection, chosen).values(), path)


def write(definitions: Iterable[Definition], path: Path) -> list[Path]:
    """Makes the folder hold these definitions as `plans/<key>.yaml`, `policies/<key>.yaml` and so on; files of
    definitions that are no longer among them are removed, so that the folder can be kept under version control."""
    texts = {path / plural(kind_of(each)) / f"{each.key}.yaml": to_yaml(each) for each in definitions}
    for old in [file for kind in KINDS for file in (path / plural(kind)).glob("*.yaml")]:
        if old not in texts and old.read_text(encoding="utf-8").startswith("kind: "):
            old.unlink()
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return list(texts)


def read(path: Path) -> list[Definition]:
    """Every definition of the folder (or of one file), in order of kind and key.

    Raises UnreadableFile with file, line and pointer for what is no definition, and for a definition that two
    files give.
    """
    files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise UnreadableFile(str(path), None, "", "the folder holds no .yaml file")
    found: dict[tuple[str, str], tuple[Path, Definition]] = {}
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(str(file), None, "", f"cannot be read: {error}") from None
        definition = from_yaml(text, str(file))
        name = (kind_of(definition), definition.key)
        if name in found:
            message = f"{found[name][0]} is {' '.join(name)} too; remove one of the two files"
            raise UnreadableFile(str(file), None, "/key", message)
        found[name] = (file, definition)
    return [definition for _, (_, definition) in sorted(found.items(), key=lambda entry: entry[0])]


def to_yaml(definition: Definition) -> str:
    """The definition in the order its fields are declared; short lists on one line, long text in blocks."""
    return yaml.dump(
        versions.plain(definition), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, indent=2
    )


def from_yaml(text: str, file: str = "<text>") -> Definition:
    """The definition that the text is. Raises UnreadableFile; `file` is only for its message."""
    try:
        _refuse_odd(text)
        node = yaml.compose(text, Loader=_Loader)
        data = _Loader("").construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableFile(file, mark.line + 1 if mark else None, "", str(error.problem)) from None
    except yaml.YAMLError as error:
        raise UnreadableFile(file, None, "", str(error).splitlines()[0]) from None
    if not isinstance(data, dict):
        raise UnreadableFile(file, 1, "", "a definition is a mapping that begins with its kind, e.g. `kind: plan`")
    try:
        return versions.convert(str(data.get("kind", "")), data)
    except MalformedDefinition as error:
        fault = error.faults[0]
        raise UnreadableFile(file, _line(node, fault.pointer), fault.pointer, fault.message) from None


DEEPEST = 100  # levels of lists and mappings; definitions have about ten


def _refuse_odd(text: str) -> None:
    """Raises MarkedYAMLError for aliases and for what is nested too deep; the fast reader would take the ones, and be
    ended by the other. Most files have no sign of either, and are not read twice."""
    if "*" not in text and text.count("[") + text.count("{") < DEEPEST and not _DEEP.search(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            problem = "an alias cannot be used here; write it out"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            problem = f"lists and mappings are nested more than {DEEPEST} levels deep here"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


_DEEP = re.compile(rf"^[ \t?-]{{{DEEPEST},}}", re.MULTILINE)  # a line that begins so far to the right


def _line(node: yaml.Node, pointer: str) -> int:
    """The line, from 1, on which the thing at the pointer begins, or the nearest thing around it."""
    for part in pointer.split("/")[1:]:
        if isinstance(node, yaml.MappingNode):
            inner = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
            inner = node.value[int(part)]
        else:
            inner = None
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1


class _Dumper(yaml.SafeDumper):
    """Block style, but lists of a few short texts, such as the cells of a row, on one line."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)  # items of a list stand one step in


def _text(dumper: _Dumper, data: str) -> yaml.Node:
    # YAML takes more characters for line breaks than people do; only double quotes can escape those.
    style = '"' if any(mark in data for mark in "\r\x85\u2028\u2029") else "|" if "\n" in data else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)


def _list(dumper: _Dumper, data: list[Any]) -> yaml.Node:
    short = all(isinstance(each, str) and "\n" not in each for each in data) and sum(map(len, data)) < WIDTH - 30
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


# Where libyaml is there it reads ten times as fast.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """Safe, and stricter than YAML 1.1: `yes`, `on` and dates are text, a key stands once, there are no aliases."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                problem = f"{key.value!r} stands here twice; keep one"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


# Only what JSON knows; the dumper quotes whatever YAML 1.1 would take for more than that.
_JSON = {f"tag:yaml.org,2002:{name}" for name in ("null", "int", "float")}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _JSON]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
