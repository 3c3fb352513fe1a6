"""Another SPARQL 1.1 server in place of the snapshot's own store, loaded from the same dump.

It is only asked queries, with a time and a size that no answer may exceed. What it says in
answer to a query is handed on; that it holds the dump of the snapshot in force is for its
operator to see to.
"""

from __future__ import annotations

import asyncio
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast
from urllib.parse import urlencode

from licet_ontology.errors import SourceError, UsageError
from licet_ontology.reading_names import readings
from licet_ontology.terms import DEFAULT_READING, GRAPH_HUB, default_graphs
from licet_service.evaluation import Answer, Question
from licet_service.negotiation import GRAPHS, RESULTS, listed
from licet_service.problems import ProblemError
from licet_service.sparql_text import form_of, names_dataset, with_prefixes, with_values

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples

    from licet_ingest.snapshot import Snapshot
    from licet_service.dataset import OpenSnapshot
    from licet_service.evaluation import Evaluator, Stream, Term
    from licet_service.negotiation import Choice
    from licet_service.settings import Settings

_BLOCK_BYTES: Final = 65_536
_CONCURRENT: Final = 16
_JSON: Final = "application/sparql-results+json"
_LINES: Final = "application/n-triples"


class RemoteStoreError(SourceError):
    """The server did not answer, or not with an answer; its operator must act."""


class RemoteQueryError(UsageError):
    """The server refused the query itself."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: Any
    ) -> None:
        """Follow none: the address is the operator's word."""


_OPENER: Final = urllib.request.build_opener(_NoRedirects)


@dataclass(frozen=True)
class RemoteStore:
    """A SPARQL server at an address.

    Attributes:
        url: Of its query endpoint.
        timeout_s: After which a query is given up.
        max_bytes: Of an answer.
    """

    url: str
    timeout_s: float = 60.0
    max_bytes: int = 256 * 1024 * 1024

    def ask(
        self,
        text: str,
        accept: str,
        *,
        reading: str = DEFAULT_READING,
        substitutions: Mapping[str, Term] | None = None,
        default_graph_iris: tuple[str, ...] | None = None,
        named_graph_iris: tuple[str, ...] | None = None,
    ) -> bytes:
        """Return the answer to a query in a format.

        Args:
            text: The query; Licet's prefixes need not be declared.
            accept: The media type of the answer.
            reading: Whose graphs a query that names no dataset sees.
            substitutions: Terms for variables.
            default_graph_iris: The default graph, as the union of these.
            named_graph_iris: The named graphs.

        Raises:
            UsageError: There is no such reading; the query is not one, or calls other services.
            RemoteQueryError: The server refused it.
            RemoteStoreError: The server failed, took too long or answered too much.
        """
        form_of(text)
        if reading not in readings():
            raise UsageError(f"no reading named {reading!r}: choose one of {', '.join(readings())}")
        if default_graph_iris is None and named_graph_iris is None and not names_dataset(text):
            default_graph_iris = named_graph_iris = default_graphs(reading)
        query = with_prefixes(with_values(text, substitutions or {}))
        form = urlencode(
            [
                ("query", query),
                *(("default-graph-uri", iri) for iri in default_graph_iris or ()),
                *(("named-graph-uri", iri) for iri in named_graph_iris or ()),
            ]
        )
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        request = urllib.request.Request(self.url, form.encode(), headers)  # noqa: S310 - http(s)
        return self._answer(request, accept)

    def _answer(self, request: urllib.request.Request, accept: str) -> bytes:
        deadline = time.monotonic() + self.timeout_s
        try:
            with _OPENER.open(request, timeout=self.timeout_s) as response:
                found = cast("HTTPMessage", response.headers).get_content_type()
                if found != accept:
                    raise RemoteStoreError(f"{self.url} answered {found} when asked for {accept}")
                body = bytearray()
                # Its socket waits no longer than the time-out, and the whole no longer than twice.
                while block := response.read1(_BLOCK_BYTES):
                    body += block
                    if len(body) > self.max_bytes:
                        raise RemoteStoreError(
                            f"the answer of {self.url} has more than {self.max_bytes} bytes; "
                            "ask for less, with LIMIT or FILTER"
                        )
                    if time.monotonic() > deadline:
                        raise TimeoutError
                return bytes(body)
        except urllib.error.HTTPError as error:
            self._refused(error)
        except TimeoutError as error:
            raise RemoteStoreError(f"{self.url} took more than {self.timeout_s:g} s") from error
        except (OSError, HTTPException) as error:
            raise RemoteStoreError(f"{self.url} does not answer: {error}") from error

    def _refused(self, error: urllib.error.HTTPError) -> NoReturn:
        said = error.read(500).decode("utf-8", "replace").partition("\n\n")[0].strip()
        message = f"{self.url} answered {error.code}: {said or error.reason}"
        if error.code == 400:
            raise RemoteQueryError(message) from error
        raise RemoteStoreError(message) from error


@dataclass(frozen=True)
class RemoteSnapshot:
    """A server that is asked as an open snapshot is, by the command line."""

    store: RemoteStore

    def query(
        self,
        text: str,
        *,
        reading: str = DEFAULT_READING,
        substitutions: Mapping[str, NamedNode | Literal] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Return the answer to a SPARQL query; see ``RemoteStore.ask``."""
        from pyoxigraph import NamedNode as Iri
        from pyoxigraph import QueryResultsFormat, RdfFormat, Store, parse_query_results

        form = form_of(text)
        is_graph = form in {"CONSTRUCT", "DESCRIBE"}
        terms: dict[str, Term] = {
            name: {"type": "uri" if isinstance(term, Iri) else "literal", "value": term.value}
            for name, term in (substitutions or {}).items()
        }
        accept = _LINES if is_graph else _JSON
        body = self.store.ask(text, accept, reading=reading, substitutions=terms)
        if not is_graph:
            return parse_query_results(body, format=QueryResultsFormat.JSON)
        graph = Store()
        graph.load(body, format=RdfFormat.N_TRIPLES)
        return cast("QueryTriples", graph.query("CONSTRUCT WHERE { ?s ?p ?o }"))

    def knows(self, work: NamedNode) -> bool:
        """Tell whether anything is stated of a work."""
        text = f"ASK {{ GRAPH <{GRAPH_HUB}> {{ {work} ?property ?value }} }}"
        return bool(self.query(text))


def opened(data: Path, url: str | None) -> OpenSnapshot | RemoteSnapshot:
    """Return what answers queries: the server at an address, or else the snapshot in force.

    Raises:
        UsageError: The address is not one of HTTP.
        NoSnapshotError: There is neither.
    """
    from licet_service.dataset import Dataset

    if not url:
        return Dataset(data).latest()
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url!r} is no address of a SPARQL server: it begins with http(s)://")
    return RemoteSnapshot(RemoteStore(url))


def in_place_of(local: Evaluator, settings: Settings) -> Evaluator:
    """Return what asks the server of the settings instead, or the same if they name none."""
    if settings.sparql_url is None:
        return local
    url, max_bytes = str(settings.sparql_url), settings.max_held_bytes
    store = RemoteStore(url, timeout_s=settings.query_timeout_s, max_bytes=max_bytes)
    return RemoteEvaluator(store, local)


class RemoteEvaluator:
    """Sends questions to a server, and tasks to the evaluator of the snapshot."""

    def __init__(self, store: RemoteStore, tasks: Evaluator) -> None:
        self._store = store
        self._tasks = tasks
        self._slots = asyncio.Semaphore(_CONCURRENT)

    def snapshot(self) -> Snapshot:
        """Return the snapshot whose dump the server holds; see ``Evaluator``."""
        return self._tasks.snapshot()

    async def stream(self, question: Question) -> Stream:
        """Return the answer to a question, whole; see ``Evaluator``."""
        return _Whole(await self.answer(question))

    async def graph(self, graph_iri: str, choice: Choice) -> Stream:
        """Return all triples of a named graph, whole; see ``Evaluator``."""
        text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
        question = Question(text, None, choice, default_graph_iris=(graph_iri,))
        return _Whole(await self.answer(question))

    async def answer(self, question: Question) -> Answer:
        """Return the answer to a question; see ``Evaluator``."""
        is_graph = form_of(question.text) in {"CONSTRUCT", "DESCRIBE"}
        chosen = question.graph if is_graph else question.results
        if chosen is None:
            offers = listed(GRAPHS if is_graph else RESULTS)
            raise ProblemError("not-acceptable", f"This query can be answered as {offers}.")
        async with self._slots:
            try:
                body = await asyncio.to_thread(
                    self._store.ask,
                    question.text,
                    chosen.representation.media_types[0],
                    reading=question.reading,
                    substitutions=question.substitutions,
                    default_graph_iris=question.default_graph_iris,
                    named_graph_iris=question.named_graph_iris,
                )
            except RemoteQueryError as error:
                raise ProblemError("syntax-error", str(error)) from error
        return Answer(body, chosen.media_type)

    async def call(self, task: str, **arguments: Any) -> Any:
        """Return what a task returns; see ``Evaluator``."""
        return await self._tasks.call(task, **arguments)

    async def call_for_json(self, task: str, **arguments: Any) -> bytes:
        """Return what a task returns as JSON; see ``Evaluator``."""
        return await self._tasks.call_for_json(task, **arguments)


class _Whole:
    """A stream that came at once."""

    def __init__(self, answer: Answer) -> None:
        self.media_type = answer.media_type
        self.whole: Answer | None = answer
        self.problem: ProblemError | None = None

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield nothing: all is in ``whole``."""
        return
        yield b""

    async def close(self) -> None:
        """End nothing."""
