"""The description of the findings is what the rules and the ontology say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from licet_queries.library import SavedQuery, folder_queries
from licet_service.findings_page import finding_pages

DOCUMENT = Path(__file__).parents[2] / "docs" / "findings.md"
RUN = [sys.executable, "-m", "licet_service", "findings"]


def test_the_description_in_the_documentation_is_up_to_date() -> None:
    printed = subprocess.run(RUN, capture_output=True, text=True, check=True).stdout
    assert DOCUMENT.read_text(encoding="utf-8") == printed, (
        "make it again: .venv/bin/licet findings > docs/findings.md"
    )


def test_programs_get_the_same_as_json() -> None:
    command = [*RUN, "--json"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    described = json.loads(printed)
    assert [one["code"] for one in described] == [page.code for page in finding_pages()]
    (naming,) = (one for one in described if one["code"] == "naming")
    assert naming["severity"] == "error"
    assert naming["rests_on"][0][0] == "naming"


@pytest.mark.parametrize("rule", folder_queries("findings"), ids=lambda rule: rule.name)
def test_every_rule_says_what_it_rests_on_and_what_discharges_it(rule: SavedQuery) -> None:
    assert rule.header["code"] == rule.name
    assert isinstance(rule.header["rests-on"], list)
    assert rule.header["discharged-by"].strip()


@pytest.mark.parametrize("rule", folder_queries("findings"), ids=lambda rule: rule.name)
def test_a_rule_says_when_it_leaves_a_question_open_or_why_it_never_does(rule: SavedQuery) -> None:
    said = rule.header["unknown-when"].strip()
    assert said
    assert not (said.startswith("never") and '"unknown"' in rule.text)
