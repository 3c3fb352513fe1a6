"""SPDX license expressions: which licenses apply together, and among which there is a choice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from licet_ontology import modules
from licet_ontology.errors import UsageError
from licet_ontology.names import license_named
from licet_ontology.nodes import text_of
from licet_ontology.terms import DCTERMS

MAX_CHARS = 500
MAX_NAMES = 12
"""More names of licenses are refused: the choices may double with each two of them."""

_OPERATOR = re.compile(r"[\s()](?:AND|OR|WITH)[\s()]")
_OR_LATER = re.compile(r"(?:-or-later|\+)\Z", re.IGNORECASE)
_ONLY = re.compile(r"-only\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Expression:
    """What a license expression offers to whoever receives the work.

    Attributes:
        alternatives: The choices; in each, IRIs of licenses that all apply, sorted.
        unread: Names and exceptions in it of which the catalogue knows nothing, sorted.
    """

    alternatives: tuple[tuple[str, ...], ...]
    unread: tuple[str, ...] = ()

    @property
    def licenses(self) -> tuple[str, ...]:
        """Return the IRIs of all licenses in it, sorted."""
        return tuple(sorted({iri for all_of in self.alternatives for iri in all_of}))

    def keeps_to(self, accepted: frozenset[str]) -> bool | None:
        """Tell whether a work offered so is, whole, under a license that a duty accepts.

        Every alternative must hold one: who receives the work may take any of them. ``None``
        where that depends on a license or an exception of which nothing is known.

        Args:
            accepted: IRIs of licenses that a share-alike or pass-through clause accepts.
        """
        if self.unread:
            return None
        return all(accepted.intersection(all_of) for all_of in self.alternatives)


def is_expression(text: str) -> bool:
    """Tell whether a text is written as an expression and not as the name of one license."""
    return len(text) <= MAX_CHARS and bool(_OPERATOR.search(text) or _OR_LATER.search(text.strip()))


def parse_expression(text: str) -> Expression:
    """Return what an SPDX license expression offers.

    ``X-or-later`` and ``X+`` offer each later version that the catalogue holds. An exception
    is a text of its own that nobody has read: its effect is unknown.

    Raises:
        UsageError: The text is too long, names too many licenses, or is no expression.
    """
    if len(text) > MAX_CHARS:
        raise UsageError(f"a license expression of more than {MAX_CHARS} characters is not read")
    # Few works are under an expression, and every check of a repository would import it.
    from boolean import ParseError
    from license_expression import ExpressionError, Licensing

    licensing = Licensing()
    try:
        parsed = licensing.parse(text)
    except (ExpressionError, ParseError) as error:
        raise UsageError(f"{text!r} is no SPDX license expression: {error}") from error
    if parsed is None:
        raise UsageError("an empty text is no SPDX license expression")
    if len(parsed.get_literals()) > MAX_NAMES:
        raise UsageError(f"a license expression with more than {MAX_NAMES} names is not read")
    unread: set[str] = set()
    alternatives: set[tuple[str, ...]] = set()
    for choice in _parts(licensing.dnf(parsed), licensing.OR):
        versions = [_versions(symbol, unread) for symbol in _parts(choice, licensing.AND)]
        taken = product(*(found for found in versions if found))
        alternatives |= {tuple(sorted(set(licenses))) for licenses in taken}
    return Expression(tuple(sorted(alternatives - {()})), tuple(sorted(unread)))


def _parts(expression: Any, operator: Any) -> tuple[Any, ...]:
    return tuple(expression.args) if isinstance(expression, operator) else (expression,)


def _versions(symbol: Any, unread: set[str]) -> tuple[str, ...]:
    """Return the licenses that one name offers a choice of; note what nothing is known of."""
    if exception := getattr(symbol, "exception_symbol", None):  # of a ``WITH``
        unread.add(exception.key)
        symbol = symbol.license_symbol
    exact = license_named(symbol.key) or license_named(_ONLY.sub("", symbol.key))
    if exact is not None:
        return (exact,)
    earliest = license_named(_OR_LATER.sub("", symbol.key))
    if earliest is None or not _OR_LATER.search(symbol.key):
        unread.add(symbol.key)
        return ()
    versions = [earliest]
    for version in versions:
        versions += _later_versions().get(version, [])
    return tuple(versions)


@cache
def _later_versions() -> dict[str, list[str]]:
    """Return from the IRI of a license to those of the versions that followed it."""
    following: dict[str, list[str]] = {}
    for t in modules.catalogue():
        if t.predicate.value == DCTERMS + "isReplacedBy":
            following.setdefault(text_of(t.subject), []).append(text_of(t.object))
    return following
