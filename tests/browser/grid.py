"""Words for tests of the decision table grid: what a person does there, and what they see."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from designer import drafts
from runtime.rules.documents import Input, Output, Rule, Table
from tests.browser.people import Person, Site

SEGMENTS = '"gold", "silver", "bronze"'


def a_table(key: str, rows: int = 12, **rest: Any) -> Table:
    """Customer segment and speed in, discount and approval out; its rows neither overlap nor leave much out."""
    segments = SEGMENTS.split(", ")
    return Table(
        key=key,
        name=rest.pop("name", "Discount by segment"),
        hit_policy=rest.pop("hit_policy", "unique"),
        inputs=(
            Input(id="segment", expression="customer.segment", label="Segment", type="string", allowed=SEGMENTS),
            Input(id="speed", expression="speed", label="Speed", type="number"),
        ),
        outputs=(
            Output(id="discount", name="discount", label="Discount", type="number"),
            Output(id="approval", name="approval", label="Approval", type="string", allowed='"none", "manager"'),
        ),
        annotations=("Note",),
        rules=rest.pop(
            "rules",
            tuple(
                Rule(
                    id=f"r{n + 1}",
                    inputs=(segments[n % 3], f"[{n // 3 * 10}..{n // 3 * 10 + 10})"),
                    outputs=(str(n), '"none"'),
                    annotations=("",),
                )
                for n in range(rows)
            ),
        ),
        **rest,
    )  # fmt: skip


class Grid:
    """The page of one table in front of a person."""

    def __init__(self, person: Person, table: Table | str, page: Page | None = None) -> None:
        self.person = person
        self.page = page or person.page
        if isinstance(table, Table):
            person.site.draft(table)
        self.key = table.key if isinstance(table, Table) else table
        self.open()

    def open(self) -> None:
        self.page.goto(f"{self.person.site.address}/tables/{self.key}")
        # Expressions are edited with completion once the editor has come; a person is slower than that, a test is not.
        self.page.wait_for_selector("#grid-page[data-ready][data-editor]")

    @property
    def site(self) -> Site:
        return self.person.site

    def cell(self, row: int, column: int):
        """A cell by its place on the screen, from 1."""
        return self.page.locator(f"#cell-{row - 1}-{column - 1}")

    def click(self, row: int, column: int, **how: Any) -> None:
        self.cell(row, column).click(**how)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def write(self, row: int, column: int, text: str) -> None:
        """Types over a cell and goes on to the next."""
        self.click(row, column)
        self.type(text)
        self.press("Enter")

    def says(self, row: int, column: int, text: str) -> None:
        """A cell says `text`; its quotes count, and the dash is a long one."""
        expect(self.cell(row, column)).to_have_text(text)

    def paste(self, text: str) -> None:
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.press("Control+v")

    def copied(self) -> str:
        self.press("Control+c")
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    def saved(self) -> Table:
        """Waits until the page says that it is saved, and gives what the server has."""
        expect(self.page.locator("dialog")).to_have_count(0)
        self.page.wait_for_timeout(50)  # a dialog hands over its answer after it closed
        expect(self.page.locator("#saving")).to_have_attribute("data-state", "saved")
        return self.stored()

    def stored(self) -> Table:
        draft = self.site.reading(lambda connection: drafts.get(connection, "table", self.key))
        return draft.definition  # type: ignore[union-attr,return-value,attr-defined]

    def texts(self) -> list[list[str]]:
        """What the server has, as rows of cells."""
        return [[*rule.inputs, *rule.outputs, *rule.annotations] for rule in self.saved().rules]

    def shown(self, text: str) -> None:
        expect(self.page.locator("#shown")).to_have_text(text)

    def told(self, text: str) -> None:
        expect(self.page.locator("#said")).to_contain_text(text)
