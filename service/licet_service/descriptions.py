"""What the service says of itself in RDF, with the counts of the manifest.

VoID describes the dataset, a Service Description the query service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from pyoxigraph import Literal, NamedNode, Triple, serialize

from licet_ontology.terms import BASE, DCTERMS, PREFIXES, RDF, XSD
from licet_service.dump_layout import FOLDER, INDEX
from licet_service.formats import GRAPH_FORMATS
from licet_service.negotiation import GRAPHS, RESULTS

if TYPE_CHECKING:
    from pathlib import Path

    from licet_service.dataset import OpenSnapshot

_VOID: Final = "http://rdfs.org/ns/void#"
_DATASET: Final = "/.well-known/void#licet"
_SD: Final = "http://www.w3.org/ns/sparql-service-description#"


def describe_dataset(opened: OpenSnapshot, address: str, format: str) -> str:
    """Return the VoID description of a snapshot that is served at an address, in a format."""
    snapshot = opened.snapshot
    described = dataset_description(address, snapshot.manifest)
    index = snapshot.path.parent.parent / FOLDER / snapshot.id / INDEX
    return _text([*described, *_dumps(address, snapshot.id, snapshot.manifest, index)], format)


def describe_service(opened: OpenSnapshot, address: str, format: str) -> str:
    """Return the Service Description of ``/sparql`` at an address, in a format."""
    return _text(service_description(address, opened.snapshot.manifest), format)


def snapshot_id(opened: OpenSnapshot) -> str:
    """Return the name of the snapshot that is open, having read from its store."""
    next(opened.store.quads_for_pattern(None, None, None, None), None)
    return opened.snapshot.id


def _text(triples: list[Triple], format_: str) -> str:
    body = serialize(triples, format=GRAPH_FORMATS[format_], prefixes=PREFIXES)
    return (body or b"").decode()


def _about(subject: str, *pairs: tuple[str, NamedNode | Literal]) -> list[Triple]:
    return [Triple(NamedNode(subject), NamedNode(p), o) for p, o in pairs]


def _count(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(XSD + "integer"))


def dataset_description(address: str, manifest: dict[str, Any]) -> list[Triple]:
    """Return the VoID description of a snapshot that is served at an address."""
    dataset = address + _DATASET
    finished = Literal(manifest["finished"], datatype=NamedNode(XSD + "dateTime"))
    described = _about(
        dataset,
        (RDF + "type", NamedNode(_VOID + "Dataset")),
        (DCTERMS + "title", Literal("Licet", language="en")),
        (DCTERMS + "modified", finished),
        (_VOID + "sparqlEndpoint", NamedNode(f"{address}/sparql")),
        (_VOID + "uriSpace", Literal(BASE)),
        (_VOID + "vocabulary", NamedNode(BASE + "ns")),
        (_VOID + "exampleResource", NamedNode(BASE + "license/apache-2.0")),
        (_VOID + "triples", _count(sum(manifest["triples"].values()))),
    )
    for graph, triples in sorted(manifest["triples"].items()):
        described += _about(dataset, (_VOID + "subset", NamedNode(graph)))
        described += _about(
            graph,
            (RDF + "type", NamedNode(_VOID + "Dataset")),
            (_VOID + "triples", _count(triples)),
        )
    return described


def _dumps(address: str, snapshot: str, manifest: dict[str, Any], index: Path) -> list[Triple]:
    """Return where each graph can be downloaded, if the snapshot has been exported."""
    if not index.is_file():
        return []
    described: list[Triple] = []
    for file in orjson.loads(index.read_bytes())["files"]:
        if file["holds"] in manifest["triples"]:
            link = NamedNode(f"{address}/dumps/{snapshot}/{file['name']}")
            for dataset in (address + _DATASET, file["holds"]):
                described += _about(dataset, (_VOID + "dataDump", link))
    return described


def service_description(address: str, manifest: dict[str, Any]) -> list[Triple]:
    """Return the SPARQL 1.1 Service Description of ``/sparql`` at an address."""
    endpoint, default = f"{address}/sparql", f"{address}/sparql#dataset"
    described = _about(
        endpoint,
        (RDF + "type", NamedNode(_SD + "Service")),
        (_SD + "endpoint", NamedNode(endpoint)),
        (_SD + "supportedLanguage", NamedNode(_SD + "SPARQL11Query")),
        (_SD + "defaultDataset", NamedNode(default)),
        *((_SD + "resultFormat", NamedNode(offer.iri)) for offer in (*RESULTS, *GRAPHS)),
    )
    described += _about(default, (RDF + "type", NamedNode(_SD + "Dataset")))
    for graph in sorted(manifest["triples"]):
        described += _about(default, (_SD + "namedGraph", NamedNode(f"{graph}#named")))
        described += _about(f"{graph}#named", (_SD + "name", NamedNode(graph)))
    return described
