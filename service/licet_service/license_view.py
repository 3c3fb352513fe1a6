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
from licet_ontology.terms import (
    BASE,
    DCTERMS,
    NS,
    RDF,
    RDFS,
    SKOS,
    license_iri,
    local_name,
    term,
)
from licet_reasoning.explanation import PARAMETERS, Term
from licet_reasoning.license_facts import LicenseFacts
from licet_reasoning.rights import RIGHTS, right_in

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
    "secondReading",
)
_GROUPS = {
    term(group): group.lower() for group in ("Duty", "Prohibition", "Condition", "Permission")
}
_APART = {
    RDF + "type",
    RDFS + "label",
    *(NS + name for name in ("section", "quote", "settlement", "evidence")),
}
"""What of a clause has a field of its own; all else is a parameter."""


@dataclass(frozen=True)
class Evidence:
    """The words of a license that carry a fact, or that accept other licenses.

    Attributes:
        about: The property whose value they carry.
        section: Where they stand.
        quote: They themselves.
        concerns: Ids of the licenses that they accept.
        settlements: How differences between two readings of them were settled.
    """

    about: str
    section: str
    quote: str
    concerns: tuple[str, ...]
    settlements: tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """A fact about a whole license.

    Attributes:
        name: The property.
        code: The name of its value, such as ``notStated``.
        value: The value in words.
        section: Of the first words that carry it; empty if the text does not state it.
        quote: These words.
        evidence: All words that carry it.
    """

    name: str
    code: str
    value: str
    section: str
    quote: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class RightView:
    """Whether a license gives a right, by the rule that plans go by.

    Attributes:
        right: Its code, such as ``modify``.
        label: Its name.
        status: ``granted``, ``reserved``, ``conditional`` or ``not-stated``.
        section: Where the license says so; empty if nothing is quoted from it.
        quote: In which words.
    """

    right: str
    label: str
    status: str
    section: str
    quote: str


@dataclass(frozen=True)
class ClauseView:
    """A clause with all that the catalogue says of it.

    Attributes:
        slug: As in its IRI.
        kind: The code of its kind.
        group: ``duty``, ``prohibition``, ``condition`` or ``permission``.
        label: What to do or not to do, in a few words.
        scopes: The properties that attach it to its license: whom it binds.
        section: Where it stands.
        quote: The words that carry it.
        parameters: Whatever else is stated of it, by property.
        evidence: The words by which it accepts other licenses.
        settlements: How differences between two readings of it were settled.
    """

    slug: str
    kind: str
    group: str
    label: str
    scopes: tuple[str, ...]
    section: str
    quote: str
    parameters: tuple[tuple[str, str], ...]
    evidence: tuple[Evidence, ...]
    settlements: tuple[str, ...]


@dataclass(frozen=True)
class LicenseView:
    """A license with its facts and clauses.

    Attributes:
        id: As in its IRI.
        label: Its name.
        read: Whether its text has been read; if not, nothing follows from it.
        issued: The day or month of its publication, where it is known.
        family: The name of the group of licenses it belongs to, where it is known.
        identity: Names, version, steward, address and hash of the text, second reading, by
            property.
        facts: About the whole of it.
        rights: To use, modify and share the work; none of a license that was not read.
        clauses: In order of slug.
    """

    id: str
    label: str
    read: bool
    issued: str
    family: str
    identity: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    rights: tuple[RightView, ...]
    clauses: tuple[ClauseView, ...]


class _Index:
    """The triples of ontology and catalogue by subject."""

    def __init__(self) -> None:
        self.by_subject: dict[str, list[Triple]] = {}
        for t in (*modules.ontology(), *modules.catalogue()):
            self.by_subject.setdefault(text_of(t.subject), []).append(t)
        self.aliases: dict[str, list[str]] = {}
        for alias in self.by_subject:
            for license_ in self.stated(alias, NS + "names"):
                self.aliases.setdefault(license_, []).append(self.value(alias, RDFS + "label"))

    def stated(self, subject: str, predicate: str) -> list[str]:
        """Return the objects in the order of their file."""
        return [
            text_of(t.object)
            for t in self.by_subject.get(subject, ())
            if t.predicate.value == predicate
        ]

    def values(self, subject: str, predicate: str) -> list[str]:
        return sorted(self.stated(subject, predicate))

    def value(self, subject: str, predicate: str) -> str:
        return next(iter(self.values(subject, predicate)), "")

    def term(self, iri: str) -> Term:
        """Return a clause in words."""
        return Term(
            iri,
            "clause",
            kind=self.value(self.value(iri, RDF + "type"), NS + "code"),
            label=self.value(iri, RDFS + "label"),
            section=self.value(iri, NS + "section"),
            quote=self.value(iri, NS + "quote"),
            parameters=tuple(
                (name, value) for name in PARAMETERS for value in self.values(iri, NS + name)
            ),
        )


@cache
def _index() -> _Index:
    return _Index()


@cache
def license_ids() -> tuple[str, ...]:
    """Return the ids of all licenses in the catalogue, sorted."""
    classes = {NamedNode(term("License")), NamedNode(term("UnreadLicense"))}
    return tuple(
        sorted(
            local_name(text_of(t.subject)).removeprefix("license/")
            for t in modules.catalogue()
            if t.predicate.value == RDF + "type" and t.object in classes
        )
    )


def is_read(license_id: str) -> bool:
    """Tell whether the text of a license of the catalogue has been read."""
    return term("UnreadLicense") not in _index().values(license_iri(license_id), RDF + "type")


def resource_view(iri: str) -> dict[str, str]:
    """Return a clause with license, kind, section and quote; of anything else, its label."""
    index = _index()
    view = {"iri": iri, "label": index.value(iri, RDFS + "label") or local_name(iri)}
    if quote := index.value(iri, NS + "quote"):
        view |= {
            "license": iri.removeprefix(BASE + "clause/").partition("/")[0],
            "kind": index.value(index.value(iri, RDF + "type"), NS + "code"),
            "section": index.value(iri, NS + "section"),
            "quote": quote,
        }
    return view


def clause_group(iri: str) -> str:
    """Return ``duty``, ``prohibition``, ``condition`` or ``permission``: what a clause is."""
    index = _index()
    above = index.values(index.value(iri, RDF + "type"), RDFS + "subClassOf")
    return next((_GROUPS[group] for group in above if group in _GROUPS), "condition")


def definition(name: str) -> str:
    """Return what a term of the vocabulary means, without what follows its first colon."""
    return _index().value(term(name), SKOS + "definition").partition(":")[0].rstrip(".")


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
        issued=index.value(iri, DCTERMS + "issued"),
        family=index.value(index.value(iri, NS + "family"), RDFS + "label"),
        identity=tuple(
            (name, value)
            for name in _IDENTITY
            for value in (
                sorted(index.aliases.get(iri, ()))
                if name == "alias"
                else index.values(iri, NS + name)
            )
        ),
        facts=tuple(_facts(index, iri)),
        rights=tuple(_rights(index, iri)),
        clauses=tuple(_clauses(index, iri)),
    )


def _evidence(index: _Index, subject: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            about=index.value(node, NS + "about"),
            section=index.value(node, NS + "section"),
            quote=index.value(node, NS + "quote"),
            concerns=tuple(
                local_name(iri).removeprefix("license/")
                for iri in index.values(node, NS + "concerns")
            ),
            settlements=tuple(index.values(node, NS + "settlement")),
        )
        for node in index.stated(subject, NS + "evidence")
    )


def _facts(index: _Index, iri: str) -> Iterator[Fact]:
    evidence = _evidence(index, iri)
    for name in _FACTS:
        carried = tuple(words for words in evidence if words.about == name)
        for value in index.values(iri, NS + name):
            yield Fact(
                name=name,
                code=local_name(value),
                value=index.value(value, RDFS + "label"),
                section=carried[0].section if carried else "",
                quote=carried[0].quote if carried else "",
                evidence=carried,
            )


_RIGHTS = ("reproduce", "modify", "share", "share-derivative", "commercial-use")


def _rights(index: _Index, iri: str) -> Iterator[RightView]:
    facts = _license_facts(index, iri)
    for right in _RIGHTS if facts.read else ():
        found = right_in(index, facts, "", right, commercial=None)
        yield RightView(right, RIGHTS[right], found.status, found.section, found.quote)


def _license_facts(index: _Index, iri: str) -> LicenseFacts:
    evidence: dict[str, list[tuple[str, str]]] = {}
    for words in _evidence(index, iri):
        evidence.setdefault(words.about, []).append((words.section, words.quote))
    stated: dict[str, list[str]] = {}
    for t in index.by_subject[iri]:
        if t.predicate.value.startswith(NS) and isinstance(t.object, NamedNode):
            stated.setdefault(local_name(t.predicate.value), []).append(t.object.value)
    return LicenseFacts(
        iri=iri,
        id=local_name(iri).removeprefix("license/"),
        label=index.value(iri, RDFS + "label"),
        read=term("UnreadLicense") not in index.values(iri, RDF + "type"),
        families=(),
        facts={
            name: tuple(map(local_name, sorted(values)))
            for name, values in stated.items()
            if name in _FACTS
        },
        evidence={about: tuple(sorted(places)) for about, places in evidence.items()},
        scopes={
            name: tuple(sorted(clauses))
            for name, clauses in stated.items()
            if name.startswith("on")
        },
    )


def _clauses(index: _Index, iri: str) -> Iterator[ClauseView]:
    scopes: dict[str, list[str]] = {}
    for t in index.by_subject[iri]:
        if t.predicate.value.startswith(NS + "on") and isinstance(t.object, NamedNode):
            scopes.setdefault(t.object.value, []).append(local_name(t.predicate.value))
    for clause in sorted(scopes):
        kind = index.value(clause, RDF + "type")
        above = index.values(kind, RDFS + "subClassOf")
        yield ClauseView(
            slug=clause.rsplit("/", 1)[-1],
            kind=index.value(kind, NS + "code"),
            group=next(_GROUPS[group] for group in above if group in _GROUPS),
            label=index.value(clause, RDFS + "label"),
            scopes=tuple(sorted(scopes[clause])),
            section=index.value(clause, NS + "section"),
            quote=index.value(clause, NS + "quote"),
            parameters=tuple(
                sorted(
                    (local_name(t.predicate.value), local_name(text_of(t.object)))
                    for t in index.by_subject[clause]
                    if t.predicate.value not in _APART
                )
            ),
            evidence=_evidence(index, clause),
            settlements=tuple(index.values(clause, NS + "settlement")),
        )


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
