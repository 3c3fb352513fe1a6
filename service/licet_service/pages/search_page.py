"""Looking up a model, dataset or license by a part of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import orjson
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from licet_ontology.errors import LicetError
from licet_ontology.reading_names import readings
from licet_ontology.terms import BASE, DEFAULT_READING
from licet_service import problems
from licet_service.pages.asking import answered
from licet_service.pages.rendering import html

if TYPE_CHECKING:
    from licet_service.evaluation import Evaluator

SHOWN: Final = 50
SUGGESTED: Final = 12
MAX_CHARS: Final = 200
KINDS: Final = ("any", "model", "dataset", "service")


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the route of the search."""
    router = APIRouter(include_in_schema=False)

    @router.get("/search")
    @answered
    async def search(request: Request) -> Response:
        given = request.query_params
        text = given.get("q", "").strip()[:MAX_CHARS]
        kind = given.get("kind", "any")
        kind = kind if kind in KINDS else "any"
        reading = given.get("reading", "")
        reading = reading if reading in readings() else DEFAULT_READING
        as_json = given.get("format") == "json"
        facets = {name: value for name in ("license", "finding") if (value := given.get(name))}
        if kind != "any":
            facets["kind"] = kind
        licenses = [] if facets else _licenses(await evaluator.call("page-licenses"), text)
        found: dict[str, Any] = {"items": [], "total": None, "next": None}
        problem, status = "", 200
        try:
            found = await evaluator.call(
                "search-works",
                text=text,
                facets=facets,
                reading=reading,
                limit=SUGGESTED if as_json else SHOWN,
                cursor=given.get("cursor"),
            )
        except LicetError as error:
            found_problem = problems.of_licet(error)
            problem = found_problem.detail
            status = 503 if found_problem.kind == "no-index" else 400
        if as_json:
            return _suggestions(found["items"], licenses)
        if goal := _exact(text, found["items"], licenses):
            return RedirectResponse(goal, 303)
        kept = {"q": text, "kind": kind, "reading": reading, **facets}
        return html(
            "search.html",
            status=status,
            problem=problem,
            text=text,
            kind=kind,
            kinds=KINDS,
            facets=facets,
            reading=reading,
            found=found,
            licenses=licenses,
            works=[_row(item, reading) for item in found["items"]],
            following="/search?" + urlencode({**kept, "cursor": found["next"]})
            if found["next"]
            else "",
        )

    return router


def _licenses(listed: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Return the licenses whose id or name holds all words, those used most first."""
    words = text.lower().split()
    return [
        one
        for one in listed
        if words and all(word in f"{one['id']} {one['label']}".lower() for word in words)
    ][:SUGGESTED]


def _path(item: dict[str, Any]) -> str:
    return "/" + quote(item["iri"].removeprefix(BASE), safe="/+:%")


def _exact(text: str, items: list[dict[str, Any]], licenses: list[dict[str, Any]]) -> str:
    """Return the page of what bears the very name, if one does."""
    wanted = text.lower()
    for one in licenses:
        if wanted in {one["id"], one["label"].lower()}:
            return f"/license/{quote(one['id'])}"
    for item in items:
        if wanted == item["work"].lower() and "/" in wanted:
            return _path(item)
    return ""


def _suggestions(items: list[dict[str, Any]], licenses: list[dict[str, Any]]) -> Response:
    results = [
        *({"id": one["id"], "what": f"license: {one['label']}"} for one in licenses[:4]),
        *({"id": item["work"], "what": item["kind"]} for item in items),
    ]
    return Response(orjson.dumps({"results": results}), media_type="application/json")


def _row(item: dict[str, Any], reading: str) -> dict[str, Any]:
    severities = [finding["severity"] for finding in item["findings"]]
    if not item["in_graph"]:
        state, says = "unknown", "not read: nothing is known"
    elif errors := severities.count("error"):
        state, says = "error", f"{errors} {'violation' if errors == 1 else 'violations'}"
    elif unknowns := severities.count("unknown"):
        state, says = "unknown", f"{unknowns} not known"
    else:
        state, says = "", "no violation found"
    return {
        **item,
        "path": f"{_path(item)}?{urlencode({'reading': reading})}",
        "state": state,
        "says": says,
    }
