"""The REST API: its description is true of its answers, and its answers of the graph."""

from __future__ import annotations

from types import GenericAlias
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from pydantic import TypeAdapter

from licet_service import rest_models
from licet_service.cursors import cursor_of, place_of

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

VIOLATING = "leveldevai/TurdusBeagle-7B"
ROOT = "mistralai/Mistral-7B-v0.1"


def operations(client: TestClient) -> dict[str, dict[str, Any]]:
    paths = client.get("/openapi.json").json()["paths"]
    return {
        path: methods["get"]
        for path, methods in paths.items()
        if "api" in methods.get("get", {}).get("tags", ())
    }


def exemplary(path: str, operation: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """A path and parameters from the examples of the description."""
    values: dict[str, str] = {}
    for parameter in operation.get("parameters", ()):
        examples = parameter["schema"].get("examples", ())
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(examples[0]))
        elif parameter.get("required") or examples:
            values[parameter["name"]] = str(examples[0])
    return path, values


def model_of(operation: dict[str, Any]) -> TypeAdapter[Any]:
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    reference = schema["items"]["$ref"] if schema.get("type") == "array" else schema["$ref"]
    model: Any = getattr(rest_models, reference.rsplit("/", 1)[1])
    shape: Any = GenericAlias(list, (model,)) if schema.get("type") == "array" else model
    return TypeAdapter(shape)


def test_every_operation_answers_its_own_examples_as_it_is_described(client: TestClient) -> None:
    described = operations(client)
    assert {"/api/models", "/api/obligations", "/api/lineage", "/api/explain"} < set(described)
    for path, operation in described.items():
        address, values = exemplary(path, operation)
        response = client.get(address, params=values)
        assert response.status_code == 200, (address, values, response.text)
        model_of(operation).validate_json(response.content, strict=True)


@pytest.mark.parametrize("name", ["obligations", "findings", "explain", "lineage"])
def test_a_work_that_is_not_in_the_graph_is_not_found(client: TestClient, name: str) -> None:
    response = client.get(f"/api/{name}", params={"work": "no/such"})
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert "no/such is not in the graph" in response.json()["detail"]


def test_a_summary_of_no_work_is_not_found(client: TestClient) -> None:
    assert client.get("/api/models/no/such").status_code == 404
    assert client.get("/api/licenses/no-such").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/models?limit=0", 422),
        ("/api/models?frobnicate=1", 422),
        ("/api/models?finding=frobnicate", 422),
        ("/api/models?reading=frobnicate", 422),
        ("/api/models?relation=frobnicate", 422),
        ("/api/models?license=mit&license=gpl-3.0", 400),
        ("/api/models?q=ab", 400),
        ("/api/models?cursor=frobnicate", 400),
        (f"/api/models?cursor={cursor_of('a', 'b')}", 400),
        ("/api/obligations?work=a--b/../c", 400),
        ("/api/lineage?work=gpt2&direction=sideways", 422),
        ("/api/facets/frobnicate", 422),
    ],
)
def test_what_makes_no_sense_is_refused_as_a_problem(
    client: TestClient, path: str, status: int
) -> None:
    response = client.get(path)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "cursor", ["", "=", "a", "W10", "WzFd", "bnVsbA", "W3RydWVd", "é", "[[" * 400]
)
def test_a_cursor_that_was_not_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(Exception, match="none of this list"):
        place_of(cursor, int, str)


def test_a_cursor_keeps_its_place() -> None:
    assert place_of(cursor_of(5, "model", "é/ü"), int, str, str) == (5, "model", "é/ü")


def everything(client: TestClient, path: str, **values: str | int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    address: str | None = str(client.build_request("GET", path, params=values).url)
    while address:
        response = client.get(address)
        assert response.status_code == 200, response.text
        items += response.json()["items"]
        link = response.links.get("next") if hasattr(response, "links") else None
        assert bool(link) == bool(response.json()["next"])
        address = str(response.url.join(link["url"])) if link else None
    return items


def test_pages_hold_each_work_once(client: TestClient) -> None:
    page = client.get("/api/models", params={"limit": 200, "kind": "any"}).json()
    items = everything(client, "/api/models", limit=97, kind="any")
    assert len(items) == page["total"] > 500
    assert len({item["work"] for item in items}) == len(items)


def test_a_search_has_what_the_graph_has(client: TestClient) -> None:
    query = """SELECT ?m { ?m a licet:Model ; licet:license license:cc-by-nc-4.0 ;
               licet:mergedFrom ?p } GROUP BY ?m ORDER BY ?m"""
    rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    expected = {row["m"]["value"] for row in rows}
    found = everything(
        client, "/api/models", license="cc-by-nc-4.0", relation="mergedFrom", limit=3
    )
    assert {item["iri"] for item in found} == expected
    assert expected


def test_a_finding_is_a_facet_under_each_reading(client: TestClient) -> None:
    for reading in ("cautious", "text"):
        values = {"finding": "no-derivatives", "reading": reading}
        found = everything(client, "/api/models", **values)
        assert found
        for item in found:
            codes = {f["code"] for f in item["findings"] if not f["open"]}
            assert "no-derivatives" in codes
    assert VIOLATING in {item["work"] for item in found}


def test_obligations_are_those_of_the_saved_query(client: TestClient) -> None:
    answer = client.get("/api/obligations", params={"work": ROOT}).json()
    rows = client.get("/queries/obligations", params={"model": ROOT}).json()["results"]["bindings"]
    assert {o["iri"] for o in answer["obligations"] if not o["in_doubt"]} == {
        row["clause"]["value"] for row in rows
    }
    assert all(o["section"] and o["quote"] for o in answer["obligations"])


def test_findings_are_those_that_are_explained(client: TestClient) -> None:
    found = client.get("/api/findings", params={"work": VIOLATING}).json()["findings"]
    explained = client.get("/api/explain", params={"work": VIOLATING}).json()
    assert [f["code"] for f in found] == [f["code"] for f in explained["findings"]]
    assert found[0]["severity"] == "error"
    assert found[0]["because"]["quote"]
    assert found[0]["remedy"]
    assert "violated" in explained["verdict"]


def test_a_lineage_counts_all_whatever_is_listed(client: TestClient) -> None:
    query = f"""SELECT (COUNT(DISTINCT ?d) AS ?n)
                {{ ?d licet:reuses+ <https://w3id.org/licet/model/{ROOT}> }}"""
    rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    expected = int(rows[0]["n"]["value"])
    values = {"work": ROOT, "direction": "down"}
    near = client.get("/api/lineage", params={**values, "limit": 1, "depth": 1}).json()
    assert near["total"] == expected == sum(level["works"] for level in near["by_depth"])
    everyone = everything(client, "/api/lineage", **values, limit=7)
    assert len({item["work"] for item in everyone}) == len(everyone) == expected
    children = everything(client, "/api/lineage", **values, depth=1, limit=3)
    assert len(children) == near["by_depth"][0]["works"]
    assert all(item["links"][0]["work"] == ROOT for item in children)


def test_a_work_that_others_only_name_is_shown_as_such(client: TestClient) -> None:
    found = everything(client, "/api/models", gap="MissingWork", limit=200)
    assert found
    for item in found:
        assert not item["in_graph"]
        assert item["downloads"] is None
    answer = client.get("/api/obligations", params={"work": found[0]["work"]})
    assert answer.status_code == 404
    assert client.get(f"/api/models/{found[0]['work']}").json()["in_graph"] is False


def test_facets_count_what_a_search_finds(client: TestClient) -> None:
    for name in ("license", "relation", "finding"):
        top = client.get(f"/api/facets/{name}").json()["values"][0]
        found = client.get("/api/models", params={name: top["value"], "kind": "any"}).json()
        assert found["total"] == top["works"]


def test_a_license_has_its_clauses(client: TestClient) -> None:
    clauses = client.get("/api/licenses/llama3").json()["clauses"]
    assert "naming" in {clause["slug"] for clause in clauses}
