"""What the REST API answers, as models of its description.

They describe answers and do not make them: a test holds each answer against its model.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from licet_ingest.records import STATED_RELATIONS
from licet_ontology.reading_names import readings
from licet_ontology.terms import DEFAULT_READING
from licet_queries.library import folder_queries
from licet_reasoning.explanation import ExplainedFinding, Reason

Severity = Literal["error", "unknown", "warning", "notice"]
EXAMPLE_WORK = "mlabonne/NeuralBeagle14-7B"

_CODES = [query.name for query in folder_queries("findings")]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """A problem of RFC 9457: the one shape of all errors."""

    type: str = Field(description="The kind of problem; its address describes it.")
    title: str
    status: int
    detail: str = Field(description="What is wrong with this request.")


class FindingInShort(_Answer):
    """A finding in a list of works."""

    code: str
    severity: Severity
    open: bool = Field(description="Whether it cannot be decided if a term is kept.")


class Work(_Answer):
    """A work as lists show it."""

    work: str = Field(description="owner/name, datasets/owner/name or services/app.")
    kind: Literal["model", "dataset", "service"]
    iri: str
    author: str | None
    in_graph: bool = Field(description="False where others name it and its record was not read.")
    downloads: int | None
    likes: int | None
    modified: str | None
    licenses: list[str] = Field(description="Ids in the catalogue.")
    gaps: list[str] = Field(description="Why its terms are not known; nothing is permitted by it.")
    findings: list[FindingInShort]


class _OfSnapshot(_Answer):
    snapshot: str = Field(description="The snapshot that was asked.")
    reading: str = Field(description="The reading of contested law that it was concluded under.")


class Works(_OfSnapshot):
    """A page of works, most downloaded first."""

    total: int | None = Field(
        description="How many there are on all pages; null where a text was not searched whole."
    )
    items: list[Work] = Field(description="May be fewer than the limit while there is a next page.")
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class Link(_Answer):
    """A stated derivation to another work."""

    relation: str
    work: str


class WorkSummary(_OfSnapshot, Work):
    """What is stated of a work, and what is found."""

    url: str | None = Field(description="Its page on the hub.")
    stated_licenses: list[str] = Field(description="As written.")
    circumstances: list[str]
    situation: str | None
    derivations: list[Link] = Field(description="What it was made from.")


class LineageWork(Work):
    """A work in the lineage of another."""

    depth: int
    links: list[Link] = Field(description="Works one step nearer that it joins; 20 at most.")
    link_count: int = Field(description="How many such derivations there are.")


class DepthCount(_Answer):
    """How many works there are at one distance."""

    depth: int
    works: int


class Lineage(_OfSnapshot):
    """The works above or below another, nearest first."""

    work: str
    direction: Literal["up", "down"]
    total: int = Field(description="All of them, at any depth and on all pages.")
    by_depth: list[DepthCount]
    items: list[LineageWork]
    next: str | None


class Resource(_Answer):
    """A clause with section and words, or another reason by its name."""

    iri: str
    label: str
    license: str | None = None
    kind: str | None = None
    section: str | None = None
    quote: str | None = None


class Obligation(Resource):
    """A clause that binds whoever publishes a work."""

    inherited: bool
    for_part: bool = Field(description="It governs a separable part, and not the whole.")
    in_doubt: bool = Field(description="The reading leaves open whether it binds.")


class _OfWork(_OfSnapshot):
    work: str
    iri: str
    situation: str


class Obligations(_OfWork):
    """The clauses that bind whoever publishes a work: certain ones first, inherited ones first."""

    obligations: list[Obligation]


class Finding(_Answer):
    """What is wrong, or not known, and what it rests on."""

    iri: str
    code: str
    severity: Severity
    open: bool
    inherited: bool
    label: str
    definition: str
    remedy: str
    because: Resource
    against: list[Resource]


class Findings(_OfWork):
    """What is wrong or not known about a work, the gravest first; none is no promise."""

    findings: list[Finding]


class Explanation(_Answer):
    """Why each clause binds and why each finding holds, with ancestors, paths and words."""

    verdict: str = Field(description="What was found, in words; never that a work is compliant.")
    work: str = Field(description="Its id, with its kind: model/owner/name.")
    reading: str = Field(description="Under which it is concluded.")
    situation: str = Field(description="IRI of its situation.")
    licenses: list[str] = Field(description="Labels of the licenses it states.")
    findings: list[ExplainedFinding] = Field(description="The gravest first.")
    obligations: list[Reason] = Field(description="What binds it, inherited clauses first.")
    in_doubt: list[Reason] = Field(
        description="Clauses of which the reading leaves open whether they bind it."
    )
    only: str = Field(description="The finding code or clause asked about alone, or empty.")
    severities: list[Severity] = Field(
        description="Of all its findings, those that were not asked about included."
    )


class LicenseInShort(_Answer):
    """A license in the list of all."""

    id: str
    label: str
    read: bool = Field(description="Whether its text was read; nothing follows from it if not.")
    family: str
    issued: str
    clauses: int
    works: int


class Licenses(_Answer):
    """The licenses of the catalogue."""

    snapshot: str
    licenses: list[LicenseInShort]


class License(BaseModel):
    """A license with its facts and clauses, each with section and words."""

    model_config = ConfigDict(extra="allow")

    id: str
    label: str
    read: bool
    issued: str
    family: str
    facts: list[dict[str, Any]]
    clauses: list[dict[str, Any]]


class FacetValue(_Answer):
    """A value and the number of works that have it."""

    value: str
    works: int


class Facet(_OfSnapshot):
    """The most frequent values of a facet."""

    facet: str
    values: list[FacetValue]


class Statistics(_OfSnapshot):
    """How much the snapshot holds."""

    finished: str
    statistics_of: str = Field(
        description="The snapshot that the statistics in the graph are of: updates leave them."
    )
    works: int
    works_in_graph: int
    derivations: int
    situations: int
    triples: int
    kinds: list[FacetValue]
    relations: list[FacetValue]
    gaps: list[FacetValue]
    findings: list[FacetValue] = Field(description="Works with each finding.")
    open_questions: list[FacetValue]


class QueryParameter(_Answer):
    """A parameter of a saved query."""

    name: str
    type: str
    example: str


class SavedQuery(_Answer):
    """A saved query, which its address answers."""

    name: str
    summary: str
    description: str
    parameters: list[QueryParameter]
    url: str


# What is asked

FacetName = Literal["kind", "license", "family", "gap", "author", "relation", "finding", "question"]


def _one_of(*values: str) -> dict[str, Any]:
    return {"enum": [*values]}


class Asked(BaseModel):
    """Under which reading."""

    model_config = ConfigDict(extra="forbid")

    reading: str = Field(
        default=DEFAULT_READING,
        description="The reading of contested law.",
        json_schema_extra=_one_of(*readings()),
    )

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, field in type(self).model_fields.items():
            extra, value = field.json_schema_extra, getattr(self, name)
            allowed = extra.get("enum") if isinstance(extra, dict) else None
            if isinstance(allowed, list) and value is not None and value not in allowed:
                raise ValueError(f"{name} is one of {', '.join(map(str, allowed))}")
        return self


Name = Annotated[
    str,
    Field(
        description="owner/name, datasets/owner/name or services/app.",
        max_length=250,
        examples=[EXAMPLE_WORK],
    ),
]
Limit = Annotated[int, Field(ge=1, le=200, description="Items of a page at most.", examples=[20])]
Cursor = Annotated[str | None, Field(max_length=1000, description="`next` of the page before.")]


class AskedOfWork(Asked):
    """Which work, under which reading."""

    work: Name


class AskedExplanation(AskedOfWork):
    """What of it."""

    finding: str = Field(
        default="",
        description="Only findings of this code.",
        json_schema_extra=_one_of("", *_CODES),
    )
    clause: str = Field(
        default="",
        max_length=300,
        description="Only this clause, as license and slug, and the findings that rest on it.",
        examples=["cc-by-nc-4.0/non-commercial"],
    )
    ancestors: int = Field(
        default=20, ge=1, le=1000, description="Works listed at most that impose one term."
    )


class AskedWorks(Asked):
    """A text and facets; all must be met."""

    q: str = Field(
        default="",
        max_length=200,
        description="Words that the id holds, anywhere; one of three characters at least.",
        examples=["beagle 7b"],
    )
    kind: Literal["model", "dataset", "service", "any"] = "model"
    license: str | None = Field(
        default=None,
        max_length=200,
        description="An id of the catalogue.",
        examples=["cc-by-nc-4.0"],
    )
    author: str | None = Field(default=None, max_length=200, examples=["mlabonne"])
    family: str | None = Field(
        default=None, max_length=200, description="A family named in place of a license."
    )
    gap: str | None = Field(default=None, max_length=200, description="Why terms are not known.")
    relation: str | None = Field(
        default=None,
        description="How it was made from another work, as a property of the ontology.",
        json_schema_extra=_one_of(*sorted(STATED_RELATIONS)),
        examples=["mergedFrom"],
    )
    finding: str | None = Field(
        default=None, description="The code of a finding.", json_schema_extra=_one_of(*_CODES)
    )
    question: str | None = Field(
        default=None,
        description="The code of a finding that cannot be decided.",
        json_schema_extra=_one_of(*_CODES),
    )
    limit: Limit = 20
    cursor: Cursor = None


class AskedLineage(AskedOfWork):
    """Whose lineage, in which direction and how far."""

    direction: Literal["up", "down"] = Field(
        default="up", description="To what it was made from, or to what was made from it."
    )
    depth: int | None = Field(
        default=None, ge=1, le=1_000_000, description="List only works so near; all are counted."
    )
    limit: Limit = 20
    cursor: Cursor = None


class AskedFacet(Asked):
    """How many values."""

    limit: Limit = 50
