"""The quotient gives exactly what owlrl and the same rules give on the plain graph."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Triple

from licet_ontology import modules
from licet_ontology.modules import parse_turtle
from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, RDF, term
from licet_reasoning.closure import Lineage, pack_facts
from licet_reasoning.oracle import oracle, plain_graph
from licet_reasoning.quotient import Program, close_catalogue, compile_reading, conclude
from licet_reasoning.rules import Judgement, apply_stage, new_graph

# Each license has what some rule or scope asks for, and no more: owlrl is slow.
CATALOGUE = """
@prefix family: <https://w3id.org/licet/license-family/> .
@prefix license: <https://w3id.org/licet/license/> .
@prefix licet: <https://w3id.org/licet/ns#> .
@prefix : <https://w3id.org/licet/clause/> .
license:free a licet:License ; licet:targetWorkType licet:software ;
    licet:commercialUse licet:permitted ; licet:extractedModels licet:notAddressed ;
    licet:onCopy :free-copy ; licet:onDerivative :free-copy .
:free-copy a licet:LicenseCopy .
license:gnu a licet:License ; licet:family family:gnu ; licet:commercialUse licet:permitted ;
    licet:extractedModels licet:conditional ;
    licet:onCopy :gnu-free , :gnu-agreed ; licet:onDerivative :gnu-free , :gnu-share .
:gnu-agreed a licet:Acceptance .
:gnu-free a licet:NoFurtherRestrictions .
:gnu-share a licet:ShareAlike ; licet:requiresLicense license:gnu .
license:nd a licet:License ; licet:family family:creative-commons ;
    licet:commercialUse licet:prohibited ; licet:extractedModels licet:notAddressed ;
    licet:onCopy :nd-free , :nd-commercial ; licet:onVariant :nd-free ;
    licet:onDerivative :nd-commercial ; licet:onAdaptation :nd-none .
:nd-free a licet:NoFurtherRestrictions .
:nd-commercial a licet:NonCommercial .
:nd-none a licet:NoDerivatives .
license:llama a licet:License ; licet:family family:llama ; licet:targetWorkType licet:model ;
    licet:commercialUse licet:conditional ; licet:extractedModels licet:prohibited ;
    licet:onCopy :llama-ban , :llama-use , :llama-agreed ; licet:onDerivative :llama-use ;
    licet:onExtracted :llama-ban ; licet:onOutput :llama-ban ; licet:onService :llama-use .
:llama-ban a licet:OutputImprovementBan ; licet:exemptsLicense license:llama .
:llama-use a licet:UseRestriction .
:llama-agreed a licet:Acceptance .
license:rail a licet:License ; licet:targetWorkType licet:model ;
    licet:commercialUse licet:permitted ; licet:extractedModels licet:derivative ;
    licet:onCopy :rail-pass ; licet:onDerivative :rail-pass ; licet:onAdapter :rail-pass ;
    licet:onExtracted :rail-pass .
:rail-pass a licet:PassThrough ; licet:acceptsLicense license:rail .
license:qwen a licet:License ; licet:targetWorkType licet:model ;
    licet:commercialUse licet:notStated ; licet:extractedModels licet:prohibited ;
    licet:onDerivative :qwen-ban ; licet:onExtracted :qwen-ban .
:qwen-ban a licet:OutputImprovementBan ; licet:exemptsLicense license:qwen .
license:unread a licet:UnreadLicense .
"""
LICENSES = ("free", "gnu", "nd", "llama", "rail", "qwen", "unread")
GAPS = ("NoLicense", "UnidentifiedLicense", "AmbiguousLicense", "MissingWork", "UnstatedRelation")
FACTS = (
    (RDF + "type", term("Model")),
    (RDF + "type", term("Dataset")),
    *((term("license"), f"{BASE}license/{name}") for name in LICENSES),
    *((term("gap"), term(name)) for name in GAPS),
    *((term("access"), term(name)) for name in ("Gated", "Ungated")),
)
LINEAGES_AT_ONCE = 12


@cache
def stated_catalogue() -> tuple[Triple, ...]:
    return tuple(parse_turtle(CATALOGUE, "t"))


@cache
def closed_catalogue() -> tuple[Triple, ...]:
    return tuple(close_catalogue(stated_catalogue()))


@cache
def axioms_for_oracle(reading: str) -> tuple[Triple, ...]:
    stated = [*modules.ontology(), *stated_catalogue()]
    return (*stated, *modules.reading(reading), *apply_stage(new_graph(stated), "catalogue"))


@st.composite
def small_lineages(draw: st.DrawFn) -> tuple[list[list[int]], list[tuple[int, int, int]]]:
    """Draw works with facts, and derivations: cycles, self-loops and duplicates welcome."""
    size = draw(st.integers(1, 6))
    fact = st.integers(2, len(FACTS) - 1)
    kind = st.sampled_from([0, 0, 0, 1])
    own = [[draw(kind), *draw(st.lists(fact, max_size=2))] for _ in range(size)]
    work = st.integers(0, size - 1)
    edges = draw(st.lists(st.tuples(work, st.integers(0, 10**6), work), max_size=9))
    return own, edges


def side_by_side(
    drawn: list[tuple[list[list[int]], list[tuple[int, int, int]]]], program: Program
) -> Lineage:
    """Return drawn lineages as one, so that one run of owlrl serves them all."""
    relations = range(len(program.automaton.relations))
    own: list[list[int]] = []
    edges: list[tuple[int, int, int]] = []
    for works, derivations in drawn:
        offset = len(own)
        own += works
        edges += [
            (c + offset, relations[r % len(relations)], p + offset) for c, r, p in derivations
        ]
    pairs = [(work, fact) for work, facts in enumerate(own) for fact in facts]
    table = np.array(edges, dtype=np.int32).reshape(-1, 3)
    return Lineage(
        FACTS,
        pack_facts(
            np.array([w for w, _ in pairs]), np.array([f for _, f in pairs]), len(own), len(FACTS)
        ),
        table[:, 0],
        table[:, 2],
        table[:, 1],
    )


def by_work(
    lineage: Lineage, program: Program, names: list[str]
) -> tuple[frozenset[tuple[str, str, str]], frozenset[Judgement]]:
    """Return what the quotient says, spelled out for each work."""
    outcome = conclude(lineage, program, closed_catalogue())
    situation_of = [outcome.situations.all[i].iri for i in outcome.situations.of_work.tolist()]
    works_of: dict[str, list[str]] = {}
    for name, situation in zip(names, situation_of, strict=True):
        works_of.setdefault(situation, []).append(name)
    consequences = frozenset(
        (name, t.predicate.value, text_of(t.object))
        for t in outcome.consequences
        for name in works_of[text_of(t.subject)]
    )
    judgements = frozenset(
        replace(j, work=name) for j in outcome.judgements for name in works_of[j.work]
    )
    return consequences, judgements


@pytest.mark.parametrize("reading", modules.readings())
@given(drawn=st.lists(small_lineages(), min_size=LINEAGES_AT_ONCE, max_size=LINEAGES_AT_ONCE))
@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)
def test_the_quotient_concludes_what_owlrl_concludes(
    reading: str, drawn: list[tuple[list[list[int]], list[tuple[int, int, int]]]]
) -> None:
    program = compile_reading(reading)
    lineage = side_by_side(drawn, program)
    names = [f"{BASE}model/w/{i}" for i in range(lineage.work_count)]
    graph = plain_graph(lineage, names, program.automaton.relations)
    expected = oracle(graph, axioms_for_oracle(reading), frozenset(names))
    actual = by_work(lineage, program, names)
    assert actual[0] == expected[0]
    assert actual[1] == expected[1]
