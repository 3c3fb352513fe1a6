"""From dumps to tables, lines and a loaded store, and through plain rdflib.

``python -m bench.ingest FILE`` reads one dump into tables and prints records and seconds.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import orjson
from pyoxigraph import RdfFormat, Store
from rdflib import RDF, RDFS, XSD, Dataset, Literal, URIRef

from bench import hub_like
from licet_ingest.collect import Collection, collect
from licet_ingest.graph import derivation_lines, work_lines
from licet_ingest.parts import worker_count
from licet_ingest.sources.dump import JsonLinesDump
from licet_ingest.sources.parquet import ParquetDump
from licet_ontology.terms import DCTERMS, GRAPH_HUB, NS, SCHEMA, license_iri, work_iri

if TYPE_CHECKING:
    from collections.abc import Callable

JSON_MODELS = 400_000
GRAPH_MODELS = 100_000
RDFLIB_MODELS = 15_904
SAMPLE_S = 0.2


def measure_ingest(folder: Path, hub_models: int) -> list[tuple[str, str]]:
    """Return rates into tables and into a store.

    Args:
        folder: Where to put what is generated.
        hub_models: Models of the Parquet file.
    """
    lines = hub_like.write(folder / "models.jsonl", JSON_MODELS)
    columns = hub_like.write_parquet(folder / "models.parquet", hub_models)
    figures = [_measure_tables(path) for path in (lines, columns)]
    lines.unlink()
    columns.unlink()
    return [*figures, *_measure_store(folder), *_measure_rdflib(folder)]


def _measure_tables(dump: Path) -> tuple[str, str]:
    """Read a dump in a process of its own and its workers, whose memory is added up."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.ingest", str(dump)], stdout=subprocess.PIPE
    )
    peak = [0]
    done = Event()

    def watch() -> None:
        while not done.wait(SAMPLE_S):
            peak[0] = max(peak[0], tree_kb(process.pid))

    watcher = Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    done.set()
    watcher.join()
    found = json.loads(output)
    rate = found["records"] / found["seconds"]
    return (
        f"{found['records']:,} generated models, {dump.name} to tables, {worker_count()} workers",
        f"{found['seconds']:.1f} s, {rate:,.0f} records/s, processor time "
        f"{found['processor_seconds']:.1f} s, peak {peak[0] / 1024:,.0f} MB in all",
    )


def tree_kb(root: int) -> int:
    """Return the memory of a process and its children, what they share counted once."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if root in {parent, int(status.parent.name)}:
                lines = (status.parent / "smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except OSError:
            continue  # it has ended meanwhile
    return total


def _measure_store(folder: Path) -> list[tuple[str, str]]:
    """Compare writing N-Quads with Oxigraph's bulk load of them."""
    dump = hub_like.write_parquet(folder / "graph.parquet", GRAPH_MODELS)
    collection = collect([ParquetDump(dump)])
    quads = folder / "hub.nq"
    write_s = _seconds(lambda: _write(collection, quads))
    store = Store(str(folder / "store"))
    load_s = _seconds(lambda: _load(store, quads))
    triples = len(store)
    return [
        (
            f"tables of {GRAPH_MODELS:,} models to N-Quads",
            f"{triples / write_s:,.0f} lines per second of processor time ({triples:,} lines)",
        ),
        ("the same, Oxigraph's bulk load", f"{triples / load_s:,.0f} triples"),
        ("bulk load / writing", f"{load_s / write_s:.1f}"),
    ]


def _write(collection: Collection, quads: Path) -> None:
    with quads.open("w", encoding="utf-8") as file:
        file.writelines(work_lines(collection.works_table))
        file.writelines(derivation_lines(collection.works_table, collection.derivations_table))


def _load(store: Store, quads: Path) -> None:
    store.bulk_load(path=str(quads), format=RdfFormat.N_QUADS)
    store.flush()


def _measure_rdflib(folder: Path) -> list[tuple[str, str]]:
    """Compare a dump's way into a store with the same through rdflib, one triple at a time."""
    dump = hub_like.write(folder / "few.jsonl", RDFLIB_MODELS)
    store = Store(str(folder / "few"))
    quads = folder / "few.nq"

    def to_tables() -> None:
        found.append(collect([JsonLinesDump(dump)]))

    def to_store() -> None:
        _write(found[0], quads)
        _load(store, quads)

    found: list[Collection] = []
    graph = Dataset()
    tables_s = _seconds(to_tables)
    store_s = tables_s + _seconds(to_store)
    rdflib_s = _seconds(lambda: _through_rdflib(dump, graph))
    return [
        (
            f"{RDFLIB_MODELS:,} generated models, JSON lines to tables; to a loaded store on disk",
            f"{tables_s:.2f} s; {store_s:.2f} s of processor time ({len(store):,} triples)",
        ),
        (
            "the same through rdflib, in memory, no license resolved and nothing checked",
            f"{rdflib_s:.2f} s ({len(graph):,} triples)",
        ),
        ("ratios", f"{rdflib_s / tables_s:.1f}; {rdflib_s / store_s:.1f}"),
    ]


def _through_rdflib(dump: Path, dataset: Dataset) -> None:
    """Say of a dump what the hub graph says, as one would with rdflib and nothing else."""
    graph = dataset.graph(URIRef(GRAPH_HUB))
    texts = {"author": "author", "pipeline_tag": "pipelineTag", "library_name": "libraryName"}
    dates = {"createdAt": "created", "lastModified": "modified"}
    for line in dump.read_bytes().splitlines():
        item = orjson.loads(line)
        subject = URIRef(work_iri("model", item["id"]))
        graph.add((subject, RDF.type, URIRef(NS + "Model")))
        graph.add((subject, RDFS.label, Literal(item["id"])))
        graph.add((subject, URIRef(SCHEMA + "url"), URIRef("https://huggingface.co/" + item["id"])))
        graph.add((subject, URIRef(NS + "gated"), Literal("yes" if item["gated"] else "no")))
        for field, name in texts.items():
            if item[field]:
                graph.add((subject, URIRef(NS + name), Literal(item[field])))
        for field, name in dates.items():
            date = Literal(item[field], datatype=XSD.dateTime)
            graph.add((subject, URIRef(DCTERMS + name), date))
        for field in ("downloads", "likes"):
            graph.add((subject, URIRef(NS + field), Literal(item[field], datatype=XSD.integer)))
        for tag in item["tags"]:
            kind, _, value = tag.partition(":")
            if kind == "license":
                license_ = URIRef(license_iri(value))
                graph.add((subject, URIRef(NS + "statedLicense"), Literal(value)))
                graph.add((subject, URIRef(NS + "declaredLicense"), license_))
                graph.add((subject, URIRef(NS + "license"), license_))
            elif kind == "dataset":
                graph.add((subject, URIRef(NS + "trainedOn"), URIRef(work_iri("dataset", value))))
            elif kind == "base_model" and ":" in value:
                relation, _, base = value.partition(":")
                parent = URIRef(work_iri("model", base))
                graph.add((subject, URIRef(NS + relation), parent))
                graph.add((subject, URIRef(NS + "reuses"), parent))


def _seconds(run: Callable[[], None]) -> float:
    """Return the processor time that all threads of this process take."""
    started = time.process_time()
    run()
    return time.process_time() - started


def main() -> None:
    """Read the dump that the arguments name into tables."""
    path = Path(sys.argv[1])
    source = ParquetDump(path) if path.suffix == ".parquet" else JsonLinesDump(path)
    started = time.perf_counter()
    collection = collect([source], reject=lambda _name, _fault: None)
    figures = {
        "records": collection.accounting[0].read,
        "seconds": time.perf_counter() - started,
        "processor_seconds": time.process_time() + _of_workers_s(),
    }
    print(json.dumps(figures))


def _of_workers_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
