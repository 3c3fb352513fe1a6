"""A lineage that changes: works and derivations come and go, and what they reach is found.

Numbers of works are never given twice: a work that is gone leaves its number unused. Beside
the derivations that it began with, in arrays, stand those that changed, by work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from licet_reasoning.closure import Lineage, ranges, unpack_facts
from licet_reasoning.likeness import merge_alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from licet_reasoning.situation import Fact

SPARE_FACTS = 128
"""Facts that may be met beyond those of the beginning before bitsets must be made wider."""

Step = tuple[int, int]
"""Number of a relation, and of a parent."""


class OutgrownError(Exception):
    """There are more facts than bitsets have room for: begin anew with wider ones."""


@dataclass(frozen=True)
class Region:
    """What a change can reach, and the parents outside of it; works that are alike made one.

    Attributes:
        works: Numbers of the works inside.
        outside: Numbers of the parents outside.
        lineage: The works inside and outside made nodes, with the derivations of those inside.
        node_of_work: The node of each work inside.
        node_of_outside: The node of each parent outside; none stands for two.
    """

    works: np.ndarray
    outside: np.ndarray
    lineage: Lineage
    node_of_work: np.ndarray
    node_of_outside: np.ndarray


class LivingLineage:
    """A lineage, and what was changed of it since.

    Attributes:
        facts: What works can state; at the end, names of facts that none states yet.
        own: What each work states, as bitsets; rows beyond ``size`` are unused.
        size: Works so far, those that are gone among them.
    """

    def __init__(self, lineage: Lineage, relations: Sequence[str]) -> None:
        """Begin with a lineage whose relations are numbered as in ``relations``."""
        words = -(-(len(lineage.facts) + SPARE_FACTS) // 64)
        self.facts: list[Fact] = list(lineage.facts)
        self.size = lineage.work_count
        self.relations = tuple(relations)
        self.own = np.zeros((self.size, words), dtype=np.uint64)
        self.own[:, : lineage.own.shape[1]] = lineage.own
        self._fact_number = {fact: number for number, fact in enumerate(self.facts)}
        self._begun = lineage
        self._by_child = np.argsort(lineage.child, kind="stable")
        self._by_parent = np.argsort(lineage.parent, kind="stable")
        works = np.arange(self.size + 1)
        self._first_of_child = np.searchsorted(lineage.child[self._by_child], works)
        self._first_of_parent = np.searchsorted(lineage.parent[self._by_parent], works)
        self._stands = np.ones(len(lineage.child), dtype=bool)
        self._steps: dict[int, tuple[Step, ...]] = {}
        self._new_children: dict[int, set[int]] = {}
        self._changed = np.zeros(self.size, dtype=bool)
        self._gained = np.zeros(self.size, dtype=bool)

    def fact(self, fact: Fact) -> int:
        """Return the number of a fact.

        Raises:
            OutgrownError: It is new, and there is no room for it.
        """
        if fact not in self._fact_number:
            if len(self.facts) == self.own.shape[1] * 64:
                raise OutgrownError
            self._fact_number[fact] = len(self.facts)
            self.facts.append(fact)
        return self._fact_number[fact]

    def bits(self, facts: Iterable[Fact]) -> np.ndarray:
        """Return facts as one bitset."""
        row = np.zeros(self.own.shape[1], dtype=np.uint64)
        for number in map(self.fact, facts):
            row[number // 64] |= np.uint64(1 << number % 64)
        return row

    def facts_of(self, row: np.ndarray) -> tuple[Fact, ...]:
        """Return the facts of one bitset, sorted."""
        return tuple(sorted(self.facts[number] for number in unpack_facts(row)))

    def add_work(self) -> int:
        """Return the number of one more work, which states nothing yet."""
        if self.size == len(self.own):
            more = max(64, self.size // 8)
            self.own = np.concatenate([self.own, np.zeros((more, self.own.shape[1]), np.uint64)])
            grown = np.zeros(more, dtype=bool)
            self._changed = np.concatenate([self._changed, grown])
            self._gained = np.concatenate([self._gained, grown])
        self.size += 1
        return self.size - 1

    def steps_of(self, work: int) -> tuple[Step, ...]:
        """Return the derivations of a work."""
        if work in self._steps:
            return self._steps[work]
        return tuple(
            (int(self._begun.relation[edge]), int(self._begun.parent[edge]))
            for edge in self._begun_edges(work)
        )

    def children_of(self, work: int) -> set[int]:
        """Return the works that are derived from a work."""
        return set(self._children(np.array([work])).tolist())

    def restate(self, work: int, facts: Iterable[Fact]) -> bool:
        """Let a work state these facts and no others; return whether that changes anything."""
        row = self.bits(facts)
        if np.array_equal(row, self.own[work]):
            return False
        self.own[work] = row
        return True

    def rederive(self, work: int, steps: Iterable[Step]) -> bool:
        """Let a work have these derivations and no others; return whether that changes any."""
        former, new = self.steps_of(work), tuple(sorted(set(steps)))
        if set(former) == set(new):
            return False
        for _, parent in self._steps.get(work, ()):
            self._new_children[parent].discard(work)
        self._stands[self._begun_edges(work)] = False
        self._steps[work] = new
        self._changed[work] = True
        for _, parent in new:
            self._new_children.setdefault(parent, set()).add(work)
            self._gained[parent] = True
        return True

    def region(self, changed: Iterable[int]) -> Region:
        """Return all that what changed can reach."""
        inside = np.zeros(self.size, dtype=bool)
        frontier = np.unique(np.fromiter(changed, dtype=np.int64))
        while len(frontier):
            inside[frontier] = True
            children = np.unique(self._children(frontier))
            frontier = children[~inside[children]]
        works = np.flatnonzero(inside)
        child, relation, parent = self._edges_of(works)
        outside = np.unique(parent[~inside[parent]])
        nodes = np.concatenate([works, outside])
        number = np.zeros(self.size, dtype=np.int64)
        number[nodes] = np.arange(len(nodes))
        # What reaches a work outside is known and its own, so that it is like no other.
        alone = np.zeros((len(nodes), 1), dtype=np.uint64)
        alone[len(works) :, 0] = np.arange(len(outside)) + 1
        own = self.own[nodes]
        own[len(works) :] = 0
        merged = merge_alike(
            Lineage(
                tuple(self.facts),
                np.concatenate([own, alone], axis=1),
                number[child].astype(np.int32),
                number[parent].astype(np.int32),
                relation.astype(np.int32),
            )
        )
        small = merged.lineage
        return Region(
            works,
            outside,
            Lineage(small.facts, small.own[:, :-1], small.child, small.parent, small.relation),
            merged.of_work[: len(works)],
            merged.of_work[len(works) :],
        )

    def whole(self) -> Lineage:
        """Return the lineage as it is now."""
        child, relation, parent = self._edges_of(np.arange(self.size))
        own = self.own[: self.size]
        ends = (column.astype(np.int32) for column in (child, parent, relation))
        return Lineage(tuple(self.facts), own, *ends)

    def _begun_edges(self, work: int) -> np.ndarray:
        if work >= self._begun.work_count:
            return np.zeros(0, dtype=np.int64)
        edges = self._by_child[self._first_of_child[work] : self._first_of_child[work + 1]]
        standing: np.ndarray = edges[self._stands[edges]]
        return standing

    def _children(self, works: np.ndarray) -> np.ndarray:
        begun = works[works < self._begun.work_count]
        edges = self._by_parent[
            ranges(self._first_of_parent[begun], self._first_of_parent[begun + 1])
        ]
        children = self._begun.child[edges[self._stands[edges]]].astype(np.int64)
        more = [c for work in works[self._gained[works]].tolist() for c in self._new_children[work]]
        return np.concatenate([children, np.array(more, dtype=np.int64)])

    def _edges_of(self, works: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return child, relation and parent of the derivations of some works."""
        begun = works[works < self._begun.work_count]
        edges = self._by_child[ranges(self._first_of_child[begun], self._first_of_child[begun + 1])]
        edges = edges[self._stands[edges]]
        changed = works[self._changed[works]].tolist()
        new = [(work, *step) for work in changed for step in self._steps[work]]
        more = np.array(new, dtype=np.int64).reshape(-1, 3)
        child, relation, parent = (
            np.concatenate([column[edges].astype(np.int64), more[:, i]])
            for i, column in enumerate(
                (self._begun.child, self._begun.relation, self._begun.parent)
            )
        )
        return child, relation, parent
