"""Licensing situations: works that state the same and are reached by the same, made one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from licet_ontology.terms import BASE
from licet_reasoning.closure import unpack_facts

if TYPE_CHECKING:
    from licet_reasoning.automaton import Automaton
    from licet_reasoning.closure import Lineage

Fact = tuple[str, str]


@dataclass(frozen=True)
class Situation:
    """One node of the quotient of the graph.

    Attributes:
        iri: Named after a hash of the reading and of all that follows here.
        own: The facts that its works state of themselves.
        reached: The facts of other works that reach its works, by lineage relation.
    """

    iri: str
    own: tuple[Fact, ...]
    reached: tuple[tuple[str, tuple[Fact, ...]], ...]


@dataclass(frozen=True)
class Situations:
    """The quotient of a lineage under one reading.

    Attributes:
        of_work: For each work, the position of its situation, shape (works,).
        all: The situations, sorted by IRI.
    """

    of_work: np.ndarray
    all: tuple[Situation, ...]


def group(lineage: Lineage, automaton: Automaton, reached: np.ndarray, reading: str) -> Situations:
    """Return the situations of the works of a lineage."""
    names = sorted(automaton.starts)
    key = np.concatenate(
        [lineage.own, *(reached[automaton.starts[name]] for name in names)], axis=1
    )
    rows = np.ascontiguousarray(key).view(np.dtype((np.void, key.shape[1] * key.itemsize))).ravel()
    _, first, of_work = np.unique(rows, return_index=True, return_inverse=True)
    situations = [
        _situation(
            reading,
            tuple(sorted(lineage.facts[f] for f in unpack_facts(lineage.own[work]))),
            tuple(
                (name, tuple(sorted(lineage.facts[f] for f in facts)))
                for name in names
                if (facts := unpack_facts(reached[automaton.starts[name], work]))
            ),
        )
        for work in first.tolist()
    ]
    order = sorted(range(len(situations)), key=lambda i: situations[i].iri)
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    return Situations(position[of_work.reshape(-1)], tuple(situations[i] for i in order))


def _situation(
    reading: str, own: tuple[Fact, ...], reached: tuple[tuple[str, tuple[Fact, ...]], ...]
) -> Situation:
    digest = hashlib.sha256(repr((reading, own, reached)).encode()).hexdigest()[:20]
    return Situation(f"{BASE}situation/{digest}", own, reached)
