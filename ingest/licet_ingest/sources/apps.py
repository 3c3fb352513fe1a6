"""Links from applications to the models they use: a CSV file with a row per link.

Its columns are ``app`` (an address or ``owner/name``), ``model`` (an id or its address on the
Hub) and ``how``; further columns are left alone. An application becomes a service that
``combines`` the model: each remains a work of its own, and what is owed for serving it follows.
Only who hands the weights over with the application (``ships``) ``bundles`` them.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from licet_ingest.hub_json import bounded
from licet_ingest.identifiers import named_work
from licet_ingest.records import Derivation, Fault, WorkRecord
from licet_ingest.sources import SourceItem, file_name
from licet_ontology.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMNS = ("app", "model", "how")
RELATIONS = {
    "": "combines",
    "uses": "combines",
    "serves": "combines",
    "calls": "combines",
    "ships": "bundles",
    "bundles": "bundles",
}
"""What an application does with a model, as a property of the ontology."""
MAX_LINE_CHARS = 10_000
MAX_APP_CHARS = 300

_APP = re.compile(r"[A-Za-z0-9_][\w.~+@:%-]*(?:/[\w.~+@:%-]+)*\Z", re.ASCII)
_USER = re.compile(r"//[^/@]*@")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class AppLinks:
    """A CSV file of links from applications to models.

    Attributes:
        path: Of the file.
    """

    path: Path

    @property
    def name(self) -> str:
        """The name of the file."""
        return file_name(self.path)

    def describe(self) -> dict[str, str | int | None]:
        """Return name, SHA-256, size in bytes and date of last change of the file."""
        try:
            with self.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            status = self.path.stat()
        except OSError as error:
            raise SourceError(f"cannot read {self.path}: {error.strerror}") from error
        return {
            "name": self.name,
            "sha256": digest,
            "bytes": status.st_size,
            "modified": datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds"),
        }

    def items(self) -> Iterator[SourceItem]:
        """Yield one item per row: the application, and what links it to the model.

        Raises:
            SourceError: The file cannot be opened or lacks a column.
        """
        try:
            with self.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                yield from self._rows(file)
        except OSError as error:
            raise SourceError(f"cannot read {self.path}: {error.strerror}") from error

    def _rows(self, lines: Iterator[str]) -> Iterator[SourceItem]:
        # One line is one row, so that a quote that is never closed costs one row and no more.
        head = next(lines, "")[:MAX_LINE_CHARS]
        columns = [cell.strip().casefold() for cell in _cells(head)]
        if missing := [column for column in COLUMNS[:2] if column not in columns]:
            raise SourceError(f"{self.path}: the first line names no column {missing[0]!r}")
        for number, line in enumerate(lines, 2):
            if not line.strip():
                continue
            place = f"{self.name} line {number}"
            if len(line) > MAX_LINE_CHARS:
                reason = f"is longer than {MAX_LINE_CHARS} characters"
                yield _rejected(place, "", line, reason)
                continue
            cells = [cell.strip() for cell in _cells(line)]
            if len(cells) > len(columns):
                yield _rejected(place, "", line, "has more cells than there are columns")
                continue
            yield _item(place, dict(zip(columns, cells, strict=False)))


def _cells(line: str) -> list[str]:
    return next(csv.reader([line]), [])


def _item(place: str, row: dict[str, str]) -> SourceItem:
    app, reason = service_id(row.get("app", ""))
    if app is None:
        return _rejected(place, "app", row.get("app", ""), reason)
    model, reason = named_work(row.get("model", ""))
    if model is None:
        return _rejected(place, "model", row.get("model", ""), reason)
    relation = RELATIONS.get(row.get("how", "").casefold())
    if relation is None:
        known = ", ".join(filter(None, RELATIONS))
        return _rejected(place, "how", row["how"], f"is none of {known}")
    service = WorkRecord("service", app)
    link = Derivation(service.key, relation, ("model", model), place.rpartition(" line ")[0])
    return SourceItem(work=service, derivation=link)


def _rejected(place: str, field: str, value: str, reason: str) -> SourceItem:
    kept = bounded(_USER.sub("//", value))  # passwords are nobody's business
    return SourceItem(faults=(Fault(place, field, kept, reason, True),))


def service_id(text: str) -> tuple[str | None, str]:
    """Return the id of an application, or None, and why it has none.

    An address loses its scheme, its query and its last slash; what it names is the same
    without them.
    """
    if not text:
        return None, "is empty"
    if _SCHEME.match(text):
        text = re.split(r"[?#]", _SCHEME.sub("", text, count=1), maxsplit=1)[0].rstrip("/")
        host, slash, path = text.partition("/")
        if "@" in host:
            return None, "holds the name of a user"
        text = host.casefold() + slash + path
    if len(text) > MAX_APP_CHARS:
        return None, f"has {len(text)} characters, more than {MAX_APP_CHARS}"
    if not _APP.match(text) or ".." in text.split("/"):
        return None, "is neither an address nor of the form owner/name"
    return text, ""
