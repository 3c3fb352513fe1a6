"""The one shape of all errors over HTTP: problem details, RFC 9457."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from licet_ontology.errors import LicetError
from licet_ontology.terms import BASE
from licet_service.pages.rendering import problem_page
from licet_service.problems import KINDS, ProblemError, of_licet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = BASE + "problem/"
MAX_DETAIL_CHARS: Final = 600
"""A detail may quote what was sent, and the parser may list all that it expected."""

_OF_STATUS: Final = {
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "too-slow",
    413: "content-too-large",
    415: "unsupported-media-type",
}


def problem_response(problem: ProblemError) -> Response:
    """Return a problem as a response."""
    status, title = KINDS[problem.kind]
    return _response(
        status, TYPE_BASE + problem.kind, title, problem.detail, problem.members, problem.headers
    )


def _response(
    status: int,
    type_: str,
    title: str,
    detail: str,
    members: Mapping[str, Any],
    headers: Mapping[str, str],
) -> Response:
    text = detail if len(detail) <= MAX_DETAIL_CHARS else detail[:MAX_DETAIL_CHARS] + " …"
    body = {**members, "type": type_, "title": title, "status": status, "detail": text}
    return Response(orjson.dumps(body, default=str), status, dict(headers), media_type=MEDIA_TYPE)


def _of_http(error: HTTPException) -> Response:
    headers = error.headers or {}
    if kind := _OF_STATUS.get(error.status_code):
        return problem_response(ProblemError(kind, KINDS[kind][1] + ".", headers=headers))
    phrase = HTTPStatus(error.status_code).phrase
    return _response(error.status_code, "about:blank", phrase, error.detail, {}, headers)


def _of_validation(error: RequestValidationError) -> ProblemError:
    errors = [
        {"parameter": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()
    ]
    detail = "; ".join(f"{e['parameter']}: {e['message']}" for e in errors)
    return ProblemError("invalid-parameters", detail, errors=errors)


def _is_for_a_person(request: Request) -> bool:
    """Tell whether a browser asks, which names HTML before all else that it takes."""
    return request.headers.get("accept", "").startswith("text/html")


def install(app: FastAPI) -> None:
    """Let an application answer every error by a problem, and show it to people as a page."""

    async def on_licet(request: Request, error: Exception) -> Response:
        assert isinstance(error, LicetError)  # noqa: S101 - registered for nothing else
        if _is_for_a_person(request):
            return problem_page(error)
        return problem_response(of_licet(error))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
        kind = _OF_STATUS.get(error.status_code)
        if kind and _is_for_a_person(request):
            return problem_page(ProblemError(kind, KINDS[kind][1] + ".", headers=error.headers))
        return _of_http(error)

    async def on_validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        return problem_response(_of_validation(error))

    async def on_any(_: Request, __: Exception) -> Response:
        return problem_response(ProblemError("internal-error", "The operator's log says more."))

    app.add_exception_handler(LicetError, on_licet)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(Exception, on_any)
