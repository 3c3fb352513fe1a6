"""The lines of the hub graph: N-Quads that give back what went in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from licet_ingest.collect import collect_records
from licet_ingest.graph import derivation_lines, work_lines
from licet_ingest.nquads import literal
from licet_ingest.records import MISSING_WORK, Derivation, WorkRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE = "https://w3id.org/licet/"
NS = BASE + "ns#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
MODEL = BASE + "model/o/m"


def quads(lines: Iterable[str]) -> set[tuple[str, str, str]]:
    """Return subject, predicate and object of N-Quads lines, all of the hub graph."""
    parsed = list(parse("".join(lines), format=RdfFormat.N_QUADS))
    assert {quad.graph_name for quad in parsed} <= {NamedNode(BASE + "graph/hub")}
    return {(str(q.subject)[1:-1], q.predicate.value, shown(q.object)) for q in parsed}


def shown(node: object) -> str:
    if isinstance(node, NamedNode):
        return node.value
    assert isinstance(node, Literal)
    datatype = node.datatype.value.removeprefix(XSD)
    return f"“{node.value}”" + ("" if datatype == "string" else f"^^{datatype}")


def lines_of(works: list[WorkRecord], derivations: Iterable[Derivation] = ()) -> list[str]:
    collection = collect_records(works, derivations)
    return [
        *work_lines(collection.works_table),
        *derivation_lines(collection.works_table, collection.derivations_table),
    ]


def test_a_work_with_nothing_but_an_id_has_class_label_and_address() -> None:
    assert quads(lines_of([WorkRecord("model", "o/m")])) == {
        (MODEL, RDF_TYPE, NS + "Model"),
        (MODEL, LABEL, "“o/m”"),
        (MODEL, "https://schema.org/url", "https://huggingface.co/o/m"),
    }


def test_a_dataset_has_its_page_below_datasets() -> None:
    assert quads(lines_of([WorkRecord("dataset", "o/d")])) == {
        (BASE + "dataset/o/d", RDF_TYPE, NS + "Dataset"),
        (BASE + "dataset/o/d", LABEL, "“o/d”"),
        (BASE + "dataset/o/d", "https://schema.org/url", "https://huggingface.co/datasets/o/d"),
    }


def test_a_service_has_no_page_on_the_hub() -> None:
    assert quads(lines_of([WorkRecord("service", "o/s")])) == {
        (BASE + "service/o/s", RDF_TYPE, NS + "Service"),
        (BASE + "service/o/s", LABEL, "“o/s”"),
    }


def test_a_work_that_is_only_named_has_no_page_on_the_hub() -> None:
    assert quads(lines_of([WorkRecord("model", "o/m", gaps=(MISSING_WORK,))])) == {
        (MODEL, RDF_TYPE, NS + "Model"),
        (MODEL, LABEL, "“o/m”"),
        (MODEL, NS + "gap", NS + "MissingWork"),
    }


def test_all_that_a_record_says_stands_in_the_graph() -> None:
    record = WorkRecord(
        "model",
        "o/m",
        author="o",
        created="2024-01-01T00:00:00Z",
        modified="2024-01-02T00:00:00Z",
        downloads=12,
        likes=0,
        gated="auto",
        removed=True,
        pipeline_tag="text-generation",
        library_name="transformers",
        stated_licenses=("other", "mit"),
        license_name="x",
        license_link="LICENSE",
        licenses=(BASE + "license/mit",),
        declared_licenses=(BASE + "license/mit",),
        families=(BASE + "license-family/gnu",),
        gaps=(NS + "AmbiguousLicense",),
        stated_bases=("o/old",),
    )
    assert quads(lines_of([record])) == {
        (MODEL, RDF_TYPE, NS + "Model"),
        (MODEL, LABEL, "“o/m”"),
        (MODEL, "https://schema.org/url", "https://huggingface.co/o/m"),
        (MODEL, NS + "author", "“o”"),
        (MODEL, DCTERMS + "created", "“2024-01-01T00:00:00Z”^^dateTime"),
        (MODEL, DCTERMS + "modified", "“2024-01-02T00:00:00Z”^^dateTime"),
        (MODEL, NS + "downloads", "“12”^^integer"),
        (MODEL, NS + "likes", "“0”^^integer"),
        (MODEL, NS + "gated", "“auto”"),
        (MODEL, NS + "removed", "“true”^^boolean"),
        (MODEL, NS + "pipelineTag", "“text-generation”"),
        (MODEL, NS + "libraryName", "“transformers”"),
        (MODEL, NS + "statedLicense", "“other”"),
        (MODEL, NS + "statedLicense", "“mit”"),
        (MODEL, NS + "licenseName", "“x”"),
        (MODEL, NS + "licenseLink", "“LICENSE”"),
        (MODEL, NS + "declaredLicense", BASE + "license/mit"),
        (MODEL, NS + "license", BASE + "license/mit"),
        (MODEL, NS + "declaredFamily", BASE + "license-family/gnu"),
        (MODEL, NS + "gap", NS + "AmbiguousLicense"),
        (MODEL, NS + "statedBase", "“o/old”"),
    }


A, B = WorkRecord("model", "o/a"), WorkRecord("model", "o/b")


def about_derivations(derivation: Derivation) -> set[tuple[str, str, str]]:
    return quads(lines_of([A, B], [derivation])) - quads(lines_of([A, B]))


def test_a_derivation_that_the_hub_resolved_is_the_relation_and_reuses() -> None:
    assert about_derivations(Derivation(B.key, "finetunedFrom", A.key, "hub")) == {
        (BASE + "model/o/b", NS + "finetunedFrom", BASE + "model/o/a"),
        (BASE + "model/o/b", NS + "reuses", BASE + "model/o/a"),
    }


def test_a_derivation_that_something_else_states_says_what_that_is() -> None:
    found = about_derivations(Derivation(B.key, "copyOf", A.key, 'https://example.org/"x"'))
    [node] = {o for _, p, o in found if p == PROV + "qualifiedDerivation"}
    assert node.startswith(BASE + "derivation/")
    assert found == {
        (BASE + "model/o/b", NS + "copyOf", BASE + "model/o/a"),
        (BASE + "model/o/b", NS + "reuses", BASE + "model/o/a"),
        (BASE + "model/o/b", PROV + "qualifiedDerivation", node),
        (node, RDF_TYPE, PROV + "Derivation"),
        (node, PROV + "entity", BASE + "model/o/a"),
        (node, DCTERMS + "type", NS + "copyOf"),
        (node, DCTERMS + "source", '“https://example.org/"x"”'),
    }


################################################################ hostile text

HOSTILE = st.text() | st.text(alphabet='"\\\n\r\t<>.^@ \x00\x0b\x0c\x7f\x85\u2028\ufffe_:#{}')
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(HOSTILE)
def test_any_text_as_a_literal_gives_back_the_text(text: str) -> None:
    line = f"<urn:s> <urn:p> {literal(text)} <urn:g> .\n"
    assert [quad.object for quad in parse(line, format=RdfFormat.N_QUADS)] == [Literal(text)]


@unhurried
@given(name=HOSTILE, link=HOSTILE, stated=st.lists(HOSTILE, max_size=3, unique=True))
def test_a_work_with_hostile_text_states_that_text_and_nothing_else(
    name: str, link: str, stated: list[str]
) -> None:
    record = WorkRecord(
        "model", "o/m", license_name=name, license_link=link, stated_licenses=tuple(stated)
    )
    assert quads(lines_of([record])) == {
        (MODEL, RDF_TYPE, NS + "Model"),
        (MODEL, LABEL, "“o/m”"),
        (MODEL, "https://schema.org/url", "https://huggingface.co/o/m"),
        (MODEL, NS + "licenseName", f"“{name}”"),
        (MODEL, NS + "licenseLink", f"“{link}”"),
        *((MODEL, NS + "statedLicense", f"“{text}”") for text in stated),
    }


@unhurried
@given(HOSTILE)
def test_a_source_with_hostile_text_is_a_literal(source: str) -> None:
    found = about_derivations(Derivation(B.key, "copyOf", A.key, f"card {source}"))
    assert [o for _, p, o in found if p == DCTERMS + "source"] == [f"“card {source}”"]
