"""OWL 2 RL entailments of the ontology with the license catalogue, and its consistency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import owlrl
import rdflib
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from licet_ontology.errors import DataError
from licet_ontology.terms import NS, OWL, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ERROR_MESSAGE = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")


class InconsistentGraphError(DataError):
    """OWL 2 RL derived a contradiction, so no entailment can be trusted.

    Attributes:
        explanations: What the reasoner says of each contradiction.
    """

    def __init__(self, explanations: Sequence[str]) -> None:
        self.explanations = tuple(explanations)
        super().__init__(f"{self.explanations[0]} ({len(self.explanations)} in all)")


def owl_rl_closure(triples: Iterable[Triple]) -> list[Triple]:
    """Return the given triples with all that OWL 2 RL concludes from them.

    Triples with literals are kept but not reasoned over: no axiom is about them, and owlrl
    takes most of its time with them. What says nothing (a thing is the same as itself) is
    left out of the conclusions.

    Raises:
        InconsistentGraphError: The triples contradict each other.
    """
    given = list(triples)
    graph = rdflib.Graph()
    graph.parse(
        data=serialize(
            (t for t in given if not isinstance(t.object, Literal)), format=RdfFormat.N_TRIPLES
        ),
        format="nt",
    )
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    explanations = sorted(str(message) for message in graph.objects(None, _ERROR_MESSAGE))
    if explanations:
        raise InconsistentGraphError(explanations)
    # Blank nodes and literals are only kept as given: nothing of use is concluded of them.
    found = dict.fromkeys(given)
    for subject, predicate, object_ in graph:
        if _says_something(subject, predicate, object_):
            s, p, o = (NamedNode(str(node)) for node in (subject, predicate, object_))
            found.setdefault(Triple(s, p, o))
    return list(found)


def _says_something(subject: Any, predicate: Any, object_: Any) -> bool:
    if not (isinstance(subject, rdflib.URIRef) and isinstance(object_, rdflib.URIRef)):
        return False
    if str(predicate).startswith(NS):
        return True  # A work can draw on itself through a cycle.
    if subject == object_:
        return False
    if str(predicate) in {RDF + "type", RDFS + "subClassOf"}:
        return str(object_).startswith(NS)
    return str(predicate) == OWL + "sameAs"
