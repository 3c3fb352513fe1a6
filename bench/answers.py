"""Answers over HTTP from a server of their own process."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from socket import socket
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyarrow.parquet as pq

from licet_ingest.snapshot import current
from licet_queries.library import public_query

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

POINT_QUESTIONS = 200
TABLE_QUESTIONS = 20


def measure_answers(data: Path) -> list[tuple[str, str]]:
    """Return medians of a point question and of the noncompliance table."""
    works = pq.read_table(current(data).table("models"), columns=["kind", "id", "in_graph"])
    ids = [row["id"] for row in works.to_pylist() if row["in_graph"] and row["kind"] == "model"]
    asked = ids[:: max(1, len(ids) // POINT_QUESTIONS)][:POINT_QUESTIONS]
    point, table = public_query("obligations"), public_query("noncompliance-table")
    parameter = point.parameters[0].name
    with _server(data) as base:
        points_ms = [
            _milliseconds(f"{base}/queries/{point.name}?{urlencode({parameter: id_})}")
            for id_ in asked
        ]
        tables_ms = [_milliseconds(f"{base}/queries/{table.name}") for _ in range(TABLE_QUESTIONS)]
    return [
        _figure(
            f"obligations of one model with ancestors over HTTP ({len(asked)} models)", points_ms
        ),
        _figure("noncompliance table over HTTP", tables_ms),
    ]


def _figure(name: str, figures_ms: list[float]) -> tuple[str, str]:
    p99 = statistics.quantiles(figures_ms, n=100)[98]
    return name, f"median {statistics.median(figures_ms):.1f} ms, p99 {p99:.1f} ms"


def _milliseconds(url: str) -> float:
    request = urllib.request.Request(url, headers={"Accept": "application/sparql-results+json"})
    started = time.perf_counter()
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()
    return (time.perf_counter() - started) * 1000


@contextmanager
def _server(data: Path) -> Generator[str]:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["serve", "--data", str(data), "--port", str(port)]
    server = subprocess.Popen([sys.executable, "-m", "licet_service", *command])
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                _milliseconds(f"{base}/health/ready")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait()
