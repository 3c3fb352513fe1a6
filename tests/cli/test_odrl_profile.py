"""Licet's profile of ODRL: every kind of clause is mapped, every term defined and used."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import chain
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, Graph, Namespace, URIRef
from rdflib.namespace import SKOS

from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import NS
from licet_service.license_view import license_ids, license_view
from licet_service.odrl import odrl_catalogue
from licet_service.odrl_mapping import CLAUSES, FACTS, PROFILE, PROFILE_NS, Mapping

ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
CC = "http://creativecommons.org/ns#"
DOCUMENT = Path(__file__).parents[2] / "docs" / "odrl.md"


@pytest.fixture(scope="module")
def profile() -> Graph:
    text = files("licet_ontology").joinpath("odrl_profile.ttl").read_text(encoding="utf-8")
    return Graph().parse(data=text, format="turtle")


def test_every_kind_of_clause_is_mapped_to_a_rule_of_its_group() -> None:
    kinds = {
        text_of(t.subject): text_of(t.object)
        for t in modules.ontology()
        if t.predicate.value == NS + "code" and "finding-" not in text_of(t.subject)
    }
    assert set(CLAUSES) == set(kinds.values())
    groups = {
        kinds[text_of(t.subject)]: text_of(t.object).removeprefix(NS)
        for t in modules.ontology()
        if t.predicate.value == str(RDFS.subClassOf)
        and text_of(t.subject) in kinds
        and not text_of(t.object).endswith(("FurtherRestriction", "LicenseDemand"))
    }
    for code, mapping in CLAUSES.items():
        if groups[code] != "Condition":
            assert mapping.rule == groups[code].lower(), code
        else:
            assert mapping.rule != "permission", code


def test_the_profile_declares_what_policies_use_and_nothing_else(
    profile: Graph,
) -> None:
    views = [license_view(id_) for id_ in license_ids()]
    told = json.dumps(odrl_catalogue(views))
    graph = Graph().parse(data=told, format="json-ld")
    declared = {str(s) for s in profile.subjects(RDF.type, OWL.NamedIndividual)}
    mapped = {m.action for m in (*CLAUSES.values(), *FACTS.values()) if PROFILE_NS in m.action}
    used = {
        str(node)
        for node in chain(graph.objects(None, ODRL.action), graph.objects(None, ODRL.leftOperand))
        if str(node).startswith(PROFILE_NS)
    }
    assert declared == mapped | used
    properties = set(profile.subjects(RDF.type, OWL.ObjectProperty))
    assert properties <= set(graph.predicates())


def test_each_term_of_the_profile_is_defined_as_odrl_wants(profile: Graph) -> None:
    for term in profile.subjects(RDF.type, OWL.NamedIndividual):
        assert (term, RDF.type, SKOS.Concept) in profile
        assert len(list(profile.objects(term, RDFS.label))) == 1
        assert len(list(profile.objects(term, SKOS.definition))) == 1
        assert profile.value(term, RDFS.isDefinedBy) == URIRef(PROFILE)
        is_action = (term, RDF.type, ODRL.Action) in profile
        wider = profile.value(term, ODRL.includedIn)
        assert is_action == (wider is not None)
        assert wider is None or str(wider).startswith((str(ODRL), CC, PROFILE_NS))


def test_the_documentation_tells_the_mapping() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for code, mapping in CLAUSES.items():
        assert f"| `{code}` | {_described(mapping)} |" in text
    for (fact, value), mapping in FACTS.items():
        assert f"| `{fact}` `{value}` | {_described(mapping)} |" in text


def _described(mapping: Mapping) -> str:
    rules = {"licensor": "permission of the licensor"}
    action = mapping.action.replace(PROFILE_NS, "lo:")
    action = action if ":" in action else f"odrl:{action}"
    purpose = f", purpose {mapping.purpose} what it names" if mapping.purpose else ""
    event = ", after the event it names" if mapping.ends else ""
    return f"{rules.get(mapping.rule, mapping.rule)} | `{action}`{purpose}{event}"
