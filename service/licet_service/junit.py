"""The report of a check as JUnit XML: one test per duty, finding and note.

What is unknown is an error and never a skipped test, for skipped tests let a job pass.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from licet_reasoning.discharge import MISSING
from licet_service.check_lines import duty_lines
from licet_service.report import finding_lines

if TYPE_CHECKING:
    from licet_service.check_report import CheckReport

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_junit(report: CheckReport) -> str:
    """Return the report as JUnit XML."""
    work = report.explanation.work
    suite = Element("testsuite", name=_text(f"licet check {work}"))
    counts = {"failure": 0, "error": 0}

    def case(group: str, name: str, outcome: str, message: str, lines: list[str]) -> None:
        one = SubElement(
            suite, "testcase", classname=_text(f"licet.{group}"), name=_text(name), time="0"
        )
        if outcome:
            counts[outcome] += 1
            told = SubElement(one, outcome, message=_text(message), type=group)
            told.text = _text("\n".join(lines))
        elif lines:
            SubElement(one, "system-out").text = _text("\n".join(lines))

    for finding in report.explanation.findings:
        outcome = {"error": "failure", "unknown": "error"}.get(finding.severity, "")
        name = f"{finding.code}: {finding.because.term.label}"
        case("finding", name, outcome, finding.definition, list(finding_lines(finding)))
    for duty in report.duties:
        outcome = "error" if duty.is_open else ""
        if duty.discharge.state == MISSING:
            outcome = "failure"
        name = f"{duty.term.license}: {duty.term.label}"
        case(f"duty.{duty.term.kind}", name, outcome, duty.discharge.why, list(duty_lines(duty)))
    for note in report.notes:
        outcome = "error" if note.severity == "unknown" else ""
        lines = [f"{note.file}:{note.line}", note.text, note.to_do]
        case("note", f"{note.code}: {note.text}"[:200], outcome, note.text, lines)
    if not len(suite):
        case("finding", "no finding and no inherited duty", "", "", [])
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", "0")
    root = Element("testsuites", dict(suite.attrib))
    root.append(suite)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=False)


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
