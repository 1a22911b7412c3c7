"""Boxes, which are tuples of bit masks, one a column: what they share, what they leave uncovered, fewer of them.

Theory of operation. What rows leave of a box is found by splitting it: into groups of rows that have nothing to do with
each other in some column where there are such, else along the sides of one row, until a row covers all of a box or none
is left.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from runtime.rules.index import rows_in

Box: TypeAlias = tuple[int, ...]


def meet(one: Box, other: Box) -> Box | None:
    """What two boxes share, or None."""
    shared = tuple(map(int.__and__, one, other))
    return shared if all(shared) else None


def within(one: Box, other: Box) -> bool:
    """Whether `other` holds all of `one`."""
    return all(not mine & ~theirs for mine, theirs in zip(one, other, strict=True))


def uncovered(box: Box, rows: Sequence[Box], tired: Callable[[], bool]) -> Iterator[Box | None]:
    """Boxes that make up what `rows` leave of `box`, none of them overlapping; None, last, when `tired` says stop."""
    pending: list[tuple[Box, list[Box]]] = [(box, [row for row in rows if meet(row, box)])]
    while pending:
        if tired():
            yield None
            return
        box, boxes = pending.pop()
        if not boxes:
            yield box
            continue
        clipped = list(dict.fromkeys(tuple(map(int.__and__, row, box)) for row in boxes))
        if box in clipped:
            continue
        split = _split(box, clipped)
        if split is None:
            pending.extend(_cut(box, clipped))
        else:
            pending.extend(split)


def _split(box: Box, boxes: list[Box]) -> list[tuple[Box, list[Box]]] | None:
    """`box` in parts of one column such that hardly any row lies in two of them; None where there is no such column."""
    best: tuple[int, int, int, list[int]] | None = None
    for column, whole in enumerate(box):
        masks = {row[column] for row in boxes}
        wide = whole in masks
        masks.discard(whole)
        if not masks:
            continue
        groups = _groups(masks, whole)
        full = sum(row[column] == whole for row in boxes) if wide else 0
        covered = 0
        for group in groups:
            covered |= group
        parts = len(groups) + (covered != whole)
        again = full * (parts - 1)
        if parts > 1 and again <= len(boxes) and (best is None or (again, -parts) < best[:2]):
            best = (again, -parts, column, groups if covered == whole else [*groups, whole & ~covered])
    if best is None:
        return None
    _, _, column, groups = best
    place = {}
    for number, group in enumerate(groups):
        place[group & -group] = number
    inside: list[list[Box]] = [[] for _ in groups]
    for row in boxes:
        mask = row[column]
        if mask == box[column]:
            for number, each in enumerate(inside):
                each.append(_with(row, column, groups[number]))
        else:
            low = mask & -mask
            number = place.get(low, -1)
            if number < 0 or not groups[number] & mask:
                number = next(number for number, group in enumerate(groups) if group & low)
            inside[number].append(row)
    return [(_with(box, column, group), rows) for group, rows in zip(groups, inside, strict=True)]


def _groups(masks: set[int], whole: int) -> list[int]:
    """The smallest unions of `masks` that do not share a class."""
    if sum(mask.bit_count() for mask in masks) <= whole.bit_count():
        union_ = 0
        for mask in masks:
            if union_ & mask:
                break
            union_ |= mask
        else:
            return list(masks)
    groups: list[int] = []
    for mask in sorted(masks, key=_lowest):
        apart = []
        for group in groups:
            if group & mask:
                mask |= group
            else:
                apart.append(group)
        apart.append(mask)
        groups = apart
        if mask == whole:
            break
    return groups


def _lowest(mask: int) -> int:
    return mask & -mask


def _cut(box: Box, boxes: list[Box]) -> list[tuple[Box, list[Box]]]:
    """What one row leaves of `box`, side by side; of the rows the one with the fewest and shortest sides."""
    pivot = min(boxes, key=lambda row: _sides(row, box))
    parts = []
    for column, (mine, whole) in enumerate(zip(pivot, box, strict=True)):
        outside = whole & ~mine
        if outside:
            parts.append((_with(box, column, outside), [row for row in boxes if row[column] & outside]))
            box = _with(box, column, mine)
            boxes = [row for row in boxes if row[column] & mine]
    return parts


def _sides(row: Box, box: Box) -> tuple[int, float]:
    sides, left = 0, 1.0
    for mine, whole in zip(row, box, strict=True):
        if mine != whole:
            sides += 1
            left *= mine.bit_count() / whole.bit_count()
    return (sides, -left)


def _with(box: Box, column: int, mask: int) -> Box:
    return (*box[:column], mask, *box[column + 1 :])


def widened(boxes: Sequence[Box], rows: Sequence[Box], everything: Box) -> list[Box]:
    """Around each of `boxes`, which none of `rows` meets, a box that none meets and that no column can widen."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(everything)
    return list(dict.fromkeys(_widened(box, columns, everything) for box in boxes))


def _widened(box: Box, columns: Sequence[Sequence[int]], everything: Box) -> Box:
    apart = [_apart(mine, masks) for mine, masks in zip(box, columns, strict=True)]
    for column in sorted(range(len(box)), key=lambda number: box[number].bit_count()):
        only = apart[column]
        for number, rows in enumerate(apart):
            if number != column:
                only &= ~rows
        free = everything[column]
        for row in rows_in(only, len(columns[column])):
            free &= ~columns[column][row]
        if free != box[column]:
            box = _with(box, column, free)
            apart[column] = _apart(free, columns[column])
    return box


def _apart(mask: int, masks: Sequence[int]) -> int:
    """The rows (as a row set) that have no class of `mask`."""
    return int("".join(["0" if mask & each else "1" for each in masks]) + "0", 2)


def joined(boxes: Sequence[Box]) -> list[Box]:
    """Fewer boxes for the same region: those that differ in one column only become one, as long as there are any."""
    found = list(boxes)
    before = -1
    while before != len(found):
        before = len(found)
        for column in range(len(found[0]) if found else 0):
            together: dict[Box, int] = {}
            for box in found:
                rest = _with(box, column, 0)
                together[rest] = together.get(rest, 0) | box[column]
            found = [_with(rest, column, mask) for rest, mask in together.items()]
    return found
