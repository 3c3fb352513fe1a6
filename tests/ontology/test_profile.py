"""The ontology is OWL 2 RL and OWL 2 DL, and what is not is told apart."""

from __future__ import annotations

import pytest

from licet_ontology import modules
from licet_ontology.modules import parse_turtle
from licet_ontology.profile import owl_rl_violations

PREFIXES = """
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DECLARATIONS = """
:A a owl:Class . :B a owl:Class . :C a owl:Class .
:p a owl:ObjectProperty . :q a owl:ObjectProperty . :r a owl:ObjectProperty .
:d a owl:DatatypeProperty . :note a owl:AnnotationProperty .
"""


def violations(axioms: str) -> list[str]:
    return owl_rl_violations(parse_turtle(PREFIXES + DECLARATIONS + axioms, "b"))


@pytest.mark.parametrize("reading", modules.readings())
def test_the_ontology_is_in_the_profile_with_each_reading(reading: str) -> None:
    assert owl_rl_violations([*modules.ontology(), *modules.reading(reading)]) == []


def test_the_ontology_is_in_the_profile_without_any_reading() -> None:
    assert owl_rl_violations(modules.ontology()) == []


def test_the_ontology_is_in_the_profile_with_all_readings_at_once() -> None:
    every_reading = [t for name in modules.readings() for t in modules.reading(name)]
    assert owl_rl_violations([*modules.ontology(), *every_reading]) == []


@pytest.mark.parametrize(
    "axioms",
    [
        ":A rdfs:subClassOf :B , owl:Nothing .",
        ":A owl:disjointWith [ a owl:Class ; owl:unionOf ( :B :C ) ] .",
        "[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .",
        ":A owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( :B :C ) ] .",
        ":A owl:equivalentClass [ a owl:Restriction ; owl:onProperty :p ; owl:hasValue :x ] .",
        "[ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom owl:Thing ]"
        " rdfs:subClassOf :A .",
        "[ a owl:Restriction ; owl:onProperty :d ; owl:someValuesFrom xsd:string ]"
        " rdfs:subClassOf :A .",
        "[ a owl:Class ; owl:oneOf ( :x :y ) ] rdfs:subClassOf :A .",
        ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :B ] .",
        ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 1 ] .",
        ":A rdfs:subClassOf [ a owl:Class ; owl:complementOf :B ] .",
        ":p rdfs:subPropertyOf :q ; rdfs:domain :A ; rdfs:range :B .",
        ":d rdfs:range xsd:integer . :d a owl:FunctionalProperty .",
        ":p owl:inverseOf :q . :p a owl:FunctionalProperty .",
        ":p a owl:TransitiveProperty . :q owl:propertyChainAxiom ( :p :q ) , ( :q :p ) .",
        ":r owl:propertyChainAxiom ( [ owl:inverseOf :p ] :q ) .",
        ":A owl:hasKey ( :p :d ) .",
        ':x a :A ; :p :y ; :d 3 ; :note "said"@en . :A rdfs:label "A"@en .',
        ":x owl:sameAs :y . <https://example.org> a owl:Ontology ; owl:imports :other .",
        ":A rdfs:label 1 . :x a owl:NamedIndividual . :x a :A .",
    ],
)
def test_axioms_of_the_profile_are_let_through(axioms: str) -> None:
    assert violations(axioms) == []


@pytest.mark.parametrize(
    ("axioms", "said"),
    [
        (":Z rdfs:subClassOf :A .", "https://example.org/Z> is used as a class and not declared"),
        (":x a :Z .", "is used as a class and not declared"),
        (":x :z :y .", "https://example.org/z> is used as a property and not declared"),
        (":z rdfs:subPropertyOf :p .", "is used as a property and not declared"),
        (":z a owl:TransitiveProperty .", "is used as a property and not declared"),
    ],
)
def test_terms_must_be_declared(axioms: str, said: str) -> None:
    assert any(said in violation for violation in violations(axioms))


@pytest.mark.parametrize(
    ("axioms", "said"),
    [
        (":p a owl:DatatypeProperty .", "is both DatatypeProperty and ObjectProperty"),
        (":p a owl:AnnotationProperty .", "is both AnnotationProperty and ObjectProperty"),
        (":d a owl:AnnotationProperty .", "is both AnnotationProperty and DatatypeProperty"),
        (":A a rdfs:Datatype .", "is both Class and Datatype"),
        (':x :p "text" .', "has a literal as value"),
        (":x :d :y .", "has no literal as value"),
        (":d rdfs:subPropertyOf :p .", "rdfs:subPropertyOf relates"),
        (":note rdfs:subPropertyOf :p .", "rdfs:subPropertyOf relates"),
        (":d a owl:TransitiveProperty .", "needs an ObjectProperty"),
        (":q owl:propertyChainAxiom ( :p :d ) .", "needs an ObjectProperty"),
        (":A owl:hasKey ( :note ) .", "holds the AnnotationProperty"),
        ("owl:Thing a owl:Class .", "is reserved and cannot be declared"),
    ],
)
def test_kinds_of_terms_must_not_be_mixed(axioms: str, said: str) -> None:
    assert any(said in violation for violation in violations(axioms))


@pytest.mark.parametrize(
    ("axioms", "said"),
    [
        (":p a owl:ReflexiveProperty .", "owl:ReflexiveProperty of"),
        (":A owl:disjointUnionOf ( :B :C ) .", "owl:disjointUnionOf of"),
        (":x owl:topObjectProperty :y .", "owl:topObjectProperty is not in OWL 2 RL"),
        (":A rdfs:subClassOf owl:Thing .", "owl:Thing in super position"),
        ("owl:Thing rdfs:subClassOf :A .", "owl:Thing in sub position"),
        (":p rdfs:range owl:Thing .", "owl:Thing in super position"),
        (":A owl:equivalentClass owl:Thing .", "owl:Thing in equivalent position"),
        (
            ":A rdfs:subClassOf [ a owl:Class ; owl:unionOf ( :B :C ) ] .",
            "owl:unionOf in super position",
        ),
        (
            ":A rdfs:subClassOf [ a owl:Class ; owl:oneOf ( :x ) ] .",
            "owl:oneOf in super position",
        ),
        (
            "[ a owl:Class ; owl:complementOf :B ] rdfs:subClassOf :A .",
            "owl:complementOf in sub position",
        ),
        (
            ":A owl:equivalentClass [ a owl:Class ; owl:unionOf ( :B :C ) ] .",
            "owl:unionOf in equivalent position",
        ),
        (
            ":A rdfs:subClassOf"
            " [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] .",
            "owl:someValuesFrom in super position",
        ),
        (
            "[ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :B ] rdfs:subClassOf :A .",
            "owl:allValuesFrom in sub position",
        ),
        (
            ":A rdfs:subClassOf"
            " [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom owl:Thing ] .",
            "owl:Thing in super position",
        ),
        (
            ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:hasSelf true ] .",
            "owl:hasSelf in super position",
        ),
        (
            ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:minCardinality 1 ] .",
            "owl:minCardinality in super position",
        ),
        (
            ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 2 ] .",
            "owl:maxCardinality above 1",
        ),
        (
            ":A rdfs:subClassOf [ a owl:Class ; owl:intersectionOf ( :B owl:Thing ) ] .",
            "owl:Thing in super position",
        ),
        (":A rdfs:subClassOf [ ] .", "what is no class expression in super position"),
        (":A owl:unionOf ( :B :C ) .", "must stand in an expression with no IRI"),
        (":d rdfs:range owl:real .", "owl:real as a data range"),
        (':x :d "2024-01-01"^^xsd:date .', "has a value of xsd:date"),
        (":p rdfs:member :q .", "rdfs:member of"),
        ("[] owl:sameAs :x .", "relates a nameless individual"),
    ],
)
def test_axioms_outside_of_owl_2_rl_are_violations(axioms: str, said: str) -> None:
    assert any(said in violation for violation in violations(axioms))


@pytest.mark.parametrize(
    ("axioms", "said"),
    [
        (":p owl:propertyChainAxiom ( :p :q :p ) .", "need each other"),
        (":p owl:propertyChainAxiom ( :q :p :r ) .", "need each other"),
        (
            ":p owl:propertyChainAxiom ( :q :r ) . :q owl:propertyChainAxiom ( :p :r ) .",
            "need each other",
        ),
        (":p owl:propertyChainAxiom ( :q :r ) . :p rdfs:subPropertyOf :q .", "need each other"),
        (
            ":p owl:propertyChainAxiom ( :q :r ) . :p owl:equivalentProperty :q .",
            "need each other",
        ),
        (":p owl:propertyChainAxiom ( [ owl:inverseOf :p ] :q :r ) .", "need each other"),
        (
            ":a a owl:ObjectProperty . :b a owl:ObjectProperty . :c a owl:ObjectProperty ."
            " :a owl:propertyChainAxiom ( :q :b ) . :c rdfs:subPropertyOf :b ."
            " :c owl:propertyChainAxiom ( :p :r ) . :a rdfs:subPropertyOf :r .",
            "need each other",
        ),
        (":p owl:propertyChainAxiom ( :q ) .", "fewer than two links"),
        (":p owl:propertyChainAxiom [ rdf:first :q ] .", "is broken"),
        (":p a owl:TransitiveProperty , owl:FunctionalProperty .", "is composite and an"),
        (
            ":p owl:propertyChainAxiom ( :q :r ) . :p rdfs:subPropertyOf [ owl:inverseOf :d ] ."
            " :p a owl:AsymmetricProperty .",
            "is composite and an",
        ),
        (
            ":p a owl:TransitiveProperty . :p rdfs:subPropertyOf :q ."
            " :q owl:propertyDisjointWith :r .",
            "is composite and disjoint",
        ),
        (
            ":p a owl:TransitiveProperty . :A rdfs:subClassOf"
            " [ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 1 ] .",
            "counts the composite property",
        ),
    ],
)
def test_property_chains_must_be_those_of_owl_2_dl(axioms: str, said: str) -> None:
    assert any(said in violation for violation in violations(axioms))


def test_each_violation_is_told_once_and_in_order() -> None:
    twice = violations(":x a :Z . :y a :Z . :v :u :w .")
    assert len(twice) == 2
    assert twice == sorted(twice)
