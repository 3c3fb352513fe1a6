"""A repository's folder as it lies on disk: which files are read, and no others."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from licet_ingest.memory_folder import MemoryPath
from licet_ontology.errors import SourceError

Folder = Path | MemoryPath
"""A file or folder, on disk or in memory."""
MAX_LICENSE_BYTES = 2_000_000
MAX_LICENSE_FILES = 20
MAX_CONFIG_BYTES = 1_000_000
MAX_FOLDER_DEPTH = 12
MAX_ENTRIES = 5_000_000
"""Entries of a source folder that are looked at."""

_LICENSE_FILE = re.compile(
    r"(?:(?:[\w.+-]*[_. -])?(?:licen[sc]es?|unlicense|copying|use[_ -]?policy|notice|eula"
    r"|terms[_ -](?:of|and)[_ -](?:use|service|conditions))|terms|restrictions)"
    r"(?:[_. -][\w.+-]*)?\Z",
    re.IGNORECASE,
)
_UNREAD_TEXT = re.compile(r"\.(?:pdf|html?|docx?|odt|png|jpe?g)\Z", re.IGNORECASE)
_NO_TEXT = re.compile(
    r"\.(?:py|json|jsonl|ya?ml|csv|pdf|png|jpe?g|svg|html?|docx?|zip|gz|safetensors|bin)\Z",
    re.IGNORECASE,
)
_NOTICE = re.compile(r"notice|third.?part|(?:\A|[_. -])code(?:[_. -]|\Z)", re.IGNORECASE)


class UnreadableFileError(SourceError):
    """A file of a repository is not read: it leads elsewhere, is no file, or may not be read."""


class UnreadableFolderError(SourceError):
    """What a folder holds cannot be listed."""


@dataclass(frozen=True)
class ReadFile:
    """What was read of a file.

    Attributes:
        data: Its bytes, cut at a limit.
        size_bytes: Of the whole file.
    """

    data: bytes
    size_bytes: int


def read_inside(path: Folder, root: Folder, limit_bytes: int) -> ReadFile:
    """Return the beginning of a file that lies inside a folder.

    A symbolic link is followed if it ends inside the folder, as in the Hub's own cache.

    Args:
        path: Of the file.
        root: The folder, without symbolic links in its path.
        limit_bytes: How much is read.

    Raises:
        UnreadableFileError: It lies outside, is no regular file, or cannot be opened.
    """
    if isinstance(path, MemoryPath) or isinstance(root, MemoryPath):
        data = path.files.get(path.path) if isinstance(path, MemoryPath) else None
        if data is None:
            raise UnreadableFileError("cannot be read: there is no such file")
        return ReadFile(data[:limit_bytes], len(data))
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            raise UnreadableFileError("is a link that leads out of the folder")
        # A named pipe would keep open() waiting for a writer.
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFileError("is no regular file")
            return ReadFile(file.read(limit_bytes), status.st_size)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links; a zero byte in a name
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UnreadableFileError(f"cannot be read: {reason}") from error


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return False


def entries(folder: Folder) -> tuple[list[str], list[str]]:
    """Return the names of the files and of the folders in a folder, both sorted.

    Hidden folders and links to folders are left out; links to files are not, for they may lead
    to a file inside.

    Raises:
        UnreadableFolderError: As it says.
    """
    if isinstance(folder, MemoryPath):
        found, below = folder.below()
        return found, [name for name in below if not name.startswith(".")]
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as listing:
            for entry in listing:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith("."):
                        folders.append(entry.name)
                elif not _leads_to_folder(entry):
                    files.append(entry.name)
    except OSError as error:
        reason = f"cannot be listed: {error.strerror}"
        raise UnreadableFolderError(f"{folder} {reason}") from error
    return sorted(files), sorted(folders)


def license_files(names: list[str], linked: str | None = None) -> list[str]:
    """Return the names of files that hold license texts, by their names.

    Args:
        names: Of the files at the root of a repository.
        linked: The card's license_link, which may be the path of a file in the repository.
    """
    found = [name for name in names if _LICENSE_FILE.match(name) and not _NO_TEXT.search(name)]
    if linked and "://" not in linked:
        path = PurePosixPath(linked.strip().partition("#")[0].removeprefix("./"))
        is_inside = not path.is_absolute() and ".." not in path.parts
        is_there = str(path) in names or len(path.parts) > 1
        if is_inside and is_there and str(path) not in found and not _NO_TEXT.search(path.name):
            found.append(str(path))
    return found


def unread_license_files(names: list[str], linked: str | None = None) -> list[str]:
    """Return the names of files that hold license texts in a form that is not read."""
    link = (linked or "").strip().removeprefix("./")
    return [
        name
        for name in names
        if _UNREAD_TEXT.search(name) and (_LICENSE_FILE.match(name) or name == link)
    ]


def is_notice(name: str) -> bool:
    """Tell whether a file holds notices or licenses of what a work contains, such as its code."""
    return _NOTICE.search(name) is not None
