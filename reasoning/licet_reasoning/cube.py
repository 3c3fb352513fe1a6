"""Observations as an RDF Data Cube: structure, code lists, slices and lines; pure.

The cube is in the abbreviated form of "The RDF Data Cube Vocabulary" (2014), section 10: the
dimensions that all observations of a slice share stand on the slice. The normalization of that
section copies them to each observation.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from licet_ingest.nquads import literal
from licet_ontology import modules
from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, DCTERMS, NS, PROV, RDF, RDFS, SKOS, XSD, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

QB: Final = "http://purl.org/linked-data/cube#"
STATISTICS: Final = f"{BASE}statistics/"
TOTAL: Final = term("total")
ABSENT: Final = term("absent")
REMAINDER: Final = term("remainder")

OUTCOMES: Final = ("workCount", "noncompliant", "undetermined")
NONCOMPLIANCE_DIMENSIONS: Final = (
    *("byRelation", "byLicense", "byYear", "byMonth", "byAuthor", "byDownloads"),
)
DATASETS: Final[Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]]] = {
    "noncompliance": (
        "Works by what the rules say of them",
        ("metric", *NONCOMPLIANCE_DIMENSIONS),
        ("noncompliant", "checked", "undetermined"),
    ),
    "terms": (
        "Works by their license, or by why none is known",
        ("byTerms", "byKind", "byYear"),
        OUTCOMES,
    ),
    "flows": (
        "Works by the license of a work that they were made from and their own",
        ("fromTerms", "toTerms", "byRelation"),
        OUTCOMES,
    ),
    "depth": ("Works by the depth of their lineage", ("byDepth",), OUTCOMES),
    "unknowns": (
        "Works by why terms that concern them are not known",
        ("byCause", "byOrigin", "byRelation", "byYear"),
        ("workCount",),
    ),
    "inherited": (
        "Works by the clauses that they inherit",
        ("byClause", "byClauseKind"),
        ("workCount",),
    ),
    "roots": (
        "The works with the most noncompliant descendants",
        ("byRoot", "byKind"),
        ("descendantCount", "noncompliant", "undetermined", "againstItsTerms"),
    ),
    "differences": (
        "Works of which something is said under only one of the cautious and this reading",
        ("byFinding", "byConclusion", "onlyUnder"),
        ("workCount",),
    ),
}
"""Title, dimensions and measures of each data set."""
EXAMPLE: Final = "exampleWork"
"""The attribute of observations that name one of their works."""
CODED: Final = {
    "metric": "metric",
    "byYear": "year",
    "byMonth": "month",
    "byAuthor": "author",
    "byDownloads": "downloads",
    "byDepth": "depth",
    "byOrigin": "origin",
}
"""Dimensions whose values are in a list of codes, and its name; the others name resources."""
_SPECIAL: Final = (TOTAL, ABSENT, REMAINDER)

Rows = tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]


@dataclass(frozen=True)
class Slice:
    """Observations of one data set that share the values of some dimensions.

    Attributes:
        dataset: The name of the data set.
        key: The name of the slices that fix the same dimensions.
        name: The name of the slice.
        fixed: The shared dimensions, by local name, with their values.
        dimensions: The other dimensions.
        rows: Values of these, as IRIs, and of the measures of the data set; sorted.
        examples: IRIs of one of the works of each row; may be empty.
    """

    dataset: str
    key: str
    name: str
    fixed: tuple[tuple[str, str], ...]
    dimensions: tuple[str, ...]
    rows: Rows
    examples: tuple[str, ...] = ()


def metric_iri(metric: str) -> str:
    """Return the IRI of a metric, of which ``metric`` is the notation."""
    slug = metric.replace(", ", "-").replace(" (upstream)", "-upstream")
    return f"{STATISTICS}metric/{slug}"


def cube_lines(
    slices: Iterable[Slice], metrics: Iterable[str], reading: str, snapshot_id: str
) -> Iterator[str]:
    """Yield N-Quads lines of the statistics graph of a reading.

    Args:
        slices: The observations.
        metrics: What they count, as notations.
        reading: Under which they were concluded.
        snapshot_id: Of the snapshot whose works were counted; later ones may keep the counts.
    """
    end = f" <{BASE}graph/statistics/{reading}> .\n"
    given = [one for one in slices if one.rows]
    yield from (line + end for line in _structure(given))
    yield from (line + end for line in _codes(given, metrics))
    for dataset in dict.fromkeys(one.dataset for one in given):
        node = f"<{STATISTICS}dataset/{reading}/{dataset}>"
        yield f"{node} <{RDF}type> <{QB}DataSet>{end}"
        yield f"{node} <{QB}structure> <{STATISTICS}structure/{dataset}>{end}"
        yield f"{node} <{DCTERMS}title> {literal(DATASETS[dataset][0])}@en{end}"
        yield f"{node} <{PROV}wasDerivedFrom> <{BASE}snapshot/{snapshot_id}>{end}"
    for one in given:
        yield from _slice_lines(one, reading, end)


def _slice_lines(one: Slice, reading: str, end: str) -> Iterator[str]:
    dataset = f"<{STATISTICS}dataset/{reading}/{one.dataset}>"
    node = f"<{STATISTICS}dataset/{reading}/{one.dataset}/{one.name}>"
    if one.fixed:
        key = f"<{STATISTICS}structure/{one.dataset}/{one.key}>"
        yield f"{dataset} <{QB}slice> {node}{end}"
        yield f"{node} <{RDF}type> <{QB}Slice>{end}"
        yield f"{node} <{QB}sliceStructure> {key}{end}"
        for dimension, value in one.fixed:
            yield f"{node} <{NS}{dimension}> <{value}>{end}"
    measures = DATASETS[one.dataset][2]
    for number, (values, measured) in enumerate(one.rows, start=1):
        cell = f"<{BASE}observation/{reading}/{one.dataset}/{one.name}/{number}>"
        if one.fixed:
            yield f"{node} <{QB}observation> {cell}{end}"
        yield f"{cell} <{RDF}type> <{QB}Observation>{end}"
        yield f"{cell} <{QB}dataSet> {dataset}{end}"
        for dimension, value in zip(one.dimensions, values, strict=True):
            yield f"{cell} <{NS}{dimension}> <{value}>{end}"
        for measure, count in zip(measures, measured, strict=True):
            yield f'{cell} <{NS}{measure}> "{count}"^^<{XSD}integer>{end}'
        if one.examples:
            yield f"{cell} <{NS}{EXAMPLE}> <{one.examples[number - 1]}>{end}"


def _structure(slices: list[Slice]) -> Iterator[str]:
    """Yield what the data sets are made of."""
    exampled = {one.dataset for one in slices if one.examples}
    for dataset in dict.fromkeys(one.dataset for one in slices):
        _, dimensions, measures = DATASETS[dataset]
        attributes = (EXAMPLE,) if dataset in exampled else ()
        node = f"{STATISTICS}structure/{dataset}"
        yield f"<{node}> <{RDF}type> <{QB}DataStructureDefinition>"
        kinds = ("dimension", dimensions), ("measure", measures), ("attribute", attributes)
        for kind, names in kinds:
            for name in names:
                part = f"<{node}/component/{name}>"
                yield f"<{node}> <{QB}component> {part}"
                yield f"{part} <{RDF}type> <{QB}ComponentSpecification>"
                for property_ in (kind, "componentProperty"):
                    yield f"{part} <{QB}{property_}> <{NS}{name}>"
                yield f"<{NS}{name}> <{RDF}type> <{QB}{kind.capitalize()}Property>"
                range_ = f"{XSD}integer" if kind == "measure" else f"{RDFS}Resource"
                if name in CODED:
                    yield f"<{NS}{name}> <{RDF}type> <{QB}CodedProperty>"
                    yield f"<{NS}{name}> <{QB}codeList> <{STATISTICS}{CODED[name]}>"
                    range_ = f"{SKOS}Concept"
                yield f"<{NS}{name}> <{RDFS}range> <{range_}>"
    keys = {(one.dataset, one.key): one.fixed for one in slices if one.fixed}
    for (dataset, key), fixed in keys.items():
        node = f"<{STATISTICS}structure/{dataset}/{key}>"
        yield f"<{STATISTICS}structure/{dataset}> <{QB}sliceKey> {node}"
        yield f"{node} <{RDF}type> <{QB}SliceKey>"
        for dimension, _ in fixed:
            yield f"{node} <{QB}componentProperty> <{NS}{dimension}>"


def _codes(slices: list[Slice], metrics: Iterable[str]) -> Iterator[str]:
    """Yield the codes that dimensions take, in lists."""
    used: defaultdict[str, set[str]] = defaultdict(set)
    for one in slices:
        for dimension, value in one.fixed:
            used[dimension].add(value)
        for place, dimension in enumerate(one.dimensions):
            used[dimension].update(values[place] for values, _ in one.rows)
    for dimension, name in CODED.items():
        if dimension in used:
            yield f"<{STATISTICS}{name}> <{RDF}type> <{SKOS}ConceptScheme>"
        for code in sorted(used[dimension]):
            yield f"<{code}> <{RDF}type> <{SKOS}Concept>"
            yield f"<{code}> <{SKOS}inScheme> <{STATISTICS}{name}>"
            if code not in _SPECIAL and dimension != "metric":
                yield f"<{code}> <{SKOS}notation> {_notation(dimension, code)}"
    for metric in metrics:
        node = f"<{metric_iri(metric)}>"
        yield f"{node} <{SKOS}notation> {literal(metric)}"
        for property_, text in _described(metric):
            yield f"{node} <{property_}> {literal(text)}@en"


def _notation(dimension: str, code: str) -> str:
    text = unquote(code.rpartition("/")[2])
    if dimension == "byDepth" and text.isdigit():
        return f'"{text}"^^<{XSD}integer>'
    return literal(text)


_OWN_METRICS: Final = {
    "any-error": (
        "At least one term violated",
        "Whether any rule of severity error finds a term violated.",
    ),
    "copyleft-style": (
        "Copyleft-style terms not kept",
        "Whether an inherited share-alike or pass-through clause is violated.",
    ),
    "llama-exclusive, license": (
        "Llama terms dropped",
        "Whether a derivative of a Llama model is published under a license that its license "
        "does not allow for derivatives.",
    ),
    "llama-exclusive, merge": (
        "Llama merged outside its lineage",
        "Whether a derivative of a Llama model is also one of a model of another lineage.",
    ),
}


def _described(metric: str) -> Iterator[tuple[str, str]]:
    """Yield label and definition of a metric."""
    if metric in _OWN_METRICS:
        label, definition = _OWN_METRICS[metric]
    else:
        code, _, variant = metric.partition(" ")
        kind = term(f"finding-{code}")
        said = {
            t.predicate.value: text_of(t.object)
            for t in modules.ontology()
            if text_of(t.subject) == kind
        }
        label, definition = said[RDFS + "label"], said[SKOS + "definition"]
        if variant:
            label, definition = f"{label} {variant}", f"Of an ancestor: {definition}"
    yield RDFS + "label", label
    yield SKOS + "definition", definition
