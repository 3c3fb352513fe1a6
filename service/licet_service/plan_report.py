"""What a plan amounts to, as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet_service.report import finding_lines, verdict_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from licet_reasoning.plan_outcome import Assessment, Item, PlanReport
    from licet_reasoning.rights import RightNeeded

_MANNERS = {"internal": "kept inside", "share": "shared", "sell": "sold"}
_FORMS = {
    "weights": "as its weights",
    "binary": "in a form that cannot be adapted",
    "service": "as a service",
    "output": "as its output",
    "data": "as data",
}
_STATUSES = {
    "applies": "",
    "conditional": " — if: ",
    "in-doubt": " — in doubt: ",
    "not-triggered": " — not now: ",
}
_LIMIT = (
    "Under the reading {!r}. What a license does not say is not taken to be allowed. "
    "This is not legal advice."
)


def plan_lines(report: PlanReport) -> Iterator[str]:
    """Yield the report on a plan."""
    yield f"{report.title or 'The plan'}: {verdict_on(report.severities)}"
    for assessment in report.assessments:
        yield ""
        yield from _assessment_lines(assessment)
    yield ""
    yield _LIMIT.format(report.reading)


def _assessment_lines(one: Assessment) -> Iterator[str]:
    form = "" if one.how == "internal" else f" {_FORMS[one.form]}"
    name = f" ({one.name})" if one.name and one.name != one.work else ""
    yield f"== {one.work}{name}, {_MANNERS[one.how]}{form}"
    if one.alike:
        yield f"The same holds of {', '.join(one.alike)}."
    yield from _license_lines(one)
    for finding in one.findings:
        yield from finding_lines(finding)
    yield from item_lines("To do", one.duties)
    yield from item_lines("Not to do", one.restrictions)
    yield from item_lines("On condition", one.conditions)
    yield from _right_lines(one.rights)
    if one.unknowns:
        yield ""
        yield "Not known:"
        yield from (f"  {text}" for text in one.unknowns)


def _license_lines(one: Assessment) -> Iterator[str]:
    if one.licenses:
        yield f"Under {', '.join(one.licenses)}"
    for answer, beside, word in (
        ("may", False, "May carry"),
        ("may", True, "May carry for what was added alone, beside what was inherited"),
        ("unknown", False, "Not known whether it may carry"),
    ):
        found = [a.license for a in one.may_carry if (a.answer, bool(a.beside)) == (answer, beside)]
        if found:
            yield f"{word}: {', '.join(found)}"
    needed: dict[str, list[str]] = {}
    for answer_on in one.may_carry:
        for right in answer_on.lacking if answer_on.answer == "may" else ():
            needed.setdefault(right, []).append(answer_on.license)
    for right, licenses in needed.items():
        yield f"{right}, which it needs under {', '.join(licenses)}"
    for barred in (a for a in one.may_carry if a.answer == "may not"):
        yield f"May not carry {barred.license}: {', '.join(barred.codes)} ({barred.because[0]})"


def item_lines(title: str, items: Iterable[Item]) -> Iterator[str]:
    """Yield clauses under a title, but for those that the publication does not bring into play."""
    shown = [item for item in items if item.status != "not-triggered"]
    if not shown:
        return
    yield ""
    yield f"{title}:"
    for item in shown:
        clause = item.clause
        why = f"{_STATUSES[item.status]}{item.why}" if _STATUSES[item.status] else ""
        yield f"  {clause.kind}: {clause.label}{why}"
        yield f"      {clause.license}, section {clause.section}: “{clause.quote}”"
        more = (
            f" and {item.imposers - len(item.imposed_by)} more"
            if item.imposers > len(item.imposed_by)
            else ""
        )
        yield f"      by {', '.join(i.work for i in item.imposed_by)}{more}"


def _right_lines(rights: Iterable[RightNeeded]) -> Iterator[str]:
    needed = list(rights)
    if not needed:
        return
    yield ""
    yield "Rights that it needs:"
    for right in needed:
        license_ = right.license or "no license known"
        quote = f", section {right.section}: “{right.quote}”" if right.quote else ""
        yield f"  {right.right} in {right.work}: {right.status} ({license_}{quote})"
