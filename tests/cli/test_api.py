"""The Python API gives what the command line prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from licet_service import api

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Licet

PLAN: dict[str, Any] = {
    "works": {"base": {"license": "gpl-3.0"}},
    "actions": [{"do": "quantize", "of": "base", "makes": "small"}],
    "publish": {"work": "small", "how": "share"},
}


def test_a_plan_from_python_is_the_plan_of_the_command(
    licet: Licet, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    printed = json.loads(licet("plan", str(file), "--json").out)
    assert api.plan(PLAN, data=data) == printed == api.plan(file, data=data)


def test_a_suggestion_from_python_is_that_of_the_command(licet: Licet, data: Path) -> None:
    answer = licet("suggest", "license:gpl-3.0", "--as", "quantize", "--json")
    assert answer.status == 0
    assert api.suggest("license:gpl-3.0", do="quantize", data=data) == json.loads(answer.out)


def test_a_check_from_python_is_that_of_the_command(
    licet: Licet, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    for work in ("mlabonne/OmniBeagle-7B", tmp_path):
        printed = licet("check", str(work), "--format", "json").out
        assert api.check(work, data=data) == json.loads(printed)


def test_suggestions_as_text_name_the_change_that_helps(licet: Licet) -> None:
    answer = licet("suggest", "license:cc-by-nd-4.0")
    assert answer.status == 1
    assert "keep it inside" in answer.out


def test_a_suggestion_never_says_may_without_what_it_turns_on(licet: Licet) -> None:
    asked = ("suggest", "license:llama3.1", "--publish", "share", "--form", "service")
    answer = licet(*asked)
    assert answer.status == 3
    first, *rest = answer.out.splitlines()
    assert first.endswith("may, if what it turns on allows it")
    assert any("Above 700 million monthly users" in line for line in rest)
    assert licet(*asked, "--monthly-users", "1000").status == 0
    assert licet(*asked, "--monthly-users", "1e9").status == 1
    told = licet("suggest", "license:gpl-3.0", "license:llama3.1").out
    change = told.partition("do without license:gpl-3.0")[2].splitlines()
    assert "if what it turns on allows it" in change[0]
    assert "Above 700 million monthly users" in change[1]
