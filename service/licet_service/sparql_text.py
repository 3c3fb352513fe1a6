"""The text of a SPARQL query, for servers that only take text: its form, and values put into it.

Words are told from strings, IRIs, names and comments by the tokens of SPARQL 1.1, section 19.8.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from licet_ontology.errors import UsageError
from licet_ontology.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from licet_service.evaluation import Term

FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_TOKEN: Final = re.compile(
    r"""
      (?P<comment>\#[^\n\r]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>'''(?:'{0,2}(?:[^'\\]|\\.))*''' | \"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"
        | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*")
    | (?P<variable>[?$]\w+)
    | (?P<name>[^\W\d_][\w.-]*:(?:[\w:.%-]|\\.)* | :(?:[\w:.%-]|\\.)* | _:[\w.-]+ | @[\w-]+)
    | (?P<word>[^\W\d]\w*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_GROUPS: Final = {"GROUP", "ORDER"}
_AFTER_GROUPS: Final = {"HAVING", "LIMIT", "OFFSET", "VALUES"}


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and text of each token; together they are the text."""
    for match in _TOKEN.finditer(text):
        yield str(match.lastgroup), match[0]


def _words(text: str) -> list[str]:
    """Return the keywords of a query, escapes of characters resolved, as a parser would."""
    plain = _ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), text)
    return [token.upper() for kind, token in _tokens(plain) if kind == "word"]


def form_of(text: str) -> str:
    """Return which of ``FORMS`` a query is of.

    Raises:
        UsageError: It is of none, such as an update, or calls another service.
    """
    words = _words(text)
    if "SERVICE" in words:
        raise UsageError("the query calls another service by SERVICE, which is refused")
    first = next((word for word in words if word not in {"PREFIX", "BASE"}), "")
    if first not in FORMS:
        raise UsageError(f"a query begins with one of {', '.join(FORMS)}, not with {first!r}")
    return first


def names_dataset(text: str) -> bool:
    """Tell whether a query says itself which graphs it is about."""
    return "FROM" in _words(text)


def with_prefixes(text: str) -> str:
    """Return a query that may use Licet's prefixes; its own go before them."""
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items()) + text


def with_values(text: str, values: Mapping[str, Term]) -> str:
    """Return a query in which terms stand for variables.

    Where a term alone may not stand, it does so in brackets: with the variable's name in what
    is selected, without it where groups and order are said.
    """
    written = {name: serialized(term) for name, term in values.items()}
    selecting = grouping = False
    depth = 0
    made: list[str] = []
    for kind, token in _tokens(text):
        if kind == "word":
            word = token.upper()
            selecting = word == "SELECT" or (selecting and word not in {"WHERE", "FROM"})
            grouping = word in _GROUPS or (grouping and word not in _AFTER_GROUPS)
        elif token in {"{", "}"}:
            selecting = grouping = False
        elif selecting:
            depth += {"(": 1, ")": -1}.get(token, 0)
        name = token[1:] if kind == "variable" else ""
        if name not in written:
            made.append(token)
        elif grouping:
            made.append(f"({written[name]})")
        elif selecting and depth == 0:
            made.append(f"({written[name]} AS ?{name})")
        else:
            made.append(written[name])
    return "".join(made)


def serialized(term: Term) -> str:
    """Return a term as SPARQL writes it.

    Raises:
        UsageError: It is an IRI with a character that none may hold.
    """
    if term["type"] != "uri":
        from licet_ingest.nquads import literal  # pyarrow comes along, which hardly anybody needs

        return literal(term["value"])
    if re.search(r'[<>"{}|^`\\\x00-\x20]', term["value"]):
        raise UsageError(f"{term['value']!r} is no IRI")
    return f"<{term['value']}>"
