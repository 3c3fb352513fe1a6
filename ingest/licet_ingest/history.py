"""What a data folder knows of the past: its last snapshot, and of when its sources are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from licet_ingest.changes import CHANGES_SCHEMA, changes_table, merged, to_seconds
from licet_ingest.comparison import Comparison, compare, first_comparison
from licet_ingest.snapshot import NoSnapshotError, current
from licet_ingest.snapshot_pair import (
    DERIVATION_COLUMNS,
    SINCE_COLUMNS,
    WORK_COLUMNS,
    AsOf,
    State,
    pc,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from licet_ingest.snapshot import Snapshot

CHANGES = "changes"
"""The table of changes in a snapshot."""


@dataclass(frozen=True)
class History:
    """What is known of the past when a snapshot is built.

    Attributes:
        as_of: Of when its sources are.
        comparison: What changed since the last snapshot.
        changes: All changes that are known: those before, and those since.
        begins: Of when the sources of the first of these snapshots were.
        last: The last snapshot, if there is one that can be compared.
        broken: Whether there is one that cannot.
    """

    as_of: AsOf
    comparison: Comparison
    changes: pa.Table
    begins: str
    last: Snapshot | None = None
    broken: bool = False

    def described(self) -> dict[str, Any]:
        """Return what the manifest says of it."""
        return {
            "as_of": asdict(self.as_of),
            "history_begins": self.begins,
            "last_snapshot": self.last.id if self.last else None,
        }


def history_of(
    data: Path,
    works: pa.Table,
    derivations: pa.Table,
    described: Iterable[Mapping[str, Any]],
    started: datetime,
    read_with: Mapping[str, str],
) -> History:
    """Return what changed in a data folder when works and derivations are built into it.

    Args:
        data: The data folder.
        works: Of the new snapshot.
        derivations: Of the new snapshot.
        described: Its sources.
        started: When its build began.
        read_with: Hashes and versions on which it depends how a statement is read.
    """
    as_of = sources_as_of(works, described, started)
    new = State(works, derivations, as_of)
    last = _last(data)
    if last is None:
        broken = (data / "current").exists()
        none = changes_table([])
        return History(as_of, first_comparison(new), none, as_of.earliest, broken=broken)
    old = _state(last)
    history = pq.read_table(last.table(CHANGES)).cast(CHANGES_SCHEMA)
    comparison = compare(old, new, history, read_alike=last.manifest["read_with"] == read_with)
    changes = merged(history, comparison.changes)
    return History(as_of, comparison, changes, last.manifest["history_begins"], last)


def with_since(works: pa.Table, history: History) -> pa.Table:
    """Return works with the columns that a snapshot hands on to the next."""
    values = (history.comparison.first_seen, history.comparison.license_since)
    for name, column in zip(SINCE_COLUMNS, values, strict=True):
        works = works.append_column(name, column)
    return works


def sources_as_of(
    works: pa.Table, described: Iterable[Mapping[str, Any]], started: datetime
) -> AsOf:
    """Return of when sources are.

    A list that holds a change of some date was made after it, so the newest change of a work is
    the earliest time that they can be of. A work's date in the future tells nothing. The latest
    is when their files were last written, and no later than now.
    """
    now = _utc(started.isoformat())
    dates = to_seconds(works["modified"])
    newest = pc.max(dates.filter(pc.less_equal(dates, now))).as_py()
    written = [_utc(str(date)) for one in described if (date := one.get("modified"))]
    read = min(max(written), now) if written else now
    return AsOf(newest or read, max(read, newest or read))


def _utc(date: str) -> str:
    return f"{date[:19]}Z"


def _last(data: Path) -> Snapshot | None:
    """Return the snapshot in force, if it has what a comparison needs."""
    try:
        last = current(data)
        columns = set(pq.read_schema(last.table("models")).names)
        edges = set(pq.read_schema(last.table("derivations")).names)
    except (NoSnapshotError, OSError, pa.ArrowInvalid):
        return None
    complete = {*WORK_COLUMNS, *SINCE_COLUMNS} <= columns and set(DERIVATION_COLUMNS) <= edges
    return last if complete and last.table(CHANGES).is_file() else None


def _state(snapshot: Snapshot) -> State:
    works = pq.read_table(snapshot.table("models"), columns=[*WORK_COLUMNS, *SINCE_COLUMNS])
    derivations = pq.read_table(snapshot.table("derivations"), columns=list(DERIVATION_COLUMNS))
    return State(works, derivations, AsOf(**snapshot.manifest["as_of"]))
