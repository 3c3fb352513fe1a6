"""Files of what is computed once, kept beside the snapshots."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def keep(file: Path, content: bytes) -> None:
    """Write a file whole or not at all; where none can be written, that costs time alone."""
    unfinished = file.with_suffix(f".{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(file)
    except OSError:  # No space, no right to write, or a worker, which may write only little.
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
