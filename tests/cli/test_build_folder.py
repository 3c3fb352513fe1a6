"""Folders of cards and links from apps, from the command line to the answer."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Licet

CARDS = {
    "o/m/README.md": "---\nlicense: mit\nbase_model: o/base\n---\n# M\n\nNo commercial use.\n",
    "o/base/README.md": "\ufeff---\r\nlicense: llama3\r\n---\r\n",
    "o/broken/README.md": "---\nlicense: [\n---\n",
    "p__q.md": "# Nothing stated\n",
    "two words.md": "# No id\n",
}


def laid(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture
def own_data(data: Path, tmp_path: Path) -> Path:
    """A data folder of its own, with the closed catalogue of the shared one."""
    folder = tmp_path / "data"
    shutil.copytree(data / "cache", folder / "cache")
    return folder


@pytest.fixture
def read_records(licet: Licet, tmp_path: Path, own_data: Path) -> list[dict[str, int]]:
    """What became of the records of a folder of cards and of a file of links."""
    cards = laid(tmp_path / "cards", CARDS)
    apps = tmp_path / "my.apps.csv"
    apps.write_text(
        "app,model,how\nhttps://example.org/chat,o/m,serves\n,o/m,uses\n", encoding="utf-8"
    )
    answer = licet("build", str(cards), str(apps), "--data", str(own_data), "--json")
    assert answer.status == 0, answer.err
    return [source["records"] for source in json.loads(answer.out)["sources"]]


def test_cards_and_links_are_accounted_for_and_answered_from(
    read_records: list[dict[str, int]], own_data: Path, licet: Licet
) -> None:
    counts = [(r["read"], r["ingested"], r["rejected"]) for r in read_records]
    assert counts == [(5, 4, 1), (2, 1, 1)]
    lines = (own_data / "current" / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
    assert {(r["record"], r["field"]) for r in map(json.loads, lines)} == {
        ("two words.md", "id"),
        ("o/broken", "README.md front matter"),
        ("my.apps.csv line 3", "app"),
    }
    own = ("--data", str(own_data))
    # What is owed for serving a model is owed for the base of that model as well.
    assert "display-notice" in licet("check", "services/example.org/chat", *own).out
    assert "o/base" in licet("explain", "services/example.org/chat", *own).out
    query = "SELECT ?warning WHERE { ?work licet:proseWarning ?warning }"
    answer = licet("sparql", "-", "--format", "csv", *own, stdin=query)
    assert "README.md line 7: No commercial use." in answer.out


def test_the_id_of_one_repository_can_be_given(
    licet: Licet, tmp_path: Path, own_data: Path
) -> None:
    folder = laid(tmp_path / "work in progress", {"README.md": "---\nlicense: mit\n---\n"})
    own = ("--data", str(own_data))
    assert licet("build", str(folder), "--id", "me/mine", *own).status == 0
    assert licet("check", "me/mine", *own).status == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sample", "--id", "me/mine"], "give one folder with it"),
        (["FOLDER", "--id", "two words"], "is not of the form owner/name"),
        (["notes.txt"], "a source is"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    licet: Licet, tmp_path: Path, arguments: list[str], message: str
) -> None:
    given = [str(tmp_path) if argument == "FOLDER" else argument for argument in arguments]
    answer = licet("build", *given)
    assert (answer.status, message in answer.err) == (2, True)


def test_a_folder_without_cards_is_unusable(licet: Licet, tmp_path: Path) -> None:
    answer = licet("build", str(tmp_path), "--data", str(tmp_path / "data"))
    assert (answer.status, "holds no card" in answer.err) == (4, True)
