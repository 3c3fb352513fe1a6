"""What a snapshot concludes, with all that it says of ontology and catalogue remembered.

Explanations of different works cite the same clauses. What ontology and catalogue say of them is
the same as long as a snapshot is open, and there is no more of it than the catalogue is long.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from licet_ontology.terms import GRAPH_LICENSES, GRAPH_ONTOLOGY, term
from licet_reasoning.concluded import Concluded
from licet_reasoning.forces import Forces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Store, Triple

    from licet_reasoning.excerpt import Likeness
    from licet_reasoning.explanation import Term
    from licet_reasoning.quotient import Program
    from licet_reasoning.rules import Judgement

KEPT = 50_000
"""Answers kept of one kind: more than the catalogue has, for questions may name anything."""

_UNCHANGING = frozenset({GRAPH_LICENSES, GRAPH_ONTOLOGY})


class Remembered(Concluded):
    """A snapshot's graph under one reading.

    Args:
        store: The snapshot's.
        program: The reading.

    Attributes:
        judged: By names of rules and likeness of excerpts, what was said of them.
    """

    def __init__(self, store: Store, program: Program) -> None:
        super().__init__(store, program.reading)
        self._program = program
        kept = lru_cache(KEPT)
        # Not on the class, where they would outlive the snapshot.
        self._objects = kept(super().objects)
        self._texts = kept(super().texts)
        self._terms = kept(super().term)
        self._scoped = kept(super().scopes)
        self._clauses = kept(super().clauses)
        self._satisfiable_under = kept(super().satisfiable_under)
        self.judged: dict[tuple[tuple[str, ...], *Likeness], list[Judgement]] = {}
        self._told = kept(self._told_of)

    def objects(self, subject: str, predicate: str, graph: str) -> list[str]:
        """Return the IRIs that one graph relates a subject to, sorted."""
        if graph in _UNCHANGING:
            return self._objects(subject, predicate, graph)
        return super().objects(subject, predicate, graph)

    def texts(self, subject: str, predicate: str, graph: str) -> list[str]:
        """Return the literals that one graph relates a subject to, sorted."""
        if graph in _UNCHANGING:
            return self._texts(subject, predicate, graph)
        return super().texts(subject, predicate, graph)

    def term(self, iri: str) -> Term:
        """Return a clause, license, gap or circumstance in words."""
        return self._terms(iri)

    def scopes(self, clause: str) -> dict[str, list[str]]:
        """Return the licenses that attach a clause, by scope."""
        return self._scoped(clause)

    def clauses(self, license_: str) -> list[str]:
        """Return the clauses of a license."""
        return self._clauses(license_)

    def satisfiable_under(self, clause: str) -> frozenset[str]:
        """Return the licenses under which a derivative can satisfy a clause."""
        return self._satisfiable_under(clause)

    def outside_of_licenses(self, work: str) -> list[str]:
        """Return the licenses outside of whose lineage a work is known to be."""
        return [
            license_
            for situation in self.situations(work)
            for license_ in self.objects(situation, term("outsideOf"), self.inferred)
        ]

    @cached_property
    def force_of_licenses(self) -> Forces:
        """What force licenses have for works."""
        return Forces(self.forces(), self._program.axioms)

    def catalogue_about(self, licenses: Iterable[str]) -> list[Triple]:
        """Return what rules and axioms look at of licenses and their clauses.

        That does for judgements: what nobody states binds nobody, and that a work is outside of
        a lineage matters to clauses that bind alone.
        """
        return [t for license_ in sorted(set(licenses)) for t in self._told(license_)]

    def _told_of(self, license_: str) -> list[Triple]:
        from licet_reasoning.quotient import told_facts  # brings numpy

        told = [
            t
            for subject in (license_, *self.clauses(license_))
            for graph in (GRAPH_LICENSES, self.inferred)
            for t in self.about(subject, graph)
        ]
        return told_facts(told, self._program.axioms)
