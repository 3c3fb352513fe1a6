"""What a snapshot states and concludes, asked for one thing at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from licet_ontology.terms import (
    BASE,
    GRAPH_LICENSES,
    GRAPH_ONTOLOGY,
    RDF,
    RDFS,
    SKOS,
    local_name,
    reading_graphs,
    term,
)
from licet_queries.library import folder_queries
from licet_reasoning.explanation import PARAMETERS, Term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad, Store, Triple

    from licet_queries.library import SavedQuery

CLAUSE = BASE + "clause/"
LICENSE = BASE + "license/"


@dataclass(frozen=True)
class FindingNode:
    """A finding or open question as the graph holds it."""

    iri: str
    open: bool
    rule: SavedQuery
    kind: str
    severity: str
    because: str
    inherited: bool
    against: tuple[str, ...]


class Concluded:
    """A snapshot's graph under one reading.

    Args:
        store: The snapshot's.
        reading: Whose conclusions are asked for.
    """

    def __init__(self, store: Store, reading: str) -> None:
        self.store = store
        self.inferred, self._findings, _ = reading_graphs(reading)

    @cached_property
    def rules(self) -> dict[str, SavedQuery]:
        """The finding rules, by code."""
        return {rule.header["code"]: rule for rule in folder_queries("findings")}

    def nodes(self, situation: str) -> list[FindingNode]:
        """Return the findings and open questions of a situation, as the graph holds them."""
        found = []
        for name, open_ in (("hasFinding", False), ("hasOpenQuestion", True)):
            for iri in self.objects(situation, term(name), self._findings):
                found.append(
                    FindingNode(
                        iri,
                        open_,
                        self.rules[self.text(iri, term("code"), self._findings)],
                        self.objects(iri, term("kind"), self._findings)[0],
                        self.text(iri, term("severity"), self._findings),
                        self.objects(iri, term("because"), self._findings)[0],
                        self.text(iri, term("inherited"), self._findings) == "true",
                        tuple(self.objects(iri, term("conflictsWith"), self._findings)),
                    )
                )
        return found

    # What is asked of the graph

    def situations(self, work: str) -> list[str]:
        """Return the situation of a work, or nothing."""
        return self.objects(work, term("situation"), self.inferred)

    def scopes(self, clause: str) -> dict[str, list[str]]:
        """Return the licenses that attach a clause, by scope."""
        # Not by any predicate: a clause binds situations, too, on a whole Hub tens of thousands.
        found = {
            scope.value: sorted(
                quad.subject.value
                for quad in self._stated(scope, NamedNode(clause))
                if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(LICENSE)
            )
            for scope in self._scopes
        }
        return {scope: owners for scope, owners in found.items() if owners}

    @cached_property
    def _scopes(self) -> list[NamedNode]:
        below = NamedNode(RDFS + "subPropertyOf"), NamedNode(term("hasClause"))
        stated = self.store.quads_for_pattern(None, *below, NamedNode(GRAPH_ONTOLOGY))
        return [q.subject for q in stated if isinstance(q.subject, NamedNode)] + [below[1]]

    def _stated(self, predicate: NamedNode, value: NamedNode) -> Iterable[Quad]:
        """Return what the catalogue states or entails, each subject once."""
        quads = {
            quad.subject: quad
            for graph in (GRAPH_LICENSES, self.inferred)
            for quad in self.store.quads_for_pattern(None, predicate, value, NamedNode(graph))
        }
        return quads.values()

    def owners(self, clause: str) -> list[str]:
        """Return the licenses that have a clause."""
        return sorted({owner for owners in self.scopes(clause).values() for owner in owners})

    def forces(self) -> list[Triple]:
        """Return what the catalogue concludes on the force of licenses."""
        quads = self.store.quads_for_pattern(
            None, NamedNode(term("force")), None, NamedNode(self.inferred)
        )
        return [quad.triple for quad in quads]

    def catalogue_about(self, licenses: Iterable[str]) -> list[Triple]:
        """Return all that is stated and concluded of licenses and their clauses."""
        exempts = term("exemptsLicense")
        exempted = {
            quad.object.value
            for quad in self.store.quads_for_pattern(
                None, NamedNode(exempts), None, NamedNode(GRAPH_LICENSES)
            )
            if isinstance(quad.object, NamedNode)
        }
        told: list[Triple] = []
        for license_ in sorted({*licenses, *exempted}):
            for subject in (license_, *self.clauses(license_)):
                told += self.about(subject, GRAPH_LICENSES) + self.about(subject, self.inferred)
        return told

    def about(self, subject: str, graph: str) -> list[Triple]:
        """Return what one graph says of a subject."""
        quads = self.store.quads_for_pattern(NamedNode(subject), None, None, NamedNode(graph))
        return [quad.triple for quad in quads]

    def clauses(self, license_: str) -> list[str]:
        """Return the clauses of a license."""
        return self.objects(license_, term("hasClause"), self.inferred)

    def is_unread(self, iri: str) -> bool:
        """Return whether something is a license that nobody has read."""
        return iri in self._unread

    @cached_property
    def _unread(self) -> frozenset[str]:
        quads = self.store.quads_for_pattern(
            None,
            NamedNode(RDF + "type"),
            NamedNode(term("UnreadLicense")),
            NamedNode(GRAPH_LICENSES),
        )
        return frozenset(q.subject.value for q in quads if isinstance(q.subject, NamedNode))

    def satisfiable_under(self, clause: str) -> frozenset[str]:
        """Return the licenses under which a derivative can satisfy a clause."""
        return frozenset(self.objects(clause, term("satisfiableUnder"), self.inferred))

    def is_of_kind(self, clause: str, kinds: Iterable[str]) -> bool:
        """Return whether a clause is of one of the kinds."""
        types = set(self.objects(clause, RDF + "type", GRAPH_LICENSES))
        return not types.isdisjoint(map(term, kinds))

    def term(self, iri: str) -> Term:
        """Return a clause, license, gap or circumstance in words."""
        if not iri.startswith(CLAUSE):
            return Term(
                iri,
                "license" if iri.startswith(LICENSE) else "circumstance",
                label=self.label(iri),
                definition=self.text(iri, SKOS + "definition", GRAPH_ONTOLOGY),
            )
        kind = self.objects(iri, RDF + "type", GRAPH_LICENSES)[0]
        license_ = next(
            (
                owner
                for scope, owners in self.scopes(iri).items()
                if scope.startswith(term("on"))
                for owner in owners
            ),
            "",
        )
        return Term(
            iri,
            "clause",
            kind=self.text(kind, term("code"), GRAPH_ONTOLOGY),
            label=self.label(iri),
            definition=self.text(kind, SKOS + "definition", GRAPH_ONTOLOGY),
            license=self.label(license_),
            section=self.text(iri, term("section"), GRAPH_LICENSES),
            quote=self.text(iri, term("quote"), GRAPH_LICENSES),
            text_sha256=self.text(license_, term("textSha256"), GRAPH_LICENSES),
            remedy=self.text(kind, term("remedy"), GRAPH_ONTOLOGY),
            parameters=tuple(
                (name, text)
                for name in PARAMETERS
                for text in self.texts(iri, term(name), GRAPH_LICENSES)
            ),
            license_iri=license_,
        )

    def label(self, iri: str) -> str:
        """Return the label of a resource, or its local name."""
        for graph in (GRAPH_LICENSES, GRAPH_ONTOLOGY):
            if text := self.text(iri, RDFS + "label", graph):
                return text
        return local_name(iri)

    def objects(self, subject: str, predicate: str, graph: str) -> list[str]:
        """Return the IRIs that one graph relates a subject to, sorted."""
        return sorted(
            quad.object.value
            for quad in self.store.quads_for_pattern(
                NamedNode(subject), NamedNode(predicate), None, NamedNode(graph)
            )
            if isinstance(quad.object, NamedNode)
        )

    def texts(self, subject: str, predicate: str, graph: str) -> list[str]:
        """Return the literals that one graph relates a subject to, sorted."""
        return sorted(
            quad.object.value
            for quad in self.store.quads_for_pattern(
                NamedNode(subject), NamedNode(predicate), None, NamedNode(graph)
            )
            if isinstance(quad.object, Literal)
        )

    def text(self, subject: str, predicate: str, graph: str) -> str:
        """Return the first literal that one graph relates a subject to, or nothing."""
        return next(iter(self.texts(subject, predicate, graph) if subject else ()), "")
