"""The SPARQL service under load, beside rdflib-endpoint on the same data.

``python -m bench.endpoint --peer PYTHON``, an interpreter in whose environment rdflib-endpoint
and oxrdflib are installed; without it, only Licet is measured. Both services run in processes of
their own on a generated store of a million triples; the client is in this one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING
from urllib.parse import quote

import uvloop
from pyoxigraph import NamedNode, RdfFormat, Store

from bench.server import Served, serving, serving_by
from licet_ontology.terms import GRAPH_HUB, NS

if TYPE_CHECKING:
    from collections.abc import Generator

MODEL = "https://w3id.org/licet/model/owner/"
POINT = f"SELECT ?p ?o WHERE {{ <{MODEL}%d> ?p ?o }}"
ALL = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
CARTESIAN = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PEER = """
import sys, uvicorn
from oxrdflib import OxigraphStore
from pyoxigraph import Store
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
graph = Dataset(store=OxigraphStore(store=Store.read_only(sys.argv[1])))
uvicorn.run(SparqlEndpoint(graph=graph), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""


def lines(models: int) -> Generator[bytes]:
    """Yield N-Triples: five of each model."""
    for i in range(models):
        node = f"<{MODEL}{i}>"
        yield (
            f"{node} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{NS}Model> .\n"
            f'{node} <http://www.w3.org/2000/01/rdf-schema#label> "owner/{i}" .\n'
            f"{node} <{NS}license> <https://w3id.org/licet/license/l{i % 80}> .\n"
            f"{node} <{NS}reuses> <{MODEL}{i // 3}> .\n"
            f'{node} <http://purl.org/dc/terms/created> "{2020 + i % 6}-01-01" .\n'
        ).encode()


def stores(folder: Path, models: int) -> tuple[Path, Path]:
    """Write the same triples as two snapshots of Licet, and as a default graph for the peer."""
    text = folder / "data.nt"
    with text.open("wb") as file:
        file.writelines(lines(models))
    data = folder / "licet"
    manifest = {"format": 1, "finished": "2026-01-01T00:00:00Z"}
    for name in ("a", "b"):
        snapshot = data / "snapshots" / name
        (snapshot / "store").mkdir(parents=True)
        store = Store(str(snapshot / "store"))
        store.bulk_load(path=str(text), format=RdfFormat.N_TRIPLES, to_graph=NamedNode(GRAPH_HUB))
        store.flush()
        counts = {"triples": {GRAPH_HUB: 5 * models}}
        (snapshot / "manifest.json").write_text(json.dumps({**manifest, **counts}))
        del store
    (data / "current").symlink_to(Path("snapshots") / "a")
    peer = Store(str(folder / "peer"))
    peer.bulk_load(path=str(text), format=RdfFormat.N_TRIPLES)
    peer.flush()
    text.unlink()
    return data, folder / "peer"


async def asked(
    url: str, clients: int, seconds: float, models: int, path: str = "/sparql"
) -> tuple[float, list[float]]:
    """Ask random point questions over kept connections; return the rate and the times in ms."""
    host, _, port = url.removeprefix("http://").partition(":")
    times: list[float] = []
    until = time.perf_counter() + seconds

    async def one(seed: int) -> None:
        chance = random.Random(seed)
        reader, writer = await asyncio.open_connection(host, int(port))
        while (started := time.perf_counter()) < until:
            query = quote(POINT % chance.randrange(models))
            writer.write(
                f"GET {path}?query={query} HTTP/1.1\r\nHost: {host}\r\n"
                "Accept: application/sparql-results+json\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
            await reader.readexactly(int(length))
            times.append((time.perf_counter() - started) * 1000)
        writer.close()

    await asyncio.gather(*(one(seed) for seed in range(clients)))
    return len(times) / seconds, times


async def downloaded(url: str) -> tuple[float, float, int]:
    """Ask for all rows; return the seconds to the first byte and to the last, and the bytes."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    started = time.perf_counter()
    writer.write(
        f"GET /sparql?query={quote(ALL)} HTTP/1.1\r\nHost: {host}\r\n"
        "Accept: text/csv\r\nConnection: close\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    size = len(await reader.readexactly(1))
    first = time.perf_counter() - started
    while part := await reader.read(1 << 20):
        size += len(part)
    writer.close()
    return first, time.perf_counter() - started, size


@contextmanager
def peak_of(served: Served) -> Generator[list[int]]:
    """Give a list whose last number is the most memory that the service held in the block."""
    peak = [served.memory_bytes()]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            peak.append(max(peak[-1], served.memory_bytes()))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


async def beside_products(url: str, models: int, seconds: float) -> list[float]:
    """Ask point questions while another address sends cartesian products, four at a time."""
    host, _, port = url.removeprefix("http://").partition(":")
    done = False

    async def hostile() -> None:
        while not done:
            reader, writer = await asyncio.open_connection(
                host, int(port), local_addr=("127.0.0.2", 0)
            )
            writer.write(f"GET /sparql?query={quote(CARTESIAN)} HTTP/1.0\r\n\r\n".encode())
            await reader.read()
            writer.close()

    attacks = [asyncio.create_task(hostile()) for _ in range(4)]
    await asyncio.sleep(1)
    _, times = await asked(url, 1, seconds, models)
    done = True
    for attack in attacks:
        attack.cancel()
    await asyncio.gather(*attacks, return_exceptions=True)
    return times


async def reloaded(url: str, data: Path, times: int, served: Served) -> list[tuple[int, int, int]]:
    """Switch the snapshot so many times, each time with a question; return samples of memory."""
    samples: list[tuple[int, int, int]] = []
    for turn in range(1, times + 1):
        link = data / "current.new"
        link.symlink_to(Path("snapshots") / "ab"[turn % 2])
        link.replace(data / "current")
        await asked(url, 1, 0.001, 10)
        if turn in {100, times // 2, times}:
            await asyncio.sleep(2)
            samples.append((turn, served.memory_bytes(), served.descriptors()))
    return samples


def shown(rate: float, times: list[float]) -> str:
    p99 = statistics.quantiles(times, n=100)[98]
    return f"{rate:,.0f} requests/s, median {statistics.median(times):.2f} ms, p99 {p99:.2f} ms"


def throughput(name: str, served: Served, models: int, seconds: float) -> float:
    """Print what one and eight clients get; return the rate of eight."""
    uvloop.run(asked(served.url, 2, 1, models))
    rate = 0.0
    for clients in (1, 8):
        rate, times = uvloop.run(asked(served.url, clients, seconds, models))
        print(f"{name}, {clients} clients: {shown(rate, times)}", flush=True)
    return rate


def main() -> int:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="an interpreter with rdflib-endpoint and oxrdflib")
    parser.add_argument("--models", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--reloads", type=int, default=1_000)
    arguments = parser.parse_args()
    models, seconds = arguments.models, arguments.seconds
    with tempfile.TemporaryDirectory() as folder:
        data, other = stores(Path(folder), models)
        peer_rate = 0.0
        if arguments.peer:
            with socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            command = [arguments.peer, "-c", PEER, str(other), str(port)]
            ready = f"/?query={quote('ASK {}')}"
            with serving_by(command, port, ready) as served:
                uvloop.run(asked(served.url, 2, 1, models, "/"))
                for clients in (1, 8):
                    peer_rate, times = uvloop.run(asked(served.url, clients, seconds, models, "/"))
                    print(f"rdflib-endpoint, {clients} clients: {shown(peer_rate, times)}")
        with serving(data, {"client_burst_s": 1e9}) as served:
            rate = throughput("Licet", served, models, seconds)
            if peer_rate:
                print(f"ratio at 8 clients: {rate / peer_rate:.1f}")
            with peak_of(served) as peak:
                first, last, size = uvloop.run(downloaded(served.url))
            print(
                f"{5 * models:,} rows as CSV: first byte {first * 1000:.0f} ms, all {last:.1f} s, "
                f"{size / 1e6:.0f} MB; most memory {peak[-1] / 1e6:.0f} MB in all",
                flush=True,
            )
        with serving(data) as served:
            alone = uvloop.run(asked(served.url, 1, seconds, models))[1]
            times = uvloop.run(beside_products(served.url, models, seconds))
            print(f"point questions alone: {shown(len(alone) / seconds, alone)}")
            print(f"beside cartesian products: {shown(len(times) / seconds, times)}", flush=True)
        with serving(data, {"client_burst_s": 1e9}) as served:
            for turn, memory, files in uvloop.run(
                reloaded(served.url, data, arguments.reloads, served)
            ):
                print(f"after {turn} reloads: {memory / 1e6:.0f} MB in all, {files} files open")
    return 0


if __name__ == "__main__":
    sys.exit(main())
