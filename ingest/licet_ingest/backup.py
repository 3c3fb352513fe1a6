"""A copy of the snapshot in force, and of what was read from the Hub, as a data folder."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Final

from licet_ingest.snapshot import building, current, locked, put_in_force, snapshots
from licet_ontology.errors import DataError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from licet_ingest.snapshot import Snapshot

HUB: Final = "hub"
"""Below the data folder, the pages of the Hub, without which an update cannot go on."""


def backup(data: Path, to: Path) -> Snapshot:
    """Copy the snapshot in force and the pages of the Hub into another data folder.

    What is there already is not copied again. The copy is a data folder like any other: it can
    be served, and to restore is to back it up the other way.

    Raises:
        UsageError: Both folders are one, or one is in the other.
        BusyError: A build is at work in one of them.
        DataError: The copy is not what was copied.
    """
    ours, theirs = data.resolve(), to.resolve()
    if ours == theirs or ours in theirs.parents or theirs in ours.parents:
        raise UsageError(f"{to} must lie outside of {data}")
    with locked(data):
        snapshot = current(data)
        if snapshot.id not in {kept.id for kept in snapshots(to)}:
            with building(to, snapshot.id) as folder:
                shutil.copytree(snapshot.path, folder, dirs_exist_ok=True)
                _verify(snapshot, folder)
        elif current(to).id != snapshot.id:
            put_in_force(to, snapshot.id)
        if (data / HUB).is_dir():
            _replace(data / HUB, to / HUB)
    return snapshot


def _verify(snapshot: Snapshot, folder: Path) -> None:
    for name, digest in snapshot.manifest["tables"].items():
        copied = (folder / "tables" / f"{name}.parquet").read_bytes()
        if hashlib.sha256(copied).hexdigest() != digest:
            raise DataError(f"table {name} of snapshot {snapshot.id} is damaged; build it again")


def _replace(folder: Path, by: Path) -> None:
    """Let a folder be a copy of another; a kill leaves the former one, or both, never half."""
    new, old = by.with_name(f".{by.name}-new"), by.with_name(f".{by.name}-old")
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(folder, new)
    if by.exists():
        by.rename(old)
    new.rename(by)
    shutil.rmtree(old, ignore_errors=True)
