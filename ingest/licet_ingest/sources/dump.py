"""Dumps of the Hub's lists: one JSON object a line, plain or gzip."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from licet_ingest.hub_json import bounded, work_record
from licet_ingest.records import Fault
from licet_ingest.sources import SourceItem
from licet_ontology.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

MAX_LINE_BYTES = 64 * 1024 * 1024
"""A longer line is rejected unread; the longest real ones are of some hundred kilobytes."""


@dataclass(frozen=True)
class JsonLinesDump:
    """A file of Hub objects, one a line.

    Attributes:
        path: Of the file; gzip if its first two bytes say so.
        kind: What its objects are: ``model`` or ``dataset``.
    """

    path: Path
    kind: str = "model"

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    def describe(self) -> dict[str, str | int | None]:
        """Return name, SHA-256, size in bytes and date of last change of the file."""
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
        """Yield one item per line that is not blank.

        Raises:
            SourceError: The file cannot be opened or its compression is broken.
        """
        try:
            with self._open() as file:
                yield from (
                    self._item(line, f"{self.name} line {number}")
                    for number, line in _bounded_lines(file)
                    if line.strip()
                )
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(f"cannot read {self.path}: {error}") from error

    def _open(self) -> gzip.GzipFile | BufferedReader:
        with self.path.open("rb") as file:
            is_gzip = file.read(2) == b"\x1f\x8b"
        return gzip.open(self.path, "rb") if is_gzip else self.path.open("rb")

    def _item(self, line: bytes, place: str) -> SourceItem:
        if len(line.rstrip(b"\r\n")) > MAX_LINE_BYTES:
            reason = f"is longer than {MAX_LINE_BYTES} bytes"
            return _rejected(place, line, reason)
        try:
            item = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
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
