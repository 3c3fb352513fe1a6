"""From tables to N-Quads lines of the hub graph; pure, no input or output."""

from __future__ import annotations

import hashlib
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute

from licet_ingest.nquads import blocks, column, iri_lines, iris, literal, literal_lines
from licet_ingest.records import LINEAGE_MISMATCH
from licet_ontology.terms import (
    BASE,
    DCTERMS,
    GRAPH_HUB,
    NS,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    XSD,
    term,
    work_iri,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pc: Any = pyarrow.compute  # its functions are made at run time

HUB_URL: Final = "https://huggingface.co/"
CLASSES: Final = {"model": term("Model"), "dataset": term("Dataset"), "service": term("Service")}

_TEXT_COLUMNS = (
    ("author", NS + "author"),
    ("gated", NS + "gated"),
    ("pipeline_tag", NS + "pipelineTag"),
    ("library_name", NS + "libraryName"),
    ("license_name", NS + "licenseName"),
    ("license_link", NS + "licenseLink"),
)
_TYPED_COLUMNS = (
    ("created", DCTERMS + "created", XSD + "dateTime"),
    ("modified", DCTERMS + "modified", XSD + "dateTime"),
    ("removed_at", NS + "removedAt", XSD + "dateTime"),
    ("downloads", NS + "downloads", XSD + "integer"),
    ("likes", NS + "likes", XSD + "integer"),
)
_TEXT_LIST_COLUMNS = (
    ("stated_licenses", NS + "statedLicense"),
    ("stated_bases", NS + "statedBase"),
    ("prose_warnings", NS + "proseWarning"),
)
_IRI_LIST_COLUMNS = (
    ("declared_licenses", NS + "declaredLicense"),
    ("licenses", NS + "license"),
    ("families", NS + "declaredFamily"),
    ("gaps", NS + "gap"),
    ("circumstances", NS + "circumstance"),
)
_FLAG_COLUMNS = (
    ("removed", NS + "removed"),
    ("private", NS + "private"),
    ("disabled", NS + "disabled"),
)


def work_iris(works: pa.Table) -> list[str]:
    """Return the IRI of each row of a works table."""
    return [
        work_iri(kind, work_id)
        for kind, work_id in zip(works["kind"].to_pylist(), works["id"].to_pylist(), strict=True)
    ]


def work_lines(works: pa.Table) -> Iterator[str]:
    """Yield N-Quads lines for the works of a table, many in one text."""
    for block in blocks(works):
        kinds, ids = column(block, "kind"), column(block, "id")
        subjects = iris(kinds, ids)
        for kind, class_ in CLASSES.items():
            yield iri_lines(subjects.filter(pc.equal(kinds, kind)), f"{RDF}type", class_, GRAPH_HUB)
        yield literal_lines(subjects, f"{RDFS}label", ids, GRAPH_HUB)
        for kind, folder in (("model", ""), ("dataset", "datasets/")):
            shown = pc.and_(pc.equal(kinds, kind), column(block, "in_graph"))
            below = subjects.filter(shown)
            paths = pc.utf8_slice_codeunits(below, len(f"{BASE}{kind}/"))
            pages = pc.binary_join_element_wise(HUB_URL + folder, paths, "")
            yield iri_lines(below, f"{SCHEMA}url", pages, GRAPH_HUB)
        for name, predicate in _FLAG_COLUMNS:
            raised = subjects.filter(column(block, name))
            true = pa.repeat("true", len(raised))
            yield literal_lines(raised, predicate, true, GRAPH_HUB, f"{XSD}boolean")
        for name, predicate in _TEXT_COLUMNS:
            yield literal_lines(subjects, predicate, column(block, name), GRAPH_HUB)
        for name, predicate, datatype in _TYPED_COLUMNS:
            yield literal_lines(subjects, predicate, column(block, name), GRAPH_HUB, datatype)
        for names, lines in (
            (_TEXT_LIST_COLUMNS, literal_lines),
            (_IRI_LIST_COLUMNS, iri_lines),
        ):
            for name, predicate in names:
                lists = column(block, name)
                owners = subjects.take(lists.value_parent_indices())
                yield lines(owners, predicate, lists.flatten(), GRAPH_HUB)
        yield from _rare_lines(block)


def _rare_lines(works: pa.Table) -> Iterator[str]:
    """Yield lines for what few works have."""
    end = f" <{GRAPH_HUB}> .\n"
    rare = (
        pc.is_valid(works["new_version"]),
        *(
            pc.greater(pc.list_value_length(works[name]), 0)
            for name in ("detected_licenses", "license_statements")
        ),
    )
    for row in works.filter(reduce(pc.or_, rare)).to_pylist():
        subject = f"<{work_iri(row['kind'], row['id'])}>"
        if row["new_version"] is not None:
            new_version = work_iri(row["kind"], row["new_version"])
            yield f"{subject} <{NS}newVersion> <{new_version}>{end}"
        detected = {iri for text in row["detected_licenses"] for iri in text["licenses"]}
        for iri in sorted(detected):
            yield f"{subject} <{NS}detectedLicense> <{iri}>{end}"
        yield from _license_statements(subject, row)


def _license_statements(subject: str, row: dict[str, Any]) -> Iterator[str]:
    """Yield one node per source of a work of which several speak of the license."""
    end = f" <{GRAPH_HUB}> .\n"
    for statement in row["license_statements"]:
        source, value = statement["source"], statement["value"]
        node = f"<{BASE}license-statement/{_digest(f'{subject} {source} {value}')}>"
        yield f"{subject} <{NS}licenseStatement> {node}{end}"
        yield f"{node} <{RDF}type> <{NS}LicenseStatement>{end}"
        yield f"{node} <{DCTERMS}source> {literal(source)}{end}"
        yield f"{node} <{NS}statedLicense> {literal(value)}{end}"
        if row["modified"] is not None:
            yield f'{node} <{DCTERMS}date> "{row["modified"]}"^^<{XSD}dateTime>{end}'
        for iri in statement["licenses"]:
            yield f"{node} <{NS}namesLicense> <{iri}>{end}"


def derivation_lines(works: pa.Table, derivations: pa.Table) -> Iterator[str]:
    """Yield N-Quads lines for stated derivations.

    Beside each stated relation stands ``reuses``, so that walking a lineage needs no
    alternation of relations. A derivation that the Hub did not resolve has a node of
    PROV-O that says what states it, and when; so has each of a work whose sources differ.
    """
    names = iris(column(works, "kind"), column(works, "id"))
    differing = np.zeros(len(works), dtype=bool)
    differing[_rows_of_differing_sources(works)] = True
    modified = column(works, "modified")
    pairs = derivations["child"].to_numpy().astype(np.int64) * len(works)
    _, first_of_pair = np.unique(pairs + derivations["parent"].to_numpy(), return_index=True)
    for block in blocks(derivations.select(["child", "parent"]).take(pa.array(first_of_pair))):
        children, parents = (names.take(column(block, end)) for end in ("child", "parent"))
        yield iri_lines(children, f"{NS}reuses", parents, GRAPH_HUB)
    for block in blocks(derivations):
        child = column(block, "child")
        children, parents = names.take(child), names.take(column(block, "parent"))
        relations = column(block, "relation")
        for relation in pc.unique(relations).to_pylist():
            rows = pc.equal(relations, relation)
            yield iri_lines(children.filter(rows), relation, parents.filter(rows), GRAPH_HUB)
        told = pc.or_(
            pc.not_equal(column(block, "source"), "hub"), pa.array(differing[child.to_numpy()])
        )
        columns = (children, relations, parents, column(block, "source"), modified.take(child))
        for row in zip(*(one.filter(told).to_pylist() for one in columns), strict=True):
            yield from _qualified(*row)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _rows_of_differing_sources(works: pa.Table) -> np.ndarray:
    circumstances = works["circumstances"].combine_chunks()
    told = pc.call_function("equal", [circumstances.flatten(), pa.scalar(LINEAGE_MISMATCH)])
    rows: np.ndarray = circumstances.value_parent_indices().filter(told).to_numpy()
    return rows


def _qualified(
    child: str, relation: str, parent: str, source: str, modified: str | None
) -> Iterator[str]:
    node = f"<{BASE}derivation/{_digest(f'{child} {relation} {parent} {source}')}>"
    end = f" <{GRAPH_HUB}> .\n"
    yield f"<{child}> <{PROV}qualifiedDerivation> {node}{end}"
    yield f"{node} <{RDF}type> <{PROV}Derivation>{end}"
    yield f"{node} <{PROV}entity> <{parent}>{end}"
    yield f"{node} <{DCTERMS}type> <{relation}>{end}"
    yield f"{node} <{DCTERMS}source> {literal(source)}{end}"
    if modified is not None:
        yield f'{node} <{DCTERMS}date> "{modified}"^^<{XSD}dateTime>{end}'
