"""Situations that are kept right while works change are those of a reading from scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet_ontology.terms import NS, RDF, license_iri, term
from licet_reasoning.closure import Lineage, pack_facts
from licet_reasoning.living_lineage import LivingLineage, OutgrownError
from licet_reasoning.living_reading import LivingReading
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_reasoning.quotient import Consequences
    from licet_reasoning.rules import Judgement
    from licet_reasoning.situation import Situation

MODEL = (RDF + "type", NS + "Model")
STATED = [
    *((term("license"), license_iri(name)) for name in ("mit", "llama3", "cc-by-nc-4.0", "gemma")),
    (term("gap"), term("NoLicense")),
    (term("access"), term("Gated")),
]
RELATIONS = ("finetunedFrom", "mergedFrom", "quantizedFrom", "adapterFor", "trainedOn", "copyOf")
NAMES = ("o/llama-3-x", "o/a", "gemma/b", "o/Llama-3", "o/c", "o/d", "o/e", "o/f")
ALPHABET = compile_reading("cautious").automaton.relations
CODE = {name: ALPHABET.index(term(name)) for name in RELATIONS}

Work = tuple[frozenset[tuple[str, str]], frozenset[tuple[str, int]]]
"""What a work states, and relations and parents of its derivations."""


@st.composite
def works(draw: st.DrawFn, count: int) -> Work:
    stated = draw(st.sets(st.sampled_from(STATED), max_size=2))
    step = st.tuples(st.sampled_from(RELATIONS), st.integers(0, count - 1))
    return frozenset({MODEL, *stated}), frozenset(draw(st.sets(step, max_size=2)))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Work], list[dict[int, Work]]]:
    """Draw works, and batches of works that are new or that change; cycles welcome."""
    begin = draw(st.integers(1, 4))
    begun = [draw(works(begin)) for _ in range(begin)]
    count, batches = begin, list[dict[int, Work]]()
    for _ in range(draw(st.integers(1, 3))):
        more = draw(st.integers(0, min(2, len(NAMES) - count)))
        changed = {count + i: draw(works(count + more)) for i in range(more)}
        for work in draw(st.sets(st.integers(0, count - 1), max_size=2)):
            changed[work] = draw(works(count + more))
        count += more
        batches.append(changed)
    return begun, batches


def lineage_of_works(given_works: list[Work]) -> Lineage:
    facts = tuple(sorted({fact for stated, _ in given_works for fact in stated}))
    of_work = [i for i, (stated, _) in enumerate(given_works) for _ in stated]
    of_fact = [facts.index(fact) for stated, _ in given_works for fact in stated]
    edges = [(i, CODE[n], p) for i, (_, steps) in enumerate(given_works) for n, p in sorted(steps)]
    ends = np.array(edges, dtype=np.int32).reshape(-1, 3)
    count = len(given_works)
    return Lineage(
        facts,
        pack_facts(np.array(of_work), np.array(of_fact), count, len(facts)),
        ends[:, 0],
        ends[:, 2],
        ends[:, 1],
        pa.array(NAMES[:count]),
    )


def concluded(reading: LivingReading) -> list[tuple[Any, ...]]:
    """Return the situation of each work, with all that is said of it."""
    places = sorted(set(reading.of_work.tolist()))
    situations = [reading.situations[place] for place in reading.of_work.tolist()]
    return said(situations, *reading.outcome(places))


def said(
    situations: list[Situation], consequences: Consequences, judgements: Iterable[Judgement]
) -> list[tuple[Any, ...]]:
    triples = {(str(t.subject), str(t.predicate), str(t.object)) for t in consequences}
    judged = set(judgements)
    return [
        (
            situation,
            {(p, o) for s, p, o in triples if s == f"<{situation.iri}>"},
            {j for j in judged if j.work == situation.iri},
        )
        for situation in situations
    ]


@pytest.mark.parametrize("name", ["cautious", "acceptance-required"])
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories())
def test_what_is_kept_while_works_change_is_what_is_concluded_from_scratch(
    name: str, history: tuple[list[Work], list[dict[int, Work]]]
) -> None:
    begun, batches = history
    program, closed = compile_reading(name), shipped_catalogue()
    living = LivingLineage(lineage_of_works(begun), ALPHABET)
    reading = LivingReading(program, living, closed)
    everything = range(living.size)
    reading.conclude(living.region(everything), pa.array(NAMES[: living.size]))
    now = list(begun)
    for batch in batches:
        now += [(frozenset(), frozenset())] * (sum(work >= len(now) for work in batch))
        while living.size < len(now):
            living.add_work()
        changed = set[int]()
        for work, (stated, steps) in batch.items():
            now[work] = (stated, steps)
            restated = living.restate(work, stated)
            rederived = living.rederive(work, [(CODE[n], p) for n, p in steps])
            if restated or rederived:
                changed.add(work)
        if changed:
            region = living.region(changed)
            reading.conclude(region, pa.array([NAMES[work] for work in region.works]))
        fresh = conclude(lineage_of_works(now), program, closed)
        of_work = [fresh.situations.all[place] for place in fresh.situations.of_work.tolist()]
        assert concluded(reading) == said(of_work, fresh.consequences, fresh.judgements)


def test_a_change_reaches_what_is_derived_from_it_and_nothing_else() -> None:
    plain: Work = (frozenset({MODEL}), frozenset())
    chain = [
        plain,
        *((frozenset({MODEL}), frozenset({("mergedFrom", i)})) for i in range(3)),
        plain,
    ]
    living = LivingLineage(lineage_of_works(chain), ALPHABET)
    assert living.region([1]).works.tolist() == [1, 2, 3]
    assert living.region([1]).outside.tolist() == [0]
    living.rederive(2, [(CODE["mergedFrom"], 4)])
    assert living.region([1]).works.tolist() == [1]
    assert living.region([4]).works.tolist() == [2, 3, 4]
    assert living.children_of(4) == {2}
    assert living.steps_of(2) == ((CODE["mergedFrom"], 4),)


def test_more_facts_than_there_is_room_for_are_not_mistaken_for_others() -> None:
    living = LivingLineage(lineage_of_works([(frozenset({MODEL}), frozenset())]), ALPHABET)
    with pytest.raises(OutgrownError):
        living.bits((term("license"), f"urn:{number}") for number in range(1000))
