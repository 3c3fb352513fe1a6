"""Which rights an action needs in the works it uses, and whether their licenses give them.

A right is granted only where words of the license that the catalogue quotes give it, and reserved
only where its words withhold it. What the catalogue does not quote is not stated, whatever
everybody takes the license to mean.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_reasoning.explanation import Term
    from licet_reasoning.license_facts import LicenseFacts

GRANTED, RESERVED, CONDITIONAL, NOT_STATED, NOT_NEEDED, UNKNOWN = (
    "granted",
    "reserved",
    "conditional",
    "not-stated",
    "not-needed",
    "unknown",
)

RIGHTS = {
    "reproduce": "Right to use and reproduce",
    "modify": "Right to modify",
    "share": "Right to share",
    "share-derivative": "Right to share what was made from it",
    "sublicense": "Right to offer it under other terms",
    "commercial-use": "Right to use it commercially",
    "offer-as-service": "Right to offer it as a service",
    "share-output": "Right to share its output",
    "train-on-output": "Right to train models on its output",
    "patent": "Patent rights",
}
"""What each right is called."""
STATUSES = {RESERVED: "reserved by the licensor", UNKNOWN: "not known", NOT_STATED: "not stated"}
"""What is said of a right that is not given."""

ON_OUTPUT = {
    "conditional": "output is covered under a condition that the text states",
    "outputExcluded": "output is left out, and what is made from it is not named",
}
"""Why a right in output is conditional where the text leaves it to what the output is."""


class Terms(Protocol):
    """Whatever knows the clauses of licenses in words."""

    def term(self, iri: str) -> Term:
        """Return a clause in the words of the catalogue."""
        ...


@dataclass(frozen=True)
class RightNeeded:
    """A right that the plan needs in a work.

    Attributes:
        right: ``reproduce``, ``modify``, ``share``, ``share-derivative``, ``sublicense``,
            ``commercial-use``, ``offer-as-service``, ``share-output``, ``train-on-output`` or
            ``patent``.
        work: In which.
        license: The license asked; empty where the work has none that is known.
        status: ``granted``, ``reserved``, ``conditional``, ``not-stated``, ``not-needed`` or
            ``unknown``.
        why: In a few words.
        section: Where the license says so.
        quote: In which words.
        clause: IRI of the clause, where it is one.
    """

    right: str
    work: str
    license: str
    status: str
    why: str = ""
    section: str = ""
    quote: str = ""
    clause: str = ""

    @property
    def in_words(self) -> str:
        """Which right in what, and whether a license gives it."""
        by = f" in {self.license}" if self.license else ""
        return f"{RIGHTS[self.right]} {self.work}: {STATUSES.get(self.status, self.status)}{by}"


def right_in(
    terms: Terms,
    license_: LicenseFacts,
    work: str,
    right: str,
    *,
    commercial: bool | None,
    adapts: bool = True,
) -> RightNeeded:
    """Return whether a license gives a right in a work.

    Args:
        terms: The clauses of the catalogue.
        license_: The license.
        work: The name of the work.
        right: The right.
        commercial: Whether the work is to be used commercially, if that is known.
        adapts: Whether what is made of the work is an adaptation of it under the reading, and no
            mere change of format. Some licenses keep back the right to adapt alone.
    """
    asked = _Asked(terms, license_, work, right)
    if not adapts and right == "share-derivative" and asked.forbids_adaptations_alone():
        return right_in(terms, license_, work, "share", commercial=commercial)
    if not license_.read:
        return asked.answer(UNKNOWN, "nobody has read its terms for the catalogue")
    match right:
        case "commercial-use":
            return _commercial(asked)
        case "sublicense":
            return _sublicense(asked)
        case "patent":
            found = asked.fact("patentGrant", {"granted": GRANTED, "notGranted": RESERVED})
            return found or asked.answer(NOT_STATED)
        case "offer-as-service":
            return _service(asked, commercial)
        case "share-output":
            return _output(asked, commercial)
        case "train-on-output":
            return _training_on_output(asked)
        case "share-derivative":
            if clause := asked.clause(("no-derivatives",), ("onAdaptation", "onDerivative")):
                return asked.by_clause(RESERVED, clause)
            return asked.withheld() or asked.granted(asked.sharing_derivatives())
        case _:
            found = asked.withheld() or asked.granted(asked.stated(right))
            if found.status == RESERVED and not adapts and asked.forbids_adaptations_alone():
                why = "it keeps back adaptations, and the reading takes this for none"
                return replace(found, status=CONDITIONAL, why=why)
            return found


class _Asked:
    """A question about one right under one license."""

    def __init__(self, terms: Terms, license_: LicenseFacts, work: str, right: str) -> None:
        self.terms = terms
        self.license = license_
        self._work = work
        self._right = right

    def answer(
        self, status: str, why: str = "", section: str = "", quote: str = "", clause: str = ""
    ) -> RightNeeded:
        return RightNeeded(
            self._right, self._work, self.license.label, status, why, section, quote, clause
        )

    def granted(self, words: tuple[str, str] | None) -> RightNeeded:
        """Return that section and quote give the right, or that nothing quoted does."""
        return self.answer(GRANTED, "", *words) if words else self.answer(NOT_STATED)

    def forbids_adaptations_alone(self) -> bool:
        """Return whether a work in another format is none of those that may not be shared."""
        kinds = ("no-derivatives",)
        forbids = self.clause(kinds, ("onAdaptation",)) is not None
        return forbids and self.clause(kinds, ("onDerivative", "onVariant")) is None

    def withheld(self) -> RightNeeded | None:
        """Return that words of the license keep the right back, where the catalogue quotes such."""
        for section, quote in self.license.evidence.get(f"{self._right}-withheld", ()):
            return self.answer(
                RESERVED, "the license says that it does not give it", section, quote
            )
        return None

    def by_clause(self, status: str, clause: Term, why: str = "") -> RightNeeded:
        return self.answer(status, why or clause.label, clause.section, clause.quote, clause.iri)

    def fact(self, name: str, statuses: dict[str, str], why: str = "") -> RightNeeded | None:
        """Return what a fact about the license says, with its evidence."""
        for value in self.license.facts.get(name, ()):
            if value in statuses:
                section, quote = next(iter(self.license.evidence.get(name, ())), ("", ""))
                return self.answer(statuses[value], why, section, quote)
        return None

    def clause(self, kinds: Iterable[str], scopes: Iterable[str]) -> Term | None:
        """Return a clause of one of the kinds in one of the scopes, unconditional ones first."""
        found = [
            term
            for scope in scopes
            for iri in self.license.scopes.get(scope, ())
            if (term := self.terms.term(iri)).kind in kinds
        ]
        return min(found, key=lambda t: ("condition" in dict(t.parameters), t.iri), default=None)

    def sharing_derivatives(self) -> tuple[str, str] | None:
        """Return section and quote of words that let share what was made of the work."""
        if stated := self.stated("share-derivative"):
            return stated
        may_share = not self.license.evidence.get("share-withheld") and self.stated("share")
        return self.stated("modify") if may_share else None

    def stated(self, right: str) -> tuple[str, str] | None:
        """Return section and quote of words of which the catalogue says that they give a right."""
        return next(iter(self.license.evidence.get(right, ())), None)


def _commercial(asked: _Asked) -> RightNeeded:
    found = asked.fact(
        "commercialUse",
        {"permitted": GRANTED, "prohibited": RESERVED, "conditional": CONDITIONAL},
    )
    return found or asked.answer(NOT_STATED)


def _sublicense(asked: _Asked) -> RightNeeded:
    if asked.license.says("sublicensing", "automatic"):
        found = asked.fact(
            "sublicensing", {"automatic": NOT_NEEDED}, "the licensor licenses each recipient"
        )
    else:
        found = asked.fact("sublicensing", {"permitted": GRANTED, "prohibited": RESERVED})
    return found or asked.answer(NOT_STATED)


def _service(asked: _Asked, commercial: bool | None) -> RightNeeded:
    if clause := asked.clause(("hosting-prohibition",), ("onService", "onCopy")):
        about_commerce = "commercial" in dict(clause.parameters).get("condition", "").lower()
        if "condition" not in dict(clause.parameters) or (about_commerce and commercial):
            return asked.by_clause(RESERVED, clause)
        return asked.by_clause(CONDITIONAL, clause, dict(clause.parameters)["condition"])
    if found := asked.fact(
        "hostingIsDistribution", {"no": NOT_NEEDED}, "a service hands nothing over"
    ):
        return found
    if asked.license.says("hostingIsDistribution", "yes"):
        section, quote = next(
            iter(asked.license.evidence.get("hostingIsDistribution", ())), ("", "")
        )
        if asked.stated("share") and not asked.license.evidence.get("share-withheld"):
            return asked.answer(
                GRANTED, "a service is distribution, which is allowed", section, quote
            )
    return asked.answer(NOT_STATED)


def _output(asked: _Asked, commercial: bool | None) -> RightNeeded:
    if clause := asked.clause(("non-commercial",), ("onOutput",)):
        return asked.by_clause(RESERVED if commercial else CONDITIONAL, clause)
    if clause := asked.clause(("output-restriction", "field-of-use"), ("onOutput",)):
        return asked.by_clause(CONDITIONAL, clause)
    found = asked.fact(
        "extractedModels",
        {"conditional": CONDITIONAL},
        ON_OUTPUT["conditional"],
    )
    return found or asked.answer(NOT_STATED)


def _training_on_output(asked: _Asked) -> RightNeeded:
    if clause := asked.clause(("output-improvement-ban",), ("onExtracted", "onOutput")):
        conditional = "condition" in dict(clause.parameters)
        return asked.by_clause(CONDITIONAL if conditional else RESERVED, clause)
    found = asked.fact(
        "extractedModels",
        {
            "prohibited": RESERVED,
            "excluded": NOT_NEEDED,
            "derivative": CONDITIONAL,
            "separate": CONDITIONAL,
            "conditional": CONDITIONAL,
            "outputExcluded": CONDITIONAL,
        },
        {
            "derivative": "what is made from output counts as a derivative",
            "separate": "what is made from output has terms of its own",
            **ON_OUTPUT,
        }.get(next(iter(asked.license.facts.get("extractedModels", ())), ""), ""),
    )
    return found or asked.answer(NOT_STATED)
