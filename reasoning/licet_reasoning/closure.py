"""What reaches each work along its lineage, as bitsets pushed from parents to children."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    import pyarrow as pa

    from licet_reasoning.automaton import Automaton

    Closure: TypeAlias = Callable[["Lineage", Automaton], np.ndarray]
    """What gives the same as `reaching`."""

_WORD_BITS = 64
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Lineage:
    """Works by number, what each states of itself, and their stated derivations.

    Attributes:
        facts: What works can state of themselves, as ``(predicate, object)`` IRIs.
        own: Bit ``f % 64`` of word ``f // 64`` says that a work states fact ``f``;
            shape (works, words), uint64.
        child: Work that was derived, shape (edges,), int32.
        parent: Work it was derived from, shape (edges,), int32.
        relation: How, as an index into the automaton's alphabet, shape (edges,), int32.
        names: The id of each work, or None where works have no names yet. A name is evidence
            on its work alone: it is no fact that travels.
    """

    facts: tuple[tuple[str, str], ...]
    own: np.ndarray
    child: np.ndarray
    parent: np.ndarray
    relation: np.ndarray
    names: pa.Array | None = None

    @property
    def work_count(self) -> int:
        """The number of works."""
        return len(self.own)


def pack_facts(work: np.ndarray, fact: np.ndarray, work_count: int, fact_count: int) -> np.ndarray:
    """Return bitsets, shape (work_count, words), in which bit ``fact[i]`` of ``work[i]`` is set."""
    words = max(1, -(-fact_count // _WORD_BITS))
    packed = np.zeros((work_count, words), dtype=np.uint64)
    bit = np.left_shift(np.uint64(1), (fact % _WORD_BITS).astype(np.uint64))
    np.bitwise_or.at(packed, (work, fact // _WORD_BITS), bit)
    return packed


def unpack_facts(bits: np.ndarray) -> list[int]:
    """Return the numbers of the facts in one bitset, ascending."""
    facts: list[int] = []
    for word, value in enumerate(bits.tolist()):
        while value:
            lowest = value & -value
            facts.append(word * _WORD_BITS + lowest.bit_length() - 1)
            value ^= lowest
    return facts


def unpack_rows(bits: np.ndarray) -> Iterator[list[int]]:
    """Yield the numbers of the facts in each of many bitsets, ascending."""
    for first in range(0, len(bits), _ROWS_AT_ONCE):
        block = np.ascontiguousarray(bits[first : first + _ROWS_AT_ONCE], dtype="<u8")
        row, fact = np.nonzero(np.unpackbits(block.view(np.uint8), axis=1, bitorder="little"))
        facts, start = fact.tolist(), 0
        for end in np.searchsorted(row, np.arange(len(block)), side="right").tolist():
            yield facts[start:end]
            start = end


def reaching(lineage: Lineage, automaton: Automaton) -> np.ndarray:
    """Return the facts that reach each work from each state of the automaton.

    A fact of an ancestor reaches a work from a state if the relations along some path
    spell a word that the automaton accepts from there. Semi-naive: only what changed in
    the last round is pushed on, so cycles end and chains cost one visit a link.

    Returns:
        Bitsets of facts, shape (states, works, words), uint64.
    """
    reached = np.zeros((len(automaton.step), *lineage.own.shape), dtype=np.uint64)
    reached[automaton.accepts] = lineage.own
    push(lineage, automaton, reached)
    return reached


def push(lineage: Lineage, automaton: Automaton, reached: np.ndarray) -> None:
    """Add to what reaches each work what reaches it through its derivations."""
    edges_of_parent = np.argsort(lineage.parent, kind="stable")
    first_edge = np.searchsorted(
        lineage.parent[edges_of_parent], np.arange(lineage.work_count + 1), side="left"
    )
    changed = np.flatnonzero(first_edge[1:] > first_edge[:-1])
    while len(changed):
        edges = edges_of_parent[ranges(first_edge[changed], first_edge[changed + 1])]
        touched = np.zeros(lineage.work_count, dtype=bool)
        for relation in np.unique(lineage.relation[edges]):
            selected = edges[lineage.relation[edges] == relation]
            selected = selected[np.argsort(lineage.child[selected], kind="stable")]
            children, starts = np.unique(lineage.child[selected], return_index=True)
            parents = lineage.parent[selected]
            for state, target in enumerate(automaton.step[:, relation]):
                if not target:
                    continue
                pushed = np.bitwise_or.reduceat(reached[target, parents], starts, axis=0)
                before = reached[state, children]
                after = before | pushed
                new = (after != before).any(axis=1)
                reached[state, children[new]] = after[new]
                touched[children[new]] = True
        changed = np.flatnonzero(touched)


def ranges(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the concatenation of the integer ranges from starts to ends."""
    lengths = ends - starts
    total = int(lengths.sum())
    offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    positions: np.ndarray = np.arange(total) + offsets
    return positions
