"""From the records of all sources to one set of works, each counted once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from licet_ingest.records import MISSING_WORK, UNSTATED_RELATION, Derivation, WorkRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from licet_ingest.records import Fault
    from licet_ingest.sources import Source

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
PROGRESS_RECORDS = 5_000
"""Records between two calls of a progress callback."""


@dataclass
class Accounting:
    """What became of every record of one source: the parts add up to ``read``.

    Attributes:
        read: Records of the source.
        ingested: Became a work or a derivation of the graph.
        merged: Repeated one that another record had given already.
        rejected: Left out, with a reason in the rejects.
        values_dropped: Values left out of records that were kept.
    """

    read: int = 0
    ingested: int = 0
    merged: int = 0
    rejected: int = 0
    values_dropped: int = 0


@dataclass
class Collection:
    """Works and derivations of all sources.

    Attributes:
        works: By kind and id, in order of first mention; works that are only named by
            others are among them, with the gap ``MissingWork``.
        derivations: Each once, in order of first mention.
        faults: What was not taken over, per source.
        accounting: Per source, in the order they were read.
    """

    works: dict[tuple[str, str], WorkRecord] = field(
        default_factory=dict[tuple[str, str], WorkRecord]
    )
    derivations: dict[Derivation, None] = field(default_factory=dict[Derivation, None])
    faults: list[tuple[str, Fault]] = field(default_factory=list["tuple[str, Fault]"])
    accounting: list[Accounting] = field(default_factory=list[Accounting])


def collect(
    sources: Iterable[Source], progress: Callable[[str, int], None] | None = None
) -> Collection:
    """Return the works of all sources.

    Of two records of one work the one changed later wins; at equal dates the one read
    later, and it wins whole, with its derivations.

    Args:
        sources: Read one after the other.
        progress: Called with a source's name and its records so far.

    Raises:
        SourceError: A source cannot be read.
    """
    collection = Collection()
    for source in sources:
        account = Accounting()
        collection.accounting.append(account)
        for item in source.items():
            account.read += 1
            rejected = any(fault.record_rejected for fault in item.faults)
            account.values_dropped += len(item.faults) - rejected
            collection.faults += [(source.name, fault) for fault in item.faults]
            if rejected:
                account.rejected += 1
            elif _add(collection, item.work, item.derivation):
                account.ingested += 1
            else:
                account.merged += 1
            if progress and account.read % PROGRESS_RECORDS == 0:
                progress(source.name, account.read)
        if progress:
            progress(source.name, account.read)
    _finish(collection)
    return collection


def _add(collection: Collection, work: WorkRecord | None, derivation: Derivation | None) -> bool:
    """Add what one record gives; tell whether it was new."""
    if derivation is not None:
        new = derivation not in collection.derivations
        collection.derivations[derivation] = None
        return new
    assert work is not None  # noqa: S101 - a record that gives nothing has a rejecting fault
    present = collection.works.get(work.key)
    if present is None or _changed(present) <= _changed(work):
        collection.works[work.key] = work
    return present is None


def _changed(work: WorkRecord) -> datetime:
    return datetime.fromisoformat(work.modified) if work.modified else _LONG_AGO


def _finish(collection: Collection) -> None:
    """Move derivations out of the records, and add the works that are only named."""
    stated = [d for work in collection.works.values() for d in work.derivations]
    curated = list(collection.derivations)
    named_otherwise = {(d.child, d.parent) for d in curated}
    collection.derivations = dict.fromkeys(
        [
            *(
                d
                for d in stated
                # What is stated by hand of a pair of works replaces what the Hub could say.
                if (d.child, d.parent) not in named_otherwise
            ),
            *curated,
        ]
    )
    unstated = {d.child for d in collection.derivations if d.relation == "basedOn"}
    for key, work in collection.works.items():
        if UNSTATED_RELATION in work.gaps and key not in unstated:
            gaps = tuple(gap for gap in work.gaps if gap != UNSTATED_RELATION)
            collection.works[key] = replace(work, gaps=gaps)
    for derivation in collection.derivations:
        for kind, work_id in (derivation.child, derivation.parent):
            if (kind, work_id) not in collection.works:
                collection.works[kind, work_id] = WorkRecord(kind, work_id, gaps=(MISSING_WORK,))
