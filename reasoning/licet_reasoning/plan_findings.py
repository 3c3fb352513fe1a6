"""What is wrong with a plan, or not known of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from licet_ontology.terms import BASE, license_iri, term, work_iri
from licet_reasoning.choices import unless_chosen
from licet_reasoning.explanation import ExplainedFinding, Imposition, Reason, Term
from licet_reasoning.plan_context import SHOWN_IMPOSITIONS
from licet_reasoning.rights import ON_OUTPUT, RESERVED, RIGHTS, STATUSES, UNKNOWN
from licet_reasoning.triggers import APPLIES, CONDITIONAL, IN_DOUBT, NOT_TRIGGERED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from licet_reasoning.plan_context import Context
    from licet_reasoning.plan_outcome import Item, LicenseAnswer
    from licet_reasoning.planned import Release
    from licet_reasoning.rights import RightNeeded
    from licet_reasoning.rules import Judgement

OF_LICENSE_GIVEN = frozenset({"pass-through", "relicensing", "share-alike"})
"""Findings that say nothing of a work whose license is open."""
ON_HANDING_OVER = frozenset(
    {
        "cc-freedom",
        "gnu-freedom",
        "incompatible-terms",
        "naming",
        "no-derivatives",
        "non-commercial",
        "pass-through",
        "relicensing",
        "share-alike",
        "source-disclosure",
    }
)
"""Findings about what is handed to others."""
_SHOWN_AS_ITEMS = frozenset({"conditions-apply", "use-restrictions"})
"""Findings that are made from clauses, with what the plan says to their conditions."""
_CONDITIONS = frozenset({"mau-threshold", "revenue-threshold", "territory", "field-of-use"})


def findings_on(
    c: Context,
    release: Release,
    items: Iterable[Item],
    rights: Iterable[RightNeeded],
    may_carry: tuple[LicenseAnswer, ...],
) -> Iterator[ExplainedFinding]:
    """Yield what is wrong with a publication, or not known of it."""
    found: dict[tuple[str, str], ExplainedFinding] = {}

    def add(finding: ExplainedFinding) -> None:
        found.setdefault((finding.code, finding.because.term.iri), finding)

    for item in items:
        for finding in _of_item(c, item):
            add(finding)
    for at, judgement in _judgements(c, release):
        finding = c.judged.finding(at, judgement, SHOWN_IMPOSITIONS)
        add(
            replace(
                finding,
                because=c.named_reason(finding.because),
                against=tuple(map(c.named_reason, finding.against)),
            )
        )
    struck = {iri for _, iri in found if iri.startswith(BASE + "clause/")}
    for right in rights:
        if (reserved := _of_right(c, right, struck)) is not None:
            add(reserved)
    if (none := _of_licenses(c, may_carry)) is not None and not any(
        code in {"incompatible-terms", "no-derivatives"} for code, _ in found
    ):
        add(none)
    yield from found.values()


def _judgements(c: Context, release: Release) -> Iterator[tuple[str, Judgement]]:
    """Yield what the rules say of a publication, and of what work, as far as it matters."""
    work, node = work_iri(*release.work), work_iri(*release.node)
    form, goes_out = release.publication.form, release.publication.how != "internal"
    for at in dict.fromkeys((node, work)):
        for stated in c.judged.judgements(at):
            judgement = unless_chosen(c.judged, at, stated)
            if judgement.verdict == "met" or judgement.code in _SHOWN_AS_ITEMS:
                continue
            if not (judgement.code in ON_HANDING_OVER or _drops_license(judgement)):
                yield at, judgement
            elif not goes_out or _is_open(c, release, judgement):
                continue
            elif form == "service" and at == work:
                yield from ((at, hosted) for hosted in _if_hosted(c, judgement))
            elif form != "service" and at == node:
                yield at, judgement
    uses = [work_iri(*use.work) for use in c.prepared.used_for(release.work)]
    c.judged.ask_as_inputs(uses)
    for used in uses:
        for judgement in c.judged.judgements_as_input(used):
            if not judgement.inherited and judgement.verdict != "met":
                yield used, judgement


def _is_open(c: Context, release: Release, judgement: Judgement) -> bool:
    """Return whether a judgement is about a name or license that the plan does not give."""
    if judgement.code == "naming":
        return release.work[1].startswith("plan:")
    published = release.work if release.publication.form == "service" else release.node
    is_given = published in c.prepared.licensed or (
        release.publication.form == "service" and release.work not in c.prepared.made
    )
    return judgement.code in OF_LICENSE_GIVEN and not is_given


def _if_hosted(c: Context, judgement: Judgement) -> Iterator[Judgement]:
    """Yield what a judgement on handing over says where a service is offered."""
    owner = judgement.because
    if owner.startswith(BASE + "clause/"):
        owner = next((iri for owners in c.compiled.owners(owner).values() for iri in owners), "")
    facts = c.compiled.license(owner)
    if facts is None or facts.says("hostingIsDistribution", "no"):
        return
    if facts.says("hostingIsDistribution", "yes"):
        yield judgement
    else:
        yield replace(judgement, verdict="unknown")


def _of_item(c: Context, item: Item) -> Iterator[ExplainedFinding]:
    kind = item.clause.kind
    if item.struck or (kind == "hosting-prohibition" and item.status == APPLIES):
        yield _finding(c, kind, "error", item)
    elif (kind == "hosting-prohibition" and item.status == CONDITIONAL) or (
        kind == "non-commercial" and item.status == IN_DOUBT
    ):
        yield _finding(c, kind, "unknown", item)
    elif (kind in _CONDITIONS and item.status != NOT_TRIGGERED) or (
        kind == "non-commercial" and item.status == CONDITIONAL
    ):
        yield _finding(c, "conditions-apply", "warning", item)
    elif kind == "use-restriction" and item.status != NOT_TRIGGERED:
        yield _finding(c, "use-restrictions", "warning", item)


def _finding(c: Context, code: str, severity: str, item: Item) -> ExplainedFinding:
    known = c.compiled.findings.get(code)
    return ExplainedFinding(
        code=code,
        severity=severity,
        open=severity == "unknown",
        label=item.clause.label if item.struck or known is None else known.label,
        definition=f"{item.clause.definition} {item.why.capitalize()}."
        if item.why
        else item.clause.definition,
        remedy=item.clause.remedy,
        because=Reason(item.clause, item.imposed_by),
        against=(),
    )


def _of_right(c: Context, right: RightNeeded, struck: set[str]) -> ExplainedFinding | None:
    if right.clause in struck or right.right == "patent":
        return None
    if right.status == RESERVED:
        is_grave = right.right != "sublicense"
        severity, code = ("error" if is_grave else "warning"), "right-not-granted"
        if right.right == "commercial-use":
            if any(c.compiled.term(iri).license == right.license for iri in struck):
                return None
            code = "non-commercial"
    elif right.status in {UNKNOWN, "not-stated"} and right.right == "commercial-use":
        severity, code = "unknown", "right-not-granted"
    else:
        return None
    term_ = c.compiled.term(right.clause) if right.clause else _license_term(right)
    return ExplainedFinding(
        code=code,
        severity=severity,
        open=severity == "unknown",
        label=f"{RIGHTS[right.right]}: {STATUSES[right.status]}",
        definition=f"The plan needs it in {right.work}. {right.why}".strip(),
        remedy="Obtain the right from the licensor, or do without the work.",
        because=Reason(term_, (Imposition(right.work, "", ()),)),
        against=(),
    )


def _of_licenses(c: Context, answers: tuple[LicenseAnswer, ...]) -> ExplainedFinding | None:
    if not answers or answers[0].answer == "may":
        return None
    kind = c.compiled.findings["incompatible-terms"]
    is_open = answers[0].answer == "unknown"
    first = answers[0]
    term_ = replace(
        c.compiled.term(license_iri(first.license)),
        label=f"{first.label}: {'; '.join(first.because)}",
    )
    return ExplainedFinding(
        code=kind.code,
        severity="unknown" if is_open else kind.severity,
        open=is_open,
        label="No license of those tried is known to fit" if is_open else kind.label,
        definition=f"Of {len(answers)} licenses tried none is known to satisfy what was inherited.",
        remedy=kind.remedy,
        because=Reason(term_, ()),
        against=(),
    )


def _drops_license(judgement: Judgement) -> bool:
    """Return whether a judgement is about the license of what is handed over."""
    return judgement.code == "llama-exclusive" and term("OutsideLineage") not in judgement.against


def _license_term(right: RightNeeded) -> Term:
    return Term(
        iri=f"{right.license}/{right.right}",
        type="license",
        label=right.license or right.work,
        license=right.license,
        section=right.section,
        quote=right.quote,
    )


def unknowns_in(
    findings: Iterable[ExplainedFinding], items: Iterable[Item], rights: Iterable[RightNeeded]
) -> Iterator[str]:
    """Yield in words what is not known of a publication, each once."""
    seen: dict[str, None] = {}
    for finding in findings:
        if finding.severity == "unknown":
            where = next((i.work for i in finding.because.imposed_by), "")
            seen[f"{finding.label}{f' ({where})' if where else ''}"] = None
    in_doubt: defaultdict[str, list[str]] = defaultdict(list)
    for item in items:
        if item.status == IN_DOUBT and item.clause.kind != "non-commercial":
            works = ", ".join(i.work for i in item.imposed_by)
            in_doubt[f"{item.clause.license} ({works})"].append(item.clause.kind)
        elif item.open and item.status == CONDITIONAL:
            seen[item.in_words] = None
    for license_, kinds in in_doubt.items():
        seen[f"Whether terms of {license_} bind at all: {', '.join(dict.fromkeys(kinds))}"] = None
    for right in rights:
        if right.status in {UNKNOWN, "not-stated"}:
            seen[right.in_words] = None
        elif right.why in ON_OUTPUT.values():
            where = f"{right.license}, section {right.section}"
            seen[f"{RIGHTS[right.right]} {right.work} ({where}): {right.why}"] = None
    yield from seen
