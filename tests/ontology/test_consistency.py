"""OWL 2 RL finds no contradiction in what ships, and finds those that are put in."""

from __future__ import annotations

from functools import cache

import pytest
from pyoxigraph import NamedNode, Triple

from licet_ontology import modules
from licet_ontology.errors import DataError
from licet_ontology.modules import parse_turtle
from licet_ontology.terms import OWL, RDF, RDFS, term
from licet_reasoning.materialize import InconsistentGraphError, owl_rl_closure

PREFIXES = """
@prefix : <https://example.org/> .
@prefix licet: <https://w3id.org/licet/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
# Class axioms are all that the contradictions below need; the chains only cost time.
HIERARCHY = [
    t
    for t in modules.ontology()
    if t.predicate.value in {RDFS + "subClassOf", OWL + "disjointWith"}
    or t.object == NamedNode(OWL + "Class")
]


def closed(turtle: str) -> set[Triple]:
    return set(owl_rl_closure([*HIERARCHY, *parse_turtle(PREFIXES + turtle, "b")]))


@cache
def closed_catalogue(reading: str) -> frozenset[Triple]:
    return frozenset(
        owl_rl_closure([*modules.ontology(), *modules.reading(reading), *modules.catalogue()])
    )


################################################################ what ships


@pytest.mark.parametrize("reading", modules.readings())
def test_the_ontology_and_the_catalogue_do_not_contradict_each_other(reading: str) -> None:
    assert closed_catalogue(reading) >= set(modules.catalogue())


@pytest.mark.parametrize("reading", modules.readings())
def test_no_clause_kind_is_impossible(reading: str) -> None:
    nothing = NamedNode(OWL + "Nothing")
    below = NamedNode(RDFS + "subClassOf")
    kinds = [t.subject for t in modules.ontology() if t.object == NamedNode(OWL + "Class")]
    assert not [k for k in kinds if Triple(k, below, nothing) in closed_catalogue(reading)]


@pytest.mark.parametrize("reading", modules.readings())
def test_every_attached_clause_is_a_clause(reading: str) -> None:
    facts = closed_catalogue(reading)
    is_a, clause = NamedNode(RDF + "type"), NamedNode(term("Clause"))
    attached = {t.object for t in facts if t.predicate.value == term("hasClause")}
    assert attached
    assert [
        c for c in attached if not (isinstance(c, NamedNode) and Triple(c, is_a, clause) in facts)
    ] == []


@pytest.mark.parametrize("reading", modules.readings())
def test_no_two_terms_turn_out_to_be_the_same(reading: str) -> None:
    assert [t for t in closed_catalogue(reading) if t.predicate.value == OWL + "sameAs"] == []


def test_each_kind_of_thing_alone_is_consistent() -> None:
    classes = sorted(
        {
            t.subject.value
            for t in HIERARCHY
            if t.object == NamedNode(OWL + "Class") and isinstance(t.subject, NamedNode)
        }
    )
    assert closed("".join(f":x{i} a <{iri}> ." for i, iri in enumerate(classes)))


################################################################ contradictions


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Work", "License"),
        ("Model", "License"),
        ("Dataset", "Clause"),
        ("Model", "Dataset"),
        ("Model", "Service"),
        ("Dataset", "Service"),
        ("License", "LicenseFamily"),
        ("UnreadLicense", "LicenseFamily"),
        ("License", "Clause"),
        ("LicenseFamily", "Work"),
        ("LicenseFamily", "Clause"),
        ("Duty", "Prohibition"),
        ("Duty", "Permission"),
        ("Duty", "Condition"),
        ("Prohibition", "Condition"),
        ("Permission", "Condition"),
        ("Attribution", "NonCommercial"),
        ("ShareAlike", "Acceptance"),
        ("UseRestriction", "MauThreshold"),
        ("Situation", "Model"),
        ("Situation", "License"),
        ("Finding", "Situation"),
        ("Finding", "Model"),
    ],
)
def test_nothing_is_of_two_kinds_that_exclude_each_other(one: str, other: str) -> None:
    with pytest.raises(InconsistentGraphError) as caught:
        closed(f":torn a licet:{one} , licet:{other} .")
    assert "https://example.org/torn" in str(caught.value)


@pytest.mark.parametrize("reading", modules.readings())
def test_a_contradiction_in_a_license_is_found(reading: str) -> None:
    clause = NamedNode("https://w3id.org/licet/clause/llama3/naming")
    llama = [t for t in modules.catalogue() if t.subject == clause]
    torn = Triple(clause, NamedNode(RDF + "type"), NamedNode(term("Prohibition")))
    with pytest.raises(InconsistentGraphError) as caught:
        owl_rl_closure([*modules.ontology(), *modules.reading(reading), *llama, torn])
    assert clause.value in str(caught.value)


@pytest.mark.parametrize(
    "turtle",
    [
        ":torn a licet:Model . :other a licet:Dataset . :torn owl:sameAs :other .",
        ":torn a owl:Nothing .",
        ":torn owl:sameAs :other ; owl:differentFrom :other .",
        ":torn a :Impossible . :Impossible rdfs:subClassOf licet:Duty , licet:Prohibition .",
    ],
    ids=["two things made one", "nothing", "same and different", "class below two that exclude"],
)
def test_other_contradictions_are_found_and_named(turtle: str) -> None:
    with pytest.raises(InconsistentGraphError) as caught:
        closed(turtle)
    assert any(":torn" in e or "/torn" in e or "/other" in e for e in caught.value.explanations)


def test_the_error_counts_the_contradictions_and_is_one_of_data() -> None:
    with pytest.raises(DataError) as caught:
        closed(":a a licet:Model , licet:License . :b a licet:Duty , licet:Prohibition .")
    assert isinstance(caught.value, InconsistentGraphError)
    assert len(caught.value.explanations) >= 2
    assert f"({len(caught.value.explanations)} in all)" in str(caught.value)


def test_what_is_consistent_is_let_through() -> None:
    facts = closed(":x a licet:UseRestriction .")
    is_a = NamedNode(RDF + "type")
    thing = NamedNode("https://example.org/x")
    for kind in ("Prohibition", "FurtherRestriction", "Clause"):
        assert Triple(thing, is_a, NamedNode(term(kind))) in facts
