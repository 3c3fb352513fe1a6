"""The quotient against owlrl on random subgraphs of a generated Hub.

``python -m bench.reason_oracle [SAMPLES]`` draws connected subgraphs, by default a thousand, and
compares all that both conclude of every work: obligations and judgements, with the whole
catalogue. It prints the number of differences and ends with status 1 if there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from bench import hub_like
from licet_ingest.collect import collect
from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, DEFAULT_READING
from licet_reasoning.lineage import lineage_of
from licet_reasoning.oracle import Consequence, oracle, plain_graph
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue
from licet_reasoning.rules import Judgement, apply_stage, new_graph

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from licet_reasoning.closure import Lineage

MODELS = 50_000
LARGEST = 12
AT_ONCE = 200
"""Samples side by side in one graph: most of owlrl's time goes to ontology and catalogue."""

Conclusions = tuple[frozenset[Consequence], frozenset[Judgement]]


def main() -> None:
    """Compare as many samples as the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", nargs="?", type=int, default=1_000)
    parser.add_argument("--models", type=int, default=MODELS)
    parser.add_argument("--reading", default=DEFAULT_READING)
    parser.add_argument("--seed", type=int, default=20261121)
    options = parser.parse_args()
    lineage = generated(options.models, options.reading)
    rng = random.Random(options.seed)
    seconds, works, conclusions, differences = time.process_time(), 0, 0, 0
    for start in range(0, options.samples, AT_ONCE):
        wanted = min(AT_ONCE, options.samples - start)
        drawn = side_by_side(lineage, samples(lineage, wanted, rng))
        quotient, reference = both(drawn, options.reading)
        works += drawn.work_count
        for ours, theirs in zip(quotient, reference, strict=True):
            conclusions += len(theirs)
            differences += len(ours ^ theirs)
            for difference in sorted(ours ^ theirs, key=str)[:5]:
                print(f"only one concludes: {difference}", file=sys.stderr)
        print(f"{start + wanted:,} samples, {differences} differences", file=sys.stderr, flush=True)
    seconds = time.process_time() - seconds
    print(
        f"reading {options.reading}: {options.samples:,} samples of {works:,} works in all, "
        f"{conclusions:,} conclusions of owlrl, {differences} differences, {seconds:.0f} s"
    )
    sys.exit(1 if differences else 0)


def generated(models: int, reading: str) -> Lineage:
    """Return the lineage of a generated Hub; names are no fact that owlrl reasons over."""
    collection = collect([hub_like.Generated(hub_like.models(models))])
    program = compile_reading(reading)
    lineage = lineage_of(collection.works_table, collection.derivations_table, program.automaton)
    return replace(lineage, names=None)


def samples(lineage: Lineage, count: int, rng: random.Random) -> list[list[int]]:
    """Return connected sets of works, each grown from a random edge, up and down alike."""
    near = _neighbours(lineage)
    found = []
    for _ in range(count):
        edge = rng.randrange(len(lineage.child))
        chosen = {int(lineage.child[edge]), int(lineage.parent[edge])}
        wanted = rng.randint(2, LARGEST)
        for _ in range(4 * wanted):
            if len(chosen) >= wanted:
                break
            chosen.add(rng.choice(near[rng.choice(sorted(chosen))]))
        found.append(sorted(chosen))
    return found


def _neighbours(lineage: Lineage) -> dict[int, list[int]]:
    near: defaultdict[int, list[int]] = defaultdict(list)
    for child, parent in zip(lineage.child.tolist(), lineage.parent.tolist(), strict=True):
        near[child].append(parent)
        near[parent].append(child)
    return near


def side_by_side(lineage: Lineage, chosen: list[list[int]]) -> Lineage:
    """Return subgraphs as one lineage without edges between them; a work may be in several."""
    offsets = np.cumsum([0, *map(len, chosen)])
    works = np.array([work for sample in chosen for work in sample], dtype=np.int64)
    edges_of: defaultdict[int, list[int]] = defaultdict(list)
    wanted = set(works.tolist())
    for edge, child in enumerate(lineage.child.tolist()):
        if child in wanted:
            edges_of[child].append(edge)
    kept: list[tuple[int, int, int]] = []
    for sample, offset in zip(chosen, offsets.tolist(), strict=False):
        place = {work: offset + i for i, work in enumerate(sample)}
        for work in sample:
            for edge in edges_of[work]:
                if int(lineage.parent[edge]) in place:
                    parent = place[int(lineage.parent[edge])]
                    kept.append((place[work], parent, int(lineage.relation[edge])))
    table = np.array(kept, dtype=np.int32).reshape(-1, 3)
    return replace(
        lineage,
        own=lineage.own[works],
        child=table[:, 0],
        parent=table[:, 1],
        relation=table[:, 2],
    )


@cache
def _axioms(reading: str) -> tuple[Triple, ...]:
    stated = [*modules.ontology(), *modules.catalogue()]
    return (*stated, *modules.reading(reading), *apply_stage(new_graph(stated), "catalogue"))


def both(lineage: Lineage, reading: str) -> tuple[Conclusions, Conclusions]:
    """Return what the quotient concludes of each work, and what owlrl does."""
    program = compile_reading(reading)
    names = [f"{BASE}model/w/{i}" for i in range(lineage.work_count)]
    outcome = conclude(lineage, program, shipped_catalogue())
    works_of: defaultdict[str, list[str]] = defaultdict(list)
    for name, position in zip(names, outcome.situations.of_work.tolist(), strict=True):
        works_of[outcome.situations.all[position].iri].append(name)
    consequences = frozenset(
        (name, t.predicate.value, text_of(t.object))
        for t in outcome.consequences
        for name in works_of[text_of(t.subject)]
    )
    judgements = frozenset(
        replace(j, work=name) for j in outcome.judgements for name in works_of[j.work]
    )
    graph = plain_graph(lineage, names, program.automaton.relations)
    return (consequences, judgements), oracle(graph, _axioms(reading), frozenset(names))


if __name__ == "__main__":
    main()
