"""What names mean once all works are known, and what the graph says of where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, Store

from licet_ingest.collect import Collection, collect
from licet_ingest.graph import derivation_lines, work_lines
from licet_ingest.hub_json import work_record
from licet_ingest.license_sources import with_detected
from licet_ingest.records import (
    LINEAGE_MISMATCH,
    MISSING_WORK,
    UNNAMED_WORK,
    UNSTATED_RELATION,
    DetectedText,
)
from licet_ingest.resolution import places_meant, with_value
from licet_ingest.sources import SourceItem
from licet_ontology.terms import license_iri

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class HubObjects:
    """A source of objects of the Hub."""

    objects: tuple[dict[str, Any], ...]
    texts: tuple[DetectedText, ...] = ()
    name: str = "objects"

    def describe(self) -> dict[str, str | int | None]:
        return {"name": self.name}

    def items(self) -> Iterator[SourceItem]:
        for item in self.objects:
            work, faults = work_record(item, "model", "place")
            if work is not None:
                work = with_detected(work, self.texts)
            yield SourceItem(work=work, faults=tuple(faults))


def collected(*objects: dict[str, Any]) -> Collection:
    return collect([HubObjects(objects)])


def parents(collection: Collection, child: str = "o/m") -> list[tuple[str, str, str]]:
    return sorted(
        (d.relation, d.parent[1], d.source)
        for d in collection.derivations
        if d.child == ("model", child)
    )


def gaps(collection: Collection, work_id: str = "o/m") -> set[str]:
    return set(collection.works["model", work_id].gaps)


################################################################ another case


def test_a_base_in_another_case_is_the_work_that_is_there() -> None:
    found = collected(
        {"id": "Qwen/Qwen3-8B", "cardData": {"license": "mit"}},
        {
            "id": "o/m",
            "likes": 0,
            "tags": [],
            "cardData": {"license": "mit", "base_model": "qwen/qwen3-8b"},
        },
    )
    assert parents(found) == [("basedOn", "Qwen/Qwen3-8B", "card")]
    assert set(found.works) == {("model", "Qwen/Qwen3-8B"), ("model", "o/m")}
    work = found.works["model", "o/m"]
    assert work.stated_bases == ("qwen/qwen3-8b",)
    assert work.circumstances == (LINEAGE_MISMATCH,)
    assert work.gaps == (UNSTATED_RELATION,)


def test_a_base_in_a_case_that_two_works_are_near_to_is_missing() -> None:
    found = collected(
        {"id": "o/A"}, {"id": "O/a"}, {"id": "o/m", "cardData": {"base_model": "o/a"}}
    )
    assert parents(found) == [("basedOn", "o/a", "card")]
    assert gaps(found, "o/a") == {MISSING_WORK}


def test_a_model_and_a_dataset_of_one_name_are_two_works() -> None:
    found = collected({"id": "o/A"}, {"id": "o/m", "tags": ["dataset:o/a"]})
    assert found.works["dataset", "o/a"].gaps == (MISSING_WORK,)


def test_the_place_of_a_name_is_that_of_the_work_it_means() -> None:
    names = pa.array(["model/O/b", "model/o/A", "model/o/B", "model/o/a", "model/o/c"])
    read = np.array([True, True, True, False, False])
    assert places_meant(names, read).tolist() == [0, 1, 2, 1, 4]
    assert places_meant(names, ~read).tolist() == [0, 3, 2, 3, 4]
    assert places_meant(names[:0], read[:0]).tolist() == []


@given(
    st.lists(st.sampled_from(["model/o/a", "model/O/a", "model/O/A", "model/o/b", "dataset/o/a"])),
    st.lists(st.booleans(), min_size=5, max_size=5),
)
def test_a_name_means_itself_or_the_one_work_that_is_there(
    keys: list[str], read: list[bool]
) -> None:
    names = sorted(set(keys))
    was_read = np.array(read[: len(names)], dtype=bool)
    meant = places_meant(pa.array(names, pa.string()), was_read).tolist()
    for place, name in enumerate(names):
        alike = [p for p, n in enumerate(names) if was_read[p] and n.lower() == name.lower()]
        expected = alike[0] if len(alike) == 1 and not was_read[place] else place
        assert meant[place] == expected


def test_a_value_is_added_to_the_lists_of_some_rows() -> None:
    lists = pa.array([["a"], [], ["b", "c"]], pa.list_(pa.string()))
    told = with_value(lists, "x", np.array([True, True, False]))
    assert told.to_pylist() == [["a", "x"], ["x"], ["b", "c"]]
    assert with_value(lists, "x", np.array([False, False, False])) is lists


################################################################ renamed or dropped

RESOLVED = {"relation": "finetune", "models": [{"_id": "6", "id": "o/new"}]}
CHILD: dict[str, Any] = {
    "id": "o/m",
    "baseModels": RESOLVED,
    "cardData": {"license": "mit", "base_model": "o/old"},
}


def test_a_base_that_is_there_was_not_renamed_but_dropped_by_the_hub() -> None:
    found = collected({"id": "o/old"}, {"id": "o/new"}, CHILD)
    assert parents(found) == [("basedOn", "o/old", "card"), ("finetunedFrom", "o/new", "hub")]
    assert found.works["model", "o/m"].circumstances == (LINEAGE_MISMATCH,)
    assert gaps(found) == {UNSTATED_RELATION}


def test_a_base_that_is_there_in_another_case_was_not_renamed_either() -> None:
    found = collected({"id": "o/Old"}, {"id": "o/new"}, CHILD)
    assert parents(found) == [("basedOn", "o/Old", "card"), ("finetunedFrom", "o/new", "hub")]


@pytest.mark.parametrize("old", [[], [{"id": "o/old", "removed": True}]])
def test_a_base_that_is_gone_or_was_never_there_was_renamed(old: list[dict[str, Any]]) -> None:
    found = collected(*old, {"id": "o/new"}, CHILD)
    assert parents(found) == [("finetunedFrom", "o/new", "hub")]
    work = found.works["model", "o/m"]
    assert work.circumstances == ()
    assert work.gaps == ()
    assert work.stated_bases == ("o/old",)
    assert ("model", "o/old") in found.works or not old


def test_a_mismatch_is_told_once() -> None:
    item = {
        **CHILD,
        "tags": ["base_model:o/new", "base_model:merge:o/new"],
    }
    found = collected({"id": "o/old"}, {"id": "o/new"}, item)
    assert found.works["model", "o/m"].circumstances == (LINEAGE_MISMATCH,)


def test_the_gap_of_a_base_that_cannot_be_told_stays() -> None:
    card = {"license": "mit", "base_model": ["o/old", "/mnt/base"]}
    found = collected({"id": "o/new"}, {**CHILD, "cardData": card})
    assert gaps(found) == {UNNAMED_WORK}


################################################################ one model at two times


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_model_that_changed_its_license_the_later_record_counts(order: int) -> None:
    before = {
        "id": "o/m",
        "lastModified": "2024-01-01T00:00:00.000Z",
        "cardData": {"license": "mit", "base_model": "o/a"},
    }
    after = {
        "id": "o/m",
        "lastModified": "2025-01-01T00:00:00.000Z",
        "cardData": {"license": "cc-by-nc-4.0"},
    }
    found = collected(*[before, after][::order])
    work = found.works["model", "o/m"]
    assert work.licenses == work.declared_licenses == (license_iri("cc-by-nc-4.0"),)
    assert work.gaps == ()
    assert parents(found) == []


################################################################ what the graph says


def graph_of(*sources: HubObjects) -> Store:
    found = collect(sources)
    lines = [
        *work_lines(found.works_table),
        *derivation_lines(found.works_table, found.derivations_table),
    ]
    store = Store()
    store.load("".join(lines).encode(), format=RdfFormat.N_QUADS)
    return store


def answers(store: Store, query: str) -> list[tuple[str, ...]]:
    prefixes = """
    PREFIX dcterms: <http://purl.org/dc/terms/>
    PREFIX licet: <https://w3id.org/licet/ns#>
    PREFIX model: <https://w3id.org/licet/model/o/>
    PREFIX prov: <http://www.w3.org/ns/prov#>
    """
    solutions: Any = store.query(prefixes + query, use_default_graph_as_union=True)
    return sorted(
        tuple(
            (node.value if isinstance(node, NamedNode) else str(node.value)).rpartition("/")[2]
            for node in row
        )
        for row in solutions
    )


MODIFIED = "2025-01-01T00:00:00Z"


def test_what_is_declared_and_what_is_detected_are_told_apart_and_both_hold() -> None:
    item = {"id": "o/m", "lastModified": MODIFIED, "cardData": {"license": "mit"}}
    texts = (DetectedText("LICENSE", "identified", (license_iri("apache-2.0"),)),)
    store = graph_of(HubObjects((item,), texts))
    for property_, licenses in (
        ("declaredLicense", [("mit",)]),
        ("detectedLicense", [("apache-2.0",)]),
        ("license", [("apache-2.0",), ("mit",)]),
        ("gap", [("ns#AmbiguousLicense",)]),
        ("circumstance", [("ns#LicenseMismatch",)]),
    ):
        found = answers(store, f"SELECT ?o WHERE {{ model:m licet:{property_} ?o }}")
        assert found == licenses
    assert answers(
        store,
        """SELECT ?source ?value ?license ?date WHERE {
          model:m licet:licenseStatement ?s .
          ?s a licet:LicenseStatement ; dcterms:source ?source ; licet:statedLicense ?value ;
             licet:namesLicense ?license ; dcterms:date ?date }""",
    ) == [
        ("card", "mit", "mit", MODIFIED),
        ("file LICENSE", "identified", "apache-2.0", MODIFIED),
    ]


def test_one_source_of_a_license_needs_no_statement() -> None:
    item = {"id": "o/m", "tags": ["license:mit"], "cardData": {"license": "mit"}}
    store = graph_of(HubObjects((item,)))
    assert answers(store, "SELECT ?s WHERE { model:m licet:licenseStatement ?s }") == []


QUALIFIED = """SELECT ?parent ?relation ?source ?date WHERE {
  model:m prov:qualifiedDerivation ?d .
  ?d prov:entity ?parent ; dcterms:type ?relation ; dcterms:source ?source .
  OPTIONAL { ?d dcterms:date ?date_ } BIND(COALESCE(?date_, "none") AS ?date) }"""


def test_each_derivation_of_a_work_whose_sources_differ_says_what_states_it() -> None:
    item = {
        "id": "o/m",
        "lastModified": MODIFIED,
        "likes": 0,
        "tags": ["base_model:o/a", "base_model:finetune:o/a"],
        "cardData": {"base_model": ["o/a", "o/dropped"]},
    }
    store = graph_of(HubObjects((item,)))
    assert answers(store, QUALIFIED) == [
        ("a", "ns#finetunedFrom", "hub", MODIFIED),
        ("dropped", "ns#basedOn", "card", MODIFIED),
    ]
    assert answers(store, "SELECT ?o WHERE { model:m licet:reuses ?o }") == [("a",), ("dropped",)]


def test_a_derivation_that_the_hub_resolved_needs_no_node() -> None:
    item = {"id": "o/m", "tags": ["base_model:o/a", "base_model:finetune:o/a"]}
    assert answers(graph_of(HubObjects((item,))), QUALIFIED) == []


def test_a_new_version_is_a_link_and_no_work_of_the_graph() -> None:
    item = {"id": "o/m", "cardData": {"new_version": "o/next", "license": "mit"}}
    found = collected(item)
    assert set(found.works) == {("model", "o/m")}
    store = graph_of(HubObjects((item,)))
    assert answers(store, "SELECT ?o WHERE { model:m licet:newVersion ?o }") == [("next",)]
    assert answers(store, "SELECT ?o WHERE { model:m licet:reuses ?o }") == []


@pytest.mark.parametrize("value", ["/mnt/next", "our next model", 3, ["o/next"], "None"])
def test_a_new_version_that_is_no_id_is_a_fault_and_no_gap(value: object) -> None:
    item = {"id": "o/m", "cardData": {"new_version": value, "license": "mit"}}
    record, faults = work_record(item, "model", "line 1")
    assert record is not None
    assert record.new_version is None
    assert record.gaps == ()
    assert len(faults) == 1


@pytest.mark.parametrize("field", ["private", "disabled"])
def test_a_model_that_nobody_can_get_is_told_to_be_so(field: str) -> None:
    item = {"id": "o/m", field: True}
    store = graph_of(HubObjects((item,)))
    assert answers(store, f"SELECT ?o WHERE {{ model:m licet:{field} ?o }}") == [("true",)]
    store = graph_of(HubObjects(({"id": "o/m", field: False},)))
    assert answers(store, f"SELECT ?o WHERE {{ model:m licet:{field} ?o }}") == []
    record, faults = work_record({"id": "o/m", field: "yes"}, "model", "line 1")
    assert record is not None
    assert not getattr(record, field)
    assert [(f.field, f.reason) for f in faults] == [(field, "is neither true nor false")]
