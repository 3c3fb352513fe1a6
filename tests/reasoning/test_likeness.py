"""Works that are alike are made one before closure, and nothing that reaches them is lost."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from licet_reasoning.closure import Lineage, pack_facts, reaching
from licet_reasoning.likeness import merge_alike
from licet_reasoning.quotient import compile_reading

FACTS = tuple((f"p{i}", "o") for i in range(70))  # More than one word of bits.
Edge = tuple[int, int, int]


def lineage(own: list[list[int]], edges: list[Edge]) -> Lineage:
    """Return works with the numbers of their facts, and (child, relation, parent)."""
    pairs = np.array(
        [(w, f) for w, facts in enumerate(own) for f in facts], dtype=np.int64
    ).reshape(-1, 2)
    child, relation, parent = np.array(edges, dtype=np.int32).reshape(-1, 3).T
    packed = pack_facts(pairs[:, 0], pairs[:, 1], len(own), len(FACTS))
    return Lineage(FACTS, packed, child, parent, relation)


def test_works_without_derivations_are_alike_if_they_state_the_same() -> None:
    merged = merge_alike(lineage([[0], [1], [0], [0, 69]], []))
    assert merged.of_work[0] == merged.of_work[2]
    assert merged.lineage.work_count == 3


def test_alike_children_of_alike_parents_are_alike_and_their_children_too() -> None:
    edges = [(2, 0, 0), (3, 0, 1), (4, 1, 2), (5, 1, 3)]
    merged = merge_alike(lineage([[0], [0], [1], [1], [1], [1]], edges))
    assert merged.lineage.work_count == 3
    assert len(merged.lineage.child) == 2


def test_another_relation_parent_or_count_of_parents_keeps_works_apart() -> None:
    edges = [(2, 0, 0), (3, 1, 0), (4, 0, 1), (5, 0, 0), (5, 0, 1)]
    merged = merge_alike(lineage([[0], [1], [1], [1], [1], [1]], edges))
    assert merged.lineage.work_count == 6


def test_a_derivation_that_is_stated_twice_counts_once() -> None:
    merged = merge_alike(lineage([[0], [1], [1]], [(1, 0, 0), (2, 0, 0), (2, 0, 0)]))
    assert merged.of_work[1] == merged.of_work[2]


def test_no_works_are_no_works() -> None:
    assert merge_alike(lineage([], [])).lineage.work_count == 0


@st.composite
def lineages(draw: st.DrawFn) -> Lineage:
    size = draw(st.integers(1, 12))
    work = st.integers(0, size - 1)
    relations = len(compile_reading("cautious").automaton.relations)
    own = draw(
        st.lists(
            st.lists(st.sampled_from([0, 1, 69]), max_size=2, unique=True),
            min_size=size,
            max_size=size,
        )
    )
    relation = st.integers(0, relations - 1)
    return lineage(own, draw(st.lists(st.tuples(work, relation, work), max_size=14)))


@given(lineages())
@settings(deadline=None, max_examples=100)
def test_closure_on_works_made_one_gives_each_what_reaches_it(drawn: Lineage) -> None:
    automaton = compile_reading("cautious").automaton
    merged = merge_alike(drawn)
    # What a state that begins no word is reached by does not count: merged works may be parents.
    small = reaching(merged.lineage, automaton)[:, merged.of_work]
    assert np.array_equal(small, reaching(drawn, automaton))
