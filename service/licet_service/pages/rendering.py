"""How a page becomes a response: templates, static files by their content, headers."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

import jinja2
import orjson
from starlette.responses import Response

from licet_ontology.errors import LicetError
from licet_service import problems
from licet_service.pages import addresses, words

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Nothing inline and nothing foreign: neither a script, nor a style, nor a request."""

EDITOR_SECURITY_POLICY: Final = CONTENT_SECURITY_POLICY.replace(
    "style-src 'self'", "style-src 'self' 'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='"
)
"""That of the editor alone: its table of results brings one sheet for the grips of its columns,
which is allowed by its hash and changes with the version that the lock names."""

_STATIC: Final = files("licet_service").joinpath("static")


def asset(name: str) -> str:
    """Return the address of a static file, which changes with what it holds."""
    return f"/static/{name}?{_digest(name)}"


@cache
def _digest(name: str) -> str:
    return sha256(_STATIC.joinpath(name).read_bytes()).hexdigest()[:12]


@cache
def is_built(name: str) -> bool:
    """Tell whether a part that is bundled from other projects is there."""
    return _STATIC.joinpath("built", name).is_file()


@cache
def third_party() -> tuple[dict[str, str], ...]:
    """Return name, version, license and address of each bundled project; none if none is built."""
    if not is_built("third-party.json"):
        return ()
    return tuple(orjson.loads(_STATIC.joinpath("built", "third-party.json").read_bytes()))


def editor_link(query: str, reading: str = "") -> str:
    """Return the address of the editor with a query in it."""
    given = {"query": query, "reading": reading}
    return "/query?" + urlencode({name: value for name, value in given.items() if value})


ENVIRONMENT: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("licet_service"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
cast("dict[str, Any]", ENVIRONMENT.globals).update(
    asset=asset,
    compact=addresses.compact,
    editor_link=editor_link,
    href=addresses.href,
    path_of=addresses.path_of,
    urlencode=urlencode,
    is_built=is_built,
)
_FILTERS: dict[str, Any] = ENVIRONMENT.filters
_FILTERS.update(
    begun=words.begun,
    count=words.count,
    number=words.number,
    day=words.day,
    relation=words.relation,
)


def page(template: str, **context: Any) -> bytes:
    """Return a page as HTML; whatever comes from the graph is shown as text."""
    return ENVIRONMENT.get_template(template).render(**context).encode()


def html(
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """Return a page as a response."""
    sent = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, **(headers or {})}
    return Response(page(template, **context), status, sent, media_type="text/html")


def problem_page(error: LicetError) -> Response:
    """Return a problem as a page, with the status that programs get too."""
    problem = problems.of_licet(error)
    status, title = problems.KINDS[problem.kind]
    return html(
        "problem.html",
        status=status,
        headers=problem.headers,
        title=title,
        detail=problem.detail,
    )
