"""``licet update --records``: records as they come, each in force before the next is read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from licet_ingest.snapshot import current

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Licet

RUN = [sys.executable, "-c", "from licet_service.cli import main; main()"]


def line(id_: str, day: int, license_: str, base: str = "") -> str:
    tags = [f"license:{license_}"]
    tags += [f"base_model:{base}", f"base_model:finetune:{base}"] if base else []
    date = f"2026-01-{day:02}T00:00:00.000Z"
    return json.dumps({"id": id_, "lastModified": date, "tags": tags}) + "\n"


@pytest.fixture
def built(licet: Licet, data: Path, tmp_path: Path) -> Path:
    """A data folder with a snapshot of two models, one derived from the other."""
    dump = tmp_path / "models.jsonl"
    dump.write_text(line("meta/base", 1, "llama3") + line("o/tuned", 2, "mit", "meta/base"))
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "cache").symlink_to(data / "cache", target_is_directory=True)
    assert licet("build", str(dump), "--data", str(folder)).status == 0
    return folder


def test_each_line_is_in_force_before_the_next_one_comes(built: Path) -> None:
    process = subprocess.Popen(
        [*RUN, "update", "--records", "-", "--json"],
        env={**os.environ, "LICET_DATA": str(built)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(line("o/new", 3, "mit", "o/tuned"))
    first = json.loads(process.stdout.readline())
    assert first["works"] == 1
    assert current(built).id == first["snapshot"]
    assert current(built).manifest["counts"]["works"] == 3
    process.stdin.write("no JSON\n" + line("meta/base", 1, "mit")[:-1])
    out, err = process.communicate()
    assert process.returncode == 0, err
    second, last = map(json.loads, out.splitlines())
    assert second["works"] == 1
    assert last == {"snapshot": last["snapshot"], "works": 3, "works_in_graph": 3, "derivations": 2}
    assert "the record is not JSON" in err
    assert "tables_of" in current(built).manifest


def test_what_records_change_is_what_queries_and_explanations_say(
    licet: Licet, built: Path, tmp_path: Path
) -> None:
    def codes() -> set[str]:
        out = licet("query", "obligations", "model=o/tuned", "--data", str(built), "--json").out
        return {row["code"]["value"] for row in json.loads(out)["results"]["bindings"]}

    assert "naming" in codes()
    records = tmp_path / "newer.jsonl"
    records.write_text(line("meta/base", 5, "mit"))
    answer = licet("update", "--records", str(records), "--data", str(built))
    assert answer.status == 0, answer.err
    assert answer.out.splitlines()[-1] == f"snapshot {current(built).id} is in force"
    assert "naming" not in codes()
    assert licet("validate", "--data", str(built)).status == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--records", "no-such.jsonl"), "no such file of JSON lines"),
        (("--records", "-", "--fresh"), "leave sources and options out"),
        (("x.jsonl", "--records", "-"), "leave sources and options out"),
    ],
)
def test_records_that_cannot_be_read_are_wrong_usage(
    licet: Licet, arguments: tuple[str, ...], message: str
) -> None:
    answer = licet("update", *arguments)
    assert answer.status == 2
    assert message in answer.err
