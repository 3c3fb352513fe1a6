"""What is concluded of each situation, as tables: with the works' tables they need no SPARQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
from pyoxigraph import NamedNode

from licet_ontology.nodes import text_of
from licet_ontology.terms import GRAPH_LICENSES, GRAPH_ONTOLOGY, RDFS, local_name, term
from licet_reasoning.conclusions_of_store import findings, obligations, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store

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
    bound = [_obligations(opened.store, reading) for reading in readings]
    found = [
        {"reading": reading, **finding._asdict()}
        for reading in readings
        for finding in findings(opened.store, reading)
    ]
    clauses = sorted(_clauses(opened.store), key=lambda row: tuple(row.values()))
    return {
        "obligations": pa.concat_tables(bound).unify_dictionaries(),
        "findings": pa.Table.from_pylist(found, _FINDINGS),
        "clauses": pa.Table.from_pylist(clauses, _CLAUSES),
    }


def _obligations(store: Store, reading: str) -> pa.Table:
    rows = obligations(store, reading)
    columns = [
        pa.array([reading] * len(rows)),
        *(pa.array([row[i] for row in rows], pa.string()) for i in range(2)),
        pa.array([inherited for _, _, inherited in rows], pa.bool_()),
    ]
    return pa.table(columns, names=_OBLIGATIONS.names).cast(_OBLIGATIONS)


def _clauses(store: Store) -> Iterator[dict[str, str]]:
    section = dict(pairs(store, "section", GRAPH_LICENSES))
    quote = dict(pairs(store, "quote", GRAPH_LICENSES))
    of_scope = NamedNode(RDFS + "subPropertyOf"), NamedNode(term("hasClause"))
    scopes = store.quads_for_pattern(None, *of_scope, NamedNode(GRAPH_ONTOLOGY))
    for scope in [text_of(quad.subject) for quad in scopes]:
        for license_, clause in pairs(store, local_name(scope), GRAPH_LICENSES):
            yield {
                "license": license_,
                "clause": clause,
                "scope": scope,
                "section": section.get(clause, ""),
                "quote": quote.get(clause, ""),
            }
