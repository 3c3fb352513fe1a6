"""Each term is described, each that is used is declared, and each that is declared is used."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import DCAT, DCTERMS, ODRL2, PROV

from licet_ontology import modules
from licet_ontology.terms import BASE, NS, OWL, RDF, RDFS, SKOS

ROOT = Path(__file__).parents[2]
SOURCES = ("ontology", "queries", "ingest", "reasoning", "service")

AWAITING = {"HostingProhibition", "ImpactReport", "detectedLicense"}
"""Declared terms that nothing uses yet: use them or remove them; add none."""

ONTOLOGY = modules.ontology()
DECLARED = sorted(
    {
        t.subject.value
        for t in ONTOLOGY
        if isinstance(t.subject, NamedNode)
        and t.subject.value.startswith(NS)
        and t.predicate.value == RDF + "type"
    }
)


def values(term: str, predicate: str) -> list[object]:
    return [
        t.object
        for t in ONTOLOGY
        if t.subject == NamedNode(term) and t.predicate.value == predicate
    ]


def local_names(triples: tuple[Triple, ...]) -> set[str]:
    return {
        node.value.removeprefix(NS)
        for t in triples
        for node in (t.subject, t.predicate, t.object)
        if isinstance(node, NamedNode) and node.value.startswith(NS)
    }


def source_text(suffix: str) -> str:
    return "\n".join(
        path.read_text(encoding="utf-8")
        for folder in SOURCES
        for path in sorted((ROOT / folder).rglob(f"*{suffix}"))
    )


def without_comments(sparql: str) -> str:
    return "\n".join(line for line in sparql.splitlines() if not line.lstrip().startswith("#"))


def declared_names() -> set[str]:
    return {term.removeprefix(NS) for term in DECLARED}


################################################################ description


@pytest.mark.parametrize("predicate", [RDFS + "label", SKOS + "definition"])
def test_each_term_has_exactly_one_label_and_one_definition_in_english(predicate: str) -> None:
    for term in DECLARED:
        found = values(term, predicate)
        assert len(found) == 1, term
        assert isinstance(found[0], Literal), term
        assert found[0].language == "en", term
        assert found[0].value.strip() == found[0].value != "", term


def test_each_definition_is_a_sentence_of_its_own() -> None:
    found = Counter(values(term, SKOS + "definition")[0] for term in DECLARED)
    assert [definition for definition, count in found.items() if count > 1] == []
    for term in DECLARED:
        definition = values(term, SKOS + "definition")[0]
        assert isinstance(definition, Literal)
        assert definition.value[0].isupper(), term
        assert definition.value.endswith("."), term


def test_each_term_is_defined_by_the_ontology() -> None:
    for term in DECLARED:
        assert values(term, RDFS + "isDefinedBy") == [NamedNode(BASE + "ns")], term


def test_no_term_of_licet_is_described_without_being_declared() -> None:
    described = {
        t.subject.value
        for t in chain(ONTOLOGY, *(modules.reading(name) for name in modules.readings()))
        if isinstance(t.subject, NamedNode) and t.subject.value.startswith(NS)
    }
    assert described <= set(DECLARED)


def test_each_reading_describes_itself() -> None:
    for name in modules.readings():
        stated = modules.reading(name)
        iri = NamedNode(f"{BASE}reading/{name}")
        predicates = Counter(t.predicate.value for t in stated if t.subject == iri)
        assert predicates[RDFS + "label"] == predicates[SKOS + "definition"] == 1, name
        assert Triple(iri, NamedNode(RDF + "type"), NamedNode(NS + "Reading")) in stated


################################################################ clause kinds and finding kinds


def sub_classes(top: str) -> set[str]:
    below = {top}
    while True:
        wider = below | {
            t.subject.value
            for t in ONTOLOGY
            if t.predicate.value == RDFS + "subClassOf"
            and isinstance(t.subject, NamedNode)
            and isinstance(t.object, NamedNode)
            and t.object.value in below
        }
        if wider == below:
            return below - {top}
        below = wider


def clause_kinds() -> list[str]:
    clauses = sub_classes(NS + "Clause")
    return sorted(clause for clause in clauses if not sub_classes(clause))


GROUPS = {"Duty", "Prohibition", "Permission", "Condition", "FurtherRestriction", "LicenseDemand"}


def test_each_clause_kind_has_one_code_and_one_remedy() -> None:
    kinds = [kind for kind in clause_kinds() if kind.removeprefix(NS) not in GROUPS]
    assert len(kinds) > 30
    for kind in kinds:
        assert len(values(kind, NS + "code")) == 1, kind
        assert len(values(kind, NS + "remedy")) == 1, kind


def test_the_code_of_a_clause_kind_is_its_name_in_lower_case() -> None:
    for kind in clause_kinds():
        if kind.removeprefix(NS) not in GROUPS:
            words = re.findall("[A-Z][a-z]+", kind.removeprefix(NS))
            assert values(kind, NS + "code") == [Literal("-".join(words).lower())]


def test_each_clause_kind_is_a_duty_a_prohibition_or_a_condition() -> None:
    grouped = [sub_classes(NS + group) for group in ("Duty", "Prohibition", "Condition")]
    for kind in clause_kinds():
        if kind.removeprefix(NS) not in GROUPS:
            assert sum(kind in group for group in grouped) == 1, kind


def test_each_finding_kind_has_a_code_a_severity_and_a_remedy() -> None:
    kinds = [
        t.subject.value
        for t in ONTOLOGY
        if t.object == NamedNode(NS + "FindingKind")
        and t.predicate.value == RDF + "type"
        and isinstance(t.subject, NamedNode)
    ]
    assert kinds
    for kind in kinds:
        (code,) = values(kind, NS + "code")
        assert isinstance(code, Literal)
        assert kind == f"{NS}finding-{code.value}"
        (severity,) = values(kind, NS + "severity")
        assert isinstance(severity, Literal)
        assert severity.value in {"error", "warning", "unknown", "notice"}
        assert len(values(kind, NS + "remedy")) == 1


################################################################ use


@pytest.mark.parametrize("reading", modules.readings())
def test_each_term_in_a_reading_is_declared(reading: str) -> None:
    assert local_names(modules.reading(reading)) - declared_names() == set()


def test_each_term_in_the_catalogue_is_declared() -> None:
    assert local_names(modules.catalogue()) - declared_names() == set()


def test_each_term_in_the_shapes_is_declared() -> None:
    assert local_names(modules.shapes()) - declared_names() == set()


def test_each_term_in_the_alignments_is_declared() -> None:
    assert local_names(modules.alignments()) - declared_names() == set()


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "queries").rglob("*.rq")),
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_each_term_in_a_query_is_declared(path: Path) -> None:
    text = without_comments(path.read_text(encoding="utf-8"))
    prefixed = set(re.findall(r"\blicet:([A-Za-z][\w-]*)", text))
    in_full = set(re.findall(rf"<{re.escape(NS)}([\w-]+)>", text))
    assert (prefixed | in_full) - declared_names() == set()


def test_each_family_in_a_query_is_in_the_catalogue() -> None:
    families = {
        t.subject.value.removeprefix(BASE + "license-family/")
        for t in modules.catalogue()
        if t.object == NamedNode(NS + "LicenseFamily") and isinstance(t.subject, NamedNode)
    }
    named = set(re.findall(r"\bfamily:([a-z][\w-]*)", without_comments(source_text(".rq"))))
    assert named - families == set()


def test_each_family_of_a_license_is_in_the_catalogue() -> None:
    families = {
        t.subject for t in modules.catalogue() if t.object == NamedNode(NS + "LicenseFamily")
    }
    named = {t.object for t in modules.catalogue() if t.predicate.value == NS + "family"}
    assert named - families == set()


def test_each_declared_term_is_used() -> None:
    above = {
        t.object.value.removeprefix(NS)
        for t in ONTOLOGY
        if isinstance(t.object, NamedNode)
        and t.predicate.value in {RDFS + "subClassOf", RDFS + "subPropertyOf", RDF + "type"}
    }
    above |= {
        link.value.removeprefix(NS)
        for links in modules.rdf_lists(ONTOLOGY).values()
        for link in links
        if isinstance(link, NamedNode)
    }
    catalogue = local_names(modules.catalogue())
    readings = {n for name in modules.readings() for n in local_names(modules.reading(name))}
    queries = without_comments(source_text(".rq"))
    code = source_text(".py")
    in_text = (
        set(re.findall(r"\blicet:([A-Za-z][\w-]*)", queries + code))
        | set(re.findall(r"\{NS\}([A-Za-z][\w-]*)", code))
        | set(re.findall(r'"([A-Za-z][\w-]*)"', code))
    )
    codes = set(re.findall(r"^#\+ code: ([\w-]+)", source_text(".rq"), re.MULTILINE))
    found = {f"finding-{code}" for code in codes}
    unused = declared_names() - above - catalogue - readings - in_text - found
    assert unused <= AWAITING, f"nothing uses {', '.join(sorted(unused - AWAITING))}"


################################################################ alignments


def test_the_ontology_stands_without_its_alignments() -> None:
    assert not set(ONTOLOGY) & set(modules.alignments())
    imports = {t for t in ONTOLOGY if t.predicate.value == OWL + "imports"}
    assert imports == set()


def test_alignments_say_something_of_licets_terms_alone() -> None:
    for t in modules.alignments():
        assert isinstance(t.subject, NamedNode)
        declares = t.predicate.value == RDF + "type"
        assert t.subject.value.startswith(NS) != declares, t


@pytest.mark.parametrize("vocabulary", [DCAT, DCTERMS, ODRL2, PROV])
def test_alignments_name_terms_that_exist(vocabulary: Any) -> None:
    named = {
        node.value
        for t in modules.alignments()
        for node in (t.subject, t.object)
        if isinstance(node, NamedNode) and node.value.startswith(str(vocabulary))
    }
    assert named
    assert [iri for iri in named if iri.removeprefix(str(vocabulary)) not in vocabulary] == []
