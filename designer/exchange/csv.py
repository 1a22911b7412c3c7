"""Decision tables as CSV, for spreadsheets and version control."""

import csv
import io

from designer.exchange.errors import ExchangeError
from designer.exchange.rows import bounded, from_rows, to_rows
from runtime.rules.documents import Table


def write(table: Table) -> str:
    """`table` as CSV text with commas (RFC 4180). `read` gives the same table again."""
    text = io.StringIO(newline="")
    rows = list(to_rows(table))
    width = max(map(len, rows))
    csv.writer(text).writerows([*row, *[""] * (width - len(row))] for row in rows)
    return text.getvalue()


def read(text: str) -> Table:
    """The table in CSV text; commas, semicolons (as some spreadsheets write) or tabs. Raises ExchangeError."""
    text = text.removeprefix("\ufeff")
    heading = text.lstrip()[:7].lower()
    delimiter = heading[5:6] if heading.startswith("table") and heading[5:6] in (";", "\t") else ","
    try:
        return from_rows(bounded(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)))
    except csv.Error as error:
        raise ExchangeError(f"this is not CSV: {error}") from None
