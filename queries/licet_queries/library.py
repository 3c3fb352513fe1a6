"""The saved queries and rules that ship with Licet, with what their headers say.

A query file begins with a grlc header: lines that begin with ``#+`` and hold YAML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licet_ontology.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDERS = ("rules", "findings", "competency", "statistics", "views", "quality")
PUBLIC_FOLDERS = ("competency", "statistics", "views")
"""Folders whose queries anyone may run by name."""
_COMMENTS = re.compile(r"^ *#.*\n", re.MULTILINE)
_ORDER = re.compile(r"\nORDER BY( \?\w+)+\s*\Z")
PARAMETER_TYPES = ("model", "dataset", "license", "code", "reading")


@dataclass(frozen=True)
class Parameter:
    """A value that a saved query asks for.

    Attributes:
        name: Of the SPARQL variable that it is bound to.
        type: One of ``PARAMETER_TYPES``: what it may be and how it becomes an RDF term.
        example: A value with which the query answers something.
    """

    name: str
    type: str
    example: str


@dataclass(frozen=True)
class SavedQuery:
    """A query file: its place, its text and the fields of its header.

    Attributes:
        name: The file's name without ``.rq``, unique in its folder.
        folder: One of ``FOLDERS``.
        text: SPARQL, header included.
        summary: The question it answers, in one sentence.
        description: What a reader should know beyond the summary.
        parameters: What must be given to run it.
        header: All fields of the header.
    """

    name: str
    folder: str
    text: str
    summary: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    header: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @cached_property
    def bare(self) -> str:
        """The text without comments, and without an order of answers at its end."""
        return _ORDER.sub("", _COMMENTS.sub("", self.text))


def parse_query(name: str, folder: str, text: str) -> SavedQuery:
    """Return a query file's text with its header taken apart.

    Raises:
        DataError: The header is not YAML, lacks a summary, or has a parameter without type.
    """
    import yaml  # Not before a file is parsed: what is compiled is asked for without.

    lines = [line.removeprefix("#+")[1:] for line in text.splitlines() if line.startswith("#+")]
    try:
        header = yaml.safe_load("\n".join(lines)) or {}
    except yaml.YAMLError as error:
        raise DataError(f"{folder}/{name}.rq: the header is not YAML: {error}") from error
    if not header.get("summary"):
        raise DataError(f"{folder}/{name}.rq: the header has no summary")
    parameters = []
    for parameter, fields in (header.get("parameters") or {}).items():
        if fields.get("type") not in PARAMETER_TYPES or "example" not in fields:
            raise DataError(f"{folder}/{name}.rq: parameter {parameter} lacks a type or example")
        parameters.append(Parameter(parameter, fields["type"], str(fields["example"])))
    return SavedQuery(
        name=name,
        folder=folder,
        text=text,
        summary=header["summary"].strip(),
        description=(header.get("description") or "").strip(),
        parameters=tuple(parameters),
        header=header,
    )


@cache
def folder_queries(folder: str) -> tuple[SavedQuery, ...]:
    """Return the queries of one folder, sorted by name."""
    return tuple(
        parse_query(file.stem, folder, file.read_text(encoding="utf-8"))
        for file in sorted((Path(__file__).parent / folder).glob("*.rq"))
    )


def public_queries() -> tuple[SavedQuery, ...]:
    """Return the queries that anyone may run by name, sorted by folder and name."""
    return tuple(
        query
        for folder in ("competency", "statistics", "views")
        for query in folder_queries(folder)
    )


def public_query(name: str) -> SavedQuery:
    """Return the query of that name that anyone may run.

    Raises:
        UsageError: There is none.
    """
    for query in public_queries():
        if query.name == name:
            return query
    names = ", ".join(query.name for query in public_queries())
    raise UsageError(f"no saved query named {name!r}: choose one of {names}")
