"""The quality queries find nothing in what is right, and each finds what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from licet_ontology.terms import PREFIXES, default_graphs, local_name
from licet_queries.library import SavedQuery, folder_queries
from licet_service.dataset import OpenSnapshot

WORLD = """
llama: llama3
tuned: apache-2.0, finetunedFrom llama
quiet: NoLicense, finetunedFrom llama
lost: mit, basedOn gone, UnstatedRelation
dataset data: cc-by-sa-4.0
"""

# What goes wrong, as an update of the right graph, and the first column of each row that must
# then be returned.
FAULTS: list[tuple[str, str, str, set[str]]] = [
    (
        "license-without-clauses",
        "a license whose file was begun and not finished",
        "INSERT DATA { license:new a licet:License }",
        {"license/new"},
    ),
    (
        "license-without-clauses",
        "a license whose clauses were taken away, and what proved that it was read",
        "DELETE { license:mit ?p ?o } WHERE { license:mit ?p ?o . FILTER(?p != rdf:type) }",
        {"license/mit"},
    ),
    (
        "unread-license-with-clauses",
        "a license that was read and still bears the mark",
        "INSERT DATA { license:mit a licet:UnreadLicense }",
        {"license/mit"},
    ),
    (
        "license-without-fact",
        "a fact was forgotten",
        "DELETE WHERE { license:mit licet:commercialUse ?use }",
        {"license/mit"},
    ),
    (
        "clause-without-license",
        "a clause that no scope attaches",
        "INSERT DATA { clause:stray a licet:NonCommercial }",
        {"clause/stray"},
    ),
    (
        "clause-without-kind",
        "a clause that is only a duty",
        "INSERT DATA { license:mit licet:onCopy clause:vague . clause:vague a licet:Duty }",
        {"clause/vague"},
    ),
    (
        "clause-without-kind",
        "a clause of two kinds",
        "INSERT DATA { <https://w3id.org/licet/clause/mit/attribution> a licet:Naming }",
        {"clause/mit/attribution"},
    ),
    (
        "clause-without-evidence",
        "a clause without the place where it stands",
        "DELETE WHERE { <https://w3id.org/licet/clause/mit/attribution> licet:section ?section }",
        {"clause/mit/attribution"},
    ),
    (
        "clause-without-evidence",
        "a clause without the words that carry it",
        "DELETE WHERE { <https://w3id.org/licet/clause/mit/attribution> licet:quote ?quote }",
        {"clause/mit/attribution"},
    ),
    (
        "clause-without-evidence",
        "a quote of 26 words",
        "DELETE { ?c licet:quote ?quote } "
        f'INSERT {{ ?c licet:quote "{" ".join(["word"] * 26)}" }} '
        "WHERE { VALUES ?c { <https://w3id.org/licet/clause/mit/attribution> } "
        "?c licet:quote ?quote }",
        {"clause/mit/attribution"},
    ),
    (
        "kind-without-remedy",
        "a new kind of clause that says what it is and not what to do",
        'INSERT DATA { licet:New rdfs:subClassOf licet:Duty ; licet:code "new" }',
        {"New"},
    ),
    (
        "kind-without-remedy",
        "a new kind of finding",
        "INSERT DATA { licet:finding-new a licet:FindingKind }",
        {"finding-new"},
    ),
    (
        "accepts-unknown-license",
        "a share-alike clause accepts a misspelt license",
        "INSERT DATA { <https://w3id.org/licet/clause/cc-by-sa-4.0/share-alike> "
        "licet:acceptsLicense license:gpl-3 }",
        {"clause/cc-by-sa-4.0/share-alike"},
    ),
    (
        "accepts-unknown-license",
        "a ban exempts something that is no license",
        "INSERT DATA { <https://w3id.org/licet/clause/llama3/output-improvement-ban> "
        "licet:exemptsLicense family:llama }",
        {"clause/llama3/output-improvement-ban"},
    ),
    (
        "acceptance-without-evidence",
        "a share-alike clause accepts a license that its text does not name",
        "INSERT DATA { <https://w3id.org/licet/clause/osl-3.0/share-alike> "
        "licet:acceptsLicense license:mit }",
        {"clause/osl-3.0/share-alike"},
    ),
    (
        "copyleft-without-license",
        "a share-alike clause that nothing satisfies",
        "DELETE WHERE { <https://w3id.org/licet/clause/mg-by-sa-2.0/share-alike> ?p ?license . "
        "?license a licet:License }",
        {"clause/mg-by-sa-2.0/share-alike"},
    ),
    (
        "work-without-terms",
        "a work lost its license, and nobody says so",
        "DELETE WHERE { model:llama licet:license ?license }",
        {"model/llama"},
    ),
    (
        "work-without-terms",
        "a work of which only the relation is known to be unknown",
        "DELETE WHERE { model:lost licet:license ?license }",
        {"model/lost"},
    ),
    (
        "work-under-unknown-license",
        "a work under a license that the catalogue does not hold",
        "INSERT DATA { model:llama licet:license license:llama33 }",
        {"model/llama"},
    ),
    (
        "work-under-unknown-license",
        "a work with a gap that the ontology does not know",
        "INSERT DATA { model:llama licet:gap licet:NoLicence }",
        {"model/llama"},
    ),
    (
        "work-under-unknown-license",
        "a work with a circumstance that the ontology does not know",
        "INSERT DATA { model:llama licet:circumstance licet:LicenceMismatch }",
        {"model/llama"},
    ),
    (
        "mismatch-without-gap",
        "sources differ on a license, and the work looks as if it were known",
        "INSERT DATA { model:llama licet:circumstance licet:LicenseMismatch }",
        {"model/llama"},
    ),
    (
        "stated-license-unused",
        "a license text was found, and its terms are not seen",
        "INSERT DATA { model:llama licet:detectedLicense license:mit }",
        {"model/llama"},
    ),
    (
        "stated-license-unused",
        "a card names a license, and its terms are not seen",
        "INSERT DATA { model:llama licet:licenseStatement <urn:x> . "
        "<urn:x> licet:namesLicense license:mit }",
        {"model/llama"},
    ),
    (
        "derivation-without-reuse",
        "a walk along the lineage would miss a parent",
        "DELETE DATA { model:tuned licet:reuses model:llama }",
        {"model/tuned"},
    ),
    (
        "work-without-situation",
        "a work in the graph has no situation",
        "DELETE WHERE { model:llama licet:situation ?situation }",
        {"model/llama"},
    ),
    (
        "work-without-situation",
        "a work has a second situation",
        "INSERT DATA { model:llama licet:situation <https://w3id.org/licet/situation/other> }",
        {"model/llama"},
    ),
    (
        "situation-without-work",
        "a situation was left behind",
        "INSERT DATA { <https://w3id.org/licet/situation/old> a licet:Situation ; "
        "licet:workCount 1 }",
        {"situation/old"},
    ),
    (
        "finding-without-because",
        "a finding rests on nothing",
        "INSERT DATA { <https://w3id.org/licet/finding/x> a licet:Finding }",
        {"finding/x"},
    ),
    (
        "finding-without-because",
        "an open question rests on a clause that is not there",
        "INSERT DATA { <https://w3id.org/licet/finding/x> a licet:OpenQuestion ; "
        "licet:because clause:gone }",
        {"finding/x"},
    ),
    (
        "finding-without-kind",
        "a finding is graver than its kind",
        'INSERT DATA { <https://w3id.org/licet/finding/x> a licet:Finding ; licet:code "naming" ; '
        'licet:severity "error" ; licet:kind licet:finding-license-type-mismatch }',
        {"finding/x"},
    ),
    (
        "finding-of-no-situation",
        "a finding that no situation has",
        "INSERT DATA { <https://w3id.org/licet/finding/x> a licet:Finding }",
        {"finding/x"},
    ),
    (
        "finding-of-no-situation",
        "an open question that a situation has as a finding",
        "INSERT DATA { <https://w3id.org/licet/finding/x> a licet:OpenQuestion . "
        "<https://w3id.org/licet/situation/y> "
        "licet:hasFinding <https://w3id.org/licet/finding/x> }",
        {"finding/x"},
    ),
    (
        "impossible-observation",
        "more works violate a term than were looked at",
        "INSERT DATA { <https://w3id.org/licet/observation/x> "
        "a <http://purl.org/linked-data/cube#Observation> ; "
        "licet:noncompliant 2 ; licet:checked 1 }",
        {"observation/x"},
    ),
]


@pytest.fixture(scope="module")
def right(snapshot_of: Callable[[str], OpenSnapshot]) -> list[Quad]:
    """Return what a query under the default reading sees of a world, as one graph."""
    store = snapshot_of(WORLD).store
    return [
        Quad(quad.subject, quad.predicate, quad.object)
        for graph in default_graphs()
        for quad in store.quads_for_pattern(None, None, None, NamedNode(graph))
    ]


def found(store: Store, query: SavedQuery) -> set[str]:
    """Return the first column of all rows."""
    solutions = store.query(query.text)
    assert isinstance(solutions, QuerySolutions)
    return {local_name(getattr(row[0], "value", "")) for row in solutions}


@pytest.mark.parametrize("query", folder_queries("quality"), ids=lambda query: query.name)
def test_nothing_is_wrong_with_the_sample(query: SavedQuery, sample_snapshot: OpenSnapshot) -> None:
    solutions = sample_snapshot.query(query.text)
    assert isinstance(solutions, QuerySolutions)
    assert list(solutions) == []


@pytest.mark.parametrize(
    ("name", "update", "expected"),
    [pytest.param(name, u, e, id=f"{name}: {what}") for name, what, u, e in FAULTS],
)
def test_what_is_wrong_is_found(
    name: str, update: str, expected: set[str], right: list[Quad]
) -> None:
    query = next(query for query in folder_queries("quality") if query.name == name)
    store = Store()
    store.bulk_extend(right)
    assert found(store, query) == set()
    store.update("".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items()) + update)
    assert found(store, query) == expected


def test_every_quality_query_has_a_failing_example() -> None:
    assert {name for name, *_ in FAULTS} == {query.name for query in folder_queries("quality")}
