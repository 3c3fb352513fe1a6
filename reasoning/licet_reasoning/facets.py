"""By what works are counted: their relations to parents, dates, authors and downloads.

What a source does not state is a category of its own, never left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute

from licet_reasoning.cube import ABSENT, REMAINDER, STATISTICS
from licet_reasoning.likeness import distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

pc: Any = pyarrow.compute  # its functions are made at run time

AUTHORS: Final = 100
"""Authors with the most works, who are counted each; the others are counted together."""
BANDS: Final = (0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
"""Where the bands of downloads begin."""


@dataclass(frozen=True)
class Facet:
    """Works by the values of some dimensions; a work may have several values or none.

    Attributes:
        dimensions: Local names of the dimensions.
        members: The IRIs of each combination of values that occurs, sorted.
        rows: Works, by their rows; once for each combination that they have, shape (pairs,).
        of_row: The position of that combination among the members, shape (pairs,).
    """

    dimensions: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    rows: np.ndarray
    of_row: np.ndarray

    def by(self, other: Facet) -> Facet:
        """Return works by the values of both; the other gives each work one value."""
        code = np.full(int(max(self.rows.max(initial=-1), other.rows.max(initial=-1))) + 1, -1)
        code[other.rows] = other.of_row
        both = self.of_row * len(other.members) + code[self.rows]
        return _facet(
            (*self.dimensions, *other.dimensions),
            [(*a, *b) for a in self.members for b in other.members],
            self.rows,
            both,
        )

    def count(self, value_of_work: np.ndarray, values: int) -> np.ndarray:
        """Return how many works of each member have each value, shape (values, members)."""
        code = value_of_work[self.rows] * len(self.members) + self.of_row
        counts = np.bincount(code, minlength=values * len(self.members))
        return counts.reshape(values, len(self.members))


def _facet(
    dimensions: tuple[str, ...],
    members: Sequence[tuple[str, ...]],
    rows: np.ndarray,
    of_row: np.ndarray,
) -> Facet:
    """Return a facet with the members that occur, sorted."""
    used = np.flatnonzero(np.bincount(of_row, minlength=len(members))).tolist()
    order = sorted(used, key=lambda i: members[i])
    place = np.zeros(len(members), dtype=np.int64)
    place[order] = np.arange(len(order))
    return Facet(dimensions, tuple(members[i] for i in order), rows, place[of_row])


def everything(rows: np.ndarray) -> Facet:
    """Return all works together."""
    return Facet((), ((),), rows, np.zeros(len(rows), dtype=np.int64))


def by_relation(rows: np.ndarray, derivations: pa.Table) -> Facet:
    """Return works by the relations to parents that they state, each once for every work."""
    relations = derivations["relation"].combine_chunks().dictionary_encode()
    names = [*relations.dictionary.to_pylist(), ABSENT]
    children = derivations["child"].to_numpy().astype(np.int64)
    in_graph = np.zeros(max(int(rows.max(initial=-1)), int(children.max(initial=-1))) + 1, bool)
    in_graph[rows] = True
    counted = in_graph[children]
    pairs = distinct(
        children[counted] * len(names) + relations.indices.to_numpy().astype(np.int64)[counted]
    )
    in_graph[children] = False
    alone = np.flatnonzero(in_graph)
    return _facet(
        ("byRelation",),
        [(name,) for name in names],
        np.concatenate([pairs // len(names), alone]),
        np.concatenate([pairs % len(names), np.full(len(alone), len(names) - 1)]),
    )


def by_kind(rows: np.ndarray, works: pa.Table, classes: dict[str, str]) -> Facet:
    """Return works by their class."""
    kinds = works["kind"].combine_chunks().dictionary_encode()
    members = [(classes[kind],) for kind in kinds.dictionary.to_pylist()]
    return _facet(("byKind",), members, rows, kinds.indices.to_numpy().astype(np.int64)[rows])


def by_date(rows: np.ndarray, works: pa.Table, dimension: str, length: int) -> Facet:
    """Return works by when they were published, by the first characters of the date."""
    dates = pc.utf8_slice_codeunits(works["created"].combine_chunks(), 0, length)
    return _by_text(rows, dates.dictionary_encode(), dimension, f"{STATISTICS}period/")


def by_author(rows: np.ndarray, works: pa.Table) -> Facet:
    """Return works by their owning account; those with few works together."""
    authors = works["author"].combine_chunks().dictionary_encode()
    nobody = len(authors.dictionary)
    code = _codes(authors)[rows]
    counts = np.bincount(code, minlength=nobody + 1)[:nobody]
    least = np.sort(counts)[-AUTHORS] if nobody > AUTHORS else 1
    names = {i: authors.dictionary[i].as_py() for i in np.flatnonzero(counts >= least).tolist()}
    kept = sorted(names, key=lambda i: (-int(counts[i]), names[i]))[:AUTHORS]
    members = [(f"{STATISTICS}author/{quote(names[i], safe='')}",) for i in kept]
    member = np.full(nobody + 1, len(kept))
    member[kept] = np.arange(len(kept))
    member[nobody] = len(kept) + 1
    return _facet(("byAuthor",), [*members, (REMAINDER,), (ABSENT,)], rows, member[code])


def by_downloads(rows: np.ndarray, works: pa.Table) -> Facet:
    """Return works by bands of their downloads in the 30 days before the source was read."""
    downloads = works["downloads"].combine_chunks()
    stated = pc.fill_null(downloads, -1).to_numpy(zero_copy_only=False)[rows]
    band = np.searchsorted(np.array(BANDS), np.maximum(stated, 0), side="right") - 1
    members = [(f"{STATISTICS}downloads/{name}",) for name in band_names()]
    return _facet(
        ("byDownloads",), [*members, (ABSENT,)], rows, np.where(stated < 0, len(BANDS), band)
    )


def band_names() -> tuple[str, ...]:
    """Return the names of the bands of downloads."""
    following = pairwise(BANDS)
    closed = (str(low) if high == low + 1 else f"{low}-{high - 1}" for low, high in following)
    return (*closed, f"{BANDS[-1]}-or-more")


def _by_text(rows: np.ndarray, values: pa.DictionaryArray, dimension: str, base: str) -> Facet:
    members = [(base + quote(value, safe=""),) for value in values.dictionary.to_pylist()]
    return _facet((dimension,), [*members, (ABSENT,)], rows, _codes(values)[rows])


def _codes(values: pa.DictionaryArray) -> np.ndarray:
    """Return the number of each value; one more than the last where there is none."""
    codes: np.ndarray = pc.fill_null(values.indices, len(values.dictionary)).to_numpy(
        zero_copy_only=False
    )
    return codes.astype(np.int64)


def owned_terms(
    works: pa.Table, left_out: Iterable[str]
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return IRIs of terms, and rows and terms of the works that state them.

    The terms of a work are its licenses, or the gaps that say why none is known; ABSENT where
    it has neither.
    """
    names: list[str] = []
    rows: list[np.ndarray] = []
    codes: list[np.ndarray] = []
    unwanted = set(left_out)
    for column in ("licenses", "gaps"):
        lists = works[column].combine_chunks()
        values = lists.flatten().dictionary_encode()
        of_row = values.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        kept = np.array([v not in unwanted for v in values.dictionary.to_pylist()], dtype=bool)
        wanted = kept[of_row] if len(of_row) else np.zeros(0, dtype=bool)
        rows.append(lists.value_parent_indices().to_numpy().astype(np.int64)[wanted])
        codes.append(of_row[wanted] + len(names))
        names += values.dictionary.to_pylist()
    stated = np.concatenate(rows)
    states = np.zeros(len(works), dtype=bool)
    states[stated] = True
    alone = np.flatnonzero(~states)
    names.append(ABSENT)
    owners = np.concatenate([stated, alone])
    order = np.argsort(owners, kind="stable")
    of_owner = np.concatenate([*codes, np.full(len(alone), len(names) - 1)])
    return names, owners[order], of_owner[order]
