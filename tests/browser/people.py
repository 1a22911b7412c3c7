"""People at one running Orderloom, each with a browser of their own: for what they do at the same time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import BrowserContext, Page

from app import accounts, create_app
from app.accounts import Role
from app.db import Orderloom
from app.migrating import migrate
from app.settings import Settings
from app.threads import served
from designer import drafts
from runtime.core.definitions import Definition
from runtime.database import Connection, Database
from tests.browser.windows import Window

PASSWORD = "correct horse"
# Outside development a browser keeps the files of static/, and a test need not wait for them again.
KEPT_FILES = {"ORDERLOOM_ENVIRONMENT": "production", "ORDERLOOM_SECRET_KEY": "a key for tests that nobody has to guess"}
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"


class Site:
    """A server on a free port with a database of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        given = {"ORDERLOOM_INSTANCE": str(folder), **KEPT_FILES, **environment}
        settings = Settings.from_environment(given)
        self.app = create_app(settings)
        orderloom: Orderloom = self.app.extensions["orderloom"]
        self.database: Database = orderloom.database
        migrate(self.database)
        self.cookies: dict[str, list[SetCookieParam]] = {}
        self._serving = ExitStack()
        self.address = self._serving.enter_context(served(self.app))

    def close(self) -> None:
        self._serving.close()
        self.database.close()

    def add_user(self, name: str, *roles: Role) -> None:
        with self.database.writing() as connection:
            accounts.add_user(connection, name, full_name=name.title(), roles=roles, password=PASSWORD, now=0)

    def draft(self, document: Definition, by: str = "somebody", revision: int | None = None) -> int:
        """Saves a draft, as somebody else would, and tells its revision."""
        with self.database.writing() as connection:
            return drafts.put(connection, document, revision=revision, by=by, now=0).revision

    def reading(self, question: Callable[[Connection], object]) -> object:
        with self.database.reading() as connection:
            return question(connection)


def sign_in(page: Page, name: str) -> None:
    """Fills in the form that is shown."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


class Person(Window):
    """Somebody in front of a window of their own, at one site."""

    def __init__(self, site: Site, context: BrowserContext, name: str) -> None:
        super().__init__(context)
        self.site = site
        self.name = name

    def sign_in(self) -> None:
        """Signs in once a run; who comes back brings the cookies of the first time."""
        if self.name in self.site.cookies:
            return self.context.add_cookies(self.site.cookies[self.name])
        self.page.goto(f"{self.site.address}/sign-in")
        sign_in(self.page, self.name)
        self.site.cookies[self.name] = self.context.cookies()  # type: ignore[assignment]

    def axe(self) -> list[str]:
        """What axe-core finds on the page, in both themes."""
        return wrong_for_readers(self.page)


FOUND = """async (rules) => {
  const asked = rules ? {runOnly: {type: 'rule', values: rules}} : {resultTypes: ['violations']};
  const {violations} = await axe.run(document, asked);
  const short = (one) => `${one.html.slice(0, 160)} ${one.failureSummary.slice(0, 120)}`;
  return violations
    .filter((each) => ['serious', 'critical'].includes(each.impact) || each.tags.some((tag) => /^wcag2/.test(tag)))
    .flatMap(({id, nodes}) => nodes.map((one) => `${id}: ${short(one)}`));
}"""


def wrong_for_readers(page: Page) -> list[str]:
    """What axe finds in the light theme, and in the dark one what hangs on colours."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    page.emulate_media(reduced_motion="reduce")  # a colour on its way to another is none to be judged
    found = [f"light: {each}" for each in page.evaluate(FOUND, None)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in page.evaluate(FOUND, ["color-contrast", "link-in-text-block"])]
    page.emulate_media(color_scheme="light")
    return found
