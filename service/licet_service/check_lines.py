"""The report of a check as text for a terminal and as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from licet_reasoning.discharge import FULFILLED, MISSING, UNSEEN
from licet_service.check_report import ERRORS, FINE, STATE_WORDS
from licet_service.report import finding_lines, imposition_text, source_text
from licet_service.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from licet_reasoning.discharge import Sighting
    from licet_service.check_report import CheckedDuty, CheckReport, Note

    Paint = Callable[[str, str], str]

SHOWN_IMPOSITIONS = 3
_MARKS = {FULFILLED: "✓", MISSING: "✗", UNSEEN: "?"}
_COLOURS = {FULFILLED: "green", MISSING: "red", UNSEEN: "yellow"}
_SEVERITY_COLOURS = {"error": "red", "unknown": "yellow", "warning": "magenta", "note": "blue"}


def plain(text: str, colour: str) -> str:
    """Return a text without colour."""
    return text


def check_lines(report: CheckReport, paint: Paint = plain) -> Iterator[str]:
    """Yield the report for people: what is wrong first, then duties, terms and notes.

    Args:
        report: What was found.
        paint: Returns a text in a colour; by default without.
    """
    explanation = report.explanation
    colour = {FINE: "green", ERRORS: "red"}.get(report.status, "yellow")
    # What others wrote must not steer the terminal; colours are added after that.
    yield paint(printable(f"{explanation.work}: {report.verdict}"), colour)
    licenses = ", ".join(explanation.licenses) or "nothing that is known"
    yield printable(f"States as its license: {licenses}")
    for finding in explanation.findings:
        head, *rest = [printable(line) for line in finding_lines(finding) if line]
        yield ""
        yield paint(head, _SEVERITY_COLOURS.get(finding.severity, "blue"))
        yield from rest
    if report.duties:
        yield ""
        yield counted(report)
    for duty in report.duties:
        head, *rest = [printable(line) for line in duty_lines(duty)]
        yield ""
        yield paint(head, _COLOURS[duty.discharge.state])
        yield from rest
    if report.terms:
        yield ""
        yield "Binds as well, and no repository can show that it is kept:"
        for reason in report.terms:
            yield printable(
                f"  {reason.term.kind}: {reason.term.label} ({source_text(reason.term)})"
            )
    if report.notes:
        yield ""
        yield "On the repository:"
        for note in report.notes:
            head, *rest = [printable(line) for line in _note_lines(note)]
            yield paint(head, _SEVERITY_COLOURS[note.severity])
            yield from rest
    yield ""
    yield f"Under the reading {explanation.reading!r}. This is not legal advice."


def counted(report: CheckReport) -> str:
    """Return how many duties are in which state."""
    counts = [
        f"{len(found)} {STATE_WORDS[state]}"
        for state in (FULFILLED, MISSING, UNSEEN)
        if (found := report.in_state(state))
    ]
    answered = sum(duty.discharge.answer is not None for duty in report.duties)
    by_word = f" ({answered} by the publisher's word)" if answered else ""
    return f"Duties that it inherits: {', '.join(counts)}{by_word}"


def duty_lines(duty: CheckedDuty) -> Iterator[str]:
    """Yield a duty: its clause with section and quote, who imposes it, and the evidence."""
    found, term = duty.discharge, duty.term
    yield f"{_MARKS[found.state]} {STATE_WORDS[found.state].upper()} {term.kind}: {term.label}"
    yield f"    {source_text(term)}: “{term.quote}”"
    yield f"    here: {found.why}"
    for evidence in found.evidence:
        yield f"      {evidence_text(evidence)}"
    if found.answer is not None:
        yield f"      {evidence_text(found.answer)}"
    for one in duty.imposed_by[:SHOWN_IMPOSITIONS]:
        yield f"    {imposition_text(one)}"
    if len(duty.imposed_by) > SHOWN_IMPOSITIONS:
        yield f"    and by {len(duty.imposed_by) - SHOWN_IMPOSITIONS} more"
    if duty.accepts and found.state != FULFILLED:
        yield f"    accepted licenses: {', '.join(duty.accepts)}"
    if found.to_do:
        yield f"    to do: {found.to_do}"


def evidence_text(evidence: Sighting) -> str:
    """Return where something was seen, and what it shows."""
    place = f"{evidence.file}:{evidence.line}" if evidence.line else evidence.file
    words = f" “{evidence.excerpt}”" if evidence.excerpt else ""
    return f"{place}{words}: {evidence.shows}" if place else evidence.shows


def _note_lines(note: Note) -> Iterator[str]:
    place = f"{note.file}:{note.line}: " if note.line else ""
    yield f"  {note.severity} {note.code}: {place}{note.text}"
    if note.to_do:
        yield f"      to do: {note.to_do}"


def check_markdown(report: CheckReport) -> Iterator[str]:
    """Yield the report as Markdown, for a comment or a summary of a job."""
    explanation = report.explanation
    yield f"## License check of `{_code(explanation.work)}`"
    yield ""
    yield f"**{_md(report.verdict.capitalize())}.** Reading: `{explanation.reading}`."
    if explanation.findings:
        yield ""
        yield "| severity | finding | because | fix |"
        yield "|---|---|---|---|"
        for finding in explanation.findings:
            because = finding.because.term
            where = f" ({source_text(because)})" if because.type == "clause" else ""
            cells = (
                finding.severity,
                f"{finding.code}: {finding.label}",
                f"{because.label}{where}",
                finding.remedy,
            )
            yield f"| {' | '.join(map(_md, cells))} |"
    if report.duties:
        yield ""
        yield f"{counted(report)}."
        yield ""
        yield "| | duty | clause | evidence | to do |"
        yield "|---|---|---|---|---|"
        for duty in report.duties:
            found = duty.discharge
            shown = [evidence_text(one) for one in found.evidence]
            shown += [evidence_text(found.answer)] if found.answer else []
            row = (
                f"{_MARKS[found.state]} {STATE_WORDS[found.state]}",
                f"{duty.term.kind}: {duty.term.label}",
                f"{source_text(duty.term)}: “{duty.term.quote}”",
                "; ".join(shown) or found.why,
                found.to_do,
            )
            yield f"| {' | '.join(map(_md, row))} |"
    if report.notes:
        yield ""
        for note in report.notes:
            place = f" ({note.file}:{note.line})" if note.line else ""
            said = _md(f"{note.text} {note.to_do}".strip())
            yield f"- {note.severity} `{note.code}`{_md(place)}: {said}"
    yield ""
    yield "This is not legal advice."


def _md(text: str) -> str:
    """Return a text that means nothing in Markdown or HTML beside what it says."""
    text = " ".join(printable(text).split())
    return re.sub(r"[\\`*_\[\]|<>@]", lambda sign: f"&#{ord(sign[0])};", text)


def _code(text: str) -> str:
    return printable(text).replace("`", "'")
