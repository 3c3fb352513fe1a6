"""``licet compatibility``: an answer with its clause, and a status that a script can trust."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from licet_ontology.errors import UsageError
from licet_service.cli import app


def run(tmp_path: Path, *arguments: str) -> tuple[int, str]:
    ended = CliRunner().invoke(app, ["compatibility", *arguments, "--data", str(tmp_path / "none")])
    if isinstance(ended.exception, UsageError):
        raise ended.exception
    return ended.exit_code, ended.stdout


def test_what_is_refused_is_told_with_section_and_quote(tmp_path: Path) -> None:
    status, out = run(tmp_path, "gpl-3.0", "--offer", "MIT")
    assert status == 1
    assert out.startswith("MIT: may not\n  share-alike: ")
    assert "(gpl-3.0, section 5(c): “You must license the entire work" in out
    assert "go on binding" in out


@pytest.mark.parametrize(
    ("parents", "offer", "status"),
    [
        (("gpl-3.0", "apache-2.0"), "GPL-3.0-only", 0),
        (("gpl-3.0",), "AGPL-3.0-only", 3),
        (("h-research",), "mit", 3),
        (("mit",), "GPL-3.0-only WITH GCC-exception-3.1", 3),
    ],
)
def test_the_status_says_what_is_not_known(
    tmp_path: Path, parents: tuple[str, ...], offer: str, status: int
) -> None:
    assert run(tmp_path, *parents, "--offer", offer)[0] == status


def test_json_holds_the_clause_that_stands_against_an_offer(tmp_path: Path) -> None:
    _, out = run(tmp_path, "cc-by-nc-4.0", "--offer", "mit", "--json")
    [found] = json.loads(out)
    assert (found["license"], found["answer"]) == ("mit", "may not")
    [against] = [one for one in found["against"] if one["code"] == "non-commercial"]
    assert against["because"]["section"]
    assert against["because"]["quote"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gpl",), "no license 'gpl'"),
        (("mit", "--offer", "nobody-knows"), "no license in 'nobody-knows'"),
        (("mit", "--relation", "likes"), "choose one of"),
    ],
)
def test_what_names_nothing_is_wrong_usage(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        run(tmp_path, *arguments)
