"""Saved queries as endpoints: each with its own path, typed parameters, form and permalink."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from licet_ingest.identifiers import MAX_ID_CHARS
from licet_ontology.errors import UsageError
from licet_ontology.reading_names import readings
from licet_ontology.terms import DEFAULT_READING
from licet_queries.library import public_queries
from licet_service.evaluation import Question
from licet_service.negotiation import (
    FORMAT_PARAMETERS,
    GRAPHS,
    HTML,
    PLAIN_JSON,
    RESULTS,
    accept_of,
    alternates,
    choose,
    negotiate,
)
from licet_service.pages import rendering
from licet_service.parameters import bound
from licet_service.problems import ProblemError
from licet_service.sparql_protocol import responded
from licet_service.spreadsheet import spreadsheet_csv

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from licet_queries.library import Parameter, SavedQuery
    from licet_service.evaluation import Evaluator
    from licet_service.settings import Settings

SPREADSHEET: Final = "spreadsheet"
"""A format that is asked for by name alone: CSV in which no cell is a formula."""
SHOWN_ROWS: Final = 1000
"""Rows that a page shows; the other formats have all."""

_CSV: Final = next(offer for offer in RESULTS if offer.name == "csv")
_LOOKED_UP: Final = frozenset({"model", "dataset", "license"})
_SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "model": {"type": "string", "maxLength": MAX_ID_CHARS, "description": "owner/name"},
    "dataset": {"type": "string", "maxLength": MAX_ID_CHARS, "description": "owner/name"},
    "license": {"type": "string", "description": "an id of the catalogue, such as apache-2.0"},
    "code": {"type": "string", "description": "a code of a finding or of a kind of clause"},
    "reading": {"type": "string"},
}


def routes(
    evaluator: Evaluator, settings: Settings, queries: Sequence[SavedQuery] | None = None
) -> APIRouter:
    """Return the routes of some saved queries; of all public ones by default."""
    offered = {query.name: query for query in queries or public_queries()}
    router = APIRouter(prefix="/queries", tags=["queries"])

    @router.get("", response_class=Response, summary="The saved queries")
    async def listing(request: Request) -> Response:
        choice = negotiate(request, (PLAIN_JSON, HTML))
        headers = alternates(request, choice, (PLAIN_JSON, HTML))
        if choice.representation is HTML:
            return rendering.html("queries.html", headers=headers, queries=offered.values())
        listed = [*map(described, offered.values())]
        return Response(orjson.dumps(listed), media_type=choice.media_type, headers=headers)

    for query in offered.values():
        _add(router, evaluator, settings, query)

    @router.get("/{name}", include_in_schema=False)
    async def unknown(name: str) -> Response:
        names = ", ".join(offered)
        detail = f"There is no saved query {name!r}: choose one of {names}."
        raise ProblemError("not-found", detail)

    return router


def described(query: SavedQuery) -> dict[str, Any]:
    """Return what a program needs to know of a saved query."""
    return {
        "name": query.name,
        "summary": query.summary,
        "description": query.description,
        "parameters": [
            {"name": p.name, "type": p.type, "example": p.example} for p in query.parameters
        ],
        "url": f"/queries/{query.name}",
    }


def _add(router: APIRouter, evaluator: Evaluator, settings: Settings, query: SavedQuery) -> None:
    async def run(request: Request) -> Response:
        return await _respond(request, evaluator, settings, query)

    results: dict[str, Any] = {offer.media_types[0]: {} for offer in (*RESULTS, HTML)}
    router.add_api_route(
        f"/{query.name}",
        run,
        name=query.name,
        operation_id=f"query-{query.name}",
        summary=query.summary,
        description=query.description,
        response_class=Response,
        responses={200: {"description": "The answer", "content": results}},
        openapi_extra={"parameters": [*map(_parameter, query.parameters), *_common(query)]},
    )


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = dict(_SCHEMAS.get(parameter.type, {"type": "string"}))
    if parameter.type == "reading":
        schema["enum"] = list(readings())
    return {
        "name": parameter.name,
        "in": "query",
        "required": True,
        "description": schema.pop("description", parameter.type),
        "schema": schema,
        "example": parameter.example,
    }


def _common(query: SavedQuery) -> list[dict[str, Any]]:
    own = {parameter.name for parameter in query.parameters}
    names = [*(offer.name for offer in (*RESULTS, HTML)), SPREADSHEET]
    schemas: dict[str, tuple[dict[str, Any], str]] = {
        "reading": ({"enum": [*readings()], "default": DEFAULT_READING}, "Whose conclusions."),
        "format": ({"enum": names}, "A format, before what Accept says."),
    }
    return [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string", **schema}}
        for name, (schema, text) in schemas.items()
        if name not in own
    ]


async def _respond(
    request: Request, evaluator: Evaluator, settings: Settings, query: SavedQuery
) -> Response:
    given = request.query_params.multi_items()
    own = {parameter.name for parameter in query.parameters}
    reserved = {*FORMAT_PARAMETERS, "reading"} - own
    repeated = [name for name, n in Counter(n for n, _ in given).items() if n > 1]
    if wrong := [name for name in repeated if name not in FORMAT_PARAMETERS or name in own]:
        raise ProblemError("malformed-request", f"{wrong[0]!r} is given more than once.")
    values = {name: value for name, value in given if name not in reserved}
    reading = values.get("reading") or dict(given).get("reading") or DEFAULT_READING
    if reading not in readings():
        choices = ", ".join(readings())
        raise UsageError(f"no reading named {reading!r}: choose one of {choices}")
    wanted = [v for name, v in given if name in FORMAT_PARAMETERS and name not in own]
    accept = accept_of(request)
    spreadsheet = SPREADSHEET in wanted
    preferred = choose((*RESULTS, HTML), accept, wanted)
    as_page = preferred and preferred.representation is HTML and not spreadsheet
    if as_page and not values and query.parameters:
        return _page(request, query, {}, reading, None)
    terms = bound(query, values)
    await _refuse_unknown(evaluator, query, {n: t["value"] for n, t in terms.items()}, values)
    if as_page:
        rows = await evaluator.call(
            "query-rows", text=query.text, terms=terms, reading=reading, max_rows=SHOWN_ROWS
        )
        return _page(request, query, values, reading, rows)
    question = Question(
        text=query.text,
        results=choose((_CSV,), None) if spreadsheet else choose(RESULTS, accept, wanted),
        graph=choose(GRAPHS, accept, wanted),
        reading=reading,
        substitutions=terms,
    )
    link = f'<{permalink(query, values, reading)}>; rel="canonical"'
    if spreadsheet:
        answer = await evaluator.answer(question)
        safe = await asyncio.to_thread(spreadsheet_csv, answer.body.decode())
        headers = {
            "Content-Disposition": f'attachment; filename="{query.name}.csv"',
            "Link": link,
            "Vary": "Accept",
        }
        return Response(safe.encode(), media_type="text/csv", headers=headers)
    return await responded(request, question, evaluator, settings, Link=link)


async def _refuse_unknown(
    evaluator: Evaluator, query: SavedQuery, iris: Mapping[str, str], values: Mapping[str, str]
) -> None:
    """Refuse works and licenses of which nothing is known: an empty answer would say too much.

    Raises:
        ProblemError: There is one.
    """
    asked = {iris[p.name]: p for p in query.parameters if p.type in _LOOKED_UP}
    unknown = await evaluator.call("unknown-iris", iris=[*asked]) if asked else []
    for iri in unknown:
        parameter = asked[iri]
        detail = (
            f"The {parameter.type} {values[parameter.name]!r} is not in the graph, "
            "so nothing is known of it."
        )
        raise ProblemError("not-found", detail, parameter=parameter.name)


def permalink(query: SavedQuery, values: Mapping[str, str], reading: str) -> str:
    """Return the one address of a question; it names the reading, which may change otherwise."""
    pairs = [(p.name, values[p.name]) for p in query.parameters]
    if "reading" not in values:
        pairs.append(("reading", reading))
    return f"/queries/{query.name}?{urlencode(pairs)}"


def _page(
    request: Request,
    query: SavedQuery,
    values: Mapping[str, str],
    reading: str,
    answer: dict[str, Any] | None,
) -> Response:
    choice = choose((HTML,), None)
    assert choice is not None  # noqa: S101 - there is one
    link = permalink(query, values, reading) if answer else f"/queries/{query.name}"
    headers = {**alternates(request, choice, (*RESULTS, HTML))}
    headers["Link"] += f', <{link}>; rel="canonical"'
    return rendering.html(
        "saved_query.html",
        headers=headers,
        query=query,
        values=values,
        reading=reading,
        readings=readings(),
        answer=answer,
        permalink=link,
    )
