"""Builds snapshots in processes that are killed; run by the tests, one order a line.

The ontology is read once, then each build is a fork: it takes a fraction of a second, in which
it kills itself when a named function is called, or is killed after a delay.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

import orjson
import pyarrow.parquet as pq
from pyoxigraph import Store

from licet_ingest import snapshot
from licet_ingest.sources.dump import JsonLinesDump
from licet_ontology import modules
from licet_reasoning import build as build_module
from licet_reasoning.quotient import compile_reading


def kill(*_: object, **__: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def arm(point: str) -> None:
    """Let the build of this process end at a point."""
    write_table = pq.write_table

    def write_then_kill(*args: Any, **kwargs: Any) -> None:
        write_table(*args, **kwargs)
        kill()

    def open_then_kill_soon(path: str) -> Store:
        store = Store(path)
        threading.Timer(0.02, kill).start()
        return store

    # What is put in their place are names of other modules, and private ones.
    ends: dict[str, tuple[Any, str, Any]] = {
        "after reading": (build_module, "shipped_catalogue", kill),
        "before changes are compared": (build_module, "history_of", kill),
        "before changes are written": (build_module, "change_lines", kill),
        "before provenance is added": (build_module, "_add_to_store", kill),
        "while provenance is added": (build_module, "parse", kill),
        "during table writing": (pq, "write_table", write_then_kill),
        "before the store is loaded": (build_module, "_load_store", kill),
        "during store load": (build_module, "Store", open_then_kill_soon),
        "before the rename": (Path, "rename", kill),
        "between rename and link": (snapshot, "_point", kill),
    }
    owner, name, end = ends[point]
    if not hasattr(owner, name):
        raise AttributeError(f"nothing is called {name} any more")
    setattr(owner, name, end)


def main() -> None:
    for reading in modules.readings():
        compile_reading(reading)
    print("ready", flush=True)
    for line in sys.stdin:
        order = orjson.loads(line)
        child = os.fork()
        if child == 0:
            if "point" in order:
                arm(order["point"])
            build_module.build(Path(order["data"]), [JsonLinesDump(Path(order["dump"]))])
            os._exit(0)
        if "delay_s" in order:
            time.sleep(order["delay_s"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
