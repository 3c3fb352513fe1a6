"""The merge by column gives what a reading record by record gives, in one process or in several."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ingest.given_records import Records

from licet_ingest import parts
from licet_ingest.collect import Accounting, Collection, collect
from licet_ingest.parts import WorkerError, worker_count
from licet_ingest.records import (
    LINEAGE_MISMATCH,
    MISSING_WORK,
    RENAMED,
    UNSTATED_RELATION,
    Derivation,
    Fault,
    WorkRecord,
)
from licet_ingest.sources import ChunkedSource, SourceItem, dump
from licet_ingest.sources.dump import JsonLinesDump
from licet_ontology.errors import SourceError

Key = tuple[str, str]


################################################################ the reference


def together(found: list[WorkRecord]) -> WorkRecord:
    """Return the latest of several records, with what the undated ones say beside it."""
    latest = max(range(len(found)), key=lambda i: (found[i].modified or "", i))
    undated = [r for i, r in enumerate(found) if i != latest and r.modified is None]
    work = found[latest]
    for other in undated:
        said: dict[str, Any] = {
            field.name: tuple(dict.fromkeys((*mine, *theirs)))
            if isinstance(mine, tuple)
            else theirs
            for field in fields(WorkRecord)
            if isinstance(mine := getattr(work, field.name), tuple) or mine is None
            for theirs in (getattr(other, field.name),)
        }
        derivations = list(dict.fromkeys((*work.derivations, *other.derivations)))
        work = replace(work, **said, derivations=derivations)
    return work


def reference(sources: list[list[SourceItem]]) -> tuple[Any, Any, list[Accounting]]:
    """Return works, derivations and accounts, one record after the other."""
    read: dict[Key, list[WorkRecord]] = {}
    by_hand: dict[Derivation, int] = {}
    accounts = [Accounting() for _ in sources]
    for number, items in enumerate(sources):
        for item in items:
            accounts[number].read += 1
            if any(fault.record_rejected for fault in item.faults):
                accounts[number].rejected += 1
            elif item.derivation:
                by_hand.setdefault(item.derivation, number)
            elif item.work:
                accounts[number].ingested += item.work.key not in read
                read.setdefault(item.work.key, []).append(item.work)
    records = {key: together(found) for key, found in read.items()}

    def meant(key: Key) -> Key:
        alike = [k for k in records if k[0] == key[0] and k[1].lower() == key[1].lower()]
        return alike[0] if key not in records and len(alike) == 1 else key

    def resolved(d: Derivation) -> Derivation:
        return replace(d, child=meant(d.child), parent=meant(d.parent))

    hand: dict[Derivation, int] = {}
    for derivation, number in by_hand.items():
        hand.setdefault(resolved(derivation), number)
    for number in hand.values():
        accounts[number].ingested += 1
    for account in accounts:
        account.merged = account.read - account.rejected - account.ingested
    replaced = {(d.child, d.parent) for d in hand}
    derivations = set(hand)
    mismatched = set[Key]()
    for work in records.values():
        for d in map(resolved, work.derivations):
            if (d.child, d.parent) in replaced:
                continue
            if d.source == RENAMED:
                if d.parent not in records or records[d.parent].removed:
                    continue
                mismatched.add(d.child)
                d = replace(d, source="card")
            derivations.add(d)
    based = {d.child for d in derivations if d.relation == "basedOn"}
    works = {key: replace(work, derivations=[]) for key, work in records.items()}
    for key, work in works.items():
        if key not in based:
            work.gaps = tuple(gap for gap in work.gaps if gap != UNSTATED_RELATION)
        if key in mismatched:
            work.circumstances = (LINEAGE_MISMATCH,)
    for derivation in derivations:
        for key in (derivation.child, derivation.parent):
            works.setdefault(key, WorkRecord(*key, gaps=(MISSING_WORK,)))
    return works, derivations, accounts


KEYS = st.tuples(
    st.sampled_from(["model", "dataset"]), st.sampled_from(["o/a", "o/b", "O/B", "o/B", "o/c"])
)
DATES = st.sampled_from([None, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"])
RELATIONS = st.sampled_from(["finetunedFrom", "mergedFrom", "basedOn"])
ORIGINS = st.sampled_from(["hub", "card", RENAMED, "https://example.org/", "a\x00"])
GAPS = st.lists(st.sampled_from([UNSTATED_RELATION, "urn:gap"]), unique=True).map(tuple)


@st.composite
def work_items(draw: st.DrawFn) -> SourceItem:
    kind, work_id = key = draw(KEYS)
    stated = draw(st.lists(st.tuples(RELATIONS, KEYS, ORIGINS), max_size=2))
    # Nothing but the links of apps states derivations of other works than its own.
    derivations = [Derivation(key, relation, parent, o) for relation, parent, o in stated]
    record = WorkRecord(
        kind,
        work_id,
        modified=draw(DATES),
        removed=draw(st.booleans()),
        license_name=draw(st.none() | st.text(max_size=3)),
        gaps=draw(GAPS),
        derivations=derivations,
    )
    return SourceItem(work=record)


BY_HAND = st.builds(
    Derivation, KEYS, RELATIONS, KEYS, st.sampled_from(["https://example.org/", "urn:x"])
).map(lambda derivation: SourceItem(derivation=derivation))
REJECTS = st.just(SourceItem(faults=(Fault("line 1", "", "{", "is not JSON", True),)))
SOURCES = st.lists(st.lists(work_items() | BY_HAND | REJECTS, max_size=8), max_size=3)


@settings(max_examples=150)
@given(SOURCES, st.integers(1, 4))
def test_the_merge_gives_what_reading_record_by_record_gives(
    sources: list[list[SourceItem]], records_of_a_part: int
) -> None:
    with mock.patch.object(parts, "PART_RECORDS", records_of_a_part):
        found = collect([Records(tuple(items)) for items in sources])
    works, derivations, accounts = reference(sources)
    assert found.works == works
    assert list(found.works) == sorted(works)
    assert len(found.derivations) == len(derivations)
    assert set(found.derivations) == derivations
    assert found.derivations_table.column_names == ["child", "relation", "parent", "source"]
    rows = [tuple(row.values()) for row in found.derivations_table.to_pylist()]
    assert rows == sorted(rows)
    assert found.accounting == accounts


################################################################ several processes


def hub_dump(folder: Path, count: int) -> JsonLinesDump:
    """Return a dump with fine-tunes, repeated and broken records, and values left out."""
    lines = []
    for i in range(count):
        base = f"o/m{i // 2}"
        tags = ["license:mit", f"base_model:{base}", f"base_model:finetune:{base}"]
        lines.append(orjson.dumps({"id": f"o/m{i % 90}", "tags": tags, "likes": i - 3}))
        if i % 17 == 0:
            lines.append(b'{"id": ')
    path = folder / f"hub-{count}.jsonl"
    path.write_bytes(b"\n".join(lines))
    return JsonLinesDump(path)


def told(collection: Collection) -> tuple[Any, ...]:
    return (
        collection.works_table.to_pylist(),
        collection.derivations_table.to_pylist(),
        collection.accounting,
        collection.faults,
    )


def test_workers_give_what_one_process_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "CHUNK_LINES", 10)
    sources = [hub_dump(tmp_path, 120), hub_dump(tmp_path, 60)]
    with mock.patch.object(parts.Readers, "_parts_from_workers", side_effect=AssertionError):
        alone = collect(sources, workers=1)
    together = collect(sources, workers=2)
    assert told(together) == told(alone)
    assert together.accounting[0].rejected == 8


def test_a_small_source_starts_no_worker(tmp_path: Path) -> None:
    with mock.patch.object(parts, "ProcessPoolExecutor", side_effect=AssertionError):
        assert len(collect([hub_dump(tmp_path, 60)], workers=8).works) == 60


@dataclass(frozen=True)
class Chunks:
    """A source of given chunks."""

    given: tuple[Any, ...]
    name: str = "chunks"

    def describe(self) -> dict[str, str | int | None]:
        return {"name": self.name}

    def items(self) -> Iterator[SourceItem]:
        raise AssertionError("it is read by chunks")

    def chunks(self) -> Iterator[Any]:
        for chunk in self.given:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk


EMPTY = SimpleNamespace(items=list)
"""A chunk that another process can be sent: it is made of what every Python has."""


def test_a_worker_that_dies_ends_the_build_with_advice() -> None:
    dies = SimpleNamespace(items=partial(os._exit, 9))
    source = Chunks((*[EMPTY] * 6, dies, *[EMPTY] * 20))
    with pytest.raises(WorkerError, match="LICET_WORKERS"):
        collect([source], workers=2)


BUILD_TO_KILL = """
import itertools, time, types
from licet_ingest.parts import Readers

class Endless:
    name = "endless"
    def describe(self): return {}
    def items(self): return iter(())
    def chunks(self): return itertools.repeat(types.SimpleNamespace(items=list))

if __name__ == "__main__":
    with Readers(2) as readers:
        for _ in readers.parts(Endless()):
            print(*readers._pool._processes, flush=True)
            time.sleep(60)
"""


def test_workers_end_when_the_process_that_started_them_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "build.py"
    script.write_text(BUILD_TO_KILL)
    build = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert build.stdout is not None
    workers = [int(pid) for pid in build.stdout.readline().split()]
    build.kill()
    build.wait()
    build.stdout.close()
    assert workers
    until = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_a_source_that_breaks_while_workers_are_at_it_cannot_be_read() -> None:
    source = Chunks((*[EMPTY] * 9, SourceError("cannot read it")))
    with pytest.raises(SourceError, match="cannot read it"):
        collect([source], workers=2)


def test_a_dump_is_read_by_chunks_and_the_sample_is_not(tmp_path: Path) -> None:
    assert isinstance(hub_dump(tmp_path, 1), ChunkedSource)
    assert not isinstance(Records(()), ChunkedSource)


@pytest.mark.parametrize(("said", "count"), [("3", 3), ("1", 1)])
def test_the_environment_says_how_many_workers(
    monkeypatch: pytest.MonkeyPatch, said: str, count: int
) -> None:
    monkeypatch.setenv("LICET_WORKERS", said)
    assert worker_count() == count


@pytest.mark.parametrize("said", ["", "0", "-1", "many"])
def test_where_the_environment_says_nothing_there_is_one_worker_per_processor(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("LICET_WORKERS", said)
    assert 1 <= worker_count() <= (os.cpu_count() or 1)


def test_faults_are_handed_on_in_the_order_of_the_source_and_not_kept(tmp_path: Path) -> None:
    source = hub_dump(tmp_path, 60)
    handed: list[tuple[str, Fault]] = []
    collection = collect([source], reject=lambda name, fault: handed.append((name, fault)))
    assert collection.faults == []
    assert handed == collect([source]).faults
    assert (
        len(handed) == collection.accounting[0].rejected + collection.accounting[0].values_dropped
    )
