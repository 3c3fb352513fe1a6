"""Whether the name of a work begins as a clause prescribes: evidence for the naming rule.

A name tells works apart only where such a clause can reach them, so that it adds few situations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from licet_reasoning.beginnings import (
    FULFILS,
    IN_DOUBT,
    LACKS,
    asks,
    facts_shown,
    named_situation,
    prescribed_beginnings,
    upstream_of,
)
from licet_reasoning.situations import Situations

if TYPE_CHECKING:
    from licet_reasoning.beginnings import Beginning

pc: Any = pyarrow.compute  # its functions are made at run time


def beginning_of_names(beginning: Beginning, ids: pa.Array) -> np.ndarray:
    """Return for each id whether its last part FULFILS or LACKS a beginning, or is IN_DOUBT."""
    fulfils = _matches(ids, beginning.fulfilled_by)
    in_doubt = _matches(ids, beginning.doubtful_with)
    return np.where(fulfils, FULFILS, np.where(in_doubt, IN_DOUBT, LACKS))


def tell_apart_by_name(situations: Situations, ids: pa.Array) -> Situations:
    """Return situations that works share only if their names show the same of their terms.

    Args:
        situations: The quotient of a lineage.
        ids: The id of each of its works, ``owner/name`` or ``name``.
    """
    beginnings = prescribed_beginnings()
    asked = np.array(
        [[asks(situation, b) for b in beginnings] for situation in situations.all], dtype=bool
    ).reshape(len(situations.all), len(beginnings))
    named_for = np.asarray(asked.any(axis=1))
    rows = np.flatnonzero(named_for[situations.of_work])
    if not len(rows):
        return situations
    names = ids.take(pa.array(rows))
    states = np.stack([beginning_of_names(b, names) for b in beginnings], axis=1)
    states[~asked[situations.of_work[rows]]] = IN_DOUBT
    shown = np.column_stack([situations.of_work[rows], states])
    kinds, kind_of_row = np.unique(shown, axis=0, return_inverse=True)
    named = [
        named_situation(
            situation, facts_shown(upstream_of(situation), beginnings, states.__getitem__)
        )
        for position, *found in kinds.tolist()
        for situation, states in (
            (situations.all[position], dict(zip(beginnings, found, strict=True))),
        )
    ]
    number = {s.iri: i for i, s in enumerate((*situations.all, *named))}
    of_work = situations.of_work.copy()
    of_work[rows] = np.array([number[s.iri] for s in named])[kind_of_row.reshape(-1)]
    return _without_empty(Situations(of_work, (*situations.all, *named)))


def _without_empty(situations: Situations) -> Situations:
    """Return situations that some work is in, once each and sorted by IRI."""
    used = np.unique(situations.of_work)
    kept = sorted({situations.all[i].iri: situations.all[i] for i in used.tolist()}.items())
    place = {iri: i for i, (iri, _) in enumerate(kept)}
    position = np.zeros(len(situations.all), dtype=np.int64)
    for i in used.tolist():
        position[i] = place[situations.all[i].iri]
    return Situations(position[situations.of_work], tuple(s for _, s in kept))


def _matches(ids: pa.Array, pattern: str) -> np.ndarray:
    found: np.ndarray = pc.match_substring_regex(ids, pattern).to_numpy(zero_copy_only=False)
    return found
