"""What is asked of suggestions, and what one says."""

from __future__ import annotations

from dataclasses import dataclass

# Imported at run time, too, for the JSON Schema that pydantic makes of these classes.
from licet_reasoning.explanation import ExplainedFinding
from licet_reasoning.plan import ANYONE, Licensee, Manner, Purpose, Shape, Verb
from licet_reasoning.plan_outcome import Item, LicenseAnswer


@dataclass(frozen=True)
class Question:
    """What somebody wants to publish.

    Attributes:
        works: The works it is made from: ids on the Hub, or ``license:`` and the name of one.
        do: What is done to them.
        how: Whether it is shared, sold, or stays inside.
        form: As what it is published; None for what such a work usually is published as.
        purpose: Whether that is commercial.
        licensee: Who wants to.
    """

    works: tuple[str, ...]
    do: Verb = "merge"
    how: Manner = "share"
    form: Shape | None = None
    purpose: Purpose | None = None
    licensee: Licensee = ANYONE


@dataclass(frozen=True)
class RankedLicense:
    """A license under which a work may be published.

    Attributes:
        license: Its id.
        label: A few words.
        rank: The length of the longest chain of such licenses that restrict less.
        above: The ids of those right below it in that order.
        beside: Where it can speak for what was added alone: inherited terms that go on binding.
        lacking: Rights, in words, that offering the work under it needs, and that no license
            upstream is known to give.
    """

    license: str
    label: str
    rank: int
    above: tuple[str, ...]
    beside: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """A change to a plan, and what it makes possible.

    Attributes:
        what: In words.
        question: The plan as changed.
        may: Of the licenses in its lineage, those that they accept and some common ones: those
            under which its work may be published, least restrictive first; those that can speak
            for what was added alone come last.
        turns_on: The clauses that this stands on, as of a suggestion.
    """

    what: str
    question: Question
    may: tuple[RankedLicense, ...]
    turns_on: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """Under which licenses a work may be published.

    Attributes:
        question: What was asked.
        reading: Under which it was judged.
        answer: ``may``, if under some license it may; ``conditional``, if so, and if facts that
            the question does not tell are as ``turns_on`` asks; ``may not``, if under none;
            ``unknown``.
        may: The licenses under which it may be offered as a whole, least restrictive first.
        beside: Those that may be put on what was added, least restrictive first. The work as a
            whole cannot be offered under them alone: inherited agreements go along with it.
        unknown: Licenses of which nobody can say, with what leaves that open.
        may_not: The others, with the shortest reason.
        unread: How many licenses nobody has read, and nothing is said of.
        turns_on: Whatever the license, the clauses without a look at which nobody may go ahead:
            those of which it is not known whether they apply, and conditions of the rights.
        unknowns: What is not known whatever the license, in words.
        findings: What is wrong or not known whatever the license.
        changes: Where there is none: the smallest changes after which there is one.
    """

    question: Question
    reading: str
    answer: str
    may: tuple[RankedLicense, ...]
    beside: tuple[RankedLicense, ...]
    unknown: tuple[LicenseAnswer, ...]
    may_not: tuple[LicenseAnswer, ...]
    unread: int
    turns_on: tuple[Item, ...]
    unknowns: tuple[str, ...]
    findings: tuple[ExplainedFinding, ...]
    changes: tuple[Change, ...]
