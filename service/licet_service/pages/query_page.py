"""The editor of queries, and its plain form for whoever has no script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from licet_ontology.errors import LicetError
from licet_ontology.reading_names import readings
from licet_ontology.terms import DEFAULT_READING
from licet_queries.library import public_queries
from licet_service import problems
from licet_service.evaluation import Question
from licet_service.negotiation import GRAPHS, RESULTS, choose
from licet_service.pages.asking import answered
from licet_service.pages.bound_text import bound_text
from licet_service.pages.rendering import EDITOR_SECURITY_POLICY, html
from licet_service.parameters import bound

if TYPE_CHECKING:
    from licet_queries.library import SavedQuery
    from licet_service.evaluation import Evaluator
    from licet_service.settings import Settings

SHOWN_ROWS: Final = 200
FIRST_QUERY: Final = """\
PREFIX licet: <https://w3id.org/licet/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
# Works that violate a term, and which.
SELECT ?model ?code WHERE {
  ?model licet:situation/licet:hasFinding ?finding .
  ?finding licet:severity "error" ; licet:code ?code .
}
ORDER BY ?model ?code
LIMIT 50
"""


def routes(evaluator: Evaluator, settings: Settings) -> APIRouter:
    """Return the routes of the editor and of what it completes."""
    router = APIRouter(include_in_schema=False)
    saved = [
        {
            "name": query.name,
            "summary": query.summary,
            "tag": str((query.header.get("tags") or ["other"])[0]),
            "text": _example(query),
        }
        for query in public_queries()
    ]
    tags = sorted({query["tag"] for query in saved})

    @router.get("/query")
    @answered
    async def editor(request: Request) -> Response:
        text = request.query_params.get("query") or FIRST_QUERY
        name = request.query_params.get("saved", "")
        text = next((query["text"] for query in saved if query["name"] == name), text)
        reading = request.query_params.get("reading") or DEFAULT_READING
        run = request.query_params.get("run") == "true"
        answer = await _plain_answer(evaluator, text, reading) if run else None
        return html(
            "editor.html",
            headers={"Content-Security-Policy": EDITOR_SECURITY_POLICY},
            text=text[: settings.max_query_bytes],
            reading=reading,
            readings=readings(),
            saved=saved,
            tags=tags,
            answer=answer,
            here="/query",
        )

    @router.get("/query/completion.json")
    async def completion() -> Response:
        found = await evaluator.call("page-completion")
        return Response(orjson.dumps(found), media_type="application/json")

    return router


def _example(query: SavedQuery) -> str:
    values = {parameter.name: parameter.example for parameter in query.parameters}
    return bound_text(query.text, bound(query, values))


async def _plain_answer(evaluator: Evaluator, text: str, reading: str) -> dict[str, Any]:
    """Return the first rows of an answer, or what was wrong with the question."""
    as_json, as_turtle = choose(RESULTS, None), choose(GRAPHS, None, ["turtle"])
    try:
        answer = await evaluator.answer(Question(text, as_json, as_turtle, reading))
    except LicetError as error:
        return {"problem": problems.of_licet(error).detail}
    if not answer.media_type.startswith(RESULTS[0].media_types[0]):
        return {"text": answer.body.decode()[:100_000]}
    result = orjson.loads(answer.body)
    if "boolean" in result:
        return {"text": str(result["boolean"]).lower()}
    bindings = result["results"]["bindings"]
    return {
        "names": result["head"]["vars"],
        "rows": [
            [row.get(name, {"value": "", "type": "literal"}) for name in result["head"]["vars"]]
            for row in bindings[:SHOWN_ROWS]
        ],
        "count": len(bindings),
    }
