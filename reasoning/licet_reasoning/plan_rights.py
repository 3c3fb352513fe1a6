"""Which rights a plan needs in the works that it does not make itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet_ontology.terms import local_name, term, work_iri
from licet_reasoning.conclusions import LICENSE
from licet_reasoning.plan_context import CHANGING
from licet_reasoning.rights import STATUSES, UNKNOWN, RightNeeded, right_in
from licet_reasoning.triggers import is_commercial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from licet_reasoning.plan import Publication
    from licet_reasoning.plan_context import Context
    from licet_reasoning.planned import Release
    from licet_reasoning.spelling import Key


def needed_rights(c: Context, release: Release) -> tuple[RightNeeded, ...]:
    """Return the rights that a publication needs in the works that the plan does not make."""
    commercial = is_commercial(release.publication)
    adapted = c.judged.upstream(work_iri(*release.work), term("adaptationOf"))
    found: dict[RightNeeded, None] = {}
    for key, right in _needed(c, release):
        adapts = work_iri(*key) in adapted
        found.update(
            dict.fromkeys(_right(c, key, right, release, commercial=commercial, adapts=adapts))
        )
    return tuple(found)


def rights_to_relicense(c: Context, release: Release) -> tuple[tuple[str, RightNeeded], ...]:
    """Return which licenses of what is handed on do not let it be offered under another one.

    Returns:
        The IRI of each such license, and whether the right is reserved or not stated.
    """
    found: dict[tuple[str, RightNeeded], None] = {}
    for key, right in _needed(c, release):
        for license_ in c.judged.stated(work_iri(*key), LICENSE) if right == "sublicense" else ():
            if facts := c.compiled.license(license_):
                work = c.name_of.get(key, key[1])
                asked = right_in(c.compiled, facts, work, right, commercial=None)
                if asked.status in STATUSES:
                    found[license_, asked] = None
    return tuple(found)


def _needed(c: Context, release: Release) -> dict[tuple[Key, str], None]:
    """Return which rights a publication needs in which works that the plan does not make."""
    publication = release.publication
    commercial = is_commercial(publication)
    needed: dict[tuple[Key, str], None] = {}
    if release.work not in c.prepared.made:
        needed.update(
            {(release.work, right): None for right in _published(publication, copied=True)}
        )
    handed_on = c.handed_on(release)
    for use in c.prepared.used_for(release.work):
        rights = ["reproduce", "patent"]
        if use.relation in CHANGING:
            rights.append("modify")
        if use.relation == "distilledFrom" or (use.do == "train" and use.role == "generator"):
            rights.append("train-on-output")
        if use.role == "generator" and publication.how != "internal":
            rights.append("share-output")
        if commercial:
            rights.append("commercial-use")
        if use in handed_on:
            rights += _published(publication, copied=use.relation in {"copyOf", "bundles"})
        needed.update({(use.work, right): None for right in rights})
    return needed


def _right(
    c: Context, key: Key, right: str, release: Release, *, commercial: bool | None, adapts: bool
) -> Iterator[RightNeeded]:
    iri = work_iri(*key)
    work = c.name_of.get(key, key[1])
    licenses = c.judged.stated(iri, LICENSE)
    if not licenses:
        yield RightNeeded(
            right,
            work,
            "",
            UNKNOWN,
            "no license of it is known, so that no permission can be assumed",
        )
    for license_ in licenses:
        facts = c.compiled.license(license_)
        if facts is None:
            yield RightNeeded(
                right,
                work,
                local_name(license_),
                UNKNOWN,
                "its license is not in the catalogue",
            )
        elif right == "sublicense" and not _relicensed(c, release, license_):
            continue
        else:
            yield right_in(c.compiled, facts, work, right, commercial=commercial, adapts=adapts)


def _relicensed(c: Context, release: Release, license_: str) -> bool:
    """Return whether the plan offers a work under other terms than those it is under."""
    own = c.judged.stated(work_iri(*release.node), LICENSE)
    return bool(own) and license_ not in own


def _published(publication: Publication, *, copied: bool) -> list[str]:
    """Return the rights that a publication needs in a work of which something remains."""
    if publication.how == "internal":
        return ["reproduce"]
    rights = ["reproduce", "patent"]
    if publication.form == "service":
        rights.append("offer-as-service")
    elif publication.form == "output":
        rights.append("share-output")
    else:
        rights += ["share" if copied else "share-derivative", "sublicense"]
    if is_commercial(publication):
        rights.append("commercial-use")
    return rights
