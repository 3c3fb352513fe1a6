"""Plans judged: for each publication its licenses, rights, findings, duties and unknowns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from licet_ontology.terms import license_iri, local_name, work_iri
from licet_reasoning.choices import unless_chosen
from licet_reasoning.conclusions import LICENSE
from licet_reasoning.explanation import gravest_first
from licet_reasoning.hypothesis import Judged, World
from licet_reasoning.offers import answer_on, not_carried
from licet_reasoning.plan_clauses import items_of
from licet_reasoning.plan_context import Context, is_handed_over
from licet_reasoning.plan_findings import findings_on, unknowns_in
from licet_reasoning.plan_outcome import Assessment, LicenseAnswer, PlanReport
from licet_reasoning.plan_rights import needed_rights, rights_to_relicense
from licet_reasoning.planned import prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from licet_reasoning.compiled import Compiled
    from licet_reasoning.hypothesis import Ground
    from licet_reasoning.plan import Plan
    from licet_reasoning.planned import Prepared, Release
    from licet_reasoning.spelling import Key

MAX_CANDIDATES = 60
"""Licenses tried for a work whose license the plan does not say; `licet suggest` tries all."""
COMMON_LICENSES = ("apache-2.0", "mit")
"""Licenses that are tried for any work."""


def assess(plan: Plan, ground: Ground, reading: str, *, every_license: bool = False) -> PlanReport:
    """Return what a plan amounts to, on top of the works of a snapshot.

    Args:
        plan: The plan.
        ground: What its works stand on.
        reading: The reading of contested law.
        every_license: Whether all licenses that have been read are tried for a work whose
            license is open, and not only those that lie near.

    Raises:
        UsageError: The plan names works that are not there, or there is no such reading.
    """
    prepared = prepare(plan, ground)
    world = World(ground, ground.compiled.reading(reading))
    asked = [world.add(record) for record in prepared.records.values()]
    for key in prepared.keys.values():
        world.name(work_iri(*key))
    world.complete()
    tried = _candidates(prepared, world, ground.compiled, every_license=every_license)
    judged = Judged(world, dict.fromkeys(asked))
    context = Context(plan, prepared, ground.compiled, judged, tried)
    return PlanReport(plan.title, reading, tuple(_assessments(context)))


def _assessments(c: Context) -> Iterator[Assessment]:
    """Yield what each publication amounts to; works alike that stay inside count as one."""
    alike: dict[object, list[Release]] = {}
    for number, release in enumerate(c.prepared.releases):
        stays = release.publication.how == "internal" and release.work == release.node
        uses = frozenset(c.prepared.used_for(release.work))
        situation = c.judged.situation(work_iri(*release.node)).iri
        alike.setdefault((situation, uses) if stays else number, []).append(release)
    for first, *others in alike.values():
        names = tuple(release.publication.work for release in others)
        yield replace(_assessment(c, first), alike=names)


def _assessment(c: Context, release: Release) -> Assessment:
    publication = release.publication
    items = items_of(c, release)
    rights = needed_rights(c, release)
    may_carry = _may_carry(c, release)
    findings = sorted(findings_on(c, release, items, rights, may_carry), key=gravest_first)
    node = work_iri(*release.node)
    groups = {
        group: tuple(item for item in items if item.group == group)
        for group in ("duty", "restriction", "condition")
    }
    licenses = c.judged.stated(node, LICENSE)
    return Assessment(
        work=publication.work,
        name="" if release.work[1].startswith("plan:") else release.work[1],
        kind=release.node[0],
        how=publication.how,
        form=publication.form or "weights",
        licenses=tuple(local_name(iri).removeprefix("license/") for iri in licenses),
        may_carry=may_carry,
        rights=rights,
        findings=tuple(findings),
        duties=groups["duty"],
        restrictions=groups["restriction"],
        conditions=groups["condition"],
        unknowns=tuple(unknowns_in(findings, items, rights)),
    )


def _may_carry(c: Context, release: Release) -> tuple[LicenseAnswer, ...]:
    variants = c.tried.get(release.node, {}) if is_handed_over(release) else {}
    # The work itself is asked about next, by which time the rules will have been.
    c.judged.ask([work_iri(*release.node), *variants.values()])
    severity = {code: kind.severity for code, kind in c.compiled.findings.items()}
    to_relicense = rights_to_relicense(c, release) if variants else ()
    answers: list[LicenseAnswer] = []
    for iri, work in variants.items():
        judgements = (unless_chosen(c.judged, work, one) for one in c.judged.judgements(work))
        answer, against, _ = answer_on(judgements, severity, c.compiled.pointing)
        facts = c.compiled.license(iri)
        left_out = not_carried(c.compiled, c.judged.bonds(work), facts) if facts else []
        codes = [j.code for j in against]
        because = [j.because for j in against]
        answers.append(
            LicenseAnswer(
                local_name(iri).removeprefix("license/"),
                c.compiled.term(iri).label,
                answer,
                tuple(dict.fromkeys(codes)),
                _named(c.compiled, because),
                _named(c.compiled, left_out) if answer == "may" else (),
                tuple(right.in_words for license_, right in to_relicense if license_ != iri),
            )
        )
    order = ("may", "unknown", "may not")
    return tuple(sorted(answers, key=lambda a: (order.index(a.answer), bool(a.beside))))


def _named(compiled: Compiled, reasons: Iterable[str]) -> tuple[str, ...]:
    """Return clauses, licenses and gaps by license and section, each once."""
    terms = map(compiled.term, reasons)
    return tuple(
        dict.fromkeys(
            f"{t.license or t.label}{f', section {t.section}' if t.section else ''}" for t in terms
        )
    )


def _candidates(
    prepared: Prepared, world: World, compiled: Compiled, *, every_license: bool
) -> dict[Key, dict[str, str]]:
    """Return, for each work handed over under an open license, itself under each one tried."""
    tried: dict[Key, dict[str, str]] = {}
    for release in prepared.releases:
        key = release.node
        if not is_handed_over(release) or key in prepared.licensed or key in tried:
            continue
        work = world.number[work_iri(*key)]
        if every_license:
            wanted = compiled.licenses
        else:
            wanted = _near(world.licenses_upstream(work), compiled)[:MAX_CANDIDATES]
        read = [iri for iri in wanted if (found := compiled.license(iri)) and found.read]
        tried[key] = world.variants(work, read)
    return tried


def _near(upstream: set[str], compiled: Compiled) -> list[str]:
    """Return the licenses upstream, common ones, and those that the licenses upstream accept."""
    accepted = {
        license_
        for iri in upstream
        if (found := compiled.license(iri))
        for clauses in found.scopes.values()
        for clause in clauses
        for name in ("acceptsLicense", "requiresLicense", "acceptsLicenseInCombination")
        for license_ in compiled.links(clause, name)
    }
    common = [license_iri(id_) for id_ in COMMON_LICENSES]
    return list(dict.fromkeys([*sorted(upstream), *common, *sorted(accepted)]))
