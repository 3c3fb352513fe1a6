"""SPARQL servers that are started on a dump in a folder, asked, and ended."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

START_S = 60

VIRTUOSO_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DirsAllowed = .
NumberOfBuffers = 40000
MaxDirtyBuffers = 30000
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 4
[SPARQL]
ResultSetMaxRows = 1000000
"""


@contextmanager
def oxigraph(dump: Path, folder: Path) -> Generator[str]:
    """Give the address of Oxigraph's own server, with a dump loaded."""
    program, port = _program("oxigraph"), _free_port()
    location = ["--location", str(folder / "oxigraph")]
    subprocess.run(
        [program, "load", *location, "--file", str(dump)], check=True, capture_output=True
    )
    with _running([program, "serve-read-only", *location, "--bind", f"127.0.0.1:{port}"], folder):
        yield _ready(f"http://127.0.0.1:{port}/query")


@contextmanager
def virtuoso(dump: Path, folder: Path) -> Generator[str]:
    """Give the address of Virtuoso, with a dump loaded."""
    program, isql = _program("virtuoso-t"), _program("isql-vt")
    port, sql_port = _free_port(), _free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO_INI.format(port=port, sql_port=sql_port))
    (folder / "dump.nq").symlink_to(dump.resolve())
    with _running([program, "-f", "-c", "virtuoso.ini"], folder):
        url = _ready(f"http://127.0.0.1:{port}/sparql")
        load = "ld_dir('.', 'dump.nq', 'urn:none'); rdf_loader_run(); checkpoint;"
        connect = [isql, f"127.0.0.1:{sql_port}", "dba", "dba"]
        subprocess.run([*connect, f"exec={load}"], check=True, capture_output=True, cwd=folder)
        yield url


SERVERS = {"oxigraph": oxigraph, "virtuoso": virtuoso}


def is_installed(server: Callable[..., object]) -> bool:
    """Tell whether the program of a server is there."""
    name = {"oxigraph": "oxigraph", "virtuoso": "virtuoso-t"}[server.__name__]
    return bool(_found(name))


def _found(name: str) -> str | None:
    # Beside this interpreter is where a wheel puts its programs.
    import sys

    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


def _program(name: str) -> str:
    if found := _found(name):
        return found
    raise SystemExit(f"{name} is not installed")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], folder: Path) -> Generator[None]:
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _ready(url: str) -> str:
    """Return the address once it answers."""
    for _ in range(START_S * 10):
        try:
            with urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=5):
                return url
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")
