"""``POST /api/check``: a card and a list of files, or an archive, before they are published."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from licet_ontology.terms import DEFAULT_READING
from licet_service.archives import MAX_FILES, MAX_PATH_CHARS
from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from licet_service.evaluation import Evaluator

ARCHIVES: Final = (
    "application/zip",
    "application/x-tar",
    "application/gzip",
    "application/octet-stream",
)
MEDIA_TYPES: Final = {
    "json": "application/json",
    "sarif": "application/sarif+json",
    "junit": "application/xml",
    "markdown": "text/markdown",
    "text": "text/plain",
}
_TEXT: Final = {"type": "string"}
_CARD: Final = """---
license: apache-2.0
base_model: mistralai/Mistral-7B-v0.1
base_model_relation: finetune
---
# Kitchen 7B

## Attribution

- [mistralai/Mistral-7B-v0.1](https://huggingface.co/mistralai/Mistral-7B-v0.1), under the
  Apache License 2.0

## Changes

Trained on 3,000 recipes in March 2026.
"""


class SentFile(BaseModel):
    """A file of the repository; of weights its path is enough."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(min_length=1, max_length=MAX_PATH_CHARS, examples=["model.safetensors"])
    text: str | None = Field(default=None, description="What it holds; only of texts.")


class CheckRequest(BaseModel):
    """A repository before it is published."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "me/kitchen-7b",
                    "card": _CARD,
                    "files": [{"path": "model.safetensors"}, {"path": "NOTICE", "text": "Mine."}],
                }
            ]
        },
    )

    id: str | None = Field(
        default=None,
        max_length=200,
        description="owner/name under which it is to be published; datasets/owner/name for data.",
    )
    card: str | None = Field(default=None, description="The README.md.")
    files: list[SentFile] = Field(default_factory=list[SentFile], max_length=MAX_FILES)
    reading: str = Field(default=DEFAULT_READING, description="The reading of contested law.")
    format: Literal["json", "sarif", "junit", "markdown", "text"] = "json"


class Step(BaseModel):
    """One stated derivation."""

    child: str
    relation: str
    parent: str


class Imposition(BaseModel):
    """A work that imposes a duty, and the path to it."""

    work: str
    axiom: str
    path: list[Step]


class Seen(BaseModel):
    """A place of the repository, and what it shows."""

    file: str
    line: int
    excerpt: str
    shows: str


class Duty(BaseModel):
    """A duty that is inherited, and whether it is discharged."""

    state: Literal["fulfilled", "missing", "unseen"]
    clause: dict[str, Any] = Field(description="With license, section and quote.")
    imposed_by: list[Imposition]
    accepts: list[str] = Field(description="Licenses that the clause accepts.")
    in_doubt: bool = Field(
        description="Whether the reading, or a choice of licenses, leaves open if it binds."
    )
    why: str
    to_do: str
    evidence: list[Seen]
    answer: Seen | None = Field(description="Where the publisher answers for what cannot be seen.")


class RepositoryNote(BaseModel):
    """Something to know of the repository itself."""

    code: str
    severity: Literal["unknown", "warning", "note"]
    text: str
    file: str
    line: int
    to_do: str


class CheckAnswer(BaseModel):
    """What a check found; there is more in it than is described here."""

    model_config = ConfigDict(extra="allow")

    work: str
    reading: str
    snapshot: str
    verdict: str = Field(description="In words; never that a work is compliant.")
    status: Literal[0, 1, 3] = Field(
        description="0 nothing wrong, 1 terms violated or duties missing, 3 something unknown."
    )
    seen: Literal["files", "metadata"]
    duty_counts: dict[Literal["fulfilled", "missing", "unseen"], int]
    duties: list[Duty]
    findings: list[dict[str, Any]]
    terms: list[dict[str, Any]] = Field(description="Prohibitions and conditions that bind.")
    notes: list[RepositoryNote]


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/api", tags=["REST"])
    schema = CheckRequest.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions = schema.pop("$defs", {})
    schema["properties"]["files"]["items"] = definitions["SentFile"]
    archive = {"schema": {"type": "string", "format": "binary"}}
    told = {
        "id": "owner/name under which it is to be published.",
        "reading": "The reading of contested law.",
        "format": f"Of the report: {', '.join(MEDIA_TYPES)}.",
    }
    parameters = [
        {"name": name, "in": "query", "description": f"Of an archive. {text}", "schema": _TEXT}
        for name, text in told.items()
    ]

    @router.post(
        "/check",
        summary="Check a repository before it is published",
        description="Send card and files as JSON, or the repository as a zip or tar archive. "
        "Nothing of it is run or kept. An archive with links, paths that lead out, archives "
        "within, or more than it should hold is refused.",
        response_class=Response,
        responses={200: {"model": CheckAnswer, "description": "What was found"}},
        openapi_extra={
            "parameters": parameters,
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": schema},
                    **dict.fromkeys(ARCHIVES[:3], archive),
                },
            },
        },
    )
    async def check(request: Request) -> Response:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await request.body()
        if media_type in ARCHIVES:
            asked = _parsed(dict(request.query_params))
            arguments = asked.model_dump(exclude={"card", "files"})
            arguments["archive"] = base64.b64encode(body).decode()
        elif media_type == "application/json":
            if request.query_params:
                raise ProblemError("malformed-request", "Parameters go with an archive alone.")
            try:
                value = orjson.loads(body)
            except orjson.JSONDecodeError as error:
                raise ProblemError("malformed-request", f"The body is not JSON: {error}") from None
            asked = _parsed(value)
            arguments = asked.model_dump()
        else:
            detail = f"Send application/json or one of {', '.join(ARCHIVES)}."
            raise ProblemError("unsupported-media-type", detail)
        found = await evaluator.call_for_json("check-repository", **arguments)
        answer = found if asked.format == "json" else orjson.loads(found)
        return Response(answer, media_type=MEDIA_TYPES[asked.format])

    return router


def _parsed(value: object) -> CheckRequest:
    try:
        return CheckRequest.model_validate(value)
    except ValidationError as error:
        errors = [
            {"parameter": ".".join(map(str, e["loc"])), "message": e["msg"]}
            for e in error.errors()[:20]
        ]
        detail = "; ".join(f"{e['parameter']}: {e['message']}" for e in errors)
        raise ProblemError("invalid-parameters", detail, errors=errors) from None
