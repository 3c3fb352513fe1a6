"""The commands that answer SPARQL: saved queries, and those of the user."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, Any

import click

from licet_ontology.errors import UnknownWorkError, UsageError
from licet_ontology.terms import PREFIXES
from licet_service import command_options as options
from licet_service.terminal import emit, read_text, say

if TYPE_CHECKING:
    from pathlib import Path

    from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples


class ResultFormat(enum.StrEnum):
    """How the answer to a query is printed."""

    table = "table"
    json = "json"
    xml = "xml"
    csv = "csv"
    tsv = "tsv"
    turtle = "turtle"
    nt = "nt"
    rdfxml = "rdfxml"
    jsonld = "jsonld"


_format = click.option(
    "--format", "format_", type=click.Choice(ResultFormat), default=ResultFormat.table
)


@click.command()
@click.argument("name", required=False, help="A saved query; without it, all.")
@click.argument("values", nargs=-1, help="Its parameters, key=value.")
@options.data
@options.sparql_url
@options.reading
@_format
@options.as_json
def query(
    name: str | None,
    values: tuple[str, ...],
    data: Path,
    sparql_url: str | None,
    reading: str,
    format_: ResultFormat,
    as_json: bool,
) -> None:
    """Answer a saved question."""
    from pyoxigraph import NamedNode

    from licet_queries.library import public_queries, public_query
    from licet_service.dataset import bind
    from licet_service.remote import opened
    from licet_service.report import table_lines

    if name is None:
        rows = [
            (q.name, " ".join(f"{p.name}={p.example}" for p in q.parameters), q.summary)
            for q in public_queries()
        ]
        if as_json:
            keys = ("name", "parameters", "summary")
            emit([json.dumps([dict(zip(keys, row, strict=True)) for row in rows], indent=2)])
        else:
            emit(table_lines(("query", "parameters", "question"), rows))
        return
    saved = public_query(name)
    pairs = [value.partition("=") for value in values]
    if wrong := [key for key, equals, _ in pairs if not equals]:
        raise UsageError(f"write parameters as key=value, not {wrong[0]!r}")
    say(saved.summary)
    latest = opened(data, sparql_url)
    given = bind(saved, {k: v for k, _, v in pairs})
    answer = latest.query(saved.text, reading=reading, substitutions=given)
    _print_answer(answer, ResultFormat.json if as_json else format_)
    for parameter in saved.parameters:
        value = given[parameter.name]
        is_work = parameter.type in {"model", "dataset"}
        if is_work and isinstance(value, NamedNode) and not latest.knows(value):
            raise UnknownWorkError(f"{value.value} is not in the graph: nothing is known of it")


@click.command()
@click.argument("file", help="A file with SPARQL, or - for standard input.")
@options.data
@options.sparql_url
@options.reading
@_format
@options.as_json
def sparql(
    file: str,
    data: Path,
    sparql_url: str | None,
    reading: str,
    format_: ResultFormat,
    as_json: bool,
) -> None:
    """Answer a SPARQL query."""
    from licet_service.remote import opened

    text = read_text(file)
    try:
        answer = opened(data, sparql_url).query(text, reading=reading)
    except SyntaxError as error:
        raise UsageError(f"not a SPARQL query: {error.msg}") from error
    _print_answer(answer, ResultFormat.json if as_json else format_)


def _print_answer(
    answer: QuerySolutions | QueryBoolean | QueryTriples, format_: ResultFormat
) -> None:
    from pyoxigraph import (
        QueryResultsFormat,
        QuerySolutions,
        QueryTriples,
        RdfFormat,
        serialize,
    )

    from licet_service.report import table_lines

    if isinstance(answer, QueryTriples):
        graph_formats = {
            ResultFormat.nt: RdfFormat.N_TRIPLES,
            ResultFormat.rdfxml: RdfFormat.RDF_XML,
            ResultFormat.xml: RdfFormat.RDF_XML,
            ResultFormat.jsonld: RdfFormat.JSON_LD,
            ResultFormat.json: RdfFormat.JSON_LD,
        }
        rdf_format = graph_formats.get(format_, RdfFormat.TURTLE)
        _echo(serialize(answer, format=rdf_format, prefixes=PREFIXES))
        return
    result_formats = {
        ResultFormat.json: QueryResultsFormat.JSON,
        ResultFormat.xml: QueryResultsFormat.XML,
        ResultFormat.csv: QueryResultsFormat.CSV,
        ResultFormat.tsv: QueryResultsFormat.TSV,
    }
    if format_ in result_formats:
        _echo(answer.serialize(format=result_formats[format_]))
    elif isinstance(answer, QuerySolutions):
        names = [variable.value for variable in answer.variables]
        emit(table_lines(names, [[_short(row[name]) for name in names] for row in answer]))
    else:
        emit(["true" if answer else "false"])


def _echo(serialized: bytes | None) -> None:
    emit([(serialized or b"").decode().rstrip("\n")])


def _short(value: Any) -> str:
    if value is None:
        return ""
    text: str = value.value
    for prefix, namespace in PREFIXES.items():
        if text.startswith(namespace):
            return f"{prefix}:{text.removeprefix(namespace)}"
    return text
