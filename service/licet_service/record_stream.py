"""Newer records from a file or as they come, each batch in force as soon as it is computed."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from licet_ingest.sources.dump import JsonLinesDump, LinesChunk
from licet_ontology.errors import UsageError
from licet_reasoning.update import Updater

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BATCH_LINES: Final = 1_000
"""Lines that have come, of which no more are waited for before a snapshot is made."""
_BLOCK_BYTES: Final = 1 << 20


def take_records(
    data: Path, name: str, say: Callable[[str], None], *, as_json: bool
) -> Iterator[str]:
    """Take records over, and yield one line for each snapshot and one for the last.

    Args:
        data: The data folder.
        name: A file of JSON lines, or ``-`` for standard input.
        say: Called with what was left out, and why.
        as_json: Whether the lines are JSON.

    Raises:
        UsageError: There is no such file, or it is no file of JSON lines.
    """
    chunks = _chunks(name)
    with Updater(data, say) as updater:
        say(f"ready for records on snapshot {updater.snapshot.id}")
        for chunk in chunks:
            started = time.perf_counter()
            before = updater.snapshot
            items = list(chunk.items())
            for fault in (fault for item in items for fault in item.faults):
                say(f"{fault.record}: {fault.field or 'the record'} {fault.reason}")
            taken = updater.apply([item.work for item in items if item.work])
            for record, reason in taken.left:
                say(f"{record.id}: left for the next whole build: {reason}")
            if updater.snapshot != before:
                changed = len(taken.changed) + len(taken.gone)
                seconds = round(time.perf_counter() - started, 3)
                found = {"snapshot": updater.snapshot.id, "works": changed, "seconds": seconds}
                yield (
                    json.dumps(found)
                    if as_json
                    else (f"snapshot {updater.snapshot.id}: {changed:,} works, {seconds} s")
                )
        last = updater.finish()
        found = {"snapshot": last.id, **last.manifest["counts"]}
        yield json.dumps(found) if as_json else f"snapshot {last.id} is in force"


def _chunks(name: str) -> Iterable[LinesChunk]:
    if name == "-":
        return _as_they_come(sys.stdin.fileno())
    path = Path(name)
    if not path.is_file() or not path.name.endswith((".jsonl", ".jsonl.gz")):
        raise UsageError(f"{name}: there is no such file of JSON lines (.jsonl, .jsonl.gz)")
    return JsonLinesDump(path, "dataset" if path.name.startswith("datasets.") else "model").chunks()


def _as_they_come(descriptor: int) -> Iterator[LinesChunk]:
    """Yield the lines of a stream that have come, without waiting for more of them."""
    first, rest = 1, b""
    while block := os.read(descriptor, _BLOCK_BYTES):
        *lines, rest = (rest + block).split(b"\n")
        while len(lines) < BATCH_LINES and select.select([descriptor], [], [], 0)[0]:
            if not (block := os.read(descriptor, _BLOCK_BYTES)):
                break
            *more, rest = (rest + block).split(b"\n")
            lines += more
        if any(map(bytes.strip, lines)):
            yield LinesChunk("records", "model", first, lines)
        first += len(lines)
    if rest.strip():
        yield LinesChunk("records", "model", first, [rest])
