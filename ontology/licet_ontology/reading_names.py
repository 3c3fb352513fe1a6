"""The names of the readings, for whoever need not parse them."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def readings() -> tuple[str, ...]:
    """Return the names of the readings, sorted."""
    return tuple(sorted(file.stem for file in (Path(__file__).parent / "readings").glob("*.ttl")))
