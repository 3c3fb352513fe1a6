"""The HTTP application: its routes, and what holds for every response."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette_compress import CompressMiddleware, add_compress_type

from licet_ontology.terms import DEFAULT_READING
from licet_service import (
    check_routes,
    dumps,
    graph_store,
    linked_data,
    observation,
    plan_api,
    problem_responses,
    rest,
    saved_queries,
    sparql_protocol,
)
from licet_service.envelope import Envelope
from licet_service.evaluator import WorkerEvaluator
from licet_service.negotiation import (
    GRAPHS,
    RESULTS,
    alternates,
    negotiate,
)
from licet_service.pages import routes as pages
from licet_service.remote import in_place_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine

    from starlette.types import Receive, Scope, Send

    from licet_service.evaluation import Evaluator
    from licet_service.settings import Settings


class _Application(FastAPI):
    """FastAPI within the envelope, which its own handler of unforeseen errors would escape."""

    def enclose(self, settings: Settings) -> None:
        """Put it in its envelope."""
        self._enclosed = Envelope(super().__call__, settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._enclosed(scope, receive, send)


class _PlainRoute(APIRoute):
    """A route whose function takes the request as it is, so that nothing need be solved for it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the function itself."""
        return self.endpoint


def create_app(settings: Settings) -> FastAPI:
    """Return the application that serves the data folder of its settings.

    Its workers run while its lifespan does.

    Raises:
        NoSnapshotError: The folder holds no snapshot.
    """
    evaluator = WorkerEvaluator(settings)
    evaluator.snapshot()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        try:
            await evaluator.start()
            yield
        finally:
            await evaluator.stop()

    app = _Application(
        title="Licet",
        summary="What the licenses behind an AI model oblige, forbid and permit.",
        version="0.1.0",
        docs_url=None,  # these load a script from a foreign host
        redoc_url=None,
        redirect_slashes=False,  # it would lead to whatever host a client names
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # there is /metrics
    )
    app.enclose(settings)
    for offer in (*RESULTS, *GRAPHS):
        for media_type in offer.media_types:
            add_compress_type(media_type)
    app.add_middleware(CompressMiddleware)
    problem_responses.install(app)
    asked = in_place_of(evaluator, settings)
    observation.install(app, evaluator, settings)
    app.mount("/static", StaticFiles(packages=[("licet_service", "static")]), name="static")
    _add_health(app, evaluator)
    _add_void(app, evaluator, settings)
    _add_sparql(app, asked, settings)
    app.include_router(graph_store.routes(asked, settings))
    app.include_router(check_routes.routes(evaluator))
    app.include_router(plan_api.routes(evaluator))
    app.include_router(dumps.routes(settings))
    app.include_router(saved_queries.routes(asked, settings))
    app.include_router(rest.routes(evaluator))
    app.include_router(pages.routes(asked, settings))
    app.include_router(linked_data.routes(asked, settings))
    return app


def _add_health(app: FastAPI, evaluator: Evaluator) -> None:
    @app.get("/health/live", tags=["health"], summary="The process answers")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", tags=["health"], summary="A snapshot is open")
    async def ready() -> dict[str, str]:
        return {"status": "ready", "snapshot": await evaluator.call("snapshot-id")}


def _add_void(app: FastAPI, evaluator: Evaluator, settings: Settings) -> None:
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

    async def sparql_get(request: Request) -> Response:
        if not {"query", "update"} & set(request.query_params):
            return await _described(request, evaluator, "describe-service", settings)
        return await sparql_protocol.respond(request, evaluator, settings)

    text = {"schema": {"type": "string"}}
    form = {"schema": {"type": "object", "properties": {"query": {"type": "string"}}}}
    body = {sparql_protocol.FORM: form, sparql_protocol.QUERY: text}

    async def sparql_post(request: Request) -> Response:
        return await sparql_protocol.respond(request, evaluator, settings)

    add = partial(
        app.router.add_api_route,
        "/sparql",
        response_class=Response,
        tags=["SPARQL"],
        route_class_override=_PlainRoute,
    )
    add(
        endpoint=sparql_get,
        methods=["GET"],
        summary="Answer a query; without one, describe the service",
        openapi_extra={"parameters": [query_parameter, *dataset_parameters]},
    )
    add(
        endpoint=sparql_post,
        methods=["POST"],
        summary="Answer a query",
        openapi_extra={"parameters": dataset_parameters, "requestBody": {"content": body}},
    )
