"""The worker processes as the web process sees them: started, asked one thing at a time, killed."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from licet_ingest.snapshot import NoSnapshotError
from licet_service import frames
from licet_service.sandbox import Confinement

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger("licet.workers")

_START_S: Final = 60.0
"""A parent that has not begun, or a worker that has not opened its snapshot, after this time on a
machine however busy, never will."""

_STARTS: Final = 3
"""Workers that fail to start, one after the other, before a question fails for it."""

_STATUS_S: Final = 5.0

_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Of threads that a library starts while it is imported, a forked process has none."""


class WorkerEndedError(Exception):
    """A worker ended before its answer did.

    Attributes:
        status: As of ``Popen.returncode``; None if it is not known.
    """

    def __init__(self, status: int | None) -> None:
        self.status = status
        super().__init__(f"a worker ended with status {status}")


class Worker:
    """One worker process, on one snapshot."""

    def __init__(
        self,
        number: int,
        snapshot: Path,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        parent: WorkerParent,
        status: asyncio.Future[int | None],
    ) -> None:
        self.number = number
        self.snapshot = snapshot
        self._reader, self._writer = streams
        self._parent = parent
        self._status = status
        self._process = 0
        self._used_s = 0.0

    async def read(self) -> tuple[bytes, bytes]:
        """Return the next message.

        Raises:
            WorkerEndedError: There is none.
        """
        try:
            return await frames.read(self._reader)
        except (asyncio.IncompleteReadError, OSError):
            raise WorkerEndedError(await self._ending()) from None

    async def _ending(self) -> int | None:
        """Return how it ended, which its parent is about to tell; None if it cannot."""
        try:
            async with asyncio.timeout(_STATUS_S):
                return await asyncio.shield(self._status)
        except TimeoutError:
            return None

    @property
    def has_ended(self) -> bool:
        """Whether it ended while it had nothing to do."""
        return self._reader.at_eof() or self._writer.transport.is_closing()

    async def opened(self) -> None:
        """Wait until the snapshot is open.

        Raises:
            NoSnapshotError: It cannot be opened.
            WorkerEndedError: The process ended instead.
        """
        kind, payload = await self.read()
        told = orjson.loads(payload)
        if kind != frames.READY:
            raise NoSnapshotError(told["log"])
        self._process = told["process"]
        self._used_s = told["used_s"]

    def has_used(self, used_s: float) -> float:
        """Note how much time of the processor it has used in all; return what this job used."""
        before, self._used_s = self._used_s, used_s
        return used_s - before

    def uses_s(self) -> float:
        """Return how much time of the processor it has used since; endless where nobody tells."""
        try:
            stat = Path(f"/proc/{self._process}/stat").read_bytes()
        except OSError:
            return math.inf
        user, system = stat.rpartition(b")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK") - self._used_s

    def send(self, job: bytes) -> None:
        """Give it something to do."""
        self._writer.write(frames.pack(frames.JOB, job))

    def dismiss(self) -> None:
        """Let it end when it has done what it does; it does nothing more for us."""
        self._writer.close()

    def kill(self) -> None:
        """End it now, whatever it does."""
        self._writer.transport.abort()
        self._parent.kill(self.number)


class WorkerParent:
    """The process that forks workers, and what it tells of them.

    Attributes:
        confinement: What keeps its workers from the network.
    """

    def __init__(self, memory_bytes: int, services: Sequence[str] = ()) -> None:
        self._memory_bytes = memory_bytes
        self._services = services
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._listener: asyncio.Task[None] | None = None
        self._statuses: dict[int, asyncio.Future[int | None]] = {}
        self._last = 0
        self.confinement = Confinement(namespace=False, seccomp=False)

    async def start(self) -> None:
        """Start the process, and wait until it can fork workers."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [
                    sys.executable,
                    "-m",
                    "licet_service.worker_parent",
                    str(theirs.fileno()),
                    str(self._memory_bytes),
                    *self._services,
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, **_ONE_THREAD},
                # A signal from the keyboard is for the web process, which lets answers finish.
                start_new_session=True,
            )
        self._control = ours
        reader, self._writer = await asyncio.open_connection(sock=ours)
        async with asyncio.timeout(_START_S):
            first = await reader.readline()
        if not first:
            raise RuntimeError("the parent of the workers does not start")
        self.confinement = Confinement(**orjson.loads(first)["confined"])
        self._listener = asyncio.create_task(self._listen(reader))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while line := await reader.readline():
                told = orjson.loads(line)
                status = self._statuses.pop(told["ended"], None)
                if status and not status.done():
                    status.set_result(told["status"])
        for status in self._statuses.values():
            if not status.done():
                status.set_result(None)
        self._statuses.clear()

    @property
    def is_alive(self) -> bool:
        """Whether it can fork workers."""
        return self._listener is not None and not self._listener.done()

    async def fork(self, snapshot: Path) -> Worker:
        """Return a new worker on a snapshot, as soon as that is open.

        Raises:
            NoSnapshotError: It cannot be opened.
            WorkerEndedError: The process ended instead.
        """
        assert self._control is not None  # noqa: S101 - started before
        self._last = number = self._last + 1
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            told = orjson.dumps({"start": number, "snapshot": str(snapshot)}) + b"\n"
            status: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
            self._statuses[number] = status
            # Whole or not at all: it is far shorter than the buffer, in which little waits.
            socket.send_fds(self._control, [told], [theirs.fileno()])
        streams = await asyncio.open_connection(sock=ours)
        worker = Worker(number, snapshot, streams, self, status)
        try:
            async with asyncio.timeout(_START_S):
                await worker.opened()
        except BaseException:
            worker.kill()
            raise
        return worker

    def kill(self, number: int) -> None:
        """End a worker, if it has not ended."""
        if self._control is not None and number in self._statuses:
            with suppress(OSError):
                self._control.send(orjson.dumps({"kill": number}) + b"\n")

    async def stop(self) -> None:
        """End the process and all workers."""
        if self._process is None:
            return
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
        process = self._process
        try:
            await asyncio.wait_for(asyncio.to_thread(process.wait, 5), 6)
        except (subprocess.TimeoutExpired, TimeoutError):
            process.send_signal(signal.SIGKILL)
            process.wait()
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        self._process = None


class Pool:
    """Workers on the snapshot in force: so many are kept, and one more than are at work."""

    def __init__(self, kept: int, memory_bytes: int, services: Sequence[str] = ()) -> None:
        self._kept = kept
        self._new_parent = partial(WorkerParent, memory_bytes, services)
        self._parent = self._new_parent()
        self._reviving = asyncio.Lock()
        self._snapshot: Path | None = None
        self._idle: list[Worker] = []
        self._at_work: set[Worker] = set()
        self._starting: dict[asyncio.Task[Exception | None], Path] = {}

    @property
    def confinement(self) -> Confinement:
        """What keeps the workers from the network."""
        return self._parent.confinement

    async def start(self) -> None:
        """Start the process that workers are forked from."""
        await self._parent.start()

    async def take(self, snapshot: Path) -> Worker:
        """Return an idle worker on a snapshot, which is in force from now on.

        Raises:
            NoSnapshotError: The snapshot cannot be opened.
            WorkerEndedError: No worker can be started.
        """
        self.turn_to(snapshot)
        failures = 0
        while True:
            while self._idle:
                worker = self._idle.pop()
                if not worker.has_ended:
                    self._at_work.add(worker)
                    return worker
                worker.kill()
            if not self._parent.is_alive:
                await self._revive()
            self._top_up()
            done, _ = await asyncio.wait(self._on_current(), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if not self._idle and (failure := task.result()):
                    failures += 1
                    if failures >= _STARTS:
                        raise failure

    def give_back(self, worker: Worker, *, leaves: bool = False) -> None:
        """Take back a worker that has done what it was given."""
        self._at_work.discard(worker)
        if leaves or worker.snapshot != self._snapshot or len(self._idle) >= self._kept:
            worker.dismiss()
        else:
            self._idle.append(worker)
        self._top_up()

    def kill(self, worker: Worker) -> None:
        """End a worker whatever it does, and start another one in its place."""
        self._at_work.discard(worker)
        worker.kill()
        self._top_up()

    async def stop(self) -> None:
        """End all workers."""
        self._snapshot = None
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for worker in (*self._idle, *self._at_work):
            worker.kill()
        self._idle.clear()
        await self._parent.stop()

    def turn_to(self, snapshot: Path) -> None:
        """Put a snapshot in force, and start workers on it."""
        if snapshot == self._snapshot:
            return
        self._snapshot = snapshot
        for worker in self._idle:
            worker.dismiss()
        self._idle.clear()
        self._top_up()

    def _top_up(self) -> None:
        if self._snapshot is None or not self._parent.is_alive:
            return
        at_work = sum(worker.snapshot == self._snapshot for worker in self._at_work)
        there = at_work + len(self._idle) + len(self._on_current())
        for _ in range(max(self._kept, at_work + 1) - there):
            task = asyncio.create_task(self._start_one(self._snapshot))
            self._starting[task] = self._snapshot
            task.add_done_callback(self._starting.pop)

    def _on_current(self) -> list[asyncio.Task[Exception | None]]:
        return [task for task, path in self._starting.items() if path == self._snapshot]

    async def _start_one(self, snapshot: Path) -> Exception | None:
        try:
            worker = await self._parent.fork(snapshot)
        except (NoSnapshotError, WorkerEndedError, OSError, TimeoutError) as error:
            log.error("no worker can be started: %s", error)
            return error
        if snapshot == self._snapshot:
            self._idle.append(worker)
        else:
            worker.dismiss()
        return None

    async def _revive(self) -> None:
        """Replace the parent: it has ended, and all workers with it."""
        async with self._reviving:
            if self._parent.is_alive:
                return
            log.error("the parent of the workers has ended; another one is started")
            for worker in self._idle:
                worker.kill()
            self._idle.clear()
            await self._parent.stop()
            self._parent = self._new_parent()
            await self._parent.start()
