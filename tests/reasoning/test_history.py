"""What a snapshot tells of those before it: changes that accumulate, and who made it from what."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow.parquet as pq
import pytest
from pyoxigraph import NamedNode, QuerySolutions, Store

from licet_ingest.snapshot import Snapshot, current
from licet_ingest.sources.dump import JsonLinesDump
from licet_ingest.sources.sample import Sample
from licet_ontology.terms import GRAPH_CHANGES, GRAPH_PROVENANCE, PREFIXES, default_graphs, term
from licet_reasoning.build import build
from licet_reasoning.provenance import inputs, tools

if TYPE_CHECKING:
    from collections.abc import Sequence

MARCH, JUNE, SEPTEMBER = "2025-03-01", "2025-06-01", "2025-09-01"


def item(work_id: str, license_: str, modified: str = MARCH, **fields: Any) -> dict[str, Any]:
    """Return a model as the Hub's list shows it."""
    bases = fields.pop("bases", ())
    tags = [
        f"license:{license_}",
        *(f"base_model:{base}" for base in bases),
        *(f"base_model:finetune:{base}" for base in bases),
    ]
    date = f"{modified}T00:00:00.000Z"
    return {"id": work_id, "lastModified": date, "tags": tags, "gated": False, **fields}


BASE = item("o/base", "mit")
CHILD = item("o/child", "mit", bases=["o/base"], createdAt="2025-04-01T00:00:00.000Z")
BEFORE = (BASE, CHILD)
AFTER = (item("o/base", "apache-2.0", JUNE, gated="manual"), CHILD | {"removed": True})
LATER = (item("o/base", "cc-by-4.0", SEPTEMBER, gated="manual"), item("o/child", "mit", SEPTEMBER))


def dump(folder: Path, *items: object, name: str = "hub.jsonl") -> JsonLinesDump:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(b"\n".join(map(orjson.dumps, items)))
    return JsonLinesDump(path)


def history(data: Path, folder: Path, *states: Sequence[object]) -> Snapshot:
    """Build one snapshot after the other; return the last."""
    for number, items in enumerate(states):
        build(data, [dump(folder / str(number), *items)])
    return current(data)


def rows(snapshot: Snapshot, query: str, graph: str | None = None) -> list[tuple[str, ...]]:
    """Return the answer to a query over one graph, or over all that a query sees by itself."""
    graphs = [graph] if graph else default_graphs()
    solutions = Store.read_only(str(snapshot.store)).query(
        query, prefixes=PREFIXES, default_graph=[NamedNode(iri) for iri in graphs]
    )
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return sorted(
        tuple("" if row[name] is None else row[name].value for name in names) for row in solutions
    )


def kinds(snapshot: Snapshot) -> list[str]:
    return sorted(pq.read_table(snapshot.table("changes"))["change"].to_pylist())


def quads(snapshot: Snapshot, graph: str) -> list[str]:
    store = Store.read_only(str(snapshot.store))
    return sorted(map(str, store.quads_for_pattern(None, None, None, NamedNode(graph))))


################################################################ changes


def test_a_first_snapshot_tells_of_no_change(tmp_path: Path, data: Path) -> None:
    snapshot = history(data, tmp_path, BEFORE)
    assert kinds(snapshot) == []
    assert quads(snapshot, GRAPH_CHANGES) == []
    assert snapshot.manifest["report"]["changes"]["since"] is None


def test_building_twice_from_the_same_sources_changes_nothing(tmp_path: Path, data: Path) -> None:
    snapshot = history(data, tmp_path, BEFORE, BEFORE)
    assert kinds(snapshot) == []
    assert quads(snapshot, GRAPH_CHANGES) == []
    changes = snapshot.manifest["report"]["changes"]
    assert (changes["by_kind"], changes["appeared"], changes["unseen"]) == ({}, 0, 0)


def test_a_query_that_names_no_dataset_sees_what_changed(tmp_path: Path, data: Path) -> None:
    snapshot = history(data, tmp_path, BEFORE, AFTER)
    assert rows(
        snapshot,
        """SELECT ?work ?before ?after ?held ?at ?date {
             ?change a licet:LicenseChange ; licet:changeOf ?work ; licet:before ?before ;
               licet:after ?after ; licet:heldSince ?held ; licet:unchangedAt ?at ;
               dcterms:date ?date }""",
    ) == [
        (
            "https://w3id.org/licet/model/o/base",
            "https://w3id.org/licet/license/mit",
            "https://w3id.org/licet/license/apache-2.0",
            "2025-03-01T00:00:00Z",
            "2025-03-01T00:00:00Z",
            "2025-06-01T00:00:00Z",
        )
    ]
    assert kinds(snapshot) == ["GatingChange", "LicenseChange", "Removal"]


def test_changes_accumulate_from_snapshot_to_snapshot(tmp_path: Path, data: Path) -> None:
    snapshot = history(data, tmp_path, BEFORE, AFTER, LATER, LATER)
    assert kinds(snapshot) == [
        "GatingChange",
        "LicenseChange",
        "LicenseChange",
        "LineageChange",
        "Reappearance",
        "Removal",
    ]
    assert snapshot.manifest["report"]["changes"]["by_kind"] == {}
    held = rows(
        snapshot,
        """SELECT ?held ?date {
             ?change a licet:LicenseChange ; licet:heldSince ?held ; dcterms:date ?date }""",
    )
    assert held == [
        ("2025-03-01T00:00:00Z", "2025-06-01T00:00:00Z"),
        ("2025-06-01T00:00:00Z", "2025-09-01T00:00:00Z"),
    ]
    assert snapshot.manifest["history_begins"] == "2025-03-01T00:00:00Z"


def test_changes_and_their_graph_follow_from_the_sources_alone(tmp_path: Path, data: Path) -> None:
    one = history(data, tmp_path / "dumps", BEFORE, AFTER)
    again = data.parent / "again"
    shutil.copytree(data / "cache", again / "cache")
    for number in (0, 1):
        build(again, [JsonLinesDump(tmp_path / "dumps" / str(number) / "hub.jsonl")])
    assert quads(current(again), GRAPH_CHANGES) == quads(one, GRAPH_CHANGES)
    assert current(again).manifest["tables"] == one.manifest["tables"]


def test_works_of_another_set_of_sources_are_not_removed(tmp_path: Path, data: Path) -> None:
    build(data, [Sample()])
    snapshot = history(data, tmp_path, BEFORE)
    changes = snapshot.manifest["report"]["changes"]
    assert kinds(snapshot) == []
    assert changes["appeared"] == 2
    assert changes["unseen"] > 400
    assert rows(snapshot, "SELECT ?work { ?work licet:firstSeen ?date }", GRAPH_CHANGES) == [
        ("https://w3id.org/licet/model/o/base",),
        ("https://w3id.org/licet/model/o/child",),
    ]
    back = build(data, [Sample()])
    assert kinds(back) == []


def test_a_license_is_known_since_the_first_snapshot_that_shows_it(
    tmp_path: Path, data: Path
) -> None:
    touched = (item("o/base", "mit", JUNE), CHILD)
    snapshot = history(data, tmp_path, BEFORE, touched)
    assert rows(snapshot, "SELECT ?work ?date { ?work licet:licenseSince ?date }") == [
        ("https://w3id.org/licet/model/o/base", "2025-03-01T00:00:00Z")
    ]


def test_a_snapshot_of_another_form_ends_the_history_and_says_so(
    tmp_path: Path, data: Path
) -> None:
    former = history(data, tmp_path, BEFORE, AFTER)
    former.table("changes").unlink()
    said: list[str] = []
    after = build(data, [dump(tmp_path, *LATER)], said.append)
    assert kinds(after) == []
    assert any("another form" in line for line in said)


@pytest.mark.parametrize("text", ["9999-12-31T00:00:00.000Z", "2099-01-01T00:00:00Z"])
def test_a_work_that_was_changed_in_the_future_dates_no_snapshot(
    tmp_path: Path, data: Path, text: str
) -> None:
    snapshot = history(data, tmp_path, (BASE, {"id": "o/late", "lastModified": text}))
    assert snapshot.manifest["as_of"]["earliest"] == "2025-03-01T00:00:00Z"


################################################################ provenance


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, kept_catalogue: Path) -> Snapshot:
    folder = tmp_path_factory.mktemp("second")
    shutil.copytree(kept_catalogue, folder / "data" / "cache")
    return history(folder / "data", folder, BEFORE, (*AFTER, {"id": "../path"}, AFTER[0]))


def test_a_snapshot_was_generated_by_one_build_with_a_beginning_and_an_end(
    second: Snapshot,
) -> None:
    [(start, end)] = rows(
        second,
        f"""SELECT ?start ?end {{
              <https://w3id.org/licet/snapshot/{second.id}> a prov:Entity ;
                prov:wasGeneratedBy ?build .
              ?build a prov:Activity ; prov:startedAtTime ?start ; prov:endedAtTime ?end }}""",
        GRAPH_PROVENANCE,
    )
    assert second.manifest["started"][:19] == start[:19]
    assert start < end


def test_the_agent_is_software_with_its_version_and_nobody_else(second: Snapshot) -> None:
    assert rows(
        second,
        """SELECT ?agent ?version { ?build prov:wasAssociatedWith ?agent .
             ?agent a prov:SoftwareAgent ; schema:softwareVersion ?version }""",
        GRAPH_PROVENANCE,
    ) == [("https://w3id.org/licet/software/licet/" + tools()["licet"], tools()["licet"])]
    text = "".join(quads(second, GRAPH_PROVENANCE))
    assert str(second.path.parent) not in text
    assert f'"{Path.home().name}"' not in text


def test_the_versions_of_python_and_the_engines_are_stated(second: Snapshot) -> None:
    stated = rows(
        second,
        """SELECT ?label ?version { ?tool a schema:SoftwareApplication ; rdfs:label ?label ;
             schema:softwareVersion ?version }""",
        GRAPH_PROVENANCE,
    )
    assert stated == sorted((f"{name} {version}", version) for name, version in tools().items())
    assert {"python", "pyoxigraph", "licet"} <= tools().keys()


def test_ontology_and_catalogue_are_named_by_their_hash(second: Snapshot) -> None:
    stated = rows(
        second,
        """SELECT ?used ?hash { ?build prov:used ?used . ?used licet:sha256 ?hash
             FILTER(!CONTAINS(STR(?used), "/source/")) }""",
        GRAPH_PROVENANCE,
    )
    assert stated == sorted(
        (f"https://w3id.org/licet/{name}/{digest}", digest) for name, digest in inputs().items()
    )


def test_a_source_has_name_hash_size_date_and_the_account_of_its_records(
    second: Snapshot,
) -> None:
    content = (second.path.parents[2] / "1" / "hub.jsonl").read_bytes()
    [found] = rows(
        second,
        f"""SELECT ?name ?hash ?bytes ?read ?ingested ?merged ?rejected ?dropped {{
              <https://w3id.org/licet/snapshot/{second.id}> prov:wasDerivedFrom ?source .
              ?source a prov:Entity ; rdfs:label ?name ; licet:sha256 ?hash ;
                dcat:byteSize ?bytes ; dcterms:modified ?date .
              ?build prov:used ?source ; prov:qualifiedUsage ?usage .
              ?usage a prov:Usage ; prov:entity ?source ; licet:recordsRead ?read ;
                licet:recordsIngested ?ingested ; licet:recordsMerged ?merged ;
                licet:recordsRejected ?rejected ; licet:valuesDropped ?dropped }}""",
        GRAPH_PROVENANCE,
    )
    digest = hashlib.sha256(content).hexdigest()
    assert found == ("hub.jsonl", digest, str(len(content)), "4", "2", "1", "1", "0")


def test_two_sources_of_one_content_have_an_account_each(tmp_path: Path, data: Path) -> None:
    twice = [dump(tmp_path / name, *BEFORE) for name in ("one", "two")]
    snapshot = build(data, twice)
    assert rows(
        snapshot,
        "SELECT ?read ?merged { ?u licet:recordsRead ?read ; licet:recordsMerged ?merged }",
        GRAPH_PROVENANCE,
    ) == [("2", "0"), ("2", "2")]


def test_a_snapshot_is_a_revision_of_the_one_before(second: Snapshot) -> None:
    [(former, date)] = rows(
        second,
        f"""SELECT ?former ?date {{
              <https://w3id.org/licet/snapshot/{second.id}> prov:wasRevisionOf ?former .
              ?former a prov:Entity ; dcterms:date ?date }}""",
        GRAPH_PROVENANCE,
    )
    others = [path.name for path in second.path.parent.iterdir() if path.name != second.id]
    assert [former.rsplit("/", 1)[-1]] == others == [second.manifest["last_snapshot"]]
    assert date == "2025-03-01T00:00:00Z"


def test_a_first_snapshot_is_a_revision_of_none(sample: Snapshot) -> None:
    assert rows(sample, "SELECT ?a ?b { ?a prov:wasRevisionOf ?b }") == []


def test_all_that_provenance_says_is_in_terms_that_are_declared(second: Snapshot) -> None:
    own = {p for (p,) in rows(second, "SELECT DISTINCT ?p { ?s ?p ?o }", GRAPH_PROVENANCE)}
    assert {iri for iri in own if iri.startswith(term(""))} == {
        term(name)
        for name in (
            "historyBegins",
            "recordsIngested",
            "recordsMerged",
            "recordsRead",
            "recordsRejected",
            "sha256",
            "valuesDropped",
        )
    }
