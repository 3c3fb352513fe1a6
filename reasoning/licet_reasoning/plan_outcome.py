"""What judging a plan comes to."""

from __future__ import annotations

from dataclasses import dataclass

# Imported at run time, too, for the JSON Schema that pydantic makes of these classes.
from licet_reasoning.explanation import ExplainedFinding, Imposition, Term
from licet_reasoning.rights import NOT_STATED, UNKNOWN, RightNeeded
from licet_reasoning.triggers import NOT_TRIGGERED

NOT_WITHOUT_PERMISSION = frozenset({"modify", "reproduce", "share", "share-derivative"})
"""Rights without which a plan cannot go ahead: acts that copyright leaves to its holder.

Of services and output, on which a license says nothing, that is not so; patents may not exist.
"""


@dataclass(frozen=True)
class Item:
    """A clause that reaches a publication.

    Attributes:
        clause: In the words of its license.
        group: ``duty``, ``restriction`` or ``condition``.
        status: ``applies``, ``conditional``, ``not-triggered`` or ``in-doubt``.
        why: Why it has that status, in a few words.
        imposed_by: The nearest works that impose it, and how.
        imposers: How many works impose it.
        struck: Whether what is planned is what the clause excludes.
        open: Whether it is not known if it applies.
    """

    clause: Term
    group: str
    status: str
    why: str
    imposed_by: tuple[Imposition, ...]
    imposers: int
    struck: bool = False
    open: bool = False

    @property
    def in_words(self) -> str:
        """Where it stands, and on what it depends."""
        source = f"{self.clause.license}, section {self.clause.section}"
        return f"{self.clause.label} ({source}){f': {self.why}' if self.why else ''}"


@dataclass(frozen=True)
class LicenseAnswer:
    """Whether a publication may be offered under a license.

    Attributes:
        license: Its id.
        label: A few words.
        answer: ``may``, ``may not`` or ``unknown``.
        codes: The codes of findings that stand against it.
        because: Labels of the clauses that these rest on.
        beside: Labels of inherited clauses that it does not carry: it can speak for what was
            added alone, and they go on binding whoever receives the work.
        lacking: Rights, in words, that offering the work under it needs, and that no license
            upstream is known to give.
    """

    license: str
    label: str
    answer: str
    codes: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """What one publication of one work amounts to.

    Attributes:
        work: Its name in the plan.
        name: Its id, if it has one on the Hub or is to have one.
        kind: ``model``, ``dataset`` or ``service``.
        how: ``internal``, ``share`` or ``sell``.
        form: ``weights``, ``binary``, ``service``, ``output`` or ``data``.
        licenses: Ids of the licenses that the plan gives it, or that what it repeats is under.
        may_carry: Where the plan gives none: licenses tried, those that it may carry first.
        rights: The rights that the plan needs, and whether they are given.
        findings: What is wrong or not known, gravest first.
        duties: What must be done.
        restrictions: What must not be done, and what recipients must not do.
        conditions: What the rights depend on.
        unknowns: What is not known, in words.
        alike: Of a work that stays inside: further such works, of which the same holds.
    """

    work: str
    name: str
    kind: str
    how: str
    form: str
    licenses: tuple[str, ...]
    may_carry: tuple[LicenseAnswer, ...]
    rights: tuple[RightNeeded, ...]
    findings: tuple[ExplainedFinding, ...]
    duties: tuple[Item, ...]
    restrictions: tuple[Item, ...]
    conditions: tuple[Item, ...]
    unknowns: tuple[str, ...]
    alike: tuple[str, ...] = ()

    @property
    def open_items(self) -> tuple[Item, ...]:
        """The clauses of which it is not known whether they apply, as facts may be that decide."""
        items = (*self.duties, *self.restrictions, *self.conditions)
        return tuple(item for item in items if item.open and item.status != NOT_TRIGGERED)

    @property
    def open_rights(self) -> tuple[RightNeeded, ...]:
        """The rights that it cannot do without and that nothing known gives."""
        return tuple(
            right
            for right in self.rights
            if right.status == UNKNOWN
            or (right.status == NOT_STATED and right.right in NOT_WITHOUT_PERMISSION)
        )

    @property
    def is_open(self) -> bool:
        """Whether it may turn on a clause, a right or a fact of the licensee that is not known."""
        return bool(self.open_items or self.open_rights)

    @property
    def turns_on(self) -> tuple[Item, ...]:
        """The clauses without a look at which nobody may go ahead: open ones, and conditions."""
        told = {f.because.term.iri for f in self.findings if f.code == "conditions-apply"}
        items = (*self.conditions, *self.restrictions, *self.duties)
        open_ = self.open_items
        return tuple(item for item in items if item.clause.iri in told or item in open_)


@dataclass(frozen=True)
class PlanReport:
    """What a plan amounts to.

    Attributes:
        title: As the plan says.
        reading: Under which it was judged.
        assessments: One for each publication, and one for each work that stays inside.
    """

    title: str
    reading: str
    assessments: tuple[Assessment, ...]

    @property
    def severities(self) -> frozenset[str]:
        """The severities of the findings on all publications, and of what is open there."""
        found = {f.severity for one in self.assessments for f in one.findings}
        return frozenset(found | {"unknown" for one in self.assessments if one.is_open})
