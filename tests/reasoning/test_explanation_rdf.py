"""An explanation as PROV-O: the same in each format, with path, axiom, clause and rule."""

from __future__ import annotations

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store, Triple, parse

from licet_ontology.terms import BASE, PREFIXES
from licet_reasoning.explanation import (
    Evidence,
    ExplainedFinding,
    Explanation,
    Imposition,
    Look,
    Reason,
    Step,
    Term,
)
from licet_reasoning.explanation_rdf import explanation_rdf, explanation_triples

BAN = Term(
    iri=f"{BASE}clause/llama3/output-improvement-ban",
    type="clause",
    kind="output-improvement-ban",
    label="Improve no other models",
    license="Llama 3",
    license_iri=f"{BASE}license/llama3",
    section="1(b)(v)",
    quote="You will not",
    text_sha256="ab",
)
EXPLANATION = Explanation(
    work="model/o/it",
    reading="cautious",
    situation=f"{BASE}situation/1",
    licenses=("MIT License",),
    findings=(
        ExplainedFinding(
            code="llama-exclusive",
            severity="error",
            open=False,
            label="Llama used outside its lineage",
            definition="",
            remedy="",
            because=Reason(
                BAN,
                (
                    Imposition(
                        "model/o/base",
                        "inheritsAsWhole ⊒ derivativeOf ∘ termsOnCopying ∘ onDerivative",
                        (
                            Step("model/o/it", "quantizedFrom", "model/o/middle"),
                            Step("model/o/middle", "finetunedFrom", "model/o/base"),
                        ),
                        steps=2,
                    ),
                ),
                7,
            ),
            against=(),
            iri=f"{BASE}finding/1/llama-exclusive/1",
            rule="findings/llama-exclusive.rq",
            evidence=Evidence("that license", (Look("a license in the card"),)),
        ),
    ),
    obligations=(),
)


def ask(query: str) -> list[tuple[str, ...]]:
    store = Store()
    text = explanation_rdf(EXPLANATION, "turtle")
    store.extend(parse(text, format=RdfFormat.TURTLE))
    rows = store.query(query, prefixes={**PREFIXES, "rdf": PREFIXES["rdf"]})
    assert isinstance(rows, QuerySolutions)
    return [tuple(row[v].value.removeprefix(BASE) for v in rows.variables) for row in rows]


@pytest.mark.parametrize(
    ("name", "format_"), [("turtle", RdfFormat.TURTLE), ("jsonld", RdfFormat.JSON_LD)]
)
def test_each_format_holds_the_same_triples(name: str, format_: RdfFormat) -> None:
    text = explanation_rdf(EXPLANATION, name)
    found = {Triple(q.subject, q.predicate, q.object) for q in parse(text, format=format_)}
    assert found == set(explanation_triples(EXPLANATION))


def test_a_finding_was_generated_by_a_rule_from_a_quoted_clause() -> None:
    assert ask(
        """SELECT ?rule ?section ?quote ?license {
        ?finding a licet:Finding ; licet:because ?clause .
        ?here prov:specializationOf ?finding ;
            prov:wasGeneratedBy/prov:qualifiedAssociation/prov:hadPlan/dcterms:identifier ?rule .
        ?clause licet:section ?section ; licet:quote ?quote ; prov:wasQuotedFrom ?license }"""
    ) == [("findings/llama-exclusive.rq", "1(b)(v)", "You will not", "license/llama3")]


def test_the_path_is_a_sequence_of_derivations() -> None:
    assert ask(
        """SELECT ?child ?relation ?parent {
        ?imposition ?place ?step . FILTER(STRSTARTS(STR(?place), STR(rdf:_)))
        ?child prov:qualifiedDerivation ?step .
        ?step prov:entity ?parent ; dcterms:type ?relation } ORDER BY ?place"""
    ) == [
        ("model/o/it", "ns#quantizedFrom", "model/o/middle"),
        ("model/o/middle", "ns#finetunedFrom", "model/o/base"),
    ]


def test_the_axiom_is_given_as_owl_annotates_axioms() -> None:
    assert ask(
        """SELECT ?property ?link {
        ?axiom a owl:Axiom ; owl:annotatedSource ?property ;
            owl:annotatedTarget/rdf:rest*/rdf:first ?link }"""
    ) == [
        ("ns#inheritsAsWhole", f"ns#{link}")
        for link in ("derivativeOf", "termsOnCopying", "onDerivative")
    ]


def test_it_is_said_how_many_works_impose_a_term_and_what_was_not_found() -> None:
    assert ask("SELECT ?n { ?finding prov:wasDerivedFrom/schema:numberOfItems ?n }") == [("7",)]
    notes = ask("SELECT ?note { ?judging a prov:Activity ; skos:note ?note }")
    assert ("looked for a license in the card: not found",) in notes
