"""Works and derivations as tables: sorted rows, and derivations between row numbers."""

from __future__ import annotations

from dataclasses import asdict

import orjson
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from licet_ingest.collect import Collection, collect_records
from licet_ingest.records import (
    MISSING_WORK,
    Derivation,
    DetectedText,
    LicenseStatement,
    WorkRecord,
)
from licet_ingest.tables import DERIVATIONS_SCHEMA, WORKS_SCHEMA, work_records, works_batch


def tables(works: list[WorkRecord], derivations: list[Derivation]) -> tuple[pa.Table, pa.Table]:
    collection: Collection = collect_records(works, derivations)
    return collection.works_table, collection.derivations_table


def works_table(works: list[WorkRecord]) -> pa.Table:
    return tables(works, [])[0]


def test_no_work_makes_empty_tables_of_the_same_form() -> None:
    works, derivations = tables([], [])
    assert works.num_rows == derivations.num_rows == 0
    assert works.schema == WORKS_SCHEMA
    assert derivations.schema == DERIVATIONS_SCHEMA


def test_works_are_sorted_by_kind_and_id() -> None:
    works = works_table(
        [
            WorkRecord("model", "o/b"),
            WorkRecord("model", "O/a"),
            WorkRecord("dataset", "o/z"),
            WorkRecord("model", "gpt2"),
        ]
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
    [row] = works_table([record]).to_pylist()
    assert row.pop("in_graph") is True
    expected = asdict(record)
    del expected["derivations"]
    assert list(row) == list(expected)
    # Arrow knows no difference between tuples and lists.
    assert orjson.loads(orjson.dumps(row)) == orjson.loads(orjson.dumps(expected))


TEXT = st.text(max_size=5) | st.sampled_from(["\x00", "a\x00", "é", "\U0001f917"])
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
RECORDS = st.builds(
    WorkRecord,
    kind=st.just("model"),
    id=st.from_regex(r"o/[a-z]{1,9}", fullmatch=True),
    author=st.none() | TEXT,
    downloads=st.none() | st.integers(0, 2**63 - 1),
    removed=st.booleans(),
    license_name=st.none() | TEXT,
    stated_licenses=TEXTS,
    gaps=TEXTS,
    prose_warnings=TEXTS,
    detected_licenses=st.lists(st.builds(DetectedText, TEXT, TEXT, TEXTS), max_size=2).map(tuple),
    license_statements=st.lists(st.builds(LicenseStatement, TEXT, TEXT, TEXTS), max_size=2).map(
        tuple
    ),
)


@given(st.lists(RECORDS, max_size=5))
def test_records_come_back_from_their_rows_as_they_were(records: list[WorkRecord]) -> None:
    assert list(work_records(pa.Table.from_batches([works_batch(records)]))) == records


def test_a_column_is_null_only_where_a_field_may_be_none() -> None:
    never = {field.name for field in WORKS_SCHEMA if not field.nullable}
    assert never == {"kind", "id", "in_graph", "removed", "private", "disabled"}


def test_a_work_that_is_only_named_is_not_in_the_graph() -> None:
    works = works_table(
        [WorkRecord("model", "o/a"), WorkRecord("model", "o/b", gaps=(MISSING_WORK,))]
    )
    assert works["in_graph"].to_pylist() == [True, False]


def test_a_derivation_points_to_the_rows_of_its_works() -> None:
    works = [WorkRecord("model", "o/b"), WorkRecord("model", "o/a"), WorkRecord("dataset", "o/d")]
    derivations = [
        Derivation(("model", "o/b"), "finetunedFrom", ("model", "o/a"), "hub"),
        Derivation(("dataset", "o/d"), "generatedBy", ("model", "o/b"), "card"),
    ]
    assert tables(works, derivations)[1].to_pylist() == [
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
