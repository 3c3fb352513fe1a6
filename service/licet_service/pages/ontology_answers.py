"""The terms of the ontology, for its page and for the completion of the editor."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal, NamedNode

from licet_ontology import modules
from licet_ontology.terms import NS, PREFIXES
from licet_service.pages.addresses import compact

if TYPE_CHECKING:
    from licet_service.dataset import OpenSnapshot

_CLASSES: Final = {"owl:Class", "rdfs:Class"}
_PROPERTIES: Final = {
    "owl:ObjectProperty",
    "owl:DatatypeProperty",
    "owl:AnnotationProperty",
    "rdf:Property",
}
_COMMON: Final = ("rdf:type", "rdfs:label", "skos:definition", "rdfs:subClassOf", "schema:url")


def vocabulary(_: OpenSnapshot) -> list[dict[str, Any]]:
    """Return the terms of the ontology, sorted by name, each with its types and annotations."""
    return _terms()


def completion(opened: OpenSnapshot) -> dict[str, Any]:
    """Return prefixes, classes and properties that an editor may complete."""
    terms = vocabulary(opened)
    common = [PREFIXES[name.split(":")[0]] + name.split(":")[1] for name in _COMMON]
    return {
        "prefixes": PREFIXES,
        "classes": [t["iri"] for t in terms if _CLASSES & set(t.get("rdf:type", ()))],
        "properties": common
        + [t["iri"] for t in terms if _PROPERTIES & set(t.get("rdf:type", ()))],
    }


@cache
def _terms() -> list[dict[str, Any]]:
    terms: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for t in modules.ontology():
        if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode | Literal):
            terms[t.subject.value][compact(t.predicate.value)].append(t.object.value)
    own = sorted(iri for iri in terms if iri.startswith(NS))
    return [
        {
            "iri": iri,
            "kind": _kind(set(map(compact, terms[iri].get("rdf:type", ())))),
            **{
                name: sorted(map(compact, values)) if name == "rdf:type" else values
                for name, values in terms[iri].items()
            },
        }
        for iri in own
    ]


def _kind(types: set[str]) -> str:
    return "class" if types & _CLASSES else "property" if types & _PROPERTIES else "other"
