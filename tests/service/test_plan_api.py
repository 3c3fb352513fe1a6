"""Plans and suggestions over HTTP: documented, bounded, and never kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from licet_ontology.errors import UsageError
from licet_reasoning.plan import Plan, read_plan
from licet_service.plan_api import EXAMPLE, EXAMPLE_WORKS

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


def test_the_example_of_the_documentation_runs(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/api/plan"]["post"]
    content = described["requestBody"]["content"]["application/json"]
    assert content["example"] == EXAMPLE
    answer = client.post("/api/plan", json=content["example"])
    assert answer.status_code == 200
    report = answer.json()
    assert report["assessments"][0]["work"] == "assistant"
    assert report["assessments"][0]["duties"]
    told = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(report) == set(told["properties"])
    items = told["properties"]["assessments"]["items"]["properties"]
    assert set(report["assessments"][0]) == set(items)


def test_a_plan_may_be_sent_as_yaml(client: TestClient) -> None:
    answer = client.post(
        "/api/plan?reading=text",
        content="works: {base: {license: cc-by-nc-4.0}}\npublish: {work: base, how: sell}",
        headers={"content-type": "application/yaml"},
    )
    assert answer.json()["verdict"].startswith("terms are violated")
    assert answer.json()["reading"] == "text"


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ('{"publish": "a/b", "publish": "c/d"}', "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("&a [*a]", "application/yaml", 400),
        ("publish: a", "text/plain", 415),
        ('{"publish": "a/b", "works": {}, "wroks": {}}', "application/json", 400),
        (b"\xff", "application/json", 400),
    ],
)
def test_what_is_no_plan_is_a_problem(
    client: TestClient, content: str | bytes, content_type: str, status: int
) -> None:
    answer = client.post("/api/plan", content=content, headers={"content-type": content_type})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_reading_that_does_not_exist_is_a_problem(client: TestClient) -> None:
    answer = client.post("/api/plan?reading=mine", json=EXAMPLE)
    assert answer.status_code == 400
    assert "choose one of" in answer.json()["detail"]


def test_suggestions_are_ranked(client: TestClient) -> None:
    answer = client.get("/api/suggest", params={"work": list(EXAMPLE_WORKS), "as": "merge"})
    assert answer.status_code == 200
    found = answer.json()
    assert found["answer"] == "conditional"
    assert [one["clause"]["kind"] for one in found["turns_on"]] == ["mau-threshold"]
    ranks = [one["rank"] for one in found["may"]]
    assert ranks == sorted(ranks)
    described = client.get("/openapi.json").json()["paths"]["/api/suggest"]["get"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(found) == set(schema["properties"])


def test_a_suggestion_takes_facts_of_the_licensee(client: TestClient) -> None:
    asked = {"work": "license:llama3.1", "publish": "share", "form": "service"}
    answers = [
        client.get("/api/suggest", params={**asked, **facts}).json()["answer"]
        for facts in ({}, {"monthly_users": 5}, {"monthly_users": 1e9})
    ]
    assert answers == ["conditional", "may", "may not"]
    assert client.get("/api/suggest", params={**asked, "country": "Utopia"}).status_code == 400


def test_the_page_lists_licenses_with_what_they_turn_on(client: TestClient) -> None:
    asked = {"licenses": "llama3.1", "publish": "share weights", "alternatives": "shown"}
    unknown, few, many = (
        client.get("/plan", params={**asked, "users": users}).text
        for users in ("", "5", "1000000000")
    )
    may, turns_on = "It may be published under 1 license", "Whatever the license, it turns on:"
    assert turns_on in unknown
    assert f"{may}, least restrictive first, if what it turns on allows it" in unknown
    assert turns_on not in few
    assert f"{may}, least restrictive first. " in few
    assert "There is no license in the catalogue" in many


def test_works_in_another_case_are_those_of_the_snapshot(client: TestClient) -> None:
    model, _ = EXAMPLE_WORKS
    asked = {"actions": [{"do": "quantize", "of": model, "makes": "small"}], "publish": "small"}
    otherwise = json.loads(json.dumps(asked).replace(model, model.upper()))
    answers = [client.post("/api/plan", json=plan).json() for plan in (asked, otherwise)]
    assert answers[0]["assessments"][0]["duties"]
    assert answers[0] == answers[1]
    found = client.get("/api/suggest", params={"work": model.upper()}).json()
    assert found["question"]["works"] == [model]


def test_a_suggestion_needs_a_work(client: TestClient) -> None:
    assert client.get("/api/suggest").status_code == 422
    assert client.get("/api/suggest", params={"work": "a b c"}).status_code == 400


PLANS: list[Any] = [
    EXAMPLE,
    {"publish": [{"work": "a/b"}]},
    {"works": {"a": {"licence": "mit"}}, "publish": [{"work": "a"}]},
    {"actions": [{"do": "sell", "of": "a/b", "makes": "c"}]},
    {"actions": [{"do": "merge", "of": ["a/b", "c/d"], "makes": "e"}]},
    {"actions": [{"do": "merge", "of": ["a/b", 7], "makes": "e"}]},
    {"publish": [{"work": "a/b"}], "licensee": {"monthly_users": "many"}},
    {"publish": [{"work": "a/b"}], "licensee": {"monthly_users": 12}},
    [],
]


@pytest.mark.parametrize("plan", PLANS, ids=json.dumps)
def test_the_schema_accepts_what_is_read(plan: Any) -> None:
    def is_read() -> bool:
        try:
            return bool(read_plan(plan))
        except UsageError:
            return False

    def is_valid() -> bool:
        try:
            return bool(TypeAdapter(Plan).validate_python(plan))
        except ValidationError:
            return False

    assert is_read() == is_valid()
