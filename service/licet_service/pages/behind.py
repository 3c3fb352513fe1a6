"""The SPARQL behind a part of a page: its saved query, filled in, one step from the editor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from licet_queries.library import public_query
from licet_service.pages.bound_text import bound_text
from licet_service.pages.rendering import editor_link
from licet_service.parameters import bound

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Behind:
    """Where the data of a part of a page come from.

    Attributes:
        summary: The question, in one sentence.
        text: The query, filled in.
        editor: The address of the editor with it.
        csv: The address of the answer as CSV.
        json: The address of the answer as JSON.
    """

    summary: str
    text: str
    editor: str
    csv: str
    json: str


def behind(name: str, reading: str, values: Mapping[str, str] | None = None) -> Behind:
    """Return the saved query of that name with values for its parameters."""
    query = public_query(name)
    given = dict(values or {})
    text = bound_text(query.text, bound(query, given))
    own = {parameter.name for parameter in query.parameters}
    asked: dict[str, Any] = {**given, **({} if "reading" in own else {"reading": reading})}
    address = f"/queries/{quote(name)}?"
    return Behind(
        query.summary,
        text,
        editor_link(text, reading),
        address + urlencode({**asked, "format": "csv"}),
        address + urlencode({**asked, "format": "json"}),
    )
