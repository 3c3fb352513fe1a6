"""The task that checks files which somebody sends, for the service; nothing of them is kept."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from licet_ingest.memory_folder import MemoryPath
from licet_ontology.errors import UsageError
from licet_ontology.terms import DEFAULT_READING
from licet_service.archives import MAX_FILES, MAX_UNPACKED_BYTES, checked_path, unpacked
from licet_service.check import check_folder, check_work
from licet_service.check_command import CheckFormat, lines

if TYPE_CHECKING:
    from licet_service.check_report import CheckReport
    from licet_service.dataset import OpenSnapshot


def check_repository(
    opened: OpenSnapshot,
    *,
    id: str | None = None,
    card: str | None = None,
    files: list[dict[str, Any]] | None = None,
    archive: str | None = None,
    reading: str = DEFAULT_READING,
    format: str = "json",
) -> Any:
    """Return the report of a check of files: its parts, or a text in other formats.

    Args:
        opened: The snapshot.
        id: ``owner/name`` under which they are to be published.
        card: The README.md.
        files: Path of each other file, and its text if it matters.
        archive: A zip or tar archive in base64, in place of card and files.
        reading: The reading of contested law.
        format: ``json``, ``text``, ``markdown``, ``sarif`` or ``junit``.

    Raises:
        UsageError: What was sent cannot be a repository.
    """
    if archive is not None:
        if card is not None or files:
            raise UsageError("send an archive, or card and files, and not both")
        try:
            held = unpacked(base64.b64decode(archive, validate=True))
        except binascii.Error as error:
            raise UsageError("the archive is not in base64") from error
    else:
        held = _listed(card, files or [])
    checked = check_folder(
        opened.ground(reading),
        MemoryPath(held),
        work_id=id or "local/repository",
        reading=reading,
        snapshot=opened.snapshot.id,
    )
    return _shown(checked.report, format)


def check(
    opened: OpenSnapshot, work: str, reading: str = DEFAULT_READING, *, format: str = "json"
) -> Any:
    """Return what metadata tells of a work of the snapshot.

    Args:
        opened: The snapshot.
        work: ``owner/name``, ``datasets/owner/name`` or ``services/name``.
        reading: The reading of contested law.
        format: As for files.

    Raises:
        UnknownWorkError: The work is not in the snapshot.
        UsageError: There is no such reading or format.
    """
    report = check_work(opened.ground(reading), work, reading=reading, snapshot=opened.snapshot.id)
    return _shown(report, format)


def _listed(card: str | None, files: list[dict[str, Any]]) -> dict[str, bytes]:
    if len(files) > MAX_FILES:
        raise UsageError(f"{len(files):,} files; {MAX_FILES:,} are looked at")
    held: dict[str, bytes] = {} if card is None else {"README.md": _bytes(card)}
    for file in files:
        path = checked_path(file["path"])
        if path in held:
            raise UsageError(f"{path!r} is there twice")
        # Of a file without a text only its name is known, as of weights.
        held[path] = _bytes(file.get("text") or "")
    for path in held:
        parent = path.rpartition("/")[0]
        while parent:
            if parent in held:
                raise UsageError(f"{parent!r} cannot be a file and a folder")
            parent = parent.rpartition("/")[0]
    if sum(map(len, held.values())) > MAX_UNPACKED_BYTES:
        raise UsageError(f"the files hold more than {MAX_UNPACKED_BYTES:,} bytes")
    return held


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")


def _shown(report: CheckReport, format: str) -> Any:
    if format == "json":
        return report.parts()
    if format not in {one.value for one in CheckFormat}:
        raise UsageError(f"no format {format!r}: choose one of {', '.join(CheckFormat)}")
    return "\n".join(lines(report, CheckFormat(format))) + "\n"
