"""Draws the plan of an order. Pure: items and dependencies in, SVG out; Graphviz only says where things lie.

Theory of operation. The layout depends on the shape of the plan alone, which never changes while an order runs, so
it is worked out once for each shape and kept; a state that changes only recolours. Graphviz computes in C and holds
the interpreter meanwhile (9 ms for 60 items, 120 ms for 500), so beyond MOST items there is no drawing at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pygraphviz
from markupsafe import Markup, escape
from msgspec import Struct

MOST = 400
WIDTH, HEIGHT = 208, 52  # of a card, in pixels
MARGIN = 8
INCH = 72  # Graphviz thinks in inches of 72 points; one point is one of our pixels
ARROW = 6
WIDEST_ROW = 4  # a plan with more steps than this one after the other is drawn downwards, to fit beside the panel

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
    """An item as it is drawn; `group` tells instances of the same item apart."""

    n: int
    title: str
    kind: str
    state: str
    tone: str
    icon: str
    href: str
    group: str = ""


class Layout(Struct, frozen=True):
    """Where everything lies, in pixels: card corners by number, and a path for each edge."""

    width: float
    height: float
    corners: dict[int, tuple[float, float]]
    edges: tuple[tuple[int, int, str], ...]


def draw(
    cards: Sequence[Card], edges: Sequence[tuple[int, int]], *, sprite: str, selected: int | None = None
) -> Markup | None:
    """An SVG element with a link per item, or None where there are too many to be of use to a reader."""
    if len(cards) > MOST:
        return None
    layout = lay_out(tuple(card.n for card in cards), tuple(edges))
    ended = {card.n for card in cards if card.state in ("completed", "skipped")}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{layout.width:.0f}" height="{layout.height:.0f}" '
        f'viewBox="0 0 {layout.width:.0f} {layout.height:.0f}" role="group" aria-label="Plan">',
        "<defs>" + _tip("tip") + _tip("tip done") + "</defs>",
    ]
    for source, _target, path in layout.edges:
        done = " done" if source in ended else ""
        parts.append(f'<path class="edge{done}" marker-end="url(#tip{done.replace(" ", "-")})" d="{path}"/>')
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
    full = f"{card.title} ({card.group})" if card.group else card.title
    words = f"{full}: {card.state}"
    current = ' aria-current="true"' if selected else ""
    group = f'<text class="group" x="{WIDTH - 12}" y="38">{escape(_cut(card.group, 14))}</text>' if card.group else ""
    return (
        f'<a class="card" id="item-{card.n}" href="{escape(card.href)}" data-state="{card.state}" '
        f'data-tone="{card.tone}" aria-label="{escape(words)}"{current} transform="translate({x:.1f} {y:.1f})">'
        f"<title>{escape(words)}</title>"
        f'<rect class="body" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f'<rect class="stripe" x="0" y="12" width="3" height="{HEIGHT - 24}" rx="1.5"/>'
        f"{_icon(sprite, KIND_ICONS.get(card.kind, 'square'), 'kind', 12, 10, 16)}"
        f'<text x="36" y="22">{escape(_cut(card.title, 24))}</text>'
        f"{_icon(sprite, card.icon, 'mark', 36, 28, 12)}"
        f'<text class="word" x="52" y="38">{escape(card.state)}</text>{group}</a>'
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
    """Where the cards of a plan of this shape lie."""
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


def _read_plain(text: str) -> Layout:
    """Reads Graphviz's plain format: one thing a line, y growing upwards."""
    width = height = 0.0
    corners: dict[int, tuple[float, float]] = {}
    edges: list[tuple[int, int, str]] = []
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
                points = [
                    f"{x + MARGIN:.1f} {height - y + MARGIN:.1f}"
                    for x, y in zip(numbers[::2], numbers[1::2], strict=True)
                ]
                edges.append((int(source), int(target), f"M{points[0]}C{' '.join(points[1:])}"))
    return Layout(width + 2 * MARGIN, height + 2 * MARGIN, corners, tuple(edges))
