"""Edits of the texts of a folder as a unified diff, and their application."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet_ontology.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Edit:
    """A text that is to be changed or made.

    Attributes:
        path: Of the file, in the folder, with slashes.
        before: What it holds, or None if it is not there.
        after: What it is to hold.
    """

    path: str
    before: str | None
    after: str


def unified_diff(edits: Iterable[Edit]) -> str:
    """Return edits as one patch that ``git apply`` and ``patch -p1`` take."""
    return "".join(line for edit in edits for line in _diff(edit))


def _diff(edit: Edit) -> Iterator[str]:
    if edit.before == edit.after:
        return
    if edit.before is None:
        yield f"diff --git a/{edit.path} b/{edit.path}\nnew file mode 100644\n"
    before = _lines(edit.before or "")
    origin = "/dev/null" if edit.before is None else f"a/{edit.path}"
    for line in difflib.unified_diff(before, _lines(edit.after), origin, f"b/{edit.path}"):
        yield line
        if not line.endswith("\n"):
            yield "\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Return lines as patches count them: ended by a line feed and by nothing else."""
    parts = text.split("\n")
    last = parts.pop()
    return [f"{part}\n" for part in parts] + ([last] if last else [])


def apply_edits(folder: Path, edits: Iterable[Edit]) -> Iterator[str]:
    """Write edits into a folder, each file whole or not at all, and yield their paths.

    Raises:
        SourceError: A file has changed in the meantime, leads out of the folder, or cannot be
            written.
    """
    root = folder.resolve()
    for edit in edits:
        target = root / edit.path
        if not target.resolve().is_relative_to(root):
            raise SourceError(f"{edit.path} leads out of the folder; it was not written")
        target = target.resolve()
        try:
            now = target.read_bytes().decode() if target.exists() else None
            if now != edit.before:
                raise SourceError(f"{edit.path} has changed in the meantime; it was not written")
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_name(f".{target.name}.part")
            unfinished.write_bytes(edit.after.encode())
            if edit.before is not None:
                unfinished.chmod(target.stat().st_mode & 0o777)
            unfinished.replace(target)
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"cannot write {edit.path}: {error}") from error
        yield edit.path
