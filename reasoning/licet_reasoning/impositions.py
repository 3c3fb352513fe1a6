"""Which works impose a term on another: the nearest, with path and axiom, and how many in all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from licet_ontology.terms import GRAPH_LICENSES, local_name, term
from licet_reasoning.ancestry import Ancestry
from licet_reasoning.concluded import LICENSE
from licet_reasoning.explanation import Chain, Imposition, Reason, Step
from licet_reasoning.sight import IF_IN_DOUBT_BINDS

if TYPE_CHECKING:
    from licet_reasoning.quotient import Program
    from licet_reasoning.remembered import Remembered

STEPS_LISTED = 100
"""Steps listed of one path; of a longer one, half from either end."""

STATES_LICENSE = term("license")
DERIVATIVE_OF = term("derivativeOf")
WHOLE = frozenset({term("inheritsAsWhole")})
AS_DERIVATIVE = {DERIVATIVE_OF: term("termsOnCopying")}
BOUND = frozenset({term("boundBy")})
BAN = ("OutputImprovementBan",)
_OUTSIDE_LINEAGE = term("OutsideLineage")
_DRAWS_ON = term("drawsOn")
_BY_ANY_USE = {_DRAWS_ON: STATES_LICENSE}


class Impositions:
    """What imposes terms on one work.

    Args:
        graph: What is stated and concluded.
        program: The reading.
        work: The IRI of the work.
        listed: How many works are listed at most that impose one term.
    """

    def __init__(self, graph: Remembered, program: Program, work: str, listed: int) -> None:
        self.work = work
        self.ancestry = Ancestry(graph.store, program, work, graph.force_of_licenses)
        self._graph = graph
        self._axioms = program.axioms
        self._listed = listed
        self._steps: dict[tuple[str, str], tuple[Step, ...]] = {}
        self._whole_paths: dict[tuple[Step, ...], tuple[Step, ...]] = {(): ()}
        self._imposed: dict[tuple[Chain, ...], tuple[tuple[Imposition, ...], int]] = {}

    def itself(self, iri: str) -> Reason:
        """Return a reason that lies with the work itself."""
        return Reason(self._graph.term(iri), (Imposition(local_name(self.work), "", ()),), 1)

    def outside(self, ban: str) -> Reason:
        """Return the works outside of the lineage to which a clause confines improvement."""
        exempted = self._graph.objects(ban, term("exemptsLicense"), GRAPH_LICENSES)
        licenses = set(exempted).intersection(self._graph.owners(ban))
        works = [
            work
            for work in self.ancestry.walk(DERIVATIVE_OF).distance
            if not licenses.isdisjoint(self._graph.outside_of_licenses(work))
        ]
        return self.related(_OUTSIDE_LINEAGE, {DERIVATIVE_OF: works})

    def held(self, clause: str, by: dict[str, str]) -> Reason:
        """Return the works whose license holds a clause that a rule asks for itself."""
        owners, holders = self._graph.owners(clause), self.ancestry.holders
        certain = {r: [w for o in owners for w in holders(r, f, o)] for r, f in by.items()}
        if any(certain.values()):
            return self.related(clause, certain)
        doubt = term("termsInDoubt")
        doubtful = {r: [w for o in owners for w in holders(r, doubt, o)] for r in by}
        return self.related(clause, doubtful, in_doubt=True)

    def upstream(self, iri: str, by: dict[str, str]) -> Reason:
        """Return the works that have a gap, or are under a license as such."""
        holders = self.ancestry.holders
        if not iri.startswith(LICENSE):
            found = {r: holders(r, term("gap"), iri) for r in by or [_DRAWS_ON]}
            return self.related(iri, found)
        found = {r: holders(r, force, iri) for r, force in (by or _BY_ANY_USE).items()}
        if any(found.values()):
            return self.related(iri, found)
        doubtful = {r: holders(r, term("termsInDoubt"), iri) for r in by}
        return self.related(iri, doubtful, in_doubt=True)

    def related(self, iri: str, works: dict[str, list[str]], *, in_doubt: bool = False) -> Reason:
        """Return a reason that lies with works that one is related to by some relations."""
        nearest: dict[str, tuple[int, str]] = {}
        for relation, found in works.items():
            distance = self.ancestry.walk(relation).distance
            for work in found:
                nearest[work] = min(
                    nearest.get(work, (distance[work], relation)), (distance[work], relation)
                )
        listed = sorted(nearest, key=lambda work: (nearest[work][0], work))
        impositions = tuple(
            self._imposition(local_name(nearest[work][1]), nearest[work][1], work, in_doubt)
            for work in listed[: self._listed]
        )
        return Reason(self._graph.term(iri), impositions, len(nearest))

    # How a clause reaches the work

    def _chains(self, clause: str, properties: frozenset[str]) -> tuple[Chain, ...]:
        """Return the ways by which a clause may come to a work as one of some properties."""
        axioms = self._axioms
        certain = axioms.implying(properties)
        doubtful = axioms.implying(
            frozenset(d for d, resolved in IF_IN_DOUBT_BINDS if properties.intersection(resolved))
        )
        scopes = self._graph.scopes(clause)
        return tuple(
            Chain.by(
                (property_, relation, terms, scope), license_, in_doubt=property_ not in certain
            )
            for property_, relation, terms, scope in axioms.consequence_chains
            if property_ in certain | doubtful
            for license_ in scopes.get(scope, ())
        )

    def reason(self, clause: str, properties: frozenset[str] = BOUND) -> Reason:
        """Return the works that impose a clause as one of some properties, by default any."""
        impositions, count = self._impositions(self._chains(clause, properties))
        return Reason(self._graph.term(clause), impositions, count)

    def demand(self, clause: str) -> Reason:
        """Return the works whose clause bears on the license that the work may carry.

        It governs the work as a whole; of a license that confines improvement to its own lineage
        it is enough that the work is a derivative.
        """
        if self._graph.is_of_kind(clause, BAN):
            return self.held(clause, AS_DERIVATIVE)
        return self.reason(clause, WHOLE)

    def nearest(self, reason: Reason) -> Reason:
        """Return a reason with the nearest work only, and the whole path to it."""
        first = reason.imposed_by[:1]
        return replace(
            reason, imposed_by=tuple(replace(i, path=self._whole_paths[i.path]) for i in first)
        )

    def _impositions(self, chains: tuple[Chain, ...]) -> tuple[tuple[Imposition, ...], int]:
        """Return the nearest works that impose a clause in these ways, and their number.

        What binds for certain needs no doubtful reason.
        """
        if chains not in self._imposed:
            nearest: dict[str, tuple[int, Chain]] = {}
            for in_doubt in (False, True):
                for chain in chains:
                    if chain.in_doubt == in_doubt:
                        self._note_nearest(nearest, chain)
                if nearest:
                    break
            listed = sorted(nearest, key=lambda work: (nearest[work][0], work))
            self._imposed[chains] = (
                tuple(
                    self._imposition(chain.axiom, chain.relation, work, chain.in_doubt, chain)
                    for work in listed[: self._listed]
                    for chain in (nearest[work][1],)
                ),
                len(nearest),
            )
        return self._imposed[chains]

    def _note_nearest(self, nearest: dict[str, tuple[int, Chain]], chain: Chain) -> None:
        distance = self.ancestry.walk(chain.relation).distance if chain.relation else {}
        for work in self.ancestry.holders(chain.relation, chain.terms, chain.license):
            far = distance.get(work, 0)
            if work not in nearest or far < nearest[work][0]:
                nearest[work] = (far, chain)

    def _imposition(
        self,
        axiom: str,
        relation: str | None,
        work: str,
        in_doubt: bool,
        chain: Chain | None = None,
    ) -> Imposition:
        whole = self._path(relation, work) if relation else ()
        half = STEPS_LISTED // 2
        shown = whole if len(whole) <= STEPS_LISTED else whole[:half] + whole[-half:]
        self._whole_paths[shown] = whole
        return Imposition(
            local_name(work),
            axiom,
            shown,
            force=self._force(work, chain) if chain else "",
            in_doubt=in_doubt,
            steps=len(whole),
        )

    def _path(self, relation: str, work: str) -> tuple[Step, ...]:
        """Return the shortest path to a related work."""
        if (relation, work) not in self._steps:
            self._steps[relation, work] = tuple(
                Step(*map(local_name, step)) for step in self.ancestry.walk(relation).path(work)
            )
        return self._steps[relation, work]

    def _force(self, work: str, chain: Chain) -> str:
        """Return the shortest way from a ground of a work's license to a force."""
        holds = {name for name, value in self.ancestry.all_facts(work) if value == chain.license}
        way = self._axioms.force_of(chain.terms, holds)
        return " ⊑ ".join(map(local_name, way))
