"""Questions on the statistics of a reading: which slice of the cube, and the SPARQL that reads it.

The cube holds works counted by some combinations of dimensions and not by all. Where filters ask
for a combination that nobody counted, there is no question, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from licet_ontology.terms import BASE, NS
from licet_reasoning.metric_codes import ANY_ERROR
from licet_service.evaluation import iri
from licet_service.pages.bound_text import written

if TYPE_CHECKING:
    from collections.abc import Mapping

STATISTICS: Final = f"{BASE}statistics/"
DIMENSIONS: Final = ("relation", "license", "year", "month", "author", "downloads")
"""By which noncompliance is counted, in the order in which slices are named after them."""
POINTING_CODES: Final = frozenset({"license-type-mismatch"})
"""Metrics that point something out and find no term violated."""
_BY_METRIC: Final = (
    *((), ("relation",), ("license",), ("year",), ("month",), ("author",), ("downloads",)),
    *(("relation", "year"), ("relation", "license"), ("license", "year")),
)
"""Combinations that are counted for each metric."""
_OF_ANY_ERROR: Final = (
    *(("relation", "downloads"), ("year", "downloads"), ("relation", "month")),
    *(("relation", "author"), ("year", "author"), ("license", "month")),
    *(("license", "author"), ("license", "downloads")),
)
"""Combinations that are counted for all terms together alone."""

_PREFIXES: Final = """\
PREFIX licet: <https://w3id.org/licet/ns#>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


@dataclass(frozen=True)
class Cut:
    """A slice of the noncompliance data.

    Attributes:
        name: Of the slice.
        free: Its dimensions that vary.
        has_metric: Whether it counts each metric, or all terms together alone.
    """

    name: str
    free: tuple[str, ...]
    has_metric: bool


def cut(dimensions: set[str], *, metric: bool = True) -> Cut | None:
    """Return the slice that counts by these dimensions, or nothing if none does.

    Args:
        dimensions: By what.
        metric: Whether each metric must be counted.
    """
    free = tuple(name for name in DIMENSIONS if name in dimensions)
    name = f"by-{'-and-'.join(free)}" if free else "overall"
    if free in _BY_METRIC:
        return Cut(name, free, has_metric=True)
    if free in _OF_ANY_ERROR and not metric:
        return Cut(f"{ANY_ERROR}-{name}", free, has_metric=False)
    return None


def slice_iri(reading: str, dataset: str, name: str) -> str:
    """Return the IRI of a slice."""
    return f"{STATISTICS}dataset/{reading}/{dataset}/{name}"


def noncompliance(reading: str, of: Cut, fixed: Mapping[str, str], metric: str = "") -> str:
    """Return the query of a slice, with some dimensions and perhaps the metric fixed.

    Args:
        reading: Whose statistics.
        of: The slice.
        fixed: IRIs of the wanted values, by dimension.
        metric: The wanted metric; without it, all.
    """
    shown = [name for name in of.free if name not in fixed]
    lines = [f"{_ref(slice_iri(reading, 'noncompliance', of.name))} qb:observation ?cell ."]
    lines += [f"?cell licet:by{name.capitalize()} {_ref(fixed[name])} ." for name in fixed]
    lines += [f"?cell licet:by{name.capitalize()} ?{name} ." for name in shown]
    if of.has_metric and metric:
        lines.append(f"?cell licet:metric {_ref(metric_iri(metric))} .")
    elif of.has_metric:
        lines.append("?cell licet:metric ?counted . ?counted skos:notation ?metric .")
        lines.append("OPTIONAL { ?counted rdfs:label ?label }")
    lines.append(
        "?cell licet:noncompliant ?noncompliant ; licet:checked ?checked ; "
        "licet:undetermined ?undetermined ."
    )
    named = ["?metric", "?label"] if of.has_metric and not metric else []
    variables = [*named, *(f"?{name}" for name in shown)]
    return _query([*variables, "?noncompliant", "?checked", "?undetermined"], lines, variables)


def flows(reading: str, relation: str) -> str:
    """Return the query of works by their license and that of what they were made from."""
    name = relation.rpartition("#")[2] or "all-relations"
    return _query(
        ["?from", "?to", "?works", "?noncompliant"],
        [
            f"{_ref(slice_iri(reading, 'flows', name))} qb:observation ?cell .",
            "?cell licet:fromTerms ?from ; licet:toTerms ?to ; licet:workCount ?works ; "
            "licet:noncompliant ?noncompliant .",
        ],
        ["DESC(?works)", "?from", "?to"],
    )


def unknowns(reading: str, fixed: Mapping[str, str]) -> str:
    """Return the query of works by why terms are not known."""
    by = next((name for name in ("relation", "year") if name in fixed), "cause")
    lines = [
        f"{_ref(slice_iri(reading, 'unknowns', f'by-{by}'))} qb:observation ?cell .",
        "?cell licet:byCause ?cause ; licet:byOrigin ?origin ; licet:workCount ?works .",
        "OPTIONAL { ?cause rdfs:label ?label }",
    ]
    if by in fixed:
        lines.insert(1, f"?cell licet:by{by.capitalize()} {_ref(fixed[by])} .")
    return _query(
        ["?cause", "?label", "?origin", "?works"], lines, ["DESC(?works)", "?cause", "?origin"]
    )


def inherited(reading: str) -> str:
    """Return the query of the clauses that most works inherit."""
    return _query(
        ["?clause", "?label", "?license", "?works"],
        [
            f"{_ref(slice_iri(reading, 'inherited', 'by-clause'))} qb:observation ?cell .",
            "?cell licet:byClause ?clause ; licet:workCount ?works .",
            "?clause a ?kind . ?kind rdfs:subClassOf licet:Prohibition .",
            "?license licet:hasClause ?clause .",
            "OPTIONAL { ?clause rdfs:label ?label }",
        ],
        ["DESC(?works)", "?clause", "?license"],
        limit=20,
    )


def roots(reading: str, limit: int) -> str:
    """Return the query of the models with the most noncompliant descendants."""
    return _query(
        ["?root", "?descendants", "?noncompliant", "?againstItsTerms", "?undetermined"],
        [
            f"{_ref(slice_iri(reading, 'roots', 'models'))} qb:observation ?cell .",
            "?cell licet:byRoot ?root ; licet:descendantCount ?descendants ; "
            "licet:noncompliant ?noncompliant ; licet:undetermined ?undetermined ; "
            "licet:againstItsTerms ?againstItsTerms .",
        ],
        ["DESC(?noncompliant)", "DESC(?descendants)", "?root"],
        limit=limit,
    )


def depth(reading: str) -> str:
    """Return the query of works by the depth of their lineage."""
    return _query(
        ["?depth", "?works", "?noncompliant", "?undetermined"],
        [
            f"?cell qb:dataSet {_ref(f'{STATISTICS}dataset/{reading}/depth')} .",
            "?cell licet:byDepth/skos:notation ?depth ; licet:workCount ?works ; "
            "licet:noncompliant ?noncompliant ; licet:undetermined ?undetermined .",
        ],
        ["?depth"],
    )


def choices(reading: str) -> str:
    """Return the query of all values that filters may take."""
    by_license = _ref(slice_iri(reading, "noncompliance", "by-license"))
    by_relation = _ref(slice_iri(reading, "noncompliance", "by-relation"))
    schemes = " ".join(_ref(STATISTICS + name) for name in ("year", "author", "downloads"))
    body = f"""\
  {{ SELECT DISTINCT ("license" AS ?of) ?value WHERE {{
      {by_license} qb:observation/licet:byLicense ?value }} }}
  UNION {{ SELECT DISTINCT ("relation" AS ?of) ?value WHERE {{
      {by_relation} qb:observation/licet:byRelation ?value }} }}
  UNION {{ VALUES ?scheme {{ {schemes} }}
    ?value skos:inScheme ?scheme .
    BIND(REPLACE(STR(?scheme), "^.*/", "") AS ?of) }}
  OPTIONAL {{ ?value skos:notation ?notation }}
  OPTIONAL {{ ?value rdfs:label ?label }}"""
    return (
        f"{_PREFIXES}SELECT ?of ?value ?notation ?label WHERE {{\n{body}\n}}\nORDER BY ?of ?value\n"
    )


def metric_iri(metric: str) -> str:
    """Return the IRI of a metric, of which ``metric`` is the notation."""
    return f"{STATISTICS}metric/" + metric.replace(", ", "-").replace(" (upstream)", "-upstream")


def _ref(value: str) -> str:
    return written(iri(value))


def _query(variables: list[str], lines: list[str], order: list[str], limit: int = 0) -> str:
    body = "\n".join(f"  {line}" for line in lines)
    ordered = f"ORDER BY {' '.join(order)}\n" if order else ""
    cut_at = f"LIMIT {limit}\n" if limit else ""
    return f"{_PREFIXES}SELECT {' '.join(variables)} WHERE {{\n{body}\n}}\n{ordered}{cut_at}"


TOTAL: Final = NS + "total"
ABSENT: Final = NS + "absent"
REMAINDER: Final = NS + "remainder"
