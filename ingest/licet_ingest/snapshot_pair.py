"""Two snapshots, the works of one beside those of the other, in columns; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute

from licet_ingest.changes import Dates, to_seconds
from licet_ingest.graph import work_iris

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Truths = NDArray[np.bool_]
    Integers = NDArray[np.int64]

pc: Any = pyarrow.compute
"""Its functions are made at run time, where no type checker sees them."""

WORK_COLUMNS: Final = (
    "kind",
    "id",
    "in_graph",
    "modified",
    "gated",
    "removed",
    "removed_at",
    "stated_licenses",
    "license_name",
    "licenses",
    "families",
    "gaps",
)
"""Columns of works that are compared."""
SINCE_COLUMNS: Final = ("first_seen", "license_since")
"""Columns of works that one snapshot hands on to the next; see `Comparison`."""
DERIVATION_COLUMNS: Final = ("child", "relation", "parent", "source")


@dataclass(frozen=True)
class AsOf:
    """Of when the sources of a snapshot are; ISO 8601 in UTC, to the second.

    Attributes:
        earliest: What they say held at this time or later.
        latest: They were read by this time.
    """

    earliest: str
    latest: str


@dataclass(frozen=True)
class State:
    """What a snapshot says of works.

    Attributes:
        works: With ``WORK_COLUMNS``; a former snapshot's with ``SINCE_COLUMNS`` as well.
        derivations: With ``DERIVATION_COLUMNS``.
        as_of: Of when its sources are.
    """

    works: pa.Table
    derivations: pa.Table
    as_of: AsOf


class SnapshotPair:
    """Two snapshots, the old one's works beside the rows of the new one's.

    Only works that are present, not merely named by others, are compared.
    """

    def __init__(self, old: State, new: State) -> None:
        self.old, self.new = old, new
        old_keys, new_keys = keys_of(old.works), keys_of(new.works)
        self.old_present = truths(old.works["in_graph"])
        self.new_present = truths(new.works["in_graph"])
        found = pc.fill_null(pc.index_in(new_keys, value_set=old_keys), -1).to_numpy()
        self.old_row = found.astype(np.int64)
        self.in_both = (self.old_row >= 0) & self.new_present
        self.in_both[self.in_both] = self.old_present[self.old_row[self.in_both]]
        self.old_found = np.zeros(len(old_keys), dtype=np.bool_)
        self.old_found[self.old_row[self.in_both]] = True
        # Where in the new works each old one is; one that is not gets a number after them.
        place = pc.index_in(old_keys, value_set=new_keys)
        beyond = pa.array(np.arange(len(old_keys)) + len(new_keys))
        self.new_row: Integers = pc.coalesce(place.cast(pa.int64()), beyond).to_numpy()
        self.aligned = pa.array(self.old_row, mask=~self.in_both)
        before, after = to_seconds(self.of_old("modified")), to_seconds(new.works["modified"])
        dated = truths(pc.and_(pc.is_valid(before), pc.is_valid(after)))
        back = new.as_of.latest < old.as_of.earliest
        self.older = self.in_both & np.where(dated, truths(pc.less(after, before)), back)
        self.same_date = self.in_both & truths(pc.equal(before, after))
        self.compared = self.in_both & ~self.older

    def of_old(self, column: str) -> pa.Array:
        """Return a column of the old works per row of the new ones, null where there is none."""
        return one_chunk(self.old.works[column]).take(self.aligned)

    def rows(self, mask: Truths) -> Iterator[tuple[int, int, str]]:
        """Yield row in the new and old works and IRI of some works that are in both."""
        chosen = np.flatnonzero(mask)
        iris = work_iris(self.new.works.select(["kind", "id"]).take(pa.array(chosen)))
        yield from zip(chosen.tolist(), self.old_row[chosen].tolist(), iris, strict=True)

    def dates(self, new_row: int, old_row: int) -> Dates:
        """Return the dates of a change that the repository of a work may have undergone."""
        before = second(self.old.works["modified"][old_row].as_py())
        after = second(self.new.works["modified"][new_row].as_py())
        return dates_of(self.old.as_of, self.new.as_of, before, after)


def dates_of(old: AsOf, new: AsOf, before: str | None = None, after: str | None = None) -> Dates:
    """Return the dates of a change, narrowed by those of the work's record if they tell."""
    date = new.latest
    if before and after and before < after:
        date = min(date, after)
    unchanged_at = old.earliest
    if unchanged_at >= date and before and before < date:
        unchanged_at = before  # the old snapshot held a newer record of some other work
    return Dates(min(unchanged_at, date), date, new.latest)


################################################################ columns


def keys_of(works: pa.Table) -> pa.Array:
    """Return kind and id of each work as one text."""
    plain = named(works)
    return one_chunk(pc.binary_join_element_wise(plain["kind"], plain["id"], "/"))


def named(works: pa.Table) -> pa.Table:
    """Return kinds and ids alone, as plain text whatever their encoding."""
    schema = pa.schema([("kind", pa.string()), ("id", pa.string())])
    return works.select(["kind", "id"]).cast(schema)


def one_chunk(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column as one array."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def truths(column: pa.ChunkedArray | pa.Array) -> Truths:
    """Return a column of truth values with unknown as false."""
    filled = pc.fill_null(column, fill_value=False)
    values: Truths = one_chunk(filled).to_numpy(zero_copy_only=False)
    return values


def second(date: Any) -> str | None:
    """Return an ISO 8601 date in UTC without fractions of a second."""
    return f"{date[:19]}Z" if date else None
