"""What follows from one fact: every axiom about obligations concludes from no more at a time.

So what binds a work is what follows from each fact that it states and from each that reaches it
by a lineage relation: the strands of its situation. They are few, licenses times relations, and
what follows from one is the same for every work. Neither a store nor a query is needed.
"""

from __future__ import annotations

from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from licet_ontology.terms import local_name, term

if TYPE_CHECKING:
    from collections.abc import Set

    from licet_reasoning.axioms import Axioms
    from licet_reasoning.compiled import Compiled
    from licet_reasoning.situation import Fact

Trait = tuple[str, str]
"""Property and object, as IRIs, of what is concluded of a work."""


class Strands:
    """What the axioms of a reading conclude from single facts.

    Attributes:
        traits: All that has been concluded so far, by its number.
        nodes: The same as terms of RDF.
    """

    def __init__(self, compiled: Compiled, axioms: Axioms) -> None:
        self._compiled = compiled
        self._axioms = axioms
        self._properties = {p for p, _, _, _ in axioms.consequence_chains}
        self._properties |= {sup for _, sup in axioms.consequence_parents}
        self._properties |= {p for p, _, _ in axioms.license_chains}
        self._supers: dict[str, tuple[str, ...]] = {}
        self._follows: dict[tuple[str | None, Fact], int] = {}
        self._number: dict[Trait, int] = {}
        self._seen: dict[str, tuple[int, int]] = {}
        self._lock = Lock()
        self.traits: list[Trait] = []
        self.nodes: list[tuple[NamedNode, NamedNode]] = []

    def forces(self, predicate: str) -> tuple[str, ...]:
        """Return a property of facts and the properties that it implies."""
        if predicate not in self._supers:
            self._supers[predicate] = tuple(_closed({predicate}, self._axioms.terms_parents))
        return self._supers[predicate]

    def follows(self, relation: str | None, fact: Fact) -> int:
        """Return what follows from a fact, as a bitset of the numbers of traits.

        Args:
            relation: By which it reaches the work; None if the work states it itself.
            fact: The fact.
        """
        found = self._follows.get((relation, fact))
        if found is None:
            with self._lock:
                found = sum(1 << self._numbered(trait) for trait in self._concluded(relation, fact))
            self._follows[relation, fact] = found
        return found

    def concern(self, properties: Set[str]) -> bool:
        """Return whether anything can follow that has one of some properties."""
        return not self._properties.isdisjoint(properties)

    def seen(self, stage: str) -> int:
        """Return the traits so far that some rule of a stage sees, as a bitset."""
        sight, shown = self._compiled.sight(stage), self._compiled.kinds
        looked_at, found = self._seen.get(stage, (0, 0))
        known = len(self.traits)
        if looked_at < known:
            for number, (property_, object_) in enumerate(self.traits[looked_at:known], looked_at):
                if sight.shows(property_, frozenset(map(term, shown(object_)))):
                    found |= 1 << number
            self._seen[stage] = known, found
        return found

    def _numbered(self, trait: Trait) -> int:
        if trait not in self._number:
            self.traits.append(trait)
            self.nodes.append((NamedNode(trait[0]), NamedNode(trait[1])))
            self._number[trait] = len(self._number)
        return self._number[trait]

    def _concluded(self, relation: str | None, fact: Fact) -> set[Trait]:
        license_ = self._compiled.license(fact[1])
        if license_ is None:
            return set()
        forces = self.forces(fact[0])
        clauses: defaultdict[str, set[str]] = defaultdict(set)
        for property_, along, terms, scope in self._axioms.consequence_chains:
            if along == relation and terms in forces:
                clauses[property_].update(license_.scopes.get(local_name(scope), ()))
        found = {
            (implied, clause)
            for property_, of_property in clauses.items()
            for implied in _closed({property_}, self._axioms.consequence_parents)
            for clause in of_property
        }
        return found | {
            (property_, linked)
            for property_, consequence, link in self._axioms.license_chains
            for implied, clause in found
            if implied == consequence
            for linked in self._compiled.links(clause, local_name(link))
        }


def _closed(properties: set[str], parents: tuple[tuple[str, str], ...]) -> set[str]:
    """Return properties with all that they imply."""
    todo = list(properties)
    for property_ in todo:
        todo += [sup for sub, sup in parents if sub == property_ and sup not in todo]
    return set(todo)
