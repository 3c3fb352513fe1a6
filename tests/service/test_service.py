"""The service as a whole: health, home, descriptions, snapshots and settings."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from rdflib import Graph

from licet_ingest.snapshot import current
from licet_ingest.sources.sample import Sample
from licet_reasoning.build import build
from licet_service.app import create_app
from licet_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_the_process_is_live_and_the_snapshot_ready(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json()["status"] == "ready"


def test_a_new_snapshot_is_picked_up_and_a_lost_one_told(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(data, folder, symlinks=True)
    client = TestClient(create_app(Settings(data=folder)), raise_server_exceptions=False)
    with client:
        before = client.get("/health/ready").json()["snapshot"]
        newer = build(folder, [Sample()])
        assert client.get("/health/ready").json()["snapshot"] == newer.id != before
        assert newer.id in client.get("/about").text
        (folder / "current").unlink()
        for path in ("/health/ready", "/sparql?query=ASK{}", "/license/mit"):
            response = client.get(path)
            assert response.status_code == 503
            assert response.json()["type"].endswith("/no-snapshot")
            assert str(folder) not in response.text
        assert client.get("/health/live").status_code == 200


def test_the_home_page_says_what_this_is(client: TestClient, data: Path) -> None:
    text = client.get("/").text
    assert "What may I do with this model?" in text
    assert f">{current(data).manifest['counts']['works_in_graph']:,}</b> models and" in text
    assert "Reading in force: cautious" in text


def test_the_dataset_describes_itself(client: TestClient) -> None:
    response = client.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    graph = Graph().parse(data=response.text, format="nt")
    found = graph.query(
        "PREFIX void: <http://rdfs.org/ns/void#> ASK { ?d a void:Dataset ; void:triples ?n ; "
        "void:sparqlEndpoint <http://testserver/sparql> ; void:subset/void:triples ?m }"
    )
    assert found.askAnswer


def test_the_public_address_can_be_set(client_with: Callable[..., TestClient]) -> None:
    client = client_with(public_url="https://licet.example/")
    for path in ("/.well-known/void", "/sparql"):
        assert "<https://licet.example/sparql>" in client.get(path).text


def test_openapi_is_there_and_no_page_that_loads_from_elsewhere(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/sparql", "/queries/card-duties", "/model/{name}", "/health/ready"} <= set(paths)
    assert client.get("/redoc").status_code == 404
    assert not re.findall(r'(?:src|href)="(?!/|#)[^"]*', client.get("/docs").text)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_PORT", "8123")
    monkeypatch.setenv("LICET_MAX_QUERY_BYTES", "1000")
    settings = Settings()
    assert (settings.port, settings.max_query_bytes) == (8123, 1000)


def test_a_query_limit_beyond_the_stack_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings(max_query_bytes=10_000_000)


def test_every_setting_is_documented() -> None:
    assert all(field.description for field in Settings.model_fields.values())
