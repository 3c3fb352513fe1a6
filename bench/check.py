"""How long a check takes of a repository with 30 works upstream: cold from the shell, and warm.

    uv run python -m bench.check --data licet-data

Processor seconds of the process itself, which other processes disturb less than the clock.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from licet_reasoning.compiled import compiled
from licet_reasoning.hypothesis import Ground
from licet_service.check import check_folder
from licet_service.dataset import Dataset

UPSTREAMS = 30
RUN = (sys.executable, "-c", "from licet_service.cli import main; main()")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("licet-data"))
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    opened = Dataset(asked.data).latest()
    works = opened.query(
        "SELECT DISTINCT ?name { ?work a licet:Model ; licet:license ?l ; rdfs:label ?name } "
        f"ORDER BY ?name LIMIT {UPSTREAMS}"
    )
    names = [row["name"].value for row in works]  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory() as folder:
        bases = "".join(f"- {name}\n" for name in names)
        card = f"---\nlicense: mit\nbase_model_relation: merge\nbase_model:\n{bases}---\n# M\n"
        (Path(folder) / "README.md").write_text(card)
        ground = Ground(compiled(asked.data / "cache"), opened.store)
        check_folder(ground, Path(folder), work_id="me/m")
        began = time.process_time()
        for _ in range(asked.runs):
            check_folder(ground, Path(folder), work_id="me/m")
        warm_ms = (time.process_time() - began) / asked.runs * 1000
        arguments = ["check", folder, "--id", "me/m", "--data", str(asked.data)]
        before, clock = os.times(), time.perf_counter()
        for _ in range(asked.runs):
            subprocess.run([*RUN, *arguments], stdout=subprocess.DEVNULL, check=False)
        after = os.times()
        cold_ms = (after.children_user - before.children_user) / asked.runs * 1000
        clock_ms = (time.perf_counter() - clock) / asked.runs * 1000
    print(f"{len(names)} upstream works: warm {warm_ms:.0f} ms of processor time")
    print(f"cold: {cold_ms:.0f} ms of processor time, {clock_ms:.0f} ms by the clock")


if __name__ == "__main__":
    main()
