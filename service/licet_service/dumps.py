"""Dumps to download under ``/dumps/``, resumable, with their checksums and their catalogue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from licet_service.dump_layout import ATTRIBUTION, CHECKSUMS, FOLDER, INDEX, dumps_in
from licet_service.negotiation import HTML, PLAIN_JSON, Representation, alternates, negotiate
from licet_service.pages import rendering
from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from pathlib import Path

    from licet_service.settings import Settings

_CATALOGUES: Final = {"turtle": "dcat.ttl", "json-ld": "dcat.jsonld"}
_OFFERS: Final = (
    PLAIN_JSON,
    HTML,
    Representation("turtle", ("text/turtle",), aliases=("ttl",)),
    Representation("json-ld", ("application/ld+json",), aliases=("jsonld",)),
)
_BESIDE: Final = {
    INDEX: "application/json",
    CHECKSUMS: "text/plain",
    ATTRIBUTION: "text/markdown",
    "dcat.ttl": "text/turtle",
    "dcat.jsonld": "application/ld+json",
}
_RANGE: Final = re.compile(r"bytes=(?:(\d+)-(\d*)|-(\d+))", re.ASCII)
_LATEST: Final = "latest"


def routes(settings: Settings) -> APIRouter:
    """Return the routes of the dumps that `licet export` wrote into the data folder."""
    router = APIRouter(prefix="/dumps", tags=["dumps"])
    folder = settings.data / FOLDER

    @router.get("/", response_class=Response, summary="The dumps that can be downloaded")
    def listing(request: Request) -> Response:
        choice = negotiate(request, (PLAIN_JSON, HTML))
        headers = alternates(request, choice, (PLAIN_JSON, HTML))
        dumps = [_index(path) for path in dumps_in(folder)]
        if choice.representation is HTML:
            return rendering.html("dumps.html", headers=headers, dumps=dumps, size=_size)
        listed = [
            {"snapshot": d["snapshot"], "finished": d["finished"], "url": f"/dumps/{d['snapshot']}"}
            for d in dumps
        ]
        return Response(orjson.dumps(listed), media_type=choice.media_type, headers=headers)

    # FastAPI would redirect here by the Host that a client sends.
    router.add_api_route("", listing, response_class=Response, include_in_schema=False)

    @router.get("/{snapshot}", response_class=Response, summary="The files of a dump")
    def dump(request: Request, snapshot: str) -> Response:
        """``latest`` leads to the newest; as RDF, the DCAT catalogue of the files."""
        path = _dump(folder, snapshot)
        if snapshot == _LATEST:
            query = f"?{request.url.query}" if request.url.query else ""
            return _redirect(f"/dumps/{path.name}{query}")
        choice = negotiate(request, _OFFERS)
        headers = alternates(request, choice, _OFFERS)
        name = choice.representation.name
        if name in _CATALOGUES:
            # Its addresses are relative to the folder, which is not where it was asked for.
            return _redirect(f"/dumps/{path.name}/{_CATALOGUES[name]}")
        index = _index(path)
        if choice.representation is HTML:
            return rendering.html("dumps.html", headers=headers, dumps=[index], size=_size)
        return Response(orjson.dumps(index), media_type=choice.media_type, headers=headers)

    @router.get("/{snapshot}/{name}", response_class=Response, summary="A file, or a range of it")
    def file(request: Request, snapshot: str, name: str) -> Response:
        """``Range`` and ``If-Range`` resume a download; ``ETag`` is the file's SHA-256."""
        path = _dump(folder, snapshot)
        if snapshot == _LATEST:
            return _redirect(f"/dumps/{path.name}/{name}")
        known = {one["name"]: one for one in _index(path)["files"]}
        if name not in known and name not in _BESIDE:
            raise ProblemError("not-found", f"Dump {path.name} holds no such file.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        media_type = _BESIDE.get(name)
        if described := known.get(name):
            headers["ETag"] = f'"{described["sha256"]}"'
            media_type = described["compression"] or described["media_type"]
        stat = (path / name).stat()
        _refuse_range(request, stat.st_size)
        if request.headers.get("if-none-match") == headers.get("ETag", ""):
            return Response(status_code=304, headers=headers)
        return FileResponse(path / name, headers=headers, media_type=media_type, stat_result=stat)

    return router


def _redirect(path: str) -> Response:
    return RedirectResponse(path, status_code=307, headers={"Cache-Control": "no-cache"})


def _index(path: Path) -> dict[str, Any]:
    index: dict[str, Any] = orjson.loads((path / INDEX).read_bytes())
    return index


def _dump(folder: Path, snapshot: str) -> Path:
    """Return the folder of a dump; the name is compared with what is there, never joined."""
    there = dumps_in(folder)
    for path in there:
        if snapshot in {path.name, _LATEST}:
            return path
    if not there:
        raise ProblemError("not-found", "No dump has been written here yet.")
    raise ProblemError("not-found", f"There is no such dump; the newest is {there[0].name}.")


def _refuse_range(request: Request, size: int) -> None:
    """Refuse a range that lies outside of the file; one that is not understood is passed over.

    Raises:
        ProblemError: There is nothing in the range.
    """
    stated = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if stated is None or (stated[2] and int(stated[2]) < int(stated[1])):
        kept = [(name, value) for name, value in request.scope["headers"] if name != b"range"]
        request.scope["headers"] = kept
    elif (stated[1] and int(stated[1]) >= size) or stated[3] == "0":
        headers = {"Content-Range": f"bytes */{size}"}
        raise ProblemError("range-not-satisfiable", f"It has {size} bytes.", headers=headers)


def _size(number: int) -> str:
    """Return a size for people."""
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:,.0f} {unit}"
        number = round(number / 1000)
    return f"{number:,.0f} GB"
