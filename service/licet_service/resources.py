"""The tasks behind linked data: what the graph says of a resource, and the ontology."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple, serialize

from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import DEFAULT_READING, NS, PREFIXES, RDFS, default_graphs
from licet_service.formats import GRAPH_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from licet_service.dataset import OpenSnapshot

CUT_NOTE: Final = "This description is one page of several, or cut; SPARQL has all of it."
MAX_NESTING: Final = 4
"""Blank nodes below one another that a description follows."""


def describe_resource(
    opened: OpenSnapshot,
    iri: str,
    reading: str | None,
    max_triples: int,
    page: int,
    format: str,
) -> dict[str, Any]:
    """Return what the graph says of a resource: as text in a format of RDF, or as plain values.

    Args:
        opened: The snapshot.
        iri: Of the resource.
        reading: Whose conclusions are seen; without one, those of the first reading that knows
            the resource, the default one before the others: a situation may be of one alone.
        max_triples: From the resource, and to it, on each page.
        page: Which, from 1.
        format: A name of ``GRAPHS``, or ``values``.

    Returns:
        ``found``, ``reading``, ``more`` (whether there is another page) and ``cut``; and ``text``,
        or ``facts`` and ``mentions``, see `linked_data.Description`.
    """
    if reading is not None:
        opened.see(reading)
    this, first = NamedNode(iri), (page - 1) * max_triples
    for tried in [reading] if reading else sorted(opened.seen, key=DEFAULT_READING.__ne__):
        graphs = [NamedNode(graph) for graph in default_graphs(tried)]
        own, more_own = _page(_distinct(opened, graphs, this, None), first, max_triples)
        to_it, more_to_it = _page(_distinct(opened, graphs, None, this), first, max_triples)
        if own or to_it:
            break
    else:
        return {"found": False}
    nested = [t for triple in own for t in _below(opened, graphs, triple.object, MAX_NESTING)]
    more = more_own or more_to_it
    about = {"found": True, "reading": tried, "more": more, "cut": more or page > 1}
    if format == "values":
        inner: dict[str, list[Triple]] = {}
        for triple in nested:
            inner.setdefault(str(triple.subject), []).append(triple)
        facts = [[t.predicate.value, _value(t.object, inner)] for t in own]
        mentions = sorted([text_of(t.subject), t.predicate.value] for t in to_it)
        return {**about, "facts": facts, "mentions": mentions}
    triples = dict.fromkeys([*own, *nested, *to_it])
    noted = [*triples, *(_note(this) if about["cut"] else ())]
    return {**about, "text": _text(noted, format)}


def ontology_text(_: OpenSnapshot, format: str) -> str:
    """Return the ontology in a format of RDF."""
    return _text(modules.ontology(), format)


def vocabulary(_: OpenSnapshot) -> list[dict[str, Any]]:
    """Return the terms of the ontology, sorted by name, each with its types and annotations."""
    terms: dict[str, dict[str, list[str]]] = {}
    for t in modules.ontology():
        if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode | Literal):
            stated = terms.setdefault(t.subject.value, {})
            stated.setdefault(_compact(t.predicate.value), []).append(t.object.value)
    own = sorted(iri for iri in terms if iri.startswith(NS))
    return [{"iri": iri, **terms[iri]} for iri in own]


def _distinct(
    opened: OpenSnapshot,
    graphs: list[NamedNode],
    subject: NamedNode | BlankNode | None,
    value: NamedNode | None,
) -> Iterator[Triple]:
    """Yield the triples from a node, or those to it from IRIs, in the order of the store.

    That is the same each time, since a snapshot never changes: so pages follow one another.
    Sorted are those of no resource, for a license has hundreds of thousands.
    """
    for place, graph in enumerate(graphs):
        for quad in opened.store.quads_for_pattern(subject, None, value, graph):
            triple = quad.triple
            if value is not None and not isinstance(triple.subject, NamedNode):
                continue
            # What one graph states another may entail; a graph repeats nothing.
            if not any(Quad(*_parts(triple), other) in opened.store for other in graphs[:place]):
                yield triple


def _parts(triple: Triple) -> tuple[Any, Any, Any]:
    return triple.subject, triple.predicate, triple.object


def _page(triples: Iterable[Triple], first: int, count: int) -> tuple[list[Triple], bool]:
    shown = list(islice(triples, first, first + count + 1))
    return sorted(shown[:count], key=str), len(shown) > count


def _below(
    opened: OpenSnapshot, graphs: list[NamedNode], node: Any, nesting: int
) -> Iterator[Triple]:
    """Yield the triples of a blank node, and of blank nodes below it."""
    if isinstance(node, BlankNode) and nesting:
        for triple in _distinct(opened, graphs, node, None):
            yield triple
            yield from _below(opened, graphs, triple.object, nesting - 1)


def _value(node: Any, inner: dict[str, list[Triple]]) -> Any:
    """Return a node as plain values; a blank node as a list of predicates and values."""
    match node:
        case NamedNode():
            return {"iri": node.value}
        case Literal():
            return {
                "value": node.value,
                "datatype": node.datatype.value,
                "language": node.language,
            }
        case BlankNode():
            below = inner.get(str(node), [])
            return sorted(([t.predicate.value, _value(t.object, inner)] for t in below), key=str)
        case _:
            return {"value": str(node), "datatype": "", "language": None}


def _note(this: NamedNode) -> list[Triple]:
    document, about = BlankNode("description"), NamedNode(PREFIXES["schema"] + "about")
    return [
        Triple(document, about, this),
        Triple(document, NamedNode(RDFS + "comment"), Literal(CUT_NOTE, language="en")),
    ]


def _text(triples: Iterable[Triple], format: str) -> str:
    written = serialize(triples, format=GRAPH_FORMATS[format], prefixes=PREFIXES)
    return (written or b"").decode()


def _compact(iri: str) -> str:
    for prefix, namespace in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
