"""What is wrong, or odd, with a table as a whole: overlaps, gaps, and rows and outputs that do nothing.

Every finding names its rows and a region of inputs, in words, as the cells of a row, and by example. The analysis is
exact (see `regions`) but for rows with cells that only FEEL can decide (`< limit`, `? + 1 > x`): what depends on them
is marked as not certain. It looks at each input column on its own: that two columns depend on each other is not known.
A section that ran out of time says so: `finished` is then false, and what it lists is true but not all. The sections
stand in one file because they read the same rows, regions and time: a short method each.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import Any, Literal

from msgspec import Struct

from runtime.rules.boxes import Box, joined, meet, uncovered, widened, within
from runtime.rules.cells import Cell, clipped, literal
from runtime.rules.feel import Expression
from runtime.rules.index import Axis, rows_in
from runtime.rules.policies import MULTIPLE, listed, same
from runtime.rules.regions import Dimension, Grid
from runtime.rules.tables import Table, overlapping

Kind = Literal["overlap", "gap", "masked", "never", "subsumed", "duplicate", "contradiction", "unused"]
Severity = Literal["error", "warning", "note"]

_BOXES = 6000  # that no row matches; tables that people write leave some hundreds


class Finding(Struct, frozen=True, omit_defaults=True):
    """One thing found. `severity` is the judgement of the hit policy: an error breaks it, a note is as it should be.

    `region` has a FEEL unary test for each input, in the order of the columns, `example` a FEEL literal for each: an
    input in the region. `certain` is false where it depends on cells that only FEEL can decide.
    """

    kind: Kind
    severity: Severity
    message: str
    rows: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    example: tuple[str, ...] = ()
    certain: bool = True
    output: str = ""  # the id of the output that `unused` is about


class Section(Struct, frozen=True):
    """Findings of one sort: `total` counts those found, also the ones not listed."""

    findings: tuple[Finding, ...]
    total: int
    finished: bool


class Analysis(Struct, frozen=True):
    overlaps: Section
    gaps: Section
    rows: Section  # masked, never, subsumed, duplicate, contradiction
    outputs: Section  # unused

    @property
    def finished(self) -> bool:
        """Whether every section is complete."""
        return all(section.finished for section in (self.overlaps, self.gaps, self.rows, self.outputs))


Tired = Callable[[], bool]


def analyse(
    table: Table, seconds: float = 2.0, most: int = 200, clock: Callable[[], float] = time.monotonic
) -> Analysis:
    """All that can be found within `seconds`; each section lists at most `most` findings.

    The sections share the time: each may take a third of what the ones before it left.
    """
    subject = Subject(table)
    end = clock() + seconds

    def share() -> Tired:
        until = clock() + (end - clock()) / 3
        return lambda: clock() > until

    return Analysis(
        overlaps=overlaps(subject, most, share()),
        rows=rows(subject, most, share()),
        gaps=gaps(subject, most, share()),
        outputs=outputs(subject, most),
    )


def never() -> bool:
    """The patience of somebody who has all the time there is."""
    return False


class Subject:
    """A table under analysis."""

    def __init__(self, table: Table) -> None:
        document = table.document
        self.table = table
        self.policy = document.hit_policy
        self.rules = document.rules
        self.count = len(document.rules)
        self.labels = [each.label or each.expression for each in document.inputs]
        columns = [each.column for each in table.inputs]
        self.grid = Grid(
            [Dimension(each.column, str(each.type), each.gate) for each in table.inputs], columns, self.count
        )
        # Allowed values that only FEEL can decide may rule out anything that is found.
        self.bounded = all(each.allowed is None or each.gate is not None for each in table.inputs)
        self.opaque = 0
        for column in columns:
            self.opaque |= column.opaque

    @cached_property
    def together(self) -> list[int]:
        """For every row the later rows that match together with it for some input of the columns' domains."""
        columns = []
        for each, dimension in zip(self.table.inputs, self.grid.dimensions, strict=True):
            cells: Sequence[Cell | None] = each.column.cells
            axes: Mapping[str, Axis] | None = dimension.axes
            if each.gate is not None or set(dimension.domain) != set(each.column.mentioned):
                cells = [clipped(cell, dimension.domain, each.gate) for cell in cells]
                axes = None
            columns.append((cells, each.column, axes))
        return overlapping(columns, self.count)

    def certain(self, *numbers: int) -> bool:
        """Whether what these rows accept is known."""
        return not any(self.opaque >> self.count - number & 1 for number in numbers)

    def entries(self, row: int) -> tuple[Any, ...]:
        """The outputs of a row, to compare: constants as values, expressions as text."""
        written = self.rules[row].outputs
        return tuple(
            (text,) if isinstance(entry, Expression) else entry
            for entry, text in zip(self.table.entries[row], written, strict=True)
        )

    def agree(self, one: int, other: int) -> bool:
        return same(self.entries(one), self.entries(other))

    def finding(
        self, kind: Kind, severity: Severity, message: str, box: Box | None, *numbers: int, certain: bool = True
    ) -> Finding:
        """A finding with `message`, in which {region} stands for the region in words."""
        region: tuple[str, ...] = ()
        example: tuple[str, ...] = ()
        if box is not None:
            region = self.grid.texts(box)
            with suppress(LookupError):
                example = tuple(literal(value) for value in self.grid.example(box))
        return Finding(
            kind=kind,
            severity=severity,
            message=message.replace("{region}", "" if box is None else self.words(box)),
            rows=tuple(self.rules[number].id for number in numbers),
            region=region,
            example=example,
            certain=certain and self.bounded and self.certain(*numbers),
        )

    def words(self, box: Box) -> str:
        """`age is >= 18 and risk is "low" or "medium"`."""
        parts = [
            f"{label} {dimension.words(mask)}"
            for label, dimension, mask in zip(self.labels, self.grid.dimensions, box, strict=True)
            if mask != dimension.everything
        ]
        return " and ".join(parts) or "anything is given"


# --- overlaps


def overlaps(subject: Subject, most: int = 200, tired: Tired = never) -> Section:
    """The pairs of rows that match together for some input, judged by the hit policy."""
    upper = subject.grid.upper
    found: list[Finding] = []
    total = 0
    for row, others in enumerate(subject.together):
        if not others:
            continue
        if tired():
            return Section(tuple(found), total, False)
        total += others.bit_count()
        for other in rows_in(others, subject.count) if len(found) < most else ():
            box = meet(upper[row], upper[other])
            if box is None:  # two strings or times between which there is no other
                total -= 1
            elif len(found) < most:
                found.append(_overlap(subject, row, other, box))
    return Section(tuple(found), total, True)


def _overlap(subject: Subject, row: int, other: int, box: Box) -> Finding:
    first, second = subject.rules[row].id, subject.rules[other].id
    agree = subject.agree(row, other)
    severity: Severity = "note"
    if subject.policy == "unique":
        severity, says = "error", "the hit policy is unique, so the result is null"
    elif subject.policy == "any":
        severity, says = (
            ("note", "their outputs agree") if agree else ("error", "their outputs differ, so the result is null")
        )
    elif subject.policy == "first":
        says = f"rule {first} comes first and wins"
    elif subject.policy == "priority":
        one, two = (subject.table.rank_of(number) for number in (row, other))
        if one is None or two is None:
            says = "the priority of the outputs decides when they are known"
        elif one != two:
            says = f"rule {first if one < two else second} wins by the priority of its output"
        elif agree:
            says = "their outputs agree"
        else:
            severity, says = "warning", f"their outputs have the same priority, so rule {first} wins only by its place"
    else:
        says = "the result holds both"
    may = "both match"
    if not subject.certain(row, other):
        may = "may both match"
        severity = "warning" if severity == "error" else severity
    message = f"Rules {first} and {second} {may} when {{region}}; {says}."
    return subject.finding("overlap", severity, message, box, row, other)


# --- gaps


def gaps(subject: Subject, most: int = 200, tired: Tired = never, limit: int = _BOXES) -> Section:
    """The regions of input that no row matches; a warning, or a note where the outputs have defaults.

    Finished, they have nothing in common and are all there is. Boxes that lie anywhere can leave more regions than
    anybody could read: then it looks no further than `limit`, and lists the largest that it met, each as wide as it
    can be, so that they may overlap.
    """
    grid = subject.grid
    lower = [box for box in grid.lower if box is not None and all(box)]
    boxes: list[Box] = []
    finished = True
    for box in uncovered(grid.everything, lower, tired):
        if box is None or len(boxes) >= limit:
            finished = False
            break
        boxes.append(box)
    if finished:
        regions = joined(boxes)
    else:
        regions = widened(sorted(boxes, key=grid.share, reverse=True)[:most], lower, grid.everything)
    doubtful = [row for row in range(subject.count) if not subject.certain(row)]
    severity: Severity = "note" if any(output.default for output in subject.table.document.outputs) else "warning"
    found = []
    regions.sort(key=lambda box: (sum(map(int.__eq__, box, grid.everything)), grid.share(box)), reverse=True)
    for box in regions[:most]:
        perhaps = [row for row in doubtful if meet(grid.upper[row], box)]
        unless = f", unless {listed([subject.rules[row].id for row in perhaps])} does" if perhaps else ""
        message = f"No rule matches when {{region}}{unless}."
        found.append(subject.finding("gap", severity, message, box, certain=not perhaps))
    return Section(tuple(found), len(regions), finished)


# --- rows that do nothing, or nothing of their own


def rows(subject: Subject, most: int = 200, tired: Tired = never) -> Section:
    """Rows that can never match or never win, and rows that repeat, contradict or lie inside of others."""
    found: list[Finding] = []
    total = 0
    for finding in _row_findings(subject, tired):
        if finding is None:
            return Section(tuple(found), total, False)
        total += 1
        if len(found) < most:
            found.append(finding)
    return Section(tuple(found), total, True)


def _row_findings(subject: Subject, tired: Tired) -> Iterator[Finding | None]:
    upper, lower, count = subject.grid.upper, subject.grid.lower, subject.count
    together = [0] * count
    for row, later in enumerate(subject.together):
        together[row] |= later
        for other in rows_in(later, count):
            together[other] |= 1 << count - row
    for row in range(count):
        if tired():
            yield None
            return
        mine = upper[row]
        if not all(mine):
            yield _never(subject, row)
            continue
        others = [other for other in rows_in(together[row], count) if meet(upper[other], mine)]
        masking = [other for other in others if lower[other] is not None and _beats(subject, other, row)]
        if masking:
            left = list(islice(uncovered(mine, [upper[other] for other in masking], tired), 1))
            if left == [None]:
                yield None
                return
            if not left:
                yield _masked(subject, row, masking)
        yield from _beside(subject, row, others)


def _beats(subject: Subject, other: int, row: int) -> bool:
    """Whether `other` wins wherever both match."""
    if subject.policy == "first":
        return other < row
    if subject.policy == "priority":
        theirs, mine = subject.table.rank_of(other), subject.table.rank_of(row)
        return theirs is not None and mine is not None and (theirs, other) < (mine, row)
    return False


def _never(subject: Subject, row: int) -> Finding:
    name = subject.rules[row].id
    empty = [label for label, mask in zip(subject.labels, subject.grid.upper[row], strict=True) if not mask]
    message = f"Rule {name} can never match: no possible value of {listed(empty)} passes its cell."
    return subject.finding("never", "warning", message, None, row)


def _masked(subject: Subject, row: int, masking: Sequence[int]) -> Finding:
    grid = subject.grid
    mine = grid.upper[row]
    alone = [other for other in masking if within(mine, grid.upper[other])]
    needed = alone[:1] or _needed(mine, masking, grid.upper)
    names = [subject.rules[other].id for other in needed]
    why = "comes first" if subject.policy == "first" else "has priority"
    verb = why if len(names) == 1 else why.replace("comes", "come").replace("has", "have")
    first = f"{'rule' if len(names) == 1 else 'rules'} {listed(names)}"
    message = f"Rule {subject.rules[row].id} never wins: wherever it matches ({{region}}), {first} {verb}."
    return subject.finding("masked", "warning", message, mine, row, *needed)


def _needed(box: Box, rows: Sequence[int], boxes: Sequence[Box]) -> list[int]:
    """Few of `rows` that cover `box` too, dropping one after the other while there are not too many."""
    needed = list(rows)
    if len(needed) > 50:
        return needed
    for row in rows:
        rest = [other for other in needed if other != row]
        if not list(islice(uncovered(box, [boxes[other] for other in rest], never), 1)):
            needed = rest
    return needed


def _beside(subject: Subject, row: int, others: Sequence[int]) -> Iterator[Finding]:
    """What `row` repeats or contradicts of an earlier row, and the first row that it lies inside of."""
    upper, lower = subject.grid.upper, subject.grid.lower
    mine = upper[row]
    cells = subject.rules[row].inputs
    inside = False
    for other in others:
        theirs = subject.rules[other].inputs
        known = lower[row] is not None and lower[other] is not None
        if cells == theirs or (known and mine == upper[other]):
            if other < row:
                yield _twin(subject, other, row)
        elif not inside and lower[other] is not None and within(mine, upper[other]):
            inside = True
            yield _subsumed(subject, row, other)


def _twin(subject: Subject, row: int, other: int) -> Finding:
    first, second = subject.rules[row].id, subject.rules[other].id
    box = subject.grid.upper[row]
    several = subject.policy in MULTIPLE
    if subject.agree(row, other):
        message = f"Rules {first} and {second} are the same: both match when {{region}}, with the same outputs."
        return subject.finding("duplicate", "warning", message, box, row, other)
    severity: Severity = "note" if several else "error" if subject.policy in ("unique", "any") else "warning"
    message = f"Rules {first} and {second} contradict each other: both match when {{region}}, with different outputs."
    return subject.finding("contradiction", severity, message, box, row, other)


def _subsumed(subject: Subject, row: int, other: int) -> Finding:
    inner, outer = subject.rules[row].id, subject.rules[other].id
    agrees = " with the same outputs" if subject.agree(row, other) else ""
    message = f"Rule {inner} lies inside of rule {outer}, which matches whenever it does{agrees}: {{region}}."
    return subject.finding("subsumed", "note", message, subject.grid.upper[row], row, other)


# --- outputs


def outputs(subject: Subject, most: int = 200) -> Section:
    """The allowed values that no row and no default ever gives; columns with computed outputs are not judged."""
    found: list[Finding] = []
    live = [row for row in range(subject.count) if all(subject.grid.upper[row])]
    for column in subject.table.outputs:
        entries = [subject.table.entries[row][column.number] for row in live]
        if any(isinstance(entry, Expression) for entry in entries):
            continue
        given = {column.rank(entry) for entry in entries}
        if column.default is not None:
            given.add(column.rank(column.default.evaluate({}).value))
        for place, text in enumerate(column.values):
            if place not in given:
                name = column.document.label or column.document.name or column.document.id
                message = f"No rule ever gives {text} for {name}."
                found.append(Finding("unused", "note", message, output=column.document.id))
    return Section(tuple(found[:most]), len(found), True)
