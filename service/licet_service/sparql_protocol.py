"""SPARQL 1.1 Protocol, queries only, and the one place where queries are evaluated.

Everything that asks the graph goes through ``Evaluator``: a question of plain data in, bytes
out, so that evaluation can move to other processes.
"""

from __future__ import annotations

import asyncio
import re
import threading
from concurrent.futures import Future
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode, QueryTriples
from starlette.responses import Response

from licet_ontology.terms import DEFAULT_READING
from licet_service import tasks
from licet_service.dataset import keyword_problem, rdf_term
from licet_service.evaluation import Answer, Question
from licet_service.formats import GRAPH_FORMATS, RESULT_FORMATS
from licet_service.negotiation import FORMAT_PARAMETERS, GRAPHS, RESULTS, accept_of, choose, listed
from licet_service.problems import ProblemError, syntax_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from typing_extensions import Buffer

    from licet_service.dataset import Dataset
    from licet_service.evaluation import Evaluator
    from licet_service.settings import Settings

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

STACK_BYTES: Final = 512 * 1024 * 1024
"""The parser recurses: 2,246 nested groups, in 4.5 KB, overflow a stack of 8 MB and kill the
process. On this much, which is reserved and hardly ever used, no text of the largest size that
settings allow did."""


class ThreadEvaluator:
    """Evaluates each question in a thread of its own.

    A result belongs to the thread that made it: to touch it from another aborts the process.
    So one call makes, walks, serializes and drops it. A query cannot be stopped, and nothing
    but the text keeps it from calling other services: both need a process around it.
    """

    def __init__(self, dataset: Dataset, settings: Settings) -> None:
        self._dataset = dataset
        self._max_result_bytes = settings.max_result_bytes
        self._slots = asyncio.Semaphore(settings.max_concurrent_queries)

    async def answer(self, question: Question) -> Answer:
        """Return the answer to a question; see ``Evaluator``."""
        async with self._slots:
            return await asyncio.wrap_future(_in_thread(partial(self._evaluate, question)))

    async def call(self, task: str, **arguments: Any) -> Any:
        """Return what a task returns; see ``Evaluator``."""

        def run() -> Any:
            return tasks.run(self._dataset.latest(), task, arguments)

        async with self._slots:
            return await asyncio.wrap_future(_in_thread(run))

    def _evaluate(self, question: Question) -> Answer:
        opened = self._dataset.latest()
        refuse_federation(question.text)
        try:
            result = opened.query(
                question.text,
                reading=question.reading,
                substitutions={n: rdf_term(t) for n, t in question.substitutions.items()},
                default_graph_iris=question.default_graph_iris,
                named_graph_iris=question.named_graph_iris,
            )
        except SyntaxError as error:
            raise syntax_problem(error) from None
        try:
            is_graph = isinstance(result, QueryTriples)
            chosen = question.graph if is_graph else question.results
            if chosen is None:
                offers = listed(GRAPHS if is_graph else RESULTS)
                raise ProblemError("not-acceptable", f"This query can be answered as {offers}.")
            output = _BoundedBytes(self._max_result_bytes)
            name = chosen.representation.name
            if isinstance(result, QueryTriples):
                result.serialize(output, GRAPH_FORMATS[name])
            else:
                result.serialize(output, RESULT_FORMATS[name])
            return Answer(output.getvalue(), chosen.media_type)
        finally:
            # The traceback of an error would carry it to another thread.
            del result


class _BoundedBytes(BytesIO):
    """A file in memory that refuses to grow beyond a size."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__()
        self._max_bytes = max_bytes

    def write(self, data: Buffer) -> int:
        if self.tell() + len(memoryview(data)) > self._max_bytes:
            detail = (
                f"It has more than {self._max_bytes} bytes. Ask for less, with LIMIT or FILTER."
            )
            raise ProblemError("result-too-large", detail, max_bytes=self._max_bytes)
        return super().write(data)


_THREAD_START = threading.Lock()
_T = TypeVar("_T")


def _in_thread(call: Callable[[], _T]) -> Future[_T]:
    """Return the outcome of a call that runs in a new thread with a deep stack."""
    future: Future[_T] = Future()
    future.set_running_or_notify_cancel()  # from here on nobody can cancel it

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # whatever it is, it is the outcome
            future.set_exception(error)

    thread = threading.Thread(target=run, name="query", daemon=True)
    with _THREAD_START:  # the size is a setting of the whole process
        before = threading.stack_size(STACK_BYTES)
        try:
            thread.start()
        finally:
            threading.stack_size(before)
    return future


def refuse_federation(text: str) -> None:
    """Refuse a query that calls another service: the store would fetch whatever it names.

    A process that cannot reach the network is to stand behind this one day.

    Raises:
        ProblemError: The query uses SERVICE, or contains the word and cannot be parsed.
    """
    error = keyword_problem(text, "SERVICE")
    if error is None:
        return
    problem = syntax_problem(error)
    line, column = problem.members.get("line", 1), problem.members.get("column", 1)
    read = (text.split("\n")[line - 1 : line] or [""])[0][:column]
    if not re.search(r"(?<![?$])SERVICE\w*\W{0,2}\Z", read, re.IGNORECASE):
        raise problem  # refused in any case; this only says why
    detail = "It calls another service by SERVICE. Ask that service yourself and join."
    raise ProblemError("federation-refused", detail, line=line)


async def respond(request: Request, evaluator: Evaluator, settings: Settings) -> Response:
    """Return the response to a query operation of the protocol."""
    question = await question_of(request, settings.max_query_bytes)
    answer = await evaluator.answer(question)
    return Response(answer.body, media_type=answer.media_type, headers={"Vary": "Accept"})


async def question_of(request: Request, max_query_bytes: int) -> Question:
    """Return what a request of the protocol asks; parameters it does not know are passed over.

    Raises:
        ProblemError: The request holds no query, several, an update, or a body of another type.
    """
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
    for value in values:
        try:
            NamedNode(value)
        except ValueError as error:
            raise ProblemError("malformed-request", f"{value!r} is not an IRI: {error}") from None
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
