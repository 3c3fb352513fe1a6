"""A snapshot as files to download: linked data per graph, tables, checksums and their catalogue.

One folder per snapshot, complete or not there: it is written beside its place and renamed.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any, Final, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyoxigraph import NamedNode, RdfFormat, serialize

from licet_ontology.errors import UsageError
from licet_ontology.terms import BASE, PREFIXES
from licet_service.dump_catalogue import attribution, catalogue
from licet_service.dump_layout import (
    ATTRIBUTION,
    CHECKSUMS,
    INDEX,
    KEPT,
    DumpFormat,
    dumps_in,
)
from licet_service.dump_tables import conclusions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from licet_service.dataset import OpenSnapshot

_RDF: Final = {
    DumpFormat.nquads: (RdfFormat.N_QUADS, "nq", "application/n-quads"),
    DumpFormat.trig: (RdfFormat.TRIG, "trig", "application/trig"),
}
_COMPRESSIONS: Final = {"zst": "application/zstd", "gz": "application/gzip"}
_PARQUET: Final = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class DumpFile:
    """One file of a dump.

    Attributes:
        name: In the folder.
        holds: The IRI of the graph, or the name of the table.
        media_type: Of what it holds.
        compression: The media type of its compression, or empty.
        bytes: Its size.
        sha256: Of the file as it is.
        rows: Triples of the graph or rows of the table.
    """

    name: str
    holds: str
    media_type: str
    compression: str
    bytes: int
    sha256: str
    rows: int


def export(
    opened: OpenSnapshot,
    to: Path,
    formats: Collection[DumpFormat] = tuple(DumpFormat),
    say: Callable[[str], None] = lambda _: None,
    *,
    force: bool = False,
) -> Path:
    """Write a snapshot into a folder of its own below a folder of dumps, and return it.

    Args:
        opened: The snapshot.
        to: The folder of dumps.
        formats: What to write.
        say: Called with one line per graph and table.
        force: Whether a dump of this snapshot that is there already is written again.

    Raises:
        UsageError: The folder cannot be written, or holds a dump of this snapshot.
    """
    finished = to / opened.snapshot.id
    if finished.exists() and not force:
        raise UsageError(f"{finished} exists; --force writes it again")
    unfinished = to / f".unfinished-{opened.snapshot.id}"
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        files = [*_graphs(opened, unfinished, formats, say)]
        if DumpFormat.parquet in formats:
            files += _tables(opened, unfinished, say)
        _describe(opened, unfinished, files)
        if finished.exists():
            shutil.rmtree(finished)
        unfinished.rename(finished)
    except OSError as error:
        raise UsageError(f"cannot write {to}: {error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _forget_old(to, finished)
    return finished


def _forget_old(to: Path, written: Path) -> None:
    others = [path for path in dumps_in(to) if path != written]
    for old in others[KEPT - 1 :]:
        shutil.rmtree(old)


def _graphs(
    opened: OpenSnapshot,
    folder: Path,
    formats: Collection[DumpFormat],
    say: Callable[[str], None],
) -> Iterator[DumpFile]:
    for graph, triples in sorted(opened.snapshot.manifest["triples"].items()):
        name = graph.removeprefix(f"{BASE}graph/").replace("/", "-")
        for format_ in formats:
            if format_ not in _RDF:
                continue
            rdf_format, suffix, media_type = _RDF[format_]
            with ExitStack() as stack:
                outputs = [
                    stack.enter_context(_Compressed(folder / f"{name}.{suffix}.{one}", one))
                    for one in _COMPRESSIONS
                ]
                quads = opened.store.quads_for_pattern(None, None, None, NamedNode(graph))
                together = cast("IO[bytes]", _Together(outputs))
                serialize(quads, together, rdf_format, prefixes=PREFIXES)
            for output in outputs:
                compression = _COMPRESSIONS[output.compression]
                yield output.file(graph, media_type, compression, triples)
        say(f"{name}: {triples:,} triples")


def _tables(opened: OpenSnapshot, folder: Path, say: Callable[[str], None]) -> Iterator[DumpFile]:
    for table in sorted((opened.snapshot.path / "tables").glob("*.parquet")):
        shutil.copyfile(table, folder / table.name)
    for name, made in conclusions(opened).items():
        pq.write_table(made, folder / f"{name}.parquet", compression="zstd")
    for path in sorted(folder.glob("*.parquet")):
        rows = pq.read_metadata(path).num_rows
        size, digest = path.stat().st_size, _sha256(path)
        yield DumpFile(path.name, path.stem, _PARQUET, "", size, digest, rows)
        say(f"{path.stem}: {rows:,} rows")


def _describe(opened: OpenSnapshot, folder: Path, files: list[DumpFile]) -> None:
    """Write what tells people and programs what is here, and prove it."""
    manifest = opened.snapshot.manifest
    index = {
        "snapshot": opened.snapshot.id,
        "finished": manifest["finished"],
        "attribution": ATTRIBUTION,
        "files": [asdict(file) for file in files],
    }
    (folder / ATTRIBUTION).write_text(attribution(manifest), encoding="utf-8")
    for name, body in catalogue(index, manifest).items():
        (folder / name).write_bytes(body)
    sums = [(file.sha256, file.name) for file in files]
    sums += [(_sha256(path), path.name) for path in folder.iterdir() if path.name not in _of(files)]
    lines = [f"{digest}  {name}\n" for digest, name in sorted(sums, key=lambda pair: pair[1])]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    # Last: a folder without it is no dump.
    (folder / INDEX).write_bytes(orjson.dumps(index, option=orjson.OPT_INDENT_2))


def _of(files: list[DumpFile]) -> set[str]:
    return {file.name for file in files}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Together:
    """A file that writes to several."""

    def __init__(self, outputs: list[_Compressed]) -> None:
        self._outputs = outputs

    def write(self, data: bytes) -> int:
        for output in self._outputs:
            output.write(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: each is flushed when it is closed."""


class _Compressed:
    """A compressed file that knows its digest when it is closed."""

    def __init__(self, path: Path, compression: str) -> None:
        self._path = path
        self.compression = compression

    def __enter__(self) -> _Compressed:
        self._raw = _Digested(self._path)
        # No time and no name in the header: equal content gives an equal file.
        self._output: Any = (
            pa.CompressedOutputStream(pa.PythonFile(self._raw, mode="w"), "zstd")
            if self.compression == "zst"
            else gzip.GzipFile("", "wb", 6, cast("IO[bytes]", self._raw), mtime=0)
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._output.close()
        self._raw.close()

    def write(self, data: bytes) -> None:
        self._output.write(data)

    def file(self, holds: str, media_type: str, compression: str, rows: int) -> DumpFile:
        """Return what was written."""
        digest = self._raw.digest.hexdigest()
        size = self._path.stat().st_size
        return DumpFile(self._path.name, holds, media_type, compression, size, digest, rows)


class _Digested:
    """A file that hashes what is written to it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.digest = hashlib.sha256()

    @property
    def closed(self) -> bool:
        return self._file.closed

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()
