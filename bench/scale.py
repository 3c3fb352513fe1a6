"""The forms of the closure beside each other, on generated models; print a table.

``python -m bench.scale [--models N] [--closure NAME ...]`` finds the situations of one reading by
each, from the same tables, and says whether they are those of the bitsets. A build runs the
closure twice for each reading: rules conclude more between.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import numpy as np

from bench import hub_like
from bench.ingest import tree_kb
from licet_ingest.collect import collect
from licet_ingest.sources.parquet import ParquetDump
from licet_ontology.terms import DEFAULT_READING
from licet_reasoning.likeness import merge_alike
from licet_reasoning.lineage import lineage_of
from licet_reasoning.quotient import compile_reading
from licet_reasoning.relational import closure_named
from licet_reasoning.situations import group

if TYPE_CHECKING:
    from licet_reasoning.situations import Situations

SAMPLE_S = 0.5


def main() -> None:
    """Run the closures one after the other and print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=1_000_000)
    parser.add_argument("--closure", nargs="*", default=["duckdb", "spark:local[2]"])
    parser.add_argument("--dump", type=Path, help="instead of generated models")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        dump = options.dump or hub_like.write_parquet(
            Path(scratch) / "models.parquet", options.models
        )
        collection = collect([ParquetDump(dump)], reject=lambda _name, _fault: None)
    works, derivations = collection.works_table, collection.derivations_table
    automaton = compile_reading(DEFAULT_READING).automaton
    lineage = merge_alike(lineage_of(works, derivations, automaton)).lineage
    python = platform.python_version()
    print(f"{os.cpu_count()} processors, {platform.platform()}, Python {python}")
    print(f"{len(works):,} works, {len(derivations):,} derivations")
    print(f"{lineage.work_count:,} and {len(lineage.child):,} when those alike are one\n")
    print("| closure | one pass of it | situations with it | peak memory | situations |")
    print("|---|---|---|---|---|")
    reference: Situations | None = None
    for name in ("bitsets", *options.closure):
        closure = closure_named(name)
        started = time.perf_counter()
        with Peak() as peak:
            reached = closure(lineage, automaton)
            alone_s = time.perf_counter() - started
            found = group(lineage, automaton, reached, DEFAULT_READING)
        whole_s = time.perf_counter() - started
        reference = reference or found
        same = found.all == reference.all and np.array_equal(found.of_work, reference.of_work)
        print(
            f"| {name} | {alone_s:.1f} s | {whole_s:.1f} s | {peak.kb / 1024:,.0f} MB "
            f"| {len(found.all):,}, {'the same' if same else 'DIFFERENT'} |",
            flush=True,
        )
        if not same:
            raise SystemExit(f"{name} gives other situations than the bitsets")


class Peak:
    """The most memory that this process and its children take in a block, in ``kb``."""

    def __enter__(self) -> Peak:
        self.kb = 0
        self._done = Event()
        self._watcher = Thread(target=self._watch)
        self._watcher.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_S):
            self.kb = max(self.kb, tree_kb(os.getpid()))

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()


if __name__ == "__main__":
    main()
