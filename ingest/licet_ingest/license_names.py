"""From what a publisher writes in a license field to licenses of the catalogue, or a gap."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from licet_ontology import modules
from licet_ontology.terms import BASE, NS, RDF, term

if TYPE_CHECKING:
    from collections.abc import Iterable

NO_LICENSE = term("NoLicense")
UNIDENTIFIED = term("UnidentifiedLicense")
AMBIGUOUS = term("AmbiguousLicense")

_NAMING_PROPERTIES = frozenset(NS + p for p in ("hubIdentifier", "alias", "spdxIdentifier"))
_NO_NAME = frozenset({"other", "unknown"})
"""Values of the Hub's license field that name nothing; ``other`` refers to license_name."""


@dataclass(frozen=True)
class ResolvedLicense:
    """What license fields of one work amount to.

    Attributes:
        licenses: IRIs of licenses in the catalogue, sorted.
        families: IRIs of families named in place of a license, sorted.
        gap: IRI of the reason why the terms are not fully known, if any.
    """

    licenses: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    gap: str | None = None


def normalized_name(text: str) -> str:
    """Return a license name in lower case, with one hyphen for each run of separators."""
    return re.sub(r"[\s_-]+", "-", text.strip().casefold())


@cache
def _names() -> tuple[dict[str, str], dict[str, str]]:
    """Return from normalized name to IRI: of licenses, and of families."""
    families = {
        t.subject
        for t in modules.catalogue()
        if t.predicate.value == RDF + "type" and t.object == NamedNode(term("LicenseFamily"))
    }
    of_license: dict[str, str] = {}
    of_family: dict[str, str] = {}
    for t in modules.catalogue():
        if t.predicate.value not in _NAMING_PROPERTIES or not isinstance(t.subject, NamedNode):
            continue
        if isinstance(t.object, Literal):
            target = of_family if t.subject in families else of_license
            target[normalized_name(t.object.value)] = t.subject.value
    for iri in set(of_license.values()):
        of_license.setdefault(normalized_name(iri.removeprefix(BASE + "license/")), iri)
    return of_license, of_family


def resolve(stated: Iterable[str], license_name: str | None) -> ResolvedLicense:
    """Return what the values of a license field and the license_name beside them mean.

    A name that the catalogue does not hold is a gap, never a guess by likeness. Several
    licenses without a word on which covers what are a gap as well.
    """
    of_license, of_family = _names()
    licenses: set[str] = set()
    families: set[str] = set()
    unidentified = False
    for value in stated:
        name = normalized_name(value)
        if name in _NO_NAME:
            name = normalized_name(license_name or "")
        if name in of_license:
            licenses.add(of_license[name])
        elif name in of_family:
            families.add(of_family[name])
        else:
            unidentified = True
    beside = of_license.get(normalized_name(license_name or ""))
    if beside is not None and licenses:
        licenses.add(beside)  # The card names two; if they differ, nobody can tell which holds.
    if not (licenses or families or unidentified):
        return ResolvedLicense(gap=NO_LICENSE)
    gap = None
    if unidentified:
        gap = UNIDENTIFIED
    elif families or len(licenses) > 1:
        gap = AMBIGUOUS
    return ResolvedLicense(tuple(sorted(licenses)), tuple(sorted(families)), gap)
