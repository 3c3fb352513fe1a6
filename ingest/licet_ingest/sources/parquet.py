"""Dumps of the Hub's lists as Parquet, with the columns of the public hub-stats files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from licet_ingest.hub_json import work_record
from licet_ingest.records import Fault
from licet_ingest.sources import SourceItem
from licet_ingest.sources.dump import FileDump
from licet_ontology.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

pc: Any = pyarrow.compute  # its functions are made at run time

CHUNK_ROWS = 8_192
"""Rows that are read at a time, whatever the size of the file's row groups."""
_BUFFER_BYTES = 1 << 20
_COLUMNS = frozenset(
    {
        *("id", "modelId", "author", "createdAt", "lastModified", "tags", "cardData"),
        *("baseModels", "gated", "private", "disabled", "downloads", "likes"),
        *("pipeline_tag", "library_name", "removed", "removedAt"),
    }
)
"""Columns that are read where the file has them, named as in the Hub's JSON."""
_HUB_DATE = pa.timestamp("ms", tz="UTC")
_UNREADABLE = (OSError, EOFError, pa.ArrowException)


@dataclass(frozen=True)
class ParquetDump(FileDump):
    """A Parquet file of Hub objects, one a row; ``cardData`` may be JSON text."""

    def chunks(self) -> Iterator[RowsChunk]:
        """Yield the rows in stretches of bounded size.

        Raises:
            SourceError: The file cannot be read, or is no dump of the Hub's lists.
        """
        first = 1
        try:
            # Pages are read as they are needed: a row group may be as large as the file.
            with pq.ParquetFile(
                self.path,
                pre_buffer=False,
                buffer_size=_BUFFER_BYTES,
                page_checksum_verification=True,
            ) as file:
                columns = self._columns(file.schema_arrow)
                for batch in file.iter_batches(CHUNK_ROWS, columns=columns, use_threads=False):
                    yield RowsChunk(self.name, self.kind, first, batch)
                    first += len(batch)
        except _UNREADABLE as error:
            place = f" after row {first - 1}" if first > 1 else ""
            raise SourceError(f"cannot read {self.path}{place}: {error}") from error

    def _columns(self, schema: pa.Schema) -> list[str]:
        """Return the columns to read.

        Raises:
            SourceError: The file has not what a dump of the Hub's lists has.
        """
        found = [name for name in schema.names if name in _COLUMNS]
        if twice := [name for name in found if found.count(name) > 1]:
            raise SourceError(f"cannot read {self.path}: it has two columns {twice[0]}")
        identifier = next((name for name in ("id", "modelId") if name in found), None)
        if identifier is None or not {"tags", "cardData"} & set(found):
            listed = ", ".join(schema.names[:10]) or "none"
            raise SourceError(
                f"cannot read {self.path}: it needs the columns id and tags or cardData of the "
                f"Hub's lists, and has {listed}"
            )
        for name in (identifier, "tags"):
            if name in found and not _holds_text(schema.field(name).type, name == "tags"):
                raise SourceError(
                    f"cannot read {self.path}: its column {name} holds {schema.field(name).type}, "
                    f"not {'lists of texts' if name == 'tags' else 'text'}"
                )
        return found


def _holds_text(type_: pa.DataType, listed: bool) -> bool:
    if listed and (pa.types.is_list(type_) or pa.types.is_large_list(type_)):
        return _holds_text(type_.value_type, listed=False)
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(is_text(type_) for is_text in texts)


@dataclass(frozen=True)
class RowsChunk:
    """Rows of a dump that follow each other.

    Attributes:
        source: The name of the dump.
        kind: What its objects are.
        first: The number of the first row, from 1.
        rows: The rows.
    """

    source: str
    kind: str
    first: int
    rows: pa.RecordBatch

    def __reduce__(self) -> tuple[Any, ...]:
        # Arrow's own pickling of a batch that is a slice takes along what it is a slice of.
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self.rows.schema) as writer:
            writer.write_batch(self.rows)
        return _unpacked, (self.source, self.kind, self.first, sink.getvalue().to_pybytes())

    def items(self) -> Iterator[SourceItem]:
        """Yield one item per row."""
        rows = _with_dates_as_text(self.rows)
        try:
            objects = rows.to_pylist()
        except (UnicodeDecodeError, ValueError, OverflowError):
            yield from self._items_one_by_one(rows)
            return
        for number, row in enumerate(objects, self.first):
            yield self._item(row, number)

    def _item(self, row: dict[str, Any], number: int) -> SourceItem:
        work, faults = work_record(row, self.kind, f"{self.source} row {number}")
        return SourceItem(work=work, faults=tuple(faults))

    def _items_one_by_one(self, rows: pa.RecordBatch) -> Iterator[SourceItem]:
        """Yield an item per row where some row cannot be made an object."""
        for position in range(len(rows)):
            number = self.first + position
            row: dict[str, Any] = {}
            fault = None
            for name in rows.schema.names:
                try:
                    row[name] = rows.column(name)[position].as_py()
                except (UnicodeDecodeError, ValueError, OverflowError) as error:
                    place = f"{self.source} row {number}"
                    fault = Fault(place, name, "", f"cannot be read: {error}"[:200], True)
                    break
            yield SourceItem(faults=(fault,)) if fault else self._item(row, number)


def _unpacked(source: str, kind: str, first: int, rows: bytes) -> RowsChunk:
    with pa.ipc.open_stream(rows) as reader:
        return RowsChunk(source, kind, first, reader.read_next_batch())


def _with_dates_as_text(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return rows with dates as the Hub's JSON has them; those without a zone are in UTC."""
    for position, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            column = rows.column(position)
            if field.type.tz is None:
                column = pc.assume_timezone(column, "UTC")
            # Without its zone, UTC, a date is made text four times as fast.
            text = column.cast(_HUB_DATE, safe=False).cast(pa.timestamp("ms")).cast(pa.string())
            text = pc.utf8_replace_slice(text, 10, 11, "T")
            text = pc.binary_join_element_wise(text, "Z", "")
            rows = rows.set_column(position, field.name, text)
    return rows
