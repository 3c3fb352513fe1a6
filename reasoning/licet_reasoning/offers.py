"""Whether a work may be offered under a license, from what the rules say of it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from licet_reasoning.compiled import Compiled
    from licet_reasoning.license_facts import LicenseFacts
    from licet_reasoning.rules import Judgement
    from licet_reasoning.strands import Bond


def answer_on(
    judgements: Iterable[Judgement],
    severity: Mapping[str, str],
    pointing: Collection[str],
    *,
    unread: bool = False,
) -> tuple[str, tuple[Judgement, ...], tuple[Judgement, ...]]:
    """Return an answer, what stands against it, gravest first, and what is pointed out beside.

    The answer is ``may``; ``may not``, because an inherited term would be violated; or
    ``unknown``, because that depends on what nobody has read or stated.

    Args:
        judgements: What the rules say of the work under the license, or under each of several.
        severity: The severity of each finding code.
        pointing: Codes of findings that are the same whatever the license.
        unread: Whether nobody has read the license for the catalogue.
    """
    # What is the same for all is left out; what is not published has no name yet.
    told = (j for j in dict.fromkeys(judgements) if j.code not in pointing and j.code != "naming")
    failed = [j for j in told if j.verdict != "met"]
    # What would be no more than a warning is not known either, where nobody can say whether it is.
    against = [
        j for j in failed if severity[j.code] in {"error", "unknown"} or j.verdict == "unknown"
    ]
    warnings = tuple(j for j in failed if j not in against)
    barring = [j for j in against if j.verdict == "violated" and severity[j.code] == "error"]
    if barring:
        return "may not", tuple(dict.fromkeys([*barring, *against])), warnings
    return ("unknown" if against or unread else "may"), tuple(against), warnings


def not_carried(compiled: Compiled, bonds: Iterable[Bond], license_: LicenseFacts) -> list[str]:
    """Return the inherited clauses on recipients that a license leaves out, as IRIs, sorted.

    Whoever receives a work is bound by what was inherited, whatever license it is offered
    under. A license that leaves out a restriction, or asks for nothing where something is
    asked for, grants more than its licensor can: it speaks for what he added, and no more. A
    restriction is left out unless the license is the one that it is of, or one that this
    accepts in its own place; commercial use, unless the license excludes it too. What binds a
    separable part alone goes on binding that part, so that it counts as well. Where a
    reading leaves open whether a clause binds, it may.
    """
    binding = [b for b in bonds if b.inherited or b.in_doubt]
    of_parts = {b.clause for b in binding if not b.as_whole}
    inherited = [b.clause for b in binding]
    foreign = [c for c in inherited if license_.iri not in compiled.owning(c)]
    accepting = {
        owner
        for clause in inherited
        if license_.iri in compiled.accepted_by(clause)
        for owner in compiled.owning(clause)
    }
    excludes_commerce = license_.says("commercialUse", "prohibited")
    kinds = {
        kind for found in license_.scopes.values() for c in found for kind in compiled.kinds(c)
    }
    return sorted(
        clause
        for clause in foreign
        if accepting.isdisjoint(compiled.owning(clause))
        and not ("NonCommercial" in compiled.kinds(clause) and excludes_commerce)
        and (
            "FurtherRestriction" in compiled.kinds(clause)
            or ("Duty" in compiled.kinds(clause) and "Duty" not in kinds)
            or (
                clause in of_parts
                and "NoFurtherRestrictions" in compiled.kinds(clause)
                and "FurtherRestriction" in kinds
            )
        )
    )
