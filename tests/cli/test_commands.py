"""What each command prints, for people and as JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
import typer
from pyoxigraph import RdfFormat, Store, parse

from licet_service.cli import app

if TYPE_CHECKING:
    from pathlib import Path

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
    group = typer.main.get_command(app)
    found = getattr(group, "commands")[command]  # noqa: B009 - typer does not type its groups
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
    assert checked["verdict"] == "terms are violated"
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
    assert json.loads(explained.out) == json.loads(checked.out)
    assert json.loads(explained.out)["obligations"]


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


@pytest.mark.parametrize(
    ("format_", "rdf_format"),
    [
        ("table", RdfFormat.TURTLE),
        ("turtle", RdfFormat.TURTLE),
        ("nt", RdfFormat.N_TRIPLES),
        ("rdfxml", RdfFormat.RDF_XML),
        ("jsonld", RdfFormat.JSON_LD),
    ],
)
def test_a_graph_is_printed_in_each_format(
    licet: Licet, format_: str, rdf_format: RdfFormat
) -> None:
    query = "CONSTRUCT { ?l a licet:License } WHERE { ?l a licet:License ; licet:version '4.0' }"
    answer = licet("sparql", "-", "--format", format_, stdin=query)
    found = {str(quad.subject) for quad in parse(answer.out, format=rdf_format)}
    assert "<https://w3id.org/licet/license/cc-by-4.0>" in found


def test_a_query_sees_one_reading_and_not_the_other(licet: Licet) -> None:
    query = (
        "SELECT (COUNT(DISTINCT ?s) AS ?n) { model:mistralai\\/Mistral-7B-v0.1 licet:situation ?s }"
    )
    for reading in ("cautious", "text"):
        answer = licet("sparql", "-", "--format", "csv", "--reading", reading, stdin=query)
        assert answer.out.split() == ["n", "1"]


################################################################ licenses


def test_all_licenses_are_listed(licet: Licet) -> None:
    lines = licet("licenses").out.splitlines()
    assert lines[0].split() == ["license", "name", "clauses", "commercial", "use"]
    ids = [line.split()[0] for line in lines[2:]]
    assert ids == sorted(ids)
    assert {"apache-2.0", "llama3", "mg-by-sa-2.0", "h-research"} <= set(ids)
    [unread] = [line for line in lines if line.startswith("h-research ")]
    assert "not read" in unread


def test_all_licenses_as_json_are_the_ones_that_are_listed(licet: Licet) -> None:
    listed = [line.split()[0] for line in licet("licenses").out.splitlines()[2:]]
    assert [view["id"] for view in json.loads(licet("licenses", "--json").out)] == listed


def test_a_license_is_shown_with_the_quote_of_every_clause(licet: Licet) -> None:
    answer = licet("licenses", "llama3")
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[0] == "# Meta Llama 3 Community License Agreement"
    heading = lines.index("## Whoever publishes a derivative")
    naming = next(i for i, line in enumerate(lines) if line.startswith("- **Begin the model's"))
    assert naming > heading
    assert lines[naming : naming + 2] == [
        "- **Begin the model's name with “Llama 3”** (naming, section 1(b)(i)): "
        "“you shall also include “Llama 3” at the beginning of any such AI model name”",
        "  - The name must begin with: “Llama 3”",
    ]


def test_a_license_as_json_has_facts_and_clauses_with_quotes(licet: Licet) -> None:
    shown = json.loads(licet("licenses", "llama3", "--json").out)
    assert shown["id"] == "llama3"
    assert shown["read"] is True
    assert all(clause["quote"] and clause["section"] for clause in shown["clauses"])
    [fact] = [fact for fact in shown["facts"] if fact["name"] == "commercialUse"]
    assert fact["value"] == "conditional"
    assert fact["section"]
    assert fact["quote"]
    assert len(fact["evidence"]) == 2


def test_a_license_as_json_says_how_two_readings_were_settled(licet: Licet) -> None:
    shown = json.loads(licet("licenses", "llama3.2", "--json").out)
    assert dict(shown["identity"])["secondReading"] == "2026-11-21"
    [naming] = [clause for clause in shown["clauses"] if clause["slug"] == "naming"]
    assert naming["group"] == "duty"
    assert naming["settlements"]


def test_a_license_that_was_not_read_says_so(licet: Licet) -> None:
    assert "has not been read: nothing can be concluded" in licet("licenses", "h-research").out


################################################################ export


@pytest.mark.parametrize(
    ("format_", "rdf_format"), [("nquads", RdfFormat.N_QUADS), ("trig", RdfFormat.TRIG)]
)
def test_an_export_loads_again_with_the_same_number_of_quads(
    licet: Licet, tmp_path: Path, data: Path, format_: str, rdf_format: RdfFormat
) -> None:
    output = tmp_path / "dump"
    answer = licet("export", str(output), "--format", format_)
    assert answer.status == 0
    assert answer.out == ""
    assert answer.err.startswith(f"wrote {output} from snapshot ")
    again = Store()
    again.bulk_load(path=str(output), format=rdf_format)
    manifest = json.loads((data / "current" / "manifest.json").read_text())
    assert len(again) == sum(manifest["triples"].values())
    assert [path.name for path in tmp_path.iterdir()] == ["dump"]


def test_an_export_replaces_a_file_when_told_to(licet: Licet, tmp_path: Path) -> None:
    output = tmp_path / "dump.nq"
    output.write_text("mine")
    assert licet("export", str(output), "--force").status == 0
    assert output.read_text().startswith("<")
