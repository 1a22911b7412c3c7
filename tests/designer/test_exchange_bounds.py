"""Files that claim to be large, or are, cost what is in them, and are refused with the limit."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from designer.exchange import csv, rows, xlsx
from designer.exchange.errors import ExchangeError
from designer.exchange.tables import read_into
from tests.builders import a_table


def a_workbook(**cells: object) -> bytes:
    book = openpyxl.Workbook()
    for place, value in cells.items():
        book.active[place] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The workbook with one of its parts replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after:
        for each in before.infolist():
            after.writestr(each.filename, part if each.filename == name else before.read(each))
    return file.getvalue()


def test_a_value_in_the_last_cell_of_a_sheet_is_refused_with_the_limit() -> None:
    content = a_workbook(A1="amount", XFD1048576="here")

    assert len(content) < 10_000
    with pytest.raises(ExchangeError, match="row 1048576, column 16384; at most 50,000 rows and 1,000 columns"):
        xlsx.sheets(content)


def test_what_a_sheet_claims_to_be_as_large_as_costs_nothing() -> None:
    content = a_workbook(A1="amount", B2="5")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    claimed = with_part(content, "xl/worksheets/sheet1.xml", sheet.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))

    assert b'ref="A1:B2"' in sheet
    assert xlsx.sheets(claimed) == [("Sheet", [["amount"], ["", "5"]])]


def test_merged_cells_cost_nothing() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "amount"
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(io.BytesIO(file.getvalue())) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    content = with_part(file.getvalue(), "xl/worksheets/sheet1.xml", sheet.replace(b"</sheetData>", merged))

    assert b"mergeCell" in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert xlsx.sheets(content) == [("Sheet", [["amount"]])]


def test_a_workbook_with_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "CELLS", 10)

    with pytest.raises(ExchangeError, match="more than 10 cells; split it"):
        xlsx.sheets(a_workbook(A1="a", F1="b", F2="c"))


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("xl/styles.xml", 2_000_001, "xl/styles.xml in the workbook is larger than 2 MB"),
        ("xl/worksheets/sheet1.xml", 50_000_001, "the workbook unpacks to more than 50 MB"),
    ],
)
def test_what_unpacks_to_too_much_is_refused_before_it_is_read(name: str, size: int, message: str) -> None:
    content = with_part(a_workbook(A1="a"), name, b" " * size)

    assert len(content) < 100_000
    with pytest.raises(ExchangeError, match=message):
        xlsx.sheets(content)


def test_a_broken_workbook_is_refused_whatever_it_makes_the_library_raise() -> None:
    content = a_workbook(A1="a")
    for name in ("xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"):
        with pytest.raises(ExchangeError, match="not an XLSX workbook"):
            xlsx.sheets(with_part(content, name, b"<nothing"))


def test_a_text_with_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "CELLS", 20)
    text = csv.write(a_table("discount"))

    with pytest.raises(ExchangeError, match="more than 20 cells; split it"):
        csv.read(text)
    with pytest.raises(ExchangeError, match="more than 20 cells; split it"):
        read_into(a_table("discount"), "prices.csv", ("amount\n" + "1\n" * 20).encode())
