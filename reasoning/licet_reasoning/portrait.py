"""Situations as a rule sees them: those that look alike to it are judged once.

A rule sees of a situation what its text mentions. Situations are many because their lineages
differ in a hundred ways, of which each rule looks at few, so that thousands of situations
look like some hundreds to it. Smaller graphs answer faster, too: a pattern about one node
costs time in proportion to all that is said of that node.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from licet_ontology.nodes import text_of
from licet_ontology.terms import RDF
from licet_reasoning.closure import unpack_facts, unpack_rows
from licet_reasoning.likeness import distinct_rows
from licet_reasoning.rules import (
    Judgement,
    apply_consequences,
    constructed,
    judge,
    new_graph,
)
from licet_reasoning.sight import sight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyoxigraph import Triple

    from licet_queries.library import SavedQuery
    from licet_reasoning.axioms import Axioms
    from licet_reasoning.sight import Sight
    from licet_reasoning.situations import Quotient


@dataclass(frozen=True)
class Traits:
    """One kind of what can be said of situations.

    Attributes:
        bits: Bit ``i`` of a situation's set says that it has trait ``i``; shape
            (situations, words), uint64.
        said: Property and object of each trait.
    """

    bits: np.ndarray
    said: tuple[tuple[NamedNode, NamedNode], ...]


@dataclass(frozen=True)
class Portrait:
    """All that is said of the situations of a quotient, each trait once.

    Attributes:
        size: The number of situations.
        stated: What works state of themselves.
        reached: For each lineage relation, the archetypes of facts that reach situations.
        concluded: What follows from both; an archetype stands for any work that states a fact.
        archetypes: What is said of archetypes.
        facts: What is said of licenses and clauses.
    """

    size: int
    stated: Traits
    reached: tuple[Traits, ...]
    concluded: Traits
    archetypes: tuple[Triple, ...]
    facts: tuple[Triple, ...]

    @cached_property
    def _said_of(self) -> dict[NamedNode, frozenset[str]]:
        """The properties of what is said of each archetype."""
        said: defaultdict[NamedNode, set[str]] = defaultdict(set)
        for t in self.archetypes:
            if isinstance(t.subject, NamedNode):
                said[t.subject].add(t.predicate.value)
        return {node: frozenset(found) for node, found in said.items()}

    @cached_property
    def _kinds_of(self) -> dict[NamedNode, frozenset[str]]:
        """The kinds of each clause."""
        kinds: defaultdict[NamedNode, set[str]] = defaultdict(set)
        for t in self.facts:
            if t.predicate.value == RDF + "type" and isinstance(t.subject, NamedNode):
                kinds[t.subject].add(text_of(t.object))
        return {node: frozenset(found) for node, found in kinds.items()}

    def _shows(self, seeing: Sight, property_: NamedNode, object_: NamedNode) -> bool:
        """Return whether a rule sees a trait."""
        if (said := self._said_of.get(object_)) is not None:
            return seeing.reveals(property_.value, said)
        return seeing.shows_of_work(property_.value, self._kinds_of.get(object_, frozenset()))

    def view(self, seeing: Sight) -> View:
        """Return what a rule sees of it."""
        blocks = []
        for traits in (self.stated, *self.reached, self.concluded):
            seen = np.array([self._shows(seeing, p, o) for p, o in traits.said], dtype=bool)
            if seen.any():
                blocks.append((traits, traits.bits & packed(seen, traits.bits.shape[1])))
        if blocks:
            first, of_situation = distinct_rows(np.concatenate([b for _, b in blocks], axis=1))
        else:
            first, of_situation = np.zeros(1, dtype=np.int64), np.zeros(self.size, dtype=np.int64)
        nodes = tuple(NamedNode(f"urn:licet:seen:{i}") for i in range(len(first)))
        subjects = [f"{node} " for node in nodes]
        store = Store()
        for traits, bits in blocks:
            said = [f"{predicate} {object_} .\n" for predicate, object_ in traits.said]
            lines = [
                subject + subject.join([said[trait] for trait in found])
                for subject, found in zip(subjects, unpack_rows(bits[first]), strict=True)
                if found
            ]
            store.bulk_load("".join(lines), format=RdfFormat.N_TRIPLES)
        # Oxigraph looks first at what was added last; in this order rules took a third.
        store.bulk_extend(
            Quad(t.subject, t.predicate, t.object)
            for t in (*self.archetypes, *self.facts)
            if t.predicate.value in seeing.properties
        )
        return View(store, nodes, of_situation)


@dataclass(frozen=True)
class View:
    """Situations that look alike made one.

    Attributes:
        store: What is seen.
        nodes: One for all situations that look alike.
        of_situation: For each situation, the position of its node, shape (situations,).
    """

    store: Store
    nodes: tuple[NamedNode, ...]
    of_situation: np.ndarray


def portray(quotient: Quotient, facts: Sequence[Triple], axioms: Axioms | None = None) -> Portrait:
    """Return the portrait of a quotient.

    Every axiom concludes from one fact at a time, of a work or of one that reaches it. So what
    follows is concluded once for each relation and fact, the strands of which situations are
    made, and a situation has what follows from its strands.

    Args:
        quotient: The situations.
        facts: What is said of licenses and clauses.
        axioms: What follows; None for nothing.
    """
    count = len(quotient.own)
    stated = tuple((NamedNode(p), NamedNode(o)) for p, o in quotient.facts)
    archetype = [NamedNode(f"urn:licet:archetype:{i}") for i in range(len(stated))]
    reached = tuple(
        Traits(bits, tuple((NamedNode(relation), node) for node in archetype))
        for relation, bits in zip(quotient.relations, quotient.reached, strict=True)
    )
    given = Traits(quotient.own, stated)
    store = new_graph(facts)
    store.extend(Quad(node, *fact) for node, fact in zip(archetype, stated, strict=True))
    strands = {
        NamedNode(f"urn:licet:strand:{kind}:{i}"): (traits, i)
        for kind, traits in enumerate((given, *reached))
        for i in unpack_facts(np.bitwise_or.reduce(traits.bits, axis=0))
    }
    store.extend(Quad(node, *traits.said[i]) for node, (traits, i) in strands.items())
    if axioms:
        apply_consequences(store, axioms)
    follows = {
        node: [
            (quad.predicate, quad.object)
            for quad in store.quads_for_pattern(node, None, None)
            if isinstance(quad.object, NamedNode)
            and (quad.predicate, quad.object) != traits.said[i]
        ]
        for node, (traits, i) in strands.items()
    }
    return Portrait(
        size=count,
        stated=given,
        reached=reached,
        concluded=_concluded(strands, follows, count),
        archetypes=tuple(
            quad.triple for node in archetype for quad in store.quads_for_pattern(node, None, None)
        ),
        facts=tuple(facts),
    )


def _concluded(
    strands: dict[NamedNode, tuple[Traits, int]],
    follows: dict[NamedNode, list[tuple[NamedNode, NamedNode]]],
    count: int,
) -> Traits:
    """Return what follows from the strands of each situation."""
    said = sorted(
        {trait for found in follows.values() for trait in found},
        key=lambda trait: (trait[0].value, trait[1].value),
    )
    number = {trait: i for i, trait in enumerate(said)}
    words = max(1, -(-len(said) // 64))
    bits = np.zeros((count, words), dtype=np.uint64)
    for node, (traits, i) in strands.items():
        if follows[node]:
            conclusion = np.zeros(len(said), dtype=bool)
            conclusion[[number[trait] for trait in follows[node]]] = True
            to_add = packed(conclusion, words)
            rows = np.flatnonzero(traits.bits[:, i // 64] >> np.uint64(i % 64) & np.uint64(1))
            for word in np.flatnonzero(to_add):
                bits[rows, word] |= to_add[word]
    return Traits(bits, tuple(said))


def packed(chosen: np.ndarray, words: int) -> np.ndarray:
    """Return one bitset in which those bits are set that are chosen."""
    padded = np.zeros(words * 64, dtype=bool)
    padded[: len(chosen)] = chosen
    return np.packbits(padded, bitorder="little").view("<u8").astype(np.uint64)


def judge_situations(
    portrait: Portrait, rules: Sequence[SavedQuery], iris: Sequence[str]
) -> Iterator[Judgement]:
    """Yield what finding rules say of situations, sorted within a rule.

    Args:
        portrait: The situations.
        rules: The rules.
        iris: The names of the situations, in their order.
    """
    for rule in rules:
        view = portrait.view(sight(rule.text))
        found: defaultdict[str, list[Judgement]] = defaultdict(list)
        for judgement in judge(view.store, (rule,)):
            found[judgement.work].append(judgement)
        of_node = [found.get(node.value, ()) for node in view.nodes]
        for iri, position in zip(iris, view.of_situation.tolist(), strict=True):
            for j in of_node[position]:
                # There are hundreds of thousands, and `dataclasses.replace` is slow.
                yield Judgement(j.code, iri, j.because, j.inherited, j.verdict, j.against)


def conclude_of_situations(
    portrait: Portrait, rules: Sequence[SavedQuery]
) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield what rules that construct say of situations: position, property and object."""
    for rule in rules:
        view = portrait.view(sight(rule.text))
        found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for t in constructed(view.store, rule):
            if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode):
                found[t.subject.value].append((t.predicate.value, t.object.value))
        of_node = [found.get(node.value, ()) for node in view.nodes]
        for position, seen in enumerate(view.of_situation.tolist()):
            for fact in of_node[seen]:
                yield position, fact
