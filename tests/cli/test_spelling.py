"""What is asked of a work that is written in another case is answered of the work itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Licet

BASE, WRITTEN = "mistralai/Mistral-7B-v0.1", "MistralAI/mistral-7b-v0.1"
TUNED = "mlabonne/OmniBeagle-7B"


def both(licet: Licet, *arguments: str, spelled: str = TUNED) -> tuple[Any, Any]:
    """Return what is said of a work by its id, and by its id in another case."""
    there = licet(*(argument.replace("WORK", spelled) for argument in arguments))
    otherwise = licet(*(argument.replace("WORK", spelled.upper()) for argument in arguments))
    assert there.status == otherwise.status
    return json.loads(there.out), json.loads(otherwise.out)


def repository(folder: Path, base: str, **files: str) -> Path:
    folder.mkdir()
    front = f"license: mit\nbase_model:\n- {base}\nbase_model_relation: finetune\n"
    (folder / "README.md").write_text(f"---\n{front}---\n# Mine\n")
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def checked(licet: Licet, folder: Path, *more: str) -> tuple[int, dict[str, Any]]:
    answer = licet("check", str(folder), "--id", "me/mine", "--json", *more)
    return answer.status, json.loads(answer.out)


def test_a_check_finds_a_base_in_another_case_and_says_what_was_written(
    licet: Licet, tmp_path: Path
) -> None:
    status, report = checked(licet, repository(tmp_path / "there", BASE))
    other_status, other = checked(licet, repository(tmp_path / "otherwise", WRITTEN))
    [note] = [one for one in other["notes"] if one["code"] == "spelled-otherwise"]
    assert WRITTEN in note["text"]
    assert BASE in note["to_do"]
    assert (note["file"], note["line"], note["severity"]) == ("README.md", 3, "note")
    other["notes"].remove(note)
    assert report["duties"]
    assert (other_status, other) == (status, report)


def test_a_file_that_names_a_base_in_another_case_is_told(licet: Licet, tmp_path: Path) -> None:
    folder = repository(tmp_path / "adapter", BASE)
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# Mine\n")
    told = {"base_model_name_or_path": WRITTEN, "peft_type": "LORA"}
    (folder / "adapter_config.json").write_text(json.dumps(told))
    _, report = checked(licet, folder)
    [note] = [one for one in report["notes"] if one["code"] == "spelled-otherwise"]
    assert (note["file"], note["line"]) == ("adapter_config.json", 0)
    assert {one["work"] for duty in report["duties"] for one in duty["imposed_by"]} == {
        f"model/{BASE}"
    }


def test_files_upstream_are_those_of_the_base_as_the_card_writes_it(
    licet: Licet, tmp_path: Path
) -> None:
    upstream = tmp_path / "upstream"
    upstream.mkdir()
    (upstream / "NOTICE").write_text("Copyright 2023 Somebody\n")
    folder = repository(tmp_path / "mine", WRITTEN)
    for name in (BASE, WRITTEN):
        _, report = checked(licet, folder, "--upstream", f"{name}={upstream}")
        [notice] = [d for d in report["duties"] if d["clause"]["iri"].endswith("/notice-file")]
        assert f"the NOTICE file of {BASE} holds lines" in notice["why"]


def test_what_is_written_into_a_folder_is_spelled_as_the_work_is(
    licet: Licet, tmp_path: Path
) -> None:
    patch = licet("check", str(repository(tmp_path / "mine", WRITTEN)), "--fix").out
    added = [line for line in patch.splitlines() if line.startswith("+")]
    assert any(f"https://huggingface.co/{BASE}" in line for line in added)
    assert not any(WRITTEN in line for line in added)


def test_a_work_of_the_snapshot_is_checked_and_explained(licet: Licet) -> None:
    there, otherwise = both(licet, "check", "WORK", "--json")
    [note] = otherwise.pop("notes")
    assert there.pop("notes") == []
    assert note["code"] == "spelled-otherwise"
    assert TUNED.upper() in note["text"]
    assert there == otherwise
    there, otherwise = both(licet, "explain", "WORK", "--json")
    assert there == otherwise
    assert otherwise["work"] == f"model/{TUNED}"
    there, otherwise = both(licet, "export", "WORK", "--format", "cyclonedx")
    assert there == otherwise


def test_plans_and_suggestions_name_the_work_as_it_is_spelled(licet: Licet, tmp_path: Path) -> None:
    plan = {"actions": [{"do": "fine-tune", "of": BASE, "makes": "mine"}], "publish": "mine"}
    for spelled, name in ((BASE, "there"), (WRITTEN, "otherwise")):
        text = json.dumps(plan).replace(BASE, spelled)
        (tmp_path / f"{name}.json").write_text(text)
    there, otherwise = (
        licet("plan", str(tmp_path / f"{name}.json"), "--json") for name in ("there", "otherwise")
    )
    assert there == otherwise
    assert BASE in otherwise.out
    there, otherwise = both(licet, "suggest", "WORK", "--as", "quantize", "--json", spelled=BASE)
    assert there == otherwise
    assert otherwise["question"]["works"] == [BASE]


def test_a_work_that_nothing_is_like_stays_unknown(licet: Licet, tmp_path: Path) -> None:
    answer = licet("check", f"{TUNED}-x".lower())
    assert (answer.status, answer.out) == (3, "")
    status, report = checked(licet, repository(tmp_path / "mine", f"{WRITTEN}-x"))
    assert status == 3
    assert not report["duties"]
    assert not any(one["code"] == "spelled-otherwise" for one in report["notes"])
