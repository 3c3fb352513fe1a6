"""What licenses are called: identifiers of Hub and SPDX, and the spellings of publishers."""

from __future__ import annotations

import re
from functools import cache

from pyoxigraph import NamedNode

from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, RDF, RDFS, term

_TYPE, _LABEL = RDF + "type", RDFS + "label"
_IDENTIFIERS = frozenset({term("hubIdentifier"), term("spdxIdentifier")})


def normalized_name(text: str) -> str:
    """Return a license name in lower case, with one hyphen for each run of separators."""
    return re.sub(r"[\s_-]+", "-", text.strip().casefold())


def license_named(name: str) -> str | None:
    """Return the IRI of the license that a name stands for, if the catalogue holds it."""
    return _names()[0].get(normalized_name(name))


def family_named(name: str) -> str | None:
    """Return the IRI of the license family that a name stands for, if it names one."""
    return _names()[1].get(normalized_name(name))


def names_of_licenses() -> dict[str, str]:
    """Return the license that each normalized name stands for, as an IRI."""
    return dict(_names()[0])


def names_of_families() -> dict[str, str]:
    """Return the license family that each normalized name stands for, as an IRI."""
    return dict(_names()[1])


_known: list[tuple[dict[str, str], dict[str, str]]] = []


def know_names(licenses: dict[str, str], families: dict[str, str]) -> None:
    """Take over what ``names_of_licenses`` and ``names_of_families`` returned in another process.

    So that a process that asks for a few names need not read the catalogue for them.
    """
    if not _known:
        _known.append((licenses, families))


def _names() -> tuple[dict[str, str], dict[str, str]]:
    if not _known:
        _known.append(_read_names())
    return _known[0]


@cache
def _read_names() -> tuple[dict[str, str], dict[str, str]]:
    """Return from normalized name to IRI: of licenses, and of families."""
    named = [t for t in modules.catalogue() if isinstance(t.subject, NamedNode)]
    kinds = {text_of(t.subject): text_of(t.object) for t in named if t.predicate.value == _TYPE}
    labels = {text_of(t.subject): text_of(t.object) for t in named if t.predicate.value == _LABEL}
    of_family: dict[str, str] = {}
    of_license = {
        normalized_name(iri.removeprefix(BASE + "license/")): iri
        for iri, kind in kinds.items()
        if kind in {term("License"), term("UnreadLicense")}
    }
    for t in named:
        iri = text_of(t.subject)
        if t.predicate.value in _IDENTIFIERS:
            target = of_family if kinds[iri] == term("LicenseFamily") else of_license
            target[normalized_name(text_of(t.object))] = iri
        elif t.predicate.value == term("names"):
            of_license[normalized_name(labels[iri])] = text_of(t.object)
    return of_license, of_family
