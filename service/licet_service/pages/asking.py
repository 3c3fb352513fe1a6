"""How pages ask the service: saved queries as rows, and problems as pages."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import Request
from starlette.responses import Response

from licet_ontology.errors import LicetError
from licet_queries.library import public_query
from licet_service.evaluation import Question
from licet_service.negotiation import RESULTS, choose
from licet_service.pages.rendering import problem_page
from licet_service.parameters import bound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from licet_service.evaluation import Evaluator, Term


async def rows(
    evaluator: Evaluator, name: str, reading: str, values: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return the rows of a saved query: numbers as numbers, what is unbound as nothing."""
    query = public_query(name)
    return await asked(evaluator, query.text, reading, bound(query, values or {}))


async def asked(
    evaluator: Evaluator,
    text: str,
    reading: str,
    substitutions: Mapping[str, Term] | None = None,
) -> list[dict[str, Any]]:
    """Return the rows of a SELECT: numbers as numbers, what is unbound as nothing."""
    question = Question(
        text=text,
        results=choose(RESULTS, None),
        graph=None,
        reading=reading,
        substitutions=substitutions or {},
    )
    result = orjson.loads((await evaluator.answer(question)).body)
    return [
        {name: _value(row.get(name)) for name in result["head"]["vars"]}
        for row in result["results"]["bindings"]
    ]


def _value(term: dict[str, str] | None) -> Any:
    if term is None:
        return None
    match term.get("datatype"):
        case "http://www.w3.org/2001/XMLSchema#integer":
            return int(term["value"])
        case "http://www.w3.org/2001/XMLSchema#decimal":
            return float(term["value"])
        case _:
            return term["value"]


def answered(
    handler: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler whose problems are pages, as its answers are."""

    @wraps(handler)
    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except LicetError as error:
            return problem_page(error)

    return handled
