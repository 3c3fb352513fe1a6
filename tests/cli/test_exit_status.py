"""Each exit status, by a real case; data on standard output, messages on standard error."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import orjson
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Answer, Licet

# What the console script does.
RUN = [sys.executable, "-c", "from licet_service.cli import main; main()"]


def assert_one_message(answer: Answer, status: int) -> None:
    """Check that a command gave up with one line for a person, and no data."""
    assert answer.status == status
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 1
    assert "Traceback" not in answer.err


################################################################ what a check found


def test_a_model_with_no_finding_of_weight_is_0(licet: Licet) -> None:
    answer = licet("check", "mistralai/Mistral-7B-v0.1")
    assert answer.status == 0
    assert answer.out.startswith("model/mistralai/Mistral-7B-v0.1: no violation was found")
    assert answer.err == ""


def test_a_model_that_dropped_the_terms_of_llama_is_1(licet: Licet) -> None:
    answer = licet("check", "NousResearch/Nous-Hermes-Llama2-13b")
    assert answer.status == 1
    assert "ERROR llama-exclusive: " in answer.out
    assert answer.err == ""


def test_a_model_named_otherwise_than_llama_prescribes_is_1(licet: Licet) -> None:
    answer = licet("check", "canopylabs/orpheus-3b-0.1-ft")
    assert answer.status == 1
    assert "ERROR naming: " in answer.out


def test_a_model_whose_parent_is_not_in_the_graph_is_3(licet: Licet) -> None:
    answer = licet("check", "distilbert/distilgpt2")
    assert answer.status == 3
    assert "UNKNOWN missing-parent: " in answer.out
    assert answer.err == ""


def test_a_violation_weighs_more_than_an_unknown(licet: Licet) -> None:
    answer = licet("check", "mlabonne/NeuralBeagle14-7B")
    assert answer.status == 1
    assert "UNKNOWN missing-parent: " in answer.out


def test_the_same_model_can_be_1_under_one_reading_and_not_under_another(licet: Licet) -> None:
    work = "bartowski/UNA-TheBeagle-7b-v1-exl2"
    assert "ERROR no-derivatives: " in licet("check", work).out
    text = licet("check", work, "--reading", "text")
    assert "ERROR no-derivatives: " not in text.out
    assert text.status != 1


@pytest.mark.parametrize("command", ["check", "explain"])
@pytest.mark.parametrize(
    "work",
    ["nobody/nothing", "datasets/nobody/nothing", "not an id", "google-bert/bert-base-nowhere"],
)
def test_a_work_that_nothing_is_known_of_is_3(licet: Licet, command: str, work: str) -> None:
    assert_one_message(licet(command, work), 3)


def test_a_work_that_is_only_named_by_others_is_3(licet: Licet) -> None:
    upstream = licet("check", "distilbert/distilgpt2", "--json")
    [finding] = [f for f in orjson.loads(upstream.out)["findings"] if f["code"] == "missing-parent"]
    kind, _, named = finding["because"]["imposed_by"][0]["work"].partition("/")
    assert_one_message(licet("check", f"datasets/{named}" if kind == "dataset" else named), 3)


def test_an_explanation_is_0_whatever_it_says(licet: Licet) -> None:
    assert licet("explain", "NousResearch/Nous-Hermes-Llama2-13b").status == 0


################################################################ wrong usage


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("query", "obligation"), "no saved query named 'obligation'"),
        (("query", "obligations"), "needs a value for model"),
        (("query", "obligations", "work=o/m"), "has no parameter work"),
        (("query", "obligations", "o/m"), "write parameters as key=value, not 'o/m'"),
        (("licenses", "mitt"), "no license 'mitt' in the catalogue"),
        (("check", "o/m", "--reading", "hopeful"), "choose one of acceptance-required, cautious"),
        (("explain", "o/m", "--reading", "hopeful"), "choose one of acceptance-required, cautious"),
        (
            ("query", "no-commercial-use", "--reading", "hopeful"),
            "choose one of acceptance-required, cautious",
        ),
        (("build", "hub.txt"), "a source is 'sample', 'hub:', a folder of cards"),
        (("sparql", "/absent/query.rq"), "cannot read /absent/query.rq"),
    ],
)
def test_what_does_not_exist_or_makes_no_sense_is_2(
    licet: Licet, arguments: tuple[str, ...], message: str
) -> None:
    answer = licet(*arguments)
    assert answer.status == 2
    assert answer.out == ""
    assert message in answer.err.splitlines()[-1]


@pytest.mark.parametrize("value", ["", "not an id", "../../etc/passwd", "o/m/x"])
def test_a_parameter_that_cannot_be_a_model_is_2(licet: Licet, value: str) -> None:
    answer = licet("query", "obligations", f"model={value}")
    assert answer.status == 2
    assert answer.out == ""


@pytest.mark.parametrize(
    "query", ["", "SELECT", "SELECT ?s WHERE { ?s ?p }", "INSERT DATA { <a:s> <a:p> <a:o> }"]
)
def test_a_text_that_is_no_query_is_2(licet: Licet, query: str) -> None:
    assert_one_message(licet("sparql", "-", stdin=query), 2)


def test_a_query_to_another_service_is_2_and_asks_nobody(licet: Licet) -> None:
    query = "SELECT * { SERVICE <http://127.0.0.1:1/sparql> { ?s ?p ?o } }"
    assert_one_message(licet("sparql", "-", stdin=query), 2)


@pytest.mark.parametrize(
    "arguments", [("check",), ("frobnicate",), ("check", "o/m", "--frobnicate"), ("sparql",)]
)
def test_arguments_that_no_command_takes_are_2(licet: Licet, arguments: tuple[str, ...]) -> None:
    answer = licet(*arguments)
    assert answer.status == 2
    assert answer.out == ""
    assert "Error: " in answer.err


################################################################ unusable sources and snapshots


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "o/m"),
        ("explain", "o/m"),
        ("query", "no-commercial-use"),
        ("sparql", "-"),
        ("export",),
    ],
)
def test_a_folder_without_a_snapshot_is_4(
    licet: Licet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = licet(*arguments, "--data", str(tmp_path / "absent"), stdin="ASK {}")
    assert answer.status == 4
    assert answer.out == ""
    assert f"licet build --data {tmp_path / 'absent'}" in answer.err.splitlines()[-1]


def test_a_source_that_is_not_there_is_4(licet: Licet, tmp_path: Path) -> None:
    answer = licet("build", str(tmp_path / "absent.jsonl"), "--data", str(tmp_path / "data"))
    assert_one_message(answer, 4)


def test_a_source_that_breaks_off_is_4_and_the_snapshot_in_force_stays(
    licet: Licet, tmp_path: Path, data: Path
) -> None:
    (tmp_path / "hub.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00")
    before = (data / "current").resolve()
    assert_one_message(licet("build", str(tmp_path / "hub.jsonl.gz")), 4)
    assert (data / "current").resolve() == before


def test_a_data_folder_that_is_a_file_is_4(licet: Licet, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert_one_message(licet("build", "--data", str(tmp_path / "file")), 4)


def test_a_snapshot_without_its_store_is_4(licet: Licet, tmp_path: Path, data: Path) -> None:
    shutil.copytree(data, tmp_path / "data", symlinks=True)
    shutil.rmtree((tmp_path / "data" / "current").resolve() / "store")
    assert_one_message(licet("check", "gpt2", "--data", str(tmp_path / "data")), 4)


def test_a_dump_that_cannot_be_written_is_one_message(licet: Licet, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    answer = licet("export", "--to", str(tmp_path / "file"))
    assert_one_message(answer, answer.status)
    assert answer.status in {2, 4}


################################################################ in a process of its own


def test_data_goes_to_standard_output_and_messages_to_standard_error(data: Path) -> None:
    ended = subprocess.run(
        [*RUN, "query", "no-commercial-use", "--format", "csv", "--data", str(data)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.splitlines()[0].startswith("model,")
    assert ended.stderr.splitlines() == [
        "Which models may not be used commercially, and because of which work and clause?"
    ]


def test_a_foreseen_error_is_one_line_without_a_traceback(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*RUN, "check", "o/m"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LICET_DATA": str(tmp_path)},
    )
    assert ended.returncode == 4
    assert ended.stdout == ""
    assert ended.stderr == (
        f"{tmp_path} holds no readable snapshot; make one with: licet build --data {tmp_path}\n"
    )


@pytest.mark.parametrize("arguments", [["licenses"], ["licenses", "--json"]])
def test_a_reader_that_has_seen_enough_is_no_violation(arguments: list[str]) -> None:
    # As in `licet licenses | head -0`: nobody reads what is printed.
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ended = subprocess.run(
            [*RUN, *arguments], stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert ended.stderr == b""
    assert ended.returncode == 0


def test_a_question_about_a_model_that_is_not_in_the_graph_is_3(licet: Licet) -> None:
    answer = licet("query", "card-duties", "model=nosuch/none")
    assert answer.status == 3
    assert "not in the graph" in answer.err
