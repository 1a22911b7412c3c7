"""The pages of decision tables, and what the grid asks the server."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from msgspec import structs

from designer import drafts, published, publishing
from runtime import statements
from runtime.rules.documents import Input, Output, Rule, Table
from tests.app.conftest import Browser

TABLE = Table(
    key="discount",
    name="Discount",
    inputs=(Input(id="segment", expression="segment", label="Segment", type="string"),),
    outputs=(Output(id="rate", name="rate", label="Rate", type="number"),),
    rules=(
        Rule(id="r1", inputs=('"gold"',), outputs=("10",)),
        Rule(id="r2", inputs=('not("gold")',), outputs=("0",)),
    ),
)
PUT = {"put": [{"id": "r1", "inputs": ['"gold"'], "outputs": ["12"]}]}


class Designer:
    """A process admin's page: it sends JSON with the CSRF token and the revision it knows."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.headers = {"X-CSRFToken": browser.csrf("/account"), "Accept": "application/json"}

    def send(self, method: str, address: str, body: object = None, revision: int | None = None) -> Any:
        headers = self.headers | ({} if revision is None else {"If-Match": f'"{revision}"'})
        return self.browser.client.open(f"/tables/{address}", method=method, json=body, headers=headers)


@pytest.fixture
def designer(app: Flask, signed_in: Callable[..., Browser]) -> Designer:
    with app.extensions["orderloom"].database.writing() as connection:
        drafts.put(connection, TABLE, revision=0, by="somebody", now=0)
    return Designer(signed_in("process admin"))


def test_the_list_shows_every_table_and_finds_them(designer: Designer):
    assert "Discount" in designer.browser.get("/tables/").text
    assert "No table found" in designer.browser.get("/tables/?q=nothing").text


def test_a_new_table_opens_in_the_grid(designer: Designer):
    answer = designer.browser.post("/edit/table", page="/edit/table", name="Shipping", key="shipping")

    assert answer.headers["Location"] == "/tables/shipping"
    assert "Shipping" in designer.browser.get("/tables/shipping").text
    assert designer.browser.post("/edit/table", page="/edit/table", name="Again", key="shipping").status_code == 422
    assert designer.browser.post("/edit/table", page="/edit/table", name="Bad key", key="Not A Key").status_code == 422


def test_the_page_carries_the_table_without_letting_it_end_the_script(app: Flask, designer: Designer):
    with app.extensions["orderloom"].database.writing() as connection:
        named = Table(key="odd", name="</script><b>", outputs=TABLE.outputs)
        drafts.put(connection, named, revision=0, by="somebody", now=0)

    assert "</script><b>" not in designer.browser.get("/tables/odd").text


def test_a_change_is_saved_under_the_revision_it_was_made_on(designer: Designer):
    answer = designer.send("PATCH", "discount/draft", PUT, revision=1)

    assert (answer.status_code, answer.json["revision"]) == (200, 2)
    stored = designer.send("GET", "discount/draft").json
    assert stored["document"]["rules"][0]["outputs"] == ["12"]


def test_a_change_of_an_older_revision_is_not_saved(designer: Designer):
    designer.send("PATCH", "discount/draft", PUT, revision=1)

    assert designer.send("PATCH", "discount/draft", PUT, revision=1).status_code == 409
    assert designer.send("GET", "discount/draft").json["revision"] == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"put": [{"id": "new", "inputs": [], "outputs": []}]}, 400),
        ({"order": ["r1", "r7"]}, 400),
        ({"put": [{"name": "what?"}]}, 422),
        ({"surprise": 1}, 422),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(designer: Designer, body: dict[str, Any], status: int):
    answer = designer.send("PATCH", "discount/draft", body, revision=1)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_a_change_without_a_revision_or_a_token_is_refused(designer: Designer):
    assert designer.send("PATCH", "discount/draft", PUT).status_code == 428
    del designer.headers["X-CSRFToken"]
    assert designer.send("PATCH", "discount/draft", PUT, revision=1).status_code == 400


def test_others_look_and_try_but_do_not_change(designer: Designer, signed_in: Callable[..., Browser]):
    agent = Designer(signed_in("order agent"))

    assert '"editable":false' in agent.browser.get("/tables/discount").text
    assert agent.send("POST", "discount/trial", {"given": {"segment": "gold"}}).json["value"] == "10"
    assert agent.send("PATCH", "discount/draft", PUT, revision=1).status_code == 403
    assert agent.browser.post("/releases/publish", name="table/discount").status_code == 403


def test_the_findings_of_a_table_come_with_what_it_reads(designer: Designer):
    found = designer.send("GET", "discount/findings").json

    assert found["revision"] == 1
    assert [each["code"] for each in found["findings"] if each["severity"] == "error"] == []
    assert [field["name"] for field in found["fields"]] == ["segment"]


@pytest.mark.parametrize(("text", "reading"), [('"a", "b"', 'is "a" or "b"'), ("-", ""), ('not("a")', 'is not "a"')])
def test_a_cell_is_read_while_it_is_written(designer: Designer, text: str, reading: str):
    answer = designer.send("POST", "discount/cell", {"part": "inputs", "type": "string", "text": text})

    assert answer.json == {"fault": None, "reading": reading}


def test_a_cell_that_cannot_be_read_tells_where(designer: Designer):
    fault = designer.send("POST", "discount/cell", {"part": "outputs", "type": "number", "text": "1 + "}).json["fault"]

    assert fault["message"]
    assert 0 <= fault["start"] < fault["end"] <= 5


def test_a_row_is_told_in_words(designer: Designer):
    answer = designer.send("GET", "discount/rows/r1/reading")

    assert answer.json == {"reading": 'When Segment is "gold", then Rate is 10.'}
    assert designer.send("GET", "discount/rows/r9/reading").status_code == 404


def test_a_trial_answers_why_a_row_did_not_match(designer: Designer):
    done = designer.send("POST", "discount/trial", {"given": {"segment": "silver"}, "why": "r1"}).json

    assert (done["value"], done["matched"]) == ("0", ["r2"])
    assert done["why"][0]["message"] == 'Segment is "silver", and the row asks for "gold"'


def test_cases_are_kept_run_and_removed(designer: Designer):
    case = {"id": 0, "name": "gold", "given": {"segment": "gold"}, "expected": "11"}
    kept = designer.send("POST", "discount/cases", case).json

    assert kept["id"] == 1
    run = designer.send("GET", "discount/cases/run").json
    assert (run["verdicts"][0]["passed"], run["verdicts"][0]["got"]) == (False, "10")
    assert designer.send("POST", "discount/cases", {**kept, "expected": "10"}).json["expected"] == "10"
    assert designer.send("GET", "discount/cases/run").json["verdicts"][0]["passed"]
    assert designer.send("DELETE", "discount/cases/1").status_code == 204
    assert designer.send("DELETE", "discount/cases/1").status_code == 404


def test_the_hits_of_a_table_are_those_of_all_its_versions(app: Flask, designer: Designer):
    database = app.extensions["orderloom"].database
    with database.writing() as connection:
        publishing.publish(connection, ["table/discount"], author="ada", now=10)
        second = structs.replace(
            TABLE, name="Discount, new", rules=(TABLE.rules[0], Rule(id="r3", inputs=("-",), outputs=("0",)))
        )
        drafts.put(connection, second, revision=None, by="ada", now=11)
        publishing.publish(connection, ["table/discount"], author="ada", now=12)
        newest, oldest = (each.id for each in published.history(connection, "table", "discount"))
        counted = [(oldest, "", 1, 5, 90, 7), (oldest, "r1", 1, 3, 90, 7), (oldest, "r2", 1, 2, 80, 6)]
        counted += [(newest, "", 1, 4, 99, 9), (newest, "r1", 1, 1, 95, 8), (newest, "r1", 2, 2, 99, 9)]
        statements.add_to_hits(connection, counted)

    found = designer.send("GET", "discount/hits").json
    assert (found["decisions"], found["newest"], found["last_at"]) == (9, 4, 99)
    assert found["rows"]["r1"] == {"asked": 9, "n": 6, "newest": 3, "last_at": 99, "last_order": "9"}
    assert found["rows"]["r3"] == {"asked": 4}, "the row is asked in its own version alone, and never fired"
    assert "r2" not in found["rows"], "the row is there no more"
    assert designer.send("GET", "discount/hits?version=1").json["rows"]["r2"]["n"] == 2


def test_publishing_waits_for_failing_cases_to_be_accepted(designer: Designer):
    designer.send("POST", "discount/cases", {"id": 0, "name": "gold", "given": {"segment": "gold"}, "expected": "11"})

    refused = designer.browser.post("/releases/publish", name="table/discount")
    assert refused.status_code == 422
    assert "1 test case comes out differently" in refused.text
    done = designer.browser.post("/releases/publish", name="table/discount", accept="table/discount/1")
    assert done.status_code == 302
    assert "Version 1" in designer.browser.get("/tables/discount?version=1").text


@pytest.mark.parametrize("format_", ["csv", "xlsx", "dmn"])
def test_what_is_exported_is_imported_as_the_same_table(designer: Designer, format_: str):
    content = designer.browser.get(f"/tables/discount/export.{format_}").data

    answer = designer.browser.client.post(
        "/tables/discount/import",
        data={"file": (io.BytesIO(content), f"table.{format_}")},
        headers=designer.headers,
    )

    assert [rule["id"] for rule in answer.json["table"]["rules"]] == ["r1", "r2"]
    assert answer.json["table"]["rules"][0]["inputs"] == ['"gold"']


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\xff\xfe\x00", "UTF-8"),
        ("a.xlsx", b"not a workbook", "not an XLSX"),
        ("a.dmn", b"<a", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    designer: Designer, name: str, content: bytes, says: str
):
    answer = designer.browser.client.post(
        "/tables/discount/import", data={"file": (io.BytesIO(content), name)}, headers=designer.headers
    )

    assert answer.status_code in (400, 422)
    assert says in answer.json["detail"]


def test_an_unknown_format_or_table_is_not_found(designer: Designer):
    assert designer.browser.get("/tables/discount/export.pdf").status_code == 404
    assert designer.browser.get("/tables/nothing").status_code == 404
