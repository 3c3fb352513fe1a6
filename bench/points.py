"""How long point answers take over HTTP on a snapshot of any size.

``python -m bench.points DATA [REQUESTS]``: a data folder, as ``python -m bench.hub_like FILE
COUNT`` and ``licet build FILE --data DATA`` make one. One client, one connection, random works,
the server in processes of its own; the first tenth of the requests of a kind is not counted.
Beside the time that passes stands the processor time of all its processes, for each request, which
tells of a busy machine what an idle one would do.
"""

from __future__ import annotations

import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyarrow.parquet as pq

from licet_ingest.snapshot import current

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

LICENSES = ("apache-2.0", "mit", "cc-by-nc-4.0", "gemma", "llama3.1")
KINDS: dict[str, Callable[[str], str]] = {
    "/api/models/{work}": lambda work: f"/api/models/{work}",
    "/api/obligations": lambda work: f"/api/obligations?work={work}",
    "/api/findings": lambda work: f"/api/findings?work={work}",
    "/api/explain": lambda work: f"/api/explain?work={work}",
    "/api/lineage, up": lambda work: f"/api/lineage?work={work}",
    "/api/lineage, down": lambda work: f"/api/lineage?work={work}&direction=down",
    "/api/models, by author": lambda work: f"/api/models?author={work.partition('/')[0]}",
    "/api/models, by name": lambda work: f"/api/models?q={quote(work.rpartition('/')[2])}",
    "/api/models, three facets": lambda work: (
        f"/api/models?license={random.choice(LICENSES)}&relation=mergedFrom&finding=non-commercial"
    ),
    "/queries/obligations": lambda work: f"/queries/obligations?model={work}",
    "/model/{work}, Turtle": lambda work: f"/model/{work}",
}


def main() -> None:
    """Measure all kinds and print them as Markdown."""
    data = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    table = pq.read_table(current(data).table("models"), columns=["kind", "id", "in_graph"])
    ids = [
        row["id"]
        for batch in table.to_batches()
        for row in batch.slice(0, 2000).to_pylist()
        if row["in_graph"] and row["kind"] == "model"
    ]
    random.seed(20261121)
    print(f"{table.num_rows:,} works, {count} requests of each kind\n")
    print("| answer | median | p99 | processor time |\n|---|---|---|---|")
    with served(data) as (port, pid):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for name, path in KINDS.items():
            for _ in range(max(20, count // 10)):
                milliseconds(connection, path(random.choice(ids)))
            before = processor_ms(pid)
            times = [milliseconds(connection, path(random.choice(ids))) for _ in range(count)]
            used = (processor_ms(pid) - before) / count
            p99 = statistics.quantiles(times, n=100)[98]
            median = statistics.median(times)
            print(f"| `{name}` | {median:.1f} ms | {p99:.1f} ms | {used:.1f} ms |", flush=True)


def processor_ms(pid: int) -> float:
    """Return what a process and all below it have used so far."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
        used[int(stat.parent.name)] = sum(map(int, fields[11:15])) * 1000 / os.sysconf("SC_CLK_TCK")
    ours, grown = {pid}, 0
    while grown != len(ours):
        grown = len(ours)
        ours |= {child for child, parent in parents.items() if parent in ours}
    return sum(used[one] for one in ours)


def milliseconds(connection: http.client.HTTPConnection, path: str) -> float:
    started = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (path, body)
    return (time.perf_counter() - started) * 1000


@contextmanager
def served(data: Path) -> Generator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "licet_service", "serve", "--data", str(data)]
    environment = {**os.environ, "LICET_CLIENT_BURST_S": "1000000", "LICET_LOG_LEVEL": "warning"}
    server = subprocess.Popen([*command, "--port", str(port)], env=environment)
    try:
        for _ in range(300):
            try:
                milliseconds(http.client.HTTPConnection("127.0.0.1", port), "/health/ready")
                break
            except OSError:
                time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
