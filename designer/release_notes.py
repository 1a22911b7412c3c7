"""What changed in definitions, in plain words: for release notes, and beside every difference that is shown (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import msgspec
from msgspec import Struct

from designer import diff, wording
from designer.diff import Change
from designer.vocabulary import EMPTY, field_words, kind_words, worth
from runtime.core.definitions import Definition, Dependency, Plan, kind_of
from runtime.rules.documents import Rule, Table

FEW = 12  # changes of one sort that are told one by one; more are counted


def summary(old: Definition | None, new: Definition | None) -> list[str]:
    """What happened from one state of a definition to the other, a sentence a line; None: it was not there.

    Empty where nothing differs, and where neither is there. `heading` says which definition it is about.
    """
    if new is None:
        return [] if old is None else ["Removed."]
    if old is None:
        return [f"New{_size(new)}."]
    return [" ".join(line.split()) for line in _told(old, new)]  # names may hold line breaks


def _told(old: Definition, new: Definition) -> list[str]:
    changes = diff.compare(old, new)
    if isinstance(old, Plan) and isinstance(new, Plan):
        return _of_plan(old, new, changes)
    if isinstance(old, Table) and isinstance(new, Table):
        return _of_table(old, new, changes)
    return _of_parts(changes, titles(old, new))


def heading(definition: Definition) -> str:
    """The kind and name of a definition: Plan Broadband."""
    return f"{kind_of(definition).capitalize()} {' '.join(definition.name.split())}"


def titles(old: Definition, new: Definition) -> dict[tuple[str, str], str]:
    """What the entries of lists are called on the screen, by part and name: the label of a column, the name of an
    operation; where the two differ, as it is called now."""
    found = {}
    for document in (old, new):
        for field, kind in diff.LISTS.items():
            for entry in getattr(document, field, ()):
                if isinstance(entry, Struct):
                    found[kind.part, kind.name(entry)] = title(entry, kind.name(entry))
    return found


def title(entry: object, name: str) -> str:
    """The words that an entry has for people, or else the name that tells it apart."""
    words = (getattr(entry, field, "") for field in ("label", "expression", "name"))
    return next((word for word in words if word), name)


def sentence(change: Change) -> str:
    """One change of a field, without saying of which part: `expected duration 3 h (before 2 h)`."""
    words = field_words(change.field)
    if change.field.rpartition(".")[2] == "condition":
        if not change.after:
            return f"no longer depends on {worth(change.before)}"
        return f"only if {worth(change.after)}{_before(change)}"
    if change.field == "point_of_no_return":
        return "now a point of no return" if change.after else "no longer a point of no return"
    if change.after in EMPTY:
        return f"{words} {worth(change.before)} taken away"
    if change.before in EMPTY:
        return f"{words} {worth(change.after)}"
    return f"{words} {worth(change.after)}{_before(change)}"


def _before(change: Change) -> str:
    return f" (before {worth(change.before)})" if change.before not in EMPTY else ""


def _size(definition: Definition) -> str:
    if isinstance(definition, Plan):
        return f", with {_count(len(definition.items), 'item')}"
    if isinstance(definition, Table):
        return f", with {_count(len(definition.rules), 'row')}"
    return ""


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _line(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


# --- plans --------------------------------------------------------------------------------------------


def _of_plan(old: Plan, new: Plan, changes: Sequence[Change]) -> list[str]:
    names = {item.key: item.name for plan in (old, new) for item in plan.items}
    lines = _of_definition(changes)
    items = [change for change in changes if change.part == "item"]
    lines += _folded([_item(change, names) for change in items if change.kind == "added" and not change.field], "item")
    lines += _folded(
        [_item(change, names) for change in items if change.kind == "removed" and not change.field], "item"
    )
    for key, told in _by_name(changes, ("item", "form field")):
        if said := [of_item(change) for change in told if change.field or change.part == "form field"]:
            lines.append(_line(f"{names.get(key, key)}: {', '.join(said)}"))
    edges = [change for change in changes if change.part == "dependency"]
    lines += _waits(edges, names)
    lines += _reordered("items", [names.get(change.name, change.name) for change in items if change.kind == "moved"])
    if any(change.kind == "moved" for change in edges):
        lines.append("The dependencies are written in another order.")
    return lines


def _item(change: Change, names: Mapping[str, str]) -> str:
    kind = str((change.after or change.before)["kind"])
    return f"{change.kind} item {names[change.name]} ({kind_words(kind)})"


def of_item(change: Change) -> str:
    """What is new about an item, said after its name."""
    if change.part == "form field":
        entry = change.before if change.after is None else change.after
        called = change.name if change.field or not isinstance(entry, dict) else entry.get("label") or change.name
        return _entry(change, str(called))
    if change.field == "kind":
        now, then = (kind_words(str(kind)) for kind in (change.after, change.before))
        return f"now {_article(now)} (before {_article(then)})"
    if change.field == "name":
        return f"renamed from {worth(change.before)}"
    return sentence(change)


def _article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def _waits(edges: Iterable[Change], names: Mapping[str, str]) -> list[str]:
    """Dependencies, as what waits for what; several sources of one target together."""
    lines = []
    for kind, verb in (("added", "now waits for"), ("removed", "no longer waits for")):
        for target, group in _by_target(change for change in edges if change.kind == kind and not change.field):
            sources = [_named(edge.source, names) + _terms(edge, kind) for edge in group]
            last = "and" if kind == "added" else "or"
            lines.append(_line(f"{names.get(target, target)} {verb} {wording.listed(sources, last)}"))
    for change in edges:
        if change.kind == "changed":
            source, _, target = change.name.partition(" -> ")
            said = sentence(change).replace("made once per", "paired by")
            lines.append(_line(f"{names.get(target, target)} waits for {_named(source, names)} {said}"))
    return lines


def _by_target(changes: Iterable[Change]) -> list[tuple[str, list[Dependency]]]:
    edges: dict[str, list[Dependency]] = {}
    for change in changes:
        edge = msgspec.convert(change.before if change.after is None else change.after, Dependency)
        edges.setdefault(edge.target, []).append(edge)
    return list(edges.items())


def _terms(edge: Dependency, kind: str) -> str:
    if kind == "removed":
        return ""
    per = "" if edge.per == "fulfilment line" else f" paired by {worth(edge.per)}"
    return per + (f" only if {worth(edge.condition)}" if edge.condition else "")


def _named(source: str, names: Mapping[str, str]) -> str:
    plan, slash, key = source.rpartition("/")
    return f"{key} of plan {plan}" if slash else names.get(source, source)


# --- tables -------------------------------------------------------------------------------------------


def _of_table(old: Table, new: Table, changes: Sequence[Change]) -> list[str]:
    lines = _of_definition(changes)
    lines += _of_parts([change for change in changes if change.part.endswith("column")], titles(old, new))
    now = {rule.id: n for n, rule in enumerate(new.rules, 1)}
    then = {rule.id: n for n, rule in enumerate(old.rules, 1)}
    rows = [change for change in changes if change.part == "row" and not change.field]
    for kind, table, numbers in (("added", new, now), ("removed", old, then)):
        names = [change.name for change in rows if change.kind == kind]
        if len(names) > FEW:
            lines.append(_line(f"{kind} {_count(len(names), 'row')}: {_ranges([numbers[name] for name in names])}"))
        else:
            lines += [
                f"{kind.capitalize()} row {numbers[name]}: {_row(table, table.rules[numbers[name] - 1])}"
                for name in names
            ]
    cells = [change for change in changes if change.part in ("cell", "row") and change.field]
    headings = _headings(old) | _headings(new)
    by_row = _by_name(cells, ("cell", "row"))
    if len(by_row) > FEW:
        touched = _ranges([now[name] for name, _ in by_row])
        lines.append(_line(f"{_count(len(cells), 'cell')} changed in {_count(len(by_row), 'row')}: {touched}"))
    else:
        for name, told in by_row:
            said = [
                f"{headings.get(change.field, change.field)} {worth(change.after)} (before {worth(change.before)})"
                for change in told
            ]
            lines.append(_line(f"row {now[name]}: {', '.join(said)}"))
    moved = [change.name for change in rows if change.kind == "moved"]
    if len(moved) > FEW:
        lines.append(_line(f"{_count(len(moved), 'row')} moved: now {_ranges([now[name] for name in moved])}"))
    else:
        lines += [f"Row {then[name]} moved: it is row {now[name]} now." for name in moved]
    return lines


def _row(table: Table, rule: Rule) -> str:
    said = wording.sentence(table, rule)
    return said[:1].lower() + said[1:]


def _headings(table: Table) -> dict[str, str]:
    inputs = {column.id: column.label or column.expression for column in table.inputs}
    return inputs | {column.id: column.label or column.name or column.id for column in table.outputs}


def _ranges(numbers: Iterable[int]) -> str:
    """1 to 4, 7 and 9."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    said = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return wording.listed(said if len(said) <= FEW else [*said[:FEW], f"{len(said) - FEW} more places"], "and")


# --- all other parts ----------------------------------------------------------------------------------


def _of_parts(changes: Sequence[Change], titles: Mapping[tuple[str, str], str]) -> list[str]:
    """Any definition, part by part."""
    lines = _of_definition(changes)
    parts = [change for change in changes if change.part != "definition"]
    for (part, name), group in groupby(parts, key=lambda change: (change.part, change.name)):
        told = list(group)
        called = titles.get((part, name), name)
        lines += [_line(_entry(change, called)) for change in told if not change.field]
        if said := [sentence(change) for change in told if change.field]:
            lines.append(_line(f"{part} {called}: {', '.join(said)}"))
    return lines


def _of_definition(changes: Iterable[Change]) -> list[str]:
    lines = []
    for change in changes:
        if change.part != "definition":
            continue
        if change.field == "name":
            lines.append(f"Renamed from {worth(change.before)} to {worth(change.after)}.")
        elif change.field == "description":
            lines.append("The description changed." if change.before and change.after else _line(sentence(change)))
        else:
            lines.append(_line(sentence(change)))
    return lines


def _entry(change: Change, called: str) -> str:
    if change.field:
        return f"{change.part} {called} {sentence(change)}"
    if change.kind == "moved":
        return f"{change.part} {called} moved from place {change.before + 1} to {change.after + 1}"
    return f"{change.kind} {change.part} {called}"


def _by_name(changes: Iterable[Change], parts: Sequence[str]) -> list[tuple[str, list[Change]]]:
    """Changes of what stays, by the item or row they concern, in the order in which these come."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        if change.part in parts:
            found.setdefault(change.items[0] if change.items else change.name, []).append(change)
    return list(found.items())


def _folded(said: Sequence[str], noun: str) -> list[str]:
    """A line for each, or one that counts where they are many: the first few are named all the same."""
    if len(said) <= FEW:
        return [_line(each) for each in said]
    names = [each.partition(f" {noun} ")[2] for each in said[:FEW]]
    verb = said[0].partition(" ")[0]
    return [_line(f"{verb} {_count(len(said), noun)}: {', '.join(names)} and {len(said) - FEW} more")]


def _reordered(noun: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    shown = names if len(names) <= FEW else [*names[:FEW], f"{len(names) - FEW} more"]
    return [f"Other order of {noun}: {wording.listed(list(shown), 'and')} moved."]
