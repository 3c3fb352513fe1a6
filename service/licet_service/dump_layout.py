"""How a folder of dumps is laid out: what `licet export` writes and the service offers."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "dumps"
"""Below the data folder."""
INDEX: Final = "index.json"
CHECKSUMS: Final = "SHA256SUMS"
ATTRIBUTION: Final = "ATTRIBUTION.md"
KEPT: Final = 2
"""Dumps that stay in a folder, so that a download that has begun can be resumed."""


class DumpFormat(enum.StrEnum):
    """What a dump is made of."""

    nquads = "nquads"
    trig = "trig"
    parquet = "parquet"


def dumps_in(folder: Path) -> list[Path]:
    """Return the finished dumps in a folder, newest first."""
    return sorted((path.parent for path in folder.glob(f"[!.]*/{INDEX}")), reverse=True)
