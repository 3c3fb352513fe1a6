"""From an outcome to N-Quads lines of the inferred, findings and statistics graphs; pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from licet_ingest.nquads import blocks, column, iri_lines, iris, literal
from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, NS, RDF, XSD, local_name
from licet_reasoning.cube import cube_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Triple

    from licet_reasoning.quotient import Outcome
    from licet_reasoning.statistics import Cube


def triple_lines(triples: Iterable[Triple], graph: str) -> Iterator[str]:
    """Yield N-Quads lines that put triples into a named graph."""
    name = NamedNode(graph)
    quads = (Quad(t.subject, t.predicate, t.object, name) for t in triples)
    yield (serialize(quads, format=RdfFormat.N_QUADS) or b"").decode()


def inferred_lines(works: pa.Table, outcome: Outcome, reading: str) -> Iterator[str]:
    """Yield each work's situation, and each situation's obligations."""
    situations = outcome.situations
    in_graph = works["in_graph"].to_numpy(zero_copy_only=False)
    situation_iris = pa.array([situation.iri for situation in situations.all], pa.string())
    of_work = pa.array(situations.of_work)
    known = works.select(["kind", "id"]).append_column("of", of_work).filter(works["in_graph"])
    for block in blocks(known):
        subjects = iris(column(block, "kind"), column(block, "id"))
        objects = situation_iris.take(column(block, "of"))
        yield iri_lines(subjects, f"{NS}situation", objects, f"{BASE}graph/inferred/{reading}")
    counts = np.bincount(situations.of_work[in_graph], minlength=len(situations.all))
    yield from situation_lines(outcome, counts.tolist(), reading)


def situation_lines(outcome: Outcome, counts: Sequence[int], reading: str) -> Iterator[str]:
    """Yield how many works each situation has, and its obligations, unless it has none."""
    end = f" <{BASE}graph/inferred/{reading}> .\n"
    situations = outcome.situations.all
    published = {s.iri for s, count in zip(situations, counts, strict=True) if count}
    for situation, count in zip(situations, counts, strict=True):
        if count:
            yield f"<{situation.iri}> <{RDF}type> <{NS}Situation>{end}"
            yield f'<{situation.iri}> <{NS}workCount> "{count}"^^<{XSD}integer>{end}'
    for t in outcome.consequences:
        if text_of(t.subject) in published:
            yield f"{t.subject} {t.predicate} {t.object}{end}"


def findings_lines(
    outcome: Outcome, published: frozenset[str], severities: Mapping[str, str], reading: str
) -> Iterator[str]:
    """Yield the findings of situations, and the questions that stay open about them.

    Args:
        outcome: What was concluded.
        published: IRIs of the situations that works in the graph are in.
        severities: The severity of each finding code.
        reading: Under which it was concluded.
    """
    end = f" <{BASE}graph/findings/{reading}> .\n"
    ordinal: defaultdict[tuple[str, str], int] = defaultdict(int)
    for judgement in outcome.judgements:
        if judgement.verdict == "met" or judgement.work not in published:
            continue
        if judgement.verdict == "violated":
            link, class_, severity = "hasFinding", "Finding", severities[judgement.code]
        else:
            link, class_, severity = "hasOpenQuestion", "OpenQuestion", "unknown"
        ordinal[judgement.work, judgement.code] += 1
        number = ordinal[judgement.work, judgement.code]
        situation = local_name(judgement.work).removeprefix("situation/")
        node = f"<{BASE}finding/{situation}/{judgement.code}/{number}>"
        yield f"<{judgement.work}> <{NS}{link}> {node}{end}"
        yield f"{node} <{RDF}type> <{NS}{class_}>{end}"
        yield f"{node} <{NS}kind> <{NS}finding-{judgement.code}>{end}"
        yield f"{node} <{NS}code> {literal(judgement.code)}{end}"
        yield f"{node} <{NS}severity> {literal(severity)}{end}"
        yield f"{node} <{NS}because> <{judgement.because}>{end}"
        inherited = "true" if judgement.inherited else "false"
        yield f'{node} <{NS}inherited> "{inherited}"^^<{XSD}boolean>{end}'
        for against in judgement.against:
            yield f"{node} <{NS}conflictsWith> <{against}>{end}"


def statistics_lines(cube: Cube, reading: str) -> Iterator[str]:
    """Yield the statistics of a reading, as an RDF Data Cube."""
    yield from cube_lines(cube.slices, cube.metrics, reading)
