"""Questions on the statistics of a reading: which slice of the cube, and the SPARQL that reads it.

The cube holds works counted by some combinations of dimensions and not by all. Where filters ask
for a combination that nobody counted, there is no question, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from licet_ontology.terms import BASE, GRAPH_LICENSES, GRAPH_ONTOLOGY, NS, reading_graphs
from licet_reasoning.metric_codes import ANY_ERROR
from licet_service.evaluation import iri
from licet_service.pages.bound_text import written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


@dataclass(frozen=True)
class Period:
    """Months from one to another, both included, as ``2025-01``; an empty end is open."""

    first: str = ""
    last: str = ""

    def __bool__(self) -> bool:
        return bool(self.first or self.last)

    @property
    def dimension(self) -> str:
        """By what works must be counted: by year if it begins and ends with one, else by month."""
        whole = self.first[4:] in {"", "-01"} and self.last[4:] in {"", "-12"}
        return "year" if whole else "month"

    def lines(self, dimension: str) -> list[str]:
        """Return what keeps the cells of a slice that are in the period."""
        digits = len("2025" if dimension == "year" else "2025-01")
        within = [
            f'?when {compared} "{end[:digits]}"'
            for compared, end in ((">=", self.first), ("<=", self.last))
            if end
        ]
        return [
            f"?cell licet:by{dimension.capitalize()}/skos:notation ?when .",
            f"FILTER ({' && '.join(within)})",
        ]


ALWAYS: Final = Period()


def noncompliance(
    reading: str,
    of: Cut,
    fixed: Mapping[str, str],
    metric: str = "",
    *,
    period: Period = ALWAYS,
    along: str = "",
) -> str:
    """Return the query of a slice, with some dimensions and perhaps the metric fixed.

    Args:
        reading: Whose statistics.
        of: The slice.
        fixed: IRIs of the wanted values, by dimension.
        metric: The wanted metric; without it, all.
        period: When the works were published.
        along: By what time works are told apart; over a period they are added up otherwise.
    """
    time = along or (period.dimension if period else "")
    added_up = bool(period) and not along
    shown = [name for name in of.free if name not in fixed and not (added_up and name == time)]
    lines = [f"{_ref(slice_iri(reading, 'noncompliance', of.name))} qb:observation ?cell ."]
    lines += [f"?cell licet:by{name.capitalize()} {_ref(fixed[name])} ." for name in fixed]
    lines += [f"?cell licet:by{name.capitalize()} ?{name} ." for name in shown]
    lines += period.lines(time) if period else []
    if of.has_metric and metric:
        lines.append(f"?cell licet:metric {_ref(metric_iri(metric))} .")
    elif of.has_metric:
        lines.append("?cell licet:metric ?counted . ?counted skos:notation ?metric .")
        lines.append("OPTIONAL { ?counted rdfs:label ?label }")
    named = ["?metric", "?label"] if of.has_metric and not metric else []
    variables = [*named, *(f"?{name}" for name in shown)]
    measures = ("noncompliant", "checked", "undetermined")
    prefix = "n_" if added_up else ""
    lines.append("?cell " + " ; ".join(f"licet:{m} ?{prefix}{m}" for m in measures) + " .")
    counts = [f"(SUM(?n_{m}) AS ?{m})" if added_up else f"?{m}" for m in measures]
    groups = variables if added_up else []
    return _query(reading, [*variables, *counts], lines, variables, groups=groups)


def flows(reading: str, relation: str, license_: str = "") -> str:
    """Return the query of works by their license and that of what they were made from.

    Args:
        reading: Whose statistics.
        relation: IRI of the relation between both; without it, any.
        license_: IRI of a license that one of both has; without it, any.
    """
    name = relation.rpartition("#")[2] or "all-relations"
    either = f"FILTER (?from = {_ref(license_)} || ?to = {_ref(license_)})" if license_ else ""
    return _query(
        reading,
        ["?from", "?to", "?works", "?noncompliant"],
        [
            f"{_ref(slice_iri(reading, 'flows', name))} qb:observation ?cell .",
            "?cell licet:fromTerms ?from ; licet:toTerms ?to ; licet:workCount ?works ; "
            "licet:noncompliant ?noncompliant .",
            *filter(None, [either]),
        ],
        ["DESC(?works)", "?from", "?to"],
    )


def unknowns(reading: str, fixed: Mapping[str, str], period: Period = ALWAYS) -> str:
    """Return the query of works by why terms are not known: of a relation, or of whole years."""
    years = bool(period) and period.dimension == "year"
    by = "relation" if "relation" in fixed else "year" if years else "cause"
    lines = [
        f"{_ref(slice_iri(reading, 'unknowns', f'by-{by}'))} qb:observation ?cell .",
        "?cell licet:byCause ?cause ; licet:byOrigin ?origin ; licet:workCount ?counted .",
    ]
    if by in fixed:
        lines.insert(1, f"?cell licet:by{by.capitalize()} {_ref(fixed[by])} .")
    if by == "year":
        lines += period.lines(by)
    return _query(
        reading,
        ["?cause", "?label", "?origin", "(SUM(?counted) AS ?works)"],
        lines,
        ["DESC(?works)", "?cause", "?origin"],
        beside=["OPTIONAL { ?cause rdfs:label ?label }"],
        groups=["?cause", "?label", "?origin"],
    )


def inherited(reading: str) -> str:
    """Return the query of the clauses that most works inherit."""
    return _query(
        reading,
        ["?clause", "?label", "?license", "?works"],
        [
            f"{_ref(slice_iri(reading, 'inherited', 'by-clause'))} qb:observation ?cell .",
            "?cell licet:byClause ?clause ; licet:workCount ?works .",
        ],
        ["DESC(?works)", "?clause", "?license"],
        beside=[
            f"GRAPH {_ref(GRAPH_LICENSES)} {{ ?clause a ?kind ; rdfs:label ?label }}",
            f"GRAPH {_ref(GRAPH_ONTOLOGY)} {{ ?kind rdfs:subClassOf licet:Prohibition }}",
            f"GRAPH {_ref(reading_graphs(reading)[0])} {{ ?license licet:hasClause ?clause }}",
        ],
        limit=20,
    )


def roots(reading: str, limit: int) -> str:
    """Return the query of the models with the most noncompliant descendants."""
    return _query(
        reading,
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
        reading,
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
    schemes = " ".join(_ref(STATISTICS + name) for name in ("month", "author", "downloads"))
    return _query(
        reading,
        ["?of", "?value", "?notation"],
        [
            '{ SELECT DISTINCT ("license" AS ?of) ?value WHERE { '
            f"{by_license} qb:observation/licet:byLicense ?value }} }}",
            'UNION { SELECT DISTINCT ("relation" AS ?of) ?value WHERE { '
            f"{by_relation} qb:observation/licet:byRelation ?value }} }}",
            f"UNION {{ VALUES ?scheme {{ {schemes} }} ?value skos:inScheme ?scheme .",
            '  BIND(REPLACE(STR(?scheme), "^.*/", "") AS ?of) }',
            "OPTIONAL { ?value skos:notation ?notation }",
        ],
        ["?of", "?value"],
    )


def metric_iri(metric: str) -> str:
    """Return the IRI of a metric, of which ``metric`` is the notation."""
    return f"{STATISTICS}metric/" + metric.replace(", ", "-").replace(" (upstream)", "-upstream")


def _ref(value: str) -> str:
    return written(iri(value))


def _query(
    reading: str,
    variables: list[str],
    lines: list[str],
    order: list[str],
    *,
    beside: Sequence[str] = (),
    groups: Sequence[str] = (),
    limit: int = 0,
) -> str:
    """Return a query of the statistics graph.

    Args:
        reading: Whose statistics.
        variables: What is selected.
        lines: What is asked of the statistics graph.
        order: Of the rows.
        beside: What is asked of all graphs.
        groups: What rows are grouped by.
        limit: How many rows at most; 0 for all.
    """
    cells = "\n".join(f"    {line}" for line in lines)
    rest = "".join(f"\n  {line}" for line in beside)
    body = f"  GRAPH {_ref(reading_graphs(reading)[2])} {{\n{cells}\n  }}{rest}"
    grouped = f"GROUP BY {' '.join(groups)}\n" if groups else ""
    ordered = f"ORDER BY {' '.join(order)}\n" if order else ""
    cut_at = f"LIMIT {limit}\n" if limit else ""
    selected = f"SELECT {' '.join(variables)} WHERE {{\n{body}\n}}"
    return f"{_PREFIXES}{selected}\n{grouped}{ordered}{cut_at}"


TOTAL: Final = NS + "total"
ABSENT: Final = NS + "absent"
REMAINDER: Final = NS + "remainder"
