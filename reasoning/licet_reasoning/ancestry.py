"""The lineage of one work, read from the graph as far as it goes and walked once per relation.

A walk keeps one step for each work and state of the automaton, so that its cost grows with the
derivations it meets and not with the number or length of paths through them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from licet_ontology.terms import GRAPH_HUB, RDF, term

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Store

    from licet_reasoning.forces import Facts, Forces
    from licet_reasoning.quotient import Program

_FACTS = {term("license"), term("gap"), term("circumstance"), RDF + "type"}
_CLASSES = {term("Model"), term("Dataset"), term("Service")}
_GATED = term("gated")
_REUSES = term("reuses")


@dataclass(frozen=True)
class Stated:
    """What the graph holds of one work.

    Attributes:
        parents: Stated derivations as (relation, parent), sorted.
        facts: What rules look at, as (property, value), sorted: license, gap, circumstance, type
            and access.
    """

    parents: tuple[tuple[str, str], ...]
    facts: Facts

    def values(self, property_: str) -> list[str]:
        """Return the values of one property."""
        return [value for name, value in self.facts if name == property_]


@dataclass(frozen=True)
class Walk:
    """The works that a work is related to by one lineage relation.

    Attributes:
        distance: The length of the shortest path to each, nearest first, then by name.
        places: Where the shortest path to each ends, in ``trail``.
        trail: For each place, the place before it, the stated relation and the work there.
    """

    distance: dict[str, int]
    places: dict[str, int]
    trail: list[tuple[int, str, str]]

    def path(self, ancestor: str) -> list[tuple[str, str, str]]:
        """Return the shortest path as (child, relation, parent)."""
        steps: list[tuple[str, str, str]] = []
        place = self.places[ancestor]
        while place:
            before, relation, work = self.trail[place]
            steps.append((self.trail[before][2], relation, work))
            place = before
        return steps[::-1]


class Ancestry:
    """What one work was made from, and what is stated of each of these works.

    Args:
        store: A snapshot's.
        program: The reading.
        work: The IRI of the work.
        forces: What force licenses have for works.
    """

    def __init__(self, store: Store, program: Program, work: str, forces: Forces) -> None:
        self.work = work
        self._store = store
        self._program = program
        self._forces = forces
        self._stated: dict[str, Stated] = {}
        self._walks: dict[str, Walk] = {}
        self._holders: dict[str | None, dict[tuple[str, str], list[str]]] = {}

    def stated(self, work: str) -> Stated:
        """Return what the graph holds of a work."""
        if work not in self._stated:
            self._stated[work] = self._read(work)
        return self._stated[work]

    def facts_of(self, work: str) -> Facts:
        """Return what rules look at of what the graph states of a work."""
        return self.stated(work).facts

    def walk(self, relation: str) -> Walk:
        """Return the works that the work is related to by a lineage relation."""
        if relation not in self._walks:
            self._walks[relation] = self._walked(relation)
        return self._walks[relation]

    def holders(self, relation: str | None, property_: str, value: str) -> list[str]:
        """Return the related works of which a fact holds, nearest first.

        Args:
            relation: The lineage relation; None for the work itself.
            property_: Of the fact: one that is stated, or a force of licenses.
            value: Of the fact.
        """
        if relation not in self._holders:
            index: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
            works = [self.work] if relation is None else self.walk(relation).distance
            for work in works:
                for fact in self.all_facts(work):
                    index[fact].append(work)
            self._holders[relation] = dict(index)
        return self._holders[relation].get((property_, value), [])

    def all_facts(self, work: str) -> Facts:
        """Return what is stated of a work and what force its licenses have."""
        return self._with_forces[self.stated(work).facts]

    @cached_property
    def _with_forces(self) -> Mapping[Facts, Facts]:
        everyone = {self.work, *self.walk(term("drawsOn")).distance}
        return self._forces.of(self.stated(work).facts for work in everyone)

    def _read(self, work: str) -> Stated:
        relations = self._program.automaton.relation_index
        parents: list[tuple[str, str]] = []
        facts: set[tuple[str, str]] = set()
        for quad in self._store.quads_for_pattern(
            NamedNode(work), None, None, NamedNode(GRAPH_HUB)
        ):
            predicate, value = quad.predicate.value, quad.object
            if predicate == _GATED and isinstance(value, Literal):
                gate = "Ungated" if value.value == "no" else "Gated"
                facts.add((term("access"), term(gate)))
            elif not isinstance(value, NamedNode):
                continue
            elif predicate in relations and predicate != _REUSES:
                parents.append((predicate, value.value))
            elif predicate in _FACTS and (predicate != RDF + "type" or value.value in _CLASSES):
                facts.add((predicate, value.value))
        return Stated(tuple(sorted(parents)), tuple(sorted(facts)))

    def _walked(self, relation: str) -> Walk:
        automaton = self._program.automaton
        letters, step, accepts = automaton.relation_index, automaton.step, automaton.accepts
        trail = [(0, "", self.work)]
        states, depths = [automaton.starts[relation]], [0]
        seen = {(self.work, states[0])}
        found: dict[str, int] = {}
        for place, (_, _, work) in enumerate(trail):  # grows as it is read
            for stated, parent in self.stated(work).parents:
                state = int(step[states[place], letters[stated]])
                if not state or (parent, state) in seen:
                    continue
                seen.add((parent, state))
                if accepts[state]:
                    found.setdefault(parent, len(trail))
                trail.append((place, stated, parent))
                states.append(state)
                depths.append(depths[place] + 1)
        nearest = sorted(found, key=lambda work: (depths[found[work]], work))
        return Walk({work: depths[found[work]] for work in nearest}, found, trail)
