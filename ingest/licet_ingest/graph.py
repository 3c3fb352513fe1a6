"""From tables to N-Quads lines of the hub graph; pure, no input or output."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

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

    import pyarrow as pa

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
)
_IRI_LIST_COLUMNS = (
    ("licenses", NS + "declaredLicense"),
    ("licenses", NS + "license"),
    ("families", NS + "declaredFamily"),
    ("gaps", NS + "gap"),
)

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def literal(text: str) -> str:
    """Return a text as an N-Quads literal."""
    return f'"{text.translate(_ESCAPES)}"'


def work_iris(works: pa.Table) -> list[str]:
    """Return the IRI of each row of a works table."""
    return [
        work_iri(kind, work_id)
        for kind, work_id in zip(works["kind"].to_pylist(), works["id"].to_pylist(), strict=True)
    ]


def work_lines(works: pa.Table) -> Iterator[str]:
    """Yield N-Quads lines for the works of a table, batch by batch."""
    end = f" <{GRAPH_HUB}> .\n"
    for batch in works.to_batches(max_chunksize=50_000):
        for row in batch.to_pylist():
            subject = f"<{work_iri(row['kind'], row['id'])}>"
            head = subject + " <"
            yield f"{head}{RDF}type> <{CLASSES[row['kind']]}>{end}"
            yield f"{head}{RDFS}label> {literal(row['id'])}{end}"
            if row["kind"] != "service" and row["in_graph"]:
                folder = "datasets/" if row["kind"] == "dataset" else ""
                yield f"{head}{SCHEMA}url> <{HUB_URL}{folder}{row['id']}>{end}"
            if row["removed"]:
                yield f'{head}{NS}removed> "true"^^<{XSD}boolean>{end}'
            for column, predicate in _TEXT_COLUMNS:
                if row[column] is not None:
                    yield f"{head}{predicate}> {literal(row[column])}{end}"
            for column, predicate, datatype in _TYPED_COLUMNS:
                if row[column] is not None:
                    yield f'{head}{predicate}> "{row[column]}"^^<{datatype}>{end}'
            for column, predicate in _TEXT_LIST_COLUMNS:
                for value in row[column]:
                    yield f"{head}{predicate}> {literal(value)}{end}"
            for column, predicate in _IRI_LIST_COLUMNS:
                for value in row[column]:
                    yield f"{head}{predicate}> <{value}>{end}"


def derivation_lines(works: pa.Table, derivations: pa.Table) -> Iterator[str]:
    """Yield N-Quads lines for stated derivations.

    Beside each stated relation stands ``reuses``, so that walking a lineage needs no
    alternation of relations. A derivation that the Hub did not resolve has a node of
    PROV-O that says what states it.
    """
    iris = work_iris(works)
    end = f" <{GRAPH_HUB}> .\n"
    for row in derivations.to_pylist():
        child, parent = iris[row["child"]], iris[row["parent"]]
        yield f"<{child}> <{row['relation']}> <{parent}>{end}"
        yield f"<{child}> <{NS}reuses> <{parent}>{end}"
        if row["source"] != "hub":
            yield from _qualified(child, row["relation"], parent, row["source"])


def _qualified(child: str, relation: str, parent: str, source: str) -> Iterator[str]:
    digest = hashlib.sha256(f"{child} {relation} {parent} {source}".encode()).hexdigest()[:20]
    node = f"<{BASE}derivation/{digest}>"
    end = f" <{GRAPH_HUB}> .\n"
    yield f"<{child}> <{PROV}qualifiedDerivation> {node}{end}"
    yield f"{node} <{RDF}type> <{PROV}Derivation>{end}"
    yield f"{node} <{PROV}entity> <{parent}>{end}"
    yield f"{node} <{DCTERMS}type> <{relation}>{end}"
    yield f"{node} <{DCTERMS}source> {literal(source)}{end}"
