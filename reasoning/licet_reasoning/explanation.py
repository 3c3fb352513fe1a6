"""What an explanation says: conclusions about a work, each with all that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from licet_ontology.terms import local_name

SEVERITIES = ("error", "unknown", "warning", "notice")
"""From the gravest on."""

PARAMETERS = (
    "namePrefix",
    "phrase",
    "threshold",
    "unit",
    "period",
    "referenceDate",
    "territory",
    "condition",
)
"""Properties that say what exactly a clause asks for."""


class Chain(NamedTuple):
    """A way by which a clause may come to a work.

    Attributes:
        axiom: As ``property ⊒ chain``.
        relation: The lineage relation, or None for a clause of the work's own license.
        terms: The force that a license must have.
        license: The license that attaches the clause.
        in_doubt: Whether the reading leaves open if it binds.
    """

    axiom: str
    relation: str | None
    terms: str
    license: str
    in_doubt: bool

    @classmethod
    def by(cls, axiom: tuple[str, str | None, str, str], license_: str, *, in_doubt: bool) -> Chain:
        """Return the way that an axiom opens: its property, relation, terms and scope."""
        property_, *links = axiom
        told = " ∘ ".join(local_name(link) for link in links if link)
        _, relation, terms, _ = axiom
        return cls(f"{local_name(property_)} ⊒ {told}", relation, terms, license_, in_doubt)


@dataclass(frozen=True)
class Step:
    """One stated derivation on a path; ids without the base of their IRIs."""

    child: str
    relation: str
    parent: str


@dataclass(frozen=True)
class Imposition:
    """How a term of one work reaches another.

    Attributes:
        work: The work whose term it is; the explained work itself if the path is empty.
        axiom: The axiom that lets it through, as ``property ⊒ chain``, or the relation of a rule
            that looks upstream itself, or empty.
        path: The shortest path of derivations to it; of a long one both ends.
        force: Why the license of that work has the force that the axiom asks for, as
            ``ground ⊑ … ⊑ force``, or empty where the axiom asks for the license alone.
        in_doubt: Whether the reading leaves open if the term binds.
        steps: How many steps the whole path has.
    """

    work: str
    axiom: str
    path: tuple[Step, ...]
    force: str = ""
    in_doubt: bool = False
    steps: int = 0


@dataclass(frozen=True)
class Term:
    """A clause, license, gap or circumstance, in the words of catalogue and ontology.

    Attributes:
        iri: What it is.
        type: ``clause``, ``license`` or ``circumstance``.
        kind: Code of the clause kind, or empty.
        label: A few words.
        definition: What its kind means.
        license: Label of the license that a clause belongs to, or empty.
        section: Where in the license it stands, or empty.
        quote: The words of the license, or empty.
        text_sha256: Of the normalized license text, or empty.
        remedy: What fulfils it, or empty.
        parameters: Prescribed phrases, prefixes, thresholds and conditions, by name.
        license_iri: The license that a clause belongs to, or empty.
    """

    iri: str
    type: str
    kind: str = ""
    label: str = ""
    definition: str = ""
    license: str = ""
    section: str = ""
    quote: str = ""
    text_sha256: str = ""
    remedy: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    license_iri: str = ""


@dataclass(frozen=True)
class Look:
    """One thing that was looked for, and what the snapshot shows of it.

    Attributes:
        what: What was looked for.
        found: What was seen, or empty.
        visible: Whether a snapshot can show it at all; if not, nobody has looked.
    """

    what: str
    found: tuple[str, ...] = ()
    visible: bool = True


@dataclass(frozen=True)
class Evidence:
    """What would discharge a term, and what of that was looked for.

    Attributes:
        discharged_by: What fulfils the term or makes the finding go away.
        looks: What was looked for in the snapshot, found or not.
    """

    discharged_by: str
    looks: tuple[Look, ...]


@dataclass(frozen=True)
class Reason:
    """A term with the works that impose it.

    Attributes:
        term: The term.
        imposed_by: The nearest works that impose it.
        works: How many impose it in all.
        evidence: What would fulfil it and what of that was found; of an obligation.
    """

    term: Term
    imposed_by: tuple[Imposition, ...]
    works: int = 0
    evidence: Evidence | None = None


@dataclass(frozen=True)
class ExplainedFinding:
    """A finding or open question with its reasons.

    Attributes:
        code: Its finding code.
        severity: ``error``, ``warning``, ``unknown`` or ``notice``.
        open: Whether it is an open question: the term applies, and nobody can say if it is kept.
        label: A few words.
        definition: What findings of this code say.
        remedy: What to do.
        because: What it rests on.
        against: What stands against that.
        iri: Its node in the graph.
        rule: The file of the rule that found it, below ``licet_queries``.
        conflict: Of terms that leave no license: the fewest clauses that do so together.
        left_open_by: Of an open question: the gaps each of which alone leaves it open.
        left_open_when: Of an open question: when the rule leaves it open, in general.
        evidence: What would discharge it and what of that was found.
    """

    code: str
    severity: str
    open: bool
    label: str
    definition: str
    remedy: str
    because: Reason
    against: tuple[Reason, ...]
    iri: str = ""
    rule: str = ""
    conflict: tuple[Reason, ...] = ()
    left_open_by: tuple[Reason, ...] = ()
    left_open_when: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Explanation:
    """All that is concluded of one work under one reading, with reasons.

    Attributes:
        work: Its id, with its kind: ``model/owner/name``.
        reading: Under which it is concluded.
        situation: IRI of its situation.
        licenses: Labels of the licenses it states.
        findings: By severity.
        obligations: The clauses that bind it, inherited ones first.
        in_doubt: The clauses of which the reading leaves open whether they bind it.
        only: The finding code or clause that was asked about alone, or empty.
        severities: Of all its findings, those that were not asked about included.
    """

    work: str
    reading: str
    situation: str
    licenses: tuple[str, ...]
    findings: tuple[ExplainedFinding, ...]
    obligations: tuple[Reason, ...]
    in_doubt: tuple[Reason, ...] = ()
    only: str = ""
    severities: tuple[str, ...] = ()

    def has(self, severity: str) -> bool:
        """Return whether any finding on the work is of a severity, shown here or not."""
        return severity in self.severities or any(f.severity == severity for f in self.findings)

    @property
    def has_errors(self) -> bool:
        """Whether a term is violated."""
        return self.has("error")

    @property
    def has_unknowns(self) -> bool:
        """Whether something is unknown that could be a violation."""
        return self.has("unknown")


def gravest_first(finding: ExplainedFinding) -> tuple[int, bool, str, str]:
    """Return what puts findings in order: by severity, then findings before open questions."""
    severity = SEVERITIES.index(finding.severity)
    return severity, finding.open, finding.code, finding.because.term.iri
