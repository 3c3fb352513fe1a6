"""While records are being taken over, what is not there yet is refused, and the rest answers."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import orjson
import pytest

from licet_ingest.snapshot import INDEX_FOLDER
from licet_ontology.terms import DEFAULT_READING, GRAPH_HUB, reading_graphs
from licet_service.cli import main
from licet_service.plan_api import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastapi.testclient import TestClient


def test_without_an_index_lists_are_refused_with_the_reason_and_pages_answer(
    client_with: Callable[..., TestClient], data: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "data"
    shutil.copytree(data, copy, symlinks=True)
    shutil.rmtree((copy / "current" / INDEX_FOLDER).resolve())
    client = client_with(data=copy)
    for path in ("/api/models", "/api/statistics"):
        refused = client.get(path)
        assert refused.status_code == 503, (path, refused.text)
        assert "Newer records are being taken over" in refused.json()["detail"]
    page = client.get("/search", params={"q": "mistral"}, headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "Newer records are being taken over" in page.text
    work = "/model/mlabonne/NeuralDaredevil-8B-abliterated"
    for path in ("/", work):
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200, path


WORK = "mlabonne/NeuralDaredevil-8B-abliterated"
BEHIND = "text"


@pytest.fixture
def changing(data: Path, tmp_path: Path) -> Path:
    """A data folder in which a change is in force, but not yet under one reading."""
    copy = tmp_path / "data"
    shutil.copytree(data, copy, symlinks=True)
    manifest = (copy / "current" / "manifest.json").resolve()
    told = orjson.loads(manifest.read_bytes())
    del told["readings"][BEHIND]
    manifest.write_bytes(orjson.dumps({**told, "pending": {"readings": [BEHIND], "records": 0}}))
    return copy


def test_a_reading_that_is_behind_a_change_is_refused_everywhere(
    client_with: Callable[..., TestClient], changing: Path
) -> None:
    client = client_with(data=changing)
    ask, behind = "ASK { ?s ?p ?o }", reading_graphs(BEHIND)[0]
    of_a_reading = [
        ("/api/explain", {"work": WORK}),
        ("/api/obligations", {"work": WORK}),
        ("/api/findings", {"work": WORK}),
        ("/api/statistics", {}),
        ("/api/suggest", {"work": WORK}),
        ("/queries/obligations", {"model": WORK}),
        ("/sparql", {"query": ask}),
        ("/graphs", {"default": ""}),
        (f"/model/{WORK}", {}),
        ("/", {}),
    ]
    of_any = [
        ("/sparql", {"query": f"ASK FROM <{behind}> {{ ?s ?p ?o }}"}),
        ("/sparql", {"query": ask, "default-graph-uri": GRAPH_HUB}),
        ("/graphs", {"graph": behind}),
    ]
    html = {"Accept": "text/html"}
    for path, values in of_a_reading:
        headers = html if path in {"/", f"/model/{WORK}"} else {}
        under = [
            client.get(path, params={**values, "reading": name}, headers=headers)
            for name in (DEFAULT_READING, BEHIND)
        ]
        assert [answer.status_code for answer in under] == [200, 503], (path, under[1].text)
        assert int(under[1].headers["Retry-After"]) > 0
        assert "a change is in force under reading cautious" in under[1].text
    for path, values in of_any:
        assert client.get(path, params=values).status_code == 503, path
    plan = EXAMPLE
    card = {"id": "me/mine", "card": "---\nlicense: mit\n---\n", "reading": BEHIND}
    for path, sent in (("/api/plan?reading=" + BEHIND, plan), ("/api/check", card)):
        refused = client.post(path, json=sent)
        assert refused.status_code == 503, (path, refused.text)


def test_on_the_command_line_too(
    changing: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICET_DATA", str(changing))
    behind, asked = ["--reading", BEHIND], changing / "asked.rq"
    asked.write_text("ASK { ?s ?p ?o }")
    for words in (
        ["explain", WORK, *behind],
        ["query", "obligations", f"model={WORK}", *behind],
        ["sparql", str(asked), *behind],
        ["suggest", WORK, *behind],
        ["check", WORK, *behind],
        ["export"],
    ):
        monkeypatch.setattr(sys, "argv", ["licet", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code, words
        assert "a change is in force under reading cautious" in capsys.readouterr().err, words
