"""A plan is drawn with every item and dependency, in bounded time, and no text can break out of it."""

from __future__ import annotations

import re

from lxml import etree

from app.drawing import MOST, PAPER, Card, depth, draw, lay_out


def a_card(n: int, state: str = "pending", title: str = "", **rest: str) -> Card:
    looks = {"kind": "callout", "tone": "still", "icon": "circle", "href": f"/orders/1?item={n}"}
    return Card(n=n, title=title or f"Item {n}", state=state, **{**looks, **rest})


def drawn(*cards: Card, edges: list[tuple[int, int]] | None = None, selected: int | None = None) -> etree._Element:
    svg = draw(cards, edges or [], sprite="/static/sprite.svg", selected=selected)
    assert svg is not None
    return etree.fromstring(str(svg))


def test_every_item_is_a_link_and_every_dependency_a_line():
    svg = drawn(a_card(1), a_card(2), a_card(3), edges=[(1, 2), (1, 3)])

    assert len(svg.findall(".//{*}a")) == 3
    assert len(svg.findall(".//{*}path[@class='edge']")) == 2


def test_a_state_is_told_by_colour_icon_and_word():
    [card] = drawn(a_card(1, "failed", tone="bad", icon="octagon-alert")).findall(".//{*}a")

    assert card.get("data-tone") == "bad"
    assert "failed" in "".join(card.itertext())
    assert "octagon-alert" in etree.tostring(card).decode()


def test_what_orders_say_cannot_become_markup():
    svg = drawn(a_card(1, title='<script>alert("x")</script>', group="]]>&<b>"))

    assert svg.findall(".//{*}script") == []


def test_a_name_that_is_too_long_is_cut_and_told_in_full_on_hover():
    name = "Wait until the customer has confirmed the appointment"
    svg = drawn(a_card(1, title=name))

    assert svg.find(".//{*}title").text.startswith(name)
    assert any("…" in (text.text or "") for text in svg.findall(".//{*}text"))


def test_cards_never_overlap_whether_they_hang_together_or_not():
    layout = lay_out(tuple(range(40)), tuple((n, n + 5) for n in range(20)))

    corners = sorted(layout.corners.values())
    for index, (x, y) in enumerate(corners):
        for other_x, other_y in corners[index + 1 :]:
            assert abs(x - other_x) >= 208 or abs(y - other_y) >= 52


def test_separate_parts_are_put_into_rows_that_fit_the_page():
    layout = lay_out(tuple(range(20)), ())

    assert layout.width <= PAPER
    assert len(layout.corners) == 20


def test_the_drawing_stays_where_it_is_when_states_change():
    where = re.compile(r'transform="[^"]*"')
    before = draw([a_card(1), a_card(2)], [(1, 2)], sprite="")
    after = draw([a_card(1, "completed"), a_card(2, "running")], [(1, 2)], sprite="")

    assert where.findall(str(before)) == where.findall(str(after))


def test_nothing_and_too_much_are_not_drawn():
    assert draw([], [], sprite="") is None
    assert draw([a_card(n) for n in range(MOST + 1)], [], sprite="") is None


def test_depth_is_the_longest_way_through():
    assert depth((1, 2, 3, 4), [(1, 2), (2, 3), (1, 4)]) == 3
    assert depth((1, 2), []) == 1
