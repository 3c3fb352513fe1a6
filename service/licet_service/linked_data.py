"""Descriptions of the resources of the graph, as RDF or as a page, under their own paths."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

import jinja2
import orjson
from fastapi import APIRouter, Request
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize
from starlette.responses import Response

from licet_ontology import modules
from licet_ontology.terms import BASE, DEFAULT_READING, NS, PREFIXES, RDFS
from licet_service.evaluation import Question
from licet_service.evaluation import iri as iri_term
from licet_service.formats import GRAPH_FORMATS
from licet_service.negotiation import (
    GRAPHS,
    HTML,
    PAGES,
    RESULTS,
    Choice,
    alternates,
    choose,
    negotiate,
)
from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from licet_service.evaluation import Evaluator
    from licet_service.negotiation import Representation
    from licet_service.settings import Settings

KINDS: Final = {
    **dict.fromkeys(("model", "dataset", "service"), "work.html"),
    "license": "license.html",
    **dict.fromkeys(("license-family", "alias", "clause", "situation", "finding"), "resource.html"),
    **dict.fromkeys(("reading", "derivation", "observation", "build", "source"), "resource.html"),
    **dict.fromkeys(("change", "snapshot", "usage", "software"), "resource.html"),
    **dict.fromkeys(("ontology", "catalogue"), "resource.html"),
}
"""The first step of the path of each kind of resource, and the template of its page."""

CUT_NOTE: Final = "This description is cut; ask the SPARQL service for all of it."

_ONTOLOGY: Final = NS.removesuffix("#")
_LOCAL = re.compile(rf"{re.escape(BASE)}((?:{'|'.join(KINDS)})/\S+)\Z")

_OUTGOING: Final = """
CONSTRUCT { ?this ?p ?o . ?o ?q ?v }
WHERE {
  { SELECT ?this ?p ?o WHERE { ?this ?p ?o } ORDER BY ?p ?o LIMIT %d }
  OPTIONAL { ?o ?q ?v FILTER(isBlank(?o)) }
}"""
# Unordered: to sort all that points to a license takes seconds on the whole Hub.
_INCOMING: Final = "CONSTRUCT { ?s ?p ?this } WHERE { ?s ?p ?this FILTER(!isBlank(?s)) } LIMIT %d"

# Two patterns in one OPTIONAL, or VALUES, are joined over the whole graph: 230 ms where this
# takes 1 on 15,904 models. So each OPTIONAL holds one, whose subject is bound.
_JUDGEMENTS: Final = """
SELECT DISTINCT ?this ?finding ?class ?code ?severity ?label ?meaning ?remedy ?inherited
                ?because ?becauseLabel ?section ?quote ?license ?licenseLabel ?against
WHERE {
  ?this licet:situation ?situation . ?situation ?link ?finding .
  FILTER(?link = licet:hasFinding || ?link = licet:hasOpenQuestion)
  ?finding a ?class ; licet:code ?code ; licet:severity ?severity ; licet:inherited ?inherited ;
           licet:kind ?kind ; licet:because ?because .
  ?kind rdfs:label ?label ; skos:definition ?meaning ; licet:remedy ?remedy .
  OPTIONAL { ?because rdfs:label ?becauseLabel }
  OPTIONAL { ?because licet:section ?section } OPTIONAL { ?because licet:quote ?quote }
  OPTIONAL { ?license licet:hasClause ?because } BIND(COALESCE(?license, ?because) AS ?owner)
  OPTIONAL { ?owner rdfs:label ?licenseLabel }
  OPTIONAL { ?finding licet:conflictsWith ?against }
}
ORDER BY ?class ?code ?finding ?against"""

_OBLIGATIONS: Final = """
SELECT DISTINCT ?this ?group ?clause ?label ?license ?licenseLabel ?inherited ?section ?quote
WHERE {
  ?this licet:situation ?situation . ?situation licet:boundBy ?clause .
  ?clause a ?group ; rdfs:label ?label .
  FILTER(?group IN (licet:Duty, licet:Prohibition, licet:Condition, licet:Permission))
  ?license licet:hasClause ?clause ; rdfs:label ?licenseLabel .
  BIND(EXISTS { ?situation licet:inherits ?clause } AS ?inherited)
  OPTIONAL { ?clause licet:section ?section } OPTIONAL { ?clause licet:quote ?quote }
}
ORDER BY ?license ?label ?clause"""

_PARENTS: Final = """
SELECT DISTINCT ?this ?relation ?relationLabel ?parent ?parentLabel ?license ?licenseLabel
WHERE {
  ?this licet:reuses ?parent ; ?relation ?parent .
  FILTER(?relation != licet:reuses)
  ?relation rdfs:label ?relationLabel . ?parent rdfs:label ?parentLabel .
  OPTIONAL { ?parent licet:license|licet:gap|licet:declaredFamily ?license .
             ?license rdfs:label ?licenseLabel }
}
ORDER BY ?relation ?parent ?license"""

_CLAUSES: Final = """
SELECT DISTINCT ?this ?scope ?scopeLabel ?scopeMeaning ?clause ?label ?section ?quote
WHERE {
  ?scope rdfs:subPropertyOf licet:hasClause ; rdfs:label ?scopeLabel ;
         skos:definition ?scopeMeaning .
  FILTER(?scope != licet:hasClause)
  ?this ?scope ?clause . ?clause rdfs:label ?label .
  OPTIONAL { ?clause licet:section ?section } OPTIONAL { ?clause licet:quote ?quote }
}
ORDER BY ?scope ?label ?clause"""

_PAGE_QUERIES: Final[dict[str, dict[str, str]]] = {
    "work.html": {"judgements": _JUDGEMENTS, "obligations": _OBLIGATIONS, "parents": _PARENTS},
    "license.html": {"clauses": _CLAUSES},
    "resource.html": {},
}


def href(iri: str) -> str | None:
    """Return where a page may link to for an IRI: a path of ours, an https address, or nothing."""
    if iri.startswith(NS) or iri == _ONTOLOGY:
        return iri.removeprefix(BASE.removesuffix("/"))
    if found := _LOCAL.match(iri):
        return "/" + found[1]
    return iri if iri.startswith("https://") and not iri.startswith(BASE) else None


def compact(iri: str) -> str:
    """Return an IRI with its namespace shortened to the usual prefix."""
    for prefix, namespace in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("licet_service"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)
cast("dict[str, Any]", _TEMPLATES.globals).update(href=href, compact=compact)


def page(template: str, **context: Any) -> bytes:
    """Return a page as HTML; whatever comes from the graph is shown as text."""
    return _TEMPLATES.get_template(template).render(**context).encode()


def serialized(
    request: Request,
    triples: Iterable[Triple],
    choice: Choice,
    offers: Sequence[Representation] = PAGES,
) -> Response:
    """Return triples as a response in a format of RDF, one of those on offer."""
    format_ = GRAPH_FORMATS[choice.representation.name]
    body = serialize(triples, format=format_, prefixes=PREFIXES)
    headers = alternates(request, choice, offers)
    return Response(body, media_type=choice.media_type, headers=headers)


def html(request: Request, choice: Choice, template: str, **context: Any) -> Response:
    """Return a page as a response."""
    headers = alternates(request, choice, PAGES)
    return Response(page(template, **context), media_type=choice.media_type, headers=headers)


@dataclass(frozen=True)
class Description:
    """What the graph says of a resource, up to a number of triples in each direction.

    Attributes:
        iri: Of the resource.
        triples: Those from it, with those of blank nodes it points to, then those to it.
        cut: Whether there are more than are given.
    """

    iri: str
    triples: tuple[Triple, ...]
    cut: bool

    def noted(self) -> tuple[Triple, ...]:
        """Return the triples, with one that says so where some are left out."""
        if not self.cut:
            return self.triples
        document, about = BlankNode("description"), NamedNode(PREFIXES["schema"] + "about")
        return (
            *self.triples,
            Triple(document, about, NamedNode(self.iri)),
            Triple(document, NamedNode(RDFS + "comment"), Literal(CUT_NOTE, language="en")),
        )

    def facts(self) -> list[tuple[str, Any]]:
        """Return predicate and object of each triple from the resource; a blank node as a list."""
        nested: defaultdict[Any, list[tuple[str, Any]]] = defaultdict(list)
        for t in self.triples:
            nested[t.subject].append((t.predicate.value, t.object))
        return [
            (predicate, sorted(nested[o], key=str) if isinstance(o, BlankNode) else o)
            for predicate, o in nested[NamedNode(self.iri)]
        ]

    def mentions(self) -> list[tuple[str, str]]:
        """Return subject and predicate of each triple to the resource."""
        this = NamedNode(self.iri)
        return sorted(
            (t.subject.value, t.predicate.value)
            for t in self.triples
            if t.object == this and isinstance(t.subject, NamedNode)
        )


async def describe(evaluator: Evaluator, iri: str, reading: str, max_triples: int) -> Description:
    """Return what the graph says of a resource under a reading; nothing, if it knows it not."""
    this = {"this": iri_term(iri)}
    as_lines = choose(GRAPHS, None, ["nt"])
    texts = [text % (max_triples + 1) for text in (_OUTGOING, _INCOMING)]
    asked = [evaluator.answer(Question(text, None, as_lines, reading, this)) for text in texts]
    answers = await asyncio.gather(*asked)
    # A CONSTRUCT repeats a triple for each solution that gives it.
    outgoing, incoming = (
        list(dict.fromkeys(parse(answer.body, format=RdfFormat.N_TRIPLES))) for answer in answers
    )
    own = [q for q in outgoing if q.subject == NamedNode(iri)]
    cut = max(len(own), len(incoming)) > max_triples
    left_out = set(own[max_triples:])
    kept = [q for q in outgoing if q not in left_out] + incoming[:max_triples]
    return Description(iri, tuple(q.triple for q in kept), cut)


async def rows(evaluator: Evaluator, text: str, reading: str, iri: str) -> list[dict[str, str]]:
    """Return the solutions of a SELECT about a resource, as text; what is unbound is empty."""
    question = Question(text, choose(RESULTS, None), None, reading, {"this": iri_term(iri)})
    result = orjson.loads((await evaluator.answer(question)).body)
    return [
        {name: row[name]["value"] if name in row else "" for name in result["head"]["vars"]}
        for row in result["results"]["bindings"]
    ]


def vocabulary() -> list[dict[str, Any]]:
    """Return the terms of the ontology, sorted by name, each with its types and annotations."""
    terms: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for t in modules.ontology():
        if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode | Literal):
            terms[t.subject.value][compact(t.predicate.value)].append(t.object.value)
    own = sorted(iri for iri in terms if iri.startswith(NS))
    return [{"iri": iri, **terms[iri]} for iri in own]


def routes(evaluator: Evaluator, settings: Settings) -> APIRouter:
    """Return the routes of all resources and of the ontology."""
    router = APIRouter(tags=["linked data"])

    @router.get("/ns", response_class=Response, summary="The ontology")
    async def ontology(request: Request) -> Response:
        choice = negotiate(request, PAGES)
        if choice.representation is HTML:
            return html(request, choice, "ns.html", terms=vocabulary())
        return serialized(request, modules.ontology(), choice)

    def add(kind: str, template: str) -> None:
        async def resource(request: Request, name: str) -> Response:
            iri = f"{BASE}{kind}/{quote(name, safe='/+:')}"
            choice = negotiate(request, PAGES)
            reading = request.query_params.get("reading") or DEFAULT_READING
            found = await describe(evaluator, iri, reading, settings.max_description_triples)
            if not found.triples:
                raise ProblemError("not-found", f"The graph knows no {kind} {name}.")
            if choice.representation is not HTML:
                return serialized(request, found.noted(), choice)
            queries = _PAGE_QUERIES[template]
            asked = [rows(evaluator, text, reading, iri) for text in queries.values()]
            return html(
                request,
                choice,
                template,
                kind=kind,
                found=found,
                reading=reading,
                readings=modules.readings(),
                path=request.scope["path"],
                **dict(zip(queries, await asyncio.gather(*asked), strict=True)),
            )

        router.add_api_route(
            f"/{kind}/{{name:path}}",
            resource,
            name=f"describe {kind}",
            summary=f"What the graph says of a {kind}",
            response_class=Response,
        )

    for kind, template in KINDS.items():
        add(kind, template)
    return router
