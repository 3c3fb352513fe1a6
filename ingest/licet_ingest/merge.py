"""From the parts of all sources to one table of works and one of derivations, by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from licet_ingest.parts import DERIVATIONS_OF_PART
from licet_ingest.records import (
    LINEAGE_MISMATCH,
    MISSING_WORK,
    RENAMED,
    UNSTATED_RELATION,
    WorkRecord,
)
from licet_ingest.resolution import places_meant, with_value
from licet_ingest.tables import DERIVATIONS_SCHEMA, WORKS_SCHEMA, works_batch
from licet_ingest.undated import date_order, reconciled
from licet_ontology.terms import term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from licet_ingest.parts import Part

    Integers = NDArray[np.int32]

pc: Any = pyarrow.compute  # its functions are made at run time


class Merge:
    """Parts of sources, which become works once each and derivations once each.

    Attributes:
        ingested: After `tables`, per source: records that gave something new.
    """

    def __init__(self, sources: int) -> None:
        self.ingested = [0] * sources
        self._works: list[pa.RecordBatch] = []
        self._derivations: list[pa.RecordBatch] = []
        self._sources: list[int] = []

    def add(self, source: int, part: Part) -> None:
        """Add a part of a source, in the order in which they are read."""
        # Copied out of the heap that Python received them in, which would never shrink again.
        memory = pa.default_cpu_memory_manager()
        self._works.append(part.works.copy_to(memory))
        self._derivations.append(part.derivations.copy_to(memory))
        self._sources.append(source)

    def tables(self) -> tuple[pa.Table, pa.Table]:
        """Return works sorted by kind and id, and derivations sorted, and hold them no more."""
        if added := reconciled(self._works, self._derivations):
            self._works.append(added[0])
            self._derivations.append(added[1])
            self._sources.append(0)  # They repeat works that were counted, so that none counts.
        sources = np.array(self._sources, dtype=np.int32)
        work_source = np.repeat(sources, _lengths(self._works))
        derivation_source = np.repeat(sources, _lengths(self._derivations))
        # A record is named by its row among all, so each batch counts from where it begins.
        begins = np.cumsum(_lengths(self._works), dtype=np.int32) - _lengths(self._works)
        offset = np.repeat(begins, _lengths(self._derivations))
        records = pa.Table.from_batches(self._works, WORKS_SCHEMA)
        # Held by nothing else, so that each can be let go when it has been read.
        works = dict(zip(records.schema.names, records.columns, strict=True))
        stated = pa.Table.from_batches(self._derivations, DERIVATIONS_OF_PART)
        self._works, self._derivations = [], []
        del records

        names, (record, parent, other_child) = _numbered(
            pc.binary_join_element_wise(works["kind"], works["id"], "/"),
            stated["parent"],
            pc.drop_null(stated["child"]),
        )
        _release()
        winner = _winners(record, works["modified"], len(names))
        owner = pc.fill_null(stated["owner"], -1).to_numpy().copy()
        by_hand = owner < 0
        owner += offset
        child = np.zeros(len(owner), dtype=np.int32)
        child[~by_hand] = record[owner[~by_hand]]
        child[pc.is_valid(stated["child"]).to_numpy()] = other_child
        meant = places_meant(names, winner >= 0).astype(np.int32)
        _release()
        child, parent = meant[child], meant[parent]
        relations, relation = _ranked(stated["relation"])
        origins, origin = _ranked(stated["source"])
        del stated

        new_record = _first(record, len(names))[record] == _range(len(record))
        # A service comes beside the link that names it, and the link is what was read.
        new_record &= pc.not_equal(works["kind"], "service").to_numpy()
        new_by_hand = np.flatnonzero(by_hand)[
            _distinct(*(column[by_hand] for column in (origin, parent, relation, child)))
        ]
        self.ingested = np.bincount(
            np.concatenate([work_source[new_record], derivation_source[new_by_hand]]),
            minlength=len(self.ingested),
        ).tolist()

        pair = child.astype(np.int64) * len(names) + parent
        # What is stated by hand of a pair of works replaces what their records could say.
        kept = by_hand | ~np.isin(pair, pair[by_hand])
        kept[~by_hand] &= (winner[record] == _range(len(record)))[owner[~by_hand]]
        # What the Hub seemed to have renamed is there itself, so that the Hub dropped it.
        unresolved = origin == _place(origins, RENAMED)
        kept &= ~unresolved | _is_there(works["removed"], winner)[parent]
        mismatched = np.zeros(len(names), dtype=bool)
        mismatched[child[kept & unresolved]] = True
        origins, ranks = np.unique(
            np.where(origins == RENAMED, "card", origins), return_inverse=True
        )
        origin = ranks.astype(np.int32)[origin]
        columns = [column[kept] for column in (origin, parent, relation, child)]
        chosen = _distinct(*columns)
        origin, parent, relation, child = (column[chosen] for column in columns)

        present = winner >= 0
        present[child] = present[parent] = True
        row_of = np.cumsum(present, dtype=np.int32) - np.int32(1)
        based = np.zeros(len(names), dtype=bool)
        based[child[relation == _place(relations, "basedOn")]] = True
        derivations = pa.Table.from_arrays(
            [
                pa.array(row_of[child]),
                _texts([term(name) for name in relations.tolist()], relation),
                pa.array(row_of[parent]),
                _texts(origins.tolist(), origin),
            ],
            schema=DERIVATIONS_SCHEMA,
        )
        table = _works(
            works,
            winner[present],
            names.filter(pa.array(present)),
            based[present],
            mismatched[present],
        )
        return table, derivations


def _release() -> None:
    """Give memory back that was only needed for a step, a third of the peak of three million."""
    pa.default_memory_pool().release_unused()


def _lengths(batches: list[pa.RecordBatch]) -> Integers:
    return np.array([len(batch) for batch in batches], dtype=np.int32)


def _range(count: int) -> Integers:
    """Return row numbers: they fit in 31 bits for seven hundred Hubs."""
    return np.arange(count, dtype=np.int32)


def _texts(names: list[str], places: Integers) -> pa.Array:
    """Return the name at each place."""
    return pa.array(names, pa.string()).take(pa.array(places))


def _numbered(*columns: pa.ChunkedArray) -> tuple[pa.Array, list[Integers]]:
    """Return the distinct texts of all columns, sorted, and the place of each value there."""
    chunks = [chunk for column in columns for chunk in column.chunks]
    encoded = pa.chunked_array(chunks, pa.string()).dictionary_encode().combine_chunks()
    order = pc.array_sort_indices(encoded.dictionary)
    place = np.empty(len(order), dtype=np.int32)
    place[order.to_numpy()] = _range(len(order))
    places = place[encoded.indices.to_numpy()]
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return encoded.dictionary.take(order), np.split(places, ends)


def _ranked(column: pa.ChunkedArray) -> tuple[NDArray[Any], Integers]:
    """Return the few distinct texts of a column, sorted, and the place of each value there."""
    names, [places] = _numbered(column)
    # Not as NumPy's own texts, which lose a NUL at their end.
    return np.array(names.to_pylist(), dtype=object), places


def _first(numbers: Integers, count: int) -> Integers:
    """Return where each number is met first."""
    first = np.full(count, -1, dtype=np.int32)
    first[numbers[::-1]] = _range(len(numbers))[::-1]
    return first


def _distinct(*columns: Integers) -> NDArray[np.intp]:
    """Return where each distinct row of columns is met first, sorted by the last column first."""
    order = np.lexsort(columns)  # stable
    new = np.zeros(len(order), dtype=bool)
    new[:1] = True
    for column in columns:
        ordered = column[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    return order[new]


def _winners(record: Integers, modified: pa.ChunkedArray, count: int) -> Integers:
    """Return the row of the record that stands for each work, -1 where there is none."""
    winner = np.full(count, -1, dtype=np.int32)
    winner[record] = _range(len(record))
    rows = np.flatnonzero((np.bincount(record, minlength=count) > 1)[record])
    if len(rows):
        changed = np.array(
            [date_order(text) for text in modified.take(pa.array(rows)).to_pylist()], dtype=np.int64
        )
        rows = rows[np.lexsort((rows, changed, record[rows]))]
        winner[record[rows]] = rows  # of those with one number the last one stays
    return winner


def _place(names: NDArray[Any], name: str) -> int:
    """Return the place of a name among distinct ones, -1 where it is not."""
    places = np.flatnonzero(names == name)
    return int(places[0]) if len(places) else -1


def _is_there(removed: pa.ChunkedArray, winner: Integers) -> NDArray[np.bool_]:
    """Return for each work whether it was read and is not gone."""
    there = winner >= 0
    there[there] = ~removed.take(pa.array(winner[there])).to_numpy()
    return there


def _works(
    records: dict[str, pa.ChunkedArray],
    winner: Integers,
    names: pa.Array,
    based: NDArray[np.bool_],
    mismatched: NDArray[np.bool_],
) -> pa.Table:
    """Return the table of works.

    Args:
        records: The columns of all records; they are taken out of it.
        winner: The row of each work's record, or -1 if it is only named.
        names: The key of each work.
        based: Whether it has a derivation that does not say how.
        mismatched: Whether the Hub dropped a base that its card names, which shows only now.
    """
    missing = winner < 0
    parts = pc.split_pattern(names.filter(pa.array(missing)), "/", max_splits=1)
    stub = works_batch([WorkRecord("", "", gaps=(MISSING_WORK,))])
    stubs = {
        "kind": pc.list_element(parts, 0),
        "id": pc.list_element(parts, 1),
    }
    rows = winner.copy()
    rows[missing] = len(records["id"]) + _range(len(parts))
    indices = pa.array(rows)
    stub_rows = pa.array(np.zeros(len(parts), dtype=np.int32))
    taken: list[pa.Array] = []
    for field in WORKS_SCHEMA:
        # Of only one column at a time there are two copies.
        column = records.pop(field.name)
        below = stubs[field.name] if field.name in stubs else stub[field.name].take(stub_rows)
        taken.append(pa.concat_arrays([*column.chunks, below]).take(indices))
        del column
        _release()
    gaps = WORKS_SCHEMA.get_field_index("gaps")
    taken[gaps] = _without(taken[gaps], UNSTATED_RELATION, ~based)
    circumstances = WORKS_SCHEMA.get_field_index("circumstances")
    told = _without(taken[circumstances], LINEAGE_MISMATCH, mismatched)
    taken[circumstances] = with_value(told, LINEAGE_MISMATCH, mismatched)
    return pa.Table.from_arrays(taken, schema=WORKS_SCHEMA)


def _without(lists: pa.ListArray, value: str, rows: NDArray[np.bool_]) -> pa.ListArray:
    """Return lists of texts, those of some rows without one value."""
    values = lists.flatten()
    parents = lists.value_parent_indices().to_numpy()
    dropped = pc.equal(values, value).to_numpy(zero_copy_only=False) & rows[parents]
    if not dropped.any():
        return lists
    lengths = np.bincount(parents[~dropped], minlength=len(lists))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values.filter(pa.array(~dropped)))
