"""The statistics are a well-formed RDF Data Cube, and what they count adds up."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, QueryBoolean, RdfFormat, Store, parse

from licet_ingest.collect import collect_records
from licet_ingest.records import Derivation, WorkRecord
from licet_ontology.terms import PREFIXES, license_iri, term
from licet_reasoning.build import clause_licenses
from licet_reasoning.cube import QB, cube_lines
from licet_reasoning.descent import descendants, edges_of, generations, most_descendants
from licet_reasoning.lineage import lineage_of
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue
from licet_reasoning.statistics import Cube, observe

CONSTRAINTS: dict[str, dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "integrity_constraints.yaml").read_text(encoding="utf-8")
)
PREFIXED = "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in {**PREFIXES, "qb": QB}.items())

# "The RDF Data Cube Vocabulary", section 10.1, phase 2; phase 1 adds types that are all stated.
NORMALIZATION = """
INSERT { ?obs ?comp ?value }
WHERE {
  ?spec qb:componentProperty ?comp .
  ?comp a qb:DimensionProperty .
  ?dataset qb:structure/qb:component ?spec ; qb:slice ?slice .
  ?slice ?comp ?value ; qb:observation ?obs .
}"""


@cache
def world() -> Cube:
    mit, llama = license_iri("mit"), license_iri("llama3")
    works = [
        WorkRecord("model", "o/llama", author="o", created="2024-04-18", licenses=(llama,)),
        WorkRecord("model", "p/a", author="p", created="2024-05-01", downloads=7, licenses=(mit,)),
        WorkRecord("model", "p/b", author="p", gaps=(term("NoLicense"),)),
        WorkRecord("dataset", "d", downloads=0, licenses=(mit,)),
    ]
    steps = [
        ("p/a", "finetunedFrom", "o/llama"),
        ("p/a", "mergedFrom", "gone"),
        ("p/b", "quantizedFrom", "p/a"),
    ]
    collection = collect_records(
        works, [Derivation(("model", c), r, ("model", p), "hub") for c, r, p in steps]
    )
    table, derivations = collection.works_table, collection.derivations_table
    program, closed = compile_reading("cautious"), shipped_catalogue()
    outcome = conclude(lineage_of(table, derivations, program.automaton), program, closed)
    return observe(table, derivations, outcome, clause_licenses(closed))


@cache
def quads() -> tuple[Quad, ...]:
    lines = "".join(cube_lines(world().slices, world().metrics, "cautious", "s"))
    return tuple(
        Quad(q.subject, q.predicate, q.object) for q in parse(lines, format=RdfFormat.N_QUADS)
    )


def normalized() -> Store:
    store = Store()
    store.bulk_extend(quads())
    store.update(PREFIXED + NORMALIZATION)
    return store


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_the_cube_is_well_formed_and_would_not_be_if_it_were_broken(name: str) -> None:
    store = normalized()

    def violated() -> bool:
        answer = store.query(PREFIXED + CONSTRAINTS[name]["ask"])
        assert isinstance(answer, QueryBoolean)
        return bool(answer)

    assert not violated()
    store.update(PREFIXED + CONSTRAINTS[name]["broken by"])
    assert violated()


def test_no_two_observations_have_the_same_values() -> None:
    store = normalized()
    dimensions = [
        q.subject
        for q in store.quads_for_pattern(None, None, NamedNode(f"{QB}DimensionProperty"))
        if isinstance(q.subject, NamedNode)
    ]
    cells = [q.subject for q in store.quads_for_pattern(None, None, NamedNode(f"{QB}Observation"))]
    assert len(cells) > 100

    def values(cell: Any) -> tuple[Any, ...]:
        return tuple(
            next(iter(store.quads_for_pattern(cell, dimension, None)), None)
            and next(iter(store.quads_for_pattern(cell, dimension, None))).object
            for dimension in (NamedNode(f"{QB}dataSet"), *sorted(dimensions, key=str))
        )

    assert Counter(map(values, cells)).most_common(1)[0][1] == 1


def totals(dataset: str, name: str, metric: str | None = None) -> tuple[int, ...]:
    [found] = [s for s in world().slices if (s.dataset, s.name) == (dataset, name)]
    place = found.dimensions.index("metric") if metric else 0
    rows = [m for values, m in found.rows if not metric or values[place].endswith(f"/{metric}")]
    return tuple(map(sum, zip(*rows, strict=True)))


@pytest.mark.parametrize("name", ["by-year", "by-month", "by-author", "by-downloads"])
@pytest.mark.parametrize("metric", ["any-error", "no-license", "llama-exclusive-license"])
def test_what_gives_each_work_one_value_adds_up_to_all_works(name: str, metric: str) -> None:
    whole = totals("noncompliance", "overall", metric)
    assert totals("noncompliance", name, metric) == whole


def test_every_work_of_the_graph_is_counted_once_by_depth() -> None:
    assert totals("depth", "by-depth")[0] == sum(
        totals("noncompliance", "overall", "any-error")[1:]
    )


################################################################ descent

steps = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25)


def by_walking(works: int, pairs: list[tuple[int, int]]) -> list[set[int]]:
    found = []
    for work in range(works):
        below: set[int] = set()
        while True:
            wider = below | {c for c, p in pairs if p in below | {work} and c != p}
            if wider == below:
                break
            below = wider
        found.append(below)
    return found


@given(steps, st.lists(st.booleans(), min_size=10, max_size=10), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_the_works_with_the_most_counted_descendants_are_found(
    pairs: list[tuple[int, int]], counted: list[bool], wanted: int
) -> None:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    edges = edges_of(table[:, 0], table[:, 1], 10)
    expected = by_walking(10, pairs)
    assert [set(d.tolist()) for d in descendants(edges, np.arange(10))] == expected
    numbers = [sum(counted[w] for w in below) for below in expected]
    best = sorted((w for w in range(10) if numbers[w]), key=lambda w: (-numbers[w], w))
    among = np.ones(10, dtype=bool)
    found = most_descendants(edges, np.array(counted), among, wanted)
    assert found.tolist() == best[:wanted]


@given(steps)
@settings(max_examples=60, deadline=None)
def test_the_depth_of_a_work_is_one_more_than_that_of_its_deepest_parent(
    pairs: list[tuple[int, int]],
) -> None:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    depth = generations(edges_of(table[:, 0], table[:, 1], 10)).tolist()
    below = by_walking(10, pairs)
    cyclic = {w for w in range(10) if w in below[w]}
    for work in range(10):
        parents = {p for c, p in pairs if c == work and p != work}
        if work in cyclic or any(work in below[c] for c in cyclic):
            assert depth[work] == -1
        else:
            assert depth[work] == 1 + max((depth[p] for p in parents), default=-1)


def test_more_works_than_are_looked_at_at_once_are_ranked_exactly() -> None:
    # Two hundred stars, of which the larger have the larger numbers.
    child, parent, following = [], [], 200
    for star in range(200):
        for _ in range(star // 10 + 1):
            child.append(following)
            parent.append(star)
            following += 1
    edges = edges_of(np.array(child), np.array(parent), following)
    every = np.ones(following, dtype=bool)
    assert most_descendants(edges, every, every, 12).tolist() == [*range(190, 200), 180, 181]
