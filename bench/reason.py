"""Closure, situations, rules and statistics of one reading at sizes up to the whole Hub.

``python -m bench.reason [COUNT …]`` generates Hubs of these sizes (by default 10 thousand, 100
thousand, 1 million and 3 million models), turns them into tables, and measures in a process of
its own what a build does with the tables under one reading: numbering, closure, situations,
rules, statistics. Then a chain of 10,000, a diamond of depth 40 and rings. ``--keep FOLDER``
keeps the tables, which take longer to make than to reason over.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from bench import hub_like
from licet_ingest.collect import Collection, collect, collect_records
from licet_ingest.records import Derivation, WorkRecord
from licet_ingest.sources.parquet import ParquetDump
from licet_ontology.terms import DEFAULT_READING, license_iri
from licet_reasoning.build import clause_licenses
from licet_reasoning.lineage import lineage_of
from licet_reasoning.publish import statistics_lines
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue
from licet_reasoning.statistics import observe

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTS = (10_000, 100_000, 1_000_000, 3_000_000)
CHAIN = 10_000
DIAMOND = 40


def main() -> None:
    """Measure what the arguments ask for and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=COUNTS)
    parser.add_argument("--reading", default=DEFAULT_READING)
    parser.add_argument("--keep", type=Path, help="where tables are kept and looked for")
    parser.add_argument("--tables", help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tables:
        _write_tables(options.tables, options.keep / options.tables)
        return
    if options.measure:
        print(json.dumps(_measure(options.measure, options.reading, options.keep)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        # Closed once and found again, as between builds.
        shipped_catalogue(folder)
        python = platform.python_version()
        print(f"{os.cpu_count()} processors, {platform.platform()}, Python {python}")
        print(f"\nreading {options.reading}\n")
        print(
            "| works | models read | derivations | situations | closure, situations, rules "
            "| statistics | lines of it | wall | peak |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        for name in (*map(str, options.counts), *SHAPES):
            if not (folder / name / "derivations.parquet").exists():
                _run("--tables", name, "--keep", str(folder))
            arguments = ("--reading", options.reading, "--keep", str(folder))
            found = json.loads(_run("--measure", str(folder / name), *arguments))
            print(_row(name, found), flush=True)


def _run(*arguments: str) -> str:
    command = [sys.executable, "-m", "bench.reason", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _row(name: str, found: dict[str, float]) -> str:
    share = found["situations"] / max(1, found["models"])
    return (
        f"| {f'{int(name):,} models' if name.isdigit() else name} | {found['models']:,} "
        f"| {found['derivations']:,} | {found['situations']:,} ({share:.2%}) "
        f"| {found['conclude_s']:.2f} s | {found['observe_s']:.2f} s | {found['lines']:,} "
        f"| {found['wall_s']:.1f} s | {found['peak_mb']:,.0f} MB |"
    )


def _measure(folder: Path, reading: str, kept: Path) -> dict[str, float]:
    """Return seconds of processor time, and of wall time, from tables to statistics."""
    works = pq.read_table(folder / "works.parquet")
    derivations = pq.read_table(folder / "derivations.parquet")
    closed = shipped_catalogue(kept)
    license_of = clause_licenses(closed)
    program = compile_reading(reading)
    wall, processor = time.perf_counter(), time.process_time()
    lineage = lineage_of(works, derivations, program.automaton)
    outcome = conclude(lineage, program, closed)
    concluded = time.process_time()
    cube = observe(works, derivations, outcome, license_of)
    lines = sum(1 for _ in statistics_lines(cube, reading, "measured"))
    return {
        "models": int(works["in_graph"].combine_chunks().true_count),
        "derivations": len(derivations),
        "situations": len(outcome.situations.all),
        "conclude_s": concluded - processor,
        "observe_s": time.process_time() - concluded,
        "wall_s": time.perf_counter() - wall,
        "lines": lines,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _write_tables(name: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if name in SHAPES:
        collection = collect_records(_works(name), SHAPES[name]())
    else:
        dump = hub_like.write_parquet(folder / "models.parquet", int(name))
        collection = _collected(dump)
        dump.unlink()
    pq.write_table(collection.works_table, folder / "works.parquet")
    pq.write_table(collection.derivations_table, folder / "derivations.parquet")


def _collected(dump: Path) -> Collection:
    return collect([ParquetDump(dump)])


def _works(name: str) -> list[WorkRecord]:
    """Return the works of a shape: the first under a Llama license, the others under three."""
    ids = sorted({key for d in SHAPES[name]() for key in (d.child[1], d.parent[1])}, key=_number)
    licenses = ("llama3", "mit", "gpl-3.0", "apache-2.0")
    return [
        WorkRecord("model", id_, licenses=(license_iri(licenses[i and 1 + i % 3]),))
        for i, id_ in enumerate(ids)
    ]


def _number(work_id: str) -> int:
    return int(work_id.rpartition("-")[2])


def _derived(child: int, parent: int) -> Derivation:
    relation = ("finetunedFrom", "mergedFrom", "adapterFor")[child % 3]
    return Derivation(("model", f"o/m-{child}"), relation, ("model", f"o/m-{parent}"), "hub")


def _chain() -> Iterator[Derivation]:
    return (_derived(i, i - 1) for i in range(1, CHAIN))


def _diamond() -> Iterator[Derivation]:
    """Two works a layer, each made from both of the layer above: 2^40 paths."""
    for layer in range(1, DIAMOND + 1):
        for child in (0, 1):
            for parent in (0, 1):
                yield _derived(2 * layer + child, 2 * (layer - 1) + parent)


def _rings() -> Iterator[Derivation]:
    """A ring of 1,000 works, a hundred of three and as many works made from themselves."""
    for i in range(1_000):
        yield _derived(i, (i + 1) % 1_000)
    for ring in range(1_000, 1_300, 3):
        for i in range(3):
            yield _derived(ring + i, ring + (i + 1) % 3)
    for i in range(1_300, 1_400):
        yield _derived(i, i)


SHAPES = {
    f"a chain of {CHAIN:,}": _chain,
    f"a diamond of depth {DIAMOND}": _diamond,
    "rings": _rings,
}


if __name__ == "__main__":
    main()
