"""The pages on licenses: all, one, and two to four side by side."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from licet_ontology.terms import license_iri
from licet_reasoning.metric_codes import ANY_ERROR
from licet_service.pages import cube, dashboard
from licet_service.pages.addresses import href
from licet_service.pages.asking import answered, asked
from licet_service.pages.behind import behind
from licet_service.pages.rendering import html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licet_service.evaluation import Evaluator

MAX_COMPARED: Final = 4
_GROUPS: Final = (
    ("duty", "duty", "duties"),
    ("prohibition", "prohibition", "prohibitions"),
    ("condition", "condition", "conditions"),
)


async def respond(
    request: Request,
    evaluator: Evaluator,
    license_id: str,
    reading: str,
    *,
    headers: Mapping[str, str],
    statements: object = None,
) -> Response:
    """Return the page of one license of the catalogue.

    Raises:
        LicetError: There is none of that id.
    """
    license_ = await evaluator.call("page-license", license_id=license_id)
    overview = await evaluator.call("page-overview")
    of = cube.cut({"license"})
    assert of is not None  # noqa: S101 - it is among those that are counted
    counted = cube.noncompliance(reading, of, {"license": license_iri(license_id)})
    found, used = await asyncio.gather(
        asked(evaluator, counted, reading),
        evaluator.call(
            "search-works",
            text="",
            facets={"license": license_id, "kind": "model"},
            reading=reading,
            limit=_SHOWN,
            cursor=None,
        ),
    )
    broken = [
        {**row, "label": row["label"] or row["metric"]}
        for row in sorted(found, key=lambda row: -row["noncompliant"])
        if row["metric"] not in {ANY_ERROR, *cube.POINTING_CODES}
    ]
    kinds = {
        clause["slug"]: clause["group"]
        for scope in license_["scopes"]
        for group in scope["groups"]
        for clause in group["clauses"]
    }
    tiles = [
        {"count": count, "name": one if count == 1 else many}
        for name, one, many in _GROUPS
        if (count := list(kinds.values()).count(name))
    ]
    given = {"license": license_id}
    return html(
        "license.html",
        headers=headers,
        license=license_,
        share=_share(license_["works"], overview["counts"]["works_in_graph"]),
        tiles=tiles,
        broken=broken,
        top=[_top(item) for item in used["items"]],
        behind={
            "facts": behind("license-facts", reading, given),
            "accepted": behind("accepted-licenses", reading, given),
            "broken": dashboard.source(counted, reading, "Works by findings on its terms."),
        },
        path=request.scope["path"],
        statements=statements,
    )


_SHOWN: Final = 10


def _top(item: dict[str, Any]) -> dict[str, Any]:
    severities = [finding["severity"] for finding in item["findings"]]
    return {
        "model": {"text": item["work"], "href": href(item["iri"]) or "#"},
        "downloads": item["downloads"],
        "errors": severities.count("error"),
        "unknowns": severities.count("unknown"),
    }


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the routes of the list and of the comparison."""
    router = APIRouter(include_in_schema=False)

    @router.get("/licenses")
    @answered
    async def licenses(request: Request) -> Response:
        listed = await evaluator.call("page-licenses")
        return html("licenses.html", licenses=listed, here="/licenses")

    @router.get("/licenses/compare")
    @answered
    async def compare(request: Request) -> Response:
        ids = list(dict.fromkeys(filter(None, request.query_params.getlist("id"))))
        chosen = ids[:MAX_COMPARED]
        listed = await evaluator.call("page-licenses")
        compared = None
        if len(chosen) > 1:
            compared = await evaluator.call("page-comparison", license_ids=chosen)
        return html("compare.html", all=listed, chosen=chosen, compared=compared, here="/licenses")

    return router
