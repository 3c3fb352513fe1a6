"""Where a page may link to, and how it writes an IRI."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from licet_ontology.terms import BASE, NS, PREFIXES

KINDS: Final = (
    *("model", "dataset", "service", "license", "license-family", "alias", "clause"),
    *("situation", "finding", "reading", "derivation", "observation", "build", "source"),
    *("change", "snapshot", "usage", "software", "ontology", "catalogue", "statistics"),
    *("graph", "license-statement", "rule"),
)
"""The first step of the path of each kind of resource that has a page."""

_ONTOLOGY: Final = NS.removesuffix("#")
_LOCAL = re.compile(rf"{re.escape(BASE)}((?:{'|'.join(KINDS)})/\S+)\Z")
_LONGEST_FIRST: Final = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


def href(iri: str) -> str | None:
    """Return where a page may link to for an IRI: a path of ours, an https address, or nothing."""
    if iri.startswith(NS) or iri == _ONTOLOGY:
        return iri.removeprefix(BASE.removesuffix("/"))
    if found := _LOCAL.match(iri):
        return "/" + found[1]
    return iri if iri.startswith("https://") and not iri.startswith(BASE) else None


def compact(iri: str) -> str:
    """Return an IRI with its namespace shortened to the usual prefix."""
    for prefix, namespace in _LONGEST_FIRST:
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def path_of(work: str) -> str:
    """Return the path of the page of a work, given as its kind and id: ``model/owner/name``."""
    return "/" + quote(work, safe="/+:%")


def split_work(work: str) -> tuple[str, str]:
    """Return the kind and the id of ``model/owner/name``."""
    kind, _, name = work.partition("/")
    return kind, name
