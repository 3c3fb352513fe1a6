"""SPARQL 1.1 Protocol, queries only: what a request asks, and the response to it."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import orjson
from starlette.responses import Response

from licet_ontology.terms import DEFAULT_READING
from licet_service.evaluation import Question
from licet_service.negotiation import FORMAT_PARAMETERS, GRAPHS, RESULTS, accept_of, choose
from licet_service.problems import ProblemError
from licet_service.streaming import StreamResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from licet_service.evaluation import Evaluator
    from licet_service.settings import Settings

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

_CHANGING = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE|SERVICE)\b", re.IGNORECASE)
"""What may answer otherwise the next time although the snapshot is the same. Where the word means
something else, an answer is sent again that need not be."""


async def respond(request: Request, evaluator: Evaluator, settings: Settings) -> Response:
    """Return the response to a query operation of the protocol."""
    question = await question_of(request, settings)
    return await responded(request, question, evaluator, settings)


async def responded(
    request: Request,
    question: Question,
    evaluator: Evaluator,
    settings: Settings,
    **beside: str,
) -> Response:
    """Return the response to a question; 304 where the client says that it has the answer.

    Args:
        request: Which it answers.
        question: What it asks.
        evaluator: Who answers.
        settings: Of the service.
        beside: Further headers.
    """
    headers = {"Vary": "Accept", **beside}
    if request.method == "GET" and not _CHANGING.search(question.text):
        headers |= validators(evaluator.snapshot().id, question)
        if has_current(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
    return StreamResponse(await evaluator.stream(question), settings, headers)


def validators(*parts: object) -> dict[str, str]:
    """Return the headers by which a client can ask whether what it has still holds.

    The tag is weak, since the same answer may come in several content codings.
    """
    digest = sha256(orjson.dumps(parts)).hexdigest()[:32]
    return {"ETag": f'W/"{digest}"', "Cache-Control": "no-cache"}


def has_current(request: Request, tag: str) -> bool:
    """Tell whether a client says that it has what bears a tag; RFC 9110, section 13.1.2."""
    given = ",".join(request.headers.getlist("if-none-match"))
    opaque = {part.strip().removeprefix("W/") for part in given.split(",")}
    return tag.removeprefix("W/") in opaque or "*" in opaque


async def question_of(request: Request, settings: Settings) -> Question:
    """Return what a request of the protocol asks; parameters it does not know are passed over.

    Raises:
        ProblemError: The request holds no query, several, an update, or a body of another type.
    """
    max_query_bytes = settings.max_query_bytes
    parameters, texts = request.query_params.multi_items(), list[str]()
    if request.method == "POST":
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if content_type == FORM:
            # Each byte of a query may be escaped by three; the rest may name graphs.
            body = await _body(request, 3 * max_query_bytes + 65_536)
            parameters += parse_qsl(body, keep_blank_values=True)
        elif content_type == QUERY:
            texts.append(await _body(request, max_query_bytes))
        elif content_type != UPDATE:
            detail = f"Send {FORM} or {QUERY}."
            accepted = {"Accept-Post": f"{FORM}, {QUERY}"}
            raise ProblemError("unsupported-media-type", detail, headers=accepted)
        else:
            parameters.append(("update", ""))
    if any(name == "update" for name, _ in parameters):
        raise ProblemError("read-only", "This service answers queries and takes no updates.")

    def values(*names: str) -> list[str]:
        return [value for name, value in parameters if name in names and value]

    texts = list(dict.fromkeys([*texts, *values("query")]))
    if len(texts) != 1:
        raise ProblemError("malformed-request", "A request must hold one query.", found=len(texts))
    if len(texts[0].encode(errors="replace")) > max_query_bytes:
        raise _too_large(max_query_bytes)
    wanted, accept = values(*FORMAT_PARAMETERS), accept_of(request)
    return Question(
        text=texts[0],
        results=choose(RESULTS, accept, wanted),
        graph=choose(GRAPHS, accept, wanted),
        reading=(values("reading") or [DEFAULT_READING])[-1],
        default_graph_iris=_iris(values("default-graph-uri")),
        named_graph_iris=_iris(values("named-graph-uri")),
    )


def _iris(values: Sequence[str]) -> tuple[str, ...] | None:
    return tuple(values) or None


async def _body(request: Request, max_bytes: int) -> str:
    """Return the body of a request as text, reading no more of it than is allowed."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ProblemError("malformed-request", f"The body is not UTF-8: {error}") from None


def _too_large(max_bytes: int) -> ProblemError:
    return ProblemError("query-too-large", f"It may have {max_bytes} bytes.", max_bytes=max_bytes)
