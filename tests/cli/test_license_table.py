"""The table of licenses in the documentation is what the command prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "licenses.md"
RUN = [sys.executable, "-m", "licet_service", "licenses"]


def test_the_table_in_the_documentation_is_up_to_date() -> None:
    command = [*RUN, "--format", "markdown"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert DOCUMENT.read_text(encoding="utf-8") == printed, (
        "make it again: .venv/bin/licet licenses --format markdown > docs/licenses.md"
    )


def test_one_license_is_shown_as_its_turtle_file() -> None:
    command = [*RUN, "mit", "--format", "turtle"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "license:mit a licet:License" in printed
