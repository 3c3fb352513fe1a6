"""From the records of all sources to one set of works, each counted once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from licet_ingest.merge import Merge
from licet_ingest.parts import Readers
from licet_ingest.records import Derivation
from licet_ingest.sources import SourceItem
from licet_ingest.tables import work_records
from licet_ontology.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from licet_ingest.records import Fault, WorkRecord
    from licet_ingest.sources import Source

PROGRESS_RECORDS = 5_000
"""Fewest records between two calls of a progress callback."""


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
        works_table: Of `tables.WORKS_SCHEMA`, sorted by kind and id; works that are only named
            by others are among them, with the gap ``MissingWork``.
        derivations_table: Of `tables.DERIVATIONS_SCHEMA`, sorted.
        accounting: Per source, in the order they were read.
        faults: What was not taken over, per source; empty where it was handed on.
    """

    works_table: pa.Table
    derivations_table: pa.Table
    accounting: list[Accounting] = field(default_factory=list[Accounting])
    faults: list[tuple[str, Fault]] = field(default_factory=list["tuple[str, Fault]"])

    @cached_property
    def works(self) -> dict[tuple[str, str], WorkRecord]:
        """The rows of the works table as records, by kind and id; for small collections."""
        return {work.key: work for work in work_records(self.works_table)}

    @cached_property
    def derivations(self) -> list[Derivation]:
        """The rows of the derivations table; for small collections."""
        keys = list(self.works)
        return [
            Derivation(
                keys[row["child"]], local_name(row["relation"]), keys[row["parent"]], row["source"]
            )
            for row in self.derivations_table.to_pylist()
        ]


def collect(
    sources: Iterable[Source],
    progress: Callable[[str, int], None] | None = None,
    *,
    reject: Callable[[str, Fault], None] | None = None,
    workers: int | None = None,
) -> Collection:
    """Return the works of all sources.

    Of two dated records of one work the one changed later wins, whole, with its derivations;
    at equal dates the one read later. What a record without a date says is added to it.

    Args:
        sources: Read one after the other.
        progress: Called with a source's name and its records so far.
        reject: Called with a source's name and each fault; without it they are kept.
        workers: Processes that map large sources; see `parts.worker_count`.

    Raises:
        SourceError: A source cannot be read.
        WorkerError: A worker process was killed.
    """
    faults: list[tuple[str, Fault]] = []
    accounting: list[Accounting] = []
    sources = list(sources)
    merge = Merge(len(sources))
    with Readers(workers) as readers:
        for number, source in enumerate(sources):
            account = Accounting()
            accounting.append(account)
            told = 0
            for part in readers.parts(source):
                account.read += part.read
                account.rejected += part.rejected
                for fault in part.faults:
                    account.values_dropped += not fault.record_rejected
                    if reject:
                        reject(source.name, fault)
                    else:
                        faults.append((source.name, fault))
                merge.add(number, part)
                if progress and account.read - told >= PROGRESS_RECORDS:
                    told = account.read
                    progress(source.name, told)
            if progress and (told != account.read or not told):
                progress(source.name, account.read)
    works, derivations = merge.tables()
    for number, account in enumerate(accounting):
        account.ingested = merge.ingested[number]
        account.merged = account.read - account.rejected - account.ingested
    return Collection(works, derivations, accounting, faults)


def collect_records(
    works: Iterable[WorkRecord], derivations: Iterable[Derivation] = ()
) -> Collection:
    """Return the works of records that are at hand, as if one source had given them."""
    items = [SourceItem(work=work) for work in works]
    return collect([_AtHand((*items, *(SourceItem(derivation=d) for d in derivations)))])


@dataclass(frozen=True)
class _AtHand:
    given: tuple[SourceItem, ...]
    name: str = "records at hand"

    def describe(self) -> dict[str, str | int | None]:
        return {"name": self.name}

    def items(self) -> Iterator[SourceItem]:
        yield from self.given
