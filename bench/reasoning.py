"""The reasoning step against owlrl on the plain graph, in one run."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from bench import hub_like
from licet_ingest.collect import Collection, collect
from licet_ingest.graph import work_iris
from licet_ontology import modules
from licet_ontology.terms import DEFAULT_READING
from licet_reasoning.lineage import lineage_of
from licet_reasoning.oracle import oracle, plain_graph
from licet_reasoning.quotient import Outcome, Program, compile_reading, conclude, shipped_catalogue
from licet_reasoning.rules import apply_stage, new_graph

if TYPE_CHECKING:
    pass


RUNS = 5
"""Runs of the fast side, of which the median counts; owlrl runs once."""


def measure_reasoning(count: int) -> list[tuple[str, str]]:
    """Return the times of both on the same generated models, and their ratio."""
    collection: Collection = collect([hub_like.Generated(hub_like.models(count))])
    works, derivations = collection.works_table, collection.derivations_table
    closed = shipped_catalogue()
    seconds: list[float] = []

    def reason() -> tuple[Program, Outcome]:
        compile_reading.cache_clear()
        started = time.perf_counter()
        program = compile_reading(DEFAULT_READING)
        lineage = lineage_of(works, derivations, program.automaton)
        outcome = conclude(lineage, program, closed)
        seconds.append(time.perf_counter() - started)
        return program, outcome

    program, outcome = [reason() for _ in range(RUNS)][-1]
    ours_s = statistics.median(seconds)
    stated = [*modules.ontology(), *modules.catalogue()]
    axioms = [
        *stated,
        *modules.reading(DEFAULT_READING),
        *apply_stage(new_graph(stated), "catalogue"),
    ]
    names = work_iris(works)
    lineage = lineage_of(works, derivations, program.automaton)
    graph = plain_graph(lineage, names, program.automaton.relations)
    started = time.perf_counter()
    consequences, _ = oracle(graph, axioms, frozenset(names))
    owlrl_s = time.perf_counter() - started
    size = f"{count:,} generated models ({len(outcome.situations.all)} situations)"
    return [
        (f"closure, situations and rules, {size}", f"{ours_s:.2f} s"),
        (
            f"owlrl and the same rules on the plain graph ({len(consequences):,} consequences)",
            f"{owlrl_s:.1f} s",
        ),
        ("ratio", f"{owlrl_s / ours_s:.0f}"),
    ]
