"""Thresholds of users and revenue, with the conditions under which they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.reasoning.planned import items, judged

from licet_reasoning.triggers import COMMERCIAL_ALONE, SOME_BUSINESSES_ALONE

if TYPE_CHECKING:
    from licet_reasoning.compiled import Compiled

RICH = "licensee: {monthly_users: 800000000, annual_revenue_usd: 6e7}"


def threshold(
    prepared: Compiled, license_: str, licensee: str, purpose: str = "purpose: commercial"
) -> tuple[str, bool]:
    """Status of the threshold of a license, and whether it is struck."""
    found = judged(
        prepared,
        f"""
works: {{base: {{license: {license_}}}}}
actions: [{{do: fine-tune, of: base, makes: tuned}}]
publish: {{work: tuned, license: {license_}, {purpose}}}
{licensee}
""",
    )
    (item,) = (
        one for one in items(found) if one.clause.kind in {"mau-threshold", "revenue-threshold"}
    )
    return item.status, item.struck


@pytest.mark.parametrize(
    "license_",
    [
        # Section 4: if you are commercially using the materials.
        "qwen",
        "tongyi-qianwen",
        # Section 2: service users (visits) for your commercial activities.
        "cogvideox-license",
        # Section 5: any commercial use by a legal entity that exceeds the threshold.
        "lfm-open-license-1.0",
    ],
)
def test_a_threshold_for_commerce_is_not_met_by_what_is_no_commerce(
    prepared: Compiled, license_: str
) -> None:
    assert threshold(prepared, license_, RICH) == ("applies", True)
    assert threshold(prepared, license_, RICH, "how: share") == ("conditional", False)
    no_commerce = threshold(prepared, license_, RICH, "purpose: non-commercial")
    assert no_commerce == ("not-triggered", False)


def test_a_threshold_for_all_users_is_met_without_commerce(prepared: Compiled) -> None:
    # Llama 3.1, section 2, and Stability AI Community, section III, ask for no commercial purpose.
    for license_ in ("llama3.1", "stabilityai-ai-community"):
        found = threshold(prepared, license_, RICH, "purpose: non-commercial")
        assert found == ("applies", True)


@pytest.mark.parametrize("license_", ["kimi-k3", "playground-v2-community", "qwen3.8-max"])
def test_a_threshold_for_some_businesses_is_left_open(prepared: Compiled, license_: str) -> None:
    assert threshold(prepared, license_, RICH) == ("conditional", False)
    poor = "licensee: {monthly_users: 5, annual_revenue_usd: 5}"
    assert threshold(prepared, license_, poor) == ("not-triggered", False)


@pytest.mark.parametrize(
    ("revenue", "found"),
    [
        ("2e7", ("not-triggered", False)),
        ("2.5e7", ("conditional", False)),
        ("2.4e8", ("conditional", False)),
        ("2.5e8", ("applies", True)),
    ],
)
def test_a_threshold_of_a_month_is_not_compared_with_the_revenue_of_a_year(
    prepared: Compiled, revenue: str, found: tuple[str, bool]
) -> None:
    # Section 2: global consolidated monthly revenue exceeds $20 million for the preceding month.
    licensee = f"licensee: {{annual_revenue_usd: {revenue}}}"
    assert threshold(prepared, "modified-mit-mistral-medium-3.5", licensee) == found


def test_few_users_may_make_many_visits(prepared: Compiled) -> None:
    few = "licensee: {monthly_users: 900000}"
    assert threshold(prepared, "cogvideox-license", few) == ("conditional", False)


def test_conditions_that_are_looked_for_stand_in_the_catalogue(prepared: Compiled) -> None:
    conditions = {
        value
        for iri in prepared.licenses
        if (facts := prepared.license(iri))
        for clauses in facts.scopes.values()
        for clause in clauses
        for name, value in prepared.term(clause).parameters
        if name == "condition"
    }
    for beginning in (*COMMERCIAL_ALONE, *SOME_BUSINESSES_ALONE):
        assert any(one.startswith(beginning) for one in conditions), beginning
