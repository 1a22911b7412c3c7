"""Browser windows that one test hands to the next: to open one costs more than most tests do in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

NO_ICON = r"/favicon\.ico"  # which a browser looks for where an address shows no page

SomeWindow = TypeVar("SomeWindow", bound="Window")


class Window:
    """A browser of somebody's own with one page, and what its console complains of.

    `expects` names complaints that belong to the story.
    """

    heeds: tuple[str, ...] = ("error", "warning")

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.expects: list[str] = [NO_ICON]
        self.complaints: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{error}\n{error.stack}"))
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in self.heeds:
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def unexpected(self) -> list[str]:
        return [text for text in self.complaints if not any(re.search(each, text) for each in self.expects)]

    def forget(self, empty: str) -> None:
        """Leaves nothing in the browser of what was done there but who is signed in; `empty` is a bare address."""
        for page in self.context.pages:
            if page is not self.page:
                page.close()
        self.context.set_offline(False)
        self.page.unroute_all()
        self.page.mouse.move(0, 0)
        self.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        self.page.goto(empty)
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.expects[:] = [NO_ICON]
        self.complaints.clear()


class Windows:
    """Windows that wait for the next test of the same person."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, list[Window]] = defaultdict(list)

    def take(self, whose: str, open_one: Callable[[], SomeWindow]) -> SomeWindow:
        waiting = self._waiting[whose]
        return waiting.pop() if waiting else open_one()  # type: ignore[return-value]  # one sort for each person

    def put_back(self, whose: str, window: Window, empty: str) -> None:
        window.forget(empty)
        self._waiting[whose].append(window)
