"""The report of a build tells a maintainer what is wrong with the data."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from licet_service.build_report import MAX_TEXT_CHARS, SHOWN
from licet_service.terminal import printable

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Answer, Licet

HOSTILE = "\x1b]0;owned\x07\u202egpj.exe\x9b31m"


@pytest.fixture
def folder(tmp_path: Path, data: Path) -> Path:
    """A data folder without snapshots, which knows the closed catalogue."""
    shutil.copytree(data / "cache", tmp_path / "data" / "cache")
    return tmp_path / "data"


def built(licet: Licet, folder: Path, *items: object, name: str = "hub.jsonl") -> Answer:
    dump = folder.parent / name
    dump.write_text("\n".join(map(json.dumps, items)))
    answer = licet("build", str(dump), "--data", str(folder))
    assert answer.status == 0, answer.err
    return answer


def other(work_id: str, name: str | None = None, **fields: Any) -> dict[str, Any]:
    card = {"license": "other"} | ({"license_name": name} if name else {})
    return {"id": work_id, "tags": ["license:other"], "cardData": card, **fields}


def test_the_counts_of_each_source_add_up(licet: Licet, folder: Path) -> None:
    answer = built(licet, folder, {"id": "o/a"}, {"id": "o/a"}, {"id": "../x"})
    assert answer.out.splitlines()[0] == (
        "hub.jsonl: 3 records read = 1 ingested + 1 merged + 1 rejected; "
        "0 values left out of records that were kept"
    )
    assert "DO NOT ADD UP" not in answer.out


def test_faults_are_shown_by_field_and_reason_with_an_example(licet: Licet, folder: Path) -> None:
    items = [{"id": f"o/{n}", "likes": -n, "gated": "maybe"} for n in range(1, 4)]
    lines = built(licet, folder, *items, {"id": "../x"}).out.splitlines()
    start = lines.index("Left out: 7 records and values, by field and reason")
    assert "        3  likes is not a count" in lines[start:]
    assert "           as in hub.jsonl, o/1: “-1”" in lines[start:]
    assert any(line.endswith("(whole record)") for line in lines[start:])


def test_reasons_beyond_those_shown_are_counted(licet: Licet, folder: Path) -> None:
    fields = ("likes", "downloads", "gated", "createdAt", "lastModified", "author", "tags")
    more = ("pipeline_tag", "library_name", "cardData", "removedAt", "likes2")
    wrong = {field: {"x": 1} for field in (*fields, *more)}
    answer = built(licet, folder, {"id": "o/a", **wrong}, {"id": "../x"}, "o/b")
    listed = [line for line in answer.out.splitlines() if "as in hub.jsonl" in line]
    assert len(listed) == SHOWN
    assert "for other reasons" in answer.out


def test_gaps_unidentified_names_and_missing_works_are_counted(licet: Licet, folder: Path) -> None:
    based = {"tags": ["license:mit", "base_model:o/gone", "base_model:finetune:o/gone"]}
    answer = built(
        licet,
        folder,
        other("o/a", "acme-license"),
        other("o/b", "acme-license"),
        other("o/c", "zeta-license"),
        {"id": "o/d", **based},
        {"id": "o/e", **based},
        {"id": "o/f"},
    )
    lines = answer.out.splitlines()
    assert "        3  UnidentifiedLicense" in lines
    assert "        1  NoLicense" in lines
    start = lines.index("Unidentified licenses: 2 names, the most common first")
    assert lines[start + 1 : start + 3] == ["        2  acme-license", "        1  zeta-license"]
    start = lines.index("Works that others name and no source holds: 1, the most named first")
    assert lines[start + 1] == "        2  model/o/gone"


def test_what_changed_since_the_last_snapshot_is_shown(licet: Licet, folder: Path) -> None:
    first = built(licet, folder, {"id": "o/a", "tags": ["license:mit"]}, {"id": "o/b"})
    assert "Since snapshot" not in first.out
    second = built(licet, folder, {"id": "o/a", "tags": ["license:apache-2.0"]}, {"id": "o/c"})
    lines = second.out.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("Since snapshot "))
    assert lines[start + 1 : start + 4] == [
        "        1  licenses changed",
        "        1  works were not in it",
        "        1  works of it are in none of these sources, which is not taken as a removal",
    ]
    assert "1 changes since snapshot" in second.err


def test_a_build_that_changes_nothing_says_so(licet: Licet, folder: Path) -> None:
    built(licet, folder, {"id": "o/a"})
    assert "        0  changes" in built(licet, folder, {"id": "o/a"}).out.splitlines()


def test_the_manifest_holds_the_same_report(licet: Licet, folder: Path) -> None:
    dump = folder.parent / "hub.jsonl"
    dump.write_text(json.dumps(other("o/a", "acme-license", likes=-1)))
    answer = licet("build", str(dump), "--json", "--data", str(folder))
    report = json.loads(answer.out)["report"]
    assert report["every_record_is_accounted_for"] is True
    assert report["faults"]["groups"] == [
        {
            "field": "likes",
            "reason": "is not a count",
            "count": 1,
            "record_rejected": False,
            "source": "hub.jsonl",
            "record": "o/a",
            "value": "-1",
        }
    ]
    assert report["unidentified_licenses"]["most_common"] == [{"name": "acme-license", "works": 1}]
    assert report["missing_works"]["works"] == 0
    assert report["changes"]["since"] is None


def test_no_control_character_of_a_source_reaches_the_terminal(licet: Licet, folder: Path) -> None:
    answer = built(
        licet,
        folder,
        other("o/a", HOSTILE),
        {"id": HOSTILE},
        {"id": "o/b", "likes": HOSTILE, "gated": HOSTILE, "tags": [f"base_model:{HOSTILE}"]},
        HOSTILE,
        name=f"{HOSTILE.replace('/', '')}.jsonl",
    )
    assert all(c.isprintable() or c == "\n" for c in answer.out + answer.err)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("llama3", "llama3"),
        ("Größe – 模型", "Größe – 模型"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb", "a\\u202eb"),
        ("x" * 101, "x" * 99 + "…"),
    ],
)
def test_a_text_is_shown_as_one_line_of_what_can_be_seen(text: str, shown: str) -> None:
    assert printable(text, MAX_TEXT_CHARS) == shown
