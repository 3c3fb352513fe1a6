"""One build: sources to records, tables, situations, judgements, and a new snapshot."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyoxigraph import NamedNode, RdfFormat, Store

from licet_ingest.collect import collect
from licet_ingest.graph import derivation_lines, literal, work_lines
from licet_ingest.snapshot import FORMAT, building, current
from licet_ingest.tables import derivations_table, works_table
from licet_ontology import modules
from licet_ontology.errors import DataError, SourceError
from licet_ontology.nodes import text_of
from licet_ontology.terms import (
    BASE,
    DEFAULT_READING,
    GRAPH_LICENSES,
    GRAPH_ONTOLOGY,
    GRAPH_PROVENANCE,
    PROV,
    RDF,
    RDFS,
    XSD,
    reading_graphs,
    term,
)
from licet_reasoning.lineage import lineage_of
from licet_reasoning.publish import (
    findings_lines,
    inferred_lines,
    statistics_lines,
    triple_lines,
)
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue
from licet_reasoning.statistics import observe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pyoxigraph import Triple

    from licet_ingest.collect import Collection
    from licet_ingest.snapshot import Snapshot
    from licet_ingest.sources import Source
    from licet_reasoning.quotient import Outcome

SCOPE_PARENT = term("hasClause")
_TOOLS = ("licet", "pyoxigraph", "owlrl", "rdflib", "pyarrow", "numpy")


def build(
    data: Path, sources: Sequence[Source], say: Callable[[str], None] = lambda _: None
) -> Snapshot:
    """Build a snapshot from sources and put it in force.

    Args:
        data: The data folder.
        sources: What to read, in order.
        say: Called with one line at each step, for a person who waits.

    Returns:
        The new snapshot.

    Raises:
        SourceError: A source cannot be read.
        BusyError: Another build is at work in the data folder.
        InconsistentGraphError: The ontology contradicts the catalogue.
    """
    started = datetime.now(UTC)
    with building(data, started.strftime("%Y%m%dT%H%M%S%fZ")) as folder:
        collection = collect(sources, lambda name, count: say(f"{name}: {count:,} records read"))
        if not any(account.ingested for account in collection.accounting):
            names = ", ".join(source.name for source in sources)
            raise SourceError(f"not one record could be read from {names}; nothing was built")
        works, derivations = works_table(collection), derivations_table(collection)
        say(f"{len(works):,} works, {len(derivations):,} derivations")
        closed = shipped_catalogue(data / "cache")
        outcomes: dict[str, Outcome] = {}
        for reading in modules.readings():
            program = compile_reading(reading)
            lineage = lineage_of(works, derivations, program.automaton)
            outcomes[reading] = conclude(lineage, program, closed)
            say(f"reading {reading}: {len(outcomes[reading].situations.all):,} situations")
        described = [source.describe() for source in sources]
        _write_tables(folder, works, derivations, outcomes)
        _write_rejects(folder, collection)
        _write_quads(folder / "graph.nq", works, derivations, outcomes, closed, described, started)
        say("loading the store")
        counts = _load_store(folder)
        (folder / "manifest.json").write_bytes(
            orjson.dumps(
                _manifest(
                    folder, started, collection, described, outcomes, counts, works, derivations
                ),
                option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS,
            )
        )
    return current(data)


def clause_licenses(triples: Iterable[Triple]) -> dict[str, str]:
    """Return the license of each clause, by IRI."""
    given = list(triples)
    scopes = {
        t.subject
        for t in given
        if t.predicate.value == RDFS + "subPropertyOf" and t.object == NamedNode(SCOPE_PARENT)
    }
    owners = {text_of(t.object): text_of(t.subject) for t in given if t.predicate in scopes}
    licenses = {
        text_of(t.subject): text_of(t.subject)
        for t in given
        if t.predicate.value == RDF + "type" and t.object == NamedNode(term("License"))
    }
    return owners | licenses


def finding_severities() -> dict[str, str]:
    """Return the severity of each finding code, from the ontology."""
    code_of = {
        t.subject: text_of(t.object)
        for t in modules.ontology()
        if t.predicate.value == term("code")
    }
    return {
        code_of[t.subject]: text_of(t.object)
        for t in modules.ontology()
        if t.predicate.value == term("severity")
    }


def _write_tables(
    folder: Path, works: pa.Table, derivations: pa.Table, outcomes: dict[str, Outcome]
) -> None:
    tables = folder / "tables"
    tables.mkdir()
    for reading, outcome in outcomes.items():
        iris = pa.array([s.iri for s in outcome.situations.all])
        of_work = pa.array(outcome.situations.of_work.astype(np.int32))
        works = works.append_column(
            f"situation_{reading}", pa.DictionaryArray.from_arrays(of_work, iris)
        )
    pq.write_table(works, tables / "models.parquet", compression="zstd")
    pq.write_table(derivations, tables / "derivations.parquet", compression="zstd")
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


def _write_rejects(folder: Path, collection: Collection) -> None:
    with (folder / "rejects.jsonl").open("wb") as file:
        for source, fault in collection.faults:
            file.write(orjson.dumps({"source": source, **asdict(fault)}) + b"\n")


def _write_quads(
    path: Path,
    works: pa.Table,
    derivations: pa.Table,
    outcomes: dict[str, Outcome],
    closed: Sequence[Triple],
    described: list[dict[str, str | int | None]],
    started: datetime,
) -> None:
    stated = {*modules.ontology(), *modules.catalogue()}
    entailed = [t for t in closed if t not in stated]
    license_of = clause_licenses(closed)
    in_graph = works["in_graph"].to_numpy(zero_copy_only=False)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(
            triple_lines(
                [
                    *modules.ontology(),
                    *modules.alignments(),
                    *(t for name in modules.readings() for t in modules.reading(name)),
                ],
                GRAPH_ONTOLOGY,
            )
        )
        file.writelines(triple_lines(modules.catalogue(), GRAPH_LICENSES))
        file.writelines(work_lines(works))
        file.writelines(derivation_lines(works, derivations))
        file.writelines(_provenance_lines(described, started))
        for reading, outcome in outcomes.items():
            present = np.unique(outcome.situations.of_work[in_graph]).tolist()
            published = frozenset(outcome.situations.all[i].iri for i in present)
            file.writelines(triple_lines(entailed, reading_graphs(reading)[0]))
            file.writelines(inferred_lines(works, outcome, reading))
            file.writelines(findings_lines(outcome, published, finding_severities(), reading))
            file.writelines(
                statistics_lines(observe(works, derivations, outcome, license_of), reading)
            )


def _provenance_lines(
    described: list[dict[str, str | int | None]], started: datetime
) -> Iterable[str]:
    end = f" <{GRAPH_PROVENANCE}> .\n"
    stamp = started.isoformat(timespec="seconds").replace("+00:00", "Z")
    activity = f"<{BASE}build/{stamp}>"
    yield f"{activity} <{RDF}type> <{PROV}Activity>{end}"
    yield f'{activity} <{PROV}startedAtTime> "{stamp}"^^<{XSD}dateTime>{end}'
    yield f"{activity} <{RDFS}label> {literal('licet build, version ' + version('licet'))}{end}"
    for source in described:
        entity = f"<{BASE}source/{source['sha256']}>"
        yield f"{activity} <{PROV}used> {entity}{end}"
        yield f"{entity} <{RDF}type> <{PROV}Entity>{end}"
        yield f"{entity} <{RDFS}label> {literal(str(source['name']))}{end}"


def _load_store(folder: Path) -> dict[str, int]:
    """Load the written quads into a store; return the number of triples of each graph."""
    dump = folder / "graph.nq"
    store = Store(str(folder / "store"))
    store.bulk_load(path=str(dump), format=RdfFormat.N_QUADS)
    store.flush()
    counts = {
        graph.value: sum(1 for _ in store.quads_for_pattern(None, None, None, graph))
        for graph in store.named_graphs()
        if isinstance(graph, NamedNode)
    }
    if not counts:
        raise DataError("the store is empty after loading")
    del store
    dump.unlink()
    return counts


def _manifest(
    folder: Path,
    started: datetime,
    collection: Collection,
    described: list[dict[str, str | int | None]],
    outcomes: dict[str, Outcome],
    counts: dict[str, int],
    works: pa.Table,
    derivations: pa.Table,
) -> dict[str, Any]:
    in_graph = works["in_graph"].to_numpy(zero_copy_only=False)
    return {
        "format": FORMAT,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "newest_change_in_sources": max(filter(None, works["modified"].to_pylist()), default=None),
        "default_reading": DEFAULT_READING,
        "readings": {
            reading: {"situations": len(np.unique(outcome.situations.of_work[in_graph]))}
            for reading, outcome in outcomes.items()
        },
        "sources": [
            {**source, "records": asdict(account)}
            for source, account in zip(described, collection.accounting, strict=True)
        ],
        "counts": {
            "works": len(works),
            "works_in_graph": int(np.count_nonzero(in_graph)),
            "derivations": len(derivations),
        },
        "triples": counts,
        "tables": {
            path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((folder / "tables").iterdir())
        },
        "tools": {"python": platform.python_version(), **{t: version(t) for t in _TOOLS}},
    }
