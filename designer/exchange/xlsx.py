"""Decision tables as XLSX workbooks: one sheet a table, every cell as text."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import IllegalCharacterError, InvalidFileException

from designer.exchange.errors import ExchangeError
from designer.exchange.rows import from_rows, to_rows
from runtime.rules.documents import Table

_TEXT = "@"  # the number format that keeps a spreadsheet from reading `-` or `1-2` as something else
_SIDES = {"input": "FFE8F0FE", "output": "FFE6F4EA", "annotation": "FFF1F3F4"}
_SIZE = 50_000_000  # bytes that a workbook may unpack to


def write(tables: Sequence[Table]) -> bytes:
    """A workbook with a sheet for each of `tables`; `read` gives the same tables again. Raises ExchangeError."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet(_title(table, book.sheetnames))
        header = True
        sides: list[str] = []
        for number, row in enumerate(to_rows(table), 1):
            for place, text in enumerate(row, 1):
                try:
                    cell = sheet.cell(number, place, text)
                except IllegalCharacterError:
                    raise ExchangeError(
                        "a workbook cannot hold control characters", f"{table.key}, row {number}"
                    ) from None
                cell.data_type = "s"  # else a cell that starts with = would be a formula
                cell.number_format = _TEXT
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                if header and (place == 1 or row[0] != "description"):
                    cell.font = Font(bold=place == 1 or row[0] in ("expression", "table"))
                if row[0] == "column" and place > 1:
                    sides.append(text)
                if header and 1 < place <= len(sides) + 1 and sides:
                    cell.fill = PatternFill("solid", fgColor=_SIDES[sides[place - 2]])
            if row == ["rules"]:
                header = False
                sheet.freeze_panes = sheet.cell(number + 1, 2)
        for column in sheet.columns:
            longest = max((len(str(cell.value or "")) for cell in column if cell.row != 2), default=0)
            sheet.column_dimensions[column[0].column_letter].width = min(40, max(10, longest + 2))
    if not tables:
        book.create_sheet("empty")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(content: bytes) -> list[Table]:
    """The tables of a workbook, one a sheet that begins with `table`; other sheets are left alone.

    Cells that a spreadsheet made into numbers, dates or booleans are written as FEEL again. Raises ExchangeError.
    """
    found = tables(sheets(content))
    if not found:
        raise ExchangeError("no sheet begins with a row 'table'")
    return found


def sheets(content: bytes) -> list[tuple[str, list[list[str]]]]:
    """The sheets of a workbook by their titles, as rows of texts. Raises ExchangeError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(each.file_size for each in archive.infolist()) > _SIZE:
                raise ExchangeError(f"the workbook unpacks to more than {_SIZE // 1_000_000} MB")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=False, data_only=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise ExchangeError(f"this is not an XLSX workbook: {error}") from None
    return [(sheet.title, list(_rows(sheet))) for sheet in book.worksheets]


def is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the rows of a sheet are laid out as `write` does it."""
    return next((row[0] for row in rows if row and row[0]), "").strip().lower() == "table"


def tables(found: Sequence[tuple[str, list[list[str]]]]) -> list[Table]:
    """The tables of those sheets that are laid out as one. Raises ExchangeError."""
    return [from_rows(rows, f"sheet {title}, row") for title, rows in found if is_table(rows)]


def _rows(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows(values_only=True):
        yield [_text(value) for value in row]


def _text(value: object) -> str:
    """What a spreadsheet holds, as FEEL text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else format(value, ".15g")
        case datetime():
            midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
            return f'@"{value.date().isoformat()}"' if midnight else f'@"{value.isoformat()}"'
        case date() | time():
            return f'@"{value.isoformat()}"'
        case timedelta():
            return f'@"PT{int(value.total_seconds())}S"'
    return str(value)


def _title(table: Table, taken: Sequence[str]) -> str:
    """A sheet name: at most 31 characters, none of those that workbooks refuse, and new."""
    name = "".join("-" if letter in "[]:*?/\\" else letter for letter in table.key)[:31].strip("'") or "table"
    number = 2
    while name.lower() in (each.lower() for each in taken):
        name = f"{name[:27]} {number}"
        number += 1
    return name
