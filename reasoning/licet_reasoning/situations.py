"""Licensing situations: works that state the same and are reached by the same, made one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from licet_reasoning.closure import pack_facts, unpack_facts
from licet_reasoning.likeness import distinct_rows
from licet_reasoning.situation import Fact, Situation, situation_of

if TYPE_CHECKING:
    from licet_reasoning.automaton import Automaton
    from licet_reasoning.closure import Lineage


@dataclass(frozen=True)
class Situations:
    """The quotient of a lineage under one reading.

    Attributes:
        of_work: For each work, the position of its situation, shape (works,).
        all: The situations, sorted by IRI.
    """

    of_work: np.ndarray
    all: tuple[Situation, ...]


@dataclass(frozen=True)
class Quotient:
    """The quotient of a lineage, in numbers: situations without names.

    Attributes:
        facts: What can be stated, as ``(predicate, object)`` IRIs.
        relations: The lineage relations, sorted.
        of_work: For each work, the position of its situation, shape (works,).
        own: Bitsets of what each situation states, shape (situations, words), uint64.
        reached: Bitsets of what reaches it, shape (relations, situations, words), uint64.
    """

    facts: tuple[Fact, ...]
    relations: tuple[str, ...]
    of_work: np.ndarray
    own: np.ndarray
    reached: np.ndarray


def quotient_of(lineage: Lineage, automaton: Automaton, reached: np.ndarray) -> Quotient:
    """Return the quotient of a lineage by what its works state and what reaches them."""
    names = tuple(sorted(automaton.starts))
    starts = [automaton.starts[name] for name in names]
    first, of_work = distinct_rows(
        np.concatenate([lineage.own, *(reached[start] for start in starts)], axis=1)
    )
    kept = np.zeros((len(names), len(first), lineage.own.shape[1]), dtype=np.uint64)
    for i, start in enumerate(starts):
        kept[i] = reached[start, first]
    return Quotient(lineage.facts, names, of_work, lineage.own[first], kept)


def name_situations(quotient: Quotient, reading: str) -> Situations:
    """Return the situations of a quotient."""
    told: dict[bytes, tuple[Fact, ...]] = {}

    def facts(bits: np.ndarray) -> tuple[Fact, ...]:
        key = bits.tobytes()
        if key not in told:
            told[key] = tuple(sorted(quotient.facts[f] for f in unpack_facts(bits)))
        return told[key]

    situations = [
        situation_of(
            reading,
            facts(own),
            tuple(
                (relation, reaching_facts)
                for relation, bits in zip(quotient.relations, reached, strict=True)
                if (reaching_facts := facts(bits))
            ),
        )
        for own, reached in zip(quotient.own, quotient.reached.swapaxes(0, 1), strict=True)
    ]
    order = sorted(range(len(situations)), key=lambda i: situations[i].iri)
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    return Situations(position[quotient.of_work], tuple(situations[i] for i in order))


def bits_of(situations: Situations, relations: tuple[str, ...]) -> Quotient:
    """Return situations in numbers, in their order."""
    sets: dict[int, tuple[Fact, ...]] = {}  # By identity: situations share what they say.
    for situation in situations.all:
        sets[id(situation.own)] = situation.own
        sets.update((id(found), found) for _, found in situation.reached)
    facts = tuple(sorted({fact for found in sets.values() for fact in found}))
    number = {fact: i for i, fact in enumerate(facts)}
    pairs = [(row, number[fact]) for row, found in enumerate(sets.values()) for fact in found]
    members = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    # Nothing reaches by a relation that is not named: row 0.
    of_set = pack_facts(members[:, 0] + 1, members[:, 1], len(sets) + 1, len(facts))
    row = {key: i for i, key in enumerate(sets, start=1)}
    column = {relation: i for i, relation in enumerate(relations)}
    rows = np.zeros((len(relations), len(situations.all)), dtype=np.int64)
    for i, situation in enumerate(situations.all):
        for relation, found in situation.reached:
            rows[column[relation], i] = row[id(found)]
    own = np.array([row[id(s.own)] for s in situations.all], dtype=np.int64)
    return Quotient(facts, relations, situations.of_work, of_set[own], of_set[rows])


def group(lineage: Lineage, automaton: Automaton, reached: np.ndarray, reading: str) -> Situations:
    """Return the situations of the works of a lineage."""
    return name_situations(quotient_of(lineage, automaton, reached), reading)
