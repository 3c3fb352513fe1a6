"""Dumps of the Hub's lists: one JSON object a line, plain or gzip."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from licet_ingest.decoding import parsed_json
from licet_ingest.hub_json import bounded, work_record
from licet_ingest.records import Fault
from licet_ingest.sources import SourceItem, file_name
from licet_ontology.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

    from licet_ingest.sources import Chunk

MAX_LINE_BYTES = 64 * 1024 * 1024
"""A longer line is rejected unread; the longest real ones are of some hundred kilobytes."""
CHUNK_BYTES = 4 * 1024 * 1024
"""A chunk ends with the line that reaches this, or with the line that is the last of so many."""
CHUNK_LINES = 8_192


@dataclass(frozen=True)
class FileDump:
    """A file that holds a list of the Hub.

    Attributes:
        path: Of the file.
        kind: What its objects are: ``model`` or ``dataset``.
    """

    path: Path
    kind: str = "model"

    @property
    def name(self) -> str:
        """The name of the file."""
        return file_name(self.path)

    def describe(self) -> dict[str, str | int | None]:
        """Return name, SHA-256, size in bytes and date of last change of the file.

        Raises:
            SourceError: The file cannot be read.
        """
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
            status = self.path.stat()
        except OSError as error:
            raise SourceError(f"cannot read {self.path}: {error.strerror}") from error
        return {
            "name": self.name,
            "sha256": digest.hexdigest(),
            "bytes": status.st_size,
            "modified": datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds"),
        }

    def items(self) -> Iterator[SourceItem]:
        """Yield one item per record.

        Raises:
            SourceError: The file cannot be read, or is no dump of the Hub's lists.
        """
        return chain.from_iterable(chunk.items() for chunk in self.chunks())

    def chunks(self) -> Iterator[Chunk]:
        """Yield the records in stretches of bounded size; each kind of file has its own."""
        raise NotImplementedError


@dataclass(frozen=True)
class JsonLinesDump(FileDump):
    """A file of Hub objects, one a line; gzip if its first two bytes say so."""

    def chunks(self) -> Iterator[LinesChunk]:
        """Yield the lines in stretches of bounded size.

        Raises:
            SourceError: The file cannot be opened or its compression is broken.
        """
        try:
            with self._open() as file:
                lines: list[bytes] = []
                size_bytes = 0
                first = number = 1
                for number, line in _bounded_lines(file):
                    lines.append(line)
                    size_bytes += len(line)
                    if size_bytes >= CHUNK_BYTES or len(lines) == CHUNK_LINES:
                        yield LinesChunk(self.name, self.kind, first, lines)
                        lines, size_bytes, first = [], 0, number + 1
                yield LinesChunk(self.name, self.kind, first, lines)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(f"cannot read {self.path}: {error}") from error

    def _open(self) -> gzip.GzipFile | BufferedReader:
        with self.path.open("rb") as file:
            is_gzip = file.read(2) == b"\x1f\x8b"
        return gzip.open(self.path, "rb") if is_gzip else self.path.open("rb")


@dataclass(frozen=True)
class LinesChunk:
    """Lines of a dump that follow each other.

    Attributes:
        source: The name of the dump.
        kind: What its objects are.
        first: The number of the first line.
        lines: The lines, blank ones among them.
    """

    source: str
    kind: str
    first: int
    lines: list[bytes]

    def items(self) -> Iterator[SourceItem]:
        """Yield one item per line that is not blank."""
        for number, line in enumerate(self.lines, self.first):
            if line.strip():
                yield self._item(line, f"{self.source} line {number}")

    def _item(self, line: bytes, place: str) -> SourceItem:
        if len(line.rstrip(b"\r\n")) > MAX_LINE_BYTES:
            reason = f"is longer than {MAX_LINE_BYTES} bytes"
            return _rejected(place, line, reason)
        try:
            item = parsed_json(line.removeprefix(b"\xef\xbb\xbf"))
        except ValueError as error:
            reason = f"is not JSON: {error}"
            return _rejected(place, line, reason)
        work, faults = work_record(item, self.kind, place)
        return SourceItem(work=work, faults=tuple(faults))


def _rejected(place: str, line: bytes, reason: str) -> SourceItem:
    beginning = bounded(line[:80].decode(errors="replace"))
    return SourceItem(faults=(Fault(place, "", beginning, reason, True),))


def _bounded_lines(file: gzip.GzipFile | BufferedReader) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of each line, one byte more than allowed of those too long."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        yield number, line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES + 1)
            if not line:
                return
