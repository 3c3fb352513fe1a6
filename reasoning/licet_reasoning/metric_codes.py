"""Codes of metrics that pages and statistics share; see ``docs/metrics.md``."""

from __future__ import annotations

from typing import Final

ANY_ERROR: Final = "any-error"
GAP_CODES: Final = frozenset(
    {
        "no-license",
        "unidentified-license",
        "ambiguous-license",
        "missing-parent",
        "unrecognized-relation",
        "license-mismatch",
        "lineage-mismatch",
    }
)
"""Codes that concern every work: who has no such gap or mismatch was checked as well."""
