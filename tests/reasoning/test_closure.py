"""What reaches a work along its lineage: bitsets say what walking every path says."""

from __future__ import annotations

from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet_ontology.terms import local_name, term
from licet_reasoning.closure import Lineage, pack_facts, reaching, unpack_facts, unpack_rows
from licet_reasoning.quotient import Program, compile_reading

Edge = tuple[int, str, int]
"""Child, relation and parent."""

ADAPTATIONS = ("finetunedFrom", "mergedFrom", "prunedFrom", "abliteratedFrom")


@cache
def program() -> Program:
    return compile_reading("cautious")


def relations() -> tuple[str, ...]:
    return tuple(local_name(relation) for relation in program().automaton.relations)


def lineage(own: list[set[int]], edges: list[Edge], fact_count: int | None = None) -> Lineage:
    """Return works that state facts by number, and what they were made from."""
    index = program().automaton.relation_index
    count = fact_count or max((fact for facts in own for fact in facts), default=0) + 1
    pairs = [(work, fact) for work, facts in enumerate(own) for fact in sorted(facts)]
    return Lineage(
        facts=tuple((term("license"), f"urn:fact:{number}") for number in range(count)),
        own=pack_facts(
            np.array([work for work, _ in pairs], dtype=np.int64),
            np.array([fact for _, fact in pairs], dtype=np.int64),
            len(own),
            count,
        ),
        child=np.array([child for child, _, _ in edges], dtype=np.int32),
        parent=np.array([parent for _, _, parent in edges], dtype=np.int32),
        relation=np.array([index[term(name)] for _, name, _ in edges], dtype=np.int32),
    )


def reached(given_lineage: Lineage, relation: str) -> list[set[int]]:
    """Return the facts that reach each work by a lineage relation."""
    bits = reaching(given_lineage, program().automaton)[program().automaton.starts[term(relation)]]
    return [set(unpack_facts(row)) for row in bits]


def walked(own: list[set[int]], edges: list[Edge], relation: str) -> list[set[int]]:
    """Return the same by walking from each work, one relation at a time."""
    automaton = program().automaton
    found: list[set[int]] = []
    for work in range(len(own)):
        facts: set[int] = set()
        seen = {(work, automaton.starts[term(relation)])}
        todo = list(seen)
        while todo:
            place, state = todo.pop()
            for child, name, parent in edges:
                if child != place:
                    continue
                target = int(automaton.step[state, automaton.relation_index[term(name)]])
                if automaton.accepts[target]:
                    facts |= own[parent]
                if target and (parent, target) not in seen:
                    seen.add((parent, target))
                    todo.append((parent, target))
        found.append(facts)
    return found


################################################################ by hand


def test_a_fact_reaches_a_work_along_the_relations_that_its_lineage_spells() -> None:
    # 0 is quantized from 1, which is fine-tuned from 2, which is a copy of 3.
    own = [{0}, {1}, {2}, {3}]
    edges = [(0, "quantizedFrom", 1), (1, "finetunedFrom", 2), (2, "copyOf", 3)]
    world = lineage(own, edges)
    assert reached(world, "derivativeOf") == [{1, 2, 3}, {2, 3}, set(), set()]
    assert reached(world, "copyOf") == [set(), set(), {3}, set()]
    assert reached(world, "technicalVariantOf") == [{1}, set(), set(), set()]
    assert reached(world, "drawsOn") == [{1, 2, 3}, {2, 3}, {3}, set()]


def test_a_fact_does_not_pass_a_relation_that_its_kind_of_lineage_excludes() -> None:
    world = lineage([{0}, {1}, {2}], [(0, "trainedOn", 1), (1, "generatedBy", 2)])
    assert reached(world, "derivativeOf") == [set(), set(), set()]
    assert reached(world, "extractedFrom") == [{2}, set(), set()]
    assert reached(world, "generatedBy") == [set(), {2}, set()]


def test_a_fact_does_not_reach_the_work_that_states_it() -> None:
    assert reached(lineage([{0}], []), "derivativeOf") == [set()]


def test_a_self_loop_brings_a_work_its_own_facts() -> None:
    assert reached(lineage([{0}], [(0, "finetunedFrom", 0)]), "derivativeOf") == [{0}]


def test_a_cycle_brings_each_of_its_works_the_facts_of_all() -> None:
    edges = [(0, "finetunedFrom", 1), (1, "mergedFrom", 2), (2, "quantizedFrom", 0)]
    assert reached(lineage([{0}, {1}, {2}], edges), "derivativeOf") == [{0, 1, 2}] * 3


def test_a_derivation_stated_twice_is_one_derivation() -> None:
    edges = [(0, "finetunedFrom", 1), (0, "finetunedFrom", 1), (0, "mergedFrom", 1)]
    assert reached(lineage([set(), {5}], edges), "derivativeOf") == [{5}, set()]


def test_a_merge_of_65_parents_is_reached_by_the_facts_of_each() -> None:
    own: list[set[int]] = [set(), *({number} for number in range(65))]
    edges = [(0, "mergedFrom", parent) for parent in range(1, 66)]
    assert reached(lineage(own, edges), "adaptationOf") == [set(range(65)), *([set()] * 65)]


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_fact_reaches_the_end_of_a_chain_of_10_000_works(newest_first: bool) -> None:
    length = 10_000
    edges: list[Edge] = [
        (number, "finetunedFrom", number + 1)
        if newest_first
        else (number + 1, "finetunedFrom", number)
        for number in range(length - 1)
    ]
    own: list[set[int]] = [set() for _ in range(length)]
    own[-1 if newest_first else 0] = {7}
    found = reached(lineage(own, edges), "derivativeOf")
    assert found.count({7}) == length - 1
    assert found[-1 if newest_first else 0] == set()


def test_a_ladder_of_diamonds_is_not_walked_path_by_path() -> None:
    # Two to the power of 40 paths lead from the first work to the last.
    depth = 40
    own = [*(set[int]() for _ in range(3 * depth)), {3}]
    edges = [
        edge
        for top in range(0, 3 * depth, 3)
        for edge in (
            (top, "mergedFrom", top + 1),
            (top, "mergedFrom", top + 2),
            (top + 1, "finetunedFrom", top + 3),
            (top + 2, "quantizedFrom", top + 3),
        )
    ]
    assert reached(lineage(own, edges), "derivativeOf") == [*([{3}] * (3 * depth)), set()]


def test_no_derivation_at_all_reaches_nothing() -> None:
    assert reached(lineage([{0}, {1}], []), "drawsOn") == [set(), set()]


def test_no_work_at_all_is_reached_by_nothing() -> None:
    assert reached(lineage([], []), "drawsOn") == []


################################################################ the automaton that it runs on


def test_every_lineage_relation_has_a_start_that_goes_on_and_accepts_no_empty_path() -> None:
    automaton = program().automaton
    assert set(automaton.starts) == set(program().axioms.lineage)
    for start in automaton.starts.values():
        assert start != 0
        assert not automaton.accepts[start]
        assert automaton.step[start].any()


def test_the_state_that_accepts_nothing_leads_nowhere() -> None:
    automaton = program().automaton
    assert not automaton.accepts[0]
    assert not automaton.step[0].any()


@pytest.mark.parametrize("relation", ADAPTATIONS)
def test_one_adaptation_leads_from_start_to_acceptance(relation: str) -> None:
    automaton = program().automaton
    start = automaton.starts[term("adaptationOf")]
    assert automaton.accepts[automaton.step[start, automaton.relation_index[term(relation)]]]


################################################################ laws


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[set[int]], list[Edge]]:
    """Draw works with facts, and edges: cycles, self-loops and duplicates welcome."""
    size = draw(st.integers(1, 7))
    own = draw(st.lists(st.sets(st.integers(0, 70), max_size=3), min_size=size, max_size=size))
    work = st.integers(0, size - 1)
    edges = draw(st.lists(st.tuples(work, st.sampled_from(relations()), work), max_size=14))
    return own, edges


unhurried = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@unhurried
@given(worlds())
def test_bitsets_say_what_walking_every_path_says(
    world: tuple[list[set[int]], list[Edge]],
) -> None:
    own, edges = world
    everything = reaching(lineage(own, edges), program().automaton)
    for relation, start in program().automaton.starts.items():
        expected = walked(own, edges, local_name(relation))
        assert [set(unpack_facts(row)) for row in everything[start]] == expected, relation


@unhurried
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_derivations_changes_nothing(
    world: tuple[list[set[int]], list[Edge]], random: Random
) -> None:
    own, edges = world
    shuffled = list(edges)
    random.shuffle(shuffled)
    automaton = program().automaton
    assert np.array_equal(
        reaching(lineage(own, edges), automaton), reaching(lineage(own, shuffled), automaton)
    )


@unhurried
@given(worlds(), st.data())
def test_another_derivation_takes_nothing_away(
    world: tuple[list[set[int]], list[Edge]], data: st.DataObject
) -> None:
    own, edges = world
    work = st.integers(0, len(own) - 1)
    more = [*edges, data.draw(st.tuples(work, st.sampled_from(relations()), work))]
    automaton = program().automaton
    before = reaching(lineage(own, edges), automaton)
    after = reaching(lineage(own, more), automaton)
    assert np.array_equal(before & after, before)


@given(st.lists(st.sets(st.integers(0, 200)), max_size=5))
def test_facts_are_unpacked_as_they_were_packed(own: list[set[int]]) -> None:
    packed = lineage(own, [], fact_count=201).own
    assert packed.shape == (len(own), 4)
    assert [unpack_facts(row) for row in packed] == [sorted(facts) for facts in own]
    assert list(unpack_rows(packed)) == [sorted(facts) for facts in own]


def test_more_rows_than_are_unpacked_at_once_come_in_their_order() -> None:
    facts = [number % 70 for number in range(10_000)]
    packed = pack_facts(np.arange(10_000), np.array(facts), 10_000, 70)
    assert list(unpack_rows(packed)) == [[fact] for fact in facts]


@pytest.mark.parametrize(
    ("fact_count", "words"), [(0, 1), (1, 1), (64, 1), (65, 2), (128, 2), (129, 3)]
)
def test_a_bitset_has_one_word_for_each_64_facts_begun(fact_count: int, words: int) -> None:
    none = np.array([], dtype=np.int64)
    assert pack_facts(none, none, 3, fact_count).shape == (3, words)


def test_the_first_and_the_last_bit_of_a_word_are_facts_like_others() -> None:
    [row] = lineage([{0, 63, 64, 127}], []).own
    assert row.tolist() == [1 | 1 << 63, 1 | 1 << 63]
    assert unpack_facts(row) == [0, 63, 64, 127]
