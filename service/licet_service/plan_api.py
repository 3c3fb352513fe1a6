"""Plans and suggestions over HTTP; nothing that is sent is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

from fastapi import APIRouter, Query, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from licet_ontology.errors import UsageError
from licet_ontology.terms import DEFAULT_READING
from licet_reasoning.plan import Manner, Plan, Purpose, Shape, Verb
from licet_reasoning.plan_outcome import Assessment
from licet_reasoning.suggestion_outcome import Suggestion
from licet_service.plan_files import plan_json, plan_yaml
from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from licet_service.evaluation import Evaluator

JSON_TYPE: Final = "application/json"
YAML_TYPES: Final = ("application/yaml", "application/x-yaml", "text/yaml")
EXAMPLE: Final[dict[str, Any]] = {
    "title": "A fine-tune to be sold",
    "works": {"base": "meta-llama/Llama-3.1-8B"},
    "actions": [
        {"do": "fine-tune", "of": "base", "makes": "assistant", "name": "me/Llama-3.1-assistant"}
    ],
    "publish": [{"work": "assistant", "how": "sell", "form": "weights", "license": "llama3.1"}],
    "licensee": {"monthly_users": 2_000_000, "country": "DE"},
}
"""A plan that the documentation shows, and a test runs."""
EXAMPLE_WORKS: Final = ("meta-llama/Llama-3.1-8B", "license:apache-2.0")


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of plans."""
    return _inlined(TypeAdapter(Plan).json_schema())


def routes(evaluator: Evaluator) -> APIRouter:
    """Return the routes that judge plans and suggest licenses."""
    router = APIRouter(prefix="/api", tags=["plans"])

    @router.post(
        "/plan",
        summary="Judge a planned work before it exists",
        response_class=Response,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    JSON_TYPE: {"schema": plan_schema(), "example": EXAMPLE},
                    YAML_TYPES[0]: {"schema": {"type": "string"}},
                },
            }
        },
        responses={200: {"content": {JSON_TYPE: {"schema": _report_schema()}}}},
    )
    async def plan(request: Request, reading: str = DEFAULT_READING) -> Response:
        """Say what a plan may carry, needs, must do, violates and leaves open."""
        sent = await _sent(request)
        report = await evaluator.call_for_json("plan", plan=sent, reading=reading)
        return Response(report, media_type=JSON_TYPE)

    @router.get(
        "/suggest",
        summary="Under which licenses may what is made from these works be published?",
        response_class=Response,
        responses={200: {"content": {JSON_TYPE: {"schema": _suggestion_schema()}}}},
    )
    async def suggest(
        work: Annotated[
            list[str],
            Query(
                description="A model on the Hub, `datasets/owner/name`, or `license:` and a name; "
                "repeated for each.",
                openapi_examples={"two": {"value": list(EXAMPLE_WORKS)}},
            ),
        ],
        do: Annotated[
            str, Query(alias="as", description=f"One of {', '.join(get_args(Verb))}.")
        ] = "",
        publish: Annotated[
            str, Query(description=f"One of {', '.join(get_args(Manner))}.")
        ] = "share",
        form: Annotated[str, Query(description=f"One of {', '.join(get_args(Shape))}.")] = "",
        purpose: Annotated[str, Query(description=f"One of {', '.join(get_args(Purpose))}.")] = "",
        monthly_users: Annotated[
            float | None, Query(description="Of the licensee, with affiliates.")
        ] = None,
        annual_revenue_usd: Annotated[float | None, Query(description="Of the licensee.")] = None,
        country: Annotated[
            str | None, Query(description="Of the licensee, by two letters.")
        ] = None,
        reading: str = DEFAULT_READING,
    ) -> Response:
        """List licenses, least restrictive first, or the smallest change that leads to one."""
        found = await evaluator.call_for_json(
            "suggest",
            works=work,
            do=do,
            how=publish,
            form=form,
            purpose=purpose,
            reading=reading,
            licensee={
                "monthly_users": monthly_users,
                "annual_revenue_usd": annual_revenue_usd,
                "country": country,
            },
        )
        return Response(found, media_type=JSON_TYPE)

    return router


async def _sent(request: Request) -> Any:
    """Return the plan that a request holds, as plain data.

    Raises:
        ProblemError: It is neither JSON nor YAML.
    """
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != JSON_TYPE and content_type not in YAML_TYPES:
        accepted = ", ".join((JSON_TYPE, *YAML_TYPES))
        raise ProblemError(
            "unsupported-media-type", f"Send one of {accepted}.", headers={"Accept-Post": accepted}
        )
    try:
        text = (await request.body()).decode()
        return (plan_json if content_type == JSON_TYPE else plan_yaml)(text, "The body")
    except UnicodeDecodeError as error:
        raise ProblemError("malformed-request", f"The body is not UTF-8: {error}") from None
    except UsageError as error:
        raise ProblemError("malformed-request", str(error)) from error


def _report_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["verdict", "reading", "snapshot", "title", "assessments"],
        "properties": {
            "verdict": {"type": "string"},
            "reading": {"type": "string"},
            "snapshot": {"type": "string"},
            "title": {"type": "string"},
            "assessments": {
                "type": "array",
                "items": _inlined(TypeAdapter(Assessment).json_schema(mode="serialization")),
            },
        },
    }


def _suggestion_schema() -> dict[str, Any]:
    schema = _inlined(TypeAdapter(Suggestion).json_schema(mode="serialization"))
    schema["properties"]["snapshot"] = {"type": "string"}
    return schema


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that needs no definitions beside it, as within the OpenAPI document."""
    definitions = schema.pop("$defs", {})

    def resolved(value: Any) -> Any:
        if isinstance(value, list):
            return [resolved(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            rest = {key: item for key, item in value.items() if key != "$ref"}
            return {**resolved(definitions[value["$ref"].rpartition("/")[2]]), **rest}
        return {key: resolved(item) for key, item in value.items()}

    found: dict[str, Any] = resolved(schema)
    return found
