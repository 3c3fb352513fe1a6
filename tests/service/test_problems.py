"""Every error is a problem of RFC 9457, and says nothing of the inside of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from licet_ontology.errors import DataError, SourceError, UsageError
from licet_service import problem_responses
from licet_service.evaluator import WorkerEvaluator
from licet_service.problem_responses import problem_response
from licet_service.problems import KINDS, ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

SECRET = "/srv/secret/path"


def assert_problem(response: Response, status: int, kind: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == f"https://w3id.org/licet/problem/{kind}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]


@pytest.fixture
def failing() -> Iterator[TestClient]:
    """A service each of whose paths fails in the way that it names."""
    app = FastAPI()
    problem_responses.install(app)
    errors = {
        "usage": UsageError("no reading named 'x'"),
        "data": DataError(SECRET),
        "source": SourceError(SECRET),
        "any": RuntimeError(SECRET),
    }

    @app.get("/fail/{name}")
    def fail(name: str) -> None:
        raise errors[name]

    @app.get("/typed/{number}")
    def typed(number: int) -> int:
        return number

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_status_and_a_title(kind: str) -> None:
    response = problem_response(ProblemError(kind, "It is so.", headers={"Allow": "GET"}, line=3))
    assert response.status_code == KINDS[kind][0]
    assert response.headers["allow"] == "GET"
    assert b'"line":3' in bytes(response.body)


def test_a_long_detail_is_cut() -> None:
    assert len(problem_response(ProblemError("syntax-error", "x" * 99_999)).body) < 1_000


@pytest.mark.parametrize(
    "path", ["/nothing", "/model/no/such", "/queries/none", "/static/none.css"]
)
def test_what_is_not_there_is_a_problem(client: TestClient, path: str) -> None:
    assert_problem(client.get(path), 404, "not-found")
    as_page = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert as_page.status_code == 404
    assert "There is nothing here" in as_page.text


def test_a_method_that_is_not_allowed_is_a_problem(client: TestClient) -> None:
    response = client.delete("/sparql")
    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"]


def test_a_mistake_of_the_caller_is_told(failing: TestClient) -> None:
    response = failing.get("/fail/usage")
    assert_problem(response, 400, "unusable-value")
    assert "no reading named" in response.json()["detail"]


def test_an_invalid_parameter_is_told(failing: TestClient) -> None:
    response = failing.get("/typed/x")
    assert_problem(response, 422, "invalid-parameters")
    assert response.json()["errors"][0]["parameter"] == "path.number"


@pytest.mark.parametrize("name", ["data", "source", "any"])
def test_what_fails_inside_is_not_told(failing: TestClient, name: str) -> None:
    response = failing.get(f"/fail/{name}")
    assert_problem(response, 500, "internal-error")
    assert SECRET not in response.text


def test_an_unforeseen_error_has_the_headers_of_every_response(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: WorkerEvaluator) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(WorkerEvaluator, "snapshot", fail)
    for path in ("/health/ready", "/sparql?query=ASK{}", "/", "/license/mit"):
        response = client.get(path)
        assert_problem(response, 500, "internal-error")
        assert SECRET not in response.text
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["x-content-type-options"] == "nosniff"


def test_other_errors_of_http_have_no_type_of_their_own() -> None:
    from starlette.exceptions import HTTPException

    app = FastAPI()
    problem_responses.install(app)

    @app.get("/")
    def teapot() -> None:
        raise HTTPException(418, "short and stout")

    body = TestClient(app).get("/").json()
    assert body == {
        "type": "about:blank",
        "title": "I'm a Teapot",
        "status": 418,
        "detail": "short and stout",
    }
