"""Checks that ask the Hub: a fake one, over real sockets."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from huggingface_hub import constants
from tests.ingest.fake_hub import FakeHub, cut_json

from licet_ingest.sources import hub_client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Licet


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """A Hub with a Llama model, a fine-tune of it, and one of what it does not show."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    with FakeHub().serving() as serving:
        monkeypatch.setattr(constants, "ENDPOINT", serving.url)
        serving.models = [
            {"id": "meta/base", "tags": ["license:llama3"]},
            {"id": "o/tuned", "tags": _tags("mit", "meta/base")},
            {"id": "o/lost", "tags": _tags("mit", "o/gone")},
        ]
        yield serving


def _tags(license_: str, base: str) -> list[str]:
    return [f"license:{license_}", f"base_model:{base}", f"base_model:finetune:{base}"]


@pytest.fixture
def nowhere(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A data folder without a snapshot; the catalogue need not be closed once more."""
    shutil.copytree(data / "cache", tmp_path / "cache" / "licet")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return str(tmp_path / "no-data")


def asked(licet: Licet, *arguments: str) -> tuple[int, dict[str, Any]]:
    answer = licet("check", *arguments, "--live", "--json")
    return answer.status, json.loads(answer.out)


def test_a_work_of_the_hub_is_checked_with_its_upstream(
    licet: Licet, hub: FakeHub, nowhere: str
) -> None:
    status, report = asked(licet, "o/tuned", "--data", nowhere)
    assert status == 1
    assert report["seen"] == "metadata"
    assert "llama-exclusive" in {finding["code"] for finding in report["findings"]}
    assert hub.paths() == ["/api/models/o/tuned", "/api/models/meta/base"]


def test_a_folder_is_checked_against_the_hub(
    licet: Licet, hub: FakeHub, nowhere: str, tmp_path: Path
) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    card = "---\nlicense: mit\nbase_model: o/tuned\nbase_model_relation: finetune\n---\n"
    (folder / "README.md").write_text(card)
    status, report = asked(licet, str(folder), "--data", nowhere)
    assert status == 1
    assert "llama3/license-copy" in {
        duty["clause"]["iri"].split("/clause/")[1] for duty in report["duties"]
    }


def test_what_the_hub_lacks_is_unknown(licet: Licet, hub: FakeHub, nowhere: str) -> None:
    status, report = asked(licet, "o/lost", "--data", nowhere)
    assert status == 3
    assert "missing-parent" in {finding["code"] for finding in report["findings"]}
    assert "not-on-the-hub" in {note["code"] for note in report["notes"]}


def test_a_work_that_is_not_on_the_hub_is_3(licet: Licet, hub: FakeHub, nowhere: str) -> None:
    answer = licet("check", "o/none", "--live", "--data", nowhere)
    assert (answer.status, answer.out) == (3, "")


@pytest.mark.parametrize("work", ["services/app", "not an id"])
def test_what_no_hub_can_have_is_2(licet: Licet, hub: FakeHub, nowhere: str, work: str) -> None:
    assert licet("check", work, "--live", "--data", nowhere).status == 2
    assert hub.paths() == []


def test_a_broken_answer_is_no_answer(
    licet: Licet, hub: FakeHub, nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_client, "_BACKOFF_S", 0.01)
    hub.script("/api/models/meta/base", *[cut_json] * 9)
    answer = licet("check", "o/tuned", "--live", "--data", nowhere)
    assert (answer.status, answer.out) == (4, "")


def test_what_the_hub_says_now_stands_in_place_of_the_snapshot(licet: Licet, hub: FakeHub) -> None:
    hub.models = [{"id": "mistralai/Mistral-7B-v0.1", "tags": ["license:llama3"]}]
    _, report = asked(licet, "mistralai/Mistral-7B-v0.1")
    assert report["licenses"] == ["Meta Llama 3 Community License Agreement"]


def test_a_base_of_the_hub_is_found_in_another_case(
    licet: Licet, hub: FakeHub, nowhere: str, tmp_path: Path
) -> None:
    reports = []
    for base in ("meta/base", "Meta/Base"):
        (tmp_path / "README.md").write_text(f"---\nlicense: mit\nbase_model: {base}\n---\n# M\n")
        reports.append(asked(licet, str(tmp_path), "--id", "o/m", "--data", nowhere)[1])
    assert reports[0]["duties"]
    assert reports[0]["duties"] == reports[1]["duties"]
    assert any("meta/base" in one["text"] for one in reports[1]["notes"])


def test_without_a_snapshot_whatever_may_name_a_work_speaks_against_having_none(
    licet: Licet, hub: FakeHub, nowhere: str, tmp_path: Path
) -> None:
    (tmp_path / "MODEL_LINEAGE.md").write_text("- Trained from scratch: yes\n")
    for words, status in (("Built with care.", 0), ("Built on meta/base by us.", 3)):
        (tmp_path / "README.md").write_text(f"---\nlicense: mit\n---\n# M\n\n{words}\n")
        assert asked(licet, str(tmp_path), "--id", "o/m", "--data", nowhere)[0] == status
