"""From an outcome to N-Quads lines of the inferred, findings and statistics graphs; pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from licet_ingest.nquads import blocks, column, iri_lines, iris, literal
from licet_ontology.terms import BASE, NS, RDF, XSD
from licet_reasoning.cube import cube_lines

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from pyoxigraph import Triple

    from licet_reasoning.quotient import Consequences, Outcome
    from licet_reasoning.rules import Judgement
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
    named = [situation.iri for situation in situations.all]
    situation_iris = pa.array(named, pa.string())
    of_work = pa.array(situations.of_work)
    known = works.select(["kind", "id"]).append_column("of", of_work).filter(works["in_graph"])
    for block in blocks(known):
        subjects = iris(column(block, "kind"), column(block, "id"))
        objects = situation_iris.take(column(block, "of"))
        yield iri_lines(subjects, f"{NS}situation", objects, f"{BASE}graph/inferred/{reading}")
    counts = np.bincount(situations.of_work[in_graph], minlength=len(situations.all)).tolist()
    yield from count_lines(named, counts, reading)
    published = {iri for iri, count in zip(named, counts, strict=True) if count}
    yield from consequence_lines(outcome.consequences, reading, published)


def count_lines(situations: Iterable[str], counts: Iterable[int], reading: str) -> Iterator[str]:
    """Yield that there are situations, by IRI, and how many works each has, unless none."""
    end = f" <{BASE}graph/inferred/{reading}> .\n"
    for iri, count in zip(situations, counts, strict=True):
        if count:
            yield f"<{iri}> <{RDF}type> <{NS}Situation>{end}"
            yield f'<{iri}> <{NS}workCount> "{count}"^^<{XSD}integer>{end}'


def consequence_lines(
    consequences: Consequences, reading: str, published: Container[str] | None = None
) -> Iterator[str]:
    """Yield the obligations of situations: of all, or of those that are published."""
    for iri, said in consequences.lines(f" <{BASE}graph/inferred/{reading}> .\n"):
        if published is None or iri in published:
            yield said


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
    described: set[str] = set()
    for node, judgement in findings_of(j for j in outcome.judgements if j.work in published):
        if node not in described:
            described.add(node)
            yield finding_lines(node, judgement, severities[judgement.code], reading)
        yield finding_link(node, judgement, reading)


def findings_of(judgements: Iterable[Judgement]) -> Iterator[tuple[str, Judgement]]:
    """Yield what is found of each situation, and what it is called.

    It has the same name for all situations of which the same is found.
    """
    called: dict[tuple[str, str, str, bool, tuple[str, ...]], str] = {}
    for found in judgements:
        if found.verdict == "met":
            continue
        key = (found.code, found.verdict, found.because, found.inherited, found.against)
        if key not in called:
            digest = hashlib.sha256(repr(key).encode()).hexdigest()[:20]
            called[key] = f"{BASE}finding/{found.code}/{digest}"
        yield called[key], found


def finding_link(node: str, found: Judgement, reading: str) -> str:
    """Return the line that says that a situation has a finding or an open question."""
    link = "hasOpenQuestion" if found.verdict == "unknown" else "hasFinding"
    return f"<{found.work}> <{NS}{link}> <{node}> <{BASE}graph/findings/{reading}> .\n"


def finding_lines(node: str, found: Judgement, severity: str, reading: str) -> str:
    """Return lines that describe a finding or an open question."""
    open_ = found.verdict == "unknown"
    said = [
        (RDF + "type", f"<{NS}{'OpenQuestion' if open_ else 'Finding'}>"),
        (NS + "kind", f"<{NS}finding-{found.code}>"),
        (NS + "code", literal(found.code)),
        (NS + "severity", literal("unknown" if open_ else severity)),
        (NS + "because", f"<{found.because}>"),
        (NS + "inherited", f'"{str(found.inherited).lower()}"^^<{XSD}boolean>'),
        *((NS + "conflictsWith", f"<{against}>") for against in found.against),
    ]
    end = f" <{BASE}graph/findings/{reading}> .\n"
    return "".join(f"<{node}> <{predicate}> {value}{end}" for predicate, value in said)


def statistics_lines(cube: Cube, reading: str, snapshot_id: str) -> Iterator[str]:
    """Yield the statistics of a reading in a snapshot, as an RDF Data Cube."""
    yield from cube_lines(cube.slices, cube.metrics, reading, snapshot_id)
