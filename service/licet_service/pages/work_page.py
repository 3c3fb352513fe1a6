"""The page of one model, dataset or service: the verdict, then why, then what to do."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from licet_service.pages.behind import behind
from licet_service.pages.drawing import lineage_drawing
from licet_service.pages.lineage_bounds import MAX_WORKS
from licet_service.pages.rendering import html
from licet_service.pages.words import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request

    from licet_service.evaluation import Evaluator

_FINDINGS: Final = (
    ("error", "violations", "Violations", False),
    ("unknown", "not-known", "What is not known", False),
    ("warning", "warnings", "Warnings", True),
    ("notice", "notices", "Notices", True),
)
_OBLIGATIONS: Final = (
    (
        "duty",
        "duties",
        "Duties",
        "What its publisher must do and its card must say. Metadata cannot show if it is done.",
    ),
    ("prohibition", "prohibitions", "Prohibitions", "What nobody who receives it may do."),
    (
        "condition",
        "conditions",
        "Conditions",
        "What depends on who you are or on what happens; whether it applies is not known here.",
    ),
    ("permission", "permissions", "Permissions", "What its terms allow in so many words."),
)
_PARAMETER_NAMES: Final = {
    "namePrefix": "The name must begin with",
    "threshold": "Above",
    "unit": "of",
    "period": "counted over",
    "referenceDate": "measured at",
    "territory": "Places (ISO 3166)",
}
MAX_GENERATIONS: Final = 6
MAX_EXPANDED: Final = 40


async def respond(
    request: Request,
    evaluator: Evaluator,
    work: str,
    reading: str,
    *,
    headers: Mapping[str, str],
    statements: object = None,
) -> Response:
    """Return the page of a work, given as its kind and id.

    Raises:
        LicetError: Nothing names the work, or there is no such reading.
    """
    expanded = request.query_params.getlist("expand")[:MAX_EXPANDED]
    given = request.query_params.get("down", "1")
    down = min(int(given), MAX_GENERATIONS) if given.isdecimal() else 1
    found = await evaluator.call(
        "page-work", work=work, reading=reading, expanded=expanded, down=down
    )
    kind, _, name = work.partition("/")
    return html(
        "work.html",
        headers=headers,
        found=found,
        verdict=verdict(found),
        tiles=_tiles(found),
        groups=_groups(found),
        obligations=_obligations(found),
        parameter_names=_PARAMETER_NAMES,
        lineage=found["lineage"],
        made_from=_made_from(found["lineage"]),
        max_works=MAX_WORKS,
        drawing=lineage_drawing(found["lineage"], reading),
        expanded=expanded,
        down=down,
        reading=reading,
        path=request.scope["path"],
        exports=_exports(kind, name),
        statements=statements,
        behind=_behind(name, reading) if kind == "model" else None,
    )


def _made_from(lineage: dict[str, Any]) -> defaultdict[str, list[dict[str, Any]]]:
    """Return the edges of a lineage by the work that was made."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for edge in lineage["edges"]:
        found[edge["child"]].append(edge)
    return found


def _behind(model: str, reading: str) -> dict[str, Any]:
    names = {
        "findings": "findings",
        "duties": "card-duties",
        "obligations": "obligations",
        "ancestors": "ancestors",
        "descendants": "descendants-of",
    }
    return {part: behind(name, reading, {"model": model}) for part, name in names.items()}


_BILLS: Final = {
    "spdx3": ("SPDX 3.0.1", "application/spdx+json"),
    "cyclonedx": ("CycloneDX", "application/vnd.cyclonedx+json"),
}
"""The formats of bills of materials: what they are called, and their media types."""


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the route of bills of materials."""
    router = APIRouter(tags=["linked data"])

    @router.get(
        "/bom/{format_}/{name:path}",
        response_class=Response,
        summary="The bill of materials of a model, as SPDX 3.0.1 (spdx3) or CycloneDX (cyclonedx)",
    )
    async def bill(format_: str, name: str) -> Response:
        found = await evaluator.call("bill-of-materials", work=name, format=format_)
        return Response(orjson.dumps(found), media_type=_BILLS[format_][1])

    return router


def _exports(kind: str, name: str) -> list[tuple[str, str]]:
    work = name if kind == "model" else f"{kind}s/{name}"
    address = quote(work, safe="/+:%")
    return [(title, f"/bom/{format_}/{address}") for format_, (title, _) in _BILLS.items()]


def _with_severity(found: dict[str, Any], severity: str) -> list[dict[str, Any]]:
    explanation = found["explanation"] or {"findings": []}
    return [one for one in explanation["findings"] if one["severity"] == severity]


def verdict(found: dict[str, Any]) -> dict[str, str]:
    """Return in words what was found of a work; never that it is compliant."""
    errors, unknowns, warnings = (
        len(_with_severity(found, severity)) for severity in ("error", "unknown", "warning")
    )
    duties = sum(
        found["groups"][reason["term"]["iri"]] == "duty"
        for reason in (found["explanation"] or {"obligations": []})["obligations"]
    )
    beyond = (
        f"{count(unknowns, 'thing is', 'things are')} not known, so there may be violations "
        "beyond what was found."
        if unknowns
        else ""
    )
    silence = "" if errors or unknowns else "That does not show that there is none."
    bound = (
        f"{count(duties, 'duty binds', 'duties bind')} whoever publishes it; whether "
        f"{'it is' if duties == 1 else 'they are'} fulfilled was not examined."
        if duties
        else ""
    )
    if errors:
        severity, says = "error", f"{count(errors, 'violation was', 'violations were')} found"
    elif unknowns:
        severity = "unknown"
        says = "No violation was found, and it cannot be said that there is none"
    elif warnings:
        attention = count(warnings, "thing deserves", "things deserve")
        severity, says = "warning", f"No violation was found; {attention} attention"
    else:
        severity, says = "plain", "No violation was found"
    labels = [one["label"] for one in _with_severity(found, severity)]
    named = "; ".join(dict.fromkeys(label[0].lower() + label[1:] for label in labels))
    says = f"{says}: {named}." if named else f"{says}."
    return {
        "severity": severity,
        "says": says,
        "more": " ".join(filter(None, (silence, beyond, bound))),
    }


def _tiles(found: dict[str, Any]) -> list[dict[str, Any]]:
    reasons = (found["explanation"] or {"obligations": []})["obligations"]
    groups = [found["groups"][reason["term"]["iri"]] for reason in reasons]
    tiles = [
        {"name": title, "anchor": anchor, "severity": severity}
        | {"count": len(_with_severity(found, severity))}
        for severity, anchor, title, _ in _FINDINGS[:3]
    ]
    tiles += [
        {"name": title, "anchor": anchor, "severity": "", "count": groups.count(name)}
        for name, anchor, title, _ in _OBLIGATIONS[:3]
    ]
    return [tile | {"anchor": tile["anchor"] if tile["count"] else "main"} for tile in tiles]


def _groups(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "anchor": anchor,
            "title": title,
            "folded": folded,
            "findings": [
                one | {"number": number}
                for number, one in enumerate(_with_severity(found, severity), start=1)
            ],
        }
        for severity, anchor, title, folded in _FINDINGS
    ]


def _obligations(found: dict[str, Any]) -> list[dict[str, Any]]:
    reasons = (found["explanation"] or {"obligations": []})["obligations"]
    groups = [
        {
            "name": name,
            "anchor": anchor,
            "title": title,
            "explanation": explanation,
            "reasons": [r for r in reasons if found["groups"][r["term"]["iri"]] == name],
        }
        for name, anchor, title, explanation in _OBLIGATIONS
    ]
    in_doubt = {
        "name": "unknown",
        "anchor": "in-doubt",
        "title": "In doubt",
        "explanation": "Terms of which this reading leaves open whether they bind at all.",
        "reasons": (found["explanation"] or {"in_doubt": []})["in_doubt"],
    }
    return [group for group in (*groups, in_doubt) if group["reasons"]]
