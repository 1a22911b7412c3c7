"""Decision tables as XLSX workbooks: one sheet a table, every cell as text."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet._reader import WorkSheetParser

from designer.exchange.errors import ExchangeError
from designer.exchange.rows import CELLS, from_rows, to_rows
from runtime.rules.documents import Table

_TEXT = "@"  # the number format that keeps a spreadsheet from reading `-` or `1-2` as something else
_SIDES = {"input": "FFE8F0FE", "output": "FFE6F4EA", "annotation": "FFF1F3F4"}
_SIZE = 50_000_000  # bytes that a workbook may unpack to
_PARTS = {"sharedStrings.xml": 20_000_000, "styles.xml": 2_000_000, "workbook.xml": 1_000_000}  # what these may
SHEETS = 100
ROWS = 50_000
COLUMNS = 1_000


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
    """The sheets of a workbook by their titles, as rows of texts that end with their last value. Raises ExchangeError.

    It is read cell by cell: what an empty sheet claims to be as large as costs nothing.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_large(archive.infolist())
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        if len(book.worksheets) > SHEETS:
            raise ExchangeError(f"the workbook has {len(book.worksheets)} sheets; at most {SHEETS} are read")
        return [(sheet.title, _rows(sheet)) for sheet in book.worksheets]
    except ExchangeError:
        raise
    except Exception as error:  # the library raises many kinds for a broken workbook, and none of them is ours
        raise ExchangeError(f"this is not an XLSX workbook: {error}") from None


def _refuse_large(parts: Sequence[zipfile.ZipInfo]) -> None:
    """Raises ExchangeError for what unpacks to more than it may; no part is read beyond the size it states."""
    if sum(part.file_size for part in parts) > _SIZE:
        raise ExchangeError(f"the workbook unpacks to more than {_SIZE // 1_000_000} MB; split it")
    for part in parts:
        most = _PARTS.get(part.filename.rpartition("/")[2], _SIZE)
        if part.file_size > most:
            raise ExchangeError(f"{part.filename} in the workbook is larger than {most // 1_000_000} MB; split it")


def is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the rows of a sheet are laid out as `write` does it."""
    return next((row[0] for row in rows if row and row[0]), "").strip().lower() == "table"


def tables(found: Sequence[tuple[str, list[list[str]]]]) -> list[Table]:
    """The tables of those sheets that are laid out as one. Raises ExchangeError."""
    return [from_rows(rows, f"sheet {title}, row") for title, rows in found if is_table(rows)]


def _rows(sheet: Any) -> list[list[str]]:
    """The rows of a sheet down to its last value, each to its last value. Raises ExchangeError beyond the limits."""
    rows: list[list[str]] = []
    places = 0
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=False,
            epoch=sheet.parent.epoch,
            date_formats=sheet.parent._date_formats,
            timedelta_formats=sheet.parent._timedelta_formats,
        )
        for _, cells in parser.parse():
            for cell in cells:
                text = _text(cell["value"])
                if not text:
                    continue
                number, place = cell["row"], cell["column"]
                if number > ROWS or place > COLUMNS:
                    raise ExchangeError(
                        f"there is a value in row {number}, column {place}; at most {ROWS:,} rows and"
                        f" {COLUMNS:,} columns are read",
                        f"sheet {sheet.title}",
                    )
                rows.extend([] for _ in range(number - len(rows)))
                row = rows[number - 1]
                places += max(0, place - len(row))
                if places > CELLS:
                    raise ExchangeError(f"the sheet has more than {CELLS:,} cells; split it", f"sheet {sheet.title}")
                row.extend("" for _ in range(place - len(row)))
                row[place - 1] = text
    return rows


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
