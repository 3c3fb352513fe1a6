"""The compiler takes the axioms that it can honour and refuses the others loudly."""

from __future__ import annotations

import pytest

from licet_ontology import modules
from licet_ontology.errors import LicetError
from licet_ontology.modules import parse_turtle
from licet_ontology.terms import term
from licet_reasoning.automaton import build_automaton
from licet_reasoning.axioms import Axioms, UnsupportedAxiomError, compile_axioms

PREFIXES = """
@prefix licet: <https://w3id.org/licet/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
# One relation, one consequence: the least that a work can inherit along.
SMALLEST = "licet:boundBy owl:propertyChainAxiom ( licet:copyOf licet:license licet:onCopy ) ."


def compiled(axioms: str, base: str = SMALLEST) -> Axioms:
    return compile_axioms(parse_turtle(PREFIXES + base + axioms, "b"))


def with_the_ontology(axioms: str) -> Axioms:
    return compile_axioms([*modules.ontology(), *parse_turtle(PREFIXES + axioms, "b")])


################################################################ what is taken


def test_a_chain_through_a_license_becomes_a_consequence() -> None:
    assert compiled("").consequences == ((term("boundBy"), term("copyOf"), term("onCopy")),)


def test_a_works_own_license_needs_no_relation() -> None:
    own = compiled(" licet:boundBy owl:propertyChainAxiom ( licet:license licet:onCopy ) .")
    assert (term("boundBy"), None, term("onCopy")) in own.consequences


def test_sub_properties_chains_and_transitivity_become_productions() -> None:
    axioms = compiled("""
        licet:mirrorOf rdfs:subPropertyOf licet:copyOf .
        licet:copyOf a owl:TransitiveProperty ; owl:propertyChainAxiom ( licet:a licet:b ) .
    """)
    assert set(axioms.productions) >= {
        (term("copyOf"), (term("mirrorOf"),)),
        (term("copyOf"), (term("a"), term("b"))),
        (term("copyOf"), (term("copyOf"), term("copyOf"))),
    }
    assert set(axioms.relations) >= {term("mirrorOf"), term("a"), term("b")}


def test_a_link_from_clause_to_license_is_kept_apart() -> None:
    axioms = compiled(
        " licet:mustCarry owl:propertyChainAxiom ( licet:boundBy licet:requiresLicense ) ."
    )
    assert axioms.license_chains == ((term("mustCarry"), term("boundBy"), term("requiresLicense")),)


def test_consequences_keep_their_order() -> None:
    axioms = compiled("""
        licet:inherits rdfs:subPropertyOf licet:boundBy ;
            owl:propertyChainAxiom ( licet:derivativeOf licet:license licet:onDerivative ) .
    """)
    assert axioms.consequence_parents == ((term("inherits"), term("boundBy")),)


@pytest.mark.parametrize("reading", modules.readings())
def test_the_shipped_axioms_compile(reading: str) -> None:
    axioms = compile_axioms([*modules.ontology(), *modules.reading(reading)])
    assert build_automaton(axioms).starts.keys() == set(axioms.lineage)


def test_readings_differ_by_what_they_add() -> None:
    cautious, text = (
        compile_axioms([*modules.ontology(), *modules.reading(name)])
        for name in ("cautious", "text")
    )
    assert set(text.productions) < set(cautious.productions)
    assert set(text.consequences) < set(cautious.consequences)


################################################################ what is refused


@pytest.mark.parametrize(
    "axiom",
    [
        "licet:copyOf owl:inverseOf licet:copiedTo .",
        "licet:copiedTo owl:inverseOf licet:copyOf .",
        "[ owl:inverseOf licet:copyOf ] rdfs:subPropertyOf licet:copyOf .",
        "licet:copyOf owl:equivalentProperty licet:mirrorOf .",
        "licet:copyOf a owl:SymmetricProperty .",
        "licet:copyOf a owl:FunctionalProperty .",
        "licet:copyOf a owl:InverseFunctionalProperty .",
        "licet:copyOf a owl:ReflexiveProperty .",
        "licet:copyOf rdfs:domain licet:Model .",
        "licet:copyOf rdfs:range licet:Model .",
        "[ a owl:Restriction ; owl:onProperty licet:copyOf ; owl:someValuesFrom licet:Model ]"
        " rdfs:subClassOf licet:Model .",
        "licet:Model rdfs:subClassOf"
        " [ a owl:Restriction ; owl:onProperty licet:copyOf ; owl:allValuesFrom licet:Model ] .",
        "licet:Mirror owl:equivalentClass"
        " [ a owl:Restriction ; owl:onProperty licet:copyOf ; owl:hasValue licet:x ] .",
    ],
)
def test_an_axiom_whose_entailments_would_be_lost_is_refused(axiom: str) -> None:
    with pytest.raises(UnsupportedAxiomError, match="its entailments are not computed for works"):
        compiled(axiom)


@pytest.mark.parametrize("property_", ["license", "declaredLicense", "boundBy", "mirrorOf"])
def test_it_is_refused_for_licenses_consequences_and_sub_properties_too(property_: str) -> None:
    with pytest.raises(UnsupportedAxiomError) as caught:
        compiled(f"""
            licet:declaredLicense rdfs:subPropertyOf licet:license .
            licet:mirrorOf rdfs:subPropertyOf licet:copyOf .
            licet:{property_} rdfs:domain licet:Model .
        """)
    assert term(property_) in caught.value.axiom


def test_the_same_axiom_about_anything_else_is_let_through() -> None:
    assert compiled("licet:family rdfs:range licet:LicenseFamily .") == compiled("")


@pytest.mark.parametrize(
    "chain",
    [
        "licet:copyOf licet:copyOf licet:license licet:onCopy",
        "licet:license",
        "licet:license licet:onCopy licet:x",
    ],
)
def test_a_consequence_of_another_form_is_refused(chain: str) -> None:
    with pytest.raises(UnsupportedAxiomError, match="one relation of its own"):
        compiled(f"licet:boundBy owl:propertyChainAxiom ( {chain} ) .")


def test_a_consequence_that_runs_along_lineage_is_refused() -> None:
    with pytest.raises(UnsupportedAxiomError, match="relation, license, scope"):
        compiled("licet:boundBy owl:propertyChainAxiom ( licet:copyOf licet:boundBy ) .")


def test_a_super_property_without_iri_is_refused() -> None:
    with pytest.raises(UnsupportedAxiomError, match="must have an IRI"):
        compiled("licet:copyOf rdfs:subPropertyOf [ owl:inverseOf licet:copiedTo ] .")


@pytest.mark.parametrize(
    ("axioms", "cycle"),
    [
        (
            "licet:copyOf owl:propertyChainAxiom ( licet:copyOf licet:trainedOn licet:copyOf ) .",
            "copyOf ⊒ copyOf ∘ trainedOn ∘ copyOf",
        ),
        (
            "licet:copyOf owl:propertyChainAxiom"
            " ( licet:trainedOn licet:copyOf licet:trainedOn ) .",
            "copyOf ⊒ trainedOn ∘ copyOf ∘ trainedOn",
        ),
        (
            "licet:copyOf owl:propertyChainAxiom ( licet:derivativeOf licet:trainedOn ) .",
            "copyOf < derivativeOf",
        ),
        (
            "licet:a rdfs:subPropertyOf licet:copyOf . licet:copyOf rdfs:subPropertyOf licet:a .",
            "copyOf < a < copyOf",
        ),
    ],
)
def test_irregular_chains_are_refused_and_named(axioms: str, cycle: str) -> None:
    with pytest.raises(UnsupportedAxiomError, match="must be regular") as caught:
        build_automaton(with_the_ontology(axioms))
    assert cycle in caught.value.axiom


def test_the_error_tells_which_axiom_and_why() -> None:
    with pytest.raises(LicetError) as caught:
        compiled("licet:copyOf a owl:SymmetricProperty .")
    assert "copyOf" in str(caught.value)
    assert "SymmetricProperty" in str(caught.value)


################################################################ what should be refused


@pytest.mark.parametrize(
    "axiom",
    [
        pytest.param(axiom, id=name)
        for name, axiom in {
            "a chain with a link that is no relation of works": (
                "licet:copyOf owl:propertyChainAxiom ( licet:copyOf licet:license ) ."
            ),
            "a chain that gives a work another's license": (
                "licet:license owl:propertyChainAxiom ( licet:copyOf licet:license ) ."
            ),
            "a chain that gives a work another's license by a sub-property": (
                "licet:declaredLicense rdfs:subPropertyOf licet:license ;"
                " owl:propertyChainAxiom ( licet:copyOf licet:declaredLicense ) ."
            ),
            "a domain of a super-property of a relation": (
                "licet:copyOf rdfs:subPropertyOf licet:resembles ."
                " licet:resembles rdfs:domain licet:Model ."
            ),
            "an inverse of a super-property of a relation": (
                "licet:copyOf rdfs:subPropertyOf licet:resembles ."
                " licet:resembles owl:inverseOf licet:resembledBy ."
            ),
            "a range of a super-property of license": (
                "licet:license rdfs:subPropertyOf licet:terms ."
                " licet:terms rdfs:range licet:License ."
            ),
            "a transitive consequence": "licet:boundBy a owl:TransitiveProperty .",
            "a key of works": "licet:Model owl:hasKey ( licet:copyOf ) .",
            "an inverse within a chain": (
                "licet:copyOf owl:propertyChainAxiom ( [ owl:inverseOf licet:a ] licet:b ) ."
            ),
        }.items()
    ],
)
def test_what_owl_2_rl_would_conclude_of_works_is_not_lost_in_silence(axiom: str) -> None:
    with pytest.raises(UnsupportedAxiomError):
        compiled(axiom)
