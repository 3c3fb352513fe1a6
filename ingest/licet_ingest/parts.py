"""Stretches of sources made into columns, here or in worker processes."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from threading import Thread
from typing import TYPE_CHECKING

import pyarrow as pa

from licet_ingest.sources import ChunkedSource
from licet_ingest.tables import works_batch
from licet_ontology.errors import LicetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from licet_ingest.records import Derivation, Fault, WorkRecord
    from licet_ingest.sources import Chunk, Source, SourceItem

PART_RECORDS = 5_000
"""Records of a part where the source does not say how it is cut."""
CHUNKS_WITHOUT_WORKERS = 4
"""A source of no more is read in this process: workers need half a second to start."""
WORKERS_VARIABLE = "LICET_WORKERS"
"""Variable of the environment that says how many processes read large sources."""

DERIVATIONS_OF_PART = pa.schema(
    [
        ("owner", pa.int32()),
        ("child", pa.string()),
        pa.field("relation", pa.string(), nullable=False),
        pa.field("parent", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
    ]
)
"""Derivations: row of the record that states it, null where it is a record of its own; the key
of the child, null where it is that record's; a property; the key of the parent."""


class WorkerError(LicetError):
    """A worker process ended before its work was done."""


@dataclass(frozen=True)
class Part:
    """What a stretch of a source gives.

    Attributes:
        works: Of ``WORKS_SCHEMA``, one row per record that was kept, in the order read.
        derivations: Of ``DERIVATIONS_OF_PART``, in the order read.
        faults: What was not taken over.
        read: Records of the stretch.
        rejected: Records that were left out.
    """

    works: pa.RecordBatch
    derivations: pa.RecordBatch
    faults: tuple[Fault, ...]
    read: int
    rejected: int


def key_text(work: tuple[str, str]) -> str:
    """Return kind and id of a work as one text, which sorts as they do."""
    return "/".join(work)


def part_of(items: Iterable[SourceItem]) -> Part:
    """Return what items give, as columns."""
    works: list[WorkRecord] = []
    stated: list[tuple[int | None, Derivation]] = []
    faults: list[Fault] = []
    read = rejected = 0
    for item in items:
        read += 1
        if item.faults:
            faults += item.faults
            if any(fault.record_rejected for fault in item.faults):
                rejected += 1
                continue
        if item.derivation is not None:
            stated.append((None, item.derivation))
        if item.work is None and item.derivation is not None:
            continue
        assert item.work is not None  # noqa: S101 - a record that gives nothing has a rejecting fault
        stated += [(len(works), derivation) for derivation in item.work.derivations]
        works.append(item.work)
    columns = (
        [owner for owner, _ in stated],
        [
            None if owner is not None and d.child == works[owner].key else key_text(d.child)
            for owner, d in stated
        ],
        [d.relation for _, d in stated],
        [key_text(d.parent) for _, d in stated],
        [d.source for _, d in stated],
    )
    derivations = pa.RecordBatch.from_arrays(
        [
            pa.array(column, field.type)
            for column, field in zip(columns, DERIVATIONS_OF_PART, strict=True)
        ],
        schema=DERIVATIONS_OF_PART,
    )
    return Part(works_batch(works), derivations, tuple(faults), read, rejected)


def _part_of_chunk(chunk: Chunk) -> Part:
    return part_of(chunk.items())


def _end_with_parent() -> None:
    """Let this worker end when the process that started it was killed."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)  # nobody is left who could be told

    Thread(target=wait, daemon=True).start()


def worker_count() -> int:
    """Return how many processes are to read large sources: as said, or one per processor."""
    said = os.environ.get(WORKERS_VARIABLE, "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


class Readers:
    """Reads sources part by part: small ones in this process, large ones in workers.

    Workers are started when the first large source is met, and end with the block. They import
    the main module anew, so a script that builds has its calls below ``if __name__ ==
    "__main__"``.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._workers = worker_count() if workers is None else workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Readers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield what a source gives, in its order.

        Raises:
            SourceError: The source cannot be read.
            WorkerError: A worker was killed.
        """
        if not isinstance(source, ChunkedSource):
            items = iter(source.items())
            while block := list(islice(items, PART_RECORDS)):
                yield part_of(block)
            return
        chunks = source.chunks()
        first = list(islice(chunks, CHUNKS_WITHOUT_WORKERS + 1))
        every = chain(first, chunks)
        if self._workers < 2 or len(first) <= CHUNKS_WITHOUT_WORKERS:
            yield from map(_part_of_chunk, every)
        else:
            yield from self._parts_from_workers(every)

    def _parts_from_workers(self, chunks: Iterable[Chunk]) -> Iterator[Part]:
        if self._pool is None:
            # A fork would copy the locks of Arrow's threads in whatever state they are.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self._workers, mp_context=context, initializer=_end_with_parent
            )
        under_way: deque[Future[Part]] = deque()
        try:
            for chunk in chunks:
                under_way.append(self._pool.submit(_part_of_chunk, chunk))
                if len(under_way) > 2 * self._workers:  # what is ahead is bounded
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        except BrokenProcessPool as error:
            raise WorkerError(
                "a worker process ended before its work was done: if memory ran out, use fewer "
                f"({WORKERS_VARIABLE}=1 uses none); a script that builds needs a main guard"
            ) from error
