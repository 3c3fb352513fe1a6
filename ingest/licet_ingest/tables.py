"""Works and derivations as Arrow tables: what closure, graph and Parquet files are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from licet_ingest.records import MISSING_WORK
from licet_ontology.terms import term

if TYPE_CHECKING:
    from licet_ingest.collect import Collection

_STRINGS = pa.list_(pa.string())

WORKS_SCHEMA = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("in_graph", pa.bool_(), nullable=False),
        ("author", pa.string()),
        ("created", pa.string()),
        ("modified", pa.string()),
        ("downloads", pa.int64()),
        ("likes", pa.int64()),
        ("gated", pa.string()),
        pa.field("removed", pa.bool_(), nullable=False),
        ("removed_at", pa.string()),
        ("pipeline_tag", pa.string()),
        ("library_name", pa.string()),
        ("stated_licenses", _STRINGS),
        ("license_name", pa.string()),
        ("license_link", pa.string()),
        ("licenses", _STRINGS),
        ("families", _STRINGS),
        ("gaps", _STRINGS),
        ("stated_bases", _STRINGS),
    ],
    metadata={"description": "One row per work; in_graph is false for works only named by others."},
)
"""Works: see `records.WorkRecord`; IRIs in licenses, families and gaps."""

DERIVATIONS_SCHEMA = pa.schema(
    [
        pa.field("child", pa.int32(), nullable=False),
        pa.field("relation", pa.string(), nullable=False),
        pa.field("parent", pa.int32(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
    ],
    metadata={"description": "One row per stated derivation; child and parent are rows of works."},
)
"""Derivations: relations are IRIs."""


def works_table(collection: Collection) -> pa.Table:
    """Return all works, sorted by kind and id, as a table of ``WORKS_SCHEMA``."""
    works = [collection.works[key] for key in sorted(collection.works)]
    columns = {
        name: [getattr(work, name) for work in works]
        for name in WORKS_SCHEMA.names
        if name != "in_graph"
    }
    columns["in_graph"] = [MISSING_WORK not in work.gaps for work in works]
    return pa.Table.from_pydict(columns, schema=WORKS_SCHEMA)


def derivations_table(collection: Collection) -> pa.Table:
    """Return all derivations, sorted, as a table of ``DERIVATIONS_SCHEMA``."""
    row = {key: i for i, key in enumerate(sorted(collection.works))}
    rows = sorted(
        (row[d.child], term(d.relation), row[d.parent], d.source) for d in collection.derivations
    )
    return pa.Table.from_pylist(
        [dict(zip(DERIVATIONS_SCHEMA.names, values, strict=True)) for values in rows],
        schema=DERIVATIONS_SCHEMA,
    )
