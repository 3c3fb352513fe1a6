"""A check of files that somebody sent, with what could be written to mend them; nothing is kept."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, cast

from licet_ingest.memory_folder import MemoryPath
from licet_ontology.errors import UsageError
from licet_ontology.terms import DEFAULT_READING
from licet_service.archives import checked_path, unpacked
from licet_service.check import check_folder
from licet_service.fix import fixed
from licet_service.patch import unified_diff

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from licet_service.dataset import OpenSnapshot

UNNAMED = "local/repository"


def check_page(
    opened: OpenSnapshot,
    *,
    id: str = "",
    files: Mapping[str, str],
    archive: str = "",
    reading: str = DEFAULT_READING,
) -> dict[str, Any]:
    """Return the report on a repository, and the files that would mend what can be mended.

    Args:
        opened: The snapshot.
        id: ``owner/name`` under which it is to be published.
        files: What each file holds, by its path, in base64.
        archive: A zip or tar archive in base64, in place of files.
        reading: The reading of contested law.

    Raises:
        UsageError: What was sent cannot be a repository.
    """
    try:
        held = {
            checked_path(path): base64.b64decode(content, validate=True)
            for path, content in files.items()
        }
        if archive:
            held |= unpacked(base64.b64decode(archive, validate=True))
    except binascii.Error as error:
        raise UsageError("what was sent is not in base64") from error
    folder = MemoryPath(held)
    ground = opened.ground(reading)
    checked = check_folder(
        ground, folder, work_id=id or UNNAMED, reading=reading, snapshot=opened.snapshot.id
    )
    fix = fixed(cast("Path", folder), checked)  # it reads only what a MemoryPath has
    return {
        "report": checked.report.as_json(),
        "edits": [{"path": edit.path, "after": edit.after} for edit in fix.edits],
        "patch": unified_diff(fix.edits),
        "left": list(fix.left),
        "files": sorted(held),
    }
