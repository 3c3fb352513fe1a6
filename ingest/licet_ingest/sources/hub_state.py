"""What was read from the Hub, kept as it came, so that a killed run goes on where it was.

A folder of one selection holds one folder per run, named by number and mode. A run holds
``run.json`` and sequences of pages. A page is one gzip file whose first line says where it
stands in its sequence and what comes after it, and whose other lines are records as they were
answered. It is written beside and renamed, so page and cursor are there together or not at all.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import orjson

from licet_ontology.errors import DataError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from licet_ingest.sources.hub_client import Query

FULL = "full"
UPDATE = "update"
FORMAT = 1


@dataclass(frozen=True)
class PageHead:
    """The first line of a page.

    Attributes:
        next: The query of the page after it; None if it is the last.
        fetched: When the server answered, ISO 8601 in UTC.
        items: Records on it.
        digest: Of the ids on it, to know a page that repeats.
    """

    next: Query | None
    fetched: str
    items: int
    digest: str


class PageSequence:
    """Pages of one list, or batches of answers, in the order they came.

    Args:
        folder: Made when the first page is added.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heads: list[PageHead] = []
        while (head := self._head(len(self.heads) + 1)) is not None:
            self.heads.append(head)

    @property
    def complete(self) -> bool:
        """Whether the last page is there."""
        return bool(self.heads) and self.heads[-1].next is None

    @property
    def items(self) -> int:
        """Records on all pages so far."""
        return sum(head.items for head in self.heads)

    def add(self, head: PageHead, lines: Sequence[bytes]) -> None:
        """Add a page, on disk when this returns."""
        path = self._path(len(self.heads) + 1)
        content = b"\n".join([orjson.dumps(asdict(head)), *lines])
        # Without a time in it, equal pages are equal files.
        write_whole(path, gzip.compress(content, compresslevel=6, mtime=0))
        self.heads.append(head)

    def lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield page, position on it, and JSON of each record."""
        for page, head in enumerate(self.heads, 1):
            content = self._read(page)
            if content is None:
                raise _damaged(self.folder.parent)
            _, *lines = content.split(b"\n")
            for position, line in enumerate(lines[: head.items], 1):
                yield page, position, line

    def _path(self, page: int) -> Path:
        return self.folder / f"{page:06}.jsonl.gz"

    def _read(self, page: int) -> bytes | None:
        try:
            return gzip.decompress(self._path(page).read_bytes())
        except (OSError, EOFError, zlib.error):
            return None

    def _head(self, page: int) -> PageHead | None:
        """Return the head of a page; None if it is not there or not whole."""
        try:
            with gzip.open(self._path(page)) as file:
                stated = orjson.loads(file.readline())
            following = stated["next"]
            return PageHead(
                following and tuple((key, value) for key, value in following),
                stated["fetched"],
                stated["items"],
                stated["digest"],
            )
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True)
class RunState:
    """What ``run.json`` says of a run.

    Attributes:
        mode: ``full`` or ``update``.
        number: Counts the runs of a selection.
        base: Number of the run that an update continues, or that a full run replaces.
        since: An update lists what changed after this, ISO 8601 in UTC.
        started: When it began, ISO 8601 in UTC.
        fetched: Whether everything that it needs has been read.
        built: Whether a snapshot was made from it.
        pages: How many each of its sequences has, once everything is read.
    """

    mode: str
    number: int
    base: int | None
    since: str | None
    started: str
    fetched: bool = False
    built: bool = False
    pages: dict[str, int] = field(default_factory=dict[str, int])


class Run:
    """One reading of the Hub.

    Args:
        selection: The folder of all runs of the selection.
        state: What is said of it.
    """

    def __init__(self, selection: Path, state: RunState) -> None:
        self.selection = selection
        self.state = state
        self.folder = _folder(selection, state.number)
        self.models = PageSequence(self.folder / "models")
        self.datasets = PageSequence(self.folder / "datasets")
        self.lookups = PageSequence(self.folder / "lookups")
        self.kept = PageSequence(self.folder / "kept")
        self.names = self.folder / "names.json"

    def list_of(self, kind: str) -> PageSequence:
        """Return its list of models or of datasets."""
        return self.models if kind == "model" else self.datasets

    @property
    def whole(self) -> bool:
        """Whether all is there that it had when everything was read."""
        if not self.state.fetched:
            return True
        return self.state.pages == self._pages() and self.names.is_file()

    def _pages(self) -> dict[str, int]:
        sequences = (self.models, self.datasets, self.lookups, self.kept)
        return {sequence.folder.name: len(sequence.heads) for sequence in sequences}

    def mark(self, *, fetched: bool, built: bool = False) -> None:
        """Note on disk how far it is."""
        self.state = replace(self.state, fetched=fetched, built=built, pages=self._pages())
        write_whole(self.folder / "run.json", orjson.dumps(asdict(self.state)))

    def discard(self) -> None:
        """Remove it."""
        with suppress(OSError):  # what cannot be removed cannot be written either, and is said then
            (self.folder / "run.json").unlink()
        shutil.rmtree(self.folder, ignore_errors=True)

    def chain(self) -> list[Run]:
        """Return the full run that it rests on, and the updates up to it, oldest first.

        Raises:
            SourceError: Something is missing that was there.
        """
        runs: list[Run] = [self]
        while (first := runs[0]).state.mode == UPDATE and first.state.base is not None:
            base = open_run(self.selection, first.state.base)
            if base is None:
                raise _damaged(self.selection)
            runs.insert(0, base)
        if not all(run.whole for run in runs):
            raise _damaged(self.selection)
        return runs


def _damaged(folder: Path) -> SourceError:
    return SourceError(
        f"{folder} is not whole; read the Hub anew with: licet build hub: --fresh (with the same "
        "--author, --search and --limit)"
    )


def open_run(selection: Path, number: int) -> Run | None:
    """Return a run of a selection; None if it is not there."""
    try:
        stated = orjson.loads((_folder(selection, number) / "run.json").read_bytes())
        return Run(selection, RunState(**stated))
    except (OSError, ValueError, TypeError):
        return None


def latest_run(selection: Path) -> Run | None:
    """Return the newest run of a selection; None if there is none."""
    numbers = sorted((int(p.name) for p in selection.glob("[0-9]" * 6)), reverse=True)
    return next(filter(None, (open_run(selection, number) for number in numbers)), None)


def forget_before(run: Run) -> None:
    """Remove the runs that a run does not rest on."""
    needed = {member.folder for member in run.chain()}
    for folder in run.selection.glob("[0-9]" * 6):
        if folder not in needed:
            shutil.rmtree(folder)


def digest_of(names: Sequence[str]) -> str:
    """Return a short hash of names in their order."""
    return hashlib.sha256("\n".join(names).encode(errors="replace")).hexdigest()[:32]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step: it is there whole, on disk, or as it was.

    Raises:
        DataError: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}") from error


def _folder(selection: Path, number: int) -> Path:
    return selection / f"{number:06}"
