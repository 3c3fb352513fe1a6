"""What the files of a dump are, and under which terms they may be used, as DCAT 3.

Addresses in it are relative: they hold wherever the folder lies, on a disk or behind HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from licet_ontology.terms import BASE, DCAT, DCTERMS, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_HERE: Final = "http://here.invalid/"
"""Taken out of what is written, so that addresses are relative to where it is found."""
_SPDX: Final = "http://spdx.org/rdf/terms#"
_MEDIA_TYPE: Final = "https://www.iana.org/assignments/media-types/"
_APACHE: Final = "http://www.apache.org/licenses/LICENSE-2.0"
_STATED: Final = frozenset({"graph/hub", "graph/changes", "models", "derivations", "changes"})
"""Graphs and tables that repeat what others state of their works."""

OWN_RIGHTS: Final = (
    "Ontology, license catalogue and conclusions: the Licet contributors, Apache-2.0. Quotes of "
    "at most 25 words belong to the authors of the license texts."
)
STATED_RIGHTS: Final = (
    "Metadata of models and datasets, as stated by their owners on the hub it was read from. "
    "Licet claims no rights in it and can grant none; the terms of that source apply."
)


def attribution(manifest: Mapping[str, Any]) -> str:
    """Return whom to name and which terms apply, as Markdown."""
    sources = [
        f"- {source['name']}" + (f", SHA-256 {source['sha256']}" if source.get("sha256") else "")
        for source in manifest["sources"]
    ]
    lines = [
        "# Attribution and terms of use",
        "",
        f"Licet snapshot of {manifest['finished']}, made by Licet {manifest['tools']['licet']}.",
        "",
        f"- {OWN_RIGHTS}",
        f"- {STATED_RIGHTS}",
        "- What is concluded is concluded by machine from metadata and license texts. It is not "
        "legal advice, and what is not known is not permitted.",
        "",
        "Please name: “Licet, the Licet contributors”, the snapshot, and the sources it was read "
        "from:",
        "",
        *sources,
        "",
    ]
    return "\n".join(lines)


def catalogue(index: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the DCAT description of a dump in two formats of RDF, by file name."""
    triples = [*_dataset(_HERE, index, manifest)]
    prefixes = {"dcat": DCAT, "dcterms": DCTERMS, "spdx": _SPDX, "xsd": XSD}
    turtle = serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes, base_iri=_HERE)
    json_ld = serialize(triples, format=RdfFormat.JSON_LD)
    own_folder = (f"@base <{_HERE}> .\n", ""), ("\n<> ", "\n<./> ")
    text = (turtle or b"").decode()
    for written, relative in own_folder:
        text = text.replace(written, relative, 1)
    return {
        "dcat.ttl": text.encode(),
        "dcat.jsonld": (json_ld or b"").replace(f'"@id":"{_HERE}'.encode(), b'"@id":"./'),
    }


def _dataset(base: str, index: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[Triple]:
    yield from _about(
        base,
        (RDF + "type", NamedNode(DCAT + "Dataset")),
        (DCTERMS + "title", Literal(f"Licet, snapshot {index['snapshot']}", language="en")),
        (DCTERMS + "identifier", Literal(index["snapshot"])),
        (DCTERMS + "issued", _typed(manifest["finished"], "dateTime")),
        (DCTERMS + "creator", Literal("The Licet contributors")),
        (DCTERMS + "rights", NamedNode(base + index["attribution"])),
        (DCTERMS + "conformsTo", NamedNode(BASE + "ns")),
        *((DCTERMS + "source", Literal(source["name"])) for source in manifest["sources"]),
        *((DCAT + "distribution", NamedNode(base + file["name"])) for file in index["files"]),
    )
    for file in index["files"]:
        yield from _distribution(base, file)


def _distribution(base: str, file: Mapping[str, Any]) -> Iterator[Triple]:
    address, checksum = base + file["name"], f"{base}{file['name']}#sha256"
    stated = file["holds"].removeprefix(BASE) in _STATED
    unit = "rows" if file["media_type"].endswith("parquet") else "triples"
    title = f"{file['holds'].removeprefix(BASE)}: {file['rows']:,} {unit}"
    yield from _about(
        address,
        (RDF + "type", NamedNode(DCAT + "Distribution")),
        (DCTERMS + "title", Literal(title, language="en")),
        (DCAT + "downloadURL", NamedNode(address)),
        (DCAT + "mediaType", NamedNode(_MEDIA_TYPE + file["media_type"])),
        (DCAT + "byteSize", _typed(str(file["bytes"]), "nonNegativeInteger")),
        (DCTERMS + "rights", Literal(STATED_RIGHTS if stated else OWN_RIGHTS, language="en")),
        (_SPDX + "checksum", NamedNode(checksum)),
    )
    if not stated:
        yield from _about(address, (DCTERMS + "license", NamedNode(_APACHE)))
    if file["compression"]:
        compressed = NamedNode(_MEDIA_TYPE + file["compression"])
        yield from _about(address, (DCAT + "compressFormat", compressed))
    yield from _about(
        checksum,
        (RDF + "type", NamedNode(_SPDX + "Checksum")),
        (_SPDX + "algorithm", NamedNode(_SPDX + "checksumAlgorithm_sha256")),
        (_SPDX + "checksumValue", _typed(file["sha256"], "hexBinary")),
    )


def _about(subject: str, *pairs: tuple[str, NamedNode | Literal]) -> Iterable[Triple]:
    return (Triple(NamedNode(subject), NamedNode(p), o) for p, o in pairs)


def _typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + datatype))
