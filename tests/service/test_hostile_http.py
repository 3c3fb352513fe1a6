"""What is sent to stop or to fool the service, on the wire and above it."""

from __future__ import annotations

import re
import socket
import time
from typing import TYPE_CHECKING

import pytest
from tests.service.conftest import serving_on_loopback

from licet_service import server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fastapi.testclient import TestClient

STREAM = "SELECT%20*%20%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20%3Fe%20%3Ff%7DLIMIT%20150000"


def sent(address: str, data: bytes, *, read: bool = True, wait_s: float = 20) -> bytes:
    """Send something, and return what comes until the other side ends the connection."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=wait_s) as connection:
        got = bytearray()
        try:
            connection.sendall(data)
            while read and (part := connection.recv(65_536)):
                got += part
        except (ConnectionResetError, BrokenPipeError):
            pass
        return bytes(got)


@pytest.fixture(scope="module")
def impatient(data: Path) -> Iterator[str]:
    """The address of a server that waits for nobody."""
    with serving_on_loopback(data, stall_timeout_s=0.5, max_body_bytes=10_000) as address:
        yield address


@pytest.fixture(autouse=True)
def short_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_TIMEOUT_S", 0.5)


def test_half_a_head_is_not_waited_for(impatient: str) -> None:
    assert sent(impatient, b"GET / HTTP/1.1\r\nHost: x\r\n") == b""
    assert sent(impatient, b"") == b""


def test_a_head_without_end_is_refused(impatient: str) -> None:
    got = sent(impatient, b"GET / HTTP/1.1\r\nX: " + b"x" * 400_000)
    assert got == b"" or got.startswith(b"HTTP/1.1 400")


def test_a_body_that_does_not_come_is_not_waited_for(impatient: str) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
    type_ = b"Content-Type: application/sparql-query\r\n\r\n"
    assert sent(impatient, head + type_ + b"ASK").startswith(b"HTTP/1.1 408")


def test_a_body_without_end_is_refused(impatient: str) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    assert sent(impatient, head + b"Content-Length: 20000\r\n\r\nASK").startswith(b"HTTP/1.1 413")
    chunks = b"Transfer-Encoding: chunked\r\n\r\n" + (b"1000\r\n" + b" " * 4096 + b"\r\n") * 8
    assert sent(impatient, head + chunks).startswith(b"HTTP/1.1 413")


def test_who_reads_nothing_is_cut_off(impatient: str) -> None:
    host, _, port = impatient.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        query = f"GET /sparql?query={STREAM} HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(query.encode())
        time.sleep(4)
        got = bytearray()
        try:
            while part := connection.recv(1 << 20):
                got += part
        except ConnectionResetError:
            pass
    assert got.startswith(b"HTTP/1.1 200")
    assert not got.endswith(b"0\r\n\r\n")


def test_what_is_no_http_is_refused(impatient: str) -> None:
    assert sent(impatient, b"\x16\x03\x01\x00\xff" * 20).startswith(b"HTTP/1.1 400")


def test_a_long_address_is_refused(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": "ASK {} #" + "x" * 20_000})
    assert response.status_code == 414
    assert response.json()["max_bytes"] == 16_384
    assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path", ["/", "/sparql?query=ASK{}", "/license/mit", "/nowhere", "/queries", "/graphs"]
)
def test_every_response_has_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    scripts = re.findall(r"script-src ([^;]*)", headers["content-security-policy"])
    assert scripts in ([], ["'self'"])
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


@pytest.mark.parametrize("type_", ["text/turtle", "application/rdf+xml", "application/ld+json"])
@pytest.mark.parametrize("path", ["/graphs?default", "/sparql", "/graph/hub"])
def test_no_rdf_is_read(client: TestClient, path: str, type_: str) -> None:
    for method in ("POST", "PUT", "PATCH"):
        response = client.request(method, path, content="x", headers={"Content-Type": type_})
        assert response.status_code in {405, 415}


@pytest.mark.parametrize("path", ["//evil.example", "/license/mit/", "/queries/", "/sparql/"])
def test_nothing_redirects_to_a_named_host(client: TestClient, path: str) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    response = client.get(path, headers=headers, follow_redirects=False)
    assert "evil.example" not in response.headers.get("location", "")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../pyproject.toml",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/license/..%2f..%2f..%2fetc%2fpasswd",
        "/graph/..%2f..%2fetc%2fpasswd",
        "/dumps/..%2f..%2fmanifest.json",
        "/queries/..%2f..%2fsecret",
        "/model/%00",
    ],
)
def test_no_path_leaves_the_data(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code in {400, 404}, path
    assert "root:" not in response.text


def test_nothing_a_client_sends_ends_a_line_of_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    forged = "ASK { # \r\nERROR forged\x1b[31m\u2028ERROR forged\n}"
    client.get("/sparql", params={"query": forged}, headers={"User-Agent": "x\x1b[31m"})
    client.get("/nowhere%0d%0aERROR%20forged")
    written = [record.getMessage() for record in caplog.records] + capfd.readouterr().err.split(
        "\n"
    )
    assert not [line for line in written if line.startswith("ERROR forged") or "\x1b" in line]


def test_the_same_answer_need_not_be_sent_again(client: TestClient) -> None:
    query = {"query": "SELECT ?l { ?l a licet:License } ORDER BY ?l"}
    first = client.get("/sparql", params=query)
    again = {"If-None-Match": first.headers["etag"]}
    assert client.get("/sparql", params=query, headers=again).status_code == 304
    other = client.get("/sparql", params=query, headers={**again, "Accept": "text/csv"})
    assert other.status_code == 200
    assert "etag" not in client.get("/sparql", params={"query": "SELECT (NOW() AS ?n) {}"}).headers


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_an_answer_is_compressed_for_who_accepts_it(client: TestClient, coding: str) -> None:
    query = {"query": "SELECT * { ?s a licet:License }"}
    plain = client.get("/sparql", params=query, headers={"Accept-Encoding": "identity"})
    packed = client.get("/sparql", params=query, headers={"Accept-Encoding": coding})
    assert packed.headers["content-encoding"] == coding
    assert "Accept-Encoding" in packed.headers["vary"]
    if coding == "gzip":
        assert packed.content == plain.content


def test_a_budget_that_is_spent_is_told_over_http(
    client_with: Callable[..., TestClient],
) -> None:
    client = client_with(client_burst_s=0.000001, client_budget_per_s=0.001)
    assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
    response = client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"})
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) >= 1
