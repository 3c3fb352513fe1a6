"""Honest and hostile clients on one service for half an hour: ``python -m bench.soak --data DIR``.

Each client has an address of its own (127.0.0.x, as Linux allows). An honest request fails if its
answer is not the whole and right one with status 200. While they ask, the snapshot in force
changes to and fro between the two newest ones of a copy of the data folder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx2
import pyarrow.parquet as pq

from bench.server import Served, serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ABOUT = "SELECT ?p ?o WHERE {{ <https://w3id.org/licet/model/{id}> ?p ?o }} ORDER BY ?p ?o"
PAGE = "SELECT ?m ?l WHERE { ?m licet:license ?l } ORDER BY ?m LIMIT 100 OFFSET %d"
GRAPH = "CONSTRUCT WHERE { ?l a licet:License ; rdfs:label ?n }"
CARTESIAN = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SORT = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c ?a LIMIT 3"
STREAM = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"
HOSTILE = {
    "cartesian product": CARTESIAN,
    "sort of a product": SORT,
    "nested groups": "ASK " + "{" * 12_000 + "}" * 12_000,
    "nested collections": "ASK { ?a ?b " + "(" * 2_000 + ")" * 2_000 + " }",
    "long path": "ASK { ?a " + "/".join(["<p:p>"] * 600) + " ?b }",
    "many patterns": "ASK { " + " ".join(f"?a{i} ?p ?a{i + 1} ." for i in range(200)) + " }",
    "service": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "huge literal": 'ASK { BIND("' + "x" * 60_000 + '" AS ?x) }',
    "exploding string": 'SELECT (STRLEN(CONCAT(?x,?x)) AS ?size) { BIND("'
    + "x" * 1_000
    + '" AS ?a) '
    + " ".join(f"BIND(CONCAT(?{chr(97 + i)},?{chr(97 + i)}) AS ?{chr(98 + i)})" for i in range(22))
    + " BIND(?w AS ?x) }",
    "not SPARQL": "SELECT ?x WHERE { ?x ?y",
    "too long": "ASK {} #" + "x" * 80_000,
}


_REST_S = 10.0
"""Before memory is looked at while nobody asks: whoever is slow to be ended is by then."""


class Figures:
    """What the clients have seen."""

    def __init__(self) -> None:
        self.honest_ms: defaultdict[str, list[float]] = defaultdict(list)
        self.failures: list[str] = []
        self.hostile: Counter[str] = Counter()
        self.samples: list[tuple[float, int, int, int]] = []
        self.at_rest_bytes: list[int] = []


def client(address: str, url: str) -> httpx2.AsyncClient:
    transport = httpx2.AsyncHTTPTransport(local_address=address)
    return httpx2.AsyncClient(transport=transport, base_url=url, timeout=60)


async def honest(
    address: str, url: str, until: float, pause_s: float, models: list[str], seen: Figures
) -> None:
    """Ask what users ask, one thing after another, and look whether the answer is right."""
    chance = random.Random(address)

    async def point(http: httpx2.AsyncClient) -> None:
        query = ABOUT.format(id=quote(chance.choice(models), safe="/"))
        answer = await http.get("/sparql", params={"query": query})
        assert answer.status_code == 200, (answer.status_code, answer.text[:200])
        assert answer.json()["results"]["bindings"]

    async def page(http: httpx2.AsyncClient) -> None:
        query = PAGE % chance.randrange(0, max(1, len(models) // 2))
        form = {"query": query, "format": "csv"}
        answer = await http.post("/sparql", data=form)
        assert answer.status_code == 200, (answer.status_code, answer.text[:200])
        rows = len(answer.text.splitlines()) - 1
        assert int(answer.headers.get("licet-rows", rows)) == rows

    async def graph(http: httpx2.AsyncClient) -> None:
        answer = await http.get("/sparql", params={"query": GRAPH, "format": "nt"})
        assert answer.status_code == 200, (answer.status_code, answer.text[:200])
        assert "license/mit" in answer.text

    async def resource(http: httpx2.AsyncClient) -> None:
        path = "/model/" + quote(chance.choice(models), safe="/")
        accept = chance.choice(["text/html", "text/turtle", "application/ld+json"])
        answer = await http.get(path, headers={"Accept": accept})
        assert answer.status_code == 200, (answer.status_code, answer.text[:200])

    async def download(http: httpx2.AsyncClient) -> None:
        graph_ = "https://w3id.org/licet/graph/licenses"
        answer = await http.get("/graphs", params={"graph": graph_, "format": "nt"})
        assert answer.status_code == 200, (answer.status_code, answer.text[:200])
        assert answer.text.endswith(" .\n")

    kinds: dict[str, Callable[[httpx2.AsyncClient], Awaitable[None]]] = {
        "point query": point,
        "page of models": page,
        "construct": graph,
        "linked data": resource,
        "graph store": download,
    }
    async with client(address, url) as http:
        while time.monotonic() < until:
            kind = chance.choice(list(kinds))
            started = time.monotonic()
            try:
                await kinds[kind](http)
            except Exception as error:
                seen.failures.append(f"{address} {kind}: {type(error).__name__} {str(error)[:300]}")
            seen.honest_ms[kind].append((time.monotonic() - started) * 1000)
            await asyncio.sleep(chance.expovariate(1 / pause_s))


async def hostile(address: str, url: str, until: float, pause_s: float, seen: Figures) -> None:
    """Ask what nobody should, hang up, and read slowly."""
    chance = random.Random(address)
    host, _, port = url.removeprefix("http://").partition(":")

    async def raw(sent: bytes, keep_s: float) -> None:
        reader, writer = await asyncio.open_connection(host, int(port), local_addr=(address, 0))
        try:
            writer.write(sent)
            await writer.drain()
            await asyncio.wait_for(reader.read(1000), keep_s)
        finally:
            writer.close()

    stream = f"GET /sparql?query={quote(STREAM)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    count = f"GET /sparql?query={quote(CARTESIAN)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    wires = {
        "hangs up": (count, 0.3),
        "reads and hangs up": (stream, 5.0),
        "half a head": (b"GET /sparql HTTP/1.1\r\nHost:", 20.0),
        "no HTTP": (b"\x16\x03\x01\x00\xff" * 50, 1.0),
        "large head": (b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000, 5.0),
        "half a body": (b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nque", 5.0),
    }
    async with client(address, url) as http:
        while time.monotonic() < until:
            name = chance.choice([*HOSTILE, *wires])
            try:
                if name in wires:
                    await raw(*wires[name])
                    seen.hostile[f"{name}: closed or answered"] += 1
                else:
                    answer = await http.post("/sparql", data={"query": HOSTILE[name]})
                    seen.hostile[f"{name}: {answer.status_code}"] += 1
            except Exception as error:
                seen.hostile[f"{name}: {type(error).__name__}"] += 1
            await asyncio.sleep(chance.expovariate(1 / pause_s))


async def watch(served: Served, data: Path, until: float, every_s: float, seen: Figures) -> None:
    """Put one snapshot and the other in force, and look at memory."""
    snapshots = sorted(p for p in (data / "snapshots").iterdir() if p.name[0] != ".")[-2:]
    started, turn = time.monotonic(), 0
    while time.monotonic() < until:
        turn += 1
        link = data / "current.new"
        link.unlink(missing_ok=True)
        link.symlink_to(Path("snapshots") / snapshots[turn % len(snapshots)].name)
        link.replace(data / "current")
        await asyncio.sleep(min(every_s, max(0.0, until - time.monotonic())))
        sample = (served.memory_bytes(), len(served.processes()), served.descriptors())
        seen.samples.append((time.monotonic() - started, *sample))


async def soak(data: Path, minutes: float, pause_s: float) -> Figures:
    """Run it all."""
    seen = Figures()
    table = pq.read_table(data / "current" / "tables" / "models.parquet")
    rows = table.select(["kind", "id", "in_graph"]).to_pylist()
    models = [row["id"] for row in rows if row["in_graph"] and row["kind"] == "model"]
    with serving(data) as served:
        await asyncio.sleep(_REST_S)
        seen.at_rest_bytes.append(served.memory_bytes())
        until = time.monotonic() + minutes * 60
        await asyncio.gather(
            *(
                honest(f"127.0.1.{i}", served.url, until, pause_s, models, seen)
                for i in range(1, 7)
            ),
            *(hostile(f"127.0.2.{i}", served.url, until, 2 * pause_s, seen) for i in range(1, 6)),
            watch(served, data, until, max(2.0, minutes * 60 / 180), seen),
        )
        await asyncio.sleep(_REST_S)
        seen.at_rest_bytes.append(served.memory_bytes())
    return seen


def main() -> int:
    """Soak, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with two builds")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--pause", type=float, default=0.5, help="mean seconds between requests")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(arguments.data, data, symlinks=True)
        seen = asyncio.run(soak(data, arguments.minutes, arguments.pause))
    for kind, figures in sorted(seen.honest_ms.items()):
        p99 = statistics.quantiles(figures, n=100)[98] if len(figures) > 1 else figures[0]
        print(
            f"{kind}: {len(figures)} asked, median {statistics.median(figures):.0f} ms, "
            f"p99 {p99:.0f} ms, worst {max(figures):.0f} ms"
        )
    print(f"failed honest requests: {len(seen.failures)}", *seen.failures[:20], sep="\n  ")
    print("hostile:", json.dumps(dict(sorted(seen.hostile.items())), indent=1))
    third = max(1, len(seen.samples) // 3)
    for part, name in ((seen.samples[:third], "first"), (seen.samples[-third:], "last")):
        memory, processes, descriptors = (
            statistics.median(sample[i] for sample in part) for i in (1, 2, 3)
        )
        print(
            f"{name} third: median {memory / 1e6:.0f} MB in all, {processes:.0f} processes, "
            f"{descriptors:.0f} files and sockets"
        )
    # What hostile queries take within their bound comes and goes; what stays would be a leak.
    before, after = (count / 1e6 for count in seen.at_rest_bytes)
    print(f"at rest: {before:.0f} MB before, {after:.0f} MB after")
    return 1 if seen.failures else 0


if __name__ == "__main__":
    sys.exit(main())
