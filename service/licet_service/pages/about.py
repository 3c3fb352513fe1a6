"""The pages on method, on parts by others, and on the API."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licet_service.pages.asking import answered
from licet_service.pages.rendering import html, third_party

if TYPE_CHECKING:
    from licet_service.evaluation import Evaluator

_METHODS = ("get", "post", "put", "delete")


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the routes of these pages."""
    router = APIRouter(include_in_schema=False)

    @router.get("/about")
    @answered
    async def about(request: Request) -> Response:
        return html("about.html", overview=await evaluator.call("page-overview"), here="/about")

    @router.get("/about/third-party")
    @answered
    async def parts(request: Request) -> Response:
        return html("third_party.html", packages=third_party(), python=python_packages())

    @router.get("/docs")
    @answered
    async def docs(request: Request) -> Response:
        return html("docs.html", groups=operations(request.app.openapi()))

    return router


@cache
def python_packages() -> tuple[dict[str, str], ...]:
    """Return name, version and license of the packages that the service needs at run time."""
    found = []
    for requirement in metadata.requires("licet") or ():
        name = requirement.partition(";")[0].split(">")[0].split("=")[0].split("[")[0].strip()
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        stated = next(iter(_all(about, "License-Expression") + _all(about, "License")), "")
        classified = [
            value.rpartition(" :: ")[2]
            for value in _all(about, "Classifier")
            if value.startswith("License ::")
        ]
        short = stated if 0 < len(stated) < 60 else ", ".join(classified)
        version = metadata.version(name)
        found.append({"name": name, "version": version, "license": short or "see its files"})
    return tuple(sorted(found, key=lambda one: one["name"]))


def _all(about: metadata.PackageMetadata, field: str) -> list[str]:
    return about.get_all(field) or []


def operations(openapi: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the operations of the API by their tag."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in openapi["paths"].items():
        for method in _METHODS:
            if operation := item.get(method):
                tag = (operation.get("tags") or ["other"])[0]
                names = [parameter["name"] for parameter in operation.get("parameters", ())]
                groups.setdefault(tag, []).append(
                    {
                        "method": method.upper(),
                        "path": path,
                        "summary": operation.get("summary", ""),
                        "parameters": names,
                    }
                )
    return sorted(groups.items())
