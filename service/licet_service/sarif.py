"""The report of a check as SARIF 2.1.0, for code-scanning views.

Every finding, open question, missing duty and duty that cannot be seen is a result; what is
fulfilled is none, for viewers show each result as something to mend.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from licet_reasoning.discharge import FULFILLED, MISSING
from licet_service.report import source_text
from licet_service.terminal import printable

if TYPE_CHECKING:
    from licet_reasoning.explanation import Term
    from licet_service.check_report import CheckedDuty, CheckReport

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {
    "error": "error",
    "warning": "warning",
    "unknown": "warning",
    "note": "note",
    "notice": "note",
}
_FIELDS = {
    "ambiguous-license": "license",
    "license-mismatch": "license",
    "no-license": "license",
    "pass-through": "license",
    "relicensing": "license",
    "share-alike": "license",
    "unidentified-license": "license",
    "unrecognized-relation": "base_model_relation",
}
"""The field of the card that a result is shown at; base_model for all others."""


def check_sarif(report: CheckReport) -> dict[str, Any]:
    """Return the report as a SARIF log."""
    rules: dict[str, dict[str, Any]] = {}
    results: list[dict[str, Any]] = []

    def add(
        code: str, level: str, text: str, about: tuple[str, str], place: tuple[str, int], key: str
    ) -> None:
        label, help_ = about
        rules.setdefault(
            code,
            {
                "id": code,
                "shortDescription": {"text": label or code},
                "help": {"text": help_ or label or code},
                "defaultConfiguration": {"level": level},
            },
        )
        results.append(
            {
                "ruleId": code,
                "ruleIndex": list(rules).index(code),
                "level": level,
                "message": {"text": printable(text)},
                "locations": [_location(*place)],
                "partialFingerprints": {"licet/v1": hashlib.sha256(key.encode()).hexdigest()},
            }
        )

    for finding in report.explanation.findings:
        because = finding.because.term
        word = "Not known: " if finding.severity == "unknown" else ""
        add(
            finding.code,
            _LEVELS[finding.severity],
            f"{word}{finding.definition} Because of {_clause(because)}. {finding.remedy}",
            (finding.label, finding.remedy),
            _place(report, finding.code),
            f"{finding.code} {because.iri} {finding.open}",
        )
    for duty in report.duties:
        if duty.discharge.state == FULFILLED or (
            duty.discharge.state != MISSING and not duty.is_open
        ):
            continue
        code = f"duty/{duty.term.kind}"
        is_missing = duty.discharge.state == MISSING
        word = "Missing" if is_missing else "Cannot be seen from here"
        add(
            code,
            "error" if is_missing else "warning",
            f"{word}: {_clause(duty.term)}, imposed by {_imposers(duty)}: {duty.discharge.why}. "
            f"{duty.discharge.to_do}",
            (duty.term.definition, duty.term.remedy),
            _duty_place(report, duty),
            f"{code} {duty.term.iri}",
        )
    for note in report.notes:
        add(
            f"note/{note.code}",
            _LEVELS[note.severity],
            f"{note.text}. {note.to_do}".strip(),
            (note.code, note.to_do),
            (note.file or _card(report), note.line),
            f"{note.code} {note.file} {note.text}",
        )
    driver = {
        "name": "licet",
        "version": version("licet"),
        "informationUri": "https://w3id.org/licet/",
        "rules": list(rules.values()),
    }
    run = {
        "tool": {"driver": driver},
        "results": results,
        "columnKind": "unicodeCodePoints",
        "properties": {"verdict": report.verdict, "reading": report.explanation.reading},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _clause(term: Term) -> str:
    if term.type != "clause":
        return f"“{term.label}”"
    return f"{source_text(term)}, “{term.quote}”"


def _imposers(duty: CheckedDuty) -> str:
    names = [one.work for one in duty.imposed_by[:3]]
    more = len(duty.imposed_by) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _card(report: CheckReport) -> str:
    return report.card or "README.md"


def _place(report: CheckReport, code: str) -> tuple[str, int]:
    wanted = _FIELDS.get(code, "base_model")
    return _card(report), report.fields.get(wanted, 1)


def _duty_place(report: CheckReport, duty: CheckedDuty) -> tuple[str, int]:
    for evidence in duty.discharge.evidence:
        if evidence.file:
            return evidence.file, evidence.line
    return _place(report, duty.term.kind)


def _location(file: str, line: int) -> dict[str, Any]:
    from urllib.parse import quote

    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": max(line, 1)},
        }
    }
