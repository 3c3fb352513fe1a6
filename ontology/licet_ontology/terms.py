"""The IRIs of Licet: vocabulary terms, resources and named graphs."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import quote

BASE: Final = "https://w3id.org/licet/"
NS: Final = BASE + "ns#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
DCTERMS: Final = "http://purl.org/dc/terms/"
PROV: Final = "http://www.w3.org/ns/prov#"
SCHEMA: Final = "https://schema.org/"

PREFIXES: Final = {
    "clause": BASE + "clause/",
    "dataset": BASE + "dataset/",
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "family": BASE + "license-family/",
    "license": BASE + "license/",
    "licet": NS,
    "model": BASE + "model/",
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "skos": SKOS,
    "xsd": XSD,
}

DEFAULT_READING: Final = "cautious"

GRAPH_ONTOLOGY: Final = BASE + "graph/ontology"
GRAPH_LICENSES: Final = BASE + "graph/licenses"
GRAPH_HUB: Final = BASE + "graph/hub"
GRAPH_CHANGES: Final = BASE + "graph/changes"
GRAPH_PROVENANCE: Final = BASE + "graph/provenance"
SHARED_GRAPHS: Final = (
    GRAPH_ONTOLOGY,
    GRAPH_LICENSES,
    GRAPH_HUB,
    GRAPH_CHANGES,
    GRAPH_PROVENANCE,
)


def term(name: str) -> str:
    """Return the IRI of a vocabulary term, such as ``boundBy``."""
    return NS + name


@lru_cache(maxsize=4096)
def work_iri(kind: str, work_id: str) -> str:
    """Return the IRI of a work: ``kind`` is ``model``, ``dataset`` or ``service``."""
    return f"{BASE}{kind}/{quote(work_id, safe='/')}"


def license_iri(license_id: str) -> str:
    """Return the IRI of a license."""
    return f"{BASE}license/{quote(license_id, safe='+')}"


def local_name(iri: str) -> str:
    """Return what follows the namespace of a vocabulary term or the base of a resource."""
    return iri.removeprefix(NS).removeprefix(BASE)


def reading_graphs(reading: str) -> tuple[str, ...]:
    """Return the IRIs of the graphs that hold what follows under one reading."""
    return tuple(f"{BASE}graph/{part}/{reading}" for part in ("inferred", "findings", "statistics"))


def default_graphs(reading: str = DEFAULT_READING) -> tuple[str, ...]:
    """Return the IRIs of the graphs that a query under one reading sees."""
    return (*SHARED_GRAPHS, *reading_graphs(reading))
