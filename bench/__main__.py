"""Measure ingest, builds, answers, reasoning against owlrl and identified texts; print a table.

``python -m bench [DUMP]``: a dump of the Hub's model list, by default the one beside the
checkout, or 15,904 generated models where there is none.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import hub_like
from bench.answers import measure_answers
from bench.identification import measure_identification
from bench.ingest import measure_ingest
from bench.reasoning import measure_reasoning

REAL_DUMP = Path("../shared/data/hub/hub-models-2026-08-22.jsonl.gz")
GENERATED_MODELS = 15_904
RUNS = 3


def main() -> None:
    """Run all measurements and print them as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump", nargs="?", type=Path)
    parser.add_argument("--models", type=int, default=1_000, help="for the ratio to owlrl")
    parser.add_argument(
        "--hub-models", type=int, default=3_000_000, help="of the generated Parquet file"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        dump = options.dump or (REAL_DUMP if REAL_DUMP.exists() else None)
        if dump is None:
            dump = hub_like.write(folder / "generated.jsonl", GENERATED_MODELS)
        python = platform.python_version()
        print(f"{os.cpu_count()} processors, {platform.platform()}, Python {python}")
        print("\n| what | figure |\n|---|---|")
        data = folder / "data"
        for figure in (
            *_measure_build(dump, data),
            *measure_answers(data),
            *measure_reasoning(options.models),
            *measure_identification(),
            *measure_ingest(folder, options.hub_models),
        ):
            print(f"| {figure[0]} | {figure[1]} |", flush=True)


def _measure_build(dump: Path, data: Path) -> list[tuple[str, str]]:
    """Build in processes of their own; the first has nothing cached."""
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "licet_service", "build", str(dump), "--data", str(data)],
            check=True,
            capture_output=True,
        )
        seconds.append(time.perf_counter() - started)
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    later = statistics.median(seconds[1:])
    return [
        (f"licet build {dump.name}, nothing cached, wall", f"{seconds[0]:.1f} s"),
        ("the same, catalogue closed before, wall, median", f"{later:.1f} s"),
        ("its peak memory", f"{peak_mb:.0f} MB"),
    ]


if __name__ == "__main__":
    main()
