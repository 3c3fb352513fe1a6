"""Which format to answer in: the Accept header of RFC 9110 and ``format=`` in the address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.requests import Request


@dataclass(frozen=True)
class Representation:
    """A format on offer.

    Attributes:
        name: Its value of ``format=``.
        media_types: What it is sent as: the first, unless a client asks for another by name.
        iri: Of the format, in the W3C's list; none where that has none.
        aliases: Other values of ``format=`` that clients send for it.
    """

    name: str
    media_types: tuple[str, ...]
    iri: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """A format, and the media type to send it as."""

    representation: Representation
    media_type: str


_FORMATS: Final = "http://www.w3.org/ns/formats/"
_XML: Final = ("application/xml", "text/xml")
_JSON: Final = ("application/json", "text/json", "text/javascript", "application/javascript")

RESULTS: Final = (
    Representation(
        "json",
        ("application/sparql-results+json", *_JSON),
        _FORMATS + "SPARQL_Results_JSON",
        ("srj", "sparql-results+json"),
    ),
    Representation(
        "xml",
        ("application/sparql-results+xml", *_XML),
        _FORMATS + "SPARQL_Results_XML",
        ("srx", "sparql-results+xml"),
    ),
    Representation("csv", ("text/csv", "application/csv"), _FORMATS + "SPARQL_Results_CSV"),
    Representation("tsv", ("text/tab-separated-values",), _FORMATS + "SPARQL_Results_TSV"),
)
"""The formats of the results of SELECT and ASK."""

GRAPHS: Final = (
    Representation(
        "turtle",
        ("text/turtle", "application/turtle", "application/x-turtle", "text/n3", "text/rdf+n3"),
        _FORMATS + "Turtle",
        ("ttl", "n3"),
    ),
    Representation(
        "json-ld", ("application/ld+json", *_JSON), _FORMATS + "JSON-LD", ("jsonld", "json")
    ),
    Representation(
        "nt",
        ("application/n-triples", "text/plain"),
        _FORMATS + "N-Triples",
        ("n-triples", "ntriples", "text"),
    ),
    Representation(
        "rdf", ("application/rdf+xml", *_XML), _FORMATS + "RDF_XML", ("rdf+xml", "rdfxml", "xml")
    ),
    # Some clients ask for it first, and a graph is a dataset with nothing but a default graph.
    Representation("nq", ("application/n-quads",), _FORMATS + "N-Quads", ("n-quads", "nquads")),
)
"""The formats of RDF graphs."""

HTML: Final = Representation("html", ("text/html", "application/xhtml+xml"), aliases=("htm",))
PLAIN_JSON: Final = Representation("json", _JSON)
PAGES: Final = (*GRAPHS, HTML)
"""The formats of the description of a resource; a client that names none gets RDF."""

FORMAT_PARAMETERS: Final = ("format", "output", "results", "accept")
"""Parameters by which clients of SPARQL services ask for a format."""

_REMEMBERED_CHARS: Final = 500
_PART = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_QUALITY = re.compile(r";\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|\Z)", re.IGNORECASE)


def choose(
    offers: Sequence[Representation], accept: str | None, wanted: Iterable[str] = ()
) -> Choice | None:
    """Return the best of some formats for a client, or None where it accepts none of them.

    Args:
        offers: The formats, best first.
        accept: The Accept header.
        wanted: Values of ``format=`` and the like, which go before the header. One that names
            no format on offer is passed over, since clients send the same for every query.
    """
    asked = tuple(offers), accept or "", tuple(wanted)
    # Few clients differ in what they send, and those that send much are not remembered.
    is_short = len(asked[1]) + sum(map(len, asked[2])) < _REMEMBERED_CHARS
    return _choose(*asked) if is_short else _choose.__wrapped__(*asked)


@lru_cache(maxsize=1_024)
def _choose(
    offers: tuple[Representation, ...], accept: str, wanted: tuple[str, ...]
) -> Choice | None:
    for value in wanted:
        # A plus sign in an address means a space unless it is escaped.
        name = value.strip().lower().replace(" ", "+")
        for offer in offers:
            if name == offer.name or name in offer.aliases or name in offer.media_types:
                return Choice(offer, name if name in offer.media_types else offer.media_types[0])
    ranges = _ranges(accept)
    if not ranges:
        return Choice(offers[0], offers[0].media_types[0])
    best: tuple[tuple[float, int], Choice] | None = None
    for offer in offers:
        for media_type in offer.media_types:
            quality, precision = _rating(media_type, ranges)
            if quality and (best is None or (quality, precision) > best[0]):
                best = (quality, precision), Choice(offer, media_type)
    return best[1] if best else None


def _ranges(accept: str) -> dict[str, float]:
    """Return the quality of each media range; what is no range is passed over."""
    ranges: dict[str, float] = {}
    for part in _PART.findall(accept):
        media_range = part.split(";", 1)[0].strip().lower()
        media_range = "*/*" if media_range == "*" else media_range
        if media_range.count("/") == 1:
            quality = _QUALITY.search(part)
            q = float(quality[1]) if quality else 1.0
            ranges[media_range] = max(q, ranges.get(media_range, 0.0))
    return ranges


def _rating(media_type: str, ranges: dict[str, float]) -> tuple[float, int]:
    """Return the quality of a media type, from the narrowest range it is in, and how narrow."""
    kind = media_type.partition("/")[0]
    for precision, media_range in ((2, media_type), (1, f"{kind}/*"), (0, "*/*")):
        if media_range in ranges:
            return ranges[media_range], precision
    return 0.0, 0


def negotiate(request: Request, offers: Sequence[Representation]) -> Choice:
    """Return the best of some formats for a request.

    Raises:
        ProblemError: The client accepts none of them.
    """
    query = request.query_params.multi_items()
    wanted = [value for name, value in query if name in FORMAT_PARAMETERS]
    choice = choose(offers, accept_of(request), wanted)
    if choice is None:
        raise ProblemError("not-acceptable", f"There is {listed(offers)}.")
    return choice


def alternates(
    request: Request, choice: Choice, offers: Sequence[Representation]
) -> dict[str, str]:
    """Return the headers that say which format was chosen and where the others are."""
    kept = [(n, v) for n, v in request.query_params.multi_items() if n not in FORMAT_PARAMETERS]
    path = quote(request.scope["path"], safe="/+:@")

    def address(offer: Representation) -> str:
        return f"{path}?{urlencode([*kept, ('format', offer.name)])}"

    links = [
        f'<{address(offer)}>; rel="alternate"; type="{offer.media_types[0]}"'
        for offer in offers
        if offer is not choice.representation
    ]
    return {
        "Content-Location": address(choice.representation),
        "Link": ", ".join(links),
        "Vary": "Accept",
    }


def accept_of(request: Request) -> str | None:
    """Return the Accept header of a request; several are one."""
    return ", ".join(request.headers.getlist("accept")) or None


def listed(offers: Iterable[Representation]) -> str:
    """Return the media types on offer, for the detail of a problem."""
    return ", ".join(offer.media_types[0] for offer in offers)
