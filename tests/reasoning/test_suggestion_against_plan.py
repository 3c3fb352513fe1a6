"""No suggestion is milder than the plan that it amounts to.

A sample of the catalogue is tried. All of it, which takes minutes:
``LICET_ALL_LICENSES=1 pytest tests/reasoning/test_suggestion_against_plan.py``.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from licet_reasoning.assessment import assess
from licet_reasoning.hypothesis import Ground
from licet_reasoning.plan import Manner, Purpose, Shape, Verb
from licet_reasoning.suggestion import planned, suggest
from licet_reasoning.suggestion_outcome import Question

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_reasoning.compiled import Compiled
    from licet_reasoning.plan_outcome import Assessment, Item

FORMS = [form for form in get_args(Shape) if form != "data"]
VERBS: dict[str, int] = {
    "fine-tune": 1,
    "quantize": 1,
    "adapter": 1,
    "distill": 1,
    "copy": 1,
    "retrieve": 1,
    "merge": 2,
    "combine": 2,
}
"""What is done, and to how many works."""
TRIED = 8
ALL = "LICET_ALL_LICENSES" in os.environ


def rank(assessment: Assessment) -> int:
    """How bad a plan is: nothing violated, something not known, something violated.

    That none of the few licenses fits that a plan tries is no matter: a suggestion tries all.
    """
    severities = {
        f.severity for f in assessment.findings if f.code != "incompatible-terms" or f.rule
    }
    return 2 if "error" in severities else int("unknown" in severities or assessment.is_open)


RANKS = {"may": 0, "conditional": 1, "unknown": 1, "may not": 2}


def clauses(items: Iterable[Item]) -> set[str]:
    return {item.clause.iri for item in items}


def conditions(assessment: Assessment) -> set[str]:
    """The clauses that a plan shows as conditions of its rights, or as open."""
    told = {f.because.term.iri for f in assessment.findings if f.code == "conditions-apply"}
    items = (*assessment.duties, *assessment.restrictions, *assessment.conditions)
    return told | {i.clause.iri for i in items if i.open and i.status != "not-triggered"}


def assert_not_milder(question: Question, ground: Ground, reading: str, draw: random.Random) -> str:
    """Compare a suggestion with its plan, and with that under some of the licenses it lists."""
    found = suggest(question, ground, reading)
    plan = planned(question)
    (alone,) = assess(plan, ground, reading).assessments
    assert RANKS[found.answer] >= rank(alone)
    assert conditions(alone) <= clauses(found.turns_on)
    assert found.answer != "may" or not {item for item in found.turns_on if item.open}
    listed = [*found.may, *found.beside]
    for one in draw.sample(listed, min(2, len(listed))):
        action = replace(plan.actions[0], license=(one.license,))
        (under,) = assess(replace(plan, actions=(action,)), ground, reading).assessments
        assert RANKS[found.answer] >= rank(under)
        assert conditions(under) <= clauses(found.turns_on)
        assert set(under.unknowns) <= {*found.unknowns, *one.lacking}
        needed = {right.in_words for right in under.rights if right.right == "sublicense"}
        assert needed >= set(one.lacking)
        reserved = [right for right in under.rights if right.status == "reserved"]
        assert {r.in_words for r in reserved if r.right == "sublicense"} <= set(one.lacking)
    for change in found.changes:
        (after,) = assess(planned(change.question), ground, reading).assessments
        assert rank(after) < 2
        assert not after.open_rights
        assert conditions(after) <= clauses(change.turns_on)
    return found.answer


def questions(licenses: list[str], draw: random.Random) -> Iterable[Question]:
    """Each license shared and sold in each form, and others at random beside it."""
    for id_ in licenses:
        work = f"license:{id_}"
        for form in FORMS:
            for how in get_args(Manner):
                yield Question((work,), "fine-tune", how, form)
        for do, count in VERBS.items():
            others = [f"license:{draw.choice(licenses)}" for _ in range(count - 1)]
            how, form = draw.choice(get_args(Manner)), draw.choice(FORMS)
            form = "service" if do == "retrieve" else form
            purpose = draw.choice([None, *get_args(Purpose)])
            yield Question((work, *others), do, how, form, purpose)  # type: ignore[arg-type]


@pytest.mark.parametrize("reading", ["cautious", "text"] if ALL else ["cautious"])
def test_no_suggestion_is_milder_than_the_plan(prepared: Compiled, reading: str) -> None:
    draw = random.Random(7)
    read = [iri for iri in prepared.licenses if (f := prepared.license(iri)) and f.read]
    ids = [iri.partition("/license/")[2] for iri in read]
    assert set(VERBS) <= set(get_args(Verb))
    ground = Ground(prepared)
    sample = ids if ALL else ["llama3.1", "wtfpl", "mg-by-nc-2.0", *draw.sample(ids, TRIED)]
    answers = {
        assert_not_milder(question, ground, reading, draw)
        for question in (list(questions(sample, draw)) if ALL else sampled(sample, draw))
    }
    assert answers == set(RANKS)


def sampled(licenses: list[str], draw: random.Random) -> list[Question]:
    """Return a few of the questions on each license."""
    asked = list(questions(licenses, draw))
    return draw.sample(asked, len(asked) // 4)
