"""Saved queries as endpoints with parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from licet_queries.library import parse_query, public_queries

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from licet_queries.library import SavedQuery

DERIVATIVES = """#+ summary: Which models were made from this one?
#+ parameters:
#+   parent:
#+     type: model
#+     example: mlabonne/Daredevil-8B
PREFIX licet: <https://w3id.org/licet/ns#>
SELECT ?parent ?model WHERE { ?model licet:reuses ?parent } ORDER BY ?model
"""


@pytest.fixture(autouse=True)
def one_query(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "shipped" in request.node.name:
        return
    query = parse_query("derivatives", "competency", DERIVATIVES)

    def queries() -> tuple[SavedQuery, ...]:
        return (query,)

    monkeypatch.setattr("licet_queries.library.public_queries", queries)
    monkeypatch.setattr("licet_service.app.public_queries", queries)


def test_the_list_names_each_query_with_its_parameters(client: TestClient) -> None:
    (query,) = client.get("/queries").json()
    assert query["url"] == "/queries/derivatives"
    assert query["parameters"][0]["type"] == "model"
    page = client.get("/queries", headers={"Accept": "text/html"}).text
    assert 'action="/queries/derivatives"' in page
    assert 'name="parent"' in page


@pytest.mark.parametrize(
    ("format_", "start"),
    [
        ("json", '{"head"'),
        ("csv", "parent,model\r\n"),
        ("tsv", "?parent\t?model\n"),
        ("xml", "<?xml"),
    ],
)
def test_a_query_runs_with_values_for_its_parameters(
    client: TestClient, format_: str, start: str
) -> None:
    values = {"parent": "mlabonne/Daredevil-8B", "format": format_}
    response = client.get("/queries/derivatives", params=values)
    assert response.status_code == 200
    assert response.text.startswith(start)
    assert "mlabonne/Daredevil-8B-abliterated" in response.text


@pytest.mark.parametrize("values", [{}, {"parent": "a/b", "other": "x"}])
def test_missing_and_unknown_parameters_are_refused(
    client: TestClient, values: dict[str, str]
) -> None:
    response = client.get("/queries/derivatives", params=values)
    assert response.status_code == 400
    assert response.json()["type"].endswith("/unusable-value")


def test_a_value_is_never_part_of_the_query(client: TestClient) -> None:
    values = {"parent": "x> ?y . ?z ?p ?o } #"}
    response = client.get("/queries/derivatives", params=values)
    assert response.status_code == 400
    assert "not of the form owner/name" in response.json()["detail"]


def test_a_query_that_does_not_exist_is_not_found(client: TestClient) -> None:
    response = client.get("/queries/none")
    assert response.status_code == 404
    assert "derivatives" in response.json()["detail"]


def test_the_reading_is_a_parameter_of_every_query(client: TestClient) -> None:
    values = {"parent": "mlabonne/Daredevil-8B", "reading": "text"}
    assert client.get("/queries/derivatives", params=values).status_code == 200
    assert client.get("/queries/derivatives", params={**values, "reading": "x"}).status_code == 400


def test_every_shipped_query_answers_with_its_examples(client: TestClient) -> None:
    for query in public_queries():
        values = {parameter.name: parameter.example for parameter in query.parameters}
        response = client.get(f"/queries/{query.name}", params=values)
        assert response.status_code == 200, (query.name, response.text)
