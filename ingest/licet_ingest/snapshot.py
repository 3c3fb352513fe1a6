"""Snapshots: one folder per build, promoted by one rename, never changed after that.

A data folder holds ``snapshots/<id>/`` with the store, the Parquet tables, the rejects
and a manifest, and ``current``, a symbolic link to the snapshot in force.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from licet_ontology.errors import DataError, LicetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

FORMAT = 1
"""Raised when a snapshot of an older form can no longer be read."""

KEPT = 3
"""Snapshots that stay in a data folder, the one in force among them."""

INDEX_FOLDER: Final = "search"
INDEX_OF_WORKS: Final = "works.sqlite"

_UNFINISHED = ".building-"


class NoSnapshotError(DataError):
    """A data folder holds no snapshot that can be read."""


class NoIndexError(NoSnapshotError):
    """A snapshot has no index of names and facets: records are being taken over."""


class PendingReadingError(NoSnapshotError):
    """A change is in force under the default reading, and not yet under another."""


class BusyError(LicetError):
    """Another build is at work in the data folder."""


@dataclass(frozen=True)
class Snapshot:
    """One finished build.

    Attributes:
        path: Its folder.
        manifest: What it was made from, with what, and how much it holds.
    """

    path: Path
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        """Its name, which sorts by time."""
        return self.path.name

    @property
    def store(self) -> Path:
        """The folder of its Oxigraph store."""
        return self.path / "store"

    @property
    def index(self) -> Path:
        """The file of its index of works, which is not there while records are taken over."""
        return self.path / INDEX_FOLDER / INDEX_OF_WORKS

    @property
    def pending(self) -> frozenset[str]:
        """The readings whose graphs do not say yet what its records change."""
        return frozenset(self.manifest.get("pending", {}).get("readings", ()))

    def table(self, name: str) -> Path:
        """Return the file of one of its tables."""
        return self.path / "tables" / f"{name}.parquet"


def current(data: Path) -> Snapshot:
    """Return the snapshot in force.

    Raises:
        NoSnapshotError: There is none, or it is of a form this version cannot read.
    """
    return _read(data / "current", data)


def _read(link: Path, data: Path) -> Snapshot:
    try:
        path = link.resolve(strict=True)
        manifest = orjson.loads((path / "manifest.json").read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise NoSnapshotError(
            f"{data} holds no readable snapshot; make one with: licet build --data {data}"
        ) from error
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if found != FORMAT:
        raise NoSnapshotError(
            f"{path} has format {found}, and this version reads {FORMAT}; "
            f"build it again with: licet build --data {data}"
        )
    return Snapshot(path, manifest)


def snapshots(data: Path) -> list[Snapshot]:
    """Return the snapshots in a data folder that can be read, newest first."""
    found: list[Snapshot] = []
    for path in sorted((data / "snapshots").glob("[!.]*"), reverse=True):
        with suppress(NoSnapshotError):
            found.append(_read(path, data))
    return found


def put_in_force(data: Path, snapshot_id: str | None = None) -> Snapshot:
    """Put another snapshot in force, and return it.

    Args:
        data: The data folder.
        snapshot_id: Which; without it, the newest of those before the one in force that
            lacks no reading.

    Raises:
        UsageError: There is no such snapshot.
        BusyError: A build is at work in the data folder.
    """
    with locked(data):
        in_force = current(data).id
        others = {s.id: s for s in snapshots(data) if s.id != in_force}
        older = [id_ for id_, one in others.items() if id_ < in_force and not one.pending]
        wanted = snapshot_id or (older[0] if older else "")
        if wanted not in others:
            listed = ", ".join(others) or "there is no other"
            raise UsageError(f"cannot go back to {wanted or 'an older snapshot'}: {listed}")
        _point(data, others[wanted].path)
        return others[wanted]


@contextmanager
def locked(data: Path) -> Generator[None]:
    """Let nobody else build in a data folder, or put a snapshot in force.

    Raises:
        BusyError: Somebody does.
    """
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"another build is at work in {data}; wait for it to end") from error
        yield


@contextmanager
def building(data: Path, snapshot_id: str) -> Generator[Path]:
    """Give an empty folder to build in, and promote it when the block ends without error.

    What an earlier build left unfinished is removed first. Until the last step, a kill
    leaves the snapshot in force as it was.

    Raises:
        BusyError: Another build holds the lock of the data folder.
    """
    snapshots = data / "snapshots"
    try:
        snapshots.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot build in {data}: {error.strerror}") from error
    with locked(data):
        for leftover in snapshots.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover)
        folder = snapshots / f"{_UNFINISHED}{snapshot_id}"
        folder.mkdir()
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _sync(folder)
        finished = snapshots / snapshot_id
        folder.rename(finished)
        _sync_one(snapshots)  # or a power cut could leave a link to what is not there
        _point(data, finished)
        _forget_old(snapshots, finished)


def _forget_old(snapshots: Path, in_force: Path) -> None:
    """Remove all but the newest snapshots; a service has moved on from older ones long ago."""
    others = sorted(p for p in snapshots.iterdir() if p.name[0] != "." and p != in_force)
    for old in others[: 1 - KEPT]:
        shutil.rmtree(old)


def _point(data: Path, snapshot: Path) -> None:
    """Let ``current`` name a snapshot, in one step."""
    new = data / "current.new"
    new.unlink(missing_ok=True)
    new.symlink_to(snapshot.relative_to(data), target_is_directory=True)
    new.replace(data / "current")
    _sync_one(data)


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        # A link is to a file of a snapshot that is on disk, or to one that the store has synced.
        if path.is_dir() or path.stat().st_nlink == 1:
            _sync_one(path)
    _sync_one(folder)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
