"""The live Hub from the command line: a fake one, over real sockets."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import huggingface_hub
import orjson
import pyarrow.parquet as pq
import pytest
from huggingface_hub import constants
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Store
from tests.ingest import fake_hub
from tests.ingest.fake_hub import FakeHub, status

from licet_ingest.snapshot import current
from licet_ontology.terms import GRAPH_PROVENANCE, PROV

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Licet

RUN = [sys.executable, "-c", "from licet_service.cli import main; main()"]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """A Hub with a Llama model, a fine-tune of it and a dataset, one model a page."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setattr(fake_hub, "PAGE_ITEMS", 1)
    with FakeHub().serving() as serving:
        monkeypatch.setattr(constants, "ENDPOINT", serving.url)
        serving.models = [
            {
                "id": "meta/base",
                "author": "meta",
                "createdAt": "2026-01-01T00:00:00.000Z",
                "lastModified": "2026-01-01T00:00:00.000Z",
                "tags": ["license:llama3"],
            },
            {
                "id": "o/tuned",
                "author": "o",
                "createdAt": "2026-01-02T00:00:00.000Z",
                "lastModified": "2026-01-02T00:00:00.000Z",
                "tags": [
                    "license:mit",
                    "base_model:meta/base",
                    "base_model:finetune:meta/base",
                    "dataset:d/texts",
                ],
            },
        ]
        serving.datasets = [{"id": "d/texts", "tags": ["license:cc-by-4.0"]}]
        yield serving
        huggingface_hub.close_session()


@pytest.fixture
def folder(data: Path, tmp_path: Path) -> Path:
    """A data folder without a snapshot, in which the catalogue need not be closed once more."""
    shutil.copytree(data / "cache", tmp_path / "data" / "cache")
    return tmp_path / "data"


def graph(data: Path) -> list[str]:
    """Return all of a snapshot but its provenance, which has the time of the build."""
    dataset = Dataset(
        quad
        for quad in Store.read_only(str(current(data).store))
        if quad.graph_name != NamedNode(GRAPH_PROVENANCE)
        # Statistics name the snapshot that they are of.
        and quad.predicate != NamedNode(PROV + "wasDerivedFrom")
    )
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def read(data: Path) -> list[str]:
    """Return the works in force that were read."""
    manifest = current(data).manifest
    return [manifest["counts"]["works_in_graph"], *(s["name"] for s in manifest["sources"])]


@pytest.mark.parametrize(
    ("arguments", "works", "name"),
    [
        (("hub:",), 3, "hub:"),
        (("hub:", "--author", "o"), 3, "hub:?author=o"),
        (("hub:?author=o", "--lookups", "0"), 1, "hub:?author=o"),
        (("hub:", "--search", "base", "--limit", "2"), 1, "hub:?search=base&limit=2"),
    ],
)
def test_the_hub_is_a_source(
    licet: Licet, hub: FakeHub, folder: Path, arguments: tuple[str, ...], works: int, name: str
) -> None:
    answer = licet("build", *arguments, "--data", str(folder))
    assert (answer.status, read(folder)) == (0, [works, name])
    assert f"{name}: " in answer.out
    assert " models on " in answer.err
    assert hub.requests


def test_a_build_that_is_killed_is_completed_to_the_same_graph(
    licet: Licet, hub: FakeHub, folder: Path, tmp_path: Path
) -> None:
    whole, killed = folder, tmp_path / "killed"
    shutil.copytree(folder, killed)
    assert licet("build", "hub:", "--data", str(whole)).status == 0
    hub.requests.clear()
    hub.script("/api/models", fake_hub.work, fake_hub.stall)
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_TELEMETRY": "1"}
    command = [*RUN, "build", "hub:", "--data", str(killed)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        while len(hub.requests) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    assert not (killed / "current").exists()
    assert "going on after page 1, 1 models" in licet("build", "hub:", "--data", str(killed)).err
    assert [r.query.get("cursor") for r in hub.requests if r.path == "/api/models"] == [
        None,
        ["MQ=="],
        ["MQ=="],  # and not the first page once more
    ]
    assert graph(killed) == graph(whole)
    [one], [other] = current(killed).manifest["sources"], current(whole).manifest["sources"]
    assert one["sha256"] == other["sha256"]


def test_a_hub_that_refuses_is_4_and_the_snapshot_in_force_stays(
    licet: Licet, hub: FakeHub, folder: Path
) -> None:
    assert licet("build", "hub:", "--data", str(folder)).status == 0
    before = current(folder).id
    hub.script("/api/models", fake_hub.work, status(403, X_Error_Message="not for you"))
    answer = licet("build", "hub:", "--data", str(folder))
    assert answer.status == 4
    assert answer.out == ""
    assert "answered 403 (not for you)" in answer.err.splitlines()[-1]
    assert current(folder).id == before
    assert [path.name for path in (folder / "snapshots").iterdir()] == [before]


def test_an_update_builds_on_what_was_read(licet: Licet, hub: FakeHub, folder: Path) -> None:
    dump = folder.parent / "more.jsonl"
    dump.write_bytes(b'{"id": "p/other", "tags": ["license:mit"]}')
    data = ("--data", str(folder))
    assert licet("build", "hub:", str(dump), *data).status == 0
    hub.models[1].update(lastModified="2099-01-02T00:00:00.000Z", tags=["license:apache-2.0"])
    hub.requests.clear()
    answer = licet("update", str(dump), "--json", *data)
    assert answer.status == 0
    assert [s["name"] for s in orjson.loads(answer.out)["sources"]] == ["hub:", "more.jsonl"]
    assert hub.requests[0].query["sort"] == ["lastModified"]
    [licenses] = [
        row["licenses"]
        for row in pq.read_table(current(folder).table("models")).to_pylist()
        if row["id"] == "o/tuned"
    ]
    assert [iri.rpartition("/")[2] for iri in licenses] == ["apache-2.0"]


def test_a_snapshot_is_not_read_for_once_more_after_it_was_built(
    licet: Licet, hub: FakeHub, folder: Path
) -> None:
    for _ in range(2):
        hub.requests.clear()
        assert licet("build", "hub:", "--data", str(folder)).status == 0
        assert hub.paths().count("/api/models") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("build", "sample", "--author", "o"), "are options of hub:"),
        (("build", "--fresh"), "are options of hub:"),
        (("build", "hub:", "--author", ""), "need a text"),
        (("build", "hub:?author=o", "--author", "p"), "says already which models"),
        (("build", "hub:?owner=o"), "names no selection"),
        (("build", "hub:", "--limit", "0"), "--limit"),
        (("update",), "was not built from hub:"),
        (("update", "absent.txt"), "a source is 'sample'"),
    ],
)
def test_what_makes_no_sense_is_2(
    licet: Licet, hub: FakeHub, arguments: tuple[str, ...], message: str
) -> None:
    answer = licet(*arguments)
    assert answer.status == 2
    assert message in answer.err
    assert hub.requests == []


def test_an_update_needs_the_other_files_too(licet: Licet, hub: FakeHub, folder: Path) -> None:
    dump = folder.parent / "more.jsonl"
    dump.write_bytes(b'{"id": "p/other"}')
    data = ("--data", str(folder))
    assert licet("build", "hub:", str(dump), *data).status == 0
    hub.requests.clear()
    other = folder.parent / "other.jsonl"
    other.write_bytes(b"")
    answer = licet("update", str(dump), str(other), *data)
    assert answer.status == 2
    assert "was not built from other.jsonl" in answer.err
    answer = licet("update", *data)
    assert answer.status == 2
    assert "was also built from more.jsonl: name it, too" in answer.err
    assert hub.requests == []


def test_an_update_of_no_snapshot_is_4(licet: Licet, tmp_path: Path) -> None:
    assert licet("update", "--data", str(tmp_path)).status == 4
