"""Which work a name means, once all works are known; by column, for a whole Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray


def places_meant(names: pa.Array, was_read: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each name the place of the work that it means among the names.

    That is its own place, unless nothing was read of it and exactly one work was read whose
    name differs in case alone. The Hub loses such edges.

    Args:
        names: Distinct keys of works, ``kind/id``.
        was_read: For each, whether its own record was read.
    """
    places = np.arange(len(names))
    alike = pc.call_function("utf8_lower", [names]).dictionary_encode()
    group, groups = alike.indices.to_numpy(), len(alike.dictionary)
    read_place = np.empty(groups, dtype=np.int64)
    read_place[group[was_read]] = places[was_read]
    is_one = np.bincount(group[was_read], minlength=groups) == 1
    return np.where(~was_read & is_one[group], read_place[group], places)


def with_value(lists: pa.ListArray, value: str, rows: NDArray[np.bool_]) -> pa.ListArray:
    """Return lists of texts, those of some rows with one more value at the end."""
    added = np.flatnonzero(rows)
    if not len(added):
        return lists
    owners = np.concatenate([lists.value_parent_indices().to_numpy(), added])
    values = pa.concat_arrays([lists.flatten(), pa.array([value] * len(added), pa.string())])
    order = np.argsort(owners, kind="stable")
    lengths = np.bincount(owners, minlength=len(lists))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values.take(pa.array(order)))
