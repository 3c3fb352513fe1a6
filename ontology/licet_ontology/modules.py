"""The Turtle modules that ship with Licet, as triples."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, RdfFormat, Triple, parse

from licet_ontology.errors import UsageError
from licet_ontology.reading_names import readings as readings  # noqa: PLC0414 - for others
from licet_ontology.terms import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ONTOLOGY_MODULES = ("core", "clauses", "findings", "history", "hub", "statistics")

_ROOT = Path(__file__).parent


def _turtle_files(*folder: str) -> Iterator[Path]:
    directory = _ROOT.joinpath(*folder)
    yield from sorted(
        (entry for entry in directory.iterdir() if entry.name.endswith(".ttl")),
        key=lambda entry: entry.name,
    )


def parse_turtle(text: str, blank_prefix: str) -> list[Triple]:
    """Return the triples of a Turtle text, its blank nodes numbered behind a prefix."""
    names: dict[BlankNode, BlankNode] = {}

    def renamed(node: object) -> object:
        if not isinstance(node, BlankNode):
            return node
        return names.setdefault(node, BlankNode(f"{blank_prefix}{len(names)}"))

    return [
        Triple(renamed(quad.subject), quad.predicate, renamed(quad.object))  # type: ignore[arg-type]
        for quad in parse(text, format=RdfFormat.TURTLE)
    ]


def _load(entry: Path) -> list[Triple]:
    stem = entry.name.removesuffix(".ttl")
    return parse_turtle(
        entry.read_text(encoding="utf-8"), "".join(c if c.isalnum() else "x" for c in stem)
    )


@cache
def ontology() -> tuple[Triple, ...]:
    """Return the TBox: works, derivations, clause kinds, finding kinds, hub properties, history."""
    return tuple(t for name in ONTOLOGY_MODULES for t in _load(_ROOT.joinpath(f"{name}.ttl")))


@cache
def alignments() -> tuple[Triple, ...]:
    """Return the links from Licet's terms to other vocabularies; no entailment needs them."""
    return tuple(t for entry in _turtle_files("alignments") for t in _load(entry))


@cache
def catalogue() -> tuple[Triple, ...]:
    """Return the licenses, their clauses, families and aliases, as stated in their files."""
    return tuple(
        t
        for entry in (
            _ROOT.joinpath("families.ttl"),
            _ROOT.joinpath("aliases.ttl"),
            *_turtle_files("licenses"),
        )
        for t in _load(entry)
    )


@cache
def reading(name: str) -> tuple[Triple, ...]:
    """Return the axioms that a reading adds to the ontology.

    Raises:
        UsageError: There is no reading of that name.
    """
    if name not in readings():
        raise UsageError(f"no reading named {name!r}: choose one of {', '.join(readings())}")
    return tuple(_load(_ROOT.joinpath("readings", f"{name}.ttl")))


@cache
def shapes() -> tuple[Triple, ...]:
    """Return the SHACL shapes of licenses, clauses, works and derivations."""
    return tuple(t for entry in _turtle_files("shapes") for t in _load(entry))


def rdf_lists(triples: Iterable[Triple]) -> dict[object, list[object]]:
    """Return the members of each RDF collection, by the node that stands for it."""
    index = {
        (t.subject, t.predicate.value): t.object
        for t in triples
        if t.predicate.value in {RDF + "first", RDF + "rest"}
    }
    lists: dict[object, list[object]] = {}
    for node, predicate in index:
        if predicate != RDF + "first":
            continue
        head: object = node
        members: list[object] = []
        while (head, RDF + "first") in index:
            members.append(index[head, RDF + "first"])  # type: ignore[index]
            head = index[head, RDF + "rest"]  # type: ignore[index]
        lists[node] = members
    return lists
