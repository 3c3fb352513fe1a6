"""The words by which bills of materials are written, and read again."""

from __future__ import annotations

UNSETTLED = frozenset({"AmbiguousLicense", "LicenseChoice", "UnidentifiedLicense"})
"""Gaps of works whose license is stated, and not known for all that."""
GAPS_ARE = "Not fully known: "
"""How the comment on a work begins that names its gaps."""
