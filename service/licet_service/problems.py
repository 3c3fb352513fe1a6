"""What may be wrong with a request, in the terms of RFC 9457; raised anywhere, sent by HTTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from licet_ingest.snapshot import NoIndexError, NoSnapshotError, PendingReadingError
from licet_ontology.errors import LicetError, UnknownWorkError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final[Mapping[str, tuple[int, str]]] = {
    "malformed-request": (400, "The request is malformed"),
    "syntax-error": (400, "The query is not SPARQL"),
    "not-supported": (400, "The query asks for what this service does not have"),
    "unusable-value": (400, "A value names nothing or makes no sense"),
    "federation-refused": (403, "Queries may not call other services"),
    "read-only": (403, "The graph is read-only"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "This method is not allowed here"),
    "not-acceptable": (406, "No format on offer is acceptable"),
    "too-slow": (408, "The request did not arrive in time"),
    "content-too-large": (413, "The request is too large"),
    "query-too-large": (413, "The query is too large"),
    "address-too-long": (414, "The address is too long"),
    "range-not-satisfiable": (416, "There is nothing in this range"),
    "unsupported-media-type": (415, "The content type is not supported"),
    "invalid-parameters": (422, "Parameters are invalid"),
    "budget-spent": (429, "This client has used up its time"),
    "too-many-requests": (429, "This client asks too much at a time"),
    "internal-error": (500, "Something failed inside the service"),
    "evaluation-failed": (500, "The evaluation of the query broke down"),
    "busy": (503, "The service is busy"),
    "no-index": (503, "There is no index of names just now"),
    "reading-pending": (503, "This reading is behind a change just now"),
    "no-snapshot": (503, "No snapshot can be read"),
    "out-of-time": (504, "The query takes too long"),
    "out-of-memory": (507, "The query needs too much memory"),
    "result-too-large": (507, "The result is too large"),
}
"""The status and the title of each kind of problem."""

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


def of_licet(error: LicetError) -> ProblemError:
    """Return the problem that an error of Licet amounts to, by who must act on it."""
    match error:
        case ProblemError():
            return error
        case UnknownWorkError():
            return ProblemError("not-found", str(error))
        case UsageError():
            return ProblemError("unusable-value", str(error))
        case NoIndexError():
            return ProblemError(
                "no-index",
                "Newer records are being taken over. Lists, search and counts answer again when "
                "they have all come; queries and explanations answer meanwhile.",
            )
        case PendingReadingError():
            return ProblemError("reading-pending", f"{error}.", headers={"Retry-After": "30"})
        case NoSnapshotError():  # its text names folders of the server
            return ProblemError("no-snapshot", "Try again when one has been built.")
        case _:
            return ProblemError("internal-error", "The operator's log says more.")
