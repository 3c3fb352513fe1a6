"""Resources under their own paths, for programs and for people."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pyoxigraph import NamedNode
from rdflib import Graph, URIRef

from licet_ingest.sources.dump import JsonLinesDump
from licet_reasoning.build import build
from licet_service.app import create_app
from licet_service.dataset import Dataset
from licet_service.pages.addresses import compact, href
from licet_service.resources import CUT_NOTE
from licet_service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BASE = "https://w3id.org/licet/"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
VIOLATING = "/model/leveldevai/TurdusBeagle-7B"  # it has parents that forbid derivatives
HOSTILE = '"><script>alert(1)</script>{{7*7}}'


class Page(HTMLParser):
    """What a browser would act on: elements, links, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.links: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src", "action"}}

    def handle_data(self, data: str) -> None:
        self.text += data


def page(client: TestClient, path: str) -> Page:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response.text)


def words(found: Page) -> str:
    return " ".join(found.text.split())


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    card = {"license": "other", "license_name": HOSTILE, "license_link": "javascript:alert(1)"}
    records = [
        {"id": "evil/name", "author": HOSTILE, "pipeline_tag": HOSTILE, "cardData": card},
        {"id": "evil/a'b", "cardData": {}},
        {"id": "evil/<script>alert(1)</script>", "cardData": {}},
        {"id": "a/__--__", "cardData": {}},
        {"id": "a/{{7*7}}", "cardData": {}},
        {"id": "a/.x..", "cardData": {}},
    ]
    dump = folder / "dump.jsonl"
    dump.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    build(folder / "data", [JsonLinesDump(dump)])
    app = create_app(Settings(data=folder / "data"))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("turtle", "text/turtle"),
        ("nt", "application/n-triples"),
        ("rdf", "application/rdf+xml"),
        ("json-ld", "application/ld+json"),
    ],
)
def test_a_resource_comes_in_the_formats_of_rdf(
    client: TestClient, name: str, media_type: str
) -> None:
    by_header = client.get("/license/llama3", headers={"Accept": media_type})
    by_address = client.get("/license/llama3", params={"format": name}, headers=HTML)
    assert by_header.headers["content-type"].split(";")[0] == media_type
    assert by_address.content == by_header.content
    if name != "json-ld":
        graph = Graph().parse(data=by_header.text, format=media_type)
        assert len(list(graph.objects(URIRef(BASE + "license/llama3")))) > 20
    else:
        assert any(node["@id"] == BASE + "license/llama3" for node in by_header.json())


def test_a_response_names_its_format_and_the_others(client: TestClient) -> None:
    headers = client.get(VIOLATING + "?reading=text", headers=HTML).headers
    assert headers["vary"] == "Accept, Accept-Encoding"
    assert headers["content-location"] == VIOLATING + "?reading=text&format=html"
    assert f'<{VIOLATING}?reading=text&format=turtle>; rel="alternate"' in headers["link"]


def test_a_program_that_names_no_format_gets_turtle(client: TestClient) -> None:
    assert client.get("/license/mit").headers["content-type"].startswith("text/turtle")


def test_406_where_no_format_is_acceptable(client: TestClient) -> None:
    assert client.get("/license/mit", headers={"Accept": "image/png"}).status_code == 406


def test_every_kind_of_resource_has_a_path(client: TestClient) -> None:
    query = """SELECT DISTINCT ?s { ?s a ?class FILTER(isIRI(?s)) } ORDER BY ?s"""
    found = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    own = [row["s"]["value"] for row in found if row["s"]["value"].startswith(BASE)]
    kinds = {iri.removeprefix(BASE).split("/")[0]: iri for iri in own if "#" not in iri}
    assert {"model", "dataset", "license", "clause", "situation", "finding"} < set(kinds)
    for iri in kinds.values():
        path = iri.removeprefix(BASE.removesuffix("/"))
        assert client.get(path, headers=HTML).status_code == 200, iri
        assert iri in client.get(path, params={"format": "nt"}).text or path == "/ns"


def test_every_link_to_our_own_pages_leads_somewhere(client: TestClient) -> None:
    seen: set[str] = set()
    for start in (VIOLATING, "/license/llama3", "/clause/llama3/naming", "/", "/queries"):
        found = page(client, start)
        assert not {"iframe", "img"} & found.elements
        assert not {"style", "onclick", "onload"} & found.attributes
        seen |= {link.split("#")[0] for link in found.links}
    assert all(link.startswith(("/", "https://")) and link[:2] != "//" for link in seen if link)
    for link in sorted(link for link in seen if link.startswith("/") and link != "/sparql"):
        assert client.get(link).status_code in {200, 400}, link  # 400: a query needs a value


def test_a_model_page_says_first_what_is_violated(client: TestClient) -> None:
    text = words(page(client, VIOLATING))
    verdict = text.index("violation")
    assert re.search(r"\d+ violations? (was|were) found: derivative shared despite", text)
    assert "Under the reading “cautious”. Not legal advice." in text
    assert verdict < text.index("Duties (") < text.index("Made from")


@pytest.mark.parametrize("path", ["/model/Qwen/Qwen2.5-7B-Instruct", "/model/01-ai/Yi-34B"])
def test_a_model_page_without_violations_promises_nothing(client: TestClient, path: str) -> None:
    text = words(page(client, path))
    assert "No violation was found" in text
    assert "it cannot be said that there is none" in text or "not show that there is none" in text
    assert re.search(r"\d+ dut(y binds|ies bind) whoever publishes it", text)
    assert "Section" in text
    assert not re.search(r"\bcompliant\b|✓|✔|✅", text)


def test_a_model_page_lists_what_is_not_known(client: TestClient) -> None:
    text = words(page(client, "/model/mlabonne/Daredevil-8B"))
    assert text.index("What is not known") < text.index("Upstream work not known")
    assert "merged from" in text


def test_a_model_that_was_only_named_has_a_page_that_says_so(client: TestClient) -> None:
    query = "SELECT ?m { ?m a licet:Model ; licet:gap licet:MissingWork } ORDER BY ?m LIMIT 1"
    row = client.get("/sparql", params={"query": query}).json()["results"]["bindings"][0]
    text = words(page(client, "/" + row["m"]["value"].removeprefix(BASE)))
    assert "Nothing can be said of this model" in text


def test_a_page_is_of_the_reading_that_is_asked_for(client: TestClient) -> None:
    assert "Under the reading “text”" in words(page(client, VIOLATING + "?reading=text"))
    assert client.get(VIOLATING + "?reading=none").status_code == 400


def test_a_license_page_has_clauses_by_scope_with_section_and_quote(client: TestClient) -> None:
    text = words(page(client, "/license/llama3"))
    passed_on, derived, served = (
        text.index(f"Whoever {act}")
        for act in ("passes on the work", "publishes a derivative", "offers a service")
    )
    assert passed_on < derived < served
    assert "Section 1(b)(i)(A): provide a copy of this Agreement" in text


def test_evidence_of_a_license_is_stated_once(client: TestClient) -> None:
    triples = client.get("/license/llama3?format=nt").text.splitlines()
    assert len(triples) == len(set(triples))
    assert sum("/ns#evidence>" in line for line in triples) > 2


def test_a_description_is_bounded_and_says_so(client_with: Callable[..., TestClient]) -> None:
    client = client_with(max_description_triples=5)
    lines = client.get("/license/llama3?format=nt").text.splitlines()
    license_ = f"<{BASE}license/llama3>"
    assert sum(line.startswith(license_) for line in lines) == 5
    assert sum(line.endswith(license_ + " .") for line in lines) == 5 + 1  # with the note's
    assert any(CUT_NOTE in line for line in lines)
    assert "This page is cut" in words(page(client, "/clause/llama3/naming"))
    whole = client_with().get("/clause/llama3/naming?format=nt").text
    assert CUT_NOTE not in whole


def lines_of_all_pages(client: TestClient, path: str) -> list[str]:
    lines: list[str] = []
    address: str | None = f"{path}?format=nt"
    while address:
        response = client.get(address)
        assert response.status_code == 200
        lines += [line for line in response.text.splitlines() if not line.startswith("_:")]
        found = re.search(r'<([^>]+)>; rel="next"', response.headers["link"])
        address = found[1] if found else None
    return lines


def test_pages_of_a_description_hold_all_of_it_once(
    client: TestClient, client_with: Callable[..., TestClient]
) -> None:
    path = "/license/apache-2.0"
    paged = lines_of_all_pages(client_with(max_description_triples=7, query_workers=1), path)
    whole = lines_of_all_pages(client_with(max_description_triples=5_000, query_workers=1), path)
    assert len(whole) > 100
    assert sorted(paged) == sorted(whole)
    assert len(set(paged)) == len(paged)


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e9", "99999999", "٣"])
def test_a_page_that_makes_no_sense_is_refused(client: TestClient, page: str) -> None:
    assert client.get("/license/mit", params={"page": page}).status_code == 400


def test_a_page_beyond_the_last_is_not_found(client: TestClient) -> None:
    response = client.get("/license/mit", params={"page": "1999"})
    assert response.status_code == 404
    assert "on page 1999" in response.json()["detail"]


def test_every_iri_of_ours_in_the_data_leads_somewhere(client: TestClient, data: Path) -> None:
    store = Dataset(data).latest().store
    nodes = {
        node.value
        for quad in store
        for node in (quad.subject, quad.predicate, quad.object, quad.graph_name)
        if isinstance(node, NamedNode) and node.value.startswith(BASE)
    }
    kinds: dict[str, list[str]] = {}
    for iri in sorted(nodes):
        kinds.setdefault(re.split("[/#]", iri.removeprefix(BASE))[0], []).append(iri)
    assert {"ns", "model", "clause", "finding", "graph", "situation"} < set(kinds)
    for iris in kinds.values():
        for iri in iris[:: max(1, len(iris) // 3)]:
            path = iri.removeprefix(BASE.removesuffix("/"))
            response = client.get(path, params={"format": "nt"})
            assert response.status_code == 200, iri
            # The address of a graph is that of all it holds.
            assert iri in response.text or path.startswith("/graph/")


def test_what_only_another_reading_knows_is_found_unless_one_is_asked_for(
    client: TestClient, data: Path
) -> None:
    store = Dataset(data).latest().store
    known = {
        reading: {
            quad.object.value
            for quad in store.quads_for_pattern(
                None,
                NamedNode(f"{BASE}ns#situation"),
                None,
                NamedNode(f"{BASE}graph/inferred/{reading}"),
            )
            if isinstance(quad.object, NamedNode)
        }
        for reading in ("cautious", "text")
    }
    path = min(known["text"] - known["cautious"]).removeprefix(BASE)
    assert client.get(f"/{path}").status_code == 200
    assert "under the reading text" in words(page(client, f"/{path}"))
    assert client.get(f"/{path}?reading=cautious").status_code == 404


def test_a_query_and_a_type_of_error_have_their_addresses(client: TestClient) -> None:
    response = client.get(
        "/query/obligations", headers={"Host": "evil.example"}, follow_redirects=False
    )
    assert response.status_code == 303
    assert response.headers["location"] == "/queries/obligations"
    problem = client.get("/license/none").json()
    described = client.get(problem["type"].removeprefix(BASE.removesuffix("/"))).json()
    assert (described["title"], described["status"]) == (problem["title"], 404)
    assert client.get("/problem/none").status_code == 404


@pytest.mark.parametrize(
    "path", ["/api/", "/queries/", "/sparql/", "/dumps", "/ns/", "//evil.example"]
)
def test_no_redirect_leads_to_a_host_that_a_client_names(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
    assert "evil" not in response.headers.get("location", "")


def test_the_web_process_never_loads_the_store() -> None:
    loaded = "import sys, licet_service.app; sys.exit('pyoxigraph' in sys.modules)"
    subprocess.run([sys.executable, "-c", loaded], check=True)


def test_the_ontology_is_rdf_for_programs(client: TestClient) -> None:
    graph = Graph().parse(data=client.get("/ns").text, format="turtle")
    assert (URIRef(BASE + "ns#boundBy"), None, None) in graph


def test_the_ontology_is_a_list_of_terms_for_people(client: TestClient) -> None:
    response = client.get("/ns", headers=HTML)
    assert 'id="boundBy"' in response.text
    assert "a clause that binds whoever publishes the work" in words(Page(response.text))


def test_hostile_text_is_shown_as_text(hostile: TestClient) -> None:
    response = hostile.get("/model/evil/name", headers=HTML)
    found = Page(response.text)
    assert response.text.count("<script") == 1  # our own, by address
    assert found.text.count(HOSTILE) >= 3
    assert "javascript:alert(1)" in found.text
    assert not any(link.startswith("javascript:") for link in found.links)


@pytest.mark.parametrize(
    "path", ["/model/evil/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/model/a/%7B%7B7*7%7D%7D"]
)
def test_hostile_paths_are_not_reflected_as_html(hostile: TestClient, path: str) -> None:
    response = hostile.get(path, headers=HTML)
    assert response.status_code == 404
    assert response.text.count("<script") == 1  # our own, by address
    assert hostile.get(path).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/ns", "/license/mit", "/sparql?query=ASK{}", "/none"])
def test_every_response_forbids_scripts_and_sniffing(client: TestClient, path: str) -> None:
    headers = client.get(path, headers=HTML if "sparql" not in path else {}).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_style_sheet_is_our_own(client: TestClient) -> None:
    response = client.get("/static/licet.css")
    assert response.headers["content-type"].startswith("text/css")
    assert "http" not in response.text
    assert "@import" not in response.text


@pytest.mark.parametrize(
    ("iri", "address"),
    [
        (BASE + "model/a/b", "/model/a/b"),
        (BASE + "ns#boundBy", "/ns#boundBy"),
        (BASE + "ns", "/ns"),
        ("https://huggingface.co/a/b", "https://huggingface.co/a/b"),
        ("http://example.org/", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        (BASE + "/evil.example", None),
        (BASE + "unknown/x", None),
    ],
)
def test_only_own_paths_and_https_addresses_become_links(iri: str, address: str | None) -> None:
    assert href(iri) == address


def test_an_iri_is_shown_with_its_prefix() -> None:
    assert compact(BASE + "model/a/b") == "model:a/b"
    assert compact(BASE + "ns#boundBy") == "licet:boundBy"
    assert compact("http://example.org/x") == "http://example.org/x"
