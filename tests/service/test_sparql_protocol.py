"""SPARQL 1.1 Protocol, section 2.1, as clients use it and misuse it."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from rdflib import Graph

from licet_service.federation import refuse_federation
from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi.testclient import TestClient

G = "https://w3id.org/licet/graph/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
LICENSES = "SELECT ?license WHERE { ?license a licet:License } ORDER BY ?license LIMIT 3"
CONSTRUCT = "CONSTRUCT { ?l rdfs:label ?n } WHERE { ?l a licet:LicenseFamily ; rdfs:label ?n }"


def count(client: TestClient, query: str = COUNT, parameters: dict[str, Any] | None = None) -> int:
    response = client.get("/sparql", params={"query": query, **(parameters or {})})
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize("way", ["get", "form", "direct", "direct with charset"])
def test_a_query_can_be_sent_in_each_way_of_the_protocol(client: TestClient, way: str) -> None:
    match way:
        case "get":
            response = client.get("/sparql", params={"query": LICENSES})
        case "form":
            response = client.post("/sparql", data={"query": LICENSES})
        case _:
            charset = "; charset=UTF-8" if "charset" in way else ""
            headers = {"Content-Type": f"application/sparql-query{charset}"}
            response = client.post("/sparql", content=LICENSES, headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/sparql-results+json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    assert len(response.json()["results"]["bindings"]) == 3


def test_a_select_comes_in_four_formats(client: TestClient) -> None:
    def get(format_: str) -> str:
        return client.get("/sparql", params={"query": LICENSES, "format": format_}).text

    assert get("json").startswith('{"head"')
    assert get("xml").startswith("<?xml")
    assert [row["license"] for row in csv.DictReader(io.StringIO(get("csv")))] == [
        line.strip("<>") for line in get("tsv").splitlines()[1:]
    ]


@pytest.mark.parametrize("accept", ["text/turtle", "application/n-triples", "application/rdf+xml"])
def test_a_construct_comes_in_the_formats_of_rdf(client: TestClient, accept: str) -> None:
    response = client.get("/sparql", params={"query": CONSTRUCT}, headers={"Accept": accept})
    assert response.headers["content-type"].split(";")[0] == accept
    assert len(Graph().parse(data=response.text, format=accept)) > 5


def test_a_construct_comes_as_json_ld(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": CONSTRUCT, "output": "json-ld"})
    assert response.headers["content-type"] == "application/ld+json"
    assert len(response.json()) > 5


def test_an_ask_and_a_describe_are_answered(client: TestClient) -> None:
    asked = client.get("/sparql", params={"query": "ASK { ?s a licet:License }"})
    assert asked.json()["boolean"] is True
    described = client.get("/sparql", params={"query": "DESCRIBE license:mit"})
    assert "MIT" in described.text


@pytest.mark.parametrize(
    ("query", "accept"),
    [(LICENSES, "text/turtle"), (CONSTRUCT, "text/csv"), (LICENSES, "image/png")],
)
def test_406_where_no_format_of_the_answer_is_acceptable(
    client: TestClient, query: str, accept: str
) -> None:
    response = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert response.status_code == 406


def test_unknown_and_repeated_parameters_are_tolerated(client: TestClient) -> None:
    query = [("query", LICENSES), ("query", LICENSES), ("results", "json"), ("format", "json")]
    extra = [("format", "bogus"), ("timeout", "0"), ("default-graph-uri", ""), ("", "")]
    assert client.get("/sparql", params=[*query, *extra]).status_code == 200


@pytest.mark.parametrize("queries", [[], ["ASK {}", COUNT], [""]])
def test_a_request_without_exactly_one_query_is_malformed(
    client: TestClient, queries: list[str]
) -> None:
    response = client.post("/sparql", data={"query": queries})
    assert response.status_code == 400


def test_the_dataset_is_that_of_the_reading(client: TestClient) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s licet:boundBy ?c }"
    cautious, text = count(client, query), count(client, query, {"reading": "text"})
    assert cautious == count(client, query, {"reading": "cautious"})
    assert cautious > text > 0
    assert client.get("/sparql", params={"query": COUNT, "reading": "no"}).status_code == 400


def test_the_protocol_can_name_the_dataset(client: TestClient) -> None:
    ontology, licenses = G + "ontology", G + "licenses"
    one = count(client, parameters={"default-graph-uri": ontology})
    both = count(client, parameters={"default-graph-uri": [ontology, licenses]})
    assert count(client) > both > one > 0
    named = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert count(client, named, parameters={"named-graph-uri": [ontology, licenses]}) == 2
    assert count(client, parameters={"named-graph-uri": ontology}) == 0


def test_a_query_can_name_its_dataset_and_the_protocol_goes_before_it(client: TestClient) -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM <{G}ontology> {{ ?s ?p ?o }}"
    assert count(client, query) == count(client, parameters={"default-graph-uri": G + "ontology"})
    licenses = {"default-graph-uri": G + "licenses"}
    assert count(client, query, licenses) == count(client, COUNT, licenses)


def test_a_graph_that_is_no_iri_is_malformed(client: TestClient) -> None:
    parameters = {"query": COUNT, "default-graph-uri": "not an iri"}
    assert client.get("/sparql", params=parameters).status_code == 400


@pytest.mark.parametrize(
    "request_",
    [
        {"data": {"update": "DROP ALL"}},
        {"data": {"update": "DROP ALL", "query": COUNT}},
        {"content": "DROP ALL", "headers": {"Content-Type": "application/sparql-update"}},
    ],
)
def test_updates_are_refused(client: TestClient, request_: dict[str, Any]) -> None:
    response = client.post("/sparql", **request_)
    assert response.status_code == 403
    assert response.json()["type"].endswith("/read-only")


def test_an_update_is_no_query(client: TestClient) -> None:
    response = client.post("/sparql", data={"query": "INSERT DATA { <a:a> <a:b> <a:c> }"})
    assert response.status_code == 400


def test_a_syntax_error_has_its_line_and_column(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": "SELECT ?s\nWHERE {"})
    assert response.status_code == 400
    problem = response.json()
    assert (problem["line"], problem["column"]) == (2, 8)
    assert problem["detail"].startswith("Line 2, column 8: ")


def test_other_content_types_are_not_supported(client: TestClient) -> None:
    response = client.post("/sparql", content="{}", headers={"Content-Type": "application/json"})
    assert response.status_code == 415
    assert "application/sparql-query" in response.headers["accept-post"]
    assert client.post("/sparql", content=b"").status_code == 415


@pytest.mark.parametrize("way", ["get", "form", "direct"])
def test_a_query_over_the_size_limit_is_refused(
    client_with: Callable[..., TestClient], way: str
) -> None:
    client, query = client_with(max_query_bytes=100), "ASK {} #" + "é" * 50
    match way:
        case "get":
            response = client.get("/sparql", params={"query": query})
        case "form":
            response = client.post("/sparql", data={"query": query})
        case _:
            headers = {"Content-Type": "application/sparql-query"}
            response = client.post("/sparql", content=query, headers=headers)
    assert response.status_code == 413
    assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_a_result_over_the_size_limit_is_refused_whole(
    client_with: Callable[..., TestClient],
) -> None:
    client = client_with(max_result_rows=5)
    for query in ("SELECT * { ?s ?p ?o } LIMIT 6", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 6"):
        response = client.get("/sparql", params={"query": query})
        assert response.status_code == 507
        assert response.json()["max_rows"] == 5
        response = client.get("/sparql", params={"query": query.replace("6", "5")})
        assert response.status_code == 200
        assert response.headers["licet-rows"] == response.headers["licet-max-rows"] == "5"


@pytest.mark.parametrize(
    "query",
    [
        "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "ASK { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "ASK { ?s ?p 1SERVICE<http://127.0.0.1:9/>{ ?s ?p ?o } }",
        "ASK { ?s ?p trueSERVICE ?e { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:9/> ASK { SERVICE:x{ ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:9/> ASK { SERVICESILENT:x{ ?s ?p ?o } }",
        "PREFIX SERVICE: <a:> PREFIX : <http://127.0.0.1:9/> ASK { ?a ?b ?c . SERVICE:x{} }",
        "ASK { LATERAL { SERVICE <http://127.0.0.1:9/> {} } }",
        "ASK { FILTER EXISTS { SERVICE <http://127.0.0.1:9/> {} } }",
        # A scanner that takes `<?a#>` for an IRI sees a string that hides the keyword.
        'ASK { BIND(1 AS ?a) FILTER(1<?a#>"""\n) SERVICE <http://127.0.0.1:9/> {} #"""\n }',
        "ASK { BIND(1 AS ?a) FILTER(1<?a#>'\n) SERVICE <http://127.0.0.1:9/> {} #'\n }",
    ],
)
def test_no_query_calls_another_service(client: TestClient, query: str) -> None:
    response = client.get("/sparql", params={"query": query})
    assert response.status_code in {400, 403}
    with pytest.raises(ProblemError):
        refuse_federation(query)


def test_the_refusal_of_federation_says_so(client: TestClient) -> None:
    query = "SELECT * {\n SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
    problem = client.get("/sparql", params={"query": query}).json()
    assert problem["type"].endswith("/federation-refused")
    assert problem["line"] == 2


def test_the_word_service_is_free_in_names_strings_iris_and_comments(client: TestClient) -> None:
    query = """PREFIX service: <http://example.org/SERVICE/>
    SELECT ?service { # SERVICE
      VALUES ?service { <http://a.example/service> "SERVICE <x> {}" service:x licet:Service }
    }"""
    response = client.get("/sparql", params={"query": query})
    assert len(response.json()["results"]["bindings"]) == 4


@pytest.mark.parametrize(("opening", "closing"), [("{", "}"), ("FILTER(" + "(" * 9000, "1")])
def test_deep_nesting_does_not_end_the_process(
    client: TestClient, opening: str, closing: str
) -> None:
    query = "ASK " + opening * 20_000 + closing * 20_000
    assert client.post("/sparql", data={"query": query[:65_000]}).status_code in {200, 400}


def test_eight_clients_at_once_get_the_same_answer(client: TestClient) -> None:
    queries = ["SELECT * { ?s licet:license ?o } ORDER BY ?s ?o", CONSTRUCT, COUNT, LICENSES]
    alone = [client.get("/sparql", params={"query": q, "format": "nt"}).content for q in queries]

    def ask(number: int) -> bool:
        query = queries[number % 4]
        got = client.get("/sparql", params={"query": query, "format": "nt"})
        return got.content == alone[number % 4]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(200)))


def test_head_answers_as_get_without_a_body(client: TestClient) -> None:
    got = client.get("/sparql", params={"query": LICENSES})
    head = client.head("/sparql", params={"query": LICENSES})
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))


def test_a_browser_of_another_site_may_post(client: TestClient) -> None:
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    response = client.options("/sparql", headers=headers)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert "POST" in response.headers["access-control-allow-methods"]


def test_without_a_query_the_endpoint_describes_itself(client: TestClient) -> None:
    response = client.get("/sparql?")
    graph = Graph().parse(data=response.text, format="turtle")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    found = graph.query(f"ASK {{ ?s a <{sd}Service> ; <{sd}endpoint> ?s }}")
    assert found.askAnswer
