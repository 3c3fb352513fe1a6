"""The names of the readings, for whoever need not parse them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def readings() -> tuple[str, ...]:
    """Return the names of the readings, sorted."""
    entries = files("licet_ontology").joinpath("readings").iterdir()
    return tuple(sorted(e.name.removesuffix(".ttl") for e in entries if e.name.endswith(".ttl")))
