"""Derivations that one of two snapshots states and the other does not; pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from licet_ingest.changes import Change
from licet_ingest.graph import work_iris
from licet_ingest.snapshot_pair import named, one_chunk, pc, truths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from licet_ingest.snapshot_pair import Integers, SnapshotPair, Truths

_RELATIONS: Final = 1 << 8
"""Room for the relations of the ontology in a number that names a derivation."""


@dataclass(frozen=True)
class _Edges:
    """Derivations, with numbers for works and relations that two snapshots share.

    Attributes:
        pair: Child and parent as one number.
        relation: A number per derivation.
        by_hub: Whether the hub resolved it.
        by_third: Whether a third party states it, at some address.
    """

    pair: Integers
    relation: Integers
    by_hub: Truths
    by_third: Truths

    def coded(self) -> Integers:
        """Return one number per derivation."""
        return self.pair * _RELATIONS + self.relation


def _edges(derivations: pa.Table, number: Integers, works: int, names: dict[str, int]) -> _Edges:
    """Return derivations with shared numbers; ``number`` is that of each row of its works."""
    child, parent = (number[derivations[name].to_numpy()] for name in ("child", "parent"))
    relation = one_chunk(derivations["relation"]).dictionary_encode()
    numbers = [names.setdefault(name, len(names)) for name in relation.dictionary.to_pylist()]
    source = derivations["source"]
    return _Edges(
        child * works + parent,
        np.array(numbers, dtype=np.int64)[relation.indices.to_numpy()],
        truths(pc.equal(source, "hub")),
        truths(pc.match_substring(source, "://")),
    )


def lineage_changes(pair: SnapshotPair, *, read_alike: bool) -> Iterator[Change]:
    """Yield one change for each pair of works whose stated relations differ.

    Args:
        pair: Both snapshots.
        read_alike: Whether both were read in the same way; if not, what is read otherwise of a
            work that has not changed tells nothing of the hub either.
    """
    count = len(pair.new.works) + len(pair.old.works)
    names: dict[str, int] = {}
    same = np.arange(len(pair.new.works))
    old = _edges(pair.old.derivations, pair.new_row, count, names)
    new = _edges(pair.new.derivations, same, count, names)
    foreign = np.union1d(old.pair[old.by_third], new.pair[new.by_third])
    changed = [
        _changed_pairs(of, other, pair, count, foreign, read_alike=read_alike)
        for of, other in ((old, new), (new, old))
    ]
    pairs = np.union1d(*changed)
    before, after = _relations(old, pairs, names), _relations(new, pairs, names)
    parents = _parent_iris(pair, pairs % count)
    children = pairs // count
    rows = {row: (old_row, iri) for row, old_row, iri in pair.rows(_mask(children, len(same)))}
    for number, child, parent in zip(pairs.tolist(), children.tolist(), parents, strict=True):
        old_row, iri = rows[child]
        yield Change(
            "LineageChange",
            iri,
            pair.dates(child, old_row),
            parent=parent,
            before=before[number],
            after=after[number],
        )


def _changed_pairs(
    of: _Edges,
    other: _Edges,
    pair: SnapshotPair,
    count: int,
    foreign: Integers,
    *,
    read_alike: bool,
) -> Integers:
    """Return pairs of works of which one snapshot states what the other does not."""
    rows = np.flatnonzero(~np.isin(of.coded(), other.coded()))
    rows = rows[~np.isin(of.pair[rows], foreign)]
    child = of.pair[rows] // count
    rows, child = rows[child < len(pair.compared)], child[child < len(pair.compared)]
    counts = pair.compared[child] & ((of.by_hub[rows] & read_alike) | ~pair.same_date[child])
    return np.unique(of.pair[rows[counts]])


def _relations(edges: _Edges, pairs: Integers, names: dict[str, int]) -> dict[int, tuple[str, ...]]:
    """Return the IRIs of the relations of some pairs of works."""
    iris = list(names)
    found: defaultdict[int, set[str]] = defaultdict(set)
    rows = np.flatnonzero(np.isin(edges.pair, pairs))
    for number, relation in zip(
        edges.pair[rows].tolist(), edges.relation[rows].tolist(), strict=True
    ):
        found[number].add(iris[relation])
    return {number: tuple(sorted(found[number])) for number in pairs.tolist()}


def _parent_iris(pair: SnapshotPair, numbers: Integers) -> list[str]:
    """Return the IRIs of works by their shared numbers."""
    new, old = (state.works.select(["kind", "id"]) for state in (pair.new, pair.old))
    both = pa.concat_tables([named(new), named(old)])
    return work_iris(both.take(pa.array(numbers)))


def _mask(rows: Integers, length: int) -> Truths:
    mask = np.zeros(length, dtype=np.bool_)
    mask[rows] = True
    return mask
