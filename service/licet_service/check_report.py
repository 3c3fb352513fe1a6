"""What a check of one work found: findings, duties with evidence, terms to know, and notes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from licet_reasoning.discharge import FULFILLED, MISSING, UNSEEN
from licet_service.plain import plain

if TYPE_CHECKING:
    from licet_reasoning.discharge import Discharge
    from licet_reasoning.explanation import Explanation, Imposition, Reason, Term

FINE, ERRORS, UNKNOWN = 0, 1, 3
"""What a report amounts to, as the exit status of the command line."""
STATES = (MISSING, UNSEEN, FULFILLED)
STATE_WORDS = {
    FULFILLED: "fulfilled",
    MISSING: "missing",
    UNSEEN: "cannot be seen from here",
}


@dataclass(frozen=True)
class CheckedDuty:
    """A duty that a work inherits, and whether it is discharged.

    Attributes:
        term: The clause.
        imposed_by: The works that impose it, nearest first.
        accepts: Ids of the licenses that the clause accepts, if it is about that.
        in_doubt: Whether the reading leaves open if it binds.
        discharge: Whether it is discharged, and by what.
    """

    term: Term
    imposed_by: tuple[Imposition, ...]
    accepts: tuple[str, ...]
    in_doubt: bool
    discharge: Discharge

    @property
    def is_open(self) -> bool:
        """Whether nobody has said if it is done."""
        return self.discharge.state == UNSEEN and self.discharge.answer is None


@dataclass(frozen=True)
class Note:
    """Something to know of the repository itself.

    Attributes:
        code: Which kind of note.
        severity: ``unknown``, ``warning`` or ``note``.
        text: What was seen.
        file: Where, or empty.
        line: There, or 0.
        to_do: What to do about it, or empty.
    """

    code: str
    severity: str
    text: str
    file: str = ""
    line: int = 0
    to_do: str = ""


@dataclass(frozen=True)
class CheckReport:
    """What a check of one work found.

    Attributes:
        explanation: Findings and all clauses that bind it, with reasons.
        seen: ``files``, or ``metadata`` where duties cannot be seen at all.
        snapshot: Id of the snapshot that its lineage was read from, or empty.
        duties: What it inherits and must do.
        terms: What else it inherits: prohibitions and conditions.
        notes: On the repository itself.
        card: Name of the card, or empty.
        fields: Line of each field of the card's front matter.
    """

    explanation: Explanation
    seen: str
    snapshot: str
    duties: tuple[CheckedDuty, ...]
    terms: tuple[Reason, ...]
    notes: tuple[Note, ...]
    card: str
    fields: dict[str, int]

    @property
    def status(self) -> int:
        """Whether terms are violated, something is unknown, or nothing is wrong."""
        if self.explanation.has_errors or self.in_state(MISSING):
            return ERRORS
        open_ = any(duty.is_open for duty in self.duties)
        if (
            open_
            or self.explanation.has_unknowns
            or any(n.severity == "unknown" for n in self.notes)
        ):
            return UNKNOWN
        return FINE

    @property
    def verdict(self) -> str:
        """What was found, in words; never that a work is compliant."""
        missing = len(self.in_state(MISSING))
        unknown = any(duty.is_open for duty in self.duties) or self.explanation.has_unknowns
        unknown = unknown or any(note.severity == "unknown" for note in self.notes)
        if self.explanation.has_errors:
            said = "terms are violated"
        elif missing:
            said = f"{missing} {'duties are' if missing > 1 else 'duty is'} not fulfilled"
        elif unknown:
            return "no violation was found, and something that could be one is not known"
        elif any(finding.severity == "warning" for finding in self.explanation.findings):
            said = "no violation was found; there are warnings"
        else:
            said = "no violation was found"
        return f"{said}, and more is not known" if unknown else said

    def in_state(self, state: str) -> list[CheckedDuty]:
        """Return the duties in a state."""
        return [duty for duty in self.duties if duty.discharge.state == state]

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values, complete."""
        report: dict[str, Any] = plain(self.parts())
        return report

    def parts(self) -> dict[str, Any]:
        """Return the same with dataclasses in it, for who writes it as JSON at once."""
        explanation = {f.name: getattr(self.explanation, f.name) for f in fields(self.explanation)}
        return {
            "verdict": self.verdict,
            "status": self.status,
            "seen": self.seen,
            "snapshot": self.snapshot,
            "duty_counts": {state: len(self.in_state(state)) for state in STATES},
            **explanation,
            "duties": [
                {
                    "state": duty.discharge.state,
                    "clause": duty.term,
                    "imposed_by": duty.imposed_by,
                    "accepts": duty.accepts,
                    "in_doubt": duty.in_doubt,
                    "why": duty.discharge.why,
                    "to_do": duty.discharge.to_do,
                    "evidence": duty.discharge.evidence,
                    "answer": duty.discharge.answer,
                }
                for duty in self.duties
            ],
            "terms": self.terms,
            "notes": self.notes,
        }
