"""All that the page of one work shows, in one answer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from licet_ontology.errors import UnknownWorkError
from licet_ontology.terms import BASE, DCTERMS, GRAPH_ONTOLOGY, RDFS, SCHEMA, SKOS, term
from licet_reasoning.explain import Explainer
from licet_reasoning.quotient import compile_reading
from licet_service.license_view import clause_group
from licet_service.pages.graph_reading import GraphReading
from licet_service.pages.lineage_answers import lineage_around
from licet_service.report import explanation_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from licet_reasoning.quotient import Program
    from licet_service.dataset import OpenSnapshot

_FACTS: Final = {
    "author": term("author"),
    "created": DCTERMS + "created",
    "modified": DCTERMS + "modified",
    "downloads": term("downloads"),
    "likes": term("likes"),
    "task": term("pipelineTag"),
    "gated": term("gated"),
    "stated": term("statedLicense"),
    "licenseName": term("licenseName"),
    "licenseSince": term("licenseSince"),
    "url": SCHEMA + "url",
}


@lru_cache(maxsize=16)
def _program(reading: str) -> Program:
    return compile_reading(reading)


def work_page(
    opened: OpenSnapshot,
    work: str,
    reading: str,
    *,
    expanded: Sequence[str] = (),
    down: int = 1,
) -> dict[str, Any]:
    """Return the explanation of a work, what is stated of it, its lineage, and other readings.

    Args:
        opened: The snapshot.
        work: Its kind and id: ``model/owner/name``.
        reading: Whose conclusions are told.
        expanded: Works of the lineage all of whose neighbours are shown.
        down: Generations of descendants in the lineage.

    Raises:
        UsageError: There is no such reading.
        UnknownWorkError: Nothing in the graph names the work.
    """
    opened.see(reading)
    iri = BASE + work
    graph = GraphReading(opened.store, reading)
    codes = graph.codes(iri)
    try:
        explanation = explanation_json(Explainer(opened.store, _program(reading)).explain(iri))
    except UnknownWorkError:
        if not graph.children(iri, 1):
            raise
        explanation = None
    return {
        "work": work,
        "explanation": explanation,
        "groups": {} if explanation is None else _groups(explanation),
        "facts": {name: graph.text(iri, predicate) for name, predicate in _FACTS.items()},
        "terms": graph.terms(iri),
        "readings": [_under(opened, iri, name, codes) for name in opened.seen if explanation],
        "reading": _reading(graph, reading),
        "lineage": lineage_around(opened, work, reading, down=down, expanded=expanded),
    }


def _groups(explanation: dict[str, Any]) -> dict[str, str]:
    reasons = (*explanation["obligations"], *explanation["in_doubt"])
    clauses = {reason["term"]["iri"] for reason in reasons}
    return {clause: clause_group(clause) for clause in clauses}


def _under(opened: OpenSnapshot, iri: str, reading: str, present: dict[str, str]) -> dict[str, Any]:
    """Return what a reading says of a work, and what differs from the present one."""
    graph = GraphReading(opened.store, reading)
    errors, unknowns, warnings = graph.severities(iri)
    codes = graph.codes(iri)
    return {
        **_reading(graph, reading),
        "errors": errors,
        "unknowns": unknowns,
        "warnings": warnings,
        "gained": sorted(codes.keys() - present.keys()),
        "lost": sorted(present.keys() - codes.keys()),
        "changed": sorted(c for c in codes.keys() & present.keys() if codes[c] != present[c]),
    }


def _reading(graph: GraphReading, name: str) -> dict[str, str]:
    iri = f"{BASE}reading/{name}"
    return {
        "name": name,
        "label": graph.text(iri, RDFS + "label", GRAPH_ONTOLOGY) or name,
        "definition": graph.text(iri, SKOS + "definition", GRAPH_ONTOLOGY),
    }
