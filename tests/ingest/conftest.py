"""A Hub on this machine, and readings of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import constants
from tests.ingest.fake_hub import FakeHub
from tests.ingest.hub_readings import Reading


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    with FakeHub().serving() as serving:
        yield serving
        huggingface_hub.close_session()


@pytest.fixture
def reading(hub: FakeHub, tmp_path: Path) -> Reading:
    return Reading(hub, tmp_path)
