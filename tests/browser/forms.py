"""Words for tests of the editors of definitions: what a person does in a form, and what they see."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from designer import drafts
from runtime.core import versions
from runtime.core.definitions import Definition, kind_of
from tests.browser.people import Person


class Form:
    """The editor of one definition in front of a person."""

    def __init__(self, person: Person, document: Definition | None = None, page: Page | None = None) -> None:
        self.person = person
        self.page = page or person.page
        if document is not None:
            person.site.draft(document)
            self.open(kind_of(document), document.key)

    def open(self, kind: str, key: str) -> Form:
        self.kind, self.key = kind, key
        self.page.goto(f"{self.person.site.address}/edit/{kind}/{key}")
        return self.opened()

    def opened(self) -> Form:
        self.page.wait_for_selector("#editor[data-ready=true]")
        return self

    def make(self, kind: str, name: str) -> Form:
        """Makes a new one, as the page of a kind offers it."""
        self.page.goto(f"{self.person.site.address}/edit/{kind}")
        self.page.get_by_label("Name").fill(name)
        self.kind, self.key = kind, self.page.get_by_label("Key").input_value()
        self.page.get_by_role("button", name=f"Make the {kind}").click()
        return self.opened()

    # --- acting

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, label: str, text: str, within: Locator | None = None) -> None:
        """Types into a field, key by key, over what was there."""
        field = (within or self.page).get_by_label(re.compile(f"^{label}( optional)?$"))
        field.click()
        self.press("Control+a")
        field.press_sequentially(text, delay=5)

    def write_feel(self, label: str, text: str, within: Locator | None = None) -> None:
        """Types an expression over what was there."""
        (within or self.page).get_by_role("button", name=f"{label}:").click()
        expect((within or self.page).get_by_role("textbox", name=label, exact=True)).to_be_focused()
        self.press("Control+a", "Delete")
        self.page.keyboard.type(text, delay=5)
        self.press("Escape")

    def complete(self, text: str, offered: str) -> None:
        """Types the beginning of an expression, and takes what is offered."""
        self.page.keyboard.type(text, delay=15)
        expect(self.page.locator(".feel-host").get_by_role("option", name=offered)).to_be_visible()
        self.page.wait_for_timeout(100)  # a completion that has only just come is not taken by a key meant for the text
        self.press("Tab")

    def add(self, wanted: str) -> Locator:
        """Adds a row to the list of what is wanted, and gives it."""
        button = self.page.get_by_role("button", name=wanted).and_(self.page.locator("[data-add]"))
        rows = self.page.locator(".rows", has=button).locator("> ol > li")
        count = rows.count()
        button.click()
        expect(rows).to_have_count(count + 1)
        return rows.last

    def rows(self, label: str) -> Locator:
        return self.page.get_by_role("list", name=label).locator("> li")

    def side(self, name: str) -> Locator:
        """Opens what can be looked at beside the form."""
        button = self.page.locator(f"[data-side={name}]")
        if button.get_attribute("aria-pressed") != "true":
            button.click()
        return self.page.locator("aside.side-panel")

    # --- looking

    def problem(self, message: str) -> Locator:
        """A finding shown at its field."""
        return self.page.locator(".editor-form .wrong", has_text=message)

    def state(self, state: str) -> None:
        expect(self.page.locator(f'.saving[data-state="{state}"]')).to_be_visible(timeout=15_000)

    def stored(self) -> dict[str, Any]:
        """The draft on the server once everything is saved."""
        # A field waits for a pause before it changes the document; that changes the state.
        self.page.wait_for_timeout(250)
        self.state("saved")
        found = self.person.site.reading(lambda connection: drafts.get(connection, self.kind, self.key))
        assert found, "there is no draft"
        return dict(versions.plain(found.definition))  # type: ignore[attr-defined]
