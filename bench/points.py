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
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pyarrow.parquet as pq

from bench.server import serving
from licet_ingest.snapshot import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.server import Served

SETTINGS = {"client_burst_s": 1_000_000, "log_level": "warning"}
"""One client may ask without a pause."""
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
    with serving(data, SETTINGS) as served:
        connection = http.client.HTTPConnection(urlsplit(served.url).netloc)
        for name, path in KINDS.items():
            for _ in range(max(20, count // 10)):
                milliseconds(connection, path(random.choice(ids)))
            before = processor_ms(served)
            times = [milliseconds(connection, path(random.choice(ids))) for _ in range(count)]
            used = (processor_ms(served) - before) / count
            p99 = statistics.quantiles(times, n=100)[98]
            median = statistics.median(times)
            print(f"| `{name}` | {median:.1f} ms | {p99:.1f} ms | {used:.1f} ms |", flush=True)


def processor_ms(served: Served) -> float:
    """Return what all processes of a service have used so far."""
    used = 0.0
    for process in served.processes():
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used += sum(map(int, fields[11:15])) * 1000 / os.sysconf("SC_CLK_TCK")
    return used


def milliseconds(connection: http.client.HTTPConnection, path: str) -> float:
    started = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (path, body)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
