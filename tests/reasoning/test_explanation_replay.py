"""The law of explanations: what is cited yields the finding alone, and nothing of it is idle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store, parse
from tests.reasoning.conftest import World

from licet_ingest.collect import collect
from licet_ingest.graph import derivation_lines, work_lines
from licet_ingest.records import STATED_RELATIONS
from licet_ontology import modules
from licet_ontology.terms import (
    BASE,
    GRAPH_LICENSES,
    GRAPH_ONTOLOGY,
    RDF,
    license_iri,
    reading_graphs,
    term,
)
from licet_reasoning.excerpt import Excerpt
from licet_reasoning.explain import Explainer
from licet_reasoning.lineage import lineage_of
from licet_reasoning.publish import findings_lines, inferred_lines, triple_lines
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue
from licet_reasoning.replay import replay
from licet_reasoning.rules import finding_severities

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pyoxigraph import Quad

    from licet_reasoning.explanation import ExplainedFinding, Imposition, Reason
    from licet_reasoning.quotient import Program
    from licet_reasoning.rules import Judgement

Steps = frozenset[tuple[str, str, str]]

# Licenses that conflict in different ways, gaps, and a license that nobody has read.
STATED = (
    "apache-2.0",
    "cc-by-4.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-4.0",
    "creativeml-openrail-m",
    "gemma",
    "gpl-3.0",
    "llama3",
    "mpl-2.0",
    "tongyi-qianwen",
    "apple-ascl",
    "NoLicense",
    "AmbiguousLicense",
)
UNREAD = {license_iri("apple-ascl")}
WORLDS_AT_ONCE = 8


@dataclass(frozen=True)
class Drawn:
    """A world: what its works state, and the derivations between them."""

    stated: tuple[str, ...]
    steps: tuple[tuple[int, str, int], ...]
    data: frozenset[int]

    def name(self, world: int, work: int) -> str:
        kind = "dataset" if work in self.data else "model"
        return f"{kind}/w{world}/{work}"


@st.composite
def small_worlds(draw: st.DrawFn) -> Drawn:
    """Draw the terms of some works, and derivations: cycles and self-loops welcome."""
    size = draw(st.integers(2, 6))
    stated = draw(st.lists(st.sampled_from(STATED), min_size=size, max_size=size))
    work = st.integers(0, size - 1)
    relation = st.sampled_from(sorted(STATED_RELATIONS))
    steps = draw(st.lists(st.tuples(work, relation, work), min_size=1, max_size=9))
    data = {p for _, r, p in steps if r == "trainedOn"}
    data |= {c for c, r, _ in steps if r in {"generatedBy", "adaptedFrom"}}
    return Drawn(tuple(stated), tuple(steps), frozenset(data))


def facts_of(work: str, stated: str) -> set[tuple[str, str, str]]:
    """Return what a work states, with its kind."""
    kind = "Dataset" if work.startswith("dataset/") else "Model"
    facts = {(BASE + work, RDF + "type", term(kind))}
    if stated[:1].isupper():
        return facts | {(BASE + work, term("gap"), term(stated))}
    return facts | {(BASE + work, term("license"), license_iri(stated))}


@dataclass(frozen=True)
class Cited:
    """What a finding cites, and what is said if only that is known.

    Attributes:
        excerpt: What is cited, and nothing else.
        paths: The path to each work that is cited.
        key: Code and ground of the finding, whether that is of another work, and the verdict.
        against: What stands against it, or empty.
        what: For a person who reads a failure.
    """

    excerpt: Excerpt
    paths: tuple[Steps, ...]
    key: tuple[str, str, bool, str]
    against: str
    what: str

    def with_steps(self, steps: Steps) -> Cited:
        return replace(self, excerpt=replace(self.excerpt, steps=steps))

    def less(self) -> Iterable[tuple[Cited, Cited]]:
        """Yield it with a step less, beside it without the paths that the step is on.

        Where it holds without these paths altogether, another path reaches what they reach.
        """
        for step in sorted(self.excerpt.steps):
            others = [path for path in self.paths if step not in path]
            alone = self.with_steps(frozenset().union(*others))
            shorter = self.with_steps(self.excerpt.steps - {step})
            yield replace(shorter, what=f"{self.what}, without {step}"), alone

    def holds(self, judgements: Iterable[Judgement]) -> bool:
        return any(
            (j.code, j.because, j.inherited, j.verdict) == self.key
            and (not self.against or self.against in j.against)
            for j in judgements
        )


def cited(work: str, finding: ExplainedFinding, stated: dict[str, str]) -> Iterable[Cited]:
    """Yield what a finding cites: for each work that imposes its ground, for each contrary."""
    others: list[Reason | None] = list(finding.against) or [None]
    for because in finding.because.imposed_by[:3]:
        for against in others:
            rest = (*([against] if against else ()), *finding.conflict, *finding.left_open_by[:1])
            cites = [(finding.because.term.iri, because)]
            cites += [(r.term.iri, i) for r in rest for i in r.imposed_by[:1]]
            yield unfolded(
                work,
                cites,
                stated,
                (
                    finding.code,
                    finding.because.term.iri,
                    bool(because.path),
                    "unknown" if finding.open else "violated",
                ),
                against.term.iri if against else "",
            )


def unfolded(
    work: str,
    cites: Sequence[tuple[str, Imposition]],
    stated: dict[str, str],
    key: tuple[str, str, bool, str],
    against: str,
) -> Cited:
    """Return what is cited, each path with works of its own, so that none continues another.

    The works where paths end have their kind and licenses, and the gaps that are cited. Those on
    the way are no models, lest they be models of another lineage, and no more is known of them.
    """
    facts = {f for f in facts_of(work, stated[work]) if f[1] != term("gap") and f[2] not in UNREAD}
    branches = {path: number for number, path in enumerate({i.path: None for _, i in cites})}
    paths: list[Steps] = []
    for iri, imposition in cites:
        names = [work, *(s.parent for s in imposition.path)]
        own = [
            name if place == 0 else name.replace("/", f"/b{branches[imposition.path]}-{place}-", 1)
            for place, name in enumerate(names)
        ]
        relations = [term(s.relation) for s in imposition.path]
        paths.append(
            frozenset(
                (BASE + c, r, BASE + p)
                for c, r, p in zip(own[:-1], relations, own[1:], strict=True)
            )
        )
        facts |= {(BASE + name, RDF + "type", term("Dataset")) for name in own[1:-1]}
        facts |= {
            (BASE + own[-1], p, value)
            for _, p, value in facts_of(names[-1], stated[names[-1]])
            if value == iri or (p != term("gap") and value not in UNREAD)
        }
    return Cited(
        Excerpt(BASE + work, frozenset(facts), frozenset().union(*paths)),
        tuple(paths),
        key,
        against,
        f"{work}: {key} of {cites[0][1].work} {against}",
    )


class Snapshots:
    """Makes stores of small worlds: one that holds the catalogue, and what is said of works."""

    def __init__(self, kept_catalogue: Path) -> None:
        self.catalogue = shipped_catalogue(kept_catalogue)
        self._store = Store()
        self._said: list[Quad] = []
        given = {*modules.ontology(), *modules.catalogue()}
        self._add(triple_lines(modules.ontology(), GRAPH_ONTOLOGY))
        self._add(triple_lines(modules.catalogue(), GRAPH_LICENSES))
        for reading in modules.readings():
            entailed = [t for t in self.catalogue if t not in given]
            self._add(triple_lines(entailed, reading_graphs(reading)[0]))

    def store(
        self,
        program: Program,
        stated: Mapping[str, str],
        steps: Sequence[tuple[str, str, str]],
    ) -> Store:
        for quad in self._said:
            self._store.remove(quad)
        collection = collect([World(stated, steps)])
        works, derivations = collection.works_table, collection.derivations_table
        lineage = lineage_of(works, derivations, program.automaton)
        outcome = conclude(lineage, program, self.catalogue)
        published = frozenset(situation.iri for situation in outcome.situations.all)
        self._said = [
            *self._add(work_lines(works)),
            *self._add(derivation_lines(works, derivations)),
            *self._add(inferred_lines(works, outcome, program.reading)),
            *self._add(findings_lines(outcome, published, finding_severities(), program.reading)),
        ]
        return self._store

    def _add(self, lines: Iterable[str]) -> list[Quad]:
        quads = list(parse("".join(lines), format=RdfFormat.N_QUADS))
        self._store.bulk_extend(quads)
        return quads


@pytest.fixture(scope="module")
def snapshots(kept_catalogue: Path) -> Snapshots:
    return Snapshots(kept_catalogue)


@pytest.mark.parametrize("reading", modules.readings())
@given(drawn=st.lists(small_worlds(), min_size=WORLDS_AT_ONCE, max_size=WORLDS_AT_ONCE))
@settings(
    max_examples=2,
    derandomize=True,  # Five readings, some seconds each: more worlds are for a person to try.
    deadline=None,
    # What makes a failure smaller would take hundreds of worlds.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_what_a_finding_cites_yields_it_alone_and_with_a_step_less_does_not(
    snapshots: Snapshots, drawn: list[Drawn], reading: str
) -> None:
    stated = {
        world.name(number, work): terms
        for number, world in enumerate(drawn)
        for work, terms in enumerate(world.stated)
    }
    steps = [
        (world.name(number, child), relation, world.name(number, parent))
        for number, world in enumerate(drawn)
        for child, relation, parent in world.steps
    ]
    program = compile_reading(reading)
    explainer = Explainer(snapshots.store(program, stated, steps), program)
    whole = [
        one
        for work in stated
        for finding in explainer.explain(BASE + work).findings
        for one in cited(work, finding, stated)
    ]
    shorter = [pair for one in whole for pair in one.less()]
    asked = [*whole, *(one for pair in shorter for one in pair)]
    said = replay([one.excerpt for one in asked], program, snapshots.catalogue)
    held = [one.holds(judgements) for one, judgements in zip(asked, said, strict=True)]
    assert [one.what for one, holds in zip(whole, held, strict=False) if not holds] == []
    with_step_less, without_paths = held[len(whole) :: 2], held[len(whole) + 1 :: 2]
    assert [
        less.what
        for (less, _), holds, other in zip(shorter, with_step_less, without_paths, strict=True)
        if holds and not other
    ] == []
