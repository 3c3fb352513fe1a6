"""Descriptions of the resources of the graph, as RDF or as a page, under their own paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from licet_ontology.errors import UsageError
from licet_ontology.terms import BASE
from licet_queries.library import public_query
from licet_service.negotiation import HTML, PAGES, alternates, negotiate
from licet_service.pages import license_pages, rendering, work_page
from licet_service.problems import KINDS as PROBLEMS
from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licet_service.evaluation import Evaluator
    from licet_service.settings import Settings

KINDS: Final = {
    **dict.fromkeys(("model", "dataset", "service"), "work.html"),
    "license": "license.html",
    **dict.fromkeys(("license-family", "alias", "clause", "situation", "finding"), "resource.html"),
    **dict.fromkeys(("reading", "derivation", "observation", "build", "source"), "resource.html"),
    **dict.fromkeys(("change", "snapshot", "usage", "software"), "resource.html"),
    **dict.fromkeys(("ontology", "catalogue", "license-statement"), "resource.html"),
    **dict.fromkeys(("statistics", "rule"), "resource.html"),
}
"""The first step of the path of each kind of resource, and the template of its page."""

MAX_PAGE: Final = 2_000
"""Pages of a description; the rest is for SPARQL and the dumps."""


@dataclass(frozen=True)
class Iri:
    """An IRI, as templates show it."""

    value: str


@dataclass(frozen=True)
class Text:
    """A literal, as templates show it."""

    value: str
    datatype: str
    language: str | None


@dataclass(frozen=True)
class Description:
    """A page of what the graph says of a resource.

    Attributes:
        iri: Of the resource.
        cut: Whether there are other pages.
        following: The address of the next page, or empty.
    """

    iri: str
    cut: bool
    following: str
    _facts: list[tuple[str, Any]]
    _mentions: list[tuple[str, str]]

    def facts(self) -> list[tuple[str, Any]]:
        """Return predicate and object of each triple from the resource; a blank node as a list."""
        return self._facts

    def mentions(self) -> list[tuple[str, str]]:
        """Return subject and predicate of each triple to the resource."""
        return self._mentions


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [(predicate, _shown(inner)) for predicate, inner in value]
    return Iri(value["iri"]) if "iri" in value else Text(**value)


def page_of(request: Request) -> int:
    """Return the number of the page that a request asks for.

    Raises:
        ProblemError: It is none.
    """
    given = request.query_params.get("page", "1")
    if not re.fullmatch(r"[1-9]\d{0,8}", given, re.ASCII) or int(given) > MAX_PAGE:
        raise ProblemError("malformed-request", f"page is a number from 1 to {MAX_PAGE}.")
    return int(given)


def neighbours(request: Request, headers: Mapping[str, str], page: int, *, more: bool) -> str:
    """Return the Link header with the pages before and after beside what it has."""
    numbers = {"prev": page - 1 if page > 1 else 0, "next": page + 1 if more else 0}
    links = [
        f'<{_address(request, number)}>; rel="{relation}"'
        for relation, number in numbers.items()
        if number
    ]
    return ", ".join([headers["Link"], *links])


def _address(request: Request, page: int) -> str:
    """Return the address of another page, which is a path: no host is taken from a client."""
    kept = [(n, v) for n, v in request.query_params.multi_items() if n != "page"]
    path = quote(request.scope["path"], safe="/+:@")
    return f"{path}?{urlencode([*kept, ('page', page)])}"


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
        text = await evaluator.call("ontology", format=choice.representation.name)
        headers = alternates(request, choice, PAGES)
        return Response(text, media_type=choice.media_type, headers=headers)

    def add(kind: str, template: str) -> None:
        async def resource(request: Request, name: str) -> Response:
            iri = f"{BASE}{kind}/{quote(name, safe='/+:')}"
            choice = negotiate(request, PAGES)
            asked = request.query_params.get("reading") or None
            number, as_html = page_of(request), choice.representation is HTML
            told = await evaluator.call(
                "describe-resource",
                iri=iri,
                reading=asked,
                max_triples=settings.max_description_triples,
                page=number,
                format="values" if as_html else choice.representation.name,
            )
            if not told["found"]:
                beyond = f" on page {number}" if number > 1 else ""
                raise ProblemError("not-found", f"The graph knows no {kind} {name}{beyond}.")
            reading = told["reading"]
            headers = alternates(request, choice, PAGES)
            headers["Link"] = neighbours(request, headers, number, more=told["more"])
            if not as_html:
                return Response(told["text"], media_type=choice.media_type, headers=headers)
            facts = [(predicate, _shown(value)) for predicate, value in told["facts"]]
            mentions = [(subject, predicate) for subject, predicate in told["mentions"]]
            following = _address(request, number + 1) if told["more"] else ""
            found = Description(iri, told["cut"], following, facts, mentions)
            page = {"work.html": work_page.respond, "license.html": license_pages.respond}
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

    @router.get("/query/{name}", response_class=Response, summary="To where a query is answered")
    async def query(name: str) -> Response:
        public_query(name)
        return Response(status_code=303, headers={"Location": f"/queries/{quote(name, safe='')}"})

    @router.get("/problem/{kind}", response_class=Response, summary="What a type of error says")
    async def problem(kind: str) -> Response:
        if kind not in PROBLEMS:
            raise ProblemError("not-found", "There is no such type of error.")
        status, title = PROBLEMS[kind]
        described = {"type": f"{BASE}problem/{kind}", "title": title, "status": status}
        return Response(orjson.dumps(described), media_type="application/json")

    return router
