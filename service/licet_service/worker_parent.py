"""The process that workers are forked from: it has loaded what they need and opened nothing.

A fork costs a few milliseconds where a new interpreter costs a second, so a worker can be killed
for any reason. This process has one thread, and being the parent it alone knows whether a process
number still means the worker that it was given to.

It is told by lines of JSON on a socket: ``{"start": number, "snapshot": path}``, with the socket
of the new worker beside, and ``{"kill": number}``. It tells ``{"confined": how}`` first and
``{"ended": number, "status": status}`` of each worker. When the socket ends, it kills all and ends.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import orjson

from licet_service import sandbox, worker
from licet_service.preparation import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(control_fd: int, memory_bytes: int, services: Sequence[str]) -> None:
    """Fork and kill workers as told, until nobody tells any more."""
    namespace = not services and sandbox.own_network_namespace()
    control = socket.socket(fileno=control_fd)
    prepare()
    seccomp = not services and _can_deny()
    _tell(control, {"confined": {"namespace": namespace, "seccomp": seccomp}})
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    numbers: dict[int, int] = {}  # of workers, by the number of their process
    pending, descriptors = b"", list[int]()
    while True:
        ready = select.select([control.fileno(), woken], [], [])[0]
        if woken in ready:
            with suppress(BlockingIOError):
                os.read(woken, 4096)
            _bury(control, numbers)
        if control.fileno() not in ready:
            continue
        try:
            part, received, _, _ = socket.recv_fds(control, 65_536, 16)
        except OSError:
            break
        descriptors += received
        if not part:
            break
        *lines, pending = (pending + part).split(b"\n")
        for line in lines:
            told = orjson.loads(line)
            if "start" in told:
                process = os.fork()
                if process == 0:
                    for end in (control.detach(), woken, wake):
                        os.close(end)
                    _become_worker(descriptors.pop(0), told["snapshot"], memory_bytes, services)
                numbers[process] = told["start"]
                os.close(descriptors.pop(0))
            else:
                for process, number in numbers.items():
                    if number == told["kill"]:
                        os.kill(process, signal.SIGKILL)
    for process in numbers:
        os.kill(process, signal.SIGKILL)


def _become_worker(
    descriptor: int, snapshot: str, memory_bytes: int, services: Sequence[str]
) -> NoReturn:
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        worker.serve(descriptor, Path(snapshot), memory_bytes=memory_bytes, services=services)
        status = 0
    finally:
        os._exit(status)


def _bury(control: socket.socket, numbers: dict[int, int]) -> None:
    """Tell of each worker that has ended."""
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not process:
            return
        if process in numbers:
            ended = os.waitstatus_to_exitcode(status)
            _tell(control, {"ended": numbers.pop(process), "status": ended})


def _can_deny() -> bool:
    """Tell whether the kernel denies a process system calls, by trying it on one that ends."""
    process = os.fork()
    if process == 0:
        os._exit(0 if sandbox.deny_system_calls() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0


def _tell(control: socket.socket, what: dict[str, Any]) -> None:
    with suppress(OSError):
        control.sendall(orjson.dumps(what) + b"\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
