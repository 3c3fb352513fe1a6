"""Another SPARQL server in place of the snapshot's store: what it is asked, what may come back."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from bench.remote import answer_rows
from bench.sparql_servers import SERVERS, is_installed
from pyoxigraph import RdfFormat
from starlette.testclient import TestClient

from licet_ontology.errors import UsageError
from licet_ontology.terms import default_graphs
from licet_queries.library import folder_queries
from licet_service.app import create_app
from licet_service.dataset import Dataset
from licet_service.evaluation import iri, literal
from licet_service.remote import (
    RemoteQueryError,
    RemoteSnapshot,
    RemoteStore,
    RemoteStoreError,
    opened,
)
from licet_service.settings import Settings
from licet_service.sparql_text import form_of, names_dataset, with_values

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

JSON = "application/sparql-results+json"
YES = b'{"head":{},"boolean":true}'
SLOW = "merge-licenses"
"""It takes seconds; ``python -m bench.remote`` asks it, too."""


################################################################ the text of a query


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("# DROP ALL\nPREFIX a: <urn:INSERT> base <urn:x> ask {}", "ASK"),
        ("PREFIX service: <urn:s> CONSTRUCT { ?s service:SERVICE 'SERVICE' } {}", "CONSTRUCT"),
    ],
)
def test_the_form_of_a_query_is_its_first_keyword_after_the_prologue(text: str, form: str) -> None:
    assert form_of(text) == form


@pytest.mark.parametrize(
    "text",
    [
        "DROP ALL",
        "",
        "define input:inference 'x' SELECT * {}",
        "SELECT * { SERVICE <http://127.0.0.1/> {} }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1/> {} }",
        "SELECT * { ?s ?p 'a\\'' . service <http://127.0.0.1/> {} }",
    ],
)
def test_an_update_or_a_call_of_another_service_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"refused|begins with"):
        form_of(text)


def test_a_dataset_is_named_by_a_keyword_and_not_by_what_looks_like_one() -> None:
    assert names_dataset("SELECT * from <urn:g> {}")
    assert not names_dataset("SELECT ?from { ?from <urn:FROM> 'FROM' } # FROM")


def test_terms_stand_for_variables_wherever_the_grammar_lets_them() -> None:
    text = (
        "SELECT ?m (COUNT(?m) AS ?n) { ?m ?p '?m' FILTER(?m != ?mm) } GROUP BY ?m ORDER BY DESC($m)"
    )
    assert with_values(text, {"m": iri("urn:x")}) == (
        "SELECT (<urn:x> AS ?m) (COUNT(<urn:x>) AS ?n) { <urn:x> ?p '?m' FILTER(<urn:x> != ?mm) }"
        " GROUP BY (<urn:x>) ORDER BY DESC((<urn:x>))"
    )


def test_a_value_cannot_leave_its_term() -> None:
    assert with_values("ASK { ?s ?p ?o }", {"o": literal('" } \\\n')}) == (
        'ASK { ?s ?p "\\" } \\\\\\n" }'
    )
    with pytest.raises(UsageError, match="is no IRI"):
        with_values("ASK { ?s ?p ?o }", {"o": iri("urn:x> } #")})


################################################################ a server of any kind


@contextmanager
def serving(respond: Callable[[BaseHTTPRequestHandler], None]) -> Generator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            respond(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def form(handler: BaseHTTPRequestHandler) -> dict[str, list[str]]:
    return parse_qs(handler.rfile.read(int(handler.headers["Content-Length"])).decode())


def answering(
    body: bytes, media_type: str = JSON, status: int = 200
) -> Callable[[BaseHTTPRequestHandler], None]:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        form(handler)
        handler.send_response(status)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Location", "http://127.0.0.1:1/elsewhere")
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def test_a_query_that_names_no_dataset_is_asked_of_the_graphs_of_its_reading() -> None:
    asked: list[dict[str, list[str]]] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        asked.append(form(handler))
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.end_headers()
        handler.wfile.write(YES)

    with serving(respond) as url:
        store = RemoteStore(url)
        assert store.ask("ASK { ?s a licet:Model }", JSON, reading="text") == YES
        store.ask("ASK FROM <urn:g> { ?s ?p ?o }", JSON)
        store.ask("ASK { ?s ?p ?o }", JSON, default_graph_iris=("urn:d",))
    assert asked[0]["default-graph-uri"] == list(default_graphs("text"))
    assert "PREFIX licet: <https://w3id.org/licet/ns#>" in asked[0]["query"][0]
    assert "default-graph-uri" not in asked[1]
    assert asked[2]["default-graph-uri"] == ["urn:d"]
    assert "named-graph-uri" not in asked[2]


@pytest.mark.parametrize(
    ("respond", "error", "message"),
    [
        (answering(b"no such thing", status=400), RemoteQueryError, "400: no such thing"),
        (answering(b"", status=503), RemoteStoreError, "answered 503"),
        (answering(YES, status=302), RemoteStoreError, "answered 302"),
        (answering(YES, "text/html"), RemoteStoreError, "answered text/html when asked for"),
        (answering(b"x" * 101), RemoteStoreError, "more than 100 bytes"),
    ],
)
def test_what_is_no_answer_is_never_taken_for_one(
    respond: Callable[[BaseHTTPRequestHandler], None], error: type[Exception], message: str
) -> None:
    with serving(respond) as url, pytest.raises(error, match=message):
        RemoteStore(url, max_bytes=100).ask("ASK {}", JSON)


def test_a_server_that_sends_little_by_little_is_given_up() -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        form(handler)
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.end_headers()
        for _ in range(50):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return
            time.sleep(0.02)

    with serving(respond) as url, pytest.raises(RemoteStoreError, match=r"more than 0\.1 s"):
        RemoteStore(url, timeout_s=0.1).ask("ASK {}", JSON)


def test_an_address_where_nobody_listens_is_named() -> None:
    with pytest.raises(RemoteStoreError, match=r"http://127.0.0.1:1/ does not answer"):
        RemoteStore("http://127.0.0.1:1/").ask("ASK {}", JSON)


def test_an_address_that_is_none_of_http_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="begins with http"):
        opened(tmp_path, "file:///etc/passwd")


def test_the_service_asks_the_server_that_its_settings_name(data: Path) -> None:
    with serving(answering(YES)) as url:
        settings = Settings.model_validate({"data": data, "sparql_url": url})
        client = TestClient(create_app(settings))
        answer = client.get("/sparql", params={"query": "ASK {}"})
        assert (answer.status_code, answer.content) == (200, YES)
        refused = client.get("/sparql", params={"query": "ASK { SERVICE <urn:x> {} }"})
        assert refused.status_code in {400, 403}


################################################################ real servers


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_a_server_with_the_dump_answers_the_competency_questions_alike(
    name: str, data: Path, tmp_path: Path
) -> None:
    if not is_installed(SERVERS[name]):
        pytest.skip(f"{name} is not installed")
    snapshot = Dataset(data).latest()
    snapshot.store.dump(str(tmp_path / "licet.nq"), format=RdfFormat.N_QUADS)
    with SERVERS[name](tmp_path / "licet.nq", tmp_path) as url:
        remote = RemoteSnapshot(RemoteStore(url))
        for query in folder_queries("competency"):
            if query.name != SLOW:
                assert answer_rows(query, remote) == answer_rows(query, snapshot), query.name
