"""Under which licenses a derivative may be published, and what would have to change if none."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from licet_ontology.errors import UsageError
from licet_ontology.terms import license_iri
from licet_reasoning.assessment import assess
from licet_reasoning.plan import Action, Plan, PlannedWork, Publication
from licet_reasoning.planned import work_on_hub
from licet_reasoning.restrictiveness import least_restrictive_first, restrictions
from licet_reasoning.suggestion_outcome import Change, Question, RankedLicense, Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from licet_reasoning.explanation import ExplainedFinding
    from licet_reasoning.hypothesis import Ground
    from licet_reasoning.plan_outcome import Assessment, LicenseAnswer

MAX_PARENTS = 100
MAX_TRIED_CHANGES = 24
"""Changes that are judged before no more are looked for."""
_DERIVATIVE = "derivative"
_LICENSE = "license:"
"""What a name begins with that stands for any work under a license."""
_OF_LICENSES = "incompatible-terms"


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
        key = f"work-{number + 1}"
        works[key] = name if license_ == name else PlannedWork(license=(license_,))
    action = Action(do=question.do, makes=_DERIVATIVE, of=tuple(works))
    publication = Publication(
        work=_DERIVATIVE, how=question.how, form=question.form, purpose=question.purpose
    )
    return Plan(works=works, actions=(action,), publish=(publication,))


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
    barred = next((f for f in findings if f.severity == "error"), None)
    doubtful = next((f for f in findings if f.severity == "unknown"), None)
    answers = [_with_common(one, barred, doubtful) for one in assessment.may_carry]
    by_answer = {
        answer: tuple(one for one in answers if one.answer == answer)
        for answer in ("may", "unknown", "may not")
    }
    return Suggestion(
        question=question,
        reading=reading,
        answer=_answer(by_answer, assessment, barred, doubtful),
        may=_ranked(ground, [one for one in by_answer["may"] if not one.beside]),
        beside=_ranked(ground, [one for one in by_answer["may"] if one.beside]),
        unknown=by_answer["unknown"],
        may_not=by_answer["may not"],
        unread=sum(
            1
            for iri in ground.compiled.licenses
            if (found := ground.compiled.license(iri)) and not found.read
        ),
        findings=findings,
        changes=(),
    )


def _answer(
    by_answer: dict[str, tuple[LicenseAnswer, ...]],
    assessment: Assessment,
    barred: ExplainedFinding | None,
    doubtful: ExplainedFinding | None,
) -> str:
    if assessment.may_carry:
        return next(answer for answer in ("may", "unknown", "may not") if by_answer[answer])
    # Nothing is handed over that would need a license of its own.
    return "may not" if barred else "unknown" if doubtful else "may"


def _with_common(
    answer: LicenseAnswer, barred: ExplainedFinding | None, doubtful: ExplainedFinding | None
) -> LicenseAnswer:
    """Return an answer as it is with what is wrong or unknown whatever the license."""
    for finding, worse in ((barred, "may not"), (doubtful, "unknown")):
        if finding is not None and (answer.answer == "may" or worse == "may not" != answer.answer):
            return replace(
                answer, answer=worse, codes=(finding.code,), because=(_where(finding),), beside=()
            )
    return answer


def _where(finding: ExplainedFinding) -> str:
    term_ = finding.because.term
    return f"{term_.license}, section {term_.section}" if term_.section else term_.label


def _ranked(ground: Ground, answers: Sequence[LicenseAnswer]) -> tuple[RankedLicense, ...]:
    answer = {one.license: one for one in answers}
    found = {id_: ground.compiled.license(license_iri(id_)) for id_ in answer}
    of_license = {id_: restrictions(ground.compiled, one) for id_, one in found.items() if one}
    return tuple(
        RankedLicense(id_, answer[id_].label, rank, above, answer[id_].beside)
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
            if suggestion.answer == "may":
                found.append(Change(what, other, (*suggestion.may, *suggestion.beside)))
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
    if question.form in {"service", "binary"}:
        yield "hand over its weights alone", replace(question, form="weights")
    if len(question.works) > 1:
        for kept in combinations(question.works, len(question.works) - 1):
            dropped = next(work for work in question.works if work not in kept)
            yield f"do without {dropped}", replace(question, works=kept)
    if question.how != "internal":
        yield "keep it inside", replace(question, how="internal")
