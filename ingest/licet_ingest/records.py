"""What every source is turned into: works, derivations and faults."""

from __future__ import annotations

from dataclasses import dataclass, field

from licet_ontology.terms import term

MISSING_WORK = term("MissingWork")
"""The gap of a work that is named by another and whose own record was not read."""
UNNAMED_WORK = term("UnnamedWork")
"""The gap of a work that names a base or dataset in a way that leads to none."""
UNSTATED_RELATION = term("UnstatedRelation")
"""The gap of a work that names a base without saying how it derives from it."""
LICENSE_MISMATCH = term("LicenseMismatch")
"""The circumstance of a work of which several sources name different licenses."""
UNREAD_TEXT = term("UnreadText")
"""The circumstance of a work that names a license and holds a text that may say otherwise."""
LINEAGE_MISMATCH = term("LineageMismatch")
"""The circumstance of a work of which several sources name different bases."""

RENAMED = "renamed"
"""Source of a derivation that the Hub seems to have resolved under another name of its parent.

It becomes one of the card where a work of that name was read and is not gone, for then the Hub
did not resolve it at all; otherwise it is dropped, see `licet_ingest.resolution`.
"""
LINEAGE_GAPS = frozenset({MISSING_WORK, UNNAMED_WORK, UNSTATED_RELATION})
"""Gaps that say nothing of a work's own license."""

MODEL_RELATIONS = {
    "finetune": "finetunedFrom",
    "adapter": "adapterFor",
    "merge": "mergedFrom",
    "quantized": "quantizedFrom",
}
"""The Hub's words for relations, as properties of the ontology."""

STATED_RELATIONS = frozenset(
    {
        *MODEL_RELATIONS.values(),
        "abliteratedFrom",
        "adaptedFrom",
        "basedOn",
        "bundles",
        "combines",
        "convertedFrom",
        "copyOf",
        "distilledFrom",
        "generatedBy",
        "prunedFrom",
        "trainedOn",
    }
)
"""Properties of the ontology that a source can state of two works."""

KINDS = ("model", "dataset", "service")


@dataclass(frozen=True, slots=True)
class Derivation:
    """One stated derivation.

    Attributes:
        child: ``(kind, id)`` of the work that was made.
        relation: One of ``STATED_RELATIONS``.
        parent: ``(kind, id)`` of the work it was made from.
        source: What states it: ``hub`` (resolved by the Hub), ``card``, ``tag`` (one that its
            author wrote), ``recipe`` (of a merge), the name of a file of the work, an address,
            or for the time being ``RENAMED``.
    """

    child: tuple[str, str]
    relation: str
    parent: tuple[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A record or value of a source that could not be taken over.

    Attributes:
        record: The id of the record, or its place in the source.
        field: Where in the record the fault is.
        value: What stands there, cut to a bounded length.
        reason: Why it was not taken over.
        record_rejected: Whether the whole record was left out, or only this value.
    """

    record: str
    field: str
    value: str
    reason: str
    record_rejected: bool


@dataclass(frozen=True, slots=True)
class DetectedText:
    """A file of a work that holds a license text, and which.

    Attributes:
        file: Its name in the repository.
        status: ``identified``, ``extended``, ``nearest`` or ``unknown``, as in
            `licet_ontology.identify.Identification`.
        licenses: IRIs of the licenses whose whole text it holds; none where it only is near.
    """

    file: str
    status: str
    licenses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LicenseStatement:
    """What one source says of the license of a work; kept where several do not say the same.

    Attributes:
        source: ``hub``, ``card``, ``card license_name``, ``card license_link`` or ``file NAME``.
        value: As written; of a file, the status of its text.
        licenses: IRIs of the licenses that it names.
    """

    source: str
    value: str
    licenses: tuple[str, ...] = ()


@dataclass(slots=True)
class WorkRecord:
    """What one source says of one work.

    Every field but ``derivations`` is a column of the works table.

    Attributes:
        kind: One of ``KINDS``.
        id: ``owner/name``, or ``name`` alone for the Hub's oldest works.
        author: The owning account.
        created: When it was published, ISO 8601 in UTC.
        modified: When it was last changed, ISO 8601 in UTC.
        downloads: In the 30 days before the source was read.
        likes: When the source was read.
        gated: ``no``, ``yes``, ``auto`` or ``manual``; None where the source is silent.
        removed: Whether the source says that the work is gone.
        removed_at: When it went, ISO 8601 in UTC.
        private: Whether only its owner can see it.
        disabled: Whether the Hub has blocked access to it.
        new_version: Id of the model that its author says replaces it; no derivation.
        pipeline_tag: The Hub's task.
        library_name: The Hub's library.
        stated_licenses: Values of the license field as written.
        license_name: As written.
        license_link: As written.
        licenses: IRIs of the licenses used for reasoning: all that any source names.
        declared_licenses: Those of them that card and Hub state.
        detected_licenses: The license texts among its files, see `licet_ingest.license_sources`.
        license_statements: What each source says, where several do not say the same.
        families: IRIs of license families named in place of a license.
        gaps: IRIs of reasons why its terms are not known.
        circumstances: IRIs of facts about it that leave its terms known, such as a mismatch.
        stated_bases: Values of base_model as written that are not the id of a parent as it is.
        prose_warnings: Where the prose of its card speaks against its license field.
        derivations: What it was made from.
    """

    kind: str
    id: str
    author: str | None = None
    created: str | None = None
    modified: str | None = None
    downloads: int | None = None
    likes: int | None = None
    gated: str | None = None
    removed: bool = False
    removed_at: str | None = None
    private: bool = False
    disabled: bool = False
    new_version: str | None = None
    pipeline_tag: str | None = None
    library_name: str | None = None
    stated_licenses: tuple[str, ...] = ()
    license_name: str | None = None
    license_link: str | None = None
    licenses: tuple[str, ...] = ()
    declared_licenses: tuple[str, ...] = ()
    detected_licenses: tuple[DetectedText, ...] = ()
    license_statements: tuple[LicenseStatement, ...] = ()
    families: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    circumstances: tuple[str, ...] = ()
    stated_bases: tuple[str, ...] = ()
    prose_warnings: tuple[str, ...] = ()
    derivations: list[Derivation] = field(default_factory=list[Derivation])

    @property
    def key(self) -> tuple[str, str]:
        """Kind and id, which together name the work."""
        return self.kind, self.id
