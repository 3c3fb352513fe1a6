"""Lines made by column: what they say is what went in, whatever stands in it."""

from __future__ import annotations

from unittest import mock

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from licet_ingest import nquads
from licet_ingest.collect import collect_records
from licet_ingest.graph import derivation_lines, work_lines
from licet_ingest.nquads import blocks, iri_lines, iris, literal, literal_lines
from licet_ingest.records import Derivation, WorkRecord
from licet_ontology.terms import term, work_iri

TEXT = st.text(max_size=8) | st.text(alphabet='"\\\n\r\t<>.^@ \x00%é/', max_size=8)


@given(st.lists(TEXT, max_size=5))
def test_a_work_has_the_same_iri_by_column_as_alone(ids: list[str]) -> None:
    kinds = pa.array(["service"] * len(ids), pa.string())
    found = iris(kinds, pa.array(ids, pa.string())).to_pylist()
    assert found == [work_iri("service", id_) for id_ in ids]


@given(st.lists(st.none() | TEXT, max_size=5))
def test_each_text_is_one_line_and_null_is_none(texts: list[str | None]) -> None:
    subjects = pa.array(["urn:s"] * len(texts), pa.string())
    lines = literal_lines(subjects, "urn:p", pa.array(texts, pa.string()), "urn:g")
    found = [quad.object for quad in parse(lines, format=RdfFormat.N_QUADS)]
    assert found == [Literal(text) for text in texts if text is not None]
    assert lines == "".join(
        f"<urn:s> <urn:p> {literal(text)} <urn:g> .\n" for text in texts if text is not None
    )


def test_numbers_are_literals_of_their_datatype() -> None:
    line = literal_lines(pa.array(["urn:s"]), "urn:p", pa.array([12]), "urn:g", "urn:d")
    assert line == '<urn:s> <urn:p> "12"^^<urn:d> <urn:g> .\n'


def test_one_object_may_be_that_of_all_subjects() -> None:
    lines = iri_lines(pa.array(["urn:a", "urn:b"]), "urn:p", "urn:o", "urn:g")
    assert [quad.subject for quad in parse(lines, format=RdfFormat.N_QUADS)] == [
        NamedNode("urn:a"),
        NamedNode("urn:b"),
    ]


def test_no_subject_makes_no_line() -> None:
    assert iri_lines(pa.array([], pa.string()), "urn:p", "urn:o", "urn:g") == ""


def test_a_table_comes_in_stretches_that_are_all_of_it() -> None:
    table = pa.table({"n": pa.chunked_array([[1, 2], [3], [4, 5]])})
    with mock.patch.object(nquads, "BLOCK_ROWS", 2):
        found = list(blocks(table))
    assert [block["n"].to_pylist() for block in found] == [[1, 2], [3, 4], [5]]
    assert all(block["n"].num_chunks == 1 for block in found)


def test_lists_are_of_their_own_works_in_every_stretch() -> None:
    works = [
        WorkRecord("model", f"o/m{i}", gaps=tuple(term(f"G{i}{j}") for j in range(i % 3)))
        for i in range(7)
    ]
    pairs = [(i, j) for i in range(7) for j in range(i)]
    steps = [
        Derivation(("model", f"o/m{i}"), relation, ("model", f"o/m{j}"), "card" if j else "hub")
        for i, j in pairs
        for relation in ("mergedFrom", "finetunedFrom")
    ]
    tables = collect_records(works, steps)

    def lines() -> list[str]:
        texts = [
            *work_lines(tables.works_table),
            *derivation_lines(tables.works_table, tables.derivations_table),
        ]
        return sorted("".join(texts).splitlines())

    whole = lines()
    with mock.patch.object(nquads, "BLOCK_ROWS", 2):
        assert lines() == whole
    assert len(whole) == len(set(whole))
    gaps = [line for line in whole if f"<{term('gap')}>" in line]
    assert len(gaps) == sum(i % 3 for i in range(7))
    assert all(line.split("/o/m")[1][0] == line.split("ns#G")[1][0] for line in gaps)
    assert sum(f"<{term('reuses')}>" in line for line in whole) == len(pairs)
