"""Explanations and licenses as text for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from licet_ingest.snapshot import Snapshot
    from licet_ontology.identify import Identification
    from licet_reasoning.explain import (
        ExplainedFinding,
        Explanation,
        Imposition,
        Reason,
        Term,
    )

SHOWN_IMPOSITIONS = 3
"""Works shown that impose one term; JSON has all of them."""

_VERDICTS = {
    "error": "terms are violated",
    "unknown": "no violation was found, and something that could be one is not known",
    "warning": "no violation was found; there are warnings",
    "none": "no violation was found",
}


def build_lines(snapshot: Snapshot) -> Iterator[str]:
    """Yield what a build made of its sources."""
    for source in snapshot.manifest["sources"]:
        records = source["records"]
        yield (
            f"{source['name']}: {records['read']} records read = {records['ingested']} ingested "
            f"+ {records['merged']} merged + {records['rejected']} rejected; "
            f"{records['values_dropped']} values left out of records that were kept"
        )
    counts = snapshot.manifest["counts"]
    named = counts["works"] - counts["works_in_graph"]
    yield (
        f"{counts['works_in_graph']} works, {named} more that they name, "
        f"{counts['derivations']} derivations"
    )
    for reading, figures in snapshot.manifest["readings"].items():
        yield f"reading {reading}: {figures['situations']} situations"
    yield f"snapshot {snapshot.path}; what was left out and why: rejects.jsonl there"


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON values, complete."""
    return {"verdict": verdict(explanation), **asdict(explanation)}


def verdict(explanation: Explanation) -> str:
    """Return in words what was found; never that a work is compliant."""
    severities = {finding.severity for finding in explanation.findings}
    if "error" in severities and "unknown" in severities:
        return f"{_VERDICTS['error']}, and more is not known"
    worst = next((s for s in ("error", "unknown", "warning") if s in severities), "none")
    return _VERDICTS[worst]


def check_lines(explanation: Explanation) -> Iterator[str]:
    """Yield the report of a check: findings with reasons, then the duties by name."""
    yield from _head(explanation)
    for finding in explanation.findings:
        yield from _finding_lines(finding)
    if explanation.obligations:
        yield ""
        yield "What binds its publisher (whether it is done cannot be seen from metadata):"
        for reason in explanation.obligations:
            yield f"  {reason.term.kind}: {reason.term.label} ({_source(reason.term)})"
    yield ""
    yield f"Under the reading {explanation.reading!r}. This is not legal advice."


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Yield findings and obligations, each with ancestors, paths, section, quote and fix."""
    yield from _head(explanation)
    for finding in explanation.findings:
        yield from _finding_lines(finding)
    yield ""
    yield f"Obligations ({len(explanation.obligations)}), inherited ones first"
    for reason in explanation.obligations:
        yield ""
        yield from _reason_lines("", reason)
        if reason.term.remedy:
            yield f"    to do: {reason.term.remedy}"
    yield ""
    yield f"Under the reading {explanation.reading!r}. This is not legal advice."


def _head(explanation: Explanation) -> Iterator[str]:
    yield f"{explanation.work}: {verdict(explanation)}"
    yield f"States as its license: {', '.join(explanation.licenses) or 'nothing that is known'}"


def _finding_lines(finding: ExplainedFinding) -> Iterator[str]:
    yield ""
    question = " (open question)" if finding.open else ""
    yield f"{finding.severity.upper()} {finding.code}{question}: {finding.label}"
    yield f"    {finding.definition}"
    yield from _reason_lines("because ", finding.because)
    for reason in finding.against:
        yield from _reason_lines("against ", reason)
    yield f"    fix: {finding.remedy}"


def _reason_lines(word: str, reason: Reason) -> Iterator[str]:
    yield f"  {word}{_term_text(reason.term)}"
    for name, value in reason.term.parameters:
        yield f"      {name}: {value}"
    for imposition in reason.imposed_by[:SHOWN_IMPOSITIONS]:
        yield f"      {_imposition_text(imposition)}"
    if len(reason.imposed_by) > SHOWN_IMPOSITIONS:
        yield f"      and by {len(reason.imposed_by) - SHOWN_IMPOSITIONS} more"


def _term_text(term: Term) -> str:
    if term.type != "clause":
        return term.label
    return f"[{term.kind}] {term.label}: {_source(term)}, “{term.quote}”"


def _source(term: Term) -> str:
    return f"{term.license}, section {term.section}"


def _imposition_text(imposition: Imposition) -> str:
    through = f" ({imposition.axiom})" if imposition.axiom else ""
    if not imposition.path:
        return f"of {imposition.work} itself{through}"
    hops = "".join(f" —{step.relation}→ {step.parent}" for step in imposition.path)
    return f"by {imposition.work}: {imposition.path[0].child}{hops}{through}"


def identification_lines(found: Identification) -> Iterator[str]:
    """Yield what a license text was found to be."""
    match found.status:
        case "identified":
            yield f"identified: {' and '.join(found.licenses)}"
        case "extended":
            yield (
                f"holds the whole text of {' and '.join(found.licenses)}, and words beside that "
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
