"""Snapshots are listed, put back in force and backed up."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from licet_ingest.backup import backup
from licet_ingest.snapshot import (
    FORMAT,
    BusyError,
    building,
    current,
    locked,
    put_in_force,
    snapshots,
)
from licet_ontology.errors import DataError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def made(data: Path, snapshot_id: str, table: str = "rows", **more: object) -> None:
    with building(data, snapshot_id) as folder:
        (folder / "tables").mkdir()
        (folder / "tables" / "models.parquet").write_text(table)
        tables = {"models": hashlib.sha256(b"rows").hexdigest()}
        manifest = {"format": FORMAT, "tables": tables, **more}
        (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for snapshot_id in ("a", "b", "c"):
        made(tmp_path / "data", snapshot_id)
    return tmp_path / "data"


def test_snapshots_are_listed_newest_first(data: Path) -> None:
    (data / "snapshots" / "broken").mkdir()
    assert [snapshot.id for snapshot in snapshots(data)] == ["c", "b", "a"]
    assert snapshots(data / "none") == []


def test_the_one_before_is_put_back_in_force(data: Path) -> None:
    assert put_in_force(data).id == "b"
    assert put_in_force(data).id == "a"
    with pytest.raises(UsageError, match=r"an older snapshot: c, b"):
        put_in_force(data)
    assert current(data).id == "a"


def test_one_that_lacks_readings_is_put_in_force_by_its_name_alone(data: Path) -> None:
    made(data, "d", pending={"readings": ["text"], "records": 0})
    made(data, "e")
    assert put_in_force(data).id == "c"
    assert put_in_force(data, "d").pending == {"text"}


def test_any_is_put_in_force_by_its_name(data: Path) -> None:
    assert put_in_force(data, "a").id == current(data).id == "a"
    assert put_in_force(data, "c").id == "c"
    for wrong in ("none", "../data", "c"):
        with pytest.raises(UsageError):
            put_in_force(data, wrong)


def test_nothing_is_put_in_force_while_a_build_is_at_work(data: Path) -> None:
    with locked(data), pytest.raises(BusyError):
        put_in_force(data)


def test_a_backup_is_a_data_folder(data: Path, tmp_path: Path) -> None:
    (data / "hub" / "run").mkdir(parents=True)
    (data / "hub" / "run" / "page").write_text("first")
    copy = tmp_path / "copy"
    assert backup(data, copy).id == current(copy).id == "c"
    assert (copy / "hub" / "run" / "page").read_text() == "first"
    (data / "hub" / "run" / "page").rename(data / "hub" / "run" / "second")
    put_in_force(data, "a")
    backup(data, copy)
    assert [snapshot.id for snapshot in snapshots(copy)] == ["c", "a"]
    assert current(copy).id == "a"
    assert [path.name for path in (copy / "hub" / "run").iterdir()] == ["second"]
    put_in_force(data, "c")
    backup(data, copy)
    assert current(copy).id == "c"
    assert not [path for path in copy.iterdir() if path.name.startswith(".hub")]


def test_to_restore_is_to_back_up_the_other_way(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "copy")
    backup(tmp_path / "copy", tmp_path / "restored")
    assert current(tmp_path / "restored").table("models").read_text() == "rows"


def test_a_damaged_snapshot_is_not_backed_up(data: Path, tmp_path: Path) -> None:
    made(data, "d", table="other rows")
    with pytest.raises(DataError, match="models of snapshot d is damaged"):
        backup(data, tmp_path / "copy")
    assert snapshots(tmp_path / "copy") == []


@pytest.mark.parametrize("to", [".", "snapshots", ".."])
def test_a_backup_lies_elsewhere(data: Path, to: str) -> None:
    with pytest.raises(UsageError, match="outside"):
        backup(data, data / to)
