"""One license as a lawyer would want to read it, from the shipped catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from licet_ontology import modules
from licet_ontology.errors import UsageError
from licet_ontology.nodes import text_of
from licet_ontology.terms import NS, RDF, RDFS, license_iri, local_name, term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    """The triples of ontology and catalogue by subject."""

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


@cache
def _index() -> _Index:
    return _Index()


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
    index = _index()
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


def license_turtle(license_id: str) -> str:
    """Return the catalogue's file on a license, as it is written.

    Raises:
        UsageError: There is none of that id.
    """
    folder = files("licet_ontology").joinpath("licenses")
    file = folder.joinpath(f"{license_id}.ttl")
    if license_id not in license_ids():
        raise UsageError(f"no license {license_id!r} in the catalogue; licet licenses lists all")
    unread = folder.joinpath("unread.ttl")
    return (file if file.is_file() else unread).read_text(encoding="utf-8").rstrip("\n")


def overview(views: Sequence[LicenseView]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return column names and one row per license: what it is called and allows."""
    rows: list[tuple[str, ...]] = [
        (
            view.id,
            view.label,
            str(len(view.clauses)) if view.read else "not read",
            next((fact.value for fact in view.facts if fact.name == "commercialUse"), ""),
        )
        for view in views
    ]
    return ("license", "name", "clauses", "commercial use"), rows


_COMPARED = (
    ("commercial use", "commercialUse"),
    ("revocability", "revocability"),
    ("sublicensing", "sublicensing"),
    ("patents", "patentGrant"),
    ("extracted models", "extractedModels"),
    ("adapters", "adapters"),
)
_MARKED = (
    ("attribution", {"attribution"}),
    ("license copy", {"license-copy"}),
    ("changes", {"state-changes"}),
    ("share-alike", {"share-alike"}),
    ("source", {"source-disclosure"}),
    ("use limits", {"use-restriction", "field-of-use"}),
    ("pass-through", {"pass-through"}),
    ("no derivatives", {"no-derivatives"}),
    ("naming", {"naming", "display-notice"}),
    ("output ban", {"output-improvement-ban", "output-restriction"}),
    ("thresholds", {"mau-threshold", "revenue-threshold", "territory"}),
)


def comparison(
    views: Sequence[LicenseView],
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return column names and one row per license: facts, and which kinds of clause it has."""
    names = ("license", *(name for name, _ in (*_COMPARED, *_MARKED)))
    rows: list[tuple[str, ...]] = []
    for view in views:
        facts = {fact.name: fact.value for fact in view.facts}
        kinds = {clause.kind for clause in view.clauses}
        if view.read:
            marks = ["x" if wanted & kinds else "" for _, wanted in _MARKED]
            rows.append((view.id, *(facts.get(fact, "") for _, fact in _COMPARED), *marks))
        else:
            rows.append((view.id, *("not read" for _ in _COMPARED), *("?" for _ in _MARKED)))
    return names, rows


def comparison_markdown(views: Sequence[LicenseView]) -> Iterator[str]:
    """Yield the comparison of licenses as a Markdown document."""
    names, rows = comparison(views)
    yield "# The licenses at a glance"
    yield ""
    yield (
        f"{sum(view.read for view in views)} licenses read clause by clause, and "
        f"{sum(not view.read for view in views)} known by name alone, from which nothing is "
        "concluded. Made by `licet licenses --format markdown`; `licet licenses ID` shows one "
        "with sections and quotes. An x says that a clause of the kind is in the text, under "
        "whatever condition; this is not legal advice."
    )
    yield ""
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
