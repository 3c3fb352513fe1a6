"""The first page: one box, three questions with their answers, and what the answers rest on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licet_ontology.terms import DEFAULT_READING
from licet_service.pages.asking import answered, remembered_rows
from licet_service.pages.behind import behind
from licet_service.pages.cube import GAP_CODES, POINTING_CODES
from licet_service.pages.rendering import html

if TYPE_CHECKING:
    from licet_service.evaluation import Evaluator

_SHOWN = 5


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the route of the first page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    @answered
    async def home(request: Request) -> Response:
        reading = request.query_params.get("reading") or DEFAULT_READING
        overview = await evaluator.call("page-overview", reading=reading)
        names = ("works-by-verdict", "noncompliance-table", "declared-licenses")
        asked = (remembered_rows(evaluator, n, reading, overview["snapshot"]) for n in names)
        verdicts, table, licenses = await asyncio.gather(*asked)
        counts = {row["verdict"]: row["works"] for row in verdicts}
        return html(
            "home.html",
            overview=overview,
            reading=next(r for r in overview["readings"] if r["name"] == reading),
            counts=counts,
            works=sum(counts.values()),
            broken=_broken(table),
            unknowns=_unknowns(table),
            licenses=licenses[:_SHOWN],
            behind={name: behind(name, reading) for name in names},
        )

    return router


def _broken(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the terms that are broken by most works."""
    passed_over = GAP_CODES | POINTING_CODES
    rows = [
        row
        for row in table
        if row["metric"].partition(" ")[0] not in passed_over and row["noncompliant"]
    ]
    return sorted(rows, key=lambda row: -row["noncompliant"])[:_SHOWN]


def _unknowns(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the causes for which nothing final can be said of most works."""
    rows = [row for row in table if row["metric"].split(" ")[0] in GAP_CODES]
    return sorted(rows, key=lambda row: -row["noncompliant"])[:_SHOWN]
