"""Files out of archives that strangers send: bounded, plain and inside, or nothing at all."""

from __future__ import annotations

import io
import re
import stat
import tarfile
import zipfile
import zlib
from typing import Final

from licet_ontology.errors import UsageError

MAX_FILES: Final = 2_000
MAX_UNPACKED_BYTES: Final = 32 * 1024 * 1024
MAX_PATH_CHARS: Final = 300
MAX_DEPTH: Final = 12
_ARCHIVE_NAME = re.compile(
    r"\.(?:zip|tar|t?gz|t?bz2?|t?xz|zst|7z|rar|jar|whl|lz4?|cab|iso|dmg)\Z", re.IGNORECASE
)
_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
_WEIGHTS_NAME = re.compile(r"\.(?:bin|pt|pth|ckpt|npz|keras|nemo)\Z", re.IGNORECASE)
"""These are archives by their format, and nobody looks into them."""


class RefusedArchiveError(UsageError):
    """An archive that is not unpacked, because of what it holds or is."""


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip or tar archive by their paths; a single folder is left away.

    Raises:
        RefusedArchiveError: It is no such archive, too large, or holds what is not plain files
            inside it: links, devices, paths that lead out, archives, encrypted files.
    """
    try:
        if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            files = _of_zip(data)
        elif data.startswith(b"\x1f\x8b"):
            files = _of_tar(_gunzipped(data))
        elif data[257:262] == b"ustar":
            files = _of_tar(data)
        else:
            raise RefusedArchiveError("this is neither a zip nor a tar archive, plain or with gzip")
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
    ) as error:
        raise RefusedArchiveError(f"the archive cannot be read: {error}") from error
    return _without_folder(files)


def checked_path(path: str) -> str:
    """Return the path of a file in a repository, with slashes.

    Raises:
        RefusedArchiveError: It leads out of the repository or is none.
    """
    parts = path.removeprefix("./").split("/")
    if (
        not path
        or len(path) > MAX_PATH_CHARS
        or len(parts) > MAX_DEPTH
        or any(part in {"", ".", ".."} for part in parts)
        or "\\" in path
        or ":" in path
        or not path.isprintable()
    ):
        raise RefusedArchiveError(f"{path[:100]!r} is no path inside a repository")
    return "/".join(parts)


def _of_zip(data: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MAX_FILES:
            raise RefusedArchiveError(f"the archive holds more than {MAX_FILES:,} files")
        for member in members:
            mode = member.external_attr >> 16
            kind = stat.S_IFMT(mode)
            if member.is_dir():
                checked_path(member.filename.rstrip("/"))
                continue
            if member.flag_bits & 0x1:
                raise RefusedArchiveError(f"{member.filename!r} is encrypted")
            if kind and not stat.S_ISREG(mode):
                raise RefusedArchiveError(f"{member.filename!r} is a link or no regular file")
            with archive.open(member) as file:
                content = file.read(left + 1)
            left -= len(content)
            if left < 0:
                raise _too_large()
            _add(files, member.filename, content)
    return files


def _of_tar(data: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    count = 0
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            count += 1
            if count > MAX_FILES:
                raise RefusedArchiveError(f"the archive holds more than {MAX_FILES:,} files")
            if member.isdir():
                if member.name.strip("./"):
                    checked_path(member.name.rstrip("/"))
                continue
            if not member.isreg() or member.issparse():
                raise RefusedArchiveError(f"{member.name!r} is a link or no regular file")
            content = archive.extractfile(member)
            _add(files, member.name, content.read() if content else b"")
    return files


def _gunzipped(data: bytes) -> bytes:
    # Headers of a tar archive take some space beside what it holds.
    most = MAX_UNPACKED_BYTES + 2 * 1024 * MAX_FILES
    unzip = zlib.decompressobj(wbits=31)
    found = unzip.decompress(data, most + 1)
    if len(found) > most or unzip.unconsumed_tail:
        raise _too_large()
    return found


def _too_large() -> RefusedArchiveError:
    return RefusedArchiveError(f"the archive holds more than {MAX_UNPACKED_BYTES:,} bytes")


def _add(files: dict[str, bytes], name: str, content: bytes) -> None:
    path = checked_path(name)
    if path in files:
        raise RefusedArchiveError(f"{path!r} is there twice")
    is_archive = _ARCHIVE_NAME.search(path) or (
        content.startswith(_MAGIC) and not _WEIGHTS_NAME.search(path)
    )
    if is_archive:
        raise RefusedArchiveError(f"{path!r} is an archive within the archive")
    files[path] = content


def _without_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of the one folder that holds all, as in archives of a repository."""
    folders = {path.partition("/")[0] for path in files}
    if len(folders) != 1 or any("/" not in path for path in files):
        return files
    return {path.partition("/")[2]: content for path, content in files.items()}
