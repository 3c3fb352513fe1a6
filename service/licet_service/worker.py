"""A process that holds one snapshot open, evaluates what it is given, and may be killed.

All of it runs in one thread: a result belongs to the thread that made it, and to touch it from
another aborts the process. The stack of that thread is deep because the parser recurses.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final, cast

import orjson
from pyoxigraph import NamedNode, QuerySolutions, QueryTriples, Store, serialize

from licet_ingest.snapshot import NoSnapshotError, Snapshot
from licet_ontology.errors import LicetError
from licet_ontology.terms import PREFIXES
from licet_service import frames, sandbox, tasks
from licet_service.dataset import OpenSnapshot, rdf_term
from licet_service.federation import refuse_federation
from licet_service.formats import GRAPH_FORMATS, RESULT_FORMATS
from licet_service.negotiation import GRAPHS, RESULTS, listed
from licet_service.problems import ProblemError, of_licet, syntax_problem
from licet_service.row_count import row_count

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from pathlib import Path

    from pyoxigraph import QueryBoolean, Triple
    from typing_extensions import Buffer

    from licet_service.row_count import RowCount

STACK_BYTES: Final = 512 * 1024 * 1024
"""The parser recurses: 2,246 nested groups, in 4.5 KB, overflow a stack of 8 MB and kill the
process. On this much, which is reserved and hardly ever used, no text of the largest size that
settings allow did."""

_CHUNK_BYTES: Final = 64 * 1024
_CHUNK_S: Final = 0.05
"""A part of an answer is sent when it has this size or age."""

_STEADY_S: Final = 0.25
_STEADY_TASK_S: Final = 1.0
"""What takes longer yields to what does not; since nobody may take that back, the worker that
answered it makes room for another one. A task is of ours, and may take more than a query."""

_SWOLLEN_BYTES: Final = 256 * 1024 * 1024
"""A worker that has ever held more memory than this makes room for another one."""


class ClientGoneError(Exception):
    """Nobody reads the answer any more."""


class _Output:
    """Where an answer is written: kept while it is small, streamed from when it is not."""

    def __init__(
        self, descriptor: int, media_type: str, rows: _Rows, count: RowCount | None = None
    ) -> None:
        self._descriptor = descriptor
        self._about = {"media_type": media_type}
        self._rows = rows
        self._count = count
        self._parts = bytearray()
        self._sent_at: float | None = None
        self.streams = False

    def file(self) -> IO[bytes]:
        """Return it as the file that a serializer asks for, of which it only writes."""
        return cast("IO[bytes]", self)

    def write(self, data: Buffer) -> int:
        """Take a part of the answer."""
        part = bytes(data)
        if self._count:
            self._rows.add(self._count(part))
        self._parts += part
        now = time.monotonic()
        if self._sent_at is None:
            self._sent_at = now  # how long the first part took says nothing of the others
        if len(self._parts) >= _CHUNK_BYTES or now - self._sent_at > _CHUNK_S:
            self._send()
        return len(part)

    def flush(self) -> None:
        """Do nothing: the end sends what is left."""

    def _send(self) -> None:
        if not self.streams:
            self.streams = True
            self._message(frames.pack(frames.HEAD, orjson.dumps(self._about)))
        self._message(frames.pack(frames.DATA, bytes(self._parts)))
        self._parts.clear()
        self._sent_at = time.monotonic()

    def _message(self, message: bytes) -> None:
        try:
            frames.write_blocking(self._descriptor, message)
        except OSError as error:
            raise ClientGoneError from error

    def finish(self, *, leaves: bool) -> None:
        """Send what is left, and that this is all."""
        about = {"rows": self._rows.found, "leaves": leaves, "used_s": time.process_time()}
        if self.streams:
            if self._parts:
                self._send()
            self._message(frames.pack(frames.END, orjson.dumps(about)))
        else:
            whole = orjson.dumps({**self._about, **about})
            self._message(frames.pack_whole(whole, bytes(self._parts)))


class _Rows:
    """Counts the rows of a result, and refuses one too many."""

    def __init__(self, max_rows: int) -> None:
        self._max_rows = max_rows
        self.found = 0

    def add(self, count: int) -> None:
        """Count rows.

        Raises:
            ProblemError: There are too many.
        """
        self.found += count
        if self.found > self._max_rows:
            detail = f"It has more than {self._max_rows} rows. Ask for less, by LIMIT or FILTER."
            raise ProblemError("result-too-large", detail, max_rows=self._max_rows)

    def counted(self, triples: Iterable[Triple]) -> Generator[Triple]:
        """Yield triples, counting them."""
        for triple in triples:
            self.add(1)
            yield triple


class Worker:
    """The loop of a worker process."""

    def __init__(self, descriptor: int, opened: OpenSnapshot, services: Sequence[str]) -> None:
        self._descriptor = descriptor
        self._opened = opened
        self._services = services
        self._began: float | None = None
        self._steady_s = _STEADY_S
        self._yielded = False
        self._leaves = False
        self._changed = threading.Condition()

    def run(self) -> None:
        """Do one job after another until the other side ends."""
        while message := frames.read_blocking(self._descriptor):
            job = orjson.loads(message[1])
            with self._changed:
                self._began = time.process_time()
                self._steady_s = _STEADY_TASK_S if job["kind"] == "task" else _STEADY_S
                self._changed.notify()
            try:
                self._do(job)
            except ClientGoneError:
                return
            finally:
                with self._changed:
                    self._began = None
            if self._leaves:
                return

    def watch(self, thread: int) -> None:
        """Let the thread of evaluation yield to others when what it does takes long.

        Long is meant in the time of the processor: on a busy machine everything takes time.
        """
        while not self._yielded:
            with self._changed:
                self._changed.wait_for(lambda: self._began is not None)
            time.sleep(_STEADY_S)
            with self._changed:
                began = self._began
                if began is not None and time.process_time() - began > self._steady_s:
                    self._yielded = True
                    with suppress(OSError):
                        os.setpriority(os.PRIO_PROCESS, thread, 15)

    def _decide(self) -> bool:
        """Return whether this process ends after this answer, which the other side must know."""
        self._leaves = self._yielded or sandbox.most_bytes() > _SWOLLEN_BYTES
        return self._leaves

    def _do(self, job: dict[str, Any]) -> None:
        try:
            match job["kind"]:
                case "task":
                    self._task(job)
                case "graph":
                    self._graph(job)
                case _:
                    self._question(job)
        except ClientGoneError:
            raise
        except MemoryError:
            self._problem(ProblemError("out-of-memory", "It needs more memory than it may have."))
        except LicetError as error:
            self._problem(of_licet(error))
        except Exception as error:  # it belongs in the operator's log, and this process lives on
            problem = ProblemError("internal-error", "The operator's log says more.")
            self._problem(problem, "".join(traceback.format_exception(error)))

    def _problem(self, problem: ProblemError, log: str = "") -> None:
        about = {
            "problem": problem.kind,
            "detail": problem.detail,
            "headers": problem.headers,
            "members": problem.members,
            "log": log,
            "leaves": self._decide(),
            "used_s": time.process_time(),
        }
        try:
            message = orjson.dumps(about, default=str)
            frames.write_blocking(self._descriptor, frames.pack(frames.PROBLEM, message))
        except OSError as error:
            raise ClientGoneError from error

    def _task(self, job: dict[str, Any]) -> None:
        result = tasks.run(self._opened, job["task"], job["arguments"])
        about = {
            "media_type": "application/json",
            "rows": 0,
            "leaves": self._decide(),
            "used_s": time.process_time(),
        }
        whole = frames.pack_whole(orjson.dumps(about), orjson.dumps(result))
        try:
            frames.write_blocking(self._descriptor, whole)
        except OSError as error:
            raise ClientGoneError from error

    def _graph(self, job: dict[str, Any]) -> None:
        """Write a named graph; the default graph is asked for by a question."""
        self._opened.see_all()
        iri = job["graph"]
        rows = _Rows(job["max_rows"])
        rows.add(self._opened.snapshot.manifest["triples"].get(iri, 0))
        output = _Output(self._descriptor, job["media_type"], rows)
        format_ = GRAPH_FORMATS[job["format"]]
        self._opened.store.dump(
            output.file(), format_, from_graph=NamedNode(iri), prefixes=dict(PREFIXES)
        )
        output.finish(leaves=self._decide())

    def _question(self, job: dict[str, Any]) -> None:
        refuse_federation(job["text"], self._services)
        try:
            result = self._opened.query(
                job["text"],
                reading=job["reading"],
                substitutions={n: rdf_term(t) for n, t in job["substitutions"].items()},
                default_graph_iris=job["default_graph_iris"],
                named_graph_iris=job["named_graph_iris"],
                federates=True,
            )
        except SyntaxError as error:
            raise syntax_problem(error) from None
        except RuntimeError as error:
            if "custom function" not in str(error):
                raise
            raise ProblemError("not-supported", f"{error}.") from None
        except ValueError as error:  # what the protocol or a parameter names is no IRI
            raise ProblemError("malformed-request", str(error)) from None
        is_graph = isinstance(result, QueryTriples)
        chosen = job["graph" if is_graph else "results"]
        if chosen is None:
            offers = listed(GRAPHS if is_graph else RESULTS)
            raise ProblemError("not-acceptable", f"This query can be answered as {offers}.")
        format_, media_type = chosen
        self._serialize(result, format_, media_type, _Rows(job["max_rows"]))

    def _serialize(
        self,
        result: QuerySolutions | QueryBoolean | QueryTriples,
        format_: str,
        media_type: str,
        rows: _Rows,
    ) -> None:
        if isinstance(result, QueryTriples):
            if format_ in {"nt", "nq"}:
                output = _Output(self._descriptor, media_type, rows, row_count(format_))
                result.serialize(output.file(), GRAPH_FORMATS[format_])
            else:
                # Slower by half, but only so are prefixes written and triples counted.
                output = _Output(self._descriptor, media_type, rows)
                triples = rows.counted(result)
                serialize(triples, output.file(), GRAPH_FORMATS[format_], prefixes=PREFIXES)
        else:
            count = row_count(format_) if isinstance(result, QuerySolutions) else None
            output = _Output(self._descriptor, media_type, rows, count)
            result.serialize(output.file(), RESULT_FORMATS[format_])
        output.finish(leaves=self._decide())


def serve(descriptor: int, snapshot: Path, *, memory_bytes: int, services: Sequence[str]) -> None:
    """Do jobs on a snapshot until the other side ends; in a process of its own.

    Args:
        descriptor: The socket on which the jobs come.
        snapshot: Its folder.
        memory_bytes: How much memory the process may have.
        services: Those that a query may call. Where there are any, the network is not denied.
    """
    sandbox.die_with_parent()
    if not services:
        sandbox.deny_system_calls()
    # The stack counts among the data of a process although it is hardly touched.
    sandbox.limit(memory_bytes + STACK_BYTES)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_DFL)
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(
        target=_serve, args=(descriptor, snapshot, services), name="evaluation", daemon=True
    )
    thread.start()
    thread.join()


def _serve(descriptor: int, snapshot: Path, services: Sequence[str]) -> None:
    try:
        opened = _opened(snapshot)
    except NoSnapshotError as error:
        problem = {"problem": "no-snapshot", "detail": "", "log": str(error)}
        with suppress(OSError):
            frames.write_blocking(descriptor, frames.pack(frames.PROBLEM, orjson.dumps(problem)))
        return
    worker = Worker(descriptor, opened, services)
    threading.stack_size(256 * 1024)
    watch = threading.Thread(
        target=worker.watch, args=(threading.get_native_id(),), name="watch", daemon=True
    )
    watch.start()
    about = {"process": os.getpid(), "used_s": time.process_time()}
    with suppress(OSError):
        frames.write_blocking(descriptor, frames.pack(frames.READY, orjson.dumps(about)))
        worker.run()


def _opened(path: Path) -> OpenSnapshot:
    """Open a snapshot of which the web process has read the manifest."""
    try:
        manifest = orjson.loads((path / "manifest.json").read_bytes())
        snapshot = Snapshot(path, manifest)
        return OpenSnapshot(snapshot, Store.read_only(str(snapshot.store)))
    except (OSError, RuntimeError, orjson.JSONDecodeError) as error:
        raise NoSnapshotError(f"cannot open {path}: {error}") from error
