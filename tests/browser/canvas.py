"""The plan designer as a person uses it: by mouse, by keyboard, by reading what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

from playwright.sync_api import Locator, Page, expect

from app import accounts
from designer import drafts
from runtime.core import versions
from runtime.database import Database

from .people import PASSWORD, sign_in
from .server import OpenPage, Server

Point = tuple[float, float]
_numbers = count(1)


def save_plan(server: Server, plan: dict[str, Any]) -> None:
    """Puts a plan into the database as a draft."""
    database = database_of(server)
    with database.writing() as connection:
        document = versions.decode("plan", json.dumps({"kind": "plan", "name": plan["key"].title(), **plan}))
        drafts.put(connection, document, revision=None, by="test", now=0)
    database.close()


def database_of(server: Server) -> Database:
    return Database(f"sqlite:///{server.folder / 'orderloom.db'}")


def chain(key: str, *keys: str) -> dict[str, Any]:
    """A plan whose items wait for one another in a row."""
    return {
        "key": key,
        "items": [{"kind": "milestone", "key": key, "name": key.title()} for key in keys],
        "dependencies": [{"source": source, "target": target} for source, target in pairwise(keys)],
    }


def another(server: Server, open_page: OpenPage, full_name: str) -> Page:
    """A window of somebody else, who did not exist before."""
    page = open_page()
    name = f"{full_name.split()[0].lower()}{next(_numbers)}"
    database = database_of(server)
    with database.writing() as connection:
        accounts.add_user(connection, name, full_name=full_name, roles=("process admin",), password=PASSWORD, now=0)
    database.close()
    sign_in(page, name)
    return page


class Canvas:
    """One browser's view of one plan."""

    def __init__(self, page: Page, server: Server, key: str) -> None:
        self.page = page
        self.server = server
        self.key = key
        self.keyboard = page.keyboard

    def open(self) -> Canvas:
        self.page.goto(f"/plans/{self.key}/edit")
        self.page.wait_for_selector("html[data-ready=yes]")
        return self

    # --- acting

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keyboard.press(key)

    def choose(self, menu_key: str, kind: str, name: str) -> None:
        """Opens a menu of kinds by its key, picks a kind by typing, and types the name of the new item."""
        self.pick(menu_key, kind)
        self.name(name)

    def pick(self, menu_key: str, kind: str) -> None:
        self.press(menu_key)
        expect(self.page.locator(".djs-popup input")).to_be_focused()
        self.keyboard.type(kind)
        expect(self.page.locator(".djs-popup .entry.selected .djs-popup-label")).to_have_text(kind)
        self.press("Enter")

    def name(self, text: str) -> None:
        expect(self.page.locator(".label-field")).to_be_focused()
        self.keyboard.type(text)
        self.press("Enter")
        expect(self.page.locator(".label-field")).to_have_count(0)

    def find(self, text: str) -> None:
        """Goes to an item by Ctrl+F."""
        self.press("Control+f")
        expect(self.page.locator(".finder input")).to_be_focused()
        self.keyboard.type(text)
        self.press("Enter")
        expect(self.page.locator("dialog.finder")).to_have_count(0)
        expect(self.page.locator(".designer-side h2")).to_have_text(text)

    def connect(self, target: str, *, chosen: bool = True) -> None:
        """Makes another item wait for the selected one, by C and its name, if that is `chosen`."""
        self.press("c")
        expect(self.page.locator(".finder input")).to_be_focused()
        self.keyboard.type(target)
        if chosen:
            self.press("Enter")

    def drag(self, start: Point, end: Point, *, drop: bool = True) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=6)
        mouse.move(*end, steps=6)
        mouse.move(*end)
        # A hand rests before it lets go; only then has the page seen where it is.
        self.page.evaluate("() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))")
        if drop:
            mouse.up()

    def click(self, name: str) -> None:
        self.page.mouse.click(*self.card(name))
        expect(self.page.locator(".designer-side h2")).to_have_text(name)

    def pad(self, title: str) -> Point:
        box = self.page.locator(f'.djs-context-pad.open [aria-label^="{title}"]').bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    # --- looking

    def card(self, name: str) -> Point:
        """The middle of a card on the screen."""
        shape = self.page.locator(".djs-shape", has=self.page.locator(".card", has_text=name)).locator(".frame").first
        expect(shape).to_be_visible()
        # A card is drawn anew whenever anything about it changes: for a moment the one just seen is gone.
        box = shape.bounding_box()
        for _ in range(50):
            if box:
                break
            self.page.wait_for_timeout(20)
            box = shape.bounding_box()
        assert box, f"the card {name!r} is nowhere"
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def cards(self) -> int:
        return self.page.locator(".djs-shape .card").count()

    @property
    def said(self) -> Locator:
        """The live region."""
        return self.page.locator(".spoken")

    def settled(self) -> dict[str, Any]:
        """Waits until everything is saved; gives the draft that the server has then."""
        # The state goes to "waiting" with the change itself, so "saved" after it is about that change.
        expect(self.page.locator('.save-state[data-state="saved"]')).to_be_visible(timeout=15_000)
        return self.draft()

    def draft(self) -> dict[str, Any]:
        database = database_of(self.server)
        with database.reading() as connection:
            found = drafts.get(connection, "plan", self.key)
        database.close()
        assert found
        return dict(versions.plain(found.definition))

    def edges(self) -> set[tuple[str, str]]:
        return {(each["source"], each["target"]) for each in self.settled().get("dependencies", [])}

    def layout(self) -> dict[str, Any]:
        self.settled()
        database = database_of(self.server)
        with database.reading() as connection:
            found = drafts.layout(connection, "plan", self.key)
        database.close()
        return found or {}


OpenPlan = Callable[[dict[str, Any]], Canvas]
