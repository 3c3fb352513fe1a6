"""The Parquet tables of a snapshot."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from licet_ingest.history import CHANGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from licet_reasoning.quotient import Outcome


def write_tables(
    tables: Path,
    works: pa.Table,
    derivations: pa.Table,
    outcomes: Mapping[str, Outcome],
    changes: pa.Table,
) -> None:
    """Write the tables of a snapshot to a new folder."""
    tables.mkdir()
    for reading, outcome in outcomes.items():
        iris = pa.array([s.iri for s in outcome.situations.all])
        of_work = pa.array(outcome.situations.of_work.astype(np.int32))
        works = works.append_column(
            f"situation_{reading}", pa.DictionaryArray.from_arrays(of_work, iris)
        )
    pq.write_table(works, tables / "models.parquet", compression="zstd")
    pq.write_table(derivations, tables / "derivations.parquet", compression="zstd")
    pq.write_table(changes, tables / f"{CHANGES}.parquet", compression="zstd")
    rows = [
        {
            "reading": reading,
            "situation": situation.iri,
            "works": count,
            "own": [f"{p} {o}" for p, o in situation.own],
            "reached": [f"{r} {p} {o}" for r, facts in situation.reached for p, o in facts],
        }
        for reading, outcome in outcomes.items()
        for situation, count in zip(
            outcome.situations.all,
            np.bincount(outcome.situations.of_work, minlength=len(outcome.situations.all)).tolist(),
            strict=True,
        )
    ]
    schema = pa.schema(
        [
            ("reading", pa.string()),
            ("situation", pa.string()),
            ("works", pa.int64()),
            ("own", pa.list_(pa.string())),
            ("reached", pa.list_(pa.string())),
        ]
    )
    pq.write_table(
        pa.Table.from_pylist(rows, schema=schema),
        tables / "situations.parquet",
        compression="zstd",
    )


def table_hashes(tables: Path) -> dict[str, str]:
    """Return the SHA-256 of each table in a folder, by name."""
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(tables.iterdir())
    }
