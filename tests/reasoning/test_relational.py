"""The closure as a fixpoint of joins says what the bitsets say."""

from __future__ import annotations

import importlib.util
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet_ontology.errors import UsageError
from licet_ontology.terms import term
from licet_reasoning import relational
from licet_reasoning.closure import Lineage, pack_facts, reaching
from licet_reasoning.quotient import compile_reading
from licet_reasoning.relational import closure_named

if TYPE_CHECKING:
    from licet_reasoning.closure import Closure

Edge = tuple[int, int, int]
"""Child, number of the relation, and parent."""

AUTOMATON = compile_reading("cautious").automaton
needs_spark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="needs pyspark (the extra named spark) and Java",
)


def lineage(own: list[set[int]], edges: list[Edge]) -> Lineage:
    """Return works that state facts by number; bit 63 of a word is among them."""
    works = [work for work, facts in enumerate(own) for _ in facts]
    facts = [fact for facts in own for fact in facts]
    ends = np.array(edges, dtype=np.int32).reshape(-1, 3)
    return Lineage(
        facts=tuple((term("license"), f"urn:fact:{number}") for number in range(128)),
        own=pack_facts(np.array(works, np.int64), np.array(facts, np.int64), len(own), 128),
        child=ends[:, 0],
        parent=ends[:, 2],
        relation=ends[:, 1],
    )


@st.composite
def worlds(draw: st.DrawFn) -> Lineage:
    """Draw works with facts, and derivations: cycles, self-loops and duplicates welcome."""
    size = draw(st.integers(1, 7))
    facts = st.sets(st.integers(60, 70) | st.integers(126, 127), max_size=3)
    own = draw(st.lists(facts, min_size=size, max_size=size))
    work = st.integers(0, size - 1)
    relation = st.integers(0, len(AUTOMATON.relations) - 1)
    edges = draw(st.lists(st.tuples(work, relation, work), max_size=14))
    return lineage(own, edges)


def relation(name: str) -> int:
    return AUTOMATON.relation_index[term(name)]


def agrees(closure: Closure, world: Lineage) -> bool:
    return np.array_equal(closure(world, AUTOMATON), reaching(world, AUTOMATON))


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_duckdb_gives_what_bitsets_give(world: Lineage) -> None:
    assert agrees(closure_named("duckdb"), world)


def test_a_cycle_ends_and_brings_the_highest_bit_of_a_word_round() -> None:
    name = relation("finetunedFrom")
    world = lineage([{63}, {127}, {0}], [(0, name, 1), (1, name, 2), (2, name, 0)])
    found = closure_named("duckdb")(world, AUTOMATON)
    assert found[AUTOMATON.starts[term("derivativeOf")]].tolist() == [[1 | 1 << 63, 1 << 63]] * 3
    assert agrees(closure_named("duckdb"), world)


@needs_spark
def test_spark_gives_what_bitsets_give(monkeypatch: pytest.MonkeyPatch) -> None:
    tuned, merged = relation("finetunedFrom"), relation("mergedFrom")
    chain = [(0, tuned, 1), (1, tuned, 2), (2, tuned, 3), (3, tuned, 4)]
    cycle = [(4, merged, 5), (5, merged, 4), (3, relation("trainedOn"), 6)]
    world = lineage([{0}, {1}, {2}, {63}, {64}, {127}, {5}], chain + cycle)
    monkeypatch.setattr(relational, "COMPACTED_PARTS", 2)  # so that some rounds are compacted
    assert agrees(closure_named("spark:local[2]"), world)


@pytest.mark.parametrize("name", ["", "sparks", "spark:", "spark://", "spark://host", "spark:yarn"])
def test_a_closure_that_there_is_not_is_wrong_usage(name: str) -> None:
    with pytest.raises(UsageError, match="choose bitsets, duckdb, spark"):
        closure_named(name)


def test_an_engine_that_is_not_installed_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", fails)
    with pytest.raises(UsageError, match=r"needs pyspark: pip install 'licet\[spark\]'"):
        closure_named("spark://127.0.0.1:7077")
