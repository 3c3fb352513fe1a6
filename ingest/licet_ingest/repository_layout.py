"""How a folder holds repositories and cards, and which work each of them is.

A folder whose card has front matter (a ``README.md`` that begins with ``---``) is one
repository, with all that lies below it. So is a folder whose card has none, unless there are
cards with front matter below or beside it. Every other folder is one of many: its folders are
looked through, and each of its ``.md`` files is a card by itself.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from licet_ingest.repository_files import (
    MAX_ENTRIES,
    MAX_FOLDER_DEPTH,
    UnreadableFileError,
    UnreadableFolderError,
    entries,
    read_inside,
)
from licet_ontology.errors import SourceError

if TYPE_CHECKING:
    from licet_ingest.repository_files import Folder

CARD_FILES = ("readme.md", "readme.markdown", "model_card.md", "modelcard.md")
"""Names of cards, in lower case, the first of them first."""

_REPOSITORY_FILES = frozenset(
    {
        "adapter_config.json",
        "mergekit_config.yml",
        "mergekit_config.yaml",
        "mergekit_moe_config.yml",
    }
)
_NO_CARD = re.compile(
    r"(?:readme|model_?card|(?:use_?|third_?party_?)?(?:licen[sc]e|notices?|policy)|copying|changelog"
    r"|changes|contributing|code_of_conduct|security|model_lineage|attribution|citation)(?:[_.-].*)?\.md\Z",
    re.IGNORECASE,
)
_CACHE_FOLDER = re.compile(r"(models|datasets)--(?:(.+?)--)?(.+)\Z")
_KINDS = {"models": "model", "datasets": "dataset"}


@dataclass
class Place:
    """Where one work lies.

    Attributes:
        path: Relative to the source, with slashes; empty for the source itself.
        kind: ``model`` or ``dataset``.
        work_id: By its path; whether it can be an id has not been asked.
        folder: Of the repository, or None for a card that is a file by itself.
        card: The card, if there is one.
        files: Names of the files in the folder.
        has_front_matter: Whether the card seems to begin with it.
        cards_below: Other cards in and beside it, which are taken for parts of the repository.
        fault: Why nothing in this folder could be read, if so.
    """

    path: str
    kind: str
    work_id: str
    folder: Folder | None
    card: Folder | None
    files: list[str] = field(default_factory=list[str])
    has_front_matter: bool = False
    cards_below: int = 0
    fault: str = ""


def places(root: Folder, work_id: str | None = None) -> list[Place]:
    """Return where the works of a folder lie, in the order of their paths.

    Args:
        root: The folder.
        work_id: Of the one repository that the folder is; without it, paths decide.

    Raises:
        SourceError: The folder cannot be read, or holds more than is looked at.
    """
    root = root.resolve()
    walk = _Walk(root)
    if work_id is not None:
        files, _ = entries(root)
        kind = "dataset" if work_id.startswith("datasets/") else "model"
        return [
            Place("", kind, work_id.removeprefix("datasets/"), root, card_of(root, files), files)
        ]
    return walk.below(root, ())


def card_of(folder: Folder, files: list[str]) -> Folder | None:
    """Return the card of a repository, by the names of its files."""
    by_name = {name.casefold(): name for name in reversed(files)}
    return next((folder / by_name[name] for name in CARD_FILES if name in by_name), None)


class _Walk:
    """One walk through a folder."""

    def __init__(self, root: Folder) -> None:
        self.root = root
        self.seen = 0

    def below(self, folder: Folder, parts: tuple[str, ...]) -> list[Place]:
        """Return the places in a folder."""
        files, folders = entries(folder)
        self.seen += len(files) + len(folders)
        if self.seen > MAX_ENTRIES:
            raise SourceError(f"{self.root} holds more than {MAX_ENTRIES} files and folders")
        found = [place for name in folders for place in self._in_folder(folder / name, parts)]
        card = card_of(folder, files)
        texts = [f for f in files if f.casefold().endswith(".md") and not _NO_CARD.match(f)]
        flat = [self._place((*parts, name), None, folder / name, []) for name in texts]
        if card is not None or _REPOSITORY_FILES.intersection(files):
            own = self._place(parts, folder, card, files)
            if own.has_front_matter or not any(p.has_front_matter for p in (*flat, *found)):
                beside = sum(p.has_front_matter for p in flat)
                own.cards_below = beside + sum(not p.fault for p in found)
                return [own]
            own.folder = None  # Its license files are not those of the works below it.
            flat.append(own)
        return sorted([*flat, *found], key=lambda place: place.path)

    def _in_folder(self, folder: Folder, parts: tuple[str, ...]) -> list[Place]:
        parts = (*parts, folder.name)
        fault = f"lies more than {MAX_FOLDER_DEPTH} folders deep"
        if len(parts) <= MAX_FOLDER_DEPTH:
            try:
                return self.below(folder, parts)
            except UnreadableFolderError as error:
                fault = str(error)
        return [Place("/".join(parts), "model", "", None, None, fault=fault)]

    def _place(
        self, parts: tuple[str, ...], folder: Folder | None, card: Folder | None, files: list[str]
    ) -> Place:
        kind, work_id = named_by_path(self.root.name, parts)
        place = Place("/".join(parts), kind, work_id, folder, card, files)
        if card is not None:
            with suppress(UnreadableFileError):
                beginning = read_inside(card, self.root, 1024).data
                text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
                place.has_front_matter = text.startswith(b"---")
        return place


def named_by_path(root_name: str, parts: tuple[str, ...]) -> tuple[str, str]:
    """Return kind and id of the work at a path below a folder.

    The id is the last two names of ``owner/name``, or the parts of ``owner__name``; in the
    Hub's cache it is in the name of the folder ``models--owner--name``. Below a folder
    ``datasets`` are datasets.

    Args:
        root_name: Of the source folder, which names a repository that has no path below it.
        parts: Names of the folders, and of the file for a card by itself.
    """
    names = [*parts] or [root_name]
    if names[-1].casefold().endswith(".md"):
        names[-1] = names[-1][: -len(".md")]
    for name in (root_name, *names):
        if cached := _CACHE_FOLDER.match(name):
            return _KINDS[cached[1]], "/".join(filter(None, (cached[2], cached[3])))
    kind = _KINDS.get(root_name, "model") if parts else "model"
    for place, name in enumerate(names[:-1]):
        if name in _KINDS:
            kind, names = _KINDS[name], names[place + 1 :]
            break
    owner, separator, name = names[-1].partition("__")
    if separator and owner and name:
        return kind, f"{owner}/{name}"
    return kind, "/".join(names[-2:])
