"""Messages between the web process and a worker: a length, a kind of one byte, a payload."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio

JOB: Final = b"J"
"""To a worker: what to do, as JSON."""
READY: Final = b"R"
"""From a worker: the snapshot is open; its process number and what it has used, as JSON."""
HEAD: Final = b"H"
"""From a worker: a streamed answer begins; its media type, as JSON. Data and an end follow."""
DATA: Final = b"D"
"""From a worker: a part of the answer that has begun."""
END: Final = b"E"
"""From a worker: the answer is complete; its rows and whether the worker goes, as JSON."""
WHOLE: Final = b"W"
"""From a worker: a whole answer: the length of its JSON, that JSON, and its bytes."""
PROBLEM: Final = b"P"
"""From a worker: there is no answer, and why, as JSON; within a stream, it ends here, broken."""

MAX_PAYLOAD_BYTES: Final = 256 * 1024 * 1024
_HEADER: Final = struct.Struct("!cI")
_LENGTH: Final = struct.Struct("!I")


def pack(kind: bytes, payload: bytes) -> bytes:
    """Return a message as it is sent."""
    return _HEADER.pack(kind, len(payload)) + payload


def pack_whole(about: bytes, body: bytes) -> bytes:
    """Return the message of a whole answer."""
    return pack(WHOLE, _LENGTH.pack(len(about)) + about + body)


def unpack_whole(payload: bytes) -> tuple[bytes, bytes]:
    """Return what is said of a whole answer, and its bytes."""
    end = _LENGTH.size + _LENGTH.unpack_from(payload)[0]
    return payload[_LENGTH.size : end], payload[end:]


async def read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Return the kind and the payload of the next message.

    Raises:
        asyncio.IncompleteReadError: The other side has ended.
    """
    kind, length = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    return kind, await reader.readexactly(length)


def read_blocking(descriptor: int) -> tuple[bytes, bytes] | None:
    """Return the kind and the payload of the next message, or None if the other side has ended."""
    header = _exactly(descriptor, _HEADER.size)
    if header is None:
        return None
    kind, length = _HEADER.unpack(header)
    payload = _exactly(descriptor, length)
    return None if payload is None else (kind, payload)


def _exactly(descriptor: int, count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        part = os.read(descriptor, min(count - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


def write_blocking(descriptor: int, message: bytes) -> None:
    """Send a message, waiting as long as the other side takes nothing.

    Raises:
        OSError: The other side has ended.
    """
    left = memoryview(message)
    while left:
        left = left[os.write(descriptor, left) :]
