"""What both those that answer and those that draw a lineage go by."""

from __future__ import annotations

from typing import Final

MAX_WORKS: Final = 1_000
"""Works that one drawing shows at most."""
