"""Values for the parameters of saved queries, typed and validated, as terms to be substituted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet_ingest.identifiers import id_fault
from licet_ontology.errors import UsageError
from licet_ontology.reading_names import readings
from licet_ontology.terms import license_iri, work_iri
from licet_service.evaluation import iri, literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licet_queries.library import Parameter, SavedQuery
    from licet_service.evaluation import Term


def bound(query: SavedQuery, values: Mapping[str, str]) -> dict[str, Term]:
    """Return terms for the parameters of a saved query.

    Raises:
        UsageError: A parameter is missing, unknown or not of its type.
    """
    unknown = set(values) - {parameter.name for parameter in query.parameters}
    if unknown:
        raise UsageError(f"query {query.name} has no parameter {', '.join(sorted(unknown))}")
    missing = [p.name for p in query.parameters if p.name not in values]
    if missing:
        raise UsageError(f"query {query.name} needs a value for {', '.join(missing)}")
    return {p.name: _term(p, values[p.name]) for p in query.parameters}


def _term(parameter: Parameter, value: str) -> Term:
    match parameter.type:
        case "model" | "dataset":
            if reason := id_fault(value):
                raise UsageError(f"{parameter.name}: {value!r} {reason}")
            return iri(work_iri(parameter.type, value))
        case "license":
            return iri(license_iri(value))
        case "reading" if value not in readings():
            raise UsageError(f"no reading named {value!r}: choose one of {', '.join(readings())}")
        case _:
            return literal(value)
