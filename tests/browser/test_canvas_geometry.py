"""What is drawn can be read: no line over a card, nothing on top of anything, no word wider than its card."""

from __future__ import annotations

import random
from itertools import count, pairwise
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import expect

from .canvas import Canvas, save_plan
from .server import OpenPage, Server

pytestmark = pytest.mark.browser
_numbers = count(1)
KINDS = ("callout", "manual", "decision", "automatic", "wait", "push", "milestone")
NAMES = (
    "Qualify the line at the premises of the customer",
    "Install",
    "Donaudampfschifffahrtsgesellschaftskapitän benachrichtigen",
    "Ask",
)

# What stands on the cards, as boxes in the coordinates of each card, however far out of view or small it is.
WORDS = """() => {
  for (const away of document.querySelectorAll('.away')) away.classList.remove('away');
  document.querySelector('.djs-container').classList.remove('far', 'very-far');
  const boxOf = (node) => { const {x, y, width, height} = node.getBBox(); return [x, y, x + width, y + height]; };
  return [...document.querySelectorAll('.djs-shape .card')].map((card) => ({
    name: card.textContent,
    frame: boxOf(card.querySelector('.frame')),
    parts: [...card.querySelectorAll('text, .badge, .tint'), ...card.parentNode.querySelectorAll('.problem circle')]
      .map((part) => [part.getAttribute('class') ?? 'problem', part.textContent, ...boxOf(part)])
  }));
}"""
LABELS = """() => {
  for (const away of document.querySelectorAll('.away')) away.classList.remove('away');
  document.querySelector('.djs-container').classList.remove('far', 'very-far');
  return [...document.querySelectorAll('.djs-connection .condition')].map((label) => {
    const {x, y, width, height} = label.querySelector('rect').getBBox();
    const text = label.querySelector('text').getBBox();
    return [label.textContent, x, y, x + width, y + height, text.width <= width];
  });
}"""


# The canvas, then every card.
ON_SCREEN = """() => [...document.querySelectorAll('.plan-canvas, .djs-shape .card .frame')].map((node) => {
  const {left, top, right, bottom} = node.getBoundingClientRect();
  return [left, top, right, bottom];
})"""


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box, by: float = 0.5) -> bool:
        """Whether they share more than `by` pixels in both directions."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > by and down > by


def a_busy_plan(key: str, size: int) -> dict[str, Any]:
    """As real ones are: all kinds, long names and short, every badge somewhere, conditions on some dependencies."""
    chance = random.Random(size)
    items = []
    for n in range(size):
        kind = KINDS[n % 7]
        item: dict[str, Any] = {"kind": kind, "key": f"i{n}", "name": f"{chance.choice(NAMES)} {n}"}
        if kind in ("callout", "push"):
            item["call"] = {"system": "the-network-of-the-country", "operation": "activate"}
        if kind == "decision":
            item["table"] = "access"
        if kind == "manual":
            item["queue"] = "field-force-north-and-south"
        if chance.random() < 0.5 and kind != "milestone":
            item["duration"] = chance.choice(("PT4H", "P3D", "P1DT4H30M"))
        if chance.random() < 0.4:
            item["condition"] = 'order.priority = "high"'
        if chance.random() < 0.4:
            item["per"] = "line"
        if chance.random() < 0.4 and kind != "milestone":
            item["point_of_no_return"] = True
        if chance.random() < 0.4 and kind == "callout":
            item |= {"retry": {"policy": "fixed", "delay": "PT1M", "attempts": 3}, "compensation": dict(item["call"])}
        items.append(item)
    dependencies = {}
    for n in range(1, size):
        for back in (chance.randrange(1, 4), chance.randrange(1, 16)):
            source = n - back
            if source >= 0 and (back < 4 or chance.random() < 0.5):
                dependencies[source, n] = 'order.channel = "partner"' if chance.random() < 0.15 else ""
    return {
        "key": key,
        "items": items,
        "dependencies": [
            {"source": f"i{a}", "target": f"i{b}", **({"condition": said} if said else {})}
            for (a, b), said in dependencies.items()
        ],
    }


def boxes(plan: dict[str, Any], layout: dict[str, Any]) -> dict[str, Box]:
    found = {}
    for item in plan["items"]:
        x, y = layout["cards"][item["key"]]["x"], layout["cards"][item["key"]]["y"]
        width, height = (180, 56) if item["kind"] == "milestone" else (208, 80)
        found[item["key"]] = Box(x, y, x + width, y + height)
    return found


def lines_over_cards(plan: dict[str, Any], layout: dict[str, Any]) -> list[tuple[str, str]]:
    """Each line with each card that it runs over; over one of its ends, too, where it does more than end there."""
    cards = boxes(plan, layout)
    return [
        (name, key)
        for name, line in layout["lines"].items()
        for key, card in cards.items()
        if any(
            Box(min(ax, bx) - 1, min(ay, by) - 1, max(ax, bx) + 1, max(ay, by) + 1).meets(card, 2)
            for (ax, ay), (bx, by) in pairwise(line["points"])
        )
    ]


def cards_on_cards(plan: dict[str, Any], layout: dict[str, Any]) -> list[tuple[str, str]]:
    all_ = sorted(boxes(plan, layout).items())
    return [(one, other) for n, (one, a) in enumerate(all_) for other, b in all_[n + 1 :] if a.meets(b, 0)]


def lines_on_lines(layout: dict[str, Any]) -> list[tuple[str, str]]:
    """Lines that lie on one another although neither their sources nor their targets are the same."""
    stretches = [
        (name, a, b) for name, line in layout["lines"].items() for a, b in pairwise(tuple(map(tuple, line["points"])))
    ]
    found = set()
    for n, (one, a, b) in enumerate(stretches):
        for other, c, d in stretches[n + 1 :]:
            if set(zip((0, 1), one.split(">"), strict=True)) & set(zip((0, 1), other.split(">"), strict=True)):
                continue
            for along, across in ((0, 1), (1, 0)):
                level = a[across] == b[across] and c[across] == d[across] and abs(a[across] - c[across]) < 3
                ends = sorted((a[along], b[along])), sorted((c[along], d[along]))
                if level and min(ends[0][1], ends[1][1]) - max(ends[0][0], ends[1][0]) > 8:
                    found.add((one, other))
    return sorted(found)


def assert_labels_are_clear(canvas: Canvas, plan: dict[str, Any], layout: dict[str, Any], count: int) -> None:
    """There are so many labels; none is cut, and none lies on a card or on another."""
    cards = boxes(plan, layout).values()
    labels = [(text, Box(*box), fits) for text, *box, fits in canvas.page.evaluate(LABELS)]
    assert len(labels) == count
    assert [text for text, _, fits in labels if not fits] == []
    assert [text for text, label, _ in labels if any(label.meets(card) for card in cards)] == []
    assert [one for n, (one, a, _) in enumerate(labels) for _, b, _ in labels[n + 1 :] if a.meets(b)] == []


@pytest.fixture
def canvas(server: Server, open_page: OpenPage) -> Canvas:
    return Canvas(open_page("process admin", width=1440, height=900), server, f"drawn-large-{next(_numbers)}")


@pytest.mark.parametrize("size", [12, 60, 500])
def test_tidied_up_no_line_runs_over_a_card_and_no_card_or_label_covers_another(canvas: Canvas, size: int):
    plan = a_busy_plan(canvas.key, size)
    save_plan(canvas.server, plan)
    canvas.open()
    canvas.press("Home", "Alt+ArrowDown")  # one stands elsewhere, so that there is something to tidy
    canvas.press("Escape", "Shift+L")
    expect(canvas.said).to_have_text("Tidied up.", timeout=30_000)
    layout = canvas.layout()

    assert set(layout["cards"]) == {item["key"] for item in plan["items"]}
    assert cards_on_cards(plan, layout) == []
    assert lines_over_cards(plan, layout) == []
    assert_labels_are_clear(canvas, plan, layout, sum(1 for each in plan["dependencies"] if "condition" in each))


@pytest.mark.parametrize("size", [12, 60])
def test_in_lanes_no_line_runs_over_a_card_or_along_another_line(canvas: Canvas, size: int):
    plan = a_busy_plan(canvas.key, size)
    save_plan(canvas.server, plan)
    canvas.open()
    canvas.press("g")
    expect(canvas.said).to_contain_text("Arranged in", timeout=30_000)
    layout = canvas.layout()

    assert cards_on_cards(plan, layout) == []
    assert lines_over_cards(plan, layout) == []
    assert lines_on_lines(layout) == []
    assert_labels_are_clear(canvas, plan, layout, sum(1 for each in plan["dependencies"] if "condition" in each))
    for name in canvas.page.locator(".lane").all():
        title, band = name.locator("text.name").bounding_box(), name.locator(".band").bounding_box()
        assert title and band
        assert band["y"] <= title["y"] and title["y"] + title["height"] <= band["y"] + band["height"]


@pytest.mark.parametrize("size", [12, 60])
def test_what_a_preview_says_of_dependencies_lies_on_no_card_and_on_nothing_else_it_says(canvas: Canvas, size: int):
    plan = a_busy_plan(canvas.key, size)
    save_plan(canvas.server, plan)
    canvas.open()
    canvas.press("s")
    expect(canvas.page.locator(".pairing")).to_have_count(len(plan["dependencies"]))

    assert_labels_are_clear(canvas, plan, canvas.layout(), len(plan["dependencies"]))


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 800)])
def test_a_plan_of_twelve_items_is_seen_whole_and_large_enough_to_read(
    server: Server, open_page: OpenPage, width: int, height: int
):
    canvas = Canvas(open_page("process admin", width=width, height=height), server, f"drawn-large-{next(_numbers)}")
    save_plan(server, a_busy_plan(canvas.key, 12))
    canvas.open()
    [view, *cards] = [Box(*sides) for sides in canvas.page.evaluate(ON_SCREEN)]
    assert len(cards) == 12
    assert [card for card in cards if not (view.left <= card.left and card.right <= view.right)] == []
    assert [card for card in cards if not (view.top <= card.top and card.bottom <= view.bottom)] == []
    assert int(canvas.page.locator(".designer-bar .scale").inner_text().removesuffix("%")) >= 70


@pytest.mark.parametrize("size", [12, 60, 500])
def test_every_word_and_sign_of_a_card_has_room_of_its_own(canvas: Canvas, size: int):
    save_plan(canvas.server, a_busy_plan(canvas.key, size))
    canvas.open()
    expect(canvas.page.locator(".djs-shape .problem").first).to_be_attached()
    cards = canvas.page.evaluate(WORDS)

    assert len(cards) == size
    outside, touching, cut = [], [], []
    for card in cards:
        frame = Box(*card["frame"])
        parts = [(kind, text, Box(*box)) for kind, text, *box in card["parts"]]
        for kind, text, box in parts:
            within = frame.left <= box.left and box.right <= frame.right and frame.top <= box.top <= box.bottom
            if kind != "problem" and not (within and box.bottom <= frame.bottom):
                outside.append((card["name"], kind, text))
            if kind == "kind" and text.endswith("…"):
                cut.append(card["name"])
        # The box of a line of text holds the room between lines, too, which a line above may share.
        for n, (kind, _, a) in enumerate(parts):
            for other, _, b in parts[n + 1 :]:
                if a.meets(b, 2.5 if "name" in (kind, other) else 0.5):
                    touching.append((card["name"], kind, other))
    assert (outside, touching, cut) == ([], [], [])


def test_all_that_an_item_can_be_is_shown_on_its_card(canvas: Canvas):
    item = {
        "kind": "callout",
        "key": "reserve",
        "name": "Reserve port",
        "duration": "PT4H",
        "call": {"system": "network", "operation": "reserve"},
        "condition": "true",
        "per": "line",
        "point_of_no_return": True,
        "retry": {"policy": "fixed", "delay": "PT1M", "attempts": 3},
        "compensation": {"system": "network", "operation": "release"},
    }
    save_plan(canvas.server, {"key": canvas.key, "items": [item]})
    canvas.open()
    canvas.find("Reserve port")
    canvas.press("t")
    expect(canvas.page.locator(".label-field")).to_be_focused()
    canvas.keyboard.type("Why twice?")
    canvas.press("Control+Enter")

    card = canvas.page.locator(".djs-shape", has=canvas.page.locator(".card.kind-callout"))
    for text in ("CALLOUT", "Reserve port", "network", "4 h"):
        expect(card).to_contain_text(text)
    for badge in ("ponr", "compensation", "retry", "condition", "per", "notes"):
        expect(card.locator(f".badge.{badge}")).to_have_count(1)
        expect(card.locator(f".badge.{badge} title")).not_to_be_empty()
    expect(card.locator(".problem")).to_have_count(1)
    expect(card.locator("text.kind")).to_have_text("CALLOUT")


def test_no_form_is_wider_than_its_panel_and_long_paths_break_after_a_dot(server: Server, open_page: OpenPage):
    canvas = Canvas(open_page("process admin", width=1280, height=800), server, f"drawn-large-{next(_numbers)}")
    long = {"per": "line.attributes.addressOfInstallation", "condition": 'line.attributes.segment = "of the company"'}
    request = {"address": "line.attributes.addressOfInstallation", "ofSomethingWithAVeryLongName": "order.priority"}
    more: dict[str, dict[str, Any]] = {
        "callout": {"call": {"system": "network", "operation": "activate", "request": request}},
        "manual": {"queue": "field", "form": [{"name": "serial", "label": "Serial number", "type": "choice"}]},
        "decision": {"table": "access", "inputs": request},
        "wait": {"event": "port activated", "delay": "PT4H"},
    }
    items = [{"kind": kind, "key": f"i_{kind}", "name": f"It {kind}", **long, **more.get(kind, {})} for kind in KINDS]
    save_plan(server, {"key": canvas.key, "items": items})
    canvas.open()
    side = canvas.page.locator(".designer-side")
    for item in items:
        canvas.find(item["name"])
        for closed in side.locator("details:not([open]) > summary").all()[::-1]:
            closed.click()
        assert side.evaluate("(node) => node.scrollWidth - node.clientWidth") == 0, item["kind"]
    canvas.find("It callout")
    path = side.get_by_role("button", name="Request: address")
    expect(path).to_have_text("line.attributes.addressOfInstallation")
    expect(path.locator("wbr")).to_have_count(2)


def test_a_card_that_has_no_place_yet_is_put_on_no_other_card_and_on_no_line(three: Canvas):
    """A version, or a draft made as text, may hold items that nobody placed."""
    items = [{"kind": "callout", "key": key} for key in ("alpha", "beta", "new")]
    way = [[208, 40], [240, 40], [240, 150], [0, 150], [0, 240], [300, 240]]
    layout = {
        "cards": {"alpha": {"x": 0, "y": 0}, "beta": {"x": 300, "y": 200}},
        "lines": {"alpha>beta": {"points": way}},
    }
    placed = three.page.evaluate(
        """async ([items, layout]) => {
          const { src } = document.querySelector('script[src$="canvas/shell/start.js"]');
          const { withGhosts } = await import(src.replace('shell/start.js', 'changes/places.js'));
          return withGhosts({ items, dependencies: [{ source: 'new', target: 'beta' }] }, layout).cards.new;
        }""",
        [items, layout],
    )
    x, y = placed["x"], placed["y"]

    def apart(left: float, top: float, right: float, bottom: float) -> bool:
        return right < x or left > x + 208 or bottom < y or top > y + 80

    assert apart(0, 0, 208, 80) and apart(300, 200, 508, 280)
    for (x1, y1), (x2, y2) in pairwise(way):
        assert apart(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), (placed, (x1, y1), (x2, y2))
