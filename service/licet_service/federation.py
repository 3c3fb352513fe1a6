"""Which queries may call other services: by default none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from licet_service.dataset import keyword_problem
from licet_service.problems import ProblemError, syntax_problem

if TYPE_CHECKING:
    from collections.abc import Collection


def mentions_service(text: str) -> bool:
    """Tell whether a query contains the letters of SERVICE at all."""
    return "service" in text.casefold()


def refuse_federation(text: str, allowed: Collection[str] = ()) -> None:
    """Refuse a query that calls a service which is not among those allowed.

    Each call of an allowed service is read as a graph of that name, which the grammar has in the
    same places; whatever call is left then is refused. Who calls a service by a variable or a
    prefixed name is refused.

    Raises:
        ProblemError: The query uses SERVICE, or contains the word and cannot be parsed.
    """
    if allowed:
        iris = "|".join(re.escape(iri) for iri in allowed)
        call = re.compile(rf"SERVICE(\s+(?:SILENT\s+)?)(<(?:{iris})>)", re.IGNORECASE | re.ASCII)
        text = call.sub(lambda m: f"GRAPH{re.sub('silent', '', m[1], flags=re.I)}{m[2]}", text)
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
