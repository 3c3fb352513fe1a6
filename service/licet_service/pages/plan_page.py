"""The page that judges what somebody plans: which license, which duties, and why not others."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from licet_ontology.errors import LicetError
from licet_ontology.reading_names import readings
from licet_ontology.terms import DEFAULT_READING
from licet_service import problems
from licet_service.pages.asking import answered
from licet_service.pages.rendering import html

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

    from licet_service.evaluation import Evaluator

USE: Final = "use"
ACTIONS: Final = {
    USE: "use it as it is",
    "fine-tune": "fine-tune it",
    "merge": "merge them",
    "quantize": "quantize it",
    "adapter": "train an adapter for it",
    "convert": "convert its format",
    "prune": "prune it",
    "abliterate": "abliterate it",
    "distill": "distill another model from it",
    "combine": "combine them, each part on its own",
    "copy": "publish a copy",
}
PUBLICATIONS: Final = {
    "share weights": "share the weights",
    "sell weights": "sell the weights",
    "share service": "offer a service without charge",
    "sell service": "sell a service",
    "share output": "publish its output",
    "sell output": "sell its output",
    "internal": "keep it inside",
}
MAX_PARENTS: Final = 30
PLANNED: Final = "derivative"
_SEPARATORS: Final = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Asked:
    """What the form of the page holds.

    Attributes:
        parents: Ids on the Hub of what is built on.
        licenses: Licenses of further works that are built on.
        do: One of ``ACTIONS``.
        publish: One of ``PUBLICATIONS``.
        license: What it is to be offered under, if that is decided.
        name: Its id on the Hub, if that is decided.
        users: Monthly users of the licensee.
        revenue: Yearly revenue of the licensee in US dollars.
        country: Of the licensee, by two letters.
        reading: The reading of contested law.
    """

    parents: tuple[str, ...]
    licenses: tuple[str, ...]
    do: str
    publish: str
    license: str
    name: str
    users: str
    revenue: str
    country: str
    reading: str

    @property
    def how(self) -> str:
        """Whether it is shared, sold, or stays inside."""
        return self.publish.partition(" ")[0]

    @property
    def form(self) -> str:
        """As what it is published."""
        return self.publish.partition(" ")[2] or "weights"


def asked_of(given: QueryParams) -> Asked:
    """Return what a request asks; what it does not say is as the form begins."""
    parents = [name for part in given.getlist("parents") for name in _SEPARATORS.split(part)]
    listed = tuple(dict.fromkeys(filter(None, parents)))[:MAX_PARENTS]
    licenses = tuple(filter(None, given.getlist("licenses")))[:MAX_PARENTS]
    do, publish = given.get("do", ""), given.get("publish", "")
    several = len(listed) + len(licenses) > 1
    return Asked(
        parents=listed,
        licenses=licenses,
        do=do if do in ACTIONS else "merge" if several else "fine-tune",
        publish=publish if publish in PUBLICATIONS else "share weights",
        license=given.get("license", "").strip(),
        name=given.get("name", "").strip(),
        users=given.get("users", "").strip(),
        revenue=given.get("revenue", "").strip(),
        country=given.get("country", "").strip().upper(),
        reading=given.get("reading") or DEFAULT_READING,
    )


def plan_of(asked: Asked) -> dict[str, Any]:
    """Return the plan that a form amounts to, as ``licet plan`` reads it."""
    works: dict[str, Any] = {
        f"work-under-{id_}": {"type": "model", "license": id_} for id_ in asked.licenses
    }
    of = [*asked.parents, *works]
    publication: dict[str, Any] = {"how": asked.how}
    if asked.how != "internal":
        publication["form"] = asked.form
    if asked.license:
        publication["license"] = asked.license
    plan: dict[str, Any] = {"works": works} if works else {}
    if asked.do == USE:
        plan["publish"] = [{"work": name, **publication} for name in of]
    else:
        action: dict[str, Any] = {"do": asked.do, "of": of, "makes": PLANNED}
        if asked.do == "distill":
            action["by"] = action.pop("of")
        if asked.name:
            action["name"] = asked.name
        plan |= {"actions": [action], "publish": [{"work": PLANNED, **publication}]}
    licensee = {"monthly_users": asked.users, "annual_revenue_usd": asked.revenue}
    numbers = {name: float(text) for name, text in licensee.items() if _is_number(text)}
    if numbers or asked.country:
        plan["licensee"] = {**numbers, **({"country": asked.country} if asked.country else {})}
    return plan


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,15}(\.\d+)?", text))


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/plan")
    @answered
    async def plan(request: Request) -> Response:
        asked = asked_of(request.query_params)
        licenses = await evaluator.call("page-licenses")
        context: dict[str, Any] = {
            "asked": asked,
            "actions": ACTIONS,
            "publications": PUBLICATIONS,
            "readings": readings(),
            "licenses": sorted(one["id"] for one in licenses if one["read"]),
            "report": None,
            "suggestion": None,
            "alternatives": "",
            "problem": "",
            "answers": _answers,
            "here": "/plan",
        }
        if asked.parents or asked.licenses:
            # Judging every license takes longer than judging the plan, which is shown without.
            wanted = "alternatives" in request.query_params
            if _is_open(asked) and not wanted:
                context["alternatives"] = f"/plan?{request.url.query}&alternatives=shown"
            try:
                context["report"], context["suggestion"] = await asyncio.gather(
                    evaluator.call("plan", plan=plan_of(asked), reading=asked.reading),
                    _suggestion(evaluator, asked) if wanted and _is_open(asked) else _nothing(),
                )
            except LicetError as error:
                context["problem"] = problems.of_licet(error).detail
        return html("plan.html", status=400 if context["problem"] else 200, **context)

    return router


def _is_open(asked: Asked) -> bool:
    """Return whether it is still to be chosen which license what is made shall carry."""
    return not (asked.do == USE or asked.license or asked.how == "internal")


async def _nothing() -> None:
    return None


async def _suggestion(evaluator: Evaluator, asked: Asked) -> dict[str, Any]:
    """Return which licenses what is made may carry."""
    found: dict[str, Any] = await evaluator.call(
        "suggest",
        works=[*asked.parents, *(f"license:{id_}" for id_ in asked.licenses)],
        do=asked.do,
        how=asked.how,
        form=asked.form,
        reading=asked.reading,
        licensee=plan_of(asked).get("licensee"),
    )
    return found


def _answers(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return licenses with what stands against them, for a table."""
    return [
        {
            "license": {"text": one["license"], "href": f"/license/{one['license']}"},
            "why": f"{', '.join(one['codes'])}: {'; '.join(one['because'])}",
        }
        for one in listed
    ]
