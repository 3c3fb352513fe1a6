"""What an update costs on a large snapshot; print a table.

``python -m bench.update DATA [--descendants N] [--reading NAME]``: opens an updater on a copy of
the snapshot in force, by links, and takes over one new model at a time, and then another license
of the model with about so many descendants. The seconds are from the record in hand to the answer
of a query by a store that was opened anew. ``--family N`` in place of DATA builds a snapshot of one
model and as many that descend from it.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import pyarrow.parquet as pq
from pyoxigraph import NamedNode, Store

from bench.hub_like import Generated, family
from licet_ingest.hub_json import work_record
from licet_ingest.snapshot import current
from licet_ontology import modules
from licet_ontology.modules import readings as all_readings
from licet_ontology.terms import default_graphs, term, work_iri
from licet_reasoning.build import build
from licet_reasoning.closure import ranges
from licet_reasoning.provenance import concluded_with
from licet_reasoning.update import Updater

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_ingest.records import WorkRecord
    from licet_ingest.snapshot import Snapshot

RUNS = 20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("data", type=Path, nargs="?")
    what.add_argument("--family", type=int, help="a root with so many descendants, and no others")
    parser.add_argument("--descendants", type=int, default=100_000)
    parser.add_argument("--reading", help="only this one instead of all", choices=all_readings())
    options = parser.parse_args()
    readings = (options.reading,) if options.reading else all_readings()
    with tempfile.TemporaryDirectory(dir=options.data) as scratch:
        data = Path(scratch)
        if options.family:
            build(data, [Generated(family(options.family))])
        else:
            _link(options.data, data)
        concluded_with()  # With all readings, as the snapshot was; it is remembered.
        with patch.object(modules, "readings", lambda: readings):
            _measure(data, options.descendants)


def _link(source: Path, data: Path) -> None:
    """Let a data folder hold the snapshot in force of another."""
    snapshot = current(source)
    copy = data / "snapshots" / snapshot.id
    copy.mkdir(parents=True)
    Store.read_only(str(snapshot.store)).backup(str(copy / "store"))
    shutil.copytree(snapshot.path / "tables", copy / "tables", copy_function=os.link)
    manifest = (snapshot.path / "manifest.json").read_text()
    (copy / "manifest.json").write_text(manifest)
    (data / "current").symlink_to(copy.relative_to(data))
    if (source / "cache").exists():
        (data / "cache").symlink_to((source / "cache").resolve())


def _measure(data: Path, wanted: int) -> None:
    started = time.perf_counter()
    updater = Updater(data)
    opened_s = time.perf_counter() - started
    counts = updater.snapshot.manifest["counts"]
    python = platform.python_version()
    print(f"{os.cpu_count()} processors, {platform.platform()}, Python {python}")
    print(f"{', '.join(modules.readings())}; load {os.getloadavg()[0]:.1f}")
    print(f"{counts['works']:,} works, {counts['derivations']:,} derivations\n")
    print("| what | wall | processor time |\n|---|---|---|")
    print(f"| open the updater | {opened_s:.1f} s | |", flush=True)
    root, under = _ancestor(data, wanted)
    alone: list[tuple[float, float]] = []
    for run in range(RUNS):
        new = _record(f"bench/new-{run}", "2026-01-01T00:00:00.000Z", root if run % 2 else "")
        alone.append(_taken(updater, new))
    for place, name in ((0, "median"), (-1, "slowest")):
        wall, spent = (
            statistics.median(column) if name == "median" else sorted(column)[place]
            for column in zip(*alone, strict=True)
        )
        print(f"| one new model, {name} of {RUNS} | {wall * 1000:.0f} ms | {spent * 1000:.0f} ms |")
    relicensed = _record(root, "2026-01-02T00:00:00.000Z", "", "cc-by-nc-4.0")
    seen, wall, spent = _taken_in_turn(updater, relicensed)
    print(f"| {under:,} descendants under another license, by default | {seen:.1f} s | |")
    print(f"| the same under all readings | {wall:.1f} s | {spent:.1f} s |", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"| memory at most | {peak:.1f} GiB | |", flush=True)
    started = time.perf_counter()
    updater.finish()
    print(f"| tables of it all | {time.perf_counter() - started:.1f} s | |")
    updater.close()


def _record(id_: str, date: str, base: str, license_: str = "mit") -> WorkRecord:
    item: dict[str, object] = {
        "id": id_,
        "lastModified": date,
        "cardData": {"license": license_},
        "tags": [],
    }
    if base:
        item["cardData"] = {"license": license_, "base_model": base}
        item["tags"] = [f"base_model:{base}", f"base_model:finetune:{base}"]
        item["baseModels"] = {"relation": "finetune", "models": [{"_id": "62" * 12, "id": base}]}
    record, _ = work_record(item, "model", "0")
    assert record is not None
    return record


def _taken(updater: Updater, record: WorkRecord) -> tuple[float, float]:
    """Return seconds of wall and processor until a record is found under all readings."""
    started, spent = time.perf_counter(), time.process_time()
    taken = updater.apply([record])
    assert _is_found(updater.snapshot, record, modules.readings()), taken.left
    return time.perf_counter() - started, time.process_time() - spent


def _taken_in_turn(updater: Updater, record: WorkRecord) -> tuple[float, float, float]:
    """Return how long it takes until the first reading has it, and see ``_taken``."""
    before, data = updater.snapshot.id, updater.snapshot.path.parents[1]
    seen: list[float] = []
    started = time.perf_counter()

    def look() -> None:
        while (now := current(data)).id == before:
            time.sleep(0.05)
        ready = [name for name in modules.readings() if name not in now.pending]
        assert ready
        assert _is_found(now, record, ready)
        seen.append(time.perf_counter() - started)

    looker = Thread(target=look)
    looker.start()
    wall_s, spent_s = _taken(updater, record)
    looker.join()
    return seen[0], wall_s, spent_s


def _is_found(snapshot: Snapshot, record: WorkRecord, readings: Iterable[str]) -> bool:
    store = Store.read_only(str(snapshot.store))
    ask = (
        f"ASK {{ <{work_iri('model', record.id)}> <{term('license')}> <{record.licenses[0]}> ; "
        f"<{term('situation')}>/a <{term('Situation')}> }}"
    )
    return all(
        store.query(ask, default_graph=[NamedNode(graph) for graph in default_graphs(reading)])
        for reading in readings
    )


def _ancestor(data: Path, wanted: int) -> tuple[str, int]:
    """Return the id of the model whose descendants are nearest to a number, and the number."""
    snapshot = current(data)
    works = pq.read_table(snapshot.table("models"), columns=["id", "in_graph", "kind"])
    derivations = pq.read_table(snapshot.table("derivations"), columns=["child", "parent"])
    child, parent = (derivations[name].to_numpy() for name in ("child", "parent"))
    order = np.argsort(parent, kind="stable")
    first = np.searchsorted(parent[order], np.arange(len(works) + 1))
    children = np.diff(first)
    kinds = works["kind"].to_numpy(zero_copy_only=False)
    known = works["in_graph"].to_numpy(zero_copy_only=False) & (kinds == "model")
    best, best_count = -1, 0
    for root in np.argsort(-np.where(known, children, 0))[:200].tolist():
        seen = np.zeros(len(works), dtype=bool)
        frontier = np.array([root])
        while len(frontier):
            below = np.unique(child[order[ranges(first[frontier], first[frontier + 1])]])
            frontier = below[~seen[below]]
            seen[frontier] = True
        count = int(seen.sum())
        if abs(count - wanted) < abs(best_count - wanted):
            best, best_count = root, count
    return works["id"][best].as_py(), best_count


if __name__ == "__main__":
    main()
