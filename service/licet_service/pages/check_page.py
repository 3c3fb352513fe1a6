"""The page that checks a model: by its id, by its card, or by its files before an upload."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from licet_ontology.errors import LicetError
from licet_ontology.reading_names import readings
from licet_ontology.terms import DEFAULT_READING
from licet_service import problems
from licet_service.pages.asking import answered
from licet_service.pages.rendering import html
from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from licet_service.evaluation import Evaluator

MAX_FILES: Final = 60
MAX_CARD_CHARS: Final = 400_000
MAX_FILE_BYTES: Final = 4 * 1024 * 1024
_ARCHIVES: Final = (".zip", ".tar", ".tgz", ".tar.gz")
_GROUPS: Final = (
    ("missing", "Missing", "error", "What the terms ask for and the files do not show."),
    ("unseen", "Cannot be seen from here", "unknown", "What files cannot show; you know it."),
    ("fulfilled", "Fulfilled", "plain", "What the files show, and where."),
)


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/check")
    @answered
    async def form(request: Request) -> Response:
        model = request.query_params.get("model", "").strip()
        reading = request.query_params.get("reading") or DEFAULT_READING
        if not model:
            return _page(reading=reading)
        try:
            report = await evaluator.call("check", work=model, reading=reading)
        except LicetError as error:
            detail = problems.of_licet(error).detail
            return _page(404, model=model, reading=reading, problem=detail)
        return _page(model=model, reading=reading, found={"report": report}, by="metadata")

    @router.post("/check")
    @answered
    async def sent(request: Request) -> Response:
        async with request.form(max_files=MAX_FILES, max_part_size=4 * MAX_CARD_CHARS) as given:
            card = str(given.get("card") or "")[:MAX_CARD_CHARS]
            id_ = str(given.get("id") or "").strip()[:200]
            reading = str(given.get("reading") or DEFAULT_READING)
            shown = {"card": card, "id": id_, "reading": reading}
            try:
                files, archive = await _files(given)
                if card.strip():
                    files["README.md"] = _encoded(card.replace("\r\n", "\n").encode())
                if not (files or archive):
                    raise ProblemError("malformed-request", "Paste a card or choose files.")
                found = await evaluator.call(
                    "page-check", id=id_, files=files, archive=archive, reading=reading
                )
            except LicetError as error:
                problem = problems.of_licet(error)
                return _page(
                    status=problems.KINDS[problem.kind][0], problem=problem.detail, **shown
                )
        return _page(found=found, by="files", **shown)

    return router


async def _files(given: FormData) -> tuple[dict[str, str], str]:
    """Return the uploaded files by name, or the one archive, in base64."""
    files: dict[str, str] = {}
    archive = ""
    for upload in given.getlist("files"):
        if not isinstance(upload, UploadFile) or not upload.filename:
            continue
        content = await upload.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            # Of weights the name is enough, and it is all that is looked at.
            content = b""
        if upload.filename.lower().endswith(_ARCHIVES):
            archive = _encoded(content)
        else:
            files[upload.filename] = _encoded(content)
    if archive and files:
        raise ProblemError("malformed-request", "Send an archive, or files, and not both.")
    return files, archive


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _page(status: int = 200, /, **context: Any) -> Response:
    begun: dict[str, Any] = {
        "model": "",
        "card": "",
        "id": "",
        "found": None,
        "by": "",
        "problem": "",
        "readings": readings(),
        "groups": _GROUPS,
        "here": "/check",
    }
    return html("check.html", status=status, **{**begun, **context})
