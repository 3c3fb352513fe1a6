"""Plans: read from files and requests, judged on the snapshot in force, and given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from licet_ontology.terms import DEFAULT_READING
from licet_reasoning.assessment import assess
from licet_reasoning.plan import read_plan
from licet_service.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from licet_reasoning.plan_outcome import PlanReport
    from licet_reasoning.suggestion_outcome import Question, Suggestion
    from licet_service.dataset import OpenSnapshot


def plan(opened: OpenSnapshot, plan: Any, reading: str = DEFAULT_READING) -> dict[str, Any]:
    """Return what a plan amounts to, in parts of which JSON is written.

    Args:
        opened: The snapshot.
        plan: The plan, as mappings, lists, texts and numbers.
        reading: The reading of contested law.

    Raises:
        UsageError: It is no plan, or names works that are not there.
    """
    report = assess(read_plan(plan), opened.ground(reading), reading)
    return _parts(report, opened.snapshot.id)


def suggest(
    opened: OpenSnapshot,
    works: list[str],
    do: str = "",
    how: str = "share",
    form: str = "",
    purpose: str = "",
    reading: str = DEFAULT_READING,
    licensee: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return under which licenses what is made from works may be published, as JSON values.

    Args:
        opened: The snapshot.
        works: Ids on the Hub, or ``license:`` and the name of a license.
        do: What is done to them; without it, merge if they are several, else fine-tune.
        how: ``share``, ``sell`` or ``internal``.
        form: As what; without it, as what such a work usually is.
        purpose: ``commercial`` or ``non-commercial``, if it is known.
        reading: The reading of contested law.
        licensee: What is known of who wants to, as in a plan.

    Raises:
        UsageError: Something of it is not as it must be.
    """
    from licet_reasoning.suggestion import suggest as suggested  # A plan needs none of it.

    question = question_of(works, do=do, how=how, form=form, purpose=purpose, licensee=licensee)
    return suggestion_json(suggested(question, opened.ground(reading), reading), opened.snapshot.id)


def question_of(
    works: Iterable[str],
    *,
    do: str = "",
    how: str = "share",
    form: str = "",
    purpose: str = "",
    licensee: Mapping[str, Any] | None = None,
) -> Question:
    """Return a question from texts, and from facts of the licensee as in a plan.

    Raises:
        UsageError: One of them is not among those that it can be.
    """
    from licet_reasoning.suggestion_outcome import Question

    listed = tuple(works)
    given = {"do": do or ("merge" if len(listed) > 1 else "fine-tune"), "how": how}
    given |= {name: text for name, text in (("form", form), ("purpose", purpose)) if text}
    # Read as the action and publication of a plan, so that it can be no more than these.
    read = read_plan(
        {
            "actions": [{"do": given.pop("do"), "makes": "derivative", "of": list(listed)}],
            "publish": {"work": "derivative", **given},
            "licensee": {name: fact for name, fact in (licensee or {}).items() if fact is not None},
        }
    )
    (action,), (publication,) = read.actions, read.publish
    return Question(
        listed,
        action.do,
        publication.how,
        publication.form,
        publication.purpose,
        read.licensee,
    )


def suggestion_json(suggestion: Suggestion, snapshot: str) -> dict[str, Any]:
    """Return a suggestion as JSON values, complete."""
    return {**plain(suggestion), "snapshot": snapshot}


def report_json(report: PlanReport, snapshot: str) -> dict[str, Any]:
    """Return what a plan amounts to as JSON values, complete."""
    found: dict[str, Any] = plain(_parts(report, snapshot))
    return found


def _parts(report: PlanReport, snapshot: str) -> dict[str, Any]:
    from licet_service.report import verdict_on

    return {
        "verdict": verdict_on(report.severities),
        "reading": report.reading,
        "snapshot": snapshot,
        "title": report.title,
        "assessments": report.assessments,
    }
