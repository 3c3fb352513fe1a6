"""Listing, rolling back and backing up on the command line."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from licet_reasoning.compiled import is_kept
from licet_service import server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Licet

    from licet_service.settings import Settings


@pytest.fixture
def two(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A data folder with two snapshots, the newer one in force."""
    folder = tmp_path / "two"
    shutil.copytree(data, folder, symlinks=True)
    newer = (folder / "current").resolve()
    shutil.copytree(newer, newer.with_name("20000101"))
    monkeypatch.setenv("LICET_DATA", str(folder))
    return [newer.name, "20000101"]


def test_snapshots_are_listed(licet: Licet, two: list[str]) -> None:
    lines = licet("snapshots").out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == two
    assert ["*" in line for line in lines[2:]] == [True, False]
    listed = json.loads(licet("snapshots", "--json").out)
    assert [one["in_force"] for one in listed] == [True, False]
    assert listed[0]["sources"] == ["sample"]


def test_a_rollback_and_back(licet: Licet, two: list[str]) -> None:
    assert licet("rollback").out.strip() == two[1]
    answer = licet("rollback")
    assert answer.status == 2
    assert "cannot go back" in answer.err
    assert licet("rollback", two[0]).out.strip() == two[0]
    assert json.loads(licet("snapshots", "--json").out)[0]["in_force"]


def test_a_backup_can_be_asked(licet: Licet, two: list[str], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert licet("backup", str(copy)).out.strip() == two[0]
    asked = licet("query", "no-commercial-use", "--data", str(copy))
    assert asked.out == licet("query", "no-commercial-use").out
    assert licet("snapshots", "--data", str(copy)).out.count("\n") == 3


def test_what_workers_cannot_keep_is_kept_before_they_start(
    licet: Licet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "current").mkdir()
    kept_at_start: list[bool] = []

    def serve(settings: Settings) -> None:
        kept_at_start.append(is_kept(settings.data / "cache"))

    monkeypatch.setattr(server, "serve", serve)
    licet("serve", "--data", str(tmp_path))
    assert kept_at_start == [True]
