"""The first page: one box, three questions with their answers, and what the answers rest on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licet_ontology.terms import DEFAULT_READING
from licet_reasoning.metric_codes import ANY_ERROR, GAP_CODES
from licet_service.pages import cube
from licet_service.pages.asking import answered, asked, rows
from licet_service.pages.behind import behind
from licet_service.pages.dashboard import source, terms_linked
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
        whole = cube.cut(set())
        assert whole is not None  # noqa: S101 - the whole is always counted
        counted = cube.noncompliance(reading, whole, {})
        metrics, licenses = await asyncio.gather(
            asked(evaluator, counted, reading),
            rows(evaluator, "declared-licenses", reading),
        )
        return html(
            "home.html",
            overview=overview,
            reading=next(r for r in overview["readings"] if r["name"] == reading),
            all=_all_together(metrics),
            broken=_most(metrics, of_gaps=False),
            unknowns=_most(metrics, of_gaps=True),
            licenses=[{**row, "terms": terms_linked(row["terms"])} for row in licenses[:_SHOWN]],
            behind={
                "metrics": source(counted, reading, "Works by metric."),
                "licenses": behind("declared-licenses", reading),
            },
        )

    return router


def _all_together(metrics: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many works violate a term, cannot be judged, or show no violation."""
    none = {"noncompliant": 0, "checked": 0, "undetermined": 0}
    found = next((row for row in metrics if row["metric"] == ANY_ERROR), none)
    return {
        "violated": found["noncompliant"],
        "unknown": found["undetermined"],
        "nothing found": found["checked"] - found["noncompliant"],
    }


def _most(metrics: list[dict[str, Any]], *, of_gaps: bool) -> list[dict[str, Any]]:
    """Return the metrics with the most noncompliant works, of terms or of what is not known."""
    passed_over = cube.POINTING_CODES | {ANY_ERROR}
    rows = [
        {
            "metric": row["metric"],
            "label": row["label"] or row["metric"],
            "noncompliant": row["noncompliant"],
            "percent": round(100 * row["noncompliant"] / row["checked"], 1),
        }
        for row in metrics
        if row["noncompliant"]
        and (code := row["metric"].partition(" ")[0]) not in passed_over
        and (code in GAP_CODES) == of_gaps
    ]
    return sorted(rows, key=lambda row: -row["noncompliant"])[:_SHOWN]
