"""The REST API under ``/api``: JSON about single works, searches, lineage and the catalogue."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from licet_queries.library import public_queries
from licet_service.problem_responses import MEDIA_TYPE
from licet_service.problems import ProblemError
from licet_service.rest_models import (
    EXAMPLE_WORK,
    Asked,
    AskedExplanation,
    AskedFacet,
    AskedLineage,
    AskedOfWork,
    AskedWorks,
    Explanation,
    Facet,
    FacetName,
    Findings,
    License,
    Licenses,
    Lineage,
    Obligations,
    Problem,
    SavedQuery,
    Statistics,
    Works,
    WorkSummary,
)
from licet_service.saved_queries import described

if TYPE_CHECKING:
    from licet_service.evaluation import Evaluator

PREFIX: Final = "/api"
_FACETS: Final = ("kind", "license", "author", "family", "gap", "relation", "finding", "question")


def refuse_repeated(request: Request) -> None:
    """Refuse a parameter that is given twice: which of them was meant, nobody can know.

    Raises:
        ProblemError: One is.
    """
    counts = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in counts.items():
        if count > 1:
            raise ProblemError("malformed-request", f"{name!r} is given more than once.")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors of an operation, for its description."""
    return {
        status: {
            "description": "A problem",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the routes of the API."""
    router = APIRouter(
        prefix=PREFIX,
        tags=["api"],
        dependencies=[Depends(refuse_repeated)],
        responses={400: {"model": Problem, "description": "A problem"}, **problems(422, 503)},
    )
    _add_works(router, evaluator)
    _add_catalogue(router, evaluator)
    return router


def _add_works(router: APIRouter, evaluator: Evaluator) -> None:
    @router.get("/models", response_model=Works, summary="Works by text and facets")
    async def models(request: Request, asked: Annotated[AskedWorks, Query()]) -> Response:
        wanted = {name: getattr(asked, name) for name in _FACETS}
        answer = await evaluator.call(
            "search-works",
            text=asked.q,
            facets={n: v for n, v in wanted.items() if v and (n, v) != ("kind", "any")},
            reading=asked.reading,
            limit=asked.limit,
            cursor=asked.cursor,
        )
        return _page(request, answer)

    @router.get(
        "/models/{work:path}",
        response_model=WorkSummary,
        responses=problems(404),
        summary="What is stated and found of a work",
    )
    async def model(
        work: Annotated[str, Path(description="As in `work` elsewhere.", examples=[EXAMPLE_WORK])],
        asked: Annotated[Asked, Query()],
    ) -> Response:
        return _json(await evaluator.call("work-summary", work=work, reading=asked.reading))

    def about_work(name: str, task: str, model: type[Any], summary: str) -> None:
        async def answer(asked: Annotated[AskedOfWork, Query()]) -> Response:
            return _json(await evaluator.call(task, work=asked.work, reading=asked.reading))

        router.add_api_route(
            f"/{name}",
            answer,
            name=name,
            response_model=model,
            responses=problems(404),
            summary=summary,
        )

    about_work("obligations", "work-obligations", Obligations, "What binds a work's publisher")
    about_work("findings", "work-findings", Findings, "What is wrong or not known about a work")

    @router.get(
        "/explain",
        response_model=Explanation,
        responses=problems(404),
        summary="Why each clause binds a work and why each finding holds",
    )
    async def explain(asked: Annotated[AskedExplanation, Query()]) -> Response:
        return _json(await evaluator.call("explain", **asked.model_dump()))

    @router.get(
        "/lineage",
        response_model=Lineage,
        responses=problems(404),
        summary="What a work was made from, or what was made from it",
    )
    async def lineage(request: Request, asked: Annotated[AskedLineage, Query()]) -> Response:
        return _page(request, await evaluator.call("lineage", **asked.model_dump()))


def _add_catalogue(router: APIRouter, evaluator: Evaluator) -> None:
    @router.get("/licenses", response_model=Licenses, summary="The licenses of the catalogue")
    async def licenses() -> Response:
        return _json(await evaluator.call("licenses"))

    @router.get(
        "/licenses/{license_id}",
        response_model=License,
        responses=problems(404),
        summary="A license with its facts and clauses",
    )
    async def license_(
        license_id: Annotated[str, Path(max_length=200, examples=["llama3"])],
    ) -> Response:
        return _json(await evaluator.call("license", license_id=license_id))

    @router.get(
        "/facets/{name}", response_model=Facet, summary="The most frequent values of a facet"
    )
    async def facet(
        name: Annotated[FacetName, Path(examples=["license"])],
        asked: Annotated[AskedFacet, Query()],
    ) -> Response:
        answer = await evaluator.call(
            "facet-values", name=name, reading=asked.reading, limit=asked.limit
        )
        return _json(answer)

    @router.get("/statistics", response_model=Statistics, summary="How much there is")
    async def statistics(asked: Annotated[Asked, Query()]) -> Response:
        return _json(await evaluator.call("statistics", reading=asked.reading))

    @router.get("/queries", response_model=list[SavedQuery], summary="The saved queries")
    async def queries() -> Response:
        return _json([*map(described, public_queries())])


def _json(content: Any, **headers: str) -> Response:
    return Response(orjson.dumps(content), media_type="application/json", headers=headers)


def _page(request: Request, answer: Any) -> Response:
    if not answer["next"]:
        return _json(answer)
    kept = [(n, v) for n, v in request.query_params.multi_items() if n != "cursor"]
    following = urlencode([*kept, ("cursor", answer["next"])])
    return _json(answer, Link=f'<{request.scope["path"]}?{following}>; rel="next"')
