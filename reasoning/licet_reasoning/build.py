"""One build: sources to records, tables, situations, judgements, and a new snapshot."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from licet_ingest.changes import change_lines, since_lines
from licet_ingest.collect import collect
from licet_ingest.graph import derivation_lines, work_lines
from licet_ingest.history import history_of, with_since
from licet_ingest.snapshot import FORMAT, building, current
from licet_ingest.summary import FaultSummary, data_report
from licet_ontology import modules
from licet_ontology.errors import DataError, SourceError
from licet_ontology.nodes import text_of
from licet_ontology.terms import (
    DEFAULT_READING,
    GRAPH_LICENSES,
    GRAPH_ONTOLOGY,
    GRAPH_PROVENANCE,
    RDF,
    RDFS,
    reading_graphs,
    term,
)
from licet_reasoning.closure import reaching
from licet_reasoning.compiled import compiled
from licet_reasoning.differences import differences
from licet_reasoning.lineage import lineage_of
from licet_reasoning.provenance import concluded_with, provenance_lines, read_with, tools
from licet_reasoning.publish import (
    findings_lines,
    inferred_lines,
    statistics_lines,
    triple_lines,
)
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue
from licet_reasoning.rules import finding_severities
from licet_reasoning.search_index import write_search_index
from licet_reasoning.snapshot_tables import table_hashes, write_tables
from licet_reasoning.statistics import observe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pyoxigraph import QuerySolutions, Triple

    from licet_ingest.collect import Collection
    from licet_ingest.history import History
    from licet_ingest.records import Fault
    from licet_ingest.snapshot import Snapshot
    from licet_ingest.sources import Source
    from licet_reasoning.closure import Closure
    from licet_reasoning.quotient import Outcome

pc: Any = pyarrow.compute  # its functions are made at run time

SCOPE_PARENT = term("hasClause")
_COUNT_BY_GRAPH = """
SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } }
GROUP BY ?graph ORDER BY ?graph
"""


def build(
    data: Path,
    sources: Sequence[Source],
    say: Callable[[str], None] = lambda _: None,
    closure: Closure = reaching,
) -> Snapshot:
    """Build a snapshot from sources and put it in force.

    Args:
        data: The data folder.
        sources: What to read, in order.
        say: Called with one line at each step, for a person who waits.
        closure: What says which facts reach which works.

    Returns:
        The new snapshot.

    Raises:
        SourceError: A source cannot be read.
        BusyError: Another build is at work in the data folder.
        InconsistentGraphError: The ontology contradicts the catalogue.
    """
    started = datetime.now(UTC)
    snapshot_id = started.strftime("%Y%m%dT%H%M%S%fZ")
    with building(data, snapshot_id) as folder:
        faults = FaultSummary()
        collection = _collected(folder, sources, faults, say)
        works, derivations = collection.works_table, collection.derivations_table
        say(f"{len(works):,} works, {len(derivations):,} derivations")
        described = [
            {**source.describe(), "records": asdict(account)}
            for source, account in zip(sources, collection.accounting, strict=True)
        ]
        history = history_of(data, works, derivations, described, started, read_with())
        _say_changes(history, say)
        works = with_since(works, history)
        closed = shipped_catalogue(data / "cache")
        compiled(data / "cache")  # so that the first plan or check need not wait for it
        outcomes: dict[str, Outcome] = {}
        for reading in modules.readings():
            program = compile_reading(reading)
            lineage = lineage_of(works, derivations, program.automaton)
            outcomes[reading] = conclude(lineage, program, closed, closure)
            say(f"reading {reading}: {len(outcomes[reading].situations.all):,} situations")
        write_tables(folder / "tables", works, derivations, outcomes, history.changes)
        _write_quads(
            folder / "graph.nq", snapshot_id, works, derivations, outcomes, closed, history
        )
        say("loading the store")
        counts = _load_store(folder)
        finished = datetime.now(UTC)
        counts[GRAPH_PROVENANCE] = _add_to_store(
            folder, provenance_lines(snapshot_id, described, history, started, finished)
        )
        say("indexing the works")
        write_search_index(folder, {name: o.judgements for name, o in outcomes.items()})
        manifest = {
            **_manifest(folder, started, finished, described, outcomes, counts, works, derivations),
            **history.described(),
            "report": data_report(works, derivations, faults, collection.accounting, history),
        }
        (folder / "manifest.json").write_bytes(
            orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        )
    return current(data)


def _collected(
    folder: Path, sources: Sequence[Source], faults: FaultSummary, say: Callable[[str], None]
) -> Collection:
    """Return what sources hold; what is left out is written to the rejects and counted."""
    with (folder / "rejects.jsonl").open("wb") as rejects:

        def reject(source: str, fault: Fault) -> None:
            rejects.write(orjson.dumps({"source": source, **asdict(fault)}) + b"\n")
            faults.add(source, fault)

        collection = collect(
            sources, lambda name, count: say(f"{name}: {count:,} records read"), reject=reject
        )
    if not any(account.ingested for account in collection.accounting):
        names = ", ".join(source.name for source in sources)
        raise SourceError(f"not one record could be read from {names}; nothing was built")
    return collection


def _say_changes(history: History, say: Callable[[str], None]) -> None:
    if history.last:
        say(f"{len(history.comparison.changes):,} changes since snapshot {history.last.id}")
    elif history.broken:
        say("the last snapshot has another form: nothing is compared, and its history ends here")


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


def _write_quads(
    path: Path,
    snapshot_id: str,
    works: pa.Table,
    derivations: pa.Table,
    outcomes: dict[str, Outcome],
    closed: Sequence[Triple],
    history: History,
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
        file.writelines(change_lines(history.changes))
        file.writelines(since_lines(works))
        for reading, outcome in outcomes.items():
            present = np.unique(outcome.situations.of_work[in_graph]).tolist()
            published = frozenset(outcome.situations.all[i].iri for i in present)
            file.writelines(triple_lines(entailed, reading_graphs(reading)[0]))
            file.writelines(inferred_lines(works, outcome, reading))
            file.writelines(findings_lines(outcome, published, finding_severities(), reading))
            cube = observe(works, derivations, outcome, license_of)
            if reading != DEFAULT_READING:
                apart = differences(works, outcomes[DEFAULT_READING], outcome, reading)
                cube = replace(cube, slices=(*cube.slices, apart))
            file.writelines(statistics_lines(cube, reading, snapshot_id))


def _load_store(folder: Path) -> dict[str, int]:
    """Load the written quads into a store; return the number of triples of each graph."""
    dump = folder / "graph.nq"
    store = Store(str(folder / "store"))
    store.bulk_load(path=str(dump), format=RdfFormat.N_QUADS)
    store.flush()
    # Counted by the store, in which a line that was written twice is one triple.
    rows = cast("QuerySolutions", store.query(_COUNT_BY_GRAPH))
    counts = {row["graph"].value: int(row["triples"].value) for row in rows}
    if not counts:
        raise DataError("the store is empty after loading")
    del store
    dump.unlink()
    return counts


def _add_to_store(folder: Path, lines: Iterable[str]) -> int:
    """Add a graph that could not be written before the others were; return its triples."""
    store = Store(str(folder / "store"))
    before = len(store)
    store.extend(parse("".join(lines), format=RdfFormat.N_QUADS))
    store.flush()
    return len(store) - before


def _manifest(
    folder: Path,
    started: datetime,
    finished: datetime,
    described: list[dict[str, Any]],
    outcomes: dict[str, Outcome],
    counts: dict[str, int],
    works: pa.Table,
    derivations: pa.Table,
) -> dict[str, Any]:
    in_graph = works["in_graph"].to_numpy(zero_copy_only=False)
    return {
        "format": FORMAT,
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "newest_change_in_sources": pc.max(works["modified"]).as_py(),
        "default_reading": DEFAULT_READING,
        "readings": {
            reading: {"situations": len(np.unique(outcome.situations.of_work[in_graph]))}
            for reading, outcome in outcomes.items()
        },
        "sources": described,
        "counts": {
            "works": len(works),
            "works_in_graph": int(np.count_nonzero(in_graph)),
            "derivations": len(derivations),
        },
        "triples": counts,
        "tables": table_hashes(folder / "tables"),
        "read_with": read_with(),
        "concluded_with": concluded_with(),
        "tools": tools(),
    }
