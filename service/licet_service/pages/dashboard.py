"""The dashboard: what the statistics of a reading say, drawn and as tables."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from licet_ontology.errors import UsageError
from licet_ontology.reading_names import readings
from licet_ontology.terms import DEFAULT_READING, local_name, term
from licet_reasoning.metric_codes import ANY_ERROR, GAP_CODES
from licet_service.pages import charts, cube
from licet_service.pages.addresses import href
from licet_service.pages.asking import answered, asked
from licet_service.pages.rendering import editor_link, html
from licet_service.pages.words import relation as in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licet_service.evaluation import Evaluator

FILTERS: Final = ("license", "relation", "author", "downloads")
ROOTS: Final = 10
SHOWN: Final = 12
_COLUMNS: Final = tuple(
    term(name) for name in ("finetunedFrom", "mergedFrom", "quantizedFrom", "adapterFor")
)
_SPECIAL: Final = {
    cube.TOTAL: "all",
    cube.ABSENT: "not stated",
    cube.REMAINDER: "all others",
}


@dataclass(frozen=True)
class Source:
    """The query behind a panel, and where its answer is to be had."""

    text: str
    editor: str
    csv: str
    json: str
    summary: str


def source(text: str, reading: str, summary: str) -> Source:
    """Return where the answer of a query is to be had."""

    def answer(format_: str) -> str:
        return "/sparql?" + urlencode({"query": text, "reading": reading, "format": format_})

    return Source(text, editor_link(text, reading), answer("csv"), answer("json"), summary)


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the route of the dashboard."""
    router = APIRouter(include_in_schema=False)

    @router.get("/dashboard")
    @answered
    async def dashboard(request: Request) -> Response:
        reading = request.query_params.get("reading") or DEFAULT_READING
        if reading not in readings():
            raise UsageError(f"no reading named {reading!r}")
        choices = _choices(await asked(evaluator, cube.choices(reading), reading))
        fixed = _fixed(request, choices)
        period = _period(request)
        metrics = await asked(evaluator, cube.noncompliance(reading, _whole(), {}), reading)
        metric = request.query_params.get("metric", "")
        if metric not in {row["metric"] for row in metrics}:
            metric = ""
        panels = await asyncio.gather(
            _table(evaluator, reading, fixed, period),
            _trend(evaluator, reading, fixed, period, metric or ANY_ERROR),
            _flows(evaluator, reading, fixed),
            _roots(evaluator, reading),
            _inherited(evaluator, reading),
            _unknowns(evaluator, reading, fixed, period),
            _depth(evaluator, reading),
        )
        names = ("table", "trend", "flows", "roots", "inherited", "unknowns", "depth")
        return html(
            "dashboard.html",
            reading=reading,
            readings=readings(),
            choices=choices,
            chosen=fixed,
            filters=FILTERS,
            months=sorted((one["name"] for one in choices["month"]), reverse=True),
            period=period,
            ignored={
                panel: sorted({*_filtered_by(fixed, period)} - heeded)
                for panel, heeded in _HEEDED.items()
            },
            metrics=metrics,
            metric=metric or ANY_ERROR,
            panels=dict(zip(names, panels, strict=True)),
            here="/dashboard",
        )

    return router


def _whole() -> cube.Cut:
    found = cube.cut(set())
    assert found is not None  # noqa: S101 - the whole is always counted
    return found


def _choices(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """Return the values of each filter with their names."""
    found: dict[str, list[dict[str, str]]] = {name: [] for name in (*FILTERS, "month")}
    for row in rows:
        undated = row["of"] == "month" and row["value"] in _SPECIAL
        if row["value"] != cube.TOTAL and not undated:
            found[row["of"]].append({"value": row["value"], "name": _named(row)})
    for name in ("license", "relation"):
        found[name].sort(key=lambda one: one["name"])
    return found


def _named(row: dict[str, Any]) -> str:
    value = row["value"]
    if value in _SPECIAL:
        return _SPECIAL[value]
    if row["of"] == "relation":
        return in_words(local_name(value))
    if row["of"] == "license":
        return local_name(value).removeprefix("license/")
    return str(row["notation"] if row["notation"] is not None else local_name(value))


def _fixed(request: Request, choices: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """Return the chosen value of each filter, as an IRI that is among the choices."""
    fixed = {}
    for name in FILTERS:
        given = request.query_params.get(name, "")
        for one in choices[name]:
            if given and given in {one["value"], one["name"]}:
                fixed[name] = one["value"]
    return fixed


def _period(request: Request) -> cube.Period:
    """Return when works were published: ``from`` and ``to`` a month, or in a ``year``."""
    given = request.query_params
    if re.fullmatch(r"\d{4}", year := given.get("year", "")):
        return cube.Period(f"{year}-01", f"{year}-12")
    first, last = (given.get(name, "") for name in ("from", "to"))
    for month in filter(None, (first, last)):
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
            raise UsageError(f"{month!r} is not a month like 2025-01")
    if first and last and first > last:
        raise UsageError(f"the period ends in {last}, before it begins in {first}")
    return cube.Period(first, last)


_HEEDED: Final = {
    "flows": {"relation", "license"},
    "roots": set[str](),
    "inherited": set[str](),
    "depth": set[str](),
}
"""By which filters panels are counted that are not counted by all."""


def _filtered_by(fixed: Mapping[str, str], period: cube.Period) -> set[str]:
    return {*fixed, *({"date"} if period else ())}


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


_NOT_COUNTED: Final = "Works are not counted by these filters together. Take one of them away."


async def _table(
    evaluator: Evaluator, reading: str, fixed: Mapping[str, str], period: cube.Period
) -> dict[str, Any]:
    """Return noncompliance by metric and relation, as far as the filters allow."""
    dimensions = {*fixed, *({period.dimension} if period else ())}
    of = (
        cube.cut(dimensions | {"relation"})
        or cube.cut(dimensions)
        or cube.cut(dimensions | {"relation"}, metric=False)
        or cube.cut(dimensions, metric=False)
    )
    whole = cube.cut(dimensions) or cube.cut(dimensions, metric=False)
    if of is None:
        return {"note": _NOT_COUNTED}
    text = cube.noncompliance(reading, of, fixed, period=period)
    rows = await asked(evaluator, text, reading)
    totals = []
    if whole:
        overall = cube.noncompliance(reading, whole, fixed, period=period)
        totals = await asked(evaluator, overall, reading)
    table: dict[str, dict[str, Any]] = {}
    for row in (*totals, *rows):
        metric = row.get("metric") or ANY_ERROR
        line = table.setdefault(
            metric,
            {"metric": metric, "label": row.get("label") or metric, "cells": {}, "all": None},
        )
        cell = {
            "noncompliant": row["noncompliant"],
            "checked": row["checked"],
            "undetermined": row["undetermined"],
            "percent": _percent(row["noncompliant"], row["checked"]),
        }
        if "relation" in row:
            line["cells"][row["relation"]] = cell
        else:
            line["all"] = cell
    lines = sorted(table.values(), key=lambda one: -(one["all"] or _most(one))["noncompliant"])
    columns = [] if "relation" in fixed or "relation" not in of.free else list(_COLUMNS)
    bars = charts.bars(
        [
            (
                line["label"],
                line["all"]["percent"] or 0,
                f"{line['all']['percent']} % of {line['all']['checked']:,}",
                "error",
            )
            for line in lines
            if _group(line["metric"]) == _VIOLATED and line["all"] and line["all"]["noncompliant"]
        ][:SHOWN]
    )
    return {
        "groups": [
            (group, [line for line in lines if _group(line["metric"]) == group])
            for group in (_ALL, _VIOLATED, _POINTED_OUT, _NOT_KNOWN)
        ],
        "columns": [(iri, in_words(local_name(iri))) for iri in columns],
        "bars": bars,
        "source": source(text, reading, "Noncompliant, checked and undetermined works."),
    }


_ALL: Final = "All together"
_VIOLATED: Final = "Terms violated"
_POINTED_OUT: Final = "Pointed out"
_NOT_KNOWN: Final = "Not known"


def _group(metric: str) -> str:
    """Return under which heading a metric stands."""
    if metric == ANY_ERROR:
        return _ALL
    code = metric.partition(" ")[0]
    if code in GAP_CODES:
        return _NOT_KNOWN
    return _POINTED_OUT if code in cube.POINTING_CODES else _VIOLATED


def _most(line: dict[str, Any]) -> dict[str, Any]:
    none = {"noncompliant": 0, "checked": 0, "undetermined": 0, "percent": None}
    return max(line["cells"].values(), key=lambda cell: cell["noncompliant"], default=none)


async def _trend(
    evaluator: Evaluator,
    reading: str,
    fixed: Mapping[str, str],
    period: cube.Period,
    metric: str,
) -> dict[str, Any]:
    """Return the share of noncompliant and of undetermined works by month, or by year."""
    any_error = metric == ANY_ERROR
    by, of = "", None
    for by in ("month", "year"):
        if by == "month" or not period or period.dimension == by:
            of = cube.cut({*fixed, by}, metric=not any_error)
        if of:
            break
    if of is None:
        return {"note": "There is no count by month or year for these filters."}
    text = cube.noncompliance(
        reading, of, fixed, metric if of.has_metric else "", period=period, along=by
    )
    rows = [r for r in await asked(evaluator, text, reading) if r[by] not in _SPECIAL]
    rows.sort(key=lambda row: row[by])
    dates = [row[by].rpartition("/")[2] for row in rows]
    values = [
        {
            "date": date,
            "noncompliant": row["noncompliant"],
            "checked": row["checked"],
            "undetermined": row["undetermined"],
            "percent": _percent(row["noncompliant"], row["checked"]),
            "unknown": _percent(row["undetermined"], row["checked"] + row["undetermined"]),
        }
        for date, row in zip(dates, rows, strict=True)
    ]
    drawn = charts.lines(
        dates,
        [
            ("noncompliant of those checked", "error", [v["percent"] for v in values]),
            ("cannot be judged", "unknown", [v["unknown"] for v in values]),
        ],
    )
    summary = f"Works by {by} of publication: noncompliant, checked and undetermined."
    return {"by": by, "rows": values, "lines": drawn, "source": source(text, reading, summary)}


async def _flows(evaluator: Evaluator, reading: str, fixed: Mapping[str, str]) -> dict[str, Any]:
    """Return the flows of works from the license of a parent to their own."""
    text = cube.flows(reading, fixed.get("relation", ""), fixed.get("license", ""))
    rows = await asked(evaluator, text, reading)
    flows = [(_terms(row["from"]), _terms(row["to"]), row["works"]) for row in rows]
    return {
        "flows": charts.sankey(flows),
        "rows": [
            {
                "from": terms_linked(row["from"]),
                "to": terms_linked(row["to"]),
                "works": row["works"],
                "noncompliant": row["noncompliant"],
            }
            for row in rows[:50]
        ],
        "count": len(rows),
        "source": source(text, reading, "Works by their license and that of a parent."),
    }


_GAPS: Final = {
    "MissingWork": "not in the graph",
    "NoLicense": "no license stated",
    "UnidentifiedLicense": "license not identified",
    "AmbiguousLicense": "ambiguous license",
}


def _terms(iri: str) -> str:
    name = local_name(iri).removeprefix("license/").removeprefix("license-family/")
    return _GAPS.get(name, name)


def terms_linked(iri: str) -> dict[str, str]:
    """Return a license, or why none is known, as a link."""
    return {"text": _terms(iri), "href": href(iri) or "#"}


async def _roots(evaluator: Evaluator, reading: str) -> dict[str, Any]:
    """Return the works with the most noncompliant descendants."""
    text = cube.roots(reading, ROOTS)
    rows = await asked(evaluator, text, reading)
    return {
        "rows": [
            {
                **row,
                "root": {"text": local_name(row["root"]).partition("/")[2]}
                | {"href": href(row["root"]) or "#"},
            }
            for row in rows
        ],
        "source": source(text, reading, "Works by how many descendants violate a term."),
    }


async def _inherited(evaluator: Evaluator, reading: str) -> dict[str, Any]:
    """Return the prohibitions that most works inherit."""
    text = cube.inherited(reading)
    rows = await asked(evaluator, text, reading)
    drawn = charts.bars(
        [
            (f"{row['label']} ({_terms(row['license'])})", row["works"], f"{row['works']:,}", "")
            for row in rows[:SHOWN]
        ]
    )
    return {
        "bars": drawn,
        "rows": [
            {
                "clause": {"text": row["label"], "href": href(row["clause"]) or "#"},
                "license": terms_linked(row["license"]),
                "works": row["works"],
            }
            for row in rows
        ],
        "source": source(text, reading, "Works by the prohibitions that they inherit."),
    }


async def _unknowns(
    evaluator: Evaluator, reading: str, fixed: Mapping[str, str], period: cube.Period
) -> dict[str, Any]:
    """Return works by why terms that concern them are not known."""
    text = cube.unknowns(reading, fixed, period)
    by_date = period.dimension == "year" and "relation" not in fixed
    heeded = {"relation", *({"date"} if by_date else ())}
    rows = await asked(evaluator, text, reading)
    causes: dict[str, dict[str, Any]] = {}
    for row in rows:
        cause = causes.setdefault(
            row["cause"],
            {"cause": row["label"] or _terms(row["cause"]), "own": 0, "upstream": 0, "all": 0},
        )
        origin = row["origin"].rpartition("/")[2]
        cause[origin if origin in {"own", "upstream"} else "all"] = row["works"]
    ordered = sorted(causes.values(), key=lambda one: -one["all"])
    drawn = charts.bars(
        [(one["cause"], one["all"], f"{one['all']:,}", "unknown") for one in ordered]
    )
    return {
        "bars": drawn,
        "rows": ordered,
        "ignored": sorted(_filtered_by(fixed, period) - heeded),
        "source": source(text, reading, "Works by why terms are not known."),
    }


async def _depth(evaluator: Evaluator, reading: str) -> dict[str, Any]:
    """Return works by the depth of their lineage."""
    text = cube.depth(reading)
    rows = await asked(evaluator, text, reading)
    for row in rows:
        judged = row["works"] - row["undetermined"]
        row["percent"] = _percent(row["noncompliant"], judged)
    drawn = charts.bars(
        [(f"{r['depth']}", r["works"], f"{r['works']:,}", "") for r in rows[:SHOWN]]
    )
    return {
        "bars": drawn,
        "rows": rows,
        "source": source(text, reading, "Works by how many generations lie above them."),
    }
