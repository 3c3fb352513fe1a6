"""Who made a snapshot, when, with what, and from which sources, in PROV-O.

Nothing is said of a person, an account or a machine: the agent is the software.
"""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pyoxigraph import RdfFormat, serialize

from licet_ingest.nquads import literal
from licet_ontology import modules
from licet_ontology.terms import (
    BASE,
    DCAT,
    DCTERMS,
    GRAPH_PROVENANCE,
    NS,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    XSD,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from licet_ingest.history import History

TOOLS: Final = ("licet", "pyoxigraph", "owlrl", "rdflib", "pyarrow", "numpy")
"""Distributions whose versions a snapshot may depend on."""

_RECORDS: Final = {
    "read": "recordsRead",
    "ingested": "recordsIngested",
    "merged": "recordsMerged",
    "rejected": "recordsRejected",
    "values_dropped": "valuesDropped",
}


@cache
def tools() -> dict[str, str]:
    """Return the versions of Python, Licet and the engines it runs on."""
    return {"python": platform.python_version(), **{tool: version(tool) for tool in TOOLS}}


@cache
def inputs() -> dict[str, str]:
    """Return the SHA-256 of the ontology, its readings included, and of the catalogue.

    They are of the triples, sorted, so that neither layout nor comments of the files count.
    """
    readings = [t for name in modules.readings() for t in modules.reading(name)]
    parts = {
        "ontology": (*modules.ontology(), *readings),
        "catalogue": modules.catalogue(),
    }
    found: dict[str, str] = {}
    for name, triples in parts.items():
        lines = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").splitlines(keepends=True)
        found[name] = hashlib.sha256(b"".join(sorted(lines))).hexdigest()
    return found


@cache
def read_with() -> dict[str, str]:
    """Return the SHA-256 of all on which it depends how a statement is read."""
    return {
        "catalogue": inputs()["catalogue"],
        "code": _digest_of("*.py", "licet_ingest", "licet_ontology"),
    }


@cache
def concluded_with() -> dict[str, str]:
    """Return the SHA-256 of all on which it depends, beside that, what is concluded."""
    return {
        "ontology": inputs()["ontology"],
        "rules": _digest_of("*.rq", "licet_queries"),
        "code": _digest_of("*.py", "licet_reasoning"),
    }


def _digest_of(pattern: str, *packages: str) -> str:
    content = hashlib.sha256()
    for package in packages:
        with as_file(files(package)) as path:
            for file in sorted(path.rglob(pattern)):
                content.update(file.read_bytes())
    return content.hexdigest()


def provenance_lines(
    snapshot_id: str,
    sources: Sequence[Mapping[str, Any]],
    history: History,
    started: datetime,
    ended: datetime,
) -> Iterator[str]:
    """Yield N-Quads lines for one build.

    Args:
        snapshot_id: What it makes.
        sources: The description of each, with the account of its records under ``records``.
        history: What came before.
        started: When the build began.
        ended: When its graph was complete.
    """
    build, snapshot = f"{BASE}build/{snapshot_id}", f"{BASE}snapshot/{snapshot_id}"
    software = tools()
    agent = _software_iri("licet", software["licet"])
    yield _link(build, RDF + "type", PROV + "Activity")
    yield _value(build, RDFS + "label", f"licet build, version {software['licet']}")
    yield _date(build, PROV + "startedAtTime", _stamp(started))
    yield _date(build, PROV + "endedAtTime", _stamp(ended))
    yield _link(build, PROV + "wasAssociatedWith", agent)
    yield _link(agent, RDF + "type", PROV + "SoftwareAgent")
    for name, number in software.items():
        tool = _software_iri(name, number)
        yield _link(tool, RDF + "type", SCHEMA + "SoftwareApplication")
        yield _value(tool, RDFS + "label", f"{name} {number}")
        yield _value(tool, SCHEMA + "softwareVersion", number)
        if tool != agent:
            yield _link(build, PROV + "used", tool)
    for name, digest in inputs().items():
        entity = f"{BASE}{name}/{digest}"
        yield _link(build, PROV + "used", entity)
        yield _link(entity, RDF + "type", PROV + "Entity")
        yield _value(entity, RDFS + "label", f"the {name} of licet {software['licet']}")
        yield _value(entity, NS + "sha256", digest)
    yield _link(snapshot, RDF + "type", PROV + "Entity")
    yield _value(snapshot, RDFS + "label", f"snapshot {snapshot_id}")
    yield _link(snapshot, PROV + "wasGeneratedBy", build)
    yield _date(snapshot, PROV + "generatedAtTime", _stamp(ended))
    yield _date(snapshot, DCTERMS + "date", history.as_of.earliest)
    yield _date(snapshot, NS + "historyBegins", history.begins)
    if history.last:
        former = f"{BASE}snapshot/{history.last.id}"
        yield _link(snapshot, PROV + "wasRevisionOf", former)
        yield _link(former, RDF + "type", PROV + "Entity")
        yield _value(former, RDFS + "label", f"snapshot {history.last.id}")
        yield _date(former, DCTERMS + "date", history.last.manifest["as_of"]["earliest"])
    for ordinal, source in enumerate(sources, start=1):
        entity = source_iri(source)
        yield _link(build, PROV + "used", entity)
        yield _link(snapshot, PROV + "wasDerivedFrom", entity)
        yield from _source_lines(entity, source)
        usage = f"{BASE}usage/{snapshot_id}/{ordinal}"
        yield _link(build, PROV + "qualifiedUsage", usage)
        yield _link(usage, RDF + "type", PROV + "Usage")
        yield _link(usage, PROV + "entity", entity)
        for key, predicate in _RECORDS.items():
            yield _count(usage, NS + predicate, source["records"][key])


def source_iri(source: Mapping[str, Any]) -> str:
    """Return the IRI of a source: by its content, or by all that is said of it."""
    digest = source.get("sha256")
    if not digest:
        stated = sorted((key, value) for key, value in source.items() if key != "records")
        digest = hashlib.sha256(repr(stated).encode()).hexdigest()
    return f"{BASE}source/{digest}"


def _source_lines(entity: str, source: Mapping[str, Any]) -> Iterator[str]:
    yield _link(entity, RDF + "type", PROV + "Entity")
    yield _value(entity, RDFS + "label", str(source["name"]))
    if digest := source.get("sha256"):
        yield _value(entity, NS + "sha256", str(digest))
    if (size := source.get("bytes")) is not None:
        yield _count(entity, DCAT + "byteSize", size)
    if date := source.get("modified"):
        yield _date(entity, DCTERMS + "modified", str(date).replace("+00:00", "Z"))


def _software_iri(name: str, number: str) -> str:
    return f"{BASE}software/{name}/{quote(number, safe='')}"


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _line(subject: str, predicate: str, value: str) -> str:
    return f"<{subject}> <{predicate}> {value} <{GRAPH_PROVENANCE}> .\n"


def _link(subject: str, predicate: str, value: str) -> str:
    return _line(subject, predicate, f"<{value}>")


def _value(subject: str, predicate: str, text: str) -> str:
    return _line(subject, predicate, literal(text))


def _date(subject: str, predicate: str, date: str) -> str:
    return _line(subject, predicate, f'"{date}"^^<{XSD}dateTime>')


def _count(subject: str, predicate: str, number: int) -> str:
    return _line(subject, predicate, f'"{number}"^^<{XSD}integer>')
