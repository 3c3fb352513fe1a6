"""Hypothetical works are judged as the quotient judges those of the Hub, whatever their lineage."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet_ingest.records import STATED_RELATIONS, Derivation, WorkRecord
from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import RDF, license_iri, term, work_iri
from licet_reasoning.hypothesis import Ground, judge
from licet_reasoning.lineage import lineage_of
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue
from licet_reasoning.strands import Bond

if TYPE_CHECKING:
    from pathlib import Path

    from licet_reasoning.compiled import Compiled
    from licet_reasoning.rules import Judgement

LINEAGES_AT_ONCE = 12
"""Drawn and judged side by side, so that one run of the rules serves them all."""
OFTEN = ("mit", "gpl-3.0", "lgpl-2.1", "cc-by-nc-4.0", "cc-by-sa-4.0", "llama3.1", "gemma", "qwen")
"""Licenses drawn as often as all others together: rules look at those that meet in a work."""
GAPS = (
    "NoLicense",
    "UnidentifiedLicense",
    "AmbiguousLicense",
    "LicenseChoice",
    "MissingWork",
    "UnnamedWork",
    "UnstatedRelation",
)
CIRCUMSTANCES = ("LicenseMismatch", "UnreadText", "LineageMismatch")
RELATIONS = (*sorted(STATED_RELATIONS), "reuses")


@cache
def licenses() -> tuple[str, ...]:
    """All licenses of the catalogue, read or not."""
    kinds = (term("License"), term("UnreadLicense"))
    return tuple(
        text_of(t.subject)
        for t in modules.catalogue()
        if t.predicate.value == RDF + "type" and text_of(t.object) in kinds
    )


@st.composite
def lineages(draw: st.DrawFn) -> list[WorkRecord]:
    """Draw works that derive from each other; circles, and works without a license, welcome."""
    license_ = st.sampled_from([*map(license_iri, OFTEN)]) | st.sampled_from(licenses())
    kind = st.sampled_from(("model", "model", "model", "dataset", "service"))
    name = st.sampled_from(("mine-", "Llama-", "Meta-Llama-", "Gemma-"))
    listed = draw(st.lists(st.tuples(kind, name), min_size=1, max_size=6))
    keys = [(kind, f"w/{name}{number}") for number, (kind, name) in enumerate(listed)]
    edges = st.lists(
        st.tuples(st.sampled_from(RELATIONS), st.sampled_from(keys)), max_size=3, unique=True
    )
    return [
        WorkRecord(
            *key,
            licenses=tuple(draw(st.lists(license_, max_size=2, unique=True))),
            gaps=tuple(map(term, draw(st.sampled_from(((), (), *zip(GAPS, strict=True)))))),
            circumstances=tuple(
                map(term, draw(st.sampled_from(((), (), *zip(CIRCUMSTANCES, strict=True)))))
            ),
            gated=draw(st.sampled_from((None, "no", "manual"))),
            derivations=[Derivation(key, *edge, "given") for edge in draw(edges)],
        )
        for key in keys
    ]


def side_by_side(drawn: list[list[WorkRecord]]) -> list[WorkRecord]:
    """Return the works of several lineages, with ids that tell them apart."""

    def of(number: int, key: tuple[str, str]) -> tuple[str, str]:
        return key[0], f"{key[1]}-{number}"

    return [
        WorkRecord(
            *of(number, work.key),
            licenses=work.licenses,
            gaps=work.gaps,
            circumstances=work.circumstances,
            gated=work.gated,
            derivations=[
                Derivation(of(number, d.child), d.relation, of(number, d.parent), d.source)
                for d in work.derivations
            ],
        )
        for number, works in enumerate(drawn)
        for work in works
    ]


def told_by_quotient(
    works: list[WorkRecord], reading: str, kept: Path
) -> dict[str, tuple[str, set[Bond], set[Judgement]]]:
    """Of each work: its situation, what binds it, and what the rules say of it."""
    program = compile_reading(reading)
    number = {work.key: i for i, work in enumerate(works)}
    columns = ("kind", "id", "licenses", "gaps", "circumstances", "gated")
    texts = pa.list_(pa.string())
    types = (pa.string(), pa.string(), texts, texts, texts, pa.string())
    table = pa.table(
        {
            name: pa.array([getattr(work, name) for work in works], type_)
            for name, type_ in zip(columns, types, strict=True)
        }
    )
    edges = [d for work in works for d in work.derivations]
    derivations = pa.table(
        {
            "child": pa.array([number[d.child] for d in edges], pa.int32()),
            "relation": pa.array([term(d.relation) for d in edges], pa.string()),
            "parent": pa.array([number[d.parent] for d in edges], pa.int32()),
        }
    )
    outcome = conclude(
        lineage_of(table, derivations, program.automaton), program, shipped_catalogue(kept)
    )
    said: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for t in outcome.consequences:
        said[text_of(t.subject)].add((t.predicate.value, text_of(t.object)))
    judgements: defaultdict[str, set[Judgement]] = defaultdict(set)
    for judgement in outcome.judgements:
        judgements[judgement.work].add(judgement)
    iris = [outcome.situations.all[i].iri for i in outcome.situations.of_work.tolist()]
    return {
        work_iri(*work.key): (iri, bonds(said[iri]), judgements[iri])
        for work, iri in zip(works, iris, strict=True)
    }


def bonds(said: set[tuple[str, str]]) -> set[Bond]:
    """What is said of a situation by the properties of the ontology, as an answer tells it."""

    def clauses(name: str) -> set[str]:
        return {clause for predicate, clause in said if predicate == term(name)}

    certain, inherited = clauses("boundBy"), clauses("inherits")
    return {
        Bond(
            clause,
            inherited=clause in inherited,
            as_whole=clause in clauses("inheritsAsWhole") or clause not in inherited,
            in_doubt=clause not in certain,
        )
        for clause in certain | clauses("mightBeBoundBy")
    }


@pytest.mark.parametrize("reading", modules.readings())
@given(drawn=st.lists(lineages(), min_size=LINEAGES_AT_ONCE, max_size=LINEAGES_AT_ONCE))
@settings(
    max_examples=2,
    suppress_health_check=[
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
def test_hypothetical_works_are_judged_as_the_quotient_judges_them(
    prepared: Compiled, kept_catalogue: Path, reading: str, drawn: list[list[WorkRecord]]
) -> None:
    works = side_by_side(drawn)
    expected = told_by_quotient(works, reading, kept_catalogue)
    judged = judge(Ground(prepared), works, reading)
    assert list(judged.works) == list(expected)
    judged.ask(expected)
    for work, (situation, bound_by, judgements) in expected.items():
        assert judged.situation(work).iri == situation
        assert set(judged.bonds(work)) == bound_by
        said = {replace(j, work=situation) for j in judged.judgements(work)}
        assert said == judgements
