"""What is said of a work because of one fact: every axiom concludes from no more at a time.

So what is said of a work is what each fact that it states amounts to, and each that reaches it by
a lineage relation: the strands of its situation. They are few, licenses times relations, and what
follows from one is the same for every work. Neither a store nor a query is needed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from licet_ontology.terms import local_name, term
from licet_reasoning.reach import bits
from licet_reasoning.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_queries.library import SavedQuery
    from licet_reasoning.axioms import Axioms
    from licet_reasoning.compiled import Compiled
    from licet_reasoning.situation import Fact

Trait = tuple[str, str]
"""Property and object, as IRIs, of what is said of a work."""
KEPT_BONDS = 4096
"""How many of the works of earlier questions, as clauses bind them, are remembered."""

_BOUND_BY, _MIGHT_BE_BOUND_BY = term("boundBy"), term("mightBeBoundBy")
_INHERITS, _INHERITS_AS_WHOLE = term("inherits"), term("inheritsAsWhole")
_BINDING = frozenset({_BOUND_BY, _INHERITS, _INHERITS_AS_WHOLE, _MIGHT_BE_BOUND_BY})
_Kind = tuple[str, frozenset[str], bool]
"""Of a trait its property, what is known of the object, and whether that is an archetype."""


@dataclass(frozen=True)
class Bond:
    """A clause that binds a work.

    Attributes:
        clause: Its IRI.
        inherited: Whether it comes from another work.
        as_whole: Whether it governs the work as one thing, and not only a separable part.
        in_doubt: Whether the reading leaves open if it binds at all.
    """

    clause: str
    inherited: bool
    as_whole: bool
    in_doubt: bool


class Strands:
    """What is said of works under a reading because of single facts, and what rules see of it.

    Sets of traits are bitsets of their numbers.

    Attributes:
        traits: All that has been said so far, by its number.
        nodes: The same as terms of RDF.
        archetypes: By the number of a trait that relates to one, the fact that it states. An
            archetype is any work that states a fact, and nothing else.
    """

    def __init__(self, compiled: Compiled, axioms: Axioms) -> None:
        self._compiled = compiled
        self._axioms = axioms
        self._supers: dict[str, tuple[str, ...]] = {}
        self._archetype: dict[Fact, str] = {}
        self._of: dict[tuple[str | None, Fact], int] = {}
        self._number: dict[Trait, int] = {}
        self._of_kind: defaultdict[_Kind, int] = defaultdict(int)
        self._binding = 0
        self._seen: dict[str, tuple[int, int]] = {}
        self._shown: defaultdict[str, dict[_Kind, bool]] = defaultdict(dict)
        self._bonds = Recent(KEPT_BONDS)
        self._lock = Lock()
        self.traits: list[Trait] = []
        self.nodes: list[tuple[NamedNode, NamedNode]] = []
        self.archetypes: dict[int, Fact] = {}

    def forces(self, predicate: str) -> tuple[str, ...]:
        """Return a property of facts and the properties that it implies."""
        if predicate not in self._supers:
            self._supers[predicate] = tuple(_closed({predicate}, self._axioms.terms_parents))
        return self._supers[predicate]

    def of(self, relation: str | None, fact: Fact) -> int:
        """Return the traits that a work has because of a fact: the fact, and what follows.

        Args:
            relation: By which it reaches the work; None if the work states it itself.
            fact: The fact.
        """
        found = self._of.get((relation, fact))
        if found is None:
            with self._lock:
                if relation:
                    archetype = self._archetype.setdefault(
                        fact, f"urn:licet:archetype:{len(self._archetype)}"
                    )
                    found = self._numbered((relation, archetype), self.forces(fact[0]), fact)
                else:
                    found = self._numbered(fact, ())
                for trait in self._concluded(relation, fact):
                    found |= self._numbered(trait, map(term, self._compiled.kinds(trait[1])))
            self._of[relation, fact] = found
        return found

    def seen(self, rule: SavedQuery) -> int:
        """Return the traits so far that a rule sees."""
        looked_at, found = self._seen.get(rule.name, (0, 0))
        if looked_at < len(self.traits):
            sight, shown = self._compiled.sight(rule.name), self._shown[rule.name]
            with self._lock:
                for kind, traits in self._of_kind.items():
                    if kind not in shown:
                        property_, marks, is_archetype = kind
                        shows = sight.reveals if is_archetype else sight.shows_of_work
                        shown[kind] = shows(property_, marks)
                    if shown[kind]:
                        found |= traits
                self._seen[rule.name] = len(self.traits), found
        return found

    def bonds(self, traits: int) -> tuple[Bond, ...]:
        """Return the clauses that bind a work of these traits, or might, sorted."""
        binding = traits & self._binding
        found: tuple[Bond, ...] | None = self._bonds.get(binding)
        if found is None:
            found = self._bonds_in(binding)
            self._bonds.keep({binding: found})
        return found

    def _bonds_in(self, traits: int) -> tuple[Bond, ...]:
        clauses: defaultdict[str, set[str]] = defaultdict(set)
        for number in bits(traits):
            property_, clause = self.traits[number]
            clauses[property_].add(clause)
        certain, inherited = clauses[_BOUND_BY], clauses[_INHERITS]
        return tuple(
            Bond(
                clause,
                clause in inherited,
                clause in clauses[_INHERITS_AS_WHOLE] or clause not in inherited,
                clause not in certain,
            )
            for clause in sorted(certain | clauses[_MIGHT_BE_BOUND_BY])
        )

    def _numbered(self, trait: Trait, marks: Iterable[str], archetype: Fact | None = None) -> int:
        """Return one trait.

        Args:
            trait: Property and object.
            marks: The kinds of a clause; of an archetype, the properties that it has.
            archetype: The fact that the object states, if it is one.
        """
        number = self._number.get(trait)
        if number is None:
            number = self._number[trait] = len(self.traits)
            if archetype:
                self.archetypes[number] = archetype
            if trait[0] in _BINDING:
                self._binding |= 1 << number
            self._of_kind[trait[0], frozenset(marks), archetype is not None] |= 1 << number
            self.nodes.append((NamedNode(trait[0]), NamedNode(trait[1])))
            self.traits.append(trait)
        return 1 << number

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
