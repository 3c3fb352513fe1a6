"""What is said of works under only one of two readings, counted where works are columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from licet_ingest.graph import work_iris
from licet_ontology.terms import BASE, DEFAULT_READING, term
from licet_reasoning.cube import Slice

if TYPE_CHECKING:
    import pyarrow as pa

    from licet_reasoning.quotient import Outcome

CONCLUSIONS = {"violated": term("Finding"), "unknown": term("OpenQuestion")}


def differences(works: pa.Table, cautious: Outcome, other: Outcome, reading: str) -> Slice:
    """Return the works of which a finding or open question holds under only one of two readings.

    Args:
        works: All works; those in the graph are counted.
        cautious: What was concluded of them under the default reading.
        other: What was concluded under another.
        reading: The name of the other.
    """
    rows = np.flatnonzero(works["in_graph"].to_numpy(zero_copy_only=False))
    # Works in the same situations under both are alike in what is said of them.
    width = len(other.situations.all)
    here, there = cautious.situations.of_work[rows], other.situations.of_work[rows]
    both, first, numbers = np.unique(
        here.astype(np.int64) * width + there, return_index=True, return_counts=True
    )
    said, said_there = _said(cautious), _said(other)
    counts = Counter[tuple[str, str, str]]()
    example: dict[tuple[str, str, str], int] = {}
    for pair, row, number in zip(
        both.tolist(), rows[first].tolist(), numbers.tolist(), strict=True
    ):
        ours, theirs = said[pair // width], said_there[pair % width]
        for name, left in ((DEFAULT_READING, ours - theirs), (reading, theirs - ours)):
            for finding, conclusion in left:
                values = finding, conclusion, f"{BASE}reading/{name}"
                counts[values] += number
                example[values] = min(row, example.get(values, row))
    found = sorted(counts)
    iris = work_iris(works.take(np.array([example[v] for v in found], dtype=np.int64)))
    return Slice(
        "differences",
        "overall",
        "overall",
        (),
        ("byFinding", "byConclusion", "onlyUnder"),
        tuple((values, (counts[values],)) for values in found),
        tuple(iris),
    )


def _said(outcome: Outcome) -> defaultdict[int, set[tuple[str, str]]]:
    """Return the kinds of findings and of open questions of each situation, by its position."""
    position = {situation.iri: i for i, situation in enumerate(outcome.situations.all)}
    said: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for judgement in outcome.judgements:
        if conclusion := CONCLUSIONS.get(judgement.verdict):
            kind = term(f"finding-{judgement.code}")
            said[position[judgement.work]].add((kind, conclusion))
    return said
