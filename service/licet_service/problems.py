"""The one shape of all errors over HTTP: problem details, RFC 9457."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from licet_ingest.snapshot import NoSnapshotError
from licet_ontology.errors import LicetError, UsageError
from licet_ontology.terms import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = BASE + "problem/"
MAX_DETAIL_CHARS: Final = 600
"""A detail may quote what was sent, and the parser may list all that it expected."""

KINDS: Final[Mapping[str, tuple[int, str]]] = {
    "malformed-request": (400, "The request is malformed"),
    "syntax-error": (400, "The query is not SPARQL"),
    "unusable-value": (400, "A value names nothing or makes no sense"),
    "federation-refused": (403, "Queries may not call other services"),
    "read-only": (403, "The graph is read-only"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "This method is not allowed here"),
    "not-acceptable": (406, "No format on offer is acceptable"),
    "query-too-large": (413, "The query is too large"),
    "range-not-satisfiable": (416, "There is nothing in this range"),
    "unsupported-media-type": (415, "The content type is not supported"),
    "invalid-parameters": (422, "Parameters are invalid"),
    "result-too-large": (422, "The result is too large"),
    "internal-error": (500, "Something failed inside the service"),
    "no-snapshot": (503, "No snapshot can be read"),
}
"""The status and the title of each kind of problem."""

_OF_STATUS: Final = {
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "query-too-large",
    415: "unsupported-media-type",
}
_POSITION = re.compile(r"error at (\d+):(\d+): ")


class ProblemError(LicetError):
    """A request that is answered by a problem.

    Attributes:
        kind: One of ``KINDS``.
        detail: What is wrong with this request, for a person.
        headers: To be sent beside.
        members: What a program may need, as further members of the problem.
    """

    def __init__(
        self, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members
        super().__init__(detail)


def syntax_problem(error: SyntaxError) -> ProblemError:
    """Return the problem of a query that the parser refuses, with line and column."""
    message = str(error)
    found = _POSITION.match(message)
    if not found:
        return ProblemError("syntax-error", message)
    line, column = int(found[1]), int(found[2])
    detail = f"Line {line}, column {column}: {message[found.end() :]}"
    return ProblemError("syntax-error", detail, line=line, column=column)


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


def of_licet(error: LicetError) -> ProblemError:
    """Return the problem that an error of Licet amounts to, by who must act on it."""
    match error:
        case ProblemError():
            return error
        case UsageError():
            return ProblemError("unusable-value", str(error))
        case NoSnapshotError():  # its text names folders of the server
            return ProblemError("no-snapshot", "Try again when one has been built.")
        case _:
            return ProblemError("internal-error", "The operator's log says more.")


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


def install(app: FastAPI) -> None:
    """Let an application answer every error by a problem."""

    async def on_licet(_: Request, error: Exception) -> Response:
        assert isinstance(error, LicetError)  # noqa: S101 - registered for nothing else
        return problem_response(of_licet(error))

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
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
