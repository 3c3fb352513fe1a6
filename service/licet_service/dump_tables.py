"""What is concluded of each situation, as tables: with the works' tables they need no SPARQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
from pyoxigraph import NamedNode

from licet_ontology.nodes import text_of
from licet_ontology.terms import (
    GRAPH_LICENSES,
    GRAPH_ONTOLOGY,
    RDFS,
    local_name,
    reading_graphs,
    term,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Quad

    from licet_service.dataset import OpenSnapshot

_OBLIGATIONS: Final = pa.schema(
    [
        ("reading", pa.dictionary(pa.int8(), pa.string())),
        ("situation", pa.dictionary(pa.int32(), pa.string())),
        ("clause", pa.dictionary(pa.int32(), pa.string())),
        ("inherited", pa.bool_()),
    ],
    metadata={"description": "One row per clause that binds the works of a situation."},
)
_FINDINGS: Final = pa.schema(
    [
        ("reading", pa.string()),
        ("situation", pa.string()),
        ("finding", pa.string()),
        ("code", pa.string()),
        ("severity", pa.string()),
        ("open", pa.bool_()),
        ("because", pa.string()),
        ("inherited", pa.bool_()),
        ("against", pa.list_(pa.string())),
    ],
    metadata={"description": "One row per finding of a situation; open: it cannot be decided."},
)
_CLAUSES: Final = pa.schema(
    [
        ("license", pa.string()),
        ("clause", pa.string()),
        ("scope", pa.string()),
        ("section", pa.string()),
        ("quote", pa.string()),
    ],
    metadata={"description": "One row per clause, license that holds it and scope it has there."},
)


def conclusions(opened: OpenSnapshot) -> dict[str, pa.Table]:
    """Return obligations, findings and clauses as tables, by name."""
    readings = sorted(opened.snapshot.manifest["readings"])
    obligations = [_obligations(opened, reading) for reading in readings]
    findings = [row for reading in readings for row in _findings(opened, reading)]
    clauses = sorted(_clauses(opened), key=lambda row: tuple(row.values()))
    return {
        "obligations": pa.concat_tables(obligations).unify_dictionaries(),
        "findings": pa.Table.from_pylist(findings, _FINDINGS),
        "clauses": pa.Table.from_pylist(clauses, _CLAUSES),
    }


def _quads(opened: OpenSnapshot, predicate: str, graph: str) -> Iterator[Quad]:
    return opened.store.quads_for_pattern(None, NamedNode(term(predicate)), None, NamedNode(graph))


def _pairs(opened: OpenSnapshot, predicate: str, graph: str) -> Iterator[tuple[str, str]]:
    for quad in _quads(opened, predicate, graph):
        yield text_of(quad.subject), text_of(quad.object)


def _obligations(opened: OpenSnapshot, reading: str) -> pa.Table:
    inferred = reading_graphs(reading)[0]
    inherited = set(_pairs(opened, "inherits", inferred))
    bound = sorted(_pairs(opened, "boundBy", inferred))
    columns = [
        pa.array([reading] * len(bound)),
        pa.array([situation for situation, _ in bound], pa.string()),
        pa.array([clause for _, clause in bound], pa.string()),
        pa.array([pair in inherited for pair in bound], pa.bool_()),
    ]
    return pa.table(columns, names=_OBLIGATIONS.names).cast(_OBLIGATIONS)


def _findings(opened: OpenSnapshot, reading: str) -> Iterator[dict[str, object]]:
    graph = reading_graphs(reading)[1]
    of = {
        name: dict(_pairs(opened, name, graph))
        for name in ("code", "severity", "because", "inherited")
    }
    against: dict[str, list[str]] = {}
    for finding, other in _pairs(opened, "conflictsWith", graph):
        against.setdefault(finding, []).append(other)
    for link, open_ in (("hasFinding", False), ("hasOpenQuestion", True)):
        for situation, finding in sorted(_pairs(opened, link, graph)):
            yield {
                "reading": reading,
                "situation": situation,
                "finding": finding,
                "code": of["code"][finding],
                "severity": of["severity"][finding],
                "open": open_,
                "because": of["because"][finding],
                "inherited": of["inherited"][finding] == "true",
                "against": sorted(against.get(finding, ())),
            }


def _clauses(opened: OpenSnapshot) -> Iterator[dict[str, str]]:
    section = dict(_pairs(opened, "section", GRAPH_LICENSES))
    quote = dict(_pairs(opened, "quote", GRAPH_LICENSES))
    of_scope = NamedNode(RDFS + "subPropertyOf"), NamedNode(term("hasClause"))
    scopes = opened.store.quads_for_pattern(None, *of_scope, NamedNode(GRAPH_ONTOLOGY))
    for scope in [text_of(quad.subject) for quad in scopes]:
        for license_, clause in _pairs(opened, local_name(scope), GRAPH_LICENSES):
            yield {
                "license": license_,
                "clause": clause,
                "scope": scope,
                "section": section.get(clause, ""),
                "quote": quote.get(clause, ""),
            }
