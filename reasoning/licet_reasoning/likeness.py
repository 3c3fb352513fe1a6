"""Works that state the same and derive alike from works that do, made one before closure.

Whatever reaches one of them reaches the other, so closure on the smaller lineage gives each
its own. Most works of the Hub derive from nothing, or from one work as many others do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from licet_reasoning.closure import Lineage

_WORTH_ANOTHER_ROUND = 0.95
"""A round that leaves more works than this share of those before it is the last."""


@dataclass(frozen=True)
class Merged:
    """A lineage with works that are alike made one.

    Attributes:
        lineage: The smaller lineage.
        of_work: For each work of the larger one, its number in the smaller, shape (works,).
    """

    lineage: Lineage
    of_work: np.ndarray


def merge_alike(lineage: Lineage) -> Merged:
    """Return the lineage with works made one that closure cannot tell apart.

    Each round makes works one that state the same and have the same derivations from the
    same works. It is exact where it merges, but need not find all: works on cycles stay apart.
    """
    of_work = np.arange(lineage.work_count)
    while True:
        kind = _alike(lineage)
        count = int(kind.max(initial=-1)) + 1
        of_work = kind[of_work]
        before = lineage.work_count
        lineage = _smaller(lineage, kind, count)
        if count >= _WORTH_ANOTHER_ROUND * before:
            return Merged(lineage, of_work)


def distinct_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where each distinct row is first, and for each row which of them it is."""
    rows = np.ascontiguousarray(rows)
    whole = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    _, first, inverse = np.unique(whole, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)


def distinct(values: np.ndarray) -> np.ndarray:
    """Return the distinct numbers, sorted; by sorting, which beats the hashing of np.unique."""
    values = np.sort(values)
    new = np.ones(len(values), dtype=bool)
    new[1:] = values[1:] != values[:-1]
    return values[new]


def _alike(lineage: Lineage) -> np.ndarray:
    """Return a number for each work, equal only for works that state and derive the same."""
    own = _number_by_word(lineage.own)
    relation_count = int(lineage.relation.max(initial=0)) + 1
    # In the order of children, and for each child in that of codes; none twice.
    code = lineage.parent.astype(np.int64) * relation_count + lineage.relation
    order = np.lexsort((code, lineage.child))
    child, code = lineage.child[order], code[order]
    new = np.ones(len(child), dtype=bool)
    new[1:] = (child[1:] != child[:-1]) | (code[1:] != code[:-1])
    child, code = child[new], code[new]
    first_edge = np.searchsorted(child, np.arange(lineage.work_count + 1))
    edge_count = np.diff(first_edge)
    mixed = np.zeros(lineage.work_count, dtype=np.uint64)
    deriving = np.flatnonzero(edge_count)
    if len(deriving):
        mixed[deriving] = np.add.reduceat(_mix(code.astype(np.uint64)), first_edge[deriving])
    mixed = _mix(mixed ^ _mix(own.astype(np.uint64)))
    _, first, kind = np.unique(mixed, return_index=True, return_inverse=True)
    kind = kind.reshape(-1)
    model = first[kind]
    # Equal hashes prove nothing: whoever differs from the first of its kind stays alone.
    differs = (own != own[model]) | (edge_count != edge_count[model])
    place = np.arange(len(child)) - first_edge[child]
    of_model = np.minimum(first_edge[model[child]] + place, max(len(child) - 1, 0))
    differs[child[code != code[of_model]]] = True
    kind[differs] = len(first) + np.arange(int(differs.sum()))
    return kind


def _number_by_word(bits: np.ndarray) -> np.ndarray:
    """Return a number for each bitset, equal for equal ones."""
    number = np.zeros(len(bits), dtype=np.int64)
    for word in bits.T:
        _, value = np.unique(word, return_inverse=True)
        both = number * (int(value.max(initial=0)) + 1) + value.reshape(-1)
        _, number = np.unique(both, return_inverse=True)
        number = number.reshape(-1)
    return number


def _smaller(lineage: Lineage, kind: np.ndarray, count: int) -> Lineage:
    model = np.empty(count, dtype=np.int64)
    model[kind[::-1]] = np.arange(len(kind))[::-1]
    kept = model[kind[lineage.child]] == lineage.child
    return replace(
        lineage,
        own=lineage.own[model],
        child=kind[lineage.child[kept]].astype(np.int32),
        parent=kind[lineage.parent[kept]].astype(np.int32),
        relation=lineage.relation[kept],
        names=None,
    )


def _mix(value: np.ndarray) -> np.ndarray:
    """Return 64 well-mixed bits of each number (the finalizer of SplitMix64)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = value ^ (value >> np.uint64(31))
    return mixed
