"""How long check and plan take with 30 works upstream: cold from the shell, new, and again.

    uv run python -m bench.check --data licet-data

Processor time, user and system, which other processes disturb less than the clock. *Cold* is a
command of its own; *new* is in a process that has answered something else before; *again* the
same question once more, whose situations the process still knows.

    uv run python -m bench.check --data licet-data --http 40

The same questions over HTTP, of 40 random choices of 30 works, by the clock and in processor time
of all processes of the service: *new* is the first time that one is asked, *again* the four after
it, which other workers may answer.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.server import Served, serving
from licet_ingest.snapshot import current
from licet_ontology.terms import DEFAULT_READING
from licet_service.check import check_folder
from licet_service.dataset import Dataset
from licet_service.planning import plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from licet_reasoning.hypothesis import Ground

UPSTREAMS = 30
CHAIN = 1000
RUN = (sys.executable, "-c", "from licet_service.cli import main; main()")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("licet-data"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--http", type=int, default=0, help="Ask over HTTP, of so many choices.")
    asked = parser.parse_args()
    if asked.http:
        over_http(asked.data, asked.http)
        return
    opened = Dataset(asked.data).latest()
    works = opened.query(
        "SELECT DISTINCT ?name { ?work a licet:Model ; licet:license ?l ; rdfs:label ?name } "
        f"ORDER BY ?name LIMIT {UPSTREAMS}"
    )
    names = [row["name"].value for row in works]  # type: ignore[union-attr]
    ground = opened.ground(DEFAULT_READING)
    print("| what | cold | cold, by the clock | new | again |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "repository"
        repository.mkdir()
        (repository / "README.md").write_text(_card(names))

        def line(what: str, command: list[str], answer: Callable[[], object]) -> None:
            arguments = [*RUN, *command, "--data", str(asked.data)]
            cold, clock = _cold(arguments, asked.runs)
            answer()
            new, again = _warm(ground, answer, asked.runs)
            print(f"| {what} | {cold:.0f} ms | {clock:.0f} ms | {new:.0f} ms | {again:.0f} ms |")

        line(
            f"check, {len(names)} works of the snapshot",
            ["check", str(repository), "--id", "me/m"],
            lambda: check_folder(ground, repository, work_id="me/m"),
        )
        for what, planned in _plans(names).items():
            file = Path(folder) / "plan.json"
            file.write_text(json.dumps(planned))
            line(what, ["plan", str(file)], partial(plan, opened, planned))
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def _plans(names: list[str]) -> dict[str, dict[str, Any]]:
    licenses = ("llama3.1", "apache-2.0", "mit")
    given = {f"u{i}": {"license": licenses[i % len(licenses)]} for i in range(UPSTREAMS)}
    steps = [
        {"do": "fine-tune", "of": f"w{i}" if i else "base", "makes": f"w{i + 1}"}
        for i in range(CHAIN)
    ]
    return {
        f"plan, merge of {len(names)} works of the snapshot, license open": _merge(names),
        f"plan, merge of {UPSTREAMS} works under 3 licenses, license open": {
            "works": given,
            **_merge(list(given)),
        },
        f"plan, chain of {CHAIN:,} fine-tunes": {
            "works": {"base": {"license": "llama3.1"}},
            "actions": steps,
            "publish": [{"work": f"w{CHAIN}", "how": "share"}],
        },
    }


def over_http(data: Path, choices: int) -> None:
    """Measure checks and plans over HTTP, and print them as Markdown."""
    table = pq.read_table(current(data).table("models"), columns=["kind", "id", "in_graph"])
    works = table.filter(pc.field("in_graph") & (pc.field("kind") == "model"))["id"]
    print(f"{table.num_rows:,} works\n\n| what | new | p95 | again | p95 | processor time, new |")
    print("|---|---|---|---|---|---|")
    with serving(data, {"client_burst_s": 1_000_000, "log_level": "warning"}) as served:
        host = served.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host)
        for name, path, asked_of in _OVER_HTTP:
            # Of other works than the kind before: a worker remembers what it has read of them.
            random.seed(f"20261121 {path} {name}")
            times: dict[str, list[float]] = {"new": [], "again": []}
            used = 0.0
            for number in range(-choices // 4, choices):  # The first are not counted.
                chosen = [works[i].as_py() for i in random.sample(range(len(works)), UPSTREAMS)]
                body = json.dumps(asked_of(chosen))
                before = _used_ms(served)
                spent = [_posted_ms(connection, path, body)]
                used += (_used_ms(served) - before) * (number >= 0)
                spent += [_posted_ms(connection, path, body) for _ in range(4)]
                if number >= 0:
                    times["new"] += spent[:1]
                    times["again"] += spent[1:]
            shown = [
                f"{value:.0f} ms"
                for found in times.values()
                for value in (statistics.median(found), statistics.quantiles(found, n=20)[18])
            ]
            print(f"| {name} | {' | '.join(shown)} | {used / choices:.0f} ms |", flush=True)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def _card(works: list[str]) -> str:
    bases = "".join(f"- {name}\n" for name in works)
    return f"---\nlicense: mit\nbase_model_relation: merge\nbase_model:\n{bases}---\n# M\n"


def _posted_ms(connection: http.client.HTTPConnection, path: str, body: str) -> float:
    began = time.perf_counter()
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 200, (path, text)
    return (time.perf_counter() - began) * 1000


def _used_ms(served: Served) -> float:
    """Return the processor time that all processes of a service have used so far."""
    used = 0.0
    for process in served.processes():
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        used += sum(map(int, fields[11:15])) * 1000 / os.sysconf("SC_CLK_TCK")
    return used


def _merge(works: list[str]) -> dict[str, Any]:
    return {
        "actions": [{"do": "merge", "of": works, "makes": "m"}],
        "publish": [{"work": "m", "how": "share"}],
    }


_OVER_HTTP: tuple[tuple[str, str, Callable[[list[str]], Any]], ...] = (
    ("`POST /api/check`", "/api/check", lambda works: {"id": "me/m", "card": _card(works)}),
    (
        "`POST /api/plan`, license given",
        "/api/plan",
        lambda works: {
            **_merge(works),
            "publish": [{"work": "m", "how": "share", "license": "mit"}],
        },
    ),
    ("`POST /api/plan`, license open", "/api/plan", _merge),
)


def _cold(command: list[str], runs: int) -> tuple[float, float]:
    """Return the medians of processor time and time passed of a command, in ms."""
    spent: list[float] = []
    passed: list[float] = []
    for _ in range(runs):
        before, clock = os.times(), time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        passed.append((time.perf_counter() - clock) * 1000)
        after = os.times()
        user = after.children_user - before.children_user
        spent.append((user + after.children_system - before.children_system) * 1000)
    return statistics.median(spent), statistics.median(passed)


def _warm(ground: Ground, answer: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return medians of processor time in ms, with nothing known of the situations and all."""
    times: dict[str, list[float]] = {"new": [], "again": []}
    for _ in range(runs):
        ground.forget()
        for spent in times.values():
            began = time.process_time()
            answer()
            spent.append((time.process_time() - began) * 1000)
    return statistics.median(times["new"]), statistics.median(times["again"])


if __name__ == "__main__":
    main()
