"""Saved queries as endpoints with parameters."""

from __future__ import annotations

import csv
import io
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from licet_queries.library import parse_query, public_queries
from licet_service import problem_responses, saved_queries
from licet_service.evaluator import WorkerEvaluator
from licet_service.settings import Settings
from licet_service.spreadsheet import spreadsheet_csv

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from pathlib import Path

DERIVATIVES = """#+ summary: Which models were made from this one?
#+ parameters:
#+   parent:
#+     type: model
#+     example: mlabonne/Daredevil-8B
PREFIX licet: <https://w3id.org/licet/ns#>
SELECT ?parent ?model WHERE { ?model licet:reuses ?parent } ORDER BY ?model
"""


@pytest.fixture(scope="module")
def derivatives(data: Path) -> Iterator[TestClient]:
    """A service with one saved query."""
    settings = Settings(data=data, query_workers=1)
    evaluator = WorkerEvaluator(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        await evaluator.start()
        yield
        await evaluator.stop()

    app = FastAPI(lifespan=lifespan)
    problem_responses.install(app)
    query = parse_query("derivatives", "competency", DERIVATIVES)
    app.include_router(saved_queries.routes(evaluator, settings, [query]))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_the_list_names_each_query_with_its_parameters(derivatives: TestClient) -> None:
    (query,) = derivatives.get("/queries").json()
    assert query["url"] == "/queries/derivatives"
    assert query["parameters"][0]["type"] == "model"
    page = derivatives.get("/queries", headers={"Accept": "text/html"}).text
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
    derivatives: TestClient, format_: str, start: str
) -> None:
    values = {"parent": "mlabonne/Daredevil-8B", "format": format_}
    response = derivatives.get("/queries/derivatives", params=values)
    assert response.status_code == 200
    assert response.text.startswith(start)
    assert "mlabonne/Daredevil-8B-abliterated" in response.text


@pytest.mark.parametrize("values", [{}, {"parent": "mlabonne/Daredevil-8B", "other": "x"}])
def test_missing_and_unknown_parameters_are_refused(
    derivatives: TestClient, values: dict[str, str]
) -> None:
    response = derivatives.get("/queries/derivatives", params=values)
    assert response.status_code == 400
    assert response.json()["type"].endswith("/unusable-value")


def test_a_value_is_never_part_of_the_query(derivatives: TestClient) -> None:
    values = {"parent": "x> ?y . ?z ?p ?o } #"}
    response = derivatives.get("/queries/derivatives", params=values)
    assert response.status_code == 400
    assert "not of the form owner/name" in response.json()["detail"]


def test_a_query_that_does_not_exist_is_not_found(derivatives: TestClient) -> None:
    response = derivatives.get("/queries/none")
    assert response.status_code == 404
    assert "derivatives" in response.json()["detail"]


def test_the_reading_is_a_parameter_of_every_query(derivatives: TestClient) -> None:
    values = {"parent": "mlabonne/Daredevil-8B", "reading": "text"}
    assert derivatives.get("/queries/derivatives", params=values).status_code == 200
    assert (
        derivatives.get("/queries/derivatives", params={**values, "reading": "x"}).status_code
        == 400
    )


def test_every_shipped_query_answers_with_its_examples(client: TestClient) -> None:
    for query in public_queries():
        values = {parameter.name: parameter.example for parameter in query.parameters}
        response = client.get(f"/queries/{query.name}", params=values)
        assert response.status_code == 200, (query.name, response.text)


def test_a_parameter_that_is_given_twice_is_refused(derivatives: TestClient) -> None:
    twice = "/queries/derivatives?parent=mlabonne/Daredevil-8B&parent=gpt2"
    response = derivatives.get(twice)
    assert response.status_code == 400
    assert response.json()["detail"] == "'parent' is given more than once."


def test_a_model_that_is_not_in_the_graph_is_not_found(derivatives: TestClient) -> None:
    response = derivatives.get("/queries/derivatives", params={"parent": "no/such-model"})
    assert response.status_code == 404
    problem = response.json()
    assert problem["parameter"] == "parent"
    assert "'no/such-model' is not in the graph" in problem["detail"]


def test_people_get_a_form_and_then_the_answer_under_it(derivatives: TestClient) -> None:
    html = {"Accept": "text/html"}
    form = derivatives.get("/queries/derivatives", headers=html).text
    assert 'name="parent" value="mlabonne/Daredevil-8B"' in form
    assert "<td>" not in form
    values = {"parent": "mlabonne/Daredevil-8B"}
    answer = derivatives.get("/queries/derivatives", params=values, headers=html).text
    assert '<td><a href="/model/mlabonne/Daredevil-8B-abliterated">' in answer


def test_a_permalink_names_all_that_the_answer_depends_on(derivatives: TestClient) -> None:
    address = "/queries/derivatives?format=csv&parent=mlabonne/Daredevil-8B"
    link = derivatives.get(address).headers["link"]
    expected = "/queries/derivatives?parent=mlabonne%2FDaredevil-8B&reading=cautious"
    assert link == f'<{expected}>; rel="canonical"'
    assert derivatives.get(expected).json()["results"]["bindings"]


def test_a_form_says_nothing_that_was_sent_as_html(derivatives: TestClient) -> None:
    hostile = '"><script>alert(1)</script>'
    response = derivatives.get(
        "/queries/derivatives", params={"parent": hostile}, headers={"Accept": "text/html"}
    )
    assert response.status_code == 400
    assert "<script>alert" not in response.text


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1+cmd|'/C calc'!A0", "'+1+cmd|'/C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\t=1", "'\t=1"),
        ("-1", "-1"),
        ("-1e5", "-1e5"),
        ("-x", "'-x"),
        ("\uff1d1", "'\uff1d1"),
        ("a,=b", "a,=b"),
        ('say "=1"', 'say "=1"'),
        ("https://w3id.org/licet/model/a/b", "https://w3id.org/licet/model/a/b"),
    ],
)
def test_no_cell_for_a_spreadsheet_is_a_formula(cell: str, shown: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["name"], [cell]])
    safe = spreadsheet_csv(text.getvalue())
    assert safe.startswith("\ufeff")
    assert [*csv.reader(io.StringIO(safe[1:], newline=""))][1] == [shown]


def test_a_spreadsheet_is_a_file_with_the_same_rows(derivatives: TestClient) -> None:
    values = {"parent": "mlabonne/Daredevil-8B"}
    plain = derivatives.get("/queries/derivatives", params={**values, "format": "csv"})
    safe = derivatives.get(
        "/queries/derivatives",
        params={**values, "format": "spreadsheet"},
        headers={"Accept": "*/*"},
    )
    assert safe.headers["content-disposition"] == 'attachment; filename="derivatives.csv"'
    assert safe.headers["content-type"] == "text/csv; charset=utf-8"
    assert safe.text.removeprefix("\ufeff") == plain.text


def test_shipped_queries_are_in_the_description_of_the_api_each_with_its_parameters(
    client: TestClient,
) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for query in public_queries():
        operation = paths[f"/queries/{query.name}"]["get"]
        stated = {p["name"]: p for p in operation["parameters"]}
        assert operation["summary"] == query.summary
        assert stated["reading"]["schema"]["enum"]
        for parameter in query.parameters:
            assert stated[parameter.name]["required"]
            assert stated[parameter.name]["example"] == parameter.example
