"""One build: a snapshot that agrees with itself, or the former one as it was."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow.parquet as pq
import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, QuerySolutions, Store

from licet_ingest.records import WorkRecord
from licet_ingest.snapshot import BusyError, Snapshot, current
from licet_ingest.sources import SourceItem
from licet_ingest.sources.dump import JsonLinesDump
from licet_ontology import modules
from licet_ontology.errors import SourceError
from licet_ontology.terms import PREFIXES, PROV
from licet_reasoning.build import build

if TYPE_CHECKING:
    from tests.reasoning.conftest import Built

GRAPH = "https://w3id.org/licet/graph/"
READINGS = modules.readings()
# A Llama model, a fine-tune that drops its terms, and a parent that is not in the graph.
HUB = (
    {"id": "meta/base", "tags": ["license:llama3"]},
    {
        "id": "o/tuned",
        "tags": ["license:mit", "base_model:meta/base", "base_model:finetune:meta/base"],
    },
    {
        "id": "o/orphan",
        "tags": ["license:mit", "base_model:o/gone", "base_model:quantized:o/gone"],
    },
)


def dump_of(folder: Path, *items: object, name: str = "hub.jsonl") -> JsonLinesDump:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(b"\n".join(map(orjson.dumps, items)))
    return JsonLinesDump(path)


def rows(snapshot: Snapshot, query: str, *graphs: str) -> list[tuple[str, ...]]:
    """Return the answer to a query over some named graphs."""
    solutions = Store.read_only(str(snapshot.store)).query(
        query, prefixes=PREFIXES, default_graph=[NamedNode(GRAPH + graph) for graph in graphs]
    )
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return sorted(tuple(row[name].value for name in names) for row in solutions)


def count(snapshot: Snapshot, pattern: str, *graphs: str) -> int:
    [(number,)] = rows(snapshot, f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", *graphs)
    return int(number)


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def unfinished(data: Path) -> list[str]:
    return sorted(
        path.name
        for path in [*data.iterdir(), *(data / "snapshots").iterdir()]
        if path.name.startswith(".building-") or path.name == "current.new"
    )


################################################################ a snapshot agrees with itself


def test_a_snapshot_holds_store_tables_rejects_and_manifest_and_nothing_else(
    sample: Snapshot,
) -> None:
    assert sorted(path.name for path in sample.path.iterdir()) == [
        "manifest.json",
        "rejects.jsonl",
        "search",
        "store",
        "tables",
    ]
    assert sorted(path.name for path in (sample.path / "tables").iterdir()) == [
        "changes.parquet",
        "derivations.parquet",
        "models.parquet",
        "situations.parquet",
    ]


def test_the_manifest_counts_the_triples_of_each_graph_of_the_store(sample: Snapshot) -> None:
    store = Store.read_only(str(sample.store))
    graphs = {graph.value for graph in store.named_graphs()}
    assert sample.manifest["triples"] == {
        graph: count(sample, "?s ?p ?o", graph.removeprefix(GRAPH)) for graph in graphs
    }
    assert sum(sample.manifest["triples"].values()) == len(store)


def test_a_snapshot_has_the_graphs_that_queries_rely_on(sample: Snapshot) -> None:
    assert {graph.removeprefix(GRAPH) for graph in sample.manifest["triples"]} == {
        "changes",
        "hub",
        "licenses",
        "ontology",
        "provenance",
        *(f"{part}/{r}" for part in ("inferred", "findings", "statistics") for r in READINGS),
    }


def test_the_manifest_counts_the_works_of_the_store(sample: Snapshot) -> None:
    work = "?work a ?class . VALUES ?class { licet:Model licet:Dataset licet:Service }"
    stub = "?work licet:gap licet:MissingWork"
    counts = sample.manifest["counts"]
    assert counts["works"] == count(sample, work, "hub")
    assert counts["works_in_graph"] == counts["works"] - count(sample, stub, "hub")


def test_the_manifest_counts_the_derivations_of_the_store(sample: Snapshot) -> None:
    relations = " ".join(
        f"<{relation}>"
        for relation in set(pq.read_table(sample.table("derivations"))["relation"].to_pylist())
    )
    assert sample.manifest["counts"]["derivations"] == count(
        sample, f"?child ?relation ?parent . VALUES ?relation {{ {relations} }}", "hub"
    )


@pytest.mark.parametrize("reading", READINGS)
def test_the_manifest_counts_the_situations_of_the_store(sample: Snapshot, reading: str) -> None:
    assert sample.manifest["readings"][reading]["situations"] == count(
        sample, "?situation a licet:Situation", f"inferred/{reading}"
    )


def test_the_manifest_has_the_hash_of_each_table(sample: Snapshot) -> None:
    assert sample.manifest["tables"] == {
        name: hashlib.sha256(sample.table(name).read_bytes()).hexdigest()
        for name in ("changes", "derivations", "models", "situations")
    }


@pytest.mark.parametrize("reading", READINGS)
def test_every_work_in_the_graph_has_one_situation_and_no_other_work_has_any(
    sample: Snapshot, reading: str
) -> None:
    works = rows(
        sample,
        """SELECT ?work (COUNT(?situation) AS ?n) {
             ?work a ?class . VALUES ?class { licet:Model licet:Dataset licet:Service }
             FILTER NOT EXISTS { ?work licet:gap licet:MissingWork }
             OPTIONAL { ?work licet:situation ?situation } } GROUP BY ?work""",
        "hub",
        f"inferred/{reading}",
    )
    assert {number for _, number in works} == {"1"}
    assert len(works) == sample.manifest["counts"]["works_in_graph"]
    stubs = "?work licet:gap licet:MissingWork ; licet:situation ?situation"
    assert count(sample, stubs, "hub", f"inferred/{reading}") == 0


@pytest.mark.parametrize("reading", READINGS)
def test_a_situation_says_how_many_works_are_in_it(sample: Snapshot, reading: str) -> None:
    counted = rows(
        sample,
        "SELECT ?s (COUNT(?work) AS ?n) { ?work licet:situation ?s } GROUP BY ?s",
        f"inferred/{reading}",
    )
    assert counted == rows(sample, "SELECT ?s ?n { ?s licet:workCount ?n }", f"inferred/{reading}")


@pytest.mark.parametrize("reading", READINGS)
def test_the_table_of_models_has_the_situations_of_the_store(
    sample: Snapshot, reading: str
) -> None:
    table = pq.read_table(sample.table("models"))
    column = table[f"situation_{reading}"].to_pylist()
    from_table = sorted(
        (f"https://w3id.org/licet/{kind}/{work_id}", situation)
        for kind, work_id, in_graph, situation in zip(
            table["kind"].to_pylist(),
            table["id"].to_pylist(),
            table["in_graph"].to_pylist(),
            column,
            strict=True,
        )
        if in_graph
    )
    assert from_table == rows(
        sample, "SELECT ?work ?s { ?work licet:situation ?s }", f"inferred/{reading}"
    )


@pytest.mark.parametrize("reading", READINGS)
def test_what_is_found_of_situations_is_described_once_for_all_of_them(
    sample: Snapshot, reading: str
) -> None:
    graph = f"findings/{reading}"
    link = "licet:hasFinding|licet:hasOpenQuestion"
    links = count(sample, f"?s {link} ?finding", graph)
    described = "licet:code ?code ; licet:severity ?severity ; licet:because ?because"
    assert links == count(sample, f"?s {link} ?finding . ?finding {described}", graph)
    findings = count(sample, f"?finding {described}", graph)
    assert 0 < findings < links
    assert findings == count(sample, "?finding licet:code ?code", graph)


def test_two_builds_of_one_source_differ_in_provenance_alone(tmp_path: Path, data: Path) -> None:
    dump = dump_of(tmp_path, *HUB)
    # One closes the catalogue itself, the other finds it closed.
    first, second = build(tmp_path / "elsewhere", [dump]), build(data, [dump])

    def quads(snapshot: Snapshot) -> list[str]:
        dataset = Dataset(
            quad
            for quad in Store.read_only(str(snapshot.store))
            if quad.graph_name != NamedNode(GRAPH + "provenance")
            # Statistics name the snapshot that they are of.
            and quad.predicate != NamedNode(PROV + "wasDerivedFrom")
        )
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return sorted(map(str, dataset))

    assert quads(first) == quads(second)
    assert first.manifest["tables"] == second.manifest["tables"]
    assert first.manifest["counts"] == second.manifest["counts"]


def test_what_was_left_out_is_listed_with_its_reason(tmp_path: Path, data: Path) -> None:
    snapshot = build(
        data,
        [
            dump_of(
                tmp_path,
                {"id": "o/a", "likes": -1, "gated": "maybe"},
                {"id": "../o/b"},
                "o/c",
            )
        ],
    )
    assert [
        orjson.loads(line) for line in (snapshot.path / "rejects.jsonl").read_bytes().splitlines()
    ] == [
        {
            "source": "hub.jsonl",
            "record": "o/a",
            "field": "likes",
            "value": "-1",
            "reason": "is not a count",
            "record_rejected": False,
        },
        {
            "source": "hub.jsonl",
            "record": "o/a",
            "field": "gated",
            "value": "maybe",
            "reason": "is not false, true, auto or manual",
            "record_rejected": False,
        },
        {
            "source": "hub.jsonl",
            "record": "hub.jsonl line 2",
            "field": "id",
            "value": "../o/b",
            "reason": "is a path on somebody's machine",
            "record_rejected": True,
        },
        {
            "source": "hub.jsonl",
            "record": "hub.jsonl line 3",
            "field": "",
            "value": "o/c",
            "reason": "is not an object",
            "record_rejected": True,
        },
    ]
    [source] = snapshot.manifest["sources"]
    assert source["records"] == {
        "read": 3,
        "ingested": 1,
        "merged": 0,
        "rejected": 2,
        "values_dropped": 2,
    }


def test_two_dumps_of_one_name_are_accounted_for_one_by_one(tmp_path: Path, data: Path) -> None:
    first = dump_of(tmp_path / "monday", {"id": "o/a"}, {"id": "o/b"})
    second = dump_of(tmp_path / "tuesday", {"id": "o/a"}, {"id": "o/c"}, {"id": "o/d"})
    snapshot = build(data, [first, second])
    records = [source["records"] for source in snapshot.manifest["sources"]]
    assert [(r["read"], r["ingested"], r["merged"]) for r in records] == [(2, 2, 0), (3, 2, 1)]


def test_a_source_of_which_nothing_can_be_read_replaces_no_snapshot(
    tmp_path: Path, data: Path
) -> None:
    former = build(data, [dump_of(tmp_path, *HUB)])
    with pytest.raises(SourceError, match="not one record"):
        build(data, [dump_of(tmp_path)])
    assert current(data).id == former.id


def test_a_work_without_license_or_derivation_is_built(tmp_path: Path, data: Path) -> None:
    snapshot = build(data, [dump_of(tmp_path, {"id": "o/a"})])
    assert rows(
        snapshot,
        "SELECT ?code { model:o\\/a licet:situation/licet:hasFinding/licet:code ?code }",
        "inferred/cautious",
        "findings/cautious",
    ) == [("no-license",)]


def test_terms_that_were_dropped_are_a_finding_in_the_store(tmp_path: Path, data: Path) -> None:
    snapshot = build(data, [dump_of(tmp_path, *HUB)])
    codes = rows(
        snapshot,
        """SELECT DISTINCT ?work ?code { ?work licet:situation ?s .
             ?s licet:hasFinding [ licet:code ?code ; licet:severity "error" ] }""",
        "inferred/cautious",
        "findings/cautious",
    )
    tuned = "https://w3id.org/licet/model/o/tuned"
    assert codes == [(tuned, "llama-exclusive"), (tuned, "naming")]


def test_a_person_who_waits_is_told_each_step(tmp_path: Path, data: Path) -> None:
    said: list[str] = []
    build(data, [dump_of(tmp_path, *HUB)], said.append)
    assert said[:2] == ["hub.jsonl: 3 records read", "4 works, 2 derivations"]
    assert said[-2:] == ["loading the store", "indexing the works"]


################################################################ builds that do not end well


class Meddler:
    """A source that does something while it is read."""

    name = "meddler"

    def __init__(self, act: Any) -> None:
        self._act = act

    def describe(self) -> dict[str, str | int | None]:
        return {"name": self.name, "sha256": "0" * 64, "bytes": 0}

    def items(self) -> Iterator[SourceItem]:
        self._act()
        yield SourceItem(work=WorkRecord("model", "o/a"))


def test_a_second_build_at_the_same_time_is_refused_and_the_first_one_ends_well(
    data: Path,
) -> None:
    def second_build() -> None:
        with pytest.raises(BusyError, match="another build is at work"):
            build(data, [])

    first = build(data, [Meddler(second_build)])
    assert current(data) == first
    assert unfinished(data) == []


def test_a_build_in_another_folder_at_the_same_time_is_not_refused(
    tmp_path: Path, data: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(data, other)
    dump = dump_of(tmp_path, *HUB)
    build(data, [Meddler(lambda: build(other, [dump]))])
    assert current(data).manifest["counts"]["works"] == 1
    assert current(other).manifest["counts"]["works"] == 4


def test_a_source_that_breaks_off_leaves_the_former_snapshot_as_it_was(
    tmp_path: Path, data: Path
) -> None:
    former = build(data, [dump_of(tmp_path, *HUB)])
    before = contents(data)
    broken = dump_of(tmp_path, *HUB, name="broken.jsonl")
    broken.path.write_bytes(gzip.compress(broken.path.read_bytes())[:-9])
    with pytest.raises(SourceError, match="cannot read"):
        build(data, [broken])
    assert current(data) == former
    assert contents(data) == before
    assert unfinished(data) == []


def test_a_first_build_that_fails_leaves_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot read"):
        build(tmp_path, [JsonLinesDump(tmp_path / "absent.jsonl")])
    assert not (tmp_path / "current").exists()
    assert list((tmp_path / "snapshots").iterdir()) == []


def test_a_snapshot_that_is_open_stays_readable_when_a_newer_one_is_built(
    tmp_path: Path, data: Path
) -> None:
    former = build(data, [dump_of(tmp_path, *HUB)])
    store = Store.read_only(str(former.store))
    quads = len(store)
    build(data, [dump_of(tmp_path, {"id": "o/a"})])
    assert len(store) == quads
    assert former.path.is_dir()


################################################################ builds that are killed


class Killer:
    """Orders builds that are killed from a process that has closed the catalogue."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        self._orders, self._answers = process.stdin, process.stdout
        assert self._answers.readline() == b"ready\n"

    def build(self, data: Path, dump: JsonLinesDump, **how: str | float) -> int:
        """Return the exit status of a build that is killed in some way, or in none."""
        order = {"data": str(data), "dump": str(dump.path), **how}
        self._orders.write(orjson.dumps(order) + b"\n")
        self._orders.flush()
        return int(self._answers.readline())


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    script = Path(__file__).with_name("builds_to_kill.py")
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    ) as process:
        yield Killer(process)


@pytest.fixture(scope="module")
def former(built: Built) -> Snapshot:
    """The snapshot that is in force when builds are killed."""
    return built({"model/o/former": "mit"})


def assert_as_it_was(data: Path, former: Snapshot) -> None:
    """Check that a copy of the former snapshot is in force, readable and intact."""
    now = current(data)
    assert now.id == former.id
    assert now.manifest == former.manifest
    assert contents(now.path) == contents(former.path)
    assert count(now, "?s ?p ?o", "hub") == former.manifest["triples"][GRAPH + "hub"]


def assert_next_build_works(data: Path, dump: JsonLinesDump) -> None:
    after = build(data, [dump])
    assert current(data) == after
    assert after.manifest["counts"]["works"] == 4
    assert unfinished(data) == []


@pytest.mark.parametrize(
    "point",
    [
        "after reading",
        "before changes are compared",
        "during table writing",
        "before changes are written",
        "before the store is loaded",
        "during store load",
        "before provenance is added",
        "while provenance is added",
        "before the rename",
        "between rename and link",
    ],
)
def test_a_build_killed_at_a_point_leaves_the_former_snapshot_in_force(
    tmp_path: Path, killer: Killer, former: Snapshot, point: str
) -> None:
    data, dump = tmp_path / "data", dump_of(tmp_path, *HUB)
    shutil.copytree(former.path.parents[1], data, symlinks=True)
    assert killer.build(data, dump, point=point) == -signal.SIGKILL
    assert_as_it_was(data, former)
    assert_next_build_works(data, dump)


@pytest.mark.parametrize("point", ["before changes are written", "while provenance is added"])
def test_a_build_after_one_that_was_killed_completes_the_history_as_if_it_had_not_been(
    tmp_path: Path, killer: Killer, data: Path, point: str
) -> None:
    relicensed = ({"id": "meta/base", "tags": ["license:mit"]}, *HUB[1:])
    before, after = dump_of(tmp_path, *HUB), dump_of(tmp_path, *relicensed, name="after.jsonl")
    first = build(data, [before])
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(data, undisturbed, symlinks=True)
    whole = build(undisturbed, [after])
    assert killer.build(data, after, point=point) == -signal.SIGKILL
    assert current(data) == first
    resumed = build(data, [after])

    def known_of_the_past(snapshot: Snapshot) -> list[str]:
        quads = Store.read_only(str(snapshot.store)).quads_for_pattern(
            None, None, None, NamedNode(GRAPH + "changes")
        )
        return sorted(map(str, quads))

    assert any("LicenseChange" in quad for quad in known_of_the_past(whole))
    # Both dates of the files are the same, so nothing depends on when the builds were made.
    assert known_of_the_past(resumed) == known_of_the_past(whole)
    assert resumed.manifest["tables"] == whole.manifest["tables"]
    assert resumed.manifest["last_snapshot"] == first.id
    stated = rows(resumed, "SELECT ?former { ?snapshot prov:wasRevisionOf ?former }", "provenance")
    assert stated == [(f"https://w3id.org/licet/snapshot/{first.id}",)]


def test_a_build_killed_at_any_time_leaves_one_whole_snapshot_in_force(
    tmp_path: Path, killer: Killer, former: Snapshot
) -> None:
    dump = dump_of(tmp_path, *HUB)
    data = tmp_path / "data"
    shutil.copytree(former.path.parents[1], data, symlinks=True)
    shutil.copytree(data / "cache", tmp_path / "timed" / "cache")
    started = time.monotonic()
    assert killer.build(tmp_path / "timed", dump) == 0
    duration_s = time.monotonic() - started
    seed = random.randrange(10**6)
    delays = random.Random(seed)
    for _ in range(6):
        delay_s = delays.uniform(0, 1.1 * duration_s)
        ended = killer.build(data, dump, delay_s=delay_s)
        assert ended in {0, -signal.SIGKILL}
        if current(data).id == former.id:
            assert_as_it_was(data, former)
        else:
            whole = current(data)
            triples = sum(whole.manifest["triples"].values())
            assert len(Store.read_only(str(whole.store))) == triples, f"seed {seed}"
            shutil.rmtree(data)
            shutil.copytree(former.path.parents[1], data, symlinks=True)
    assert_next_build_works(data, dump)
