"""Under which licenses a derivative may be published, and what would have to change if none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from licet_ontology.errors import UsageError
from licet_ontology.terms import license_iri
from licet_reasoning.assessment import assess
from licet_reasoning.plan import Action, Plan, PlannedWork, Publication
from licet_reasoning.planned import work_on_hub
from licet_reasoning.restrictiveness import least_restrictive_first, restrictions
from licet_reasoning.suggestion_outcome import Change, Question, RankedLicense, Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from licet_reasoning.explanation import ExplainedFinding
    from licet_reasoning.hypothesis import Ground
    from licet_reasoning.plan_outcome import LicenseAnswer
    from licet_reasoning.rights import RightNeeded

MAX_PARENTS = 100
MAX_TRIED_CHANGES = 24
"""Changes that are judged before no more are looked for."""
_DERIVATIVE = "derivative"
_LICENSE = "license:"
"""What a name begins with that stands for any work under a license."""
_OF_LICENSES = "incompatible-terms"
_WORST = ("may not", "unknown", "may")


def suggest(question: Question, ground: Ground, reading: str) -> Suggestion:
    """Return under which licenses of the catalogue a work may be published.

    Raises:
        UsageError: It is made from nothing, or from what cannot be a work.
    """
    if not question.works:
        raise UsageError("name the works that it is made from")
    if len(question.works) > MAX_PARENTS:
        raise UsageError(f"{len(question.works)} works; {MAX_PARENTS} are read at most")
    question = replace(question, works=tuple(_spelled(work, ground) for work in question.works))
    found = _judged(question, ground, reading, every_license=True)
    changes: tuple[Change, ...] = ()
    if found.answer == "may not":
        changes = tuple(_changes(question, ground, reading))
    return replace(found, changes=changes)


def planned(question: Question) -> Plan:
    """Return the plan that a question amounts to."""
    works: dict[str, str | PlannedWork] = {}
    for number, name in enumerate(question.works):
        license_ = name.removeprefix(_LICENSE)
        key = f"work-{number + 1}" if name in {*works, _DERIVATIVE} else name
        works[key] = name if license_ == name else PlannedWork(license=(license_,))
    action = Action(do=question.do, makes=_DERIVATIVE, of=tuple(works))
    publication = Publication(
        work=_DERIVATIVE, how=question.how, form=question.form, purpose=question.purpose
    )
    return Plan(works=works, actions=(action,), publish=(publication,), licensee=question.licensee)


def _spelled(name: str, ground: Ground) -> str:
    """Return the name of a work as the snapshot spells it."""
    if name.startswith(_LICENSE):
        return name
    kind, id_ = work_on_hub(name, ground, "works")
    return id_ if kind == "model" else f"datasets/{id_}"


def _judged(question: Question, ground: Ground, reading: str, *, every_license: bool) -> Suggestion:
    plan = planned(question)
    (assessment,) = assess(plan, ground, reading, every_license=every_license).assessments
    # What no rule says is that no license fits, which the answers say one by one.
    findings = tuple(f for f in assessment.findings if f.code != _OF_LICENSES or f.rule)
    common = next(_common(findings, assessment.open_rights), None)
    answers = [_with_common(one, common) for one in assessment.may_carry]
    by_answer = {
        answer: tuple(one for one in answers if one.answer == answer)
        for answer in ("may", "unknown", "may not")
    }
    best = next((answer for answer, ones in by_answer.items() if ones), None)
    if best is None:  # Nothing is handed over that would need a license of its own.
        best = common.answer if common else "may"
    return Suggestion(
        question=question,
        reading=reading,
        answer="conditional" if best == "may" and assessment.open_items else best,
        may=_ranked(ground, [one for one in by_answer["may"] if not one.beside]),
        beside=_ranked(ground, [one for one in by_answer["may"] if one.beside]),
        unknown=by_answer["unknown"],
        may_not=by_answer["may not"],
        unread=sum(
            1
            for iri in ground.compiled.licenses
            if (found := ground.compiled.license(iri)) and not found.read
        ),
        turns_on=assessment.turns_on,
        unknowns=assessment.unknowns,
        findings=findings,
        changes=(),
    )


@dataclass(frozen=True)
class _Common:
    """What makes all answers worse, whatever the license."""

    answer: str
    code: str
    because: str


def _common(
    findings: Iterable[ExplainedFinding], open_rights: Iterable[RightNeeded]
) -> Iterator[_Common]:
    """Yield what is wrong, then what is not known, whatever the license."""
    for severity, answer in (("error", "may not"), ("unknown", "unknown")):
        for finding in findings:
            if finding.severity == severity:
                term_ = finding.because.term
                where = f"{term_.license}, section {term_.section}"
                yield _Common(answer, finding.code, where if term_.section else term_.label)
    for right in open_rights:
        yield _Common("unknown", "right-not-granted", right.in_words)


def _with_common(answer: LicenseAnswer, common: _Common | None) -> LicenseAnswer:
    """Return an answer as it is with what is wrong or unknown whatever the license."""
    if common is None or _WORST.index(answer.answer) <= _WORST.index(common.answer):
        return answer
    return replace(
        answer, answer=common.answer, codes=(common.code,), because=(common.because,), beside=()
    )


def _ranked(ground: Ground, answers: Sequence[LicenseAnswer]) -> tuple[RankedLicense, ...]:
    answer = {one.license: one for one in answers}
    found = {id_: ground.compiled.license(license_iri(id_)) for id_ in answer}
    of_license = {id_: restrictions(ground.compiled, one) for id_, one in found.items() if one}
    return tuple(
        RankedLicense(id_, answer[id_].label, rank, above, answer[id_].beside, answer[id_].lacking)
        for id_, rank, above in least_restrictive_first(of_license)
    )


def _changes(question: Question, ground: Ground, reading: str) -> Iterator[Change]:
    """Yield the smallest changes after which a license exists."""
    tried = 0
    for changed in _steps(question):
        found = []
        for what, other in changed:
            if (tried := tried + 1) > MAX_TRIED_CHANGES:
                return
            suggestion = _judged(other, ground, reading, every_license=False)
            if suggestion.answer in {"may", "conditional"}:
                may = (*suggestion.may, *suggestion.beside)
                found.append(Change(what, other, may, suggestion.turns_on))
        if found:
            yield from found
            return


def _steps(question: Question) -> Iterator[list[tuple[str, Question]]]:
    """Yield changes of one thing, then of two."""
    first = list(_single(question))
    yield first
    yield [
        (f"{what}, and {also}", both)
        for what, one in first
        for also, both in _single(one)
        if both != question and what != also
    ]


def _single(question: Question) -> Iterator[tuple[str, Question]]:
    if question.do == "merge":
        yield (
            "keep the parts separable, such as whole experts side by side",
            replace(question, do="combine"),
        )
    if question.how == "sell" or question.purpose == "commercial":
        yield (
            "do not sell: share it for purposes that are not commercial",
            replace(question, how="share", purpose="non-commercial"),
        )
    if question.how == "share" and question.purpose is None:
        yield (
            "share it for purposes that are not commercial",
            replace(question, purpose="non-commercial"),
        )
    # What retrieves stays a service; it has no weights of its own.
    if question.form in {"service", "binary"} and question.do != "retrieve":
        yield "hand over its weights alone", replace(question, form="weights")
    if len(question.works) > 1:
        for dropped in dict.fromkeys(question.works):
            kept = tuple(work for work in question.works if work != dropped)
            if kept:
                yield f"do without {dropped}", replace(question, works=kept)
    if question.how != "internal":
        yield "keep it inside", replace(question, how="internal")
