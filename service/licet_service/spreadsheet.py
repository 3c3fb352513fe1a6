"""CSV that a spreadsheet program shows as it is, and never evaluates.

A cell that begins like a formula is one to spreadsheet programs, whoever wrote it; names of
licenses and of accounts are written by strangers. Such a cell gets an apostrophe before it, as
OWASP recommends (https://owasp.org/www-community/attacks/CSV_Injection). That is not what the
graph says, so plain CSV stays as it is.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Final

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it, some programs take UTF-8 for something else."""

_FORMULA: Final = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


def spreadsheet_csv(text: str) -> str:
    """Return CSV none of whose cells is a formula."""
    output = io.StringIO()
    writer = csv.writer(output)
    for row in csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")):
        writer.writerow(map(_harmless, row))
    return BYTE_ORDER_MARK + output.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
