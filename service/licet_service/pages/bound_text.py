"""A saved query as text with its parameters filled in, for whoever goes on from it in the editor.

The service itself binds by substitution and never by text. Here the text is the product: it is
shown, edited and sent back as a query like any other. So values are written as whole terms, in
place of whole tokens, and only if they are IRIs or strings that need no guessing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licet_service.evaluation import Term

_TOKEN = re.compile(
    r"""(?P<skip>\#[^\n]*|<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |[?$](?P<variable>\w+)
    |(?P<open>[({])|(?P<close>[)}])
    |\b(?P<keyword>SELECT|WHERE|GROUP|ORDER|HAVING|LIMIT|OFFSET|VALUES|FROM)\b""",
    re.VERBOSE | re.IGNORECASE,
)


def bound_text(text: str, values: Mapping[str, Term]) -> str:
    """Return a query with variables replaced by terms; its header of comments is left out.

    A variable that a SELECT lists becomes ``(term AS ?variable)``, and one that it groups or
    orders by ``(term)``, as the grammar asks for; elsewhere it becomes the term.
    """
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#+"))
    parts: list[str] = []
    clauses = [""]  # of each open bracket, the clause in which it stands
    at = 0
    for match in _TOKEN.finditer(body):
        parts.append(body[at : match.start()])
        at = match.end()
        if match["open"]:
            clauses.append("" if match["open"] == "{" else "(")
        elif match["close"] and len(clauses) > 1:
            clauses.pop()
        elif keyword := (match["keyword"] or "").upper():
            clauses[-1] = keyword if clauses[-1] != "(" else "("
        elif (name := match["variable"]) in values:
            parts.append(_in_place(written(values[name]), name, clauses[-1]))
            continue
        if match["open"] == "{":
            # What follows the braces of a SELECT is no longer its list.
            clauses[-2] = "" if clauses[-2] != "(" else "("
        parts.append(match[0])
    return "".join([*parts, body[at:]]).strip() + "\n"


def _in_place(term: str, name: str, clause: str) -> str:
    match clause:
        case "SELECT":
            return f"({term} AS ?{name})"
        case "GROUP" | "ORDER":
            return f"({term})"
        case _:
            return term


def written(term: Term) -> str:
    """Return a term as SPARQL writes it."""
    if term["type"] == "uri":
        return f"<{re.sub(_NOT_IN_IRI, _percent, term['value'])}>"
    escaped = "".join(_ESCAPES.get(character, character) for character in term["value"])
    return f'"{escaped}"'


_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _percent(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):02X}"
