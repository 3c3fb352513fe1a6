"""Tasks of the saved queries: what a page shows of an answer, and which values are known."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, NamedNode, QueryBoolean, QuerySolutions

from licet_ontology.nodes import text_of
from licet_ontology.terms import GRAPH_HUB, GRAPH_LICENSES
from licet_service.dataset import rdf_term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from licet_service.dataset import OpenSnapshot
    from licet_service.evaluation import Term


def query_rows(
    opened: OpenSnapshot, text: str, terms: Mapping[str, Term], reading: str, max_rows: int
) -> dict[str, Any]:
    """Return the first rows of the answer to a query, and whether there are more.

    Cells are as in SPARQL results in JSON, with ``type`` and ``value``, or null.
    """
    substitutions = {name: rdf_term(term) for name, term in terms.items()}
    answer = opened.query(text, reading=reading, substitutions=substitutions)
    columns: list[str]
    rows: Iterable[Iterable[Any]]
    if isinstance(answer, QueryBoolean):
        return {"columns": ["answer"], "rows": [[_cell(bool(answer))]], "more": False}
    if isinstance(answer, QuerySolutions):
        columns = [variable.value for variable in answer.variables]
        rows = ([solution[column] for column in columns] for solution in answer)
    else:
        columns = ["subject", "predicate", "object"]
        rows = ((t.subject, t.predicate, t.object) for t in answer)
    shown = [[_cell(value) for value in row] for row in islice(rows, max_rows + 1)]
    return {"columns": columns, "rows": shown[:max_rows], "more": len(shown) > max_rows}


def _cell(value: Any) -> dict[str, str] | None:
    match value:
        case None:
            return None
        case bool():
            return {"type": "literal", "value": "true" if value else "false"}
        case NamedNode():
            return {"type": "uri", "value": value.value}
        case BlankNode():
            return {"type": "bnode", "value": value.value}
        case _:
            return {"type": "literal", "value": text_of(value)}


def unknown_iris(opened: OpenSnapshot, iris: list[str]) -> list[str]:
    """Return those of some works and licenses of which the graph says nothing."""
    graphs = [NamedNode(GRAPH_HUB), NamedNode(GRAPH_LICENSES)]
    return [
        iri
        for iri in iris
        if not any(
            next(opened.store.quads_for_pattern(NamedNode(iri), None, None, graph), None)
            for graph in graphs
        )
    ]
