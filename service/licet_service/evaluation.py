"""How the web process has the graph asked: questions and answers of plain data, no store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from licet_ontology.terms import DEFAULT_READING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licet_service.negotiation import Choice


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
    """A serialized result: its bytes and their media type."""

    body: bytes
    media_type: str


class Evaluator(Protocol):
    """What answers questions and runs tasks, each on the snapshot then in force."""

    async def answer(self, question: Question) -> Answer:
        """Return the whole answer to a question.

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
