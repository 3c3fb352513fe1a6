"""From what a publisher writes in a license field to licenses of the catalogue, or a gap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from licet_ontology import modules
from licet_ontology.errors import UsageError
from licet_ontology.expressions import is_expression, parse_expression
from licet_ontology.names import family_named, license_named, normalized_name
from licet_ontology.nodes import text_of
from licet_ontology.terms import term

if TYPE_CHECKING:
    from collections.abc import Iterable

NO_LICENSE = term("NoLicense")
UNIDENTIFIED = term("UnidentifiedLicense")
AMBIGUOUS = term("AmbiguousLicense")
CHOICE = term("LicenseChoice")

MAX_KEPT_VALUES = 4
"""Longer lists of licenses are read anew each time."""
_NO_NAME = frozenset({"other", "unknown"})
"""Values of the Hub's license field that name nothing; ``other`` refers to license_name."""


@dataclass(frozen=True)
class ResolvedLicense:
    """What license fields of one work amount to.

    Attributes:
        licenses: IRIs of licenses in the catalogue, sorted.
        families: IRIs of families named in place of a license, sorted.
        gap: IRI of the reason why the terms are not fully known, if any.
        mismatch: Whether the name or link beside a license names another one.
    """

    licenses: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    gap: str | None = None
    mismatch: bool = False


def resolve(
    stated: Iterable[str], license_name: str | None, license_link: str | None = None
) -> ResolvedLicense:
    """Return what the values of a license field, and name and link beside them, mean.

    A name that the catalogue does not hold is a gap, never a guess by likeness. Several
    licenses without a word on which covers what are a gap as well, and so is a choice among
    licenses (``OR``); licenses that apply together (``AND``) are none. A link says something
    only if it is the address of a license's text in the catalogue. Name and link say what
    ``other`` or a family is; beside a license they contradict it unless they name the same.
    """
    linked = license_at(license_link) if license_link else None
    values = tuple(stated)
    # What is kept is bounded: a few thousand times a few values.
    read = _resolve_kept if len(values) <= MAX_KEPT_VALUES else _resolve
    return read(values, license_name or "", linked)


def _resolve(stated: tuple[str, ...], given: str, linked: str | None) -> ResolvedLicense:
    if not stated and not given and linked is None:
        return ResolvedLicense(gap=NO_LICENSE)
    # A name or link with no license beside it is read as if the license were ``other``.
    named = [given if normalized_name(value) in _NO_NAME else value for value in stated or [given]]
    found = [_clear(_read(name), linked) for name in named]
    licenses = {iri for one in found for iri in one.licenses}
    families = {iri for one in found for iri in one.families}
    gaps = {one.gap for one in found if one.gap}
    beside = {iri for iri in (license_named(given) if given else None, linked) if iri} - licenses
    mismatch = bool(beside and licenses)
    several = mismatch or (len(found) > 1 and len(licenses) > 1)
    licenses |= beside  # Nobody can tell which of them holds.
    if several:
        gaps.add(AMBIGUOUS)
    gap = next((gap for gap in (UNIDENTIFIED, AMBIGUOUS, CHOICE) if gap in gaps), None)
    return ResolvedLicense(tuple(sorted(licenses)), tuple(sorted(families)), gap, mismatch)


_resolve_kept = lru_cache(maxsize=4096)(_resolve)


def _clear(found: ResolvedLicense, linked: str | None) -> ResolvedLicense:
    """Return what a name means, or where it leaves that open, what the link beside it names."""
    if linked is None or found.licenses:
        return found
    if found.families and not families_of(linked).intersection(found.families):
        return found
    return ResolvedLicense((linked,), found.families)


def license_at(address: str) -> str | None:
    """Return the license whose text the catalogue says is at an address, if it is but one.

    Pages of a file on GitHub and the Hub and the file itself are one address. That the text
    is still there is not asked: nothing is fetched.
    """
    return _licenses_by_address().get(_one_address(address))


@cache
def permitting_commerce() -> frozenset[str]:
    """Return the IRIs of the licenses of the catalogue that permit commercial use."""
    permitted, fact = term("permitted"), term("commercialUse")
    return frozenset(
        text_of(t.subject)
        for t in modules.catalogue()
        if t.predicate.value == fact and text_of(t.object) == permitted
    )


def families_of(license_: str) -> frozenset[str]:
    """Return the families that a license of the catalogue belongs to."""
    return _families_by_license().get(license_, frozenset())


def _one_address(text: str) -> str:
    """Return one spelling of all addresses of the same text, or nothing for what is none."""
    scheme, _, rest = text.strip().partition("#")[0].lower().partition("://")
    if scheme not in ("http", "https"):
        return ""
    rest = rest.removeprefix("www.").rstrip("/")
    host, _, path = rest.partition("/")
    if host == "raw.githubusercontent.com":
        owner, _, tail = path.partition("/")
        name, _, file = tail.partition("/")
        return f"github.com/{owner}/{name}/blob/{file.removeprefix('refs/heads/')}"
    if host not in ("github.com", "huggingface.co", "hf.co"):
        return rest
    path = path.partition("?")[0]
    for view in ("/raw/", "/resolve/"):
        path = path.replace(view, "/blob/", 1)
    return f"{'huggingface.co' if host == 'hf.co' else host}/{path}"


@cache
def _licenses_by_address() -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for t in modules.catalogue():
        if t.predicate.value == term("textUrl"):
            found.setdefault(_one_address(text_of(t.object)), set()).add(text_of(t.subject))
    return {address: iris.pop() for address, iris in found.items() if len(iris) == 1}


@cache
def _families_by_license() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for t in modules.catalogue():
        if t.predicate.value == term("family"):
            found.setdefault(text_of(t.subject), set()).add(text_of(t.object))
    return {license_: frozenset(families) for license_, families in found.items()}


# A whole Hub writes a few thousand names, and some dozens of them nearly always.
@lru_cache(maxsize=4096)
def _read(name: str) -> ResolvedLicense:
    """Return what one name, or one SPDX license expression, means."""
    if license_ := license_named(name):
        return ResolvedLicense((license_,))
    if family := family_named(name):
        return ResolvedLicense(families=(family,), gap=AMBIGUOUS)
    if not is_expression(name):
        return ResolvedLicense(gap=UNIDENTIFIED)
    try:
        expression = parse_expression(name)
    except UsageError:
        return ResolvedLicense(gap=UNIDENTIFIED)
    if expression.unread:
        return ResolvedLicense(expression.licenses, gap=UNIDENTIFIED)
    gap = CHOICE if len(expression.alternatives) > 1 else None
    return ResolvedLicense(expression.licenses, gap=gap)
