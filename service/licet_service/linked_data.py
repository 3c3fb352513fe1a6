"""Descriptions of the resources of the graph, as RDF or as a page, under their own paths."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize
from starlette.responses import Response

from licet_ontology import modules
from licet_ontology.errors import UsageError
from licet_ontology.terms import BASE, DEFAULT_READING, PREFIXES, RDFS
from licet_service.evaluation import Question
from licet_service.evaluation import iri as iri_term
from licet_service.formats import GRAPH_FORMATS
from licet_service.negotiation import (
    GRAPHS,
    HTML,
    PAGES,
    Choice,
    alternates,
    choose,
    negotiate,
)
from licet_service.pages import license_pages, rendering, work_page
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
    **dict.fromkeys(("ontology", "catalogue", "statistics"), "resource.html"),
}
"""The first step of the path of each kind of resource, and the template of its page."""

CUT_NOTE: Final = "This description is cut; ask the SPARQL service for all of it."


_OUTGOING: Final = """
CONSTRUCT { ?this ?p ?o . ?o ?q ?v }
WHERE {
  { SELECT ?this ?p ?o WHERE { ?this ?p ?o } ORDER BY ?p ?o LIMIT %d }
  OPTIONAL { ?o ?q ?v FILTER(isBlank(?o)) }
}"""
# Unordered: to sort all that points to a license takes seconds on the whole Hub.
_INCOMING: Final = "CONSTRUCT { ?s ?p ?this } WHERE { ?s ?p ?this FILTER(!isBlank(?s)) } LIMIT %d"


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


def routes(evaluator: Evaluator, settings: Settings) -> APIRouter:
    """Return the routes of all resources and of the ontology."""
    router = APIRouter(tags=["linked data"])

    @router.get("/ns", response_class=Response, summary="The ontology")
    async def ontology(request: Request) -> Response:
        choice = negotiate(request, PAGES)
        if choice.representation is HTML:
            terms = await evaluator.call("page-vocabulary")
            headers = alternates(request, choice, PAGES)
            return rendering.html("ns.html", headers=headers, terms=terms)
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
            page = {"work.html": work_page.respond, "license.html": license_pages.respond}
            headers = alternates(request, choice, PAGES)
            if own := page.get(template):
                id_ = iri.removeprefix(BASE).removeprefix("license/")
                try:
                    return await own(
                        request, evaluator, id_, reading, headers=headers, statements=found
                    )
                except UsageError:  # the snapshot holds a license that this catalogue does not
                    if kind != "license":
                        raise
            return rendering.html(
                "resource.html",
                headers=headers,
                kind=kind,
                found=found,
                reading=reading,
                path=request.scope["path"],
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
