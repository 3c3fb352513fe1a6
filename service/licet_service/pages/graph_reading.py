"""What pages ask of an open store beyond explanations; runs where the store is."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from licet_ontology.terms import (
    BASE,
    GRAPH_HUB,
    GRAPH_LICENSES,
    GRAPH_ONTOLOGY,
    RDF,
    RDFS,
    SKOS,
    local_name,
    reading_graphs,
    term,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Quad, Store

_REUSES = NamedNode(term("reuses"))
_WORKS = tuple(BASE + kind for kind in ("model/", "dataset/", "service/"))


class GraphReading:
    """Short answers about single resources, each from a few look-ups in one graph."""

    def __init__(self, store: Store, reading: str) -> None:
        self._store = store
        inferred, findings, _ = reading_graphs(reading)
        self._inferred, self._findings = NamedNode(inferred), NamedNode(findings)
        self._hub = NamedNode(GRAPH_HUB)
        self._labels: dict[str, str] = {}
        self._severities: dict[str, tuple[int, int, int]] = {}

    def outgoing(self, iri: str, predicate: str | None, graph: NamedNode) -> Iterator[Quad]:
        """Yield what a graph states of a resource."""
        p = NamedNode(predicate) if predicate else None
        return self._store.quads_for_pattern(NamedNode(iri), p, None, graph)

    def text(self, iri: str, predicate: str, graph_iri: str = GRAPH_HUB) -> str:
        """Return a literal of a resource, or nothing."""
        found = self.outgoing(iri, predicate, NamedNode(graph_iri))
        return next((q.object.value for q in found if isinstance(q.object, Literal)), "")

    def objects(self, iri: str, predicate: str, graph_iri: str = GRAPH_HUB) -> list[str]:
        """Return the resources that a resource points to, sorted."""
        found = self.outgoing(iri, predicate, NamedNode(graph_iri))
        return sorted(q.object.value for q in found if isinstance(q.object, NamedNode))

    def label(self, iri: str) -> str:
        """Return the name of a license, gap or term."""
        if iri not in self._labels:
            texts = (self.text(iri, RDFS + "label", g) for g in (GRAPH_LICENSES, GRAPH_ONTOLOGY))
            self._labels[iri] = next((text for text in texts if text), local_name(iri))
        return self._labels[iri]

    def definition(self, iri: str) -> str:
        """Return what a term of the ontology means."""
        return self.text(iri, SKOS + "definition", GRAPH_ONTOLOGY)

    def situation(self, work: str) -> str:
        """Return the IRI of the situation of a work, or nothing if the graph does not hold it."""
        found = self.outgoing(work, term("situation"), self._inferred)
        return next((q.object.value for q in found if isinstance(q.object, NamedNode)), "")

    def severities(self, work: str) -> tuple[int, int, int]:
        """Return how many errors, unknowns and warnings a work has."""
        situation = self.situation(work)
        if situation not in self._severities:
            counts = {"error": 0, "unknown": 0, "warning": 0}
            for name in ("hasFinding", "hasOpenQuestion") if situation else ():
                for quad in self.outgoing(situation, term(name), self._findings):
                    finding = quad.object
                    if isinstance(finding, NamedNode):
                        graph = self._findings.value
                        severity = self.text(finding.value, term("severity"), graph)
                        counts[severity] = counts.get(severity, 0) + 1
            self._severities[situation] = (counts["error"], counts["unknown"], counts["warning"])
        return self._severities[situation]

    def codes(self, work: str) -> dict[str, str]:
        """Return the codes of the findings of a work, each with its gravest severity."""
        order = ("notice", "warning", "unknown", "error")
        found: dict[str, str] = {}
        situation = self.situation(work)
        for name in ("hasFinding", "hasOpenQuestion") if situation else ():
            for finding in self.objects(situation, term(name), self._findings.value):
                code = self.text(finding, term("code"), self._findings.value)
                severity = self.text(finding, term("severity"), self._findings.value)
                found[code] = max(found.get(code, "notice"), severity, key=order.index)
        return found

    def terms(self, work: str) -> list[dict[str, str]]:
        """Return the licenses of a work, or else why none is known, each as id and label."""
        licenses = self.objects(work, term("license"))
        stand_in = self.objects(work, term("declaredFamily")) + self.objects(work, term("gap"))
        return [{"iri": iri, "label": self.label(iri)} for iri in licenses or stand_in]

    def relations(self, child: str, parent: str) -> list[str]:
        """Return the names of the stated relations from a work to one it reuses."""
        found = self._store.quads_for_pattern(NamedNode(child), None, NamedNode(parent), self._hub)
        names = {local_name(q.predicate.value) for q in found if q.predicate != _REUSES}
        return sorted(names - {"type", "statedBase"})

    def parents(self, work: str) -> list[str]:
        """Return the works that a work reuses."""
        return [iri for iri in self.objects(work, _REUSES.value) if iri.startswith(_WORKS)]

    def children(self, work: str, at_most: int) -> list[str]:
        """Return works that reuse a work, no more than so many."""
        found = self._store.quads_for_pattern(None, _REUSES, NamedNode(work), self._hub)
        subjects = (q.subject.value for q in found if isinstance(q.subject, NamedNode))
        return list(islice(subjects, at_most))

    def is_known(self, work: str) -> bool:
        """Tell whether the source of a work has been read."""
        return bool(self.situation(work)) and bool(list(islice(self._urls(work), 1)))

    def _urls(self, work: str) -> Iterator[Quad]:
        return self.outgoing(work, RDF + "type", self._hub)
