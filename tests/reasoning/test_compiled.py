"""What is computed once is found again as long as its sources say the same."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from licet_reasoning import compiled
from licet_reasoning.compiled import is_kept

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one file of the only package that anything is made from."""
    file = tmp_path / "package" / "licenses" / "mine.ttl"
    file.parent.mkdir(parents=True)
    file.write_text("one")
    package = SimpleNamespace(__path__=[str(tmp_path / "package")])
    monkeypatch.setattr(compiled, "_PACKAGES", (package,))
    return file


def keep_in(folder: Path) -> None:
    compiled._file_in(folder).write_bytes(b"")  # pyright: ignore[reportPrivateUsage]


def test_what_was_kept_is_not_found_for_a_source_that_says_otherwise(
    source: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "cache"
    assert not is_kept(kept)
    keep_in(kept)
    assert is_kept(kept)
    source.write_text("two")  # as long as before
    os.utime(source, ns=(0, source.stat().st_mtime_ns + 1))
    assert not is_kept(kept)


def test_what_was_kept_is_found_by_what_sources_say_whenever_they_were_written(
    source: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "cache"
    keep_in(kept)
    os.utime(source, ns=(0, 1))
    assert is_kept(kept)
    for pointer in kept.glob("sources-*"):
        pointer.unlink()
    assert is_kept(kept)
