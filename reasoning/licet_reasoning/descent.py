"""How deep works lie in their lineage, and the works with the most descendants of some kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from licet_reasoning.likeness import distinct

ON_A_CYCLE: Final = -1
AT_ONCE: Final = 64
"""Ancestors whose descendants are found at once: the bits of a word."""


@dataclass(frozen=True)
class Edges:
    """Derivations, each pair of a child and a parent once and none of a work from itself.

    Attributes:
        child: Works that were made, shape (edges,), sorted by parent.
        parent: Works that they were made from, shape (edges,).
        first: Where the edges of each parent begin, shape (works + 1,).
    """

    child: np.ndarray
    parent: np.ndarray
    first: np.ndarray

    @property
    def works(self) -> int:
        """The number of works."""
        return len(self.first) - 1

    def below(self, parents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return parents and children of the edges from some parents."""
        starts, ends = self.first[parents], self.first[parents + 1]
        lengths = ends - starts
        offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        return np.repeat(parents, lengths), self.child[np.arange(len(offsets)) + offsets]


def edges_of(child: np.ndarray, parent: np.ndarray, works: int) -> Edges:
    """Return the edges of derivations between numbered works."""
    pairs = distinct(parent.astype(np.int64) * works + child.astype(np.int64))
    parents, children = pairs // max(works, 1), pairs % max(works, 1)
    kept = parents != children
    parents, children = parents[kept], children[kept]
    return Edges(children, parents, np.searchsorted(parents, np.arange(works + 1)))


def generations(edges: Edges) -> np.ndarray:
    """Return the length of the longest line of derivations above each work.

    Works on a cycle or below one have none: ``ON_A_CYCLE``.
    """
    depth = np.full(edges.works, ON_A_CYCLE)
    waiting = np.bincount(edges.child, minlength=edges.works)
    ready = np.flatnonzero(waiting == 0)
    generation = 0
    while len(ready):
        depth[ready] = generation
        _, children = edges.below(ready)
        met, times = np.unique(children, return_counts=True)
        waiting[met] -= times
        ready = met[waiting[met] == 0]
        generation += 1
    return depth


def most_descendants(
    edges: Edges, counted: np.ndarray, among: np.ndarray, wanted: int
) -> np.ndarray:
    """Return those of some works with the most distinct descendants that are counted.

    Exact: a work is left out only if it cannot have more than those that are returned. What
    can be is bounded by the number of lines of descent, which is the number of descendants in
    a tree, and by that of any work it descends from.

    Args:
        edges: The derivations.
        counted: Whether each work counts, shape (works,).
        among: Whether each work is one of those to choose from, shape (works,).
        wanted: How many to return at most; those without a counted descendant are left out.

    Returns:
        Their rows, most descendants first, equal ones by row.
    """
    bound = _lines_of_descent(edges, counted)
    exact: dict[int, int] = {}
    left = np.flatnonzero((bound > 0) & among)
    while len(left):
        # Equal bounds in the order of rows, so that the same works are returned each time.
        left = left[np.lexsort((left, -bound[left]))]
        best = sorted(exact.values(), reverse=True)[:wanted]
        if len(best) == wanted and best[-1] > bound[left[0]]:
            break
        batch, left = left[:AT_ONCE], left[AT_ONCE:]
        for work, reached in zip(batch.tolist(), descendants(edges, batch), strict=True):
            exact[work] = int(counted[reached].sum())
            children = edges.child[edges.first[work] : edges.first[work + 1]]
            bound[children] = np.minimum(bound[children], exact[work])
        left = left[bound[left] > 0]
    found = sorted((work for work, n in exact.items() if n), key=lambda w: (-exact[w], w))
    return np.array(found[:wanted], dtype=np.int64)


def descendants(edges: Edges, ancestors: np.ndarray) -> list[np.ndarray]:
    """Return the descendants of each of at most 64 works, itself among them only on a cycle."""
    bits = np.zeros(edges.works, dtype=np.uint64)
    own = np.zeros(edges.works, dtype=np.uint64)
    own[ancestors] = np.uint64(1) << np.arange(len(ancestors), dtype=np.uint64)
    changed = ancestors
    while len(changed):
        parents, children = edges.below(changed)
        before = bits[children]
        np.bitwise_or.at(bits, children, bits[parents] | own[parents])
        changed = distinct(children[bits[children] != before])
    reached = np.flatnonzero(bits)
    of_reached = bits[reached]
    return [
        reached[(of_reached >> np.uint64(i) & np.uint64(1)).astype(bool)]
        for i in range(len(ancestors))
    ]


def _lines_of_descent(edges: Edges, counted: np.ndarray) -> np.ndarray:
    """Return the number of lines from each work down to a counted one, at most all counted."""
    most = float(counted.sum())
    lines = np.full(edges.works, most)
    waiting = np.bincount(edges.parent, minlength=edges.works)
    order = np.argsort(edges.child, kind="stable")
    above = Edges(
        edges.parent[order],
        edges.child[order],
        np.searchsorted(edges.child[order], np.arange(edges.works + 1)),
    )
    ready = np.flatnonzero(waiting == 0)
    lines[ready] = 0.0
    while len(ready):
        _, parents = above.below(ready)
        met, times = np.unique(parents, return_counts=True)
        waiting[met] -= times
        ready = met[waiting[met] == 0]
        # All children of these are done: what comes up from each is itself and its own lines.
        of, below = edges.below(ready)
        lines[ready] = 0.0
        np.add.at(lines, of, np.minimum(lines[below], most) + counted[below])
        lines[ready] = np.minimum(lines[ready], most)
    return lines
