"""The command line on the bundled sample, in this process."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from licet_service.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Answer(NamedTuple):
    """What a command gave: its exit status, its data and its messages."""

    status: int
    out: str
    err: str


class Licet(Protocol):
    """Runs ``licet`` with arguments."""

    def __call__(self, *arguments: str, stdin: str = "") -> Answer: ...


@pytest.fixture(scope="session")
def data(copy_of_sample: Callable[[], Path]) -> Path:
    """A data folder with a snapshot of the sample."""
    return copy_of_sample()


@pytest.fixture
def licet(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Licet:
    """``licet`` with the sample as its data folder."""
    monkeypatch.setenv("LICET_DATA", str(data))
    monkeypatch.delenv("LICET_READING", raising=False)

    def run(*arguments: str, stdin: str = "") -> Answer:
        monkeypatch.setattr(sys, "argv", ["licet", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Answer(int(ended.value.code or 0), printed.out, printed.err)

    return run
