"""What reaches few works along their lineage, and by which paths; for hypothetical works.

The same closure as `licet_reasoning.closure` computes for a whole Hub, with Python's integers
as bitsets: for some thousands of works that takes less time than to import numpy.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from licet_reasoning.compiled import CompiledReading

Node = tuple[int, int]
"""A work, and the state in which a path comes to it."""
Edge = tuple[int, str, int]
"""Child, relation and parent of a stated derivation; works by number."""

_ASKED_SELDOM = 4
"""Up to so often paths to a work are looked for from where they begin, and then from it to all."""


@dataclass(frozen=True)
class SmallLineage:
    """Works by number and their stated derivations.

    Attributes:
        size: How many works there are.
        edges: Their derivations, sorted and each once.
        program: The reading.
    """

    size: int
    edges: tuple[Edge, ...]
    program: CompiledReading

    @cached_property
    def parents(self) -> list[list[tuple[str, int]]]:
        """For each work, relation and number of each parent, sorted."""
        found: list[list[tuple[str, int]]] = [[] for _ in range(self.size)]
        for child, relation, parent in self.edges:
            found[child].append((relation, parent))
        return found

    @cached_property
    def _children(self) -> list[list[tuple[str, int]]]:
        found: list[list[tuple[str, int]]] = [[] for _ in range(self.size)]
        for child, relation, parent in self.edges:
            found[parent].append((relation, child))
        return found

    @cached_property
    def _parents_first(self) -> list[int]:
        """All works, parents before children but for cycles."""
        seen = [False] * self.size
        ordered: list[int] = []
        for first in range(self.size):
            todo = [(first, False)]
            while todo:
                work, done = todo.pop()
                if done:
                    ordered.append(work)
                elif not seen[work]:
                    seen[work] = True
                    todo.append((work, True))
                    todo += [(parent, False) for _, parent in self.parents[work]]
        return ordered

    @cached_property
    def _twins(self) -> dict[int, int]:
        """Works from which none derives, and the first that derives from the same in the same way.

        A plan tries one work under many licenses: the same reaches all of them.
        """
        first: dict[tuple[tuple[str, int], ...], int] = {}
        found: dict[int, int] = {}
        for work in range(self.size):
            if not self._children[work]:
                twin = first.setdefault(tuple(self.parents[work]), work)
                if twin != work:
                    found[work] = twin
        return found

    @cached_property
    def _sources(self) -> list[list[int]]:
        """For each state, the works to which a path leads from each work, as bitsets."""
        accepts, twins = self.program.accepts, self._twins
        itself = [1 << work for work in range(self.size)]
        reached = [itself.copy() if accept else [0] * self.size for accept in accepts]
        children = [
            [(relation, child) for relation, child in found if child not in twins]
            for found in self._children
        ]
        todo = deque(self._parents_first)
        waiting = [True] * self.size
        while todo:
            parent = todo.popleft()
            waiting[parent] = False
            for relation, child in children[parent]:
                grown = False
                for state, target in self.program.moves[relation]:
                    pushed = reached[target][parent]
                    if pushed and pushed & ~reached[state][child]:
                        reached[state][child] |= pushed
                        grown = True
                if grown and not waiting[child]:
                    waiting[child] = True
                    todo.append(child)
        for work, twin in twins.items():
            for of_state in reached:
                of_state[work] |= of_state[twin] & ~(1 << twin)
        return reached

    def sources_by(self, relation: str) -> list[int]:
        """Return the works that each work is related to, as bitsets."""
        return self._sources[self.program.starts[relation]]

    def sources(self, work: int, relation: str) -> int:
        """Return the works that a work is related to, as a bitset."""
        return self._sources[self.program.starts[relation]][work]

    def paths(
        self, work: int, relation: str, wanted: int, limit: int
    ) -> list[tuple[int, tuple[Edge, ...]]]:
        """Return the nearest of the wanted works that a work is related to, and how.

        Args:
            work: Where the paths begin.
            relation: The lineage relation that they must spell.
            wanted: Works of interest, as a bitset.
            limit: How many to return at most.
        """
        start = (work, self.program.starts[relation])
        there_are = self._sources[start[1]][work] & wanted
        if not there_are:
            return []
        if there_are.bit_count() == 1:
            self._asked_toward[there_are] += 1
            if self._asked_toward[there_are] > _ASKED_SELDOM:
                return [self._path_toward(there_are, start)]
        came_by: dict[tuple[int, int], tuple[tuple[int, int], Edge] | None] = {start: None}
        found: dict[int, tuple[Edge, ...]] = {}
        todo = deque([start])
        while todo and len(found) < limit:
            here = todo.popleft()
            for stated, parent in self.parents[here[0]]:
                target = self.program.step[stated].get(here[1], 0)
                there = (parent, target)
                if there in came_by or not self._sources[target][parent] & wanted:
                    continue  # Seen, or no wanted work lies behind it.
                came_by[there] = (here, (here[0], stated, parent))
                todo.append(there)
                is_source = self.program.accepts[target] and wanted >> parent & 1
                if is_source and parent not in found:
                    found[parent] = _path_to(there, came_by)
        return list(found.items())[:limit]

    def _path_toward(self, wanted: int, start: Node) -> tuple[int, tuple[Edge, ...]]:
        """Return the one wanted work that lies behind a node, and the shortest path to it."""
        if wanted not in self._steps_toward:
            self._steps_toward[wanted] = self._walk_back(wanted)
        steps, node, path = self._steps_toward[wanted], start, []
        while (step := steps.get(node)) is not None:
            edge, node = step
            path.append(edge)
        return node[0], tuple(path)

    def _walk_back(self, wanted: int) -> dict[Node, tuple[Edge, Node]]:
        """Return the first step of a shortest path to a wanted work, from wherever there is one."""
        steps: dict[Node, tuple[Edge, Node]] = {}
        todo = deque(
            (work, state)
            for work in bits(wanted)
            for state, accepts in enumerate(self.program.accepts)
            if accepts
        )
        seen = set(todo)
        while todo:
            node = todo.popleft()
            for relation, child in self._children[node[0]]:
                for state in self._back[relation].get(node[1], ()):
                    before = (child, state)
                    if before not in seen:
                        seen.add(before)
                        steps[before] = ((child, relation, node[0]), node)
                        todo.append(before)
        return steps

    @cached_property
    def _asked_toward(self) -> defaultdict[int, int]:
        return defaultdict(int)

    @cached_property
    def _steps_toward(self) -> dict[int, dict[Node, tuple[Edge, Node]]]:
        return {}

    @cached_property
    def _back(self) -> dict[str, dict[int, list[int]]]:
        """For each relation, the states from which it leads to each state."""
        found: dict[str, dict[int, list[int]]] = {}
        for relation, pairs in self.program.moves.items():
            back = found.setdefault(relation, {})
            for state, target in pairs:
                back.setdefault(target, []).append(state)
        return found


def _path_to(
    node: tuple[int, int], came_by: dict[tuple[int, int], tuple[tuple[int, int], Edge] | None]
) -> tuple[Edge, ...]:
    path: list[Edge] = []
    while (step := came_by[node]) is not None:
        node, edge = step
        path.append(edge)
    return tuple(reversed(path))


def bits(number: int) -> list[int]:
    """Return the positions of the bits that are set, ascending."""
    found: list[int] = []
    while number:
        lowest = number & -number
        found.append(lowest.bit_length() - 1)
        number ^= lowest
    return found
