"""Parts of a lineage judged alone: what still follows if only this much were known."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

from licet_ontology.terms import local_name
from licet_reasoning.closure import Lineage, pack_facts
from licet_reasoning.quotient import conclude

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Triple

    from licet_queries.library import SavedQuery
    from licet_reasoning.excerpt import Excerpt
    from licet_reasoning.quotient import Program
    from licet_reasoning.rules import Judgement


def replay(
    excerpts: Sequence[Excerpt],
    program: Program,
    catalogue: Sequence[Triple],
    rules: Sequence[SavedQuery] | None = None,
) -> list[list[Judgement]]:
    """Return what the finding rules say of the work of each excerpt, each judged alone.

    Args:
        excerpts: What is taken to be all that is known.
        program: The reading.
        catalogue: What is stated and concluded of the licenses that occur.
        rules: The finding rules that are asked; by default all.
    """
    if not excerpts:
        return []
    numbered = [(i, work) for i, excerpt in enumerate(excerpts) for work in excerpt.works()]
    number = {place: row for row, place in enumerate(numbered)}
    facts = sorted({(p, value) for excerpt in excerpts for _, p, value in excerpt.facts})
    column = {fact: i for i, fact in enumerate(facts)}
    own = [
        (number[i, work], column[property_, value])
        for i, excerpt in enumerate(excerpts)
        for work, property_, value in excerpt.facts
    ]
    letters = program.automaton.relation_index
    edges = [
        (number[i, child], letters[relation], number[i, parent])
        for i, excerpt in enumerate(excerpts)
        for child, relation, parent in excerpt.steps
    ]
    rows, relations, parents = _columns(edges, 3)
    works, columns = _columns(own, 2)
    lineage = Lineage(
        facts=tuple(facts),
        own=pack_facts(works, columns, len(numbered), len(facts)),
        child=rows.astype(np.int32),
        parent=parents.astype(np.int32),
        relation=relations.astype(np.int32),
        names=pa.array([_id(work) for _, work in numbered], pa.string()),
    )
    outcome = conclude(lineage, program, catalogue, rules=rules)
    said: dict[str, list[Judgement]] = {}
    for judgement in outcome.judgements:
        said.setdefault(judgement.work, []).append(judgement)
    all_, of_work = outcome.situations.all, outcome.situations.of_work
    return [
        said.get(all_[of_work[number[i, excerpt.work]]].iri, [])
        for i, excerpt in enumerate(excerpts)
    ]


def _id(work: str) -> str:
    """Return the id of a work without its kind, as names are compared."""
    return unquote(local_name(work).partition("/")[2])


def _columns(pairs: Iterable[tuple[int, ...]], width: int) -> list[np.ndarray]:
    table = np.array(list(pairs), dtype=np.int64).reshape(-1, width)
    return [table[:, i] for i in range(width)]
