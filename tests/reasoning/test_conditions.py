"""Conditions of duties that what is done with a work settles: in plans as in checks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from tests.reasoning.planned import items, judged

from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import term
from licet_reasoning.conditions import (
    ASKED_OF_VARIANTS,
    FAILS_UNLESS_MODIFIED,
    HOLDS_BY_FORM,
    HOLDS_IF_CONTAINED,
    HOLDS_IF_MODIFIED,
    HOLDS_ON_PUBLICATION,
)
from licet_reasoning.plan import Licensee, Publication
from licet_reasoning.triggers import Reached, trigger

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled


@cache
def clauses() -> dict[str, str]:
    """A clause of the catalogue by each condition."""
    return {
        text_of(t.object): text_of(t.subject)
        for t in modules.catalogue()
        if t.predicate.value == term("condition")
    }


def status(prepared: Compiled, condition: str, form: str = "weights", **reached: bool) -> str:
    """What a plan says of a duty under a condition."""
    shared = Publication(work="m", form=form)  # type: ignore[arg-type]
    by = Reached("work", **{"modified": False, **reached})
    return trigger(prepared.term(clauses()[condition]), None, shared, by, Licensee()).status


def test_every_condition_that_is_decided_stands_in_the_catalogue() -> None:
    decided = HOLDS_ON_PUBLICATION | HOLDS_IF_MODIFIED | HOLDS_IF_CONTAINED | HOLDS_BY_FORM
    assert not (decided | ASKED_OF_VARIANTS) - clauses().keys()
    assert FAILS_UNLESS_MODIFIED < HOLDS_IF_MODIFIED


@pytest.mark.parametrize("condition", sorted(HOLDS_IF_MODIFIED))
def test_a_plan_that_changes_a_work_meets_what_asks_for_a_change(
    prepared: Compiled, condition: str
) -> None:
    unless = "not-triggered" if condition in FAILS_UNLESS_MODIFIED else "conditional"
    assert status(prepared, condition, modified=True) == "applies"
    assert status(prepared, condition) == unless


@pytest.mark.parametrize("condition", sorted(HOLDS_IF_CONTAINED))
def test_a_plan_that_hands_a_work_on_meets_what_asks_for_a_portion_of_it(
    prepared: Compiled, condition: str
) -> None:
    assert status(prepared, condition, contained=True) == "applies"
    assert status(prepared, condition, modified=True) == "conditional"


@pytest.mark.parametrize("condition", sorted(HOLDS_ON_PUBLICATION))
def test_a_plan_to_hand_weights_over_is_one_to_distribute(
    prepared: Compiled, condition: str
) -> None:
    assert status(prepared, condition) == "applies"


@pytest.mark.parametrize("condition", sorted(HOLDS_BY_FORM))
def test_a_binary_is_no_form_for_modification(prepared: Compiled, condition: str) -> None:
    assert status(prepared, condition, "binary") == "applies"
    assert status(prepared, condition) == "conditional"


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        ("do: convert, of: m", ["conditional"]),
        ("do: quantize, of: m", ["conditional"]),
        ("do: fine-tune, of: m", ["not-triggered"]),
        ("do: copy, of: m", []),
    ],
)
def test_a_notice_of_copies_is_asked_of_other_formats_if_they_are_copies(
    prepared: Compiled, action: str, asked: list[str]
) -> None:
    assessment = judged(
        prepared,
        "works: {m: {license: llama3.1}}\n"
        f"actions: [{{makes: r, {action}}}]\npublish: [{{work: r, form: binary}}]",
    )
    mark = "/clause/llama3.1/notice-file-variant"
    assert [item.status for item in items(assessment) if item.clause.iri.endswith(mark)] == asked


@pytest.mark.parametrize(
    ("license_", "action", "asked"),
    [
        ("mit", "do: fine-tune, of: m", "applies"),
        ("mit", "do: copy, of: m", "applies"),
        ("mit", "do: combine, of: m", "applies"),
        ("mit", "do: distill, of: m", "conditional"),
        ("cc-by-4.0", "do: fine-tune, of: m", "applies"),
        ("gpl-2.0", "do: fine-tune, of: m", "applies"),
    ],
)
def test_a_plan_does_not_leave_open_what_a_check_of_its_result_decides(
    prepared: Compiled, license_: str, action: str, asked: str
) -> None:
    assessment = judged(
        prepared,
        f"works: {{m: {{license: {license_}}}}}\n"
        f"actions: [{{makes: r, {action}}}]\npublish: [{{work: r}}]",
    )
    slug = "attribution" if license_ == "mit" else "state-changes"
    mark = f"/clause/{license_}/{slug}"
    found = [item.status for item in items(assessment) if item.clause.iri.endswith(mark)]
    assert found == [asked]
