"""A folder that is held in memory, for files that somebody sent and nobody keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class MemoryPath:
    """A file or folder among files that are held in memory.

    Attributes:
        files: All of them, by their paths with slashes.
        path: Of this one; empty for the folder that holds them all.
        root_name: What that folder is called.
    """

    files: Mapping[str, bytes] = field(repr=False)
    path: str = ""
    root_name: str = "repository"

    def __truediv__(self, name: str) -> MemoryPath:
        """Return what lies below a folder."""
        return MemoryPath(self.files, f"{self.path}/{name}".lstrip("/"), self.root_name)

    def __str__(self) -> str:
        return self.path or self.root_name

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2] or self.root_name

    @property
    def parent(self) -> MemoryPath:
        """The folder it lies in."""
        return MemoryPath(self.files, self.path.rpartition("/")[0], self.root_name)

    def resolve(self) -> MemoryPath:
        """Return the path itself: there are no links in memory."""
        return self

    def is_symlink(self) -> bool:
        """Tell that it is no link: there are none in memory."""
        return False

    def exists(self) -> bool:
        """Tell whether it is a file or a folder."""
        return self.path in self.files or self.is_dir()

    def is_dir(self) -> bool:
        """Tell whether it is a folder."""
        return not self.path or any(path.startswith(f"{self.path}/") for path in self.files)

    def below(self) -> tuple[list[str], list[str]]:
        """Return the names of the files and of the folders in a folder, both sorted."""
        start = f"{self.path}/" if self.path else ""
        files: set[str] = set()
        folders: set[str] = set()
        for path in self.files:
            if path.startswith(start):
                name, slash, _ = path.removeprefix(start).partition("/")
                (folders if slash else files).add(name)
        return sorted(files), sorted(folders)
