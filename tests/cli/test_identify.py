"""``licet identify``: which license a text is, and an exit status that a script can trust."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

LICENSE = Path(__file__).parents[2] / "LICENSE"
RUN = [sys.executable, "-m", "licet_service", "identify"]


def identified(text: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUN, "-", *options], input=text, capture_output=True, text=True, check=False
    )


def test_the_license_of_this_project_is_identified() -> None:
    ended = subprocess.run([*RUN, str(LICENSE)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "identified: apache-2.0\n")


def test_a_license_with_a_condition_added_is_not_that_license() -> None:
    text = LICENSE.read_text(encoding="utf-8") + "\nNo use by competitors of the licensor.\n"
    ended = identified(text)
    assert ended.returncode == 3
    assert "No use by competitors of the licensor" in ended.stdout


def test_a_license_with_a_word_changed_has_only_a_nearest() -> None:
    text = LICENSE.read_text(encoding="utf-8").replace("irrevocable", "revocable", 1)
    ended = identified(text, "--json")
    found = json.loads(ended.stdout)
    assert (ended.returncode, found["status"], found["nearest"]) == (3, "nearest", "apache-2.0")
    assert found["licenses"] == []


@pytest.mark.parametrize("text", ["", "All of this is mine."])
def test_what_is_no_license_is_unknown(text: str) -> None:
    ended = identified(text)
    assert ended.returncode == 3
    assert ended.stdout.startswith("unknown")


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*RUN, str(tmp_path / "none")], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "none" in ended.stderr
