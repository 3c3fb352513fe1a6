"""SPARQL 1.1 Graph Store HTTP Protocol, for reading: whole graphs under ``/graphs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from licet_ontology.terms import BASE, DEFAULT_READING
from licet_service.evaluation import Question
from licet_service.negotiation import GRAPHS, negotiate
from licet_service.problems import ProblemError
from licet_service.sparql_protocol import has_current, validators
from licet_service.streaming import StreamResponse

if TYPE_CHECKING:
    from licet_service.evaluation import Evaluator
    from licet_service.settings import Settings

_DEFAULT_GRAPH: Final = "CONSTRUCT WHERE { ?s ?p ?o }"


def routes(evaluator: Evaluator, settings: Settings) -> APIRouter:
    """Return the routes of the graph store."""
    router = APIRouter(tags=["SPARQL"])

    async def answered(request: Request, graph_iri: str | None) -> Response:
        """Respond with a graph; without a name, the default graph of a reading."""
        choice = negotiate(request, GRAPHS)
        reading = request.query_params.get("reading") or DEFAULT_READING
        asked = (graph_iri, reading, choice.media_type)
        headers = {"Vary": "Accept", **validators(evaluator.snapshot().id, asked)}
        known = evaluator.snapshot().manifest["triples"]
        if graph_iri is not None and graph_iri not in known:
            raise ProblemError("not-found", f"There is no graph {graph_iri}.")
        if has_current(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        if graph_iri is None:
            stream = await evaluator.stream(Question(_DEFAULT_GRAPH, None, choice, reading))
        else:
            stream = await evaluator.graph(graph_iri, choice)
        return StreamResponse(stream, settings, headers)

    def parameter(name: str, description: str) -> dict[str, Any]:
        schema = {"type": "string"}
        return {"name": name, "in": "query", "description": description, "schema": schema}

    @router.get(
        "/graphs",
        response_class=Response,
        summary="All triples of a graph",
        openapi_extra={
            "parameters": [
                parameter("graph", "The IRI of a named graph."),
                parameter("default", "Instead of it: the default graph."),
                parameter("reading", f"Whose default graph; {DEFAULT_READING} by default."),
                parameter("format", "A format, before what Accept says: turtle, nt …"),
            ]
        },
    )
    async def indirect(request: Request) -> Response:
        given = request.query_params.multi_items()
        names = [value for name, value in given if name == "graph"]
        is_default = any(name == "default" for name, _ in given)
        if len(names) + is_default != 1:
            detail = "Name one graph by graph=, or the default graph by default."
            raise ProblemError("malformed-request", detail)
        return await answered(request, names[0] if names else None)

    @router.get("/graph/{name:path}", response_class=Response, summary="All triples of a graph")
    async def direct(request: Request, name: str) -> Response:
        return await answered(request, f"{BASE}graph/{name}")

    return router
