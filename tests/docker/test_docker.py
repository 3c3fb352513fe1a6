"""The image and the composition, as far as they can be held against something without an engine.

Their steps run by ``python -m tests.docker.run_steps FOLDER``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from tests.docker.run_steps import ROOT, Step, stages, variables

from licet_queries.library import public_queries
from licet_service.settings import Settings

DOCKER = ROOT / "docker"
SCHEMA = os.environ.get("LICET_COMPOSE_SCHEMA")


@pytest.fixture(scope="module")
def image() -> list[list[Step]]:
    return stages((DOCKER / "Dockerfile").read_text())


@pytest.fixture(scope="module")
def composition() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return loaded


def texts(steps: list[Step], word: str) -> list[str]:
    return [step.text for step in steps if step.word == word]


def test_the_image_is_made_in_stages_from_the_lock(image: list[list[Step]]) -> None:
    build, last = image
    installs = [text for text in texts(build, "RUN") if "uv sync" in text]
    assert len(installs) == 2
    assert all("--frozen" in text and "--no-default-groups" in text for text in installs)
    assert "pyproject.toml uv.lock ./" in texts(build, "COPY")
    assert texts(last, "COPY")[0] == "--from=build /opt/licet /opt/licet"
    assert not [text for text in texts(last, "RUN") if "pip" in text or "uv " in text]


def test_what_is_copied_is_there(image: list[list[Step]]) -> None:
    for steps in image:
        for text in texts(steps, "COPY"):
            if not text.startswith("--from"):
                assert all((ROOT / source).exists() for source in text.split()[:-1]), text


def test_the_versions_are_those_of_the_repository(image: list[list[Step]]) -> None:
    makefile = (ROOT / "Makefile").read_text()
    found = re.search(r"UV_VERSION := (\S+)", makefile)
    assert found
    assert any(f"uv=={found[1]}" in text for text in texts(image[0], "RUN"))
    sources = re.findall(r'"(\w+)/licet_\w+"', (ROOT / "pyproject.toml").read_text())
    copied = {text.split()[0] for text in texts(image[0], "COPY")}
    assert set(sources) <= copied


def test_the_image_runs_as_nobody_in_particular(image: list[list[Step]]) -> None:
    last = image[-1]
    words = [step.word for step in last]
    assert texts(last, "USER") == ["10001:10001"]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert "RUN" not in words[words.index("USER") :]


def test_the_environment_of_the_image_is_of_settings(image: list[list[Step]]) -> None:
    own = {
        name.removeprefix("LICET_").lower(): value
        for step in image[-1]
        if step.word == "ENV"
        for name, value in variables(step).items()
        if name.startswith("LICET_")
    }
    assert set(own) <= set(Settings.model_fields)
    Settings.model_validate(own)


@pytest.mark.skipif(not SCHEMA, reason="LICET_COMPOSE_SCHEMA names no compose-spec.json")
def test_the_composition_is_one_by_the_specification(composition: dict[str, Any]) -> None:
    jsonschema_rs.validate(json.loads(Path(str(SCHEMA)).read_text()), composition)


def test_services_have_no_more_rights_than_they_need(composition: dict[str, Any]) -> None:
    for name, service in composition["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service, name
        for port in service.get("ports", ()):
            assert ":-127.0.0.1:" in port, "nothing is open to the network unasked"
    for name in ("licet", "nightly", "prometheus"):
        assert composition["services"][name]["read_only"], name
    assert composition["services"]["licet"]["volumes"] == ["data:/data:ro"]


def test_images_of_others_have_a_version(composition: dict[str, Any]) -> None:
    for name in ("prometheus", "grafana"):
        assert re.search(r":v?\d+\.\d+\.\d+$", composition["services"][name]["image"])


def test_mounted_files_are_there(composition: dict[str, Any]) -> None:
    for service in composition["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DOCKER / source).exists(), source
            else:
                assert source in composition["volumes"]


def test_the_dashboard_asks_for_what_there_is() -> None:
    dashboard = json.loads((DOCKER / "grafana/dashboards/licet.json").read_text())
    sources = yaml.safe_load((DOCKER / "grafana/provisioning/datasources/licet.yaml").read_text())
    uids = {source["uid"]: source["type"] for source in sources["datasources"]}
    named = {query.name for query in public_queries() if not query.parameters}
    metrics = (ROOT / "service/licet_service/observation.py").read_text()
    asked: set[str] = set()
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            assert uids[target["datasource"]["uid"]] == target["datasource"]["type"]
            if url := target.get("url"):
                assert url.split("/queries/")[1].split("?")[0] in named
            else:
                asked |= set(re.findall(r"\b(?:licet|process)_\w+", target["expr"]))
    assert asked
    for name in asked - {"process_resident_memory_bytes"}:
        assert f'"{re.sub("_(total|bucket)$", "", name)}"' in metrics, name


def nightly(tmp_path: Path, commands: str, **variables: str) -> tuple[int, list[str]]:
    """Run the nightly script once with a command in place of ``licet``."""
    tools = tmp_path / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "licet").write_text(f'#!/bin/sh\necho "$*" >> "{tmp_path}/calls"\n{commands}\n')
    (tools / "licet").chmod(0o755)
    environment = {"PATH": f"{tools}:/usr/bin:/bin", "LICET_DATA": str(tmp_path / "data")}
    environment |= {"LICET_NIGHTLY_ONCE": "yes", **variables}
    ended = subprocess.run(
        ["/bin/sh", str(DOCKER / "nightly.sh")], env=environment, capture_output=True, check=False
    )
    calls = tmp_path / "calls"
    made = calls.read_text().splitlines() if calls.exists() else []
    calls.unlink(missing_ok=True)
    return ended.returncode, made


def test_the_first_night_builds_and_later_ones_update(tmp_path: Path) -> None:
    link = tmp_path / "data" / "current"
    (link.parent / "snapshots" / "a").mkdir(parents=True)
    make = f'[ "$1" = export ] || ln -sfn snapshots/a {link}'
    first = nightly(tmp_path, make, LICET_SOURCES="hub: --limit 9")
    assert first == (0, ["build hub: --limit 9", "export"])
    assert nightly(tmp_path, "") == (0, ["update", "export"])
    (tmp_path / "data" / "dumps" / "a").mkdir(parents=True)
    assert nightly(tmp_path, "") == (0, ["update"])


def test_a_night_that_fails_is_told(tmp_path: Path) -> None:
    assert nightly(tmp_path, "exit 4") == (1, ["build hub:"])
