"""What each command prints, for people and as JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, RdfFormat, parse

from licet_ontology.terms import BASE
from licet_service.cli import app

if TYPE_CHECKING:
    from tests.cli.conftest import Licet

COMMANDS = (
    "build",
    "check",
    "explain",
    "export",
    "licenses",
    "query",
    "serve",
    "sparql",
    "validate",
)
DROPPED = "NousResearch/Nous-Hermes-Llama2-13b"

################################################################ help


def test_every_command_is_listed_with_its_help(licet: Licet) -> None:
    answer = licet("--help")
    assert answer.status == 0
    assert answer.err == ""
    listed = answer.out.partition("Commands:\n")[2].partition("\n\n")[0]
    assert {line.split()[0] for line in listed.splitlines()} >= set(COMMANDS)
    assert "Exit status: 0 nothing wrong" in answer.out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_one_line_and_ends_well(licet: Licet, command: str) -> None:
    found = app.get_command(click.Context(app), command)
    assert found is not None
    assert found.help
    assert "\n" not in found.help.strip()
    assert found.help.strip().endswith(".")
    answer = licet(command, "--help")
    assert answer.status == 0
    assert answer.err == ""
    assert answer.out.startswith("Usage: ")
    assert f" {command} [OPTIONS]" in answer.out.splitlines()[0]


@pytest.mark.parametrize("command", ["check", "explain", "query", "sparql", "export", "build"])
def test_commands_that_read_or_make_a_snapshot_name_the_variable_for_its_folder(
    licet: Licet, command: str
) -> None:
    assert "LICET_DATA" in licet(command, "--help").out


################################################################ build


def test_a_build_says_what_became_of_every_record(licet: Licet, tmp_path: Path) -> None:
    dump = tmp_path / "hub.jsonl"
    dump.write_text('{"id": "o/a", "likes": -1}\n{"id": "o/a"}\n{"id": "../x"}\n')
    answer = licet("build", str(dump), "--data", str(tmp_path / "data"))
    assert answer.status == 0
    assert answer.out.splitlines()[:2] == [
        "hub.jsonl: 3 records read = 1 ingested + 1 merged + 1 rejected; "
        "1 values left out of records that were kept",
        "1 works, 0 more that they name, 0 derivations",
    ]
    assert "loading the store" in answer.err


def test_a_build_prints_its_manifest_as_json(licet: Licet, tmp_path: Path) -> None:
    dump = tmp_path / "hub.jsonl"
    dump.write_text('{"id": "o/a", "tags": ["dataset:o/d"]}\n')
    answer = licet("build", str(dump), "--json", "--data", str(tmp_path / "data"))
    manifest = json.loads(answer.out)
    assert manifest["counts"] == {"works": 2, "works_in_graph": 1, "derivations": 1}
    assert json.loads((tmp_path / "data" / "current" / "manifest.json").read_text()) == manifest


################################################################ check and explain


def test_a_check_as_json_has_findings_with_reasons(licet: Licet) -> None:
    answer = licet("check", DROPPED, "--json")
    assert answer.status == 1
    assert answer.err == ""
    checked = json.loads(answer.out)
    assert checked["work"] == f"model/{DROPPED}"
    assert checked["verdict"] == "terms are violated, and more is not known"
    [finding] = [f for f in checked["findings"] if f["code"] == "llama-exclusive"]
    assert finding["severity"] == "error"
    assert finding["because"]["term"]["license"] == "Llama 2 Community License Agreement"
    assert finding["because"]["term"]["section"] == "1(b)(v)"
    assert finding["because"]["term"]["quote"]
    assert finding["because"]["imposed_by"]
    assert finding["remedy"]


def test_a_check_shows_clause_section_quote_path_and_fix(licet: Licet) -> None:
    lines = licet("check", DROPPED).out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("ERROR llama-exclusive"))
    finding = "\n".join(lines[start : start + 10])
    assert "Llama 2 Community License Agreement, section 1(b)(v), “" in finding
    assert f"model/{DROPPED} —finetunedFrom→ model/meta-llama/Llama-2-13b-hf" in finding
    assert "    fix: " in finding


def test_every_report_names_its_reading_and_is_no_advice(licet: Licet) -> None:
    for command in ("check", "explain"):
        answer = licet(command, DROPPED, "--reading", "text")
        assert answer.out.splitlines()[-1] == (
            "Under the reading 'text'. This is not legal advice."
        )


def test_an_explanation_as_json_is_that_of_the_check(licet: Licet) -> None:
    explained, checked = licet("explain", DROPPED, "--json"), licet("check", DROPPED, "--json")
    why, found = json.loads(explained.out), json.loads(checked.out)
    assert {key: found[key] for key in ("work", "situation", "licenses")} == {
        key: why[key] for key in ("work", "situation", "licenses")
    }
    assert [f["code"] for f in found["findings"]] == [f["code"] for f in why["findings"]]
    terms = [[reason["term"]["iri"] for reason in report["obligations"]] for report in (why, found)]
    assert terms[0] == terms[1]


@pytest.mark.parametrize(
    "asked", [("--finding", "llama-exclusive"), ("--clause", "llama2/output-improvement-ban")]
)
def test_an_explanation_can_be_of_one_finding_or_clause(
    licet: Licet, asked: tuple[str, str]
) -> None:
    explained = json.loads(licet("explain", DROPPED, *asked, "--json").out)
    [finding] = explained["findings"]
    assert finding["code"] == "llama-exclusive"
    assert finding["because"]["term"]["iri"].endswith("/clause/llama2/output-improvement-ban")
    assert not explained["obligations"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--finding", "llama"), "no finding 'llama': choose one of ambiguous-license, "),
        (("--clause", "llama2/none"), "no clause 'clause/llama2/none' in the catalogue"),
    ],
)
def test_a_finding_or_clause_that_there_is_not_is_refused(
    licet: Licet, asked: tuple[str, str], said: str
) -> None:
    answer = licet("explain", DROPPED, *asked)
    assert answer.status == 2
    assert answer.out == ""
    assert said in answer.err


def test_an_explanation_as_turtle_and_as_json_ld_is_one_graph(licet: Licet) -> None:
    asked = ("explain", DROPPED, "--finding", "llama-exclusive", "--format")
    graphs = []
    for name, format_ in (("turtle", RdfFormat.TURTLE), ("jsonld", RdfFormat.JSON_LD)):
        answer = licet(*asked, name)
        assert answer.status == 0
        graphs.append(Dataset(parse(answer.out, format=format_)))
        graphs[-1].canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    assert graphs[0] == graphs[1]
    clause = NamedNode(f"{BASE}clause/llama2/output-improvement-ban")
    assert any(quad.object == clause for quad in graphs[0])


def test_a_dataset_is_named_as_on_the_hub(licet: Licet) -> None:
    answer = licet("explain", "datasets/nvidia/OpenMathInstruct-1", "--json")
    assert json.loads(answer.out)["work"] == "dataset/nvidia/OpenMathInstruct-1"


def test_the_reading_can_come_from_the_environment(
    licet: Licet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LICET_READING", "text")
    assert json.loads(licet("explain", DROPPED, "--json").out)["reading"] == "text"


def test_an_argument_wins_over_the_environment(
    licet: Licet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data: Path
) -> None:
    monkeypatch.setenv("LICET_DATA", str(tmp_path / "absent"))
    assert licet("explain", DROPPED).status == 4
    assert licet("explain", DROPPED, "--data", str(data)).status == 0


################################################################ query and sparql


def test_saved_queries_are_listed_with_parameters_and_question(licet: Licet) -> None:
    answer = licet("query", "--json")
    listed = {row["name"]: row for row in json.loads(answer.out)}
    assert listed["obligations"]["parameters"].startswith("model=")
    assert all(row["summary"].endswith("?") for row in listed.values())
    assert [line.split()[0] for line in licet("query").out.splitlines()[2:]] == list(listed)


def test_a_saved_query_is_answered_as_a_table_with_the_question_beside(licet: Licet) -> None:
    answer = licet("query", "obligations", f"model={DROPPED}")
    assert answer.status == 0
    assert answer.out.startswith("model")
    assert f"model:{DROPPED}" in answer.out
    assert answer.err.splitlines() == [
        "Which clauses bind whoever publishes this model, and where does each come from?"
    ]


def test_a_saved_query_is_answered_as_json(licet: Licet) -> None:
    answer = licet("query", "obligations", f"model={DROPPED}", "--json")
    rows = json.loads(answer.out)["results"]["bindings"]
    assert {row["model"]["value"] for row in rows} == {f"https://w3id.org/licet/model/{DROPPED}"}
    assert "https://w3id.org/licet/clause/llama2/license-copy" in {
        row["clause"]["value"] for row in rows
    }


COUNT = "SELECT (COUNT(*) AS ?n) { ?license a licet:License }"


@pytest.mark.parametrize(
    ("format_", "first_line"),
    [("csv", "n"), ("tsv", "?n"), ("table", "n"), ("xml", '<?xml version="1.0"?>')],
)
def test_a_query_is_answered_in_each_format(licet: Licet, format_: str, first_line: str) -> None:
    answer = licet("sparql", "-", "--format", format_, stdin=COUNT)
    assert answer.status == 0
    assert answer.err == ""
    assert answer.out.startswith(first_line)


def test_a_csv_answer_is_read_by_what_reads_csv(licet: Licet) -> None:
    query = "SELECT ?q { clause:llama3\\/naming licet:quote ?q }"
    rows = list(csv.reader(io.StringIO(licet("sparql", "-", "--format", "csv", stdin=query).out)))
    assert rows == [
        ["q"],
        ["you shall also include “Llama 3” at the beginning of any such AI model name"],
    ]


def test_a_query_is_read_from_a_file(licet: Licet, tmp_path: Path) -> None:
    (tmp_path / "ask.rq").write_text("ASK { license:llama3 a licet:License }")
    assert licet("sparql", str(tmp_path / "ask.rq")).out == "true\n"
    assert json.loads(licet("sparql", str(tmp_path / "ask.rq"), "--json").out)["boolean"] is True


def test_an_export_is_a_folder_of_its_own_below_the_one_that_is_named(
    licet: Licet, tmp_path: Path, data: Path
) -> None:
    answer = licet("export", "--to", str(tmp_path), "--format", "nquads")
    assert answer.status == 0
    folder = tmp_path / (data / "current").resolve().name
    assert answer.out == f"{folder}\n"
    assert "licenses: " in answer.err
    names = {path.name for path in folder.iterdir()}
    assert {"hub.nq.zst", "hub.nq.gz", "SHA256SUMS", "index.json"} < names
    assert not [name for name in names if "trig" in name or "parquet" in name]
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_an_export_is_written_again_when_told_to(licet: Licet, tmp_path: Path) -> None:
    given = ("export", "--to", str(tmp_path), "--format", "parquet")
    folder = Path(licet(*given).out.strip())
    (folder / "models.parquet").write_text("mine")
    again = licet(*given)
    assert again.status == 2
    assert (folder / "models.parquet").read_text() == "mine"
    assert licet(*given, "--force").status == 0
    assert (folder / "models.parquet").read_bytes().startswith(b"PAR1")
