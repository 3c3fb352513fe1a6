"""What a worker process is denied: the network, other programs, memory without bound, core dumps.

Oxigraph fetches whatever ``SERVICE`` names and cannot be told not to. A scan of the text can be
fooled; a process to which the kernel gives no socket cannot. Two means, each enough alone: a
network namespace of its own, in which there is no interface, and a filter of system calls
(seccomp). Both are Linux's; elsewhere there is neither, and the service says so when it starts.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_RET_ALLOW: Final = 0x7FFF0000
_RET_EPERM: Final = 0x00050000 | 1

# From linux/audit.h and the tables of system calls of each architecture.
_DENIED: Final[dict[str, tuple[int, dict[str, int]]]] = {
    "x86_64": (
        0xC000003E,
        {
            "socket": 41,
            "connect": 42,
            "accept": 43,
            "bind": 49,
            "listen": 50,
            "socketpair": 53,
            "vfork": 58,
            "execve": 59,
            "kill": 62,
            "ptrace": 101,
            "pivot_root": 155,
            "chroot": 161,
            "mount": 165,
            "umount2": 166,
            "init_module": 175,
            "tkill": 200,
            "kexec_load": 246,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "unshare": 272,
            "accept4": 288,
            "perf_event_open": 298,
            "open_by_handle_at": 304,
            "setns": 308,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "finit_module": 313,
            "kexec_file_load": 320,
            "bpf": 321,
            "execveat": 322,
            "userfaultfd": 323,
            "io_uring_setup": 425,  # or a ring would make the sockets
            "pidfd_open": 434,
            "pidfd_getfd": 438,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "umount2": 39,
            "mount": 40,
            "pivot_root": 41,
            "chroot": 51,
            "unshare": 97,
            "kexec_load": 104,
            "init_module": 105,
            "ptrace": 117,
            "kill": 129,
            "tkill": 130,
            "socket": 198,
            "socketpair": 199,
            "bind": 200,
            "listen": 201,
            "accept": 202,
            "connect": 203,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "execve": 221,
            "perf_event_open": 241,
            "accept4": 242,
            "open_by_handle_at": 265,
            "setns": 268,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "finit_module": 273,
            "bpf": 280,
            "execveat": 281,
            "userfaultfd": 282,
            "kexec_file_load": 294,
            "io_uring_setup": 425,
            "pidfd_open": 434,
            "pidfd_getfd": 438,
        },
    ),
}


@dataclass(frozen=True)
class Confinement:
    """What keeps a process from the network.

    Attributes:
        namespace: It has a network namespace of its own, without any interface.
        seccomp: The kernel refuses it sockets and other programs.
    """

    namespace: bool
    seccomp: bool

    def __str__(self) -> str:
        means = [name for name, holds in asdict(self).items() if holds]
        return " and ".join(means) or "nothing"


def own_network_namespace() -> bool:
    """Move this process, of one thread, into a network namespace of its own; tell if it could."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    # As root no user namespace is needed, in which root would lose its rights over files.
    return not libc.unshare(_CLONE_NEWNET) or not libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _filter(architecture: int, numbers: list[int]) -> bytes:
    """Return a program of classic BPF that denies some system calls and foreign ways of calling."""

    def statement(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, value)

    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    deny = len(numbers) + 5  # the place of the last statement; jumps count from the next one
    return b"".join(
        [
            statement(load, 4),  # seccomp_data.arch
            statement(equal, architecture, 0, deny - 2),
            statement(load, 0),  # seccomp_data.nr
            statement(at_least, 0x40000000, deny - 4, 0),  # x32 on x86-64
            *(statement(equal, n, deny - 5 - i, 0) for i, n in enumerate(numbers)),
            statement(give, _RET_ALLOW),
            statement(give, _RET_EPERM),
        ]
    )


def deny_system_calls() -> bool:
    """Have the kernel refuse this process sockets and programs from now on; tell if it does."""
    if sys.platform != "linux" or platform.machine() not in _DENIED:
        return False
    architecture, calls = _DENIED[platform.machine()]
    program = _filter(architecture, sorted(calls.values()))
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the count of statements, padding, and where they are.
    described = ctypes.create_string_buffer(
        struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = [ctypes.c_ulong(n) for n in (1, 0, 0, 0)]
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, *arguments):
        return False
    return not libc.prctl(
        _PR_SET_SECCOMP,
        ctypes.c_ulong(_SECCOMP_MODE_FILTER),
        ctypes.c_void_p(ctypes.addressof(described)),
        ctypes.c_ulong(0),
        ctypes.c_ulong(0),
    )


def die_with_parent() -> None:
    """Have the kernel end this process when the one that forked it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(9))


def limit(memory_bytes: int) -> None:
    """Bound the memory that this process takes from now on; let it leave no core, write no file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, ctypes.c_ulong(0))
        # Of its data, not of its addresses: stacks and arenas that are only reserved cost none.
        most = memory_bytes + _data_bytes()
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _data_bytes() -> int:
    """Return how much data this process has, most of which it shares with its parent."""
    pages = Path("/proc/self/statm").read_bytes().split()[5]
    return int(pages) * resource.getpagesize()


def most_bytes() -> int:
    """Return how much memory this process has held at most."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
