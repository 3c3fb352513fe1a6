"""What a lineage of few works leads to, and by which paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet_ontology.terms import term
from licet_reasoning.reach import SmallLineage, bits

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled

DERIVATIVE_OF, DRAWS_ON = term("derivativeOf"), term("drawsOn")


def lineage(prepared: Compiled, size: int, *edges: tuple[int, str, int]) -> SmallLineage:
    stated = sorted((child, term(relation), parent) for child, relation, parent in edges)
    return SmallLineage(size, tuple(stated), prepared.reading("cautious"))


def test_works_made_in_the_same_way_from_the_same_are_reached_by_the_same(
    prepared: Compiled,
) -> None:
    root, parent, one, same, other = range(5)
    found = lineage(
        prepared,
        5,
        (parent, "finetunedFrom", root),
        (one, "mergedFrom", parent),
        (same, "mergedFrom", parent),
        (other, "trainedOn", parent),
    )
    for work in (one, same):
        assert bits(found.sources(work, DERIVATIVE_OF)) == [root, parent]
    assert bits(found.sources(other, DERIVATIVE_OF)) == []
    assert bits(found.sources(other, DRAWS_ON)) == [root, parent]


def test_a_work_that_derives_from_itself_is_its_own_source_and_not_its_twins(
    prepared: Compiled,
) -> None:
    found = lineage(prepared, 2, (0, "finetunedFrom", 0), (1, "finetunedFrom", 0))
    assert bits(found.sources(0, DERIVATIVE_OF)) == [0]
    assert bits(found.sources(1, DERIVATIVE_OF)) == [0]


def test_a_path_is_the_shortest_however_often_it_is_asked_for(prepared: Compiled) -> None:
    found = lineage(
        prepared,
        4,
        (3, "finetunedFrom", 2),
        (2, "finetunedFrom", 1),
        (1, "finetunedFrom", 0),
        (3, "quantizedFrom", 1),
    )
    told = [found.paths(3, DERIVATIVE_OF, 1 << 0, 5) for _ in range(10)]
    assert told == 10 * [
        [(0, ((3, term("quantizedFrom"), 1), (1, term("finetunedFrom"), 0)))],
    ]
