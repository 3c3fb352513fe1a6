"""How the web process has the graph asked: questions and answers of plain data, no store."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, TypedDict

from licet_ontology.terms import DEFAULT_READING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from licet_ingest.snapshot import Snapshot
    from licet_service.negotiation import Choice
    from licet_service.problems import ProblemError


class Term(TypedDict):
    """An IRI or a plain literal, as the SPARQL results in JSON write one."""

    type: str
    value: str


def iri(value: str) -> Term:
    """Return an IRI as a term."""
    return {"type": "uri", "value": value}


def literal(value: str) -> Term:
    """Return a plain literal as a term."""
    return {"type": "literal", "value": value}


@dataclass(frozen=True)
class Question:
    """A query with all that its answer depends on.

    Attributes:
        text: The query.
        results: The format of its answer if it is a SELECT or ASK; None if none is acceptable.
        graph: The format of its answer if it is a CONSTRUCT or DESCRIBE; likewise.
        reading: Whose graphs it sees if neither the query nor the protocol names a dataset.
        substitutions: Values of variables, by name.
        default_graph_iris: The default graph, as named by the protocol.
        named_graph_iris: The named graphs, as named by the protocol.
    """

    text: str
    results: Choice | None
    graph: Choice | None
    reading: str = DEFAULT_READING
    substitutions: Mapping[str, Term] = field(default_factory=dict[str, Term])
    default_graph_iris: tuple[str, ...] | None = None
    named_graph_iris: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Answer:
    """A serialized result, whole: its bytes, their media type, and its rows or triples."""

    body: bytes
    media_type: str
    rows: int = 0


class BrokenAnswerError(Exception):
    """An answer of which a part has been sent cannot be completed.

    It is answered by ending the connection, so that no client takes the part for the whole.
    """


class Stream(Protocol):
    """An answer as it comes. Whoever gets one closes it, read to its end or not."""

    media_type: str
    whole: Answer | None
    """The answer, where it is so small that it came at once; then there are no parts."""
    problem: ProblemError | None
    """Why the answer broke."""

    def parts(self) -> AsyncIterator[bytes]:
        """Yield the answer part by part.

        Raises:
            BrokenAnswerError: There will be no more, and what came is not all.
        """
        ...

    async def close(self) -> None:
        """End the evaluation if it goes on."""
        ...


@dataclass(frozen=True)
class Evaluated:
    """What is known of one evaluation when it has ended, for logs and metrics.

    Attributes:
        what: ``query``, ``graph``, or the name of a task.
        text: The query, or nothing.
        client: For whom.
        outcome: ``ok``, the kind of a problem, ``broken`` or ``abandoned``.
        waited_s: Until a worker was free.
        took_s: How long it had the worker.
        rows: Of the answer: rows or triples.
        body_bytes: Of the answer.
    """

    what: str
    text: str
    client: str
    outcome: str
    waited_s: float
    took_s: float
    rows: int
    body_bytes: int


CLIENT: Final[ContextVar[str]] = ContextVar("client", default="")
"""For whom the request at hand is answered; set where a request comes in."""


class Evaluator(Protocol):
    """What answers questions and runs tasks, each on the snapshot then in force."""

    def snapshot(self) -> Snapshot:
        """Return the snapshot in force.

        Raises:
            NoSnapshotError: There is none.
        """
        ...

    async def stream(self, question: Question) -> Stream:
        """Return the answer to a question as it comes.

        Raises:
            LicetError: There is none; its kind says who must act.
        """
        ...

    async def graph(self, graph_iri: str, choice: Choice) -> Stream:
        """Return all triples of a named graph as they come.

        Raises:
            LicetError: There is no such graph, or no answer.
        """
        ...

    async def answer(self, question: Question) -> Answer:
        """Return the whole answer to a question; one that is to be sent on is better streamed.

        Raises:
            LicetError: There is none; its kind says who must act.
        """
        ...

    async def call(self, task: str, **arguments: Any) -> Any:
        """Return what a task of ``licet_service.tasks`` returns; both ways in JSON values.

        Raises:
            LicetError: It failed; its kind says who must act.
        """
        ...

    async def call_for_json(self, task: str, **arguments: Any) -> bytes:
        """Return what a task returns as JSON, to be sent on as it is.

        Raises:
            LicetError: It failed; its kind says who must act.
        """
        ...
