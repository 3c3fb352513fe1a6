"""Reports for machines: each holds all that is wrong, and none lets what is unknown pass."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import click
import jsonschema_rs
import pytest
import yaml

from licet_service.cli import COMMANDS

if TYPE_CHECKING:
    from tests.cli.conftest import Licet

ROOT = Path(__file__).parents[2]
SARIF_SCHEMA = os.environ.get("LICET_SARIF_SCHEMA")
"""The file of sarif-schema-2.1.0.json, whose license keeps it out of this repository."""
CARD = """---
license: mit
base_model: meta-llama/Llama-3.1-8B
base_model_relation: finetune
---
# Cook | a *model* <b>

## Changes

[FILL IN: what]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with much that is wrong."""
    made = tmp_path / "cook"
    made.mkdir()
    (made / "README.md").write_text(CARD, encoding="utf-8")
    (made / "NOTICE").write_text("Nothing of \x07 note.", encoding="utf-8")
    return made


def report(licet: Licet, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(licet("check", str(folder), "--format", "json").out)
    return found


################################################################ SARIF


@pytest.mark.skipif(SARIF_SCHEMA is None, reason="LICET_SARIF_SCHEMA names no schema of OASIS")
@pytest.mark.parametrize("card", [CARD, "", "---\nlicense: [\n---\n"])
def test_sarif_is_what_its_schema_asks_for(licet: Licet, tmp_path: Path, card: str) -> None:
    assert SARIF_SCHEMA is not None
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    log = json.loads(licet("check", str(tmp_path), "--format", "sarif").out)
    jsonschema_rs.validate(json.loads(Path(SARIF_SCHEMA).read_text(encoding="utf-8")), log)


def test_sarif_has_a_result_for_all_that_is_not_well(licet: Licet, folder: Path) -> None:
    answer = licet("check", str(folder), "--format", "sarif")
    assert answer.status == 1
    log = json.loads(answer.out)
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"].isprintable()
        [location] = result["locations"]
        place = location["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert (folder / place["artifactLocation"]["uri"]).exists()
        assert re.fullmatch("[0-9a-f]{64}", result["partialFingerprints"]["licet/v1"])
    told = report(licet, folder)
    open_ = [d for d in told["duties"] if d["state"] != "fulfilled" and not d["answer"]]
    assert len(run["results"]) == len(told["findings"]) + len(open_) + len(told["notes"])
    errors = [f for f in told["findings"] if f["severity"] == "error"]
    missing = [d for d in open_ if d["state"] == "missing"]
    assert [r["level"] for r in run["results"]].count("error") == len(errors) + len(missing)


def test_sarif_shows_a_result_where_it_is_to_be_mended(licet: Licet, folder: Path) -> None:
    results = json.loads(licet("check", str(folder), "--format", "sarif").out)["runs"][0]["results"]
    lines = {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["region"]["startLine"]
        for result in results
    }
    assert lines["duty/license-copy"] == 3  # base_model: what imposes it
    assert lines["note/blank"] == 10


def test_sarif_of_the_same_repository_is_the_same(licet: Licet, folder: Path) -> None:
    first, second = (licet("check", str(folder), "--format", "sarif").out for _ in range(2))
    assert first == second


def test_what_is_fulfilled_is_no_result(licet: Licet, folder: Path) -> None:
    (folder / "README.md").write_text(f"{CARD}\n**Built with Llama**\n", encoding="utf-8")
    results = json.loads(licet("check", str(folder), "--format", "sarif").out)["runs"][0]["results"]
    assert "duty/display-notice" not in {result["ruleId"] for result in results}
    told = report(licet, folder)
    assert "fulfilled" in {duty["state"] for duty in told["duties"]}


################################################################ JUnit and Markdown


def test_junit_fails_for_what_is_wrong_and_errs_for_what_is_unknown(
    licet: Licet, folder: Path
) -> None:
    suite = ElementTree.fromstring(licet("check", str(folder), "--format", "junit").out)[0]
    told = report(licet, folder)
    wrong = sum(f["severity"] == "error" for f in told["findings"])
    wrong += sum(d["state"] == "missing" for d in told["duties"])
    unknown = sum(f["severity"] == "unknown" for f in told["findings"] + told["notes"])
    unknown += sum(d["state"] == "unseen" and not d["answer"] for d in told["duties"])
    assert (wrong, unknown) > (1, 0)
    assert (suite.get("failures"), suite.get("errors")) == (str(wrong), str(unknown))
    assert (suite.get("skipped"), suite.get("tests")) == ("0", str(len(suite)))
    assert len(suite.findall(".//failure")) == wrong


def test_markdown_means_nothing_beside_what_it_says(licet: Licet, folder: Path) -> None:
    card = CARD.replace("[FILL IN: what]", "Made | of [x](javascript:1) <script>@all\n")
    (folder / "README.md").write_text(card, encoding="utf-8")
    out = licet("check", str(folder), "--format", "markdown").out
    assert "<script>" not in out
    assert "](javascript" not in out
    assert "@all" not in out
    rows = [line for line in out.splitlines() if line.startswith("|")]
    assert len(rows) > 5
    assert {row.count("|") for row in rows} == {5, 6}


def test_json_by_either_option_is_the_same(licet: Licet, folder: Path) -> None:
    by_format = licet("check", str(folder), "--format", "json").out
    assert licet("check", str(folder), "--json").out == by_format


################################################################ hooks


def test_the_hook_calls_a_command_that_there_is(licet: Licet, folder: Path) -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, command, *options = hook["entry"].split()
    assert (program, hook["language"], hook["pass_filenames"]) == ("licet", "python", False)
    assert command in COMMANDS
    assert options == [".", "--live"]
    assert licet(command, str(folder)).status == 1


def test_the_action_calls_a_command_that_there_is(folder: Path, data: Path, tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    [step] = [s for s in action["runs"]["steps"] if s.get("id") == "check"]
    assert action["outputs"]["status"]["value"] == "${{ steps.check.outputs.status }}"
    named = set(re.findall(r"inputs\.([\w-]+)", json.dumps(action["runs"])))
    assert named | {"sarif"} == set(action["inputs"])
    # The script runs as it stands, with the snapshot in place of the Hub.
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "licet").write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "from licet_service.cli import main; main()" "$@"\n'
    )
    (bin_ / "licet").chmod(0o755)
    script = step["run"].replace(" --live", "")
    environment = {
        "PATH": f"{bin_}:/usr/bin:/bin",
        "LICET_DATA": str(data),
        "CHECKED": str(folder),
        "WORK_ID": "me/cook",
        "READING": "cautious",
        "SARIF": str(tmp_path / "licet.sarif"),
        "FAIL_ON_UNKNOWN": "true",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    done = subprocess.run(["bash", "-e", "-c", script], env=environment, check=False)
    assert done.returncode == 1
    assert (tmp_path / "output").read_text() == "status=1\n"
    assert json.loads((tmp_path / "licet.sarif").read_text())["runs"]
    assert "## License check of `model/me/cook`" in (tmp_path / "summary").read_text()


def test_colour_is_for_terminals_alone(licet: Licet, folder: Path) -> None:
    assert "\x1b[" not in licet("check", str(folder)).out
    assert click.style("x", fg="red") != "x"
