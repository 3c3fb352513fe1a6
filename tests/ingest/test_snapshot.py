"""Snapshots come into force in one step or not at all, whatever happens to the builder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from licet_ingest.snapshot import (
    FORMAT,
    BusyError,
    NoSnapshotError,
    building,
    current,
)

# Builds a snapshot in a process of its own and kills itself when a function is called.
KILLED_BUILDER = """
import os, signal, sys
from pathlib import Path
from licet_ingest import snapshot

def kill(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

data, point = Path(sys.argv[1]), sys.argv[2]
with snapshot.building(data, "2") as folder:
    (folder / "manifest.json").write_text('{"format": FORMAT}')
    match point:
        case "while building":
            kill()
        case "before its files are on disk":
            snapshot._sync = kill
        case "before the rename":
            Path.rename = kill
        case "between rename and link":
            snapshot._point = kill
        case "while linking":
            Path.symlink_to = kill
        case "before the link is replaced":
            Path.replace = kill
        case "after the link is replaced":
            snapshot._sync_one = lambda path, sync=snapshot._sync_one: (
                kill() if path == data else sync(path)
            )
""".replace("FORMAT", str(FORMAT))


def build(data: Path, snapshot_id: str, **manifest: Any) -> None:
    with building(data, snapshot_id) as folder:
        (folder / "tables").mkdir()
        (folder / "tables" / "models.parquet").write_bytes(b"rows of " + snapshot_id.encode())
        (folder / "manifest.json").write_bytes(orjson.dumps({"format": FORMAT, **manifest}))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def unfinished(data: Path) -> list[str]:
    return sorted(
        path.name
        for path in [*data.iterdir(), *(data / "snapshots").iterdir()]
        if path.name.startswith(".building-") or path.name == "current.new"
    )


################################################################ the snapshot in force


def test_a_finished_build_is_the_snapshot_in_force(tmp_path: Path) -> None:
    build(tmp_path, "1", note="first")
    found = current(tmp_path)
    assert found.id == "1"
    assert found.manifest == {"format": FORMAT, "note": "first"}
    assert found.store == found.path / "store"
    assert found.table("models").read_bytes() == b"rows of 1"


def test_a_newer_build_takes_its_place_and_leaves_it_as_it_was(tmp_path: Path) -> None:
    build(tmp_path, "1")
    first = current(tmp_path)
    before = contents(first.path)
    build(tmp_path, "2")
    assert current(tmp_path).id == "2"
    assert contents(first.path) == before
    assert unfinished(tmp_path) == []


def test_the_link_names_the_snapshot_from_within_so_that_the_folder_can_move(
    tmp_path: Path,
) -> None:
    build(tmp_path / "old", "1")
    (tmp_path / "old").rename(tmp_path / "new")
    assert current(tmp_path / "new").id == "1"


def test_nothing_is_in_force_while_the_first_build_is_at_work(tmp_path: Path) -> None:
    with building(tmp_path, "1") as folder:
        assert list(folder.iterdir()) == []
        (folder / "manifest.json").write_bytes(orjson.dumps({"format": FORMAT}))
        with pytest.raises(NoSnapshotError):
            current(tmp_path)
    assert current(tmp_path).id == "1"


def test_the_former_snapshot_stays_in_force_while_another_is_built(tmp_path: Path) -> None:
    build(tmp_path, "1")
    with building(tmp_path, "2") as folder:
        (folder / "manifest.json").write_bytes(orjson.dumps({"format": FORMAT}))
        assert current(tmp_path).id == "1"
    assert current(tmp_path).id == "2"


def test_whoever_looks_while_the_link_changes_sees_one_snapshot_or_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, "1")
    seen: list[str] = []
    for name in ("rename", "unlink", "symlink_to", "replace"):
        original = getattr(type(tmp_path), name)

        def looking(path: Path, *args: Any, _original: Any = original, **kwargs: Any) -> Any:
            seen.append(current(tmp_path).id)
            result = _original(path, *args, **kwargs)
            seen.append(current(tmp_path).id)
            return result

        monkeypatch.setattr(type(tmp_path), name, looking)
    build(tmp_path, "2")
    assert set(seen) == {"1", "2"}
    assert seen == sorted(seen)


def test_the_newest_three_snapshots_are_kept(tmp_path: Path) -> None:
    for number in range(1, 6):
        build(tmp_path, str(number))
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == ["3", "4", "5"]
    assert current(tmp_path).id == "5"


def test_the_snapshot_in_force_is_kept_even_if_the_clock_was_set_back(tmp_path: Path) -> None:
    for snapshot_id in ("7", "8", "9", "1"):
        build(tmp_path, snapshot_id)
    assert current(tmp_path).id == "1"


################################################################ what cannot be read


def test_a_folder_without_a_snapshot_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshotError, match=r"licet build --data"):
        current(tmp_path)


def test_a_folder_that_is_not_there_holds_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshotError):
        current(tmp_path / "absent")


def test_a_link_to_a_snapshot_that_was_deleted_is_no_snapshot(tmp_path: Path) -> None:
    build(tmp_path, "1")
    current(tmp_path).path.rename(tmp_path / "elsewhere")
    with pytest.raises(NoSnapshotError):
        current(tmp_path)


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b"null", b'"1"'])
def test_a_snapshot_with_a_broken_manifest_is_no_snapshot(tmp_path: Path, manifest: bytes) -> None:
    build(tmp_path, "1")
    (tmp_path / "snapshots" / "1" / "manifest.json").write_bytes(manifest)
    with pytest.raises(NoSnapshotError):
        current(tmp_path)


@pytest.mark.parametrize("other", [FORMAT - 1, FORMAT + 1, None, str(FORMAT)])
def test_a_snapshot_of_another_format_is_to_be_built_again(tmp_path: Path, other: object) -> None:
    build(tmp_path, "1", format=other)
    with pytest.raises(NoSnapshotError, match=f"has format {other}, and this version reads"):
        current(tmp_path)


################################################################ builds that do not end well


def test_a_build_that_fails_leaves_the_former_snapshot_and_nothing_else(tmp_path: Path) -> None:
    build(tmp_path, "1")
    before = contents(tmp_path)

    def break_off() -> None:
        with building(tmp_path, "2") as folder:
            (folder / "tables").mkdir()
            (folder / "tables" / "models.parquet").write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert current(tmp_path).id == "1"
    assert contents(tmp_path) == before
    assert unfinished(tmp_path) == []


def test_a_build_that_is_interrupted_from_the_keyboard_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), building(tmp_path, "1"):
        raise KeyboardInterrupt
    assert list((tmp_path / "snapshots").iterdir()) == []


def test_a_second_build_at_the_same_time_is_refused(tmp_path: Path) -> None:
    with building(tmp_path, "1") as folder:
        (folder / "manifest.json").write_bytes(orjson.dumps({"format": FORMAT}))
        with pytest.raises(BusyError, match="another build is at work"):
            build(tmp_path, "2")
        assert folder.is_dir()
    assert current(tmp_path).id == "1"


def test_a_build_after_one_that_failed_is_not_refused(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), building(tmp_path, "1"):
        raise ZeroDivisionError
    build(tmp_path, "2")
    assert current(tmp_path).id == "2"


@pytest.mark.parametrize(
    ("point", "in_force"),
    [
        ("while building", "1"),
        ("before its files are on disk", "1"),
        ("before the rename", "1"),
        ("between rename and link", "1"),
        ("while linking", "1"),
        ("before the link is replaced", "1"),
        ("after the link is replaced", "2"),
    ],
)
def test_a_build_that_is_killed_leaves_a_snapshot_in_force_and_the_next_one_cleans_up(
    tmp_path: Path, point: str, in_force: str
) -> None:
    build(tmp_path, "1")
    before = contents(tmp_path / "snapshots" / "1")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_BUILDER, str(tmp_path), point], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert current(tmp_path).id == in_force
    assert contents(tmp_path / "snapshots" / "1") == before
    build(tmp_path, "3")
    assert current(tmp_path).id == "3"
    assert contents(tmp_path / "snapshots" / "1") == before
    assert unfinished(tmp_path) == []


def test_files_are_on_disk_before_the_folder_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, type(tmp_path).rename

    def syncing(descriptor: int) -> None:
        sync(descriptor)
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    def renaming(path: Path, target: Path) -> Path:
        done.append(f"rename to {target.name}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(type(tmp_path), "rename", renaming)
    build(tmp_path, "1")
    assert sorted(done[: done.index("rename to 1")]) == [
        ".building-1",
        "manifest.json",
        "models.parquet",
        "tables",
    ]
