"""How many rows a serialized result has, counted while it passes.

Oxigraph writes a result natively, many times faster than Python could row by row, and tells
nobody how many rows it wrote.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class RowCount(Protocol):
    """Counts the rows that begin or end in the parts of one result."""

    def __call__(self, part: bytes) -> int:
        """Return how many rows the next part adds."""
        ...


class _InJson:
    """Counts rows of JSON by the quote with which the first name in a row begins.

    A string has a backslash before each quote inside it, and after the one that ends it comes a
    comma, a colon or a bracket: so that quote is told from every other. A row without any value,
    ``{}``, is not told from the same in a string, and not counted.
    """

    _FIRST: Final = re.compile(rb'"bindings":\[\{(.)', re.DOTALL)
    _NEXT: Final = re.compile(rb'\},\{"[^,:}\]]')

    def __init__(self) -> None:
        self._kept = b""
        self._headed = False

    def __call__(self, part: bytes) -> int:
        part, found = self._kept + part, 0
        if not self._headed:
            first = self._FIRST.search(part)
            if not first:
                self._kept = part[-13:]
                return 0
            self._headed, found = True, int(first[1] == b'"')
            part = part[first.start(1) :]
        self._kept = part[-4:]
        return found + len(self._NEXT.findall(part))


class _InXml:
    """``<`` never stands in a text."""

    def __init__(self) -> None:
        self._kept = b""

    def __call__(self, part: bytes) -> int:
        part = self._kept + part
        self._kept = part[-7:]
        return part.count(b"<result>")


class _InCsv:
    """A line may end inside quotes; a quote inside is doubled, which leaves the count even."""

    def __init__(self) -> None:
        self._quoted = 0
        self._headed = False

    def __call__(self, part: bytes) -> int:
        pieces = part.split(b'"')
        lines = sum(piece.count(b"\n") for piece in pieces[self._quoted :: 2])
        self._quoted = (self._quoted + len(pieces) - 1) % 2
        heads = int(lines > 0 and not self._headed)
        self._headed = self._headed or lines > 0
        return lines - heads


class _InLines:
    """No term holds the end of a line."""

    def __init__(self, heads: int) -> None:
        self._heads = heads

    def __call__(self, part: bytes) -> int:
        lines = part.count(b"\n")
        heads = min(lines, self._heads)
        self._heads -= heads
        return lines - heads


def row_count(format_: str) -> RowCount:
    """Return what counts the rows of a result in a format, or the lines of a graph in one."""
    of: Mapping[str, RowCount] = {
        "json": _InJson(),
        "xml": _InXml(),
        "csv": _InCsv(),
        "tsv": _InLines(heads=1),
        "nt": _InLines(heads=0),
        "nq": _InLines(heads=0),
    }
    return of[format_]
