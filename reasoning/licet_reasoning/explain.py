"""Why a clause binds a work or a finding holds: ancestors, paths, axioms, words of the license.

Nothing of this is stored. The path from a work to what imposes a clause on it is found by
walking the work's own few edges together with the automaton of the reading's lineage axioms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from licet_ontology.errors import UnknownWorkError, UsageError
from licet_ontology.terms import GRAPH_LICENSES, RDF, local_name, term
from licet_reasoning.concluded import CLAUSE
from licet_reasoning.evidence import evidence_of_clause
from licet_reasoning.explanation import (
    ExplainedFinding,
    Explanation,
    Imposition,
    Reason,
    Step,
    Term,
    gravest_first,
)
from licet_reasoning.findings_explained import ReasonsOfFindings
from licet_reasoning.impositions import Impositions
from licet_reasoning.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Store

    from licet_reasoning.quotient import Program

__all__ = [
    "ANCESTORS_LISTED",
    "ExplainedFinding",
    "Explainer",
    "Explanation",
    "Imposition",
    "Reason",
    "Step",
    "Term",
    "gravest_first",
]

ANCESTORS_LISTED = 20
"""Works listed that impose one term; how many there are in all is always said."""


class Explainer:
    """Explains works of one store under one reading.

    Args:
        store: A snapshot's.
        program: The reading.
        ancestors: How many works are listed at most that impose one term.
    """

    def __init__(
        self, store: Store, program: Program, *, ancestors: int = ANCESTORS_LISTED
    ) -> None:
        self._program = program
        self._ancestors = ancestors
        self._graph = _graph_of(store, program)

    def explain(self, work: str, *, code: str = "", clause: str = "") -> Explanation:
        """Return what is concluded of a work, with reasons.

        Args:
            work: Its IRI.
            code: Only findings of this code, and no obligations.
            clause: Only this clause and the findings that rest on it; its IRI, or license and
                slug.

        Raises:
            UnknownWorkError: The work is not in the graph.
            UsageError: There is no such finding code or clause.
        """
        graph = self._graph
        if code and code not in graph.rules:
            raise UsageError(f"no finding {code!r}: choose one of {', '.join(sorted(graph.rules))}")
        clause = clause and CLAUSE + local_name(clause).removeprefix("clause/")
        if clause and not graph.objects(clause, RDF + "type", GRAPH_LICENSES):
            raise UsageError(f"no clause {local_name(clause)!r} in the catalogue")
        situations = graph.situations(work)
        if not situations:
            raise UnknownWorkError(
                f"{local_name(work)} is not in the graph, so nothing is known of it"
            )
        bound, inherited, perhaps = (
            graph.objects(situations[0], term(name), graph.inferred)
            for name in ("boundBy", "inherits", "mightBeBoundBy")
        )
        imposed = Impositions(graph, self._program, work, self._ancestors)
        reasons = ReasonsOfFindings(graph, self._program, imposed, frozenset((*bound, *perhaps)))

        def obligations(clauses: Iterable[str]) -> tuple[Reason, ...]:
            wanted = [c for c in clauses if not code and clause in {"", c}]
            found = [(c, imposed.reason(c)) for c in wanted]
            return tuple(
                replace(r, evidence=evidence_of_clause(graph, work, r.term)) for _, r in found
            )

        everything = graph.nodes(situations[0])
        nodes = [
            node
            for node in everything
            if code in {"", node.rule.header["code"]}
            and clause in {"", node.because, *node.against}
        ]
        return Explanation(
            work=local_name(work),
            reading=self._program.reading,
            situation=situations[0],
            licenses=tuple(map(graph.label, reasons.own(term("license")))),
            findings=tuple(sorted(reasons.findings(nodes), key=gravest_first)),
            obligations=obligations(sorted(bound, key=lambda c: (c not in inherited, c))),
            in_doubt=obligations(sorted(set(perhaps).difference(bound))),
            only=code or local_name(clause),
            severities=tuple(sorted({node.severity for node in everything})),
        )


_graphs: dict[str, Remembered] = {}


def _graph_of(store: Store, program: Program) -> Remembered:
    """Return the graph of a reading, the same one for as long as a store is asked."""
    if any(graph.store is not store for graph in _graphs.values()):
        _graphs.clear()
    if program.reading not in _graphs:
        _graphs[program.reading] = Remembered(store, program)
    return _graphs[program.reading]
