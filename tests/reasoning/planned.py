"""Plans written as YAML, judged without a snapshot: all their works say their licenses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet_ingest.untrusted_yaml import read_yaml
from licet_reasoning.assessment import assess
from licet_reasoning.hypothesis import Ground
from licet_reasoning.plan import read_plan

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled
    from licet_reasoning.plan_outcome import Assessment, Item, PlanReport


def report_on(compiled: Compiled, text: str, reading: str = "cautious") -> PlanReport:
    (document,) = read_yaml(text).documents
    return assess(read_plan(document), Ground(compiled), reading)


def judged(compiled: Compiled, text: str, reading: str = "cautious") -> Assessment:
    """The judgement on the first publication of a plan."""
    return report_on(compiled, text, reading).assessments[0]


def codes(assessment: Assessment, severity: str = "error") -> set[str]:
    return {finding.code for finding in assessment.findings if finding.severity == severity}


def grounds(assessment: Assessment, code: str) -> set[tuple[str, str]]:
    """License and section of what findings of a code rest on."""
    return {
        (finding.because.term.license, finding.because.term.section)
        for finding in assessment.findings
        if finding.code == code
    }


def items(assessment: Assessment, *statuses: str) -> list[Item]:
    found = (*assessment.duties, *assessment.restrictions, *assessment.conditions)
    return [item for item in found if not statuses or item.status in statuses]


def asked(assessment: Assessment, license_id: str) -> set[str]:
    """Kinds of clauses of a license that ask for something, conditions or not."""
    mark = f"/clause/{license_id}/"
    return {
        item.clause.kind
        for item in items(assessment, "applies", "conditional")
        if mark in item.clause.iri
    }


def answers(assessment: Assessment) -> dict[str, str]:
    return {one.license: one.answer for one in assessment.may_carry}
