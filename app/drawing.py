"""Draws the plan of an order. Pure: items and dependencies in, SVG out; Graphviz only says where things lie.

Theory of operation. The layout depends on the shape of the plan alone, which never changes while an order runs, so
it is worked out once for each shape and kept; a state that changes only recolours. Graphviz computes in C and holds
the interpreter meanwhile (9 ms for 60 items, 120 ms for 500), so beyond MOST items there is no drawing at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import networkx
import pygraphviz
from markupsafe import Markup, escape
from msgspec import Struct

MOST = 400
WIDTH, HEIGHT = 208, 52  # of a card, in pixels
MARGIN = 8
INCH = 72  # Graphviz thinks in inches of 72 points; one point is one of our pixels
ARROW = 6
WIDEST_ROW = 4  # a plan with more steps than this one after the other is drawn downwards, to fit beside the panel
PAPER = 950  # what a page has room for: parts of a plan that do not hang together are put side by side up to here
GAP = 40  # between such parts
SMALLEST = 0.6  # a wider drawing is shrunk to the paper, but never below what can be read; then it scrolls

KIND_ICONS = {
    "milestone": "flag",
    "callout": "plug",
    "automatic": "calculator",
    "manual": "user-round",
    "decision": "table-2",
    "wait": "hourglass",
    "push": "send",
}


class Card(Struct, frozen=True, kw_only=True):
    """An item as it is drawn; `group` tells instances of the same item apart, and `sign` is drawn in place of that of
    its kind."""

    n: int
    title: str
    kind: str
    state: str
    tone: str
    icon: str
    href: str
    group: str = ""
    sign: str = ""


class Part(Struct, frozen=True):
    """Where the cards of one part lie; an edge is the points of its Bézier curves."""

    width: float
    height: float
    corners: dict[int, tuple[float, float]]
    edges: tuple[tuple[int, int, tuple[tuple[float, float], ...]], ...]


class Layout(Struct, frozen=True):
    """Where everything lies, in pixels: card corners by number, and a path for each edge."""

    width: float
    height: float
    corners: dict[int, tuple[float, float]]
    edges: tuple[tuple[int, int, str], ...]


def draw(
    cards: Sequence[Card],
    edges: Sequence[tuple[int, int]],
    *,
    sprite: str,
    selected: int | None = None,
) -> Markup | None:
    """An SVG element with a link per item, or None where there are none, or too many to be of use to a reader."""
    if not 0 < len(cards) <= MOST:
        return None
    layout = lay_out(tuple(card.n for card in cards), tuple(edges))
    ended = {card.n for card in cards if card.state in ("completed", "skipped")}
    width, height = round(layout.width), round(layout.height)
    scale = max(SMALLEST, min(1, PAPER / width))
    size = f'width="{width * scale:.0f}" height="{height * scale:.0f}" viewBox="0 0 {width} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="group" aria-label="Plan">',
        "<defs>" + "".join(_tip(name) for name in ("tip", "tip done")) + "</defs>",
    ]
    for source, _, path in layout.edges:
        more = " done" if source in ended else ""
        parts.append(f'<path class="edge{more}" marker-end="url(#tip{more.replace(" ", "-")})" d="{path}"/>')
    for card in cards:
        parts.append(_card(card, *layout.corners[card.n], sprite, card.n == selected))
    parts.append("</svg>")
    return Markup("\n".join(parts))


def _tip(name: str) -> str:
    return (
        f'<marker id="{name.replace(" ", "-")}" class="{name}" markerUnits="userSpaceOnUse" markerWidth="{ARROW}" '
        f'markerHeight="8" refX="0" refY="4" orient="auto"><path d="M0 0L{ARROW} 4L0 8z"/></marker>'
    )


def _card(card: Card, x: float, y: float, sprite: str, selected: bool) -> str:
    words = f"{card.title} {card.state} {card.group}".strip()  # what can be read on it, in full
    current = ' aria-current="true"' if selected else ""
    mark = _icon(sprite, card.icon, "mark", 36, 28, 12) if card.icon else ""
    told = f'<text class="word" x="{52 if card.icon else 36}" y="38">{escape(card.state)}</text>'
    opening, closing = (f'<a href="{escape(card.href)}"', "</a>") if card.href else ("<g", "</g>")
    group = f'<text class="group" x="{WIDTH - 12}" y="38">{escape(_cut(card.group, 14))}</text>' if card.group else ""
    return (
        f'{opening} class="card" id="item-{card.n}" data-state="{card.state}" '
        f'data-tone="{card.tone}"{current} transform="translate({x:.1f} {y:.1f})">'
        f"<title>{escape(words)}</title>"
        f'<rect class="body" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f'<rect class="stripe" x="0" y="12" width="3" height="{HEIGHT - 24}" rx="1.5"/>'
        f"{_icon(sprite, card.sign or KIND_ICONS.get(card.kind, 'square'), 'kind', 12, 10, 16)}"
        f'<text x="36" y="22">{escape(_cut(card.title, 24))}</text>'
        f"{mark}{told}{group}{closing}"
    )


def _icon(sprite: str, name: str, role: str, x: int, y: int, size: int) -> str:
    return (
        f'<svg class="{role}" x="{x}" y="{y}" width="{size}" height="{size}" aria-hidden="true">'
        f'<use href="{escape(sprite)}#{name}"/></svg>'
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


@lru_cache(maxsize=256)
def lay_out(items: tuple[int, ...], edges: tuple[tuple[int, int], ...]) -> Layout:
    """Where the cards of a plan of this shape lie: its separate parts in rows, like words of a text."""
    graph = networkx.Graph(edges)
    graph.add_nodes_from(items)
    parts = [sorted(part) for part in networkx.connected_components(graph)]
    corners: dict[int, tuple[float, float]] = {}
    paths: list[tuple[int, int, str]] = []
    x = y = row_height = width = 0.0
    for part in sorted(parts):
        inside = set(part)
        piece = _lay_out_part(part, [edge for edge in edges if edge[0] in inside])
        if x and x + piece.width > PAPER:
            x, y, row_height = 0.0, y + row_height + GAP, 0.0
        corners |= {n: (x + left, y + top) for n, (left, top) in piece.corners.items()}
        paths += [(source, target, _moved(path, x, y)) for source, target, path in piece.edges]
        width, row_height, x = max(width, x + piece.width), max(row_height, piece.height), x + piece.width + GAP
    return Layout(width, y + row_height, corners, tuple(paths))


def _moved(path: tuple[tuple[float, float], ...], x: float, y: float) -> str:
    first, *rest = [f"{left + x:.1f} {top + y:.1f}" for left, top in path]
    return f"M{first}C{' '.join(rest)}"


def _lay_out_part(items: list[int], edges: list[tuple[int, int]]) -> Part:
    across = depth(items, edges) <= WIDEST_ROW
    graph = pygraphviz.AGraph(
        directed=True,
        strict=True,
        rankdir="LR" if across else "TB",
        ranksep=0.55 if across else 0.42,
        nodesep=0.24,
    )
    graph.node_attr.update(shape="box", fixedsize="true", label="", width=WIDTH / INCH, height=HEIGHT / INCH)
    graph.edge_attr.update(arrowsize=ARROW / 10)
    graph.add_nodes_from(items)
    graph.add_edges_from(edges)
    return _read_plain(graph.draw(format="plain", prog="dot").decode())


def depth(items: Sequence[int], edges: Sequence[tuple[int, int]]) -> int:
    """How many items follow one another at most. The edges of a plan have no cycles."""
    targets: dict[int, list[int]] = {n: [] for n in items}
    unmet = dict.fromkeys(items, 0)
    for source, target in edges:
        targets[source].append(target)
        unmet[target] += 1
    front, steps = [n for n in items if not unmet[n]], 0
    while front:
        steps += 1
        following = []
        for n in front:
            for target in targets[n]:
                unmet[target] -= 1
                if not unmet[target]:
                    following.append(target)
        front = following
    return steps


def _read_plain(text: str) -> Part:
    """Reads Graphviz's plain format: one thing a line, y growing upwards."""
    width = height = 0.0
    corners: dict[int, tuple[float, float]] = {}
    edges: list[tuple[int, int, tuple[tuple[float, float], ...]]] = []
    for line in text.splitlines():
        match line.split():
            case ["graph", _scale, w, h]:
                width, height = float(w) * INCH, float(h) * INCH
            case ["node", n, x, y, *_]:
                corners[int(n)] = (
                    float(x) * INCH - WIDTH / 2 + MARGIN,
                    height - float(y) * INCH - HEIGHT / 2 + MARGIN,
                )
            case ["edge", source, target, count, *rest]:
                numbers = [float(number) * INCH for number in rest[: 2 * int(count)]]
                points = zip(numbers[::2], numbers[1::2], strict=True)
                path = tuple((x + MARGIN, height - y + MARGIN) for x, y in points)
                edges.append((int(source), int(target), path))
    return Part(width + 2 * MARGIN, height + 2 * MARGIN, corners, tuple(edges))
