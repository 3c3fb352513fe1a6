"""What an operator sets, sees and does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from licet_ingest.snapshot import current, put_in_force
from licet_ontology.errors import UsageError
from licet_service.observation import MULTIPROCESS, Metrics
from licet_service.settings import Settings, settings_from, settings_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi.testclient import TestClient

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a a licet:License . ?b licet:section ?c }"

################################################################ settings


def test_every_setting_is_documented_as_it_is() -> None:
    documented = OPERATIONS.read_text(encoding="utf-8").splitlines()
    missing = [line for line in settings_table() if line not in documented]
    assert not missing, "python -m licet_service.settings prints the table"
    assert all(field.description for field in Settings.model_fields.values())


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def write(text: str) -> None:
        (tmp_path / "licet.toml").write_text(text)
        monkeypatch.setenv("LICET_CONFIG", str(tmp_path / "licet.toml"))

    return write


def test_arguments_go_before_the_environment_and_that_before_the_file(
    config: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    config('host = "file"\nport = 1\nmax_waiting = 7')
    monkeypatch.setenv("LICET_HOST", "environment")
    monkeypatch.setenv("LICET_PORT", "2")
    settings = settings_from(port=3, data=None)
    assert (settings.host, settings.port, settings.max_waiting) == ("environment", 3, 7)
    assert settings.data == Path("licet-data")


@pytest.mark.parametrize(
    ("text", "wrong"), [("frobnicate = 1", "frobnicate"), ("port = -1", "port"), ("port", "port")]
)
def test_a_setting_that_makes_no_sense_is_said(
    config: Callable[[str], None], text: str, wrong: str
) -> None:
    config(text)
    with pytest.raises(UsageError, match=wrong if "=" in text else "licet.toml"):
        settings_from()


def test_a_file_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_CONFIG", "/none.toml")
    with pytest.raises(UsageError, match=r"/none\.toml"):
        settings_from()


################################################################ metrics


def metrics(text: str) -> dict[str, float]:
    pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#")
    return {name: float(value) for name, value in pairs}


def test_metrics_count_by_route_and_outcome(client_with: Callable[..., TestClient]) -> None:
    client = client_with(query_workers=1)
    client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o } LIMIT 3"})
    client.get("/sparql", params={"query": "SELECT"})
    client.get("/license/mit")
    client.head("/license/mit")
    client.get("/nowhere/<b>")
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    found = metrics(response.text)
    assert found['licet_evaluations_total{outcome="ok",what="query"}'] >= 1
    assert found['licet_evaluations_total{outcome="syntax-error",what="query"}'] == 1
    route = 'route="/license/{name:path}",status="200"'
    assert found[f'licet_http_requests_total{{method="GET",{route}}}'] == 1
    assert found[f'licet_http_requests_total{{method="HEAD",{route}}}'] == 1
    assert found['licet_http_requests_total{method="GET",route="none",status="404"}'] == 1
    assert found["licet_answer_rows_total"] >= 3
    assert found["licet_snapshot_works"] > 500
    assert "nowhere" not in response.text


def test_what_runs_in_a_process_that_died_is_counted_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for process in (ended.pid, os.getpid()):
        values = MmapedDict(str(tmp_path / f"gauge_livesum_{process}.db"))  # type: ignore[no-untyped-call]
        key = mmap_key("licet_evaluations_running", "licet_evaluations_running", [], [], "")
        values.write_value(key, 2.0, 0.0)  # type: ignore[no-untyped-call]
        values.close()  # type: ignore[no-untyped-call]
    monkeypatch.setenv(MULTIPROCESS, str(tmp_path))
    assert metrics(Metrics().text().decode())["licet_evaluations_running"] == 2


################################################################ a service of its own


class Service:
    """A service in processes of its own."""

    def __init__(self, data: Path, *arguments: str, **environment: str) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "licet_service", "serve", "--data", str(data)]
        self._process = subprocess.Popen(
            [*command, "--port", str(port), *arguments],
            env={**os.environ, "LICET_QUERY_WORKERS": "2", **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(1200):
            try:
                self.get("/health/ready")
                return
            except OSError:
                time.sleep(0.1)
                assert self._process.poll() is None, self._process.communicate()[1]
        pytest.fail("the service does not get ready")

    def get(self, path: str, **values: str) -> Any:
        address = f"{self.base}{path}?{urlencode(values)}" if values else self.base + path
        with urllib.request.urlopen(address, timeout=60) as answer:
            body = answer.read().decode()
        return json.loads(body) if "json" in answer.headers["content-type"] else body

    def web_processes(self) -> set[int]:
        """Return its processes that answer, where it has several and /proc lists them."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return {
            int(child)
            for child in children.read_text().split()
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        }

    def stop(self) -> tuple[int, list[str]]:
        """Ask it to stop; return its status and what it logged."""
        self._process.send_signal(signal.SIGTERM)
        _, log = self._process.communicate(timeout=60)
        return self._process.returncode, log.splitlines()

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def started() -> Iterator[Callable[..., Service]]:
    services: list[Service] = []

    def start(data: Path, *arguments: str, **environment: str) -> Service:
        services.append(Service(data, *arguments, **environment))
        return services[-1]

    yield start
    for service in services:
        service.kill()


def test_a_service_that_is_told_to_stop_ends_what_it_began_and_logs_in_lines(
    started: Callable[..., Service], data: Path
) -> None:
    service = started(data)
    hostile = 'SELECT * {\n?s ?p "\\n{\\"event\\":\\"forged\\"}" } LIMIT 1\n#{"event":"forged"}'
    service.get("/sparql", query=hostile)
    answers: list[Any] = []
    slow = threading.Thread(target=lambda: answers.append(service.get("/sparql", query=SLOW)))
    slow.start()
    for _ in range(200):
        if metrics(service.get("/metrics"))["licet_evaluations_running"]:
            break
        time.sleep(0.02)
    status, log = service.stop()
    slow.join()
    assert status == 0
    assert int(answers[0]["results"]["bindings"][0]["n"]["value"]) > 1000
    lines = [json.loads(line) for line in log if not line.startswith("serving ")]
    queries = [line for line in lines if line["event"] == "query"]
    assert [(line["status"], line["rows"]) for line in queries] == [(200, 0), (200, 1)]
    assert all(line["bytes"] > 0 for line in queries)
    assert {"query_sha256", "client", "took_ms", "waited_ms", "timestamp"} < set(queries[0])
    assert not [line for line in log if "forged" in line]
    assert not [line for line in queries if "127.0.0.1" in json.dumps(line)]


def test_several_processes_share_address_metrics_and_the_hash_of_a_client(
    started: Callable[..., Service], data: Path, tmp_path: Path
) -> None:
    own = tmp_path / "data"
    first = (data / "current").resolve()
    for name in ("1", "2"):
        shutil.copytree(first, own / "snapshots" / name)
    (own / "current").symlink_to("snapshots/1")
    service = started(own, "--processes", "2", LICET_LOG_QUERY_TEXT="true")
    for number in range(12):
        service.get("/sparql", query=f"SELECT * {{ ?s ?p {number} }} LIMIT 1")
    counted = metrics(service.get("/metrics"))
    assert counted['licet_evaluations_total{outcome="ok",what="query"}'] == 12

    put_in_force(own, "2")
    assert {service.get("/health/ready")["snapshot"] for _ in range(12)} == {"2"}

    if Path("/proc/self/task").exists():
        before = service.web_processes()
        os.kill(min(before), signal.SIGKILL)
        assert {service.get("/health/ready")["snapshot"] for _ in range(6)} == {"2"}
        deadline = time.monotonic() + 60
        while len(service.web_processes() - {min(before)}) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(service.web_processes() & before) == 1
        assert len(service.web_processes()) == 2
        counted = metrics(service.get("/metrics"))
        assert counted['licet_evaluations_total{outcome="ok",what="query"}'] == 12
        assert counted["licet_evaluations_running"] == 0

    status, log = service.stop()
    assert status == 0
    lines = [json.loads(line) for line in log if "LIMIT 1" in line]
    assert len(lines) == 12
    assert len({line["client"] for line in lines}) == 1
    assert "text" in lines[0]


def test_another_snapshot_is_taken_up_without_a_failed_request(
    started: Callable[..., Service], data: Path, tmp_path: Path
) -> None:
    own = tmp_path / "data"
    first = (data / "current").resolve()
    shutil.copytree(first, own / "snapshots" / "1")
    (own / "current").symlink_to("snapshots/1")
    for name in ("2", "3"):
        shutil.copytree(first, own / "snapshots" / name)
    service = started(own)
    stop, failed, answered = threading.Event(), list[str](), list[str]()

    def ask() -> None:
        while not stop.is_set():
            try:
                answered.append(service.get("/api/models", q="beagle")["snapshot"])
                service.get("/sparql", query="ASK { ?s a licet:Model }")
            except OSError as error:
                failed.append(str(error))

    clients = [threading.Thread(target=ask) for _ in range(3)]
    for client in clients:
        client.start()
    for name in ("2", "3", "1", "2"):
        put_in_force(own, name)
        seen = len(answered)
        while len(answered) < seen + 6 and not failed:
            time.sleep(0.01)
        assert service.get("/health/ready")["snapshot"] == name == current(own).id
    stop.set()
    for client in clients:
        client.join()
    assert not failed
    assert set(answered) == {"1", "2", "3"}
