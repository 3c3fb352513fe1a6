"""Several records of one work of which one bears no date: none of them can be set aside.

Of two dated records the later holds. A record without a date, such as one of a folder on disk,
may be older or newer than any other: what it says is added to what the latest one says.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute

from licet_ingest.license_names import AMBIGUOUS, NO_LICENSE
from licet_ingest.parts import DERIVATIONS_OF_PART
from licet_ingest.records import LICENSE_MISMATCH
from licet_ingest.tables import WORKS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

pc: Any = pyarrow.compute  # its functions are made at run time
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Row = dict[str, Any]


def reconciled(
    works: Sequence[pa.RecordBatch], derivations: Sequence[pa.RecordBatch]
) -> tuple[pa.RecordBatch, pa.RecordBatch] | None:
    """Return one more record for each work whose records cannot be told older from newer.

    It says all that the latest and the undated ones say, and bears the date of the latest, so
    that it holds if it is read last.

    Args:
        works: Records in the order read, of ``WORKS_SCHEMA``.
        derivations: Theirs, of ``DERIVATIONS_OF_PART``, batch by batch.

    Returns:
        Records and derivations of the same form, or None where there is nothing to add.
    """
    keys = [pc.binary_join_element_wise(batch["kind"], batch["id"], "/") for batch in works]
    undated = [k.filter(pc.is_null(b["modified"])) for k, b in zip(keys, works, strict=True)]
    if not any(len(found) for found in undated):
        return None
    wanted = pa.chunked_array(undated, pa.string()).unique()
    counts = pc.value_counts(
        pa.chunked_array([k.filter(pc.is_in(k, wanted)) for k in keys], pa.string())
    )
    repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    records: dict[str, list[tuple[Row, list[Row]]]] = {}
    for key, batch, stated in zip(keys, works, derivations, strict=True):
        rows = pc.indices_nonzero(pc.is_in(key, repeated))
        own: dict[int, list[Row]] = {row: [] for row in rows.to_pylist()}
        for link in stated.filter(pc.is_in(stated["owner"], rows.cast(pa.int32()))).to_pylist():
            own[link.pop("owner")].append(link)
        for name, record, links in zip(
            key.take(rows).to_pylist(), batch.take(rows).to_pylist(), own.values(), strict=True
        ):
            records.setdefault(name, []).append((record, links))
    made = [_together(found) for found in records.values()]
    if not made:
        return None
    derived = [{**d, "owner": owner} for owner, (_, own) in enumerate(made) for d in own]
    return (
        pa.RecordBatch.from_pylist([record for record, _ in made], schema=WORKS_SCHEMA),
        pa.RecordBatch.from_pylist(derived, schema=DERIVATIONS_OF_PART),
    )


def _together(found: Sequence[tuple[Row, list[Row]]]) -> tuple[Row, list[Row]]:
    """Return what the latest of several records and the undated ones say together."""
    latest = max(range(len(found)), key=lambda i: (date_order(found[i][0]["modified"]), i))
    standing = [found[latest]] + [
        one for i, one in enumerate(found) if i != latest and one[0]["modified"] is None
    ]
    records = [record for record, _ in standing]
    merged: Row = dict(records[0])
    for name, value in merged.items():
        if isinstance(value, list):
            merged[name] = _distinct(item for record in records for item in record[name])
        elif value is None:
            merged[name] = next((r[name] for r in records if r[name] is not None), None)
    terms = {
        (frozenset(record["licenses"]), frozenset(record["families"]))
        for record in records
        if record["licenses"] or record["families"]
    }
    if terms:
        merged["gaps"] = [gap for gap in merged["gaps"] if gap != NO_LICENSE]
    if len(terms) > 1:
        merged["gaps"] = _distinct([*merged["gaps"], AMBIGUOUS])
        merged["circumstances"] = _distinct([*merged["circumstances"], LICENSE_MISMATCH])
    return merged, _distinct(link for _, own in standing for link in own)


def _distinct(items: Iterable[Any]) -> list[Any]:
    """Return texts or dicts of them once each, in order."""
    return list({repr(item): item for item in items}.values())


def date_order(modified: str | None) -> int:
    """Return a number that grows with a date, negative where there is none."""
    if modified is None:
        return -1
    return (datetime.fromisoformat(modified) - _LONG_AGO) // _MICROSECOND
