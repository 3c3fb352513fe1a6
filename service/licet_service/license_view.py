"""One license as a lawyer would want to read it, from the shipped catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from licet_ontology import modules
from licet_ontology.errors import UsageError
from licet_ontology.nodes import text_of
from licet_ontology.terms import NS, RDF, RDFS, license_iri, local_name, term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Triple

_FACTS = (
    "targetWorkType",
    "commercialUse",
    "revocability",
    "sublicensing",
    "patentGrant",
    "hostingIsDistribution",
    "extractedModels",
    "adapters",
    "separableRemix",
)
_IDENTITY = (
    "spdxIdentifier",
    "hubIdentifier",
    "alias",
    "version",
    "steward",
    "textUrl",
    "textSha256",
    "osiApproved",
    "fsfFree",
)


@dataclass(frozen=True)
class Fact:
    """A fact about a whole license with its evidence, if the text states it."""

    name: str
    value: str
    section: str
    quote: str


@dataclass(frozen=True)
class ClauseView:
    """A clause with all that the catalogue says of it."""

    slug: str
    kind: str
    label: str
    scopes: tuple[str, ...]
    section: str
    quote: str
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LicenseView:
    """A license with its facts and clauses.

    Attributes:
        id: As in its IRI.
        label: Its name.
        read: Whether its text has been read; if not, nothing follows from it.
        identity: Names, version, steward, address and hash of the text, by property.
        facts: About the whole of it.
        clauses: In order of slug.
    """

    id: str
    label: str
    read: bool
    identity: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    clauses: tuple[ClauseView, ...]


class _Index:
    def __init__(self) -> None:
        self.by_subject: dict[str, list[Triple]] = {}
        for t in (*modules.ontology(), *modules.catalogue()):
            self.by_subject.setdefault(text_of(t.subject), []).append(t)

    def values(self, subject: str, predicate: str) -> list[str]:
        return sorted(
            text_of(t.object)
            for t in self.by_subject.get(subject, ())
            if t.predicate.value == predicate
        )

    def value(self, subject: str, predicate: str) -> str:
        return next(iter(self.values(subject, predicate)), "")


def license_ids() -> list[str]:
    """Return the ids of all licenses in the catalogue, sorted."""
    classes = {NamedNode(term("License")), NamedNode(term("UnreadLicense"))}
    return sorted(
        local_name(text_of(t.subject)).removeprefix("license/")
        for t in modules.catalogue()
        if t.predicate.value == RDF + "type" and t.object in classes
    )


def license_view(license_id: str) -> LicenseView:
    """Return one license of the catalogue.

    Raises:
        UsageError: There is none of that id.
    """
    if license_id not in license_ids():
        raise UsageError(f"no license {license_id!r} in the catalogue; licet licenses lists all")
    index = _Index()
    iri = license_iri(license_id)
    return LicenseView(
        id=license_id,
        label=index.value(iri, RDFS + "label"),
        read=term("UnreadLicense") not in index.values(iri, RDF + "type"),
        identity=tuple(
            (name, value) for name in _IDENTITY for value in index.values(iri, NS + name)
        ),
        facts=tuple(_facts(index, iri)),
        clauses=tuple(_clauses(index, iri)),
    )


def _facts(index: _Index, iri: str) -> Iterator[Fact]:
    evidence = {
        index.value(node, NS + "about"): node for node in index.values(iri, NS + "evidence")
    }
    for name in _FACTS:
        for value in index.values(iri, NS + name):
            node = evidence.get(name, "")
            yield Fact(
                name,
                index.value(value, RDFS + "label"),
                index.value(node, NS + "section"),
                index.value(node, NS + "quote"),
            )


def _clauses(index: _Index, iri: str) -> Iterator[ClauseView]:
    scopes: dict[str, list[str]] = {}
    for t in index.by_subject[iri]:
        if t.predicate.value.startswith(NS + "on") and isinstance(t.object, NamedNode):
            scopes.setdefault(t.object.value, []).append(local_name(t.predicate.value))
    for clause in sorted(scopes):
        kind = index.value(clause, RDF + "type")
        known = {RDF + "type", RDFS + "label", NS + "section", NS + "quote"}
        yield ClauseView(
            slug=clause.rsplit("/", 1)[-1],
            kind=index.value(kind, NS + "code"),
            label=index.value(clause, RDFS + "label"),
            scopes=tuple(sorted(scopes[clause])),
            section=index.value(clause, NS + "section"),
            quote=index.value(clause, NS + "quote"),
            parameters=tuple(
                sorted(
                    (local_name(t.predicate.value), local_name(text_of(t.object)))
                    for t in index.by_subject[clause]
                    if t.predicate.value not in known
                )
            ),
        )


def license_markdown(view: LicenseView) -> Iterator[str]:
    """Yield the lines of a license as Markdown."""
    yield f"# {view.label}"
    yield ""
    if not view.read:
        yield "The text of this license has not been read: nothing can be concluded from it."
        yield ""
    for name, value in view.identity:
        yield f"- {name}: {value}"
    if view.facts:
        yield ""
        yield "## The license as a whole"
        yield ""
        for fact in view.facts:
            source = f" (section {fact.section}: “{fact.quote}”)" if fact.quote else ""
            yield f"- {fact.name}: **{fact.value}**{source}"
    for clause in view.clauses:
        yield ""
        yield f"## {clause.label}"
        yield ""
        yield f"{clause.kind}, {', '.join(clause.scopes)}; section {clause.section}:"
        yield f"> {clause.quote}"
        for name, value in clause.parameters:
            yield f"- {name}: {value}"
