"""The task that explains a work, for the service and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from licet_ontology.errors import UsageError
from licet_ontology.terms import DEFAULT_READING, work_iri
from licet_reasoning.explain import ANCESTORS_LISTED, Explainer
from licet_reasoning.explanation_rdf import FORMATS, explanation_rdf
from licet_reasoning.quotient import compile_reading
from licet_reasoning.spelling import meant
from licet_service.report import explanation_json, explanation_lines
from licet_service.work_names import key_of

if TYPE_CHECKING:
    from licet_reasoning.explanation import Explanation
    from licet_service.dataset import OpenSnapshot

EXPLANATION_FORMATS = ("text", "json", *FORMATS)
MAX_ANCESTORS_LISTED = 1_000
"""Works listed at most that impose one term, whatever is asked for."""


def explain(
    opened: OpenSnapshot,
    work: str,
    reading: str = DEFAULT_READING,
    *,
    finding: str = "",
    clause: str = "",
    ancestors: int = ANCESTORS_LISTED,
    format: str = "json",
) -> Any:
    """Return why clauses bind a work and findings hold: JSON values, or a text in other formats.

    Args:
        opened: The snapshot.
        work: ``owner/name``, ``datasets/owner/name`` or ``services/app``.
        reading: The reading of contested law.
        finding: Only findings of this code.
        clause: Only this clause and the findings that rest on it.
        ancestors: How many works are listed at most that impose one term; how many there are in
            all is said in any case.
        format: One of ``EXPLANATION_FORMATS``.

    Raises:
        UnknownWorkError: The work is not in the graph.
        UsageError: There is no such reading, finding, clause or format.
    """
    if format not in EXPLANATION_FORMATS:
        raise UsageError(f"no format {format!r}: choose one of {', '.join(EXPLANATION_FORMATS)}")
    explanation = explained(
        opened, work, reading, finding=finding, clause=clause, ancestors=ancestors
    )
    if format == "json":
        return explanation_json(explanation)
    if format == "text":
        return "\n".join(explanation_lines(explanation))
    return explanation_rdf(explanation, format)


def explained(
    opened: OpenSnapshot,
    work: str,
    reading: str = DEFAULT_READING,
    *,
    finding: str = "",
    clause: str = "",
    ancestors: int = ANCESTORS_LISTED,
) -> Explanation:
    """Return the explanation of a work; arguments are those of ``explain``."""
    if not 1 <= ancestors <= MAX_ANCESTORS_LISTED:
        raise UsageError(f"ancestors must be from 1 to {MAX_ANCESTORS_LISTED}")
    opened.see(reading)
    iri = work_iri(*meant(opened.store, opened.snapshot.index, key_of(work)))
    explainer = Explainer(opened.store, compile_reading(reading), ancestors=ancestors)
    return explainer.explain(iri, code=finding, clause=clause)
