"""Works offered under any of several licenses: which of them was taken is not stated.

Whoever derives from such a work takes one of its licenses, and is bound by no other. Rules see all
that are on offer, so that what they say is looked at once more here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from licet_ontology.terms import BASE, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from licet_reasoning.hypothesis import Judged
    from licet_reasoning.rules import Judgement

_GAP, _CHOICE, _LICENSE = term("gap"), term("LicenseChoice"), term("license")


def is_choice(judged: Judged, work: str) -> bool:
    """Return whether a work, by its IRI, is offered under any of several licenses."""
    return _CHOICE in judged.stated(work, _GAP)


def are_choices(judged: Judged, works: Sequence[str]) -> bool:
    """Return whether all of some works, and at least one, are offered so."""
    return bool(works) and all(is_choice(judged, work) for work in works)


def unless_chosen(judged: Judged, at: str, judgement: Judgement) -> Judgement:
    """Return a judgement on a work, open if another license on offer would avert it."""
    if judgement.verdict != "violated" or not judged.is_stated(_GAP, _CHOICE):
        return judgement
    same = [
        other.because
        for other in judged.judgements(at)
        if other.code == judgement.code and other.verdict == "violated"
    ]
    against = judgement.against
    if _can_be_averted(judged, at, judgement.because, same) or (
        against and all(_can_be_averted(judged, at, iri, against) for iri in against)
    ):
        return replace(judgement, verdict="unknown")
    return judgement


def _can_be_averted(judged: Judged, at: str, clause: str, all_of_it: Iterable[str]) -> bool:
    """Return whether all that impose a clause offer a license without what is as bad."""
    own = judged.stated(at, _LICENSE)
    is_own = bool(judged.owning(clause) & {*own}) and not is_choice(judged, at)
    if is_own or not clause.startswith(f"{BASE}clause/"):
        return False
    imposing = judged.imposing(at, clause)
    as_bad = {license_ for one in all_of_it for license_ in judged.owning(one)}
    return bool(imposing) and all(
        is_choice(judged, work) and not as_bad.issuperset(judged.stated(work, _LICENSE))
        for work in imposing
    )
