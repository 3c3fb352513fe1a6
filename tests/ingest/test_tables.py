"""Works and derivations as tables: sorted rows, and derivations between row numbers."""

from __future__ import annotations

from licet_ingest.collect import Collection
from licet_ingest.records import MISSING_WORK, Derivation, WorkRecord
from licet_ingest.tables import (
    DERIVATIONS_SCHEMA,
    WORKS_SCHEMA,
    derivations_table,
    works_table,
)


def collection(works: list[WorkRecord], derivations: list[Derivation]) -> Collection:
    return Collection({w.key: w for w in works}, dict.fromkeys(derivations))


def test_no_work_makes_empty_tables_of_the_same_form() -> None:
    works, derivations = works_table(Collection()), derivations_table(Collection())
    assert works.num_rows == derivations.num_rows == 0
    assert works.schema == WORKS_SCHEMA
    assert derivations.schema == DERIVATIONS_SCHEMA


def test_works_are_sorted_by_kind_and_id() -> None:
    works = works_table(
        collection(
            [
                WorkRecord("model", "o/b"),
                WorkRecord("model", "O/a"),
                WorkRecord("dataset", "o/z"),
                WorkRecord("model", "gpt2"),
            ],
            [],
        )
    )
    assert works.select(["kind", "id"]).to_pylist() == [
        {"kind": "dataset", "id": "o/z"},
        {"kind": "model", "id": "O/a"},
        {"kind": "model", "id": "gpt2"},
        {"kind": "model", "id": "o/b"},
    ]


def test_a_row_holds_all_of_a_record() -> None:
    record = WorkRecord(
        "model",
        "o/m",
        author="o",
        created="2024-01-01T00:00:00Z",
        modified="2024-01-02T00:00:00Z",
        downloads=2**63 - 1,
        likes=0,
        gated="auto",
        removed=True,
        pipeline_tag="text-generation",
        library_name="transformers",
        stated_licenses=("other", "mit"),
        license_name="x",
        license_link="LICENSE",
        licenses=("https://w3id.org/licet/license/mit",),
        families=("https://w3id.org/licet/license-family/gnu",),
        gaps=("https://w3id.org/licet/ns#AmbiguousLicense",),
        stated_bases=("o/old",),
    )
    assert works_table(collection([record], [])).to_pylist() == [
        {
            "kind": "model",
            "id": "o/m",
            "in_graph": True,
            "author": "o",
            "created": "2024-01-01T00:00:00Z",
            "modified": "2024-01-02T00:00:00Z",
            "downloads": 2**63 - 1,
            "likes": 0,
            "gated": "auto",
            "removed": True,
            "removed_at": None,
            "pipeline_tag": "text-generation",
            "library_name": "transformers",
            "stated_licenses": ["other", "mit"],
            "license_name": "x",
            "license_link": "LICENSE",
            "licenses": ["https://w3id.org/licet/license/mit"],
            "families": ["https://w3id.org/licet/license-family/gnu"],
            "gaps": ["https://w3id.org/licet/ns#AmbiguousLicense"],
            "stated_bases": ["o/old"],
        }
    ]


def test_a_work_that_is_only_named_is_not_in_the_graph() -> None:
    works = works_table(
        collection(
            [WorkRecord("model", "o/a"), WorkRecord("model", "o/b", gaps=(MISSING_WORK,))], []
        )
    )
    assert works["in_graph"].to_pylist() == [True, False]


def test_a_derivation_points_to_the_rows_of_its_works() -> None:
    works = [WorkRecord("model", "o/b"), WorkRecord("model", "o/a"), WorkRecord("dataset", "o/d")]
    derivations = [
        Derivation(("model", "o/b"), "finetunedFrom", ("model", "o/a"), "hub"),
        Derivation(("dataset", "o/d"), "generatedBy", ("model", "o/b"), "card"),
    ]
    assert derivations_table(collection(works, derivations)).to_pylist() == [
        {
            "child": 0,
            "relation": "https://w3id.org/licet/ns#generatedBy",
            "parent": 2,
            "source": "card",
        },
        {
            "child": 2,
            "relation": "https://w3id.org/licet/ns#finetunedFrom",
            "parent": 1,
            "source": "hub",
        },
    ]
