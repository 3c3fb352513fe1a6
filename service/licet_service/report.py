"""Explanations and licenses as text for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from licet_ontology.identify import Identification
    from licet_reasoning.explanation import (
        Evidence,
        ExplainedFinding,
        Explanation,
        Imposition,
        Reason,
        Term,
    )

SHOWN_IMPOSITIONS = 3
"""Works shown that impose one term; other formats have more of them."""
SHOWN_STEPS = 20
"""Steps shown of one path, half from either end."""

_VERDICTS = {
    "error": "terms are violated",
    "unknown": "no violation was found, and something that could be one is not known",
    "warning": "no violation was found; there are warnings",
    "none": "no violation was found",
}


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON values."""
    return {"verdict": verdict(explanation), **asdict(explanation)}


def verdict(explanation: Explanation) -> str:
    """Return in words what was found; never that a work is compliant."""
    return verdict_on([s for s in _VERDICTS if explanation.has(s)])


def verdict_on(severities: Collection[str]) -> str:
    """Return in words what findings of some severities amount to; never that all is well."""
    if "error" in severities and "unknown" in severities:
        return f"{_VERDICTS['error']}, and more is not known"
    worst = next((s for s in ("error", "unknown", "warning") if s in severities), "none")
    return _VERDICTS[worst]


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Yield findings and obligations, each with ancestors, paths, section, quote and fix."""
    yield from _head(explanation)
    for finding in explanation.findings:
        yield from finding_lines(finding)
    yield ""
    yield f"Obligations ({len(explanation.obligations)}), inherited ones first"
    for reason in explanation.obligations:
        yield ""
        yield from _obligation_lines(reason)
    if explanation.in_doubt:
        yield ""
        yield f"In doubt ({len(explanation.in_doubt)}): this reading leaves open whether they bind"
    for reason in explanation.in_doubt:
        yield ""
        yield from _obligation_lines(reason)
    yield ""
    yield f"Under the reading {explanation.reading!r}. This is not legal advice."


def _head(explanation: Explanation) -> Iterator[str]:
    yield f"{explanation.work}: {verdict(explanation)}"
    yield f"States as its license: {', '.join(explanation.licenses) or 'nothing that is known'}"
    if explanation.only:
        found = explanation.findings or explanation.obligations or explanation.in_doubt
        yield f"Asked only about {explanation.only}{'' if found else ', and nothing of it applies'}"


def finding_lines(finding: ExplainedFinding) -> Iterator[str]:
    """Yield a finding with the reasons for it and against it, and how to fix it."""
    yield ""
    question = " (open question)" if finding.open else ""
    yield f"{finding.severity.upper()} {finding.code}{question}: {finding.label}"
    yield f"    {finding.definition}"
    yield from _reason_lines("because ", finding.because)
    for reason in finding.against:
        yield from _reason_lines("against ", reason)
    if len(finding.conflict) > 1:
        yield f"  the fewest terms that leave no license together ({len(finding.conflict)}):"
        for reason in finding.conflict:
            yield from _reason_lines("", reason)
    for reason in finding.left_open_by:
        yield from _reason_lines("left open by ", reason)
    if finding.left_open_when:
        yield f"  left open: {finding.left_open_when}"
    yield f"    fix: {finding.remedy}"
    if finding.evidence:
        yield from _evidence_lines("discharged by", finding.evidence)
    if finding.rule:
        yield f"    rule: {finding.rule}"


def _obligation_lines(reason: Reason) -> Iterator[str]:
    yield from _reason_lines("", reason)
    if reason.evidence and reason.evidence.discharged_by:
        yield from _evidence_lines("to do", reason.evidence)


def _evidence_lines(word: str, evidence: Evidence) -> Iterator[str]:
    yield f"    {word}: {evidence.discharged_by}"
    for look in evidence.looks:
        if not look.visible:
            yield f"      not looked for, as no snapshot holds it: {look.what}"
        elif look.found:
            yield f"      looked for {look.what}: found {', '.join(look.found)}"
        else:
            yield f"      looked for {look.what}: not found"


def _reason_lines(word: str, reason: Reason) -> Iterator[str]:
    yield f"  {word}{_term_text(reason.term)}"
    for name, value in reason.term.parameters:
        yield f"      {name}: {value}"
    for imposition in reason.imposed_by[:SHOWN_IMPOSITIONS]:
        yield f"      {imposition_text(imposition)}"
    works = max(reason.works, len(reason.imposed_by))
    if works > SHOWN_IMPOSITIONS:
        yield f"      and by {works - SHOWN_IMPOSITIONS:,} more works"


def _term_text(term: Term) -> str:
    if term.type != "clause":
        return term.label
    return f"[{term.kind}] {term.label}: {source_text(term)}, “{term.quote}”"


def source_text(term: Term) -> str:
    """Return the license and section that a clause stands in."""
    return f"{term.license}, section {term.section}"


def imposition_text(imposition: Imposition) -> str:
    """Return the work that imposes a term, and the path to it."""
    through = f" ({imposition.axiom})" if imposition.axiom else ""
    doubt = ", if at all" if imposition.in_doubt else ""
    if not imposition.path:
        return f"of {imposition.work} itself{through}{doubt}"
    half = SHOWN_STEPS // 2
    hops = [f" —{step.relation}→ {step.parent}" for step in imposition.path]
    if imposition.steps > SHOWN_STEPS:
        hops[half:-half] = [f" … {imposition.steps - SHOWN_STEPS:,} more steps …"]
    return f"by {imposition.work}: {imposition.path[0].child}{''.join(hops)}{through}{doubt}"


def identification_lines(found: Identification) -> Iterator[str]:
    """Yield what a license text was found to be."""
    incorporated = (f"a text that {id_} incorporates" for id_ in found.part_of)
    names = " and ".join((*found.licenses, *incorporated))
    match found.status:
        case "identified":
            yield f"identified: {names}"
        case "extended":
            yield (
                f"holds the whole text of {names}, and words beside that "
                "may be conditions: read them, nothing is concluded from it"
            )
        case "nearest":
            yield (
                f"not identified: nearest is {found.nearest}, {found.similarity:.1%} alike; about "
                f"{found.missing_words} of its words are missing, and nothing of it is concluded"
            )
        case _:
            yield "unknown: like no license in the catalogue"
    for passage in found.passages:
        yield f"  + {passage}"


def table_lines(names: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield rows as aligned columns under their names."""
    head = list(names)
    body = [list(row) for row in rows]
    widths = [max(len(row[i]) for row in [head, *body]) for i in range(len(head))]
    for row in [head, ["-" * width for width in widths], *body]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
