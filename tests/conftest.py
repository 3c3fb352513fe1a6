"""Settings of all tests, and the bundled sample, built once for all of them."""

from __future__ import annotations

import fcntl
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from licet_ingest.sources.sample import Sample
from licet_reasoning.build import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Times belong in bench/, never in a test. In CI the same examples are tried each time.
settings.register_profile("licet", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("licet")


@pytest.fixture(scope="session")
def sample_built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a snapshot of the sample, for all processes of a run: only for copies."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "sample-built-once"
    with (shared / "sample-built-once.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "current").is_symlink():
            build(folder, [Sample()])
    return folder


@pytest.fixture(scope="session")
def copy_of_sample(
    sample_built_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Path]:
    """Return what makes a data folder with a snapshot of the sample."""

    def copy() -> Path:
        folder = tmp_path_factory.mktemp("sample") / "data"
        shutil.copytree(sample_built_once, folder, symlinks=True)
        return folder

    return copy
