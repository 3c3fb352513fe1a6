"""A service in processes of its own, and what it holds in memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


@dataclass(frozen=True)
class Served:
    """A service that answers.

    Attributes:
        url: Where, without a slash at its end.
        process: The number of its first process.
    """

    url: str
    process: int

    def processes(self) -> list[int]:
        """Return the numbers of all its processes."""
        found, left = list[int](), [self.process]
        while left:
            process = left.pop()
            found.append(process)
            for task in Path(f"/proc/{process}/task").glob("*/children"):
                try:
                    left += map(int, task.read_text().split())
                except OSError:
                    continue
        return found

    def memory_bytes(self) -> int:
        """Return what all its processes hold, what they share counted once."""
        total = 0
        for process in self.processes():
            try:
                lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
        return total

    def descriptors(self) -> int:
        """Return how many files and sockets its first process has open."""
        return len(list(Path(f"/proc/{self.process}/fd").iterdir()))


@contextmanager
def serving(data: Path, settings: Mapping[str, object] = {}) -> Generator[Served]:
    """Serve a data folder for as long as the block lasts."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "licet_service", "serve", "--data", str(data)]
    given = {f"LICET_{name.upper()}": str(value) for name, value in settings.items()}
    with serving_by([*command, "--port", str(port)], port, "/health/ready", given) as served:
        yield served


@contextmanager
def serving_by(
    command: list[str], port: int, ready: str, environment: Mapping[str, str] = {}
) -> Generator[Served]:
    """Run a command that serves on a port for as long as the block lasts."""
    process = subprocess.Popen(command, env={**os.environ, **environment})
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(url + ready, timeout=30).close()
                break
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.05)
        yield Served(url, process.pid)
    finally:
        process.terminate()
        process.wait(60)
