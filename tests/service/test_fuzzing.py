"""Queries and requests by chance: the service answers each by what the documentation names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import schemathesis
from bench.fuzz import EXPECTED, fuzz, requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


def test_queries_by_chance_never_break_the_service(address: str, client: TestClient) -> None:
    outcomes, wrong = fuzz(address, seed=7, count=150)
    assert not wrong
    assert outcomes["200"] > 20
    assert client.get("/health/ready").status_code == 200


def test_the_same_seed_makes_the_same_queries() -> None:
    assert list(requests(3, 20)) == list(requests(3, 20)) != list(requests(4, 20))


def test_requests_by_the_openapi_document_never_break_the_service(client: TestClient) -> None:
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 10

    @settings(
        max_examples=100,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from(operations))
        case = data.draw(operation.as_strategy())
        response = client.request(
            case.method,
            case.formatted_path,
            params=case.query or None,
            headers={
                k: v for k, v in (case.headers or {}).items() if v.isascii() and v.isprintable()
            },
            json=case.body if isinstance(case.body, dict | list) else None,
            follow_redirects=False,
        )
        assert response.status_code < 500 or response.status_code in EXPECTED, response.text
        assert response.headers["x-content-type-options"] == "nosniff"

    run()
