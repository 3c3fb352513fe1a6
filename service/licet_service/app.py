"""The HTTP application: its routes, and what holds for every response."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import orjson
from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from licet_ontology.errors import UsageError
from licet_ontology.terms import DEFAULT_READING
from licet_queries.library import public_queries, public_query
from licet_service import dumps, linked_data, problems, sparql_protocol
from licet_service.dataset import Dataset
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
from licet_service.parameters import bound
from licet_service.problems import ProblemError
from licet_service.sparql_protocol import ThreadEvaluator

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from licet_service.evaluation import Evaluator
    from licet_service.settings import Settings

_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Location, Link",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PREFLIGHT: Final = {
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Max-Age": "86400",
}


class Envelope:
    """What holds for every response: its headers, HEAD as GET without a body, CORS preflight."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"

        async def enveloped(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                added = [(n.lower().encode(), v.encode()) for n, v in _HEADERS.items()]
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in added if pair[0] not in own),
                ]
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, enveloped)
        else:
            method = "GET" if is_head else scope["method"]
            await self._app({**scope, "method": method}, receive, enveloped)


class _Application(FastAPI):
    """FastAPI within the envelope, which its own handler of unforeseen errors would escape."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await Envelope(super().__call__)(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """Return the application that serves the data folder of its settings."""
    app = _Application(
        title="Licet",
        summary="What the licenses behind an AI model oblige, forbid and permit.",
        version="0.1.0",
        docs_url=None,  # these load a script from a foreign host
        redoc_url=None,
    )
    problems.install(app)
    evaluator = ThreadEvaluator(dataset := Dataset(settings.data), settings)
    app.mount("/static", StaticFiles(packages=[("licet_service", "static")]), name="static")
    _add_health(app, dataset)
    _add_home(app, dataset, evaluator, settings)
    _add_sparql(app, evaluator, settings)
    _add_queries(app, evaluator)
    app.include_router(dumps.routes(settings))
    app.include_router(linked_data.routes(evaluator, settings))
    return app


def _json(content: object, **headers: str) -> Response:
    return Response(orjson.dumps(content), media_type="application/json", headers=headers)


def _add_health(app: FastAPI, dataset: Dataset) -> None:
    @app.get("/health/live", tags=["health"], summary="The process answers")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", tags=["health"], summary="A snapshot is open")
    async def ready() -> dict[str, str]:
        opened = await asyncio.to_thread(dataset.latest)
        return {"status": "ready", "snapshot": opened.snapshot.id}


def _add_home(app: FastAPI, dataset: Dataset, evaluator: Evaluator, settings: Settings) -> None:
    @app.get("/", response_class=Response, tags=["pages"], summary="What this is")
    async def home() -> Response:
        opened = await asyncio.to_thread(dataset.latest)
        manifest = opened.snapshot.manifest
        body = linked_data.page(
            "home.html", snapshot=opened.snapshot.id, manifest=manifest, queries=public_queries()
        )
        return Response(body, media_type="text/html")

    @app.get(
        "/.well-known/void", response_class=Response, tags=["linked data"], summary="The dataset"
    )
    async def void(request: Request) -> Response:
        return await _described(request, evaluator, "describe-dataset", settings)


def _address(request: Request, settings: Settings) -> str:
    """Return where clients reach the service, without a slash at its end."""
    return str(settings.public_url or request.base_url).rstrip("/")


async def _described(
    request: Request, evaluator: Evaluator, task: str, settings: Settings
) -> Response:
    choice = negotiate(request, GRAPHS)
    address, name = _address(request, settings), choice.representation.name
    text = await evaluator.call(task, address=address, format=name)
    headers = alternates(request, choice, GRAPHS)
    return Response(text, media_type=choice.media_type, headers=headers)


def _add_sparql(app: FastAPI, evaluator: Evaluator, settings: Settings) -> None:
    def parameter(name: str, description: str, *, repeated: bool = False) -> dict[str, Any]:
        text = {"type": "string"}
        schema = {"type": "array", "items": text} if repeated else text
        return {"name": name, "in": "query", "description": description, "schema": schema}

    dataset_parameters = [
        parameter("reading", f"Whose conclusions are seen; {DEFAULT_READING} by default."),
        parameter("default-graph-uri", "A part of the default graph.", repeated=True),
        parameter("named-graph-uri", "A named graph.", repeated=True),
        parameter("format", "A format, before what Accept says: json, csv, turtle …"),
    ]
    query_parameter = parameter("query", "A SPARQL 1.1 query.")

    @app.get(
        "/sparql",
        response_class=Response,
        tags=["SPARQL"],
        summary="Answer a query; without one, describe the service",
        openapi_extra={"parameters": [query_parameter, *dataset_parameters]},
    )
    async def sparql_get(request: Request) -> Response:
        if not {"query", "update"} & set(request.query_params):
            return await _described(request, evaluator, "describe-service", settings)
        return await sparql_protocol.respond(request, evaluator, settings)

    text = {"schema": {"type": "string"}}
    form = {"schema": {"type": "object", "properties": {"query": {"type": "string"}}}}
    body = {sparql_protocol.FORM: form, sparql_protocol.QUERY: text}

    @app.post(
        "/sparql",
        response_class=Response,
        tags=["SPARQL"],
        summary="Answer a query",
        openapi_extra={"parameters": dataset_parameters, "requestBody": {"content": body}},
    )
    async def sparql_post(request: Request) -> Response:
        return await sparql_protocol.respond(request, evaluator, settings)


def _add_queries(app: FastAPI, evaluator: Evaluator) -> None:
    @app.get("/queries", response_class=Response, tags=["queries"], summary="The saved queries")
    async def queries(request: Request) -> Response:
        offers = (PLAIN_JSON, HTML)
        choice = negotiate(request, offers)
        headers = alternates(request, choice, offers)
        if choice.representation is HTML:
            body = linked_data.page("queries.html", queries=public_queries())
            return Response(body, media_type=choice.media_type, headers=headers)
        listed = [
            {
                "name": query.name,
                "summary": query.summary,
                "description": query.description,
                "parameters": [
                    {"name": p.name, "type": p.type, "example": p.example} for p in query.parameters
                ],
                "url": f"/queries/{query.name}",
            }
            for query in public_queries()
        ]
        return _json(listed, **headers)

    @app.get(
        "/queries/{name}", response_class=Response, tags=["queries"], summary="Run a saved query"
    )
    async def run(request: Request, name: str) -> Response:
        try:
            query = public_query(name)
        except UsageError as error:
            raise ProblemError("not-found", str(error)) from None
        given = dict(request.query_params.multi_items())
        own = {p.name for p in query.parameters}
        reading = given.get("reading") or DEFAULT_READING
        reserved = {*FORMAT_PARAMETERS, "reading"} - own
        values = {n: v for n, v in given.items() if n not in reserved}
        wanted = [given[n] for n in FORMAT_PARAMETERS if n in given and n not in own]
        accept = accept_of(request)
        question = Question(
            text=query.text,
            results=choose(RESULTS, accept, wanted),
            graph=choose(GRAPHS, accept, wanted),
            reading=reading,
            substitutions=bound(query, values),
        )
        answer = await evaluator.answer(question)
        return Response(answer.body, media_type=answer.media_type, headers={"Vary": "Accept"})
