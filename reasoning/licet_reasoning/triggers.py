"""Which clauses a publication brings into play, and which depend on facts about the licensee.

A clause reaches a work by the ontology's scopes. Whether it asks for anything now depends on
what is done: most duties arise when a work is handed to others, prohibitions of use when it is
used. Whether offering a service hands a work over is for its license to say; where that says
nothing, nothing is concluded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet_reasoning.conditions import (
    ASKED_OF_VARIANTS,
    FAILS_UNLESS_MODIFIED,
    HOLDS_BY_FORM,
    HOLDS_IF_CONTAINED,
    HOLDS_IF_MODIFIED,
    HOLDS_ON_PUBLICATION,
)

if TYPE_CHECKING:
    from licet_reasoning.explanation import Term
    from licet_reasoning.license_facts import LicenseFacts
    from licet_reasoning.plan import Licensee, Publication

APPLIES, CONDITIONAL, NOT_TRIGGERED, IN_DOUBT = (
    "applies",
    "conditional",
    "not-triggered",
    "in-doubt",
)

ON_USE = frozenset(
    {
        "acceptance",
        "field-of-use",
        "guardrail-circumvention",
        "impact-report",
        "mau-threshold",
        "non-commercial",
        "output-improvement-ban",
        "output-restriction",
        "patent-retaliation",
        "registration",
        "revenue-threshold",
        "runtime-restriction",
        "termination",
        "territory",
        "trademark",
        "unilateral-change",
        "use-restriction",
    }
)
"""Clause kinds that bind whoever uses a work, handed to others or not."""
ON_SERVICE = frozenset({"hosting-prohibition"})
"""Clause kinds that ask for nothing unless a service is offered."""
LICENSEE_FACTS = {
    "mau-threshold": "monthly_users",
    "revenue-threshold": "annual_revenue_usd",
    "territory": "country",
}

HANDED_OVER = frozenset({"weights", "binary", "data"})
"""Forms in which a work itself goes to others."""

COMMERCIAL_ALONE = (
    "The materials are used commercially.",
    "The use is commercial",
    "The use, of outputs too, is commercial",
    "The visits belong to commercial activities.",
)
"""How conditions in the catalogue begin under which a threshold counts for commerce alone."""
SOME_BUSINESSES_ALONE = (
    "Image generation or editing is a core business",
    "You or an affiliate conducts a model-as-a-service",
    "You or an affiliate operates a model-as-a-service",
)
"""How conditions begin under which a threshold counts for businesses of which no plan tells."""
_MONTHS = 12
EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


@dataclass(frozen=True)
class Trigger:
    """Whether a clause asks for something, and why.

    Attributes:
        status: ``applies``, ``conditional``, ``not-triggered`` or ``in-doubt``.
        why: In a few words; where the license says it, with section and quote.
        unknown: Whether it is the text or the plan that leaves open if it applies.
        struck: Whether facts of the plan are what the clause excludes.
    """

    status: str
    why: str = ""
    unknown: bool = False
    struck: bool = False


@dataclass(frozen=True)
class Reached:
    """How a clause reaches a publication.

    Attributes:
        by: ``work`` (the published work inherits it), ``service`` or ``output`` (it binds these),
            or ``use`` (it binds whoever uses a work that the plan uses).
        modified: Whether the plan changed the work whose license imposes it.
        only_if_modified: Whether that license lays it on derivatives and services, not on copies.
        contained: Whether it is handed on, changed or not, in each step on the way.
        maybe_variant: Whether what is published may be that work in another format or precision.
        trained_on: Whether that work is used as training data and in no other way.
        in_doubt: Whether the reading leaves open if it binds at all.
    """

    by: str
    modified: bool
    only_if_modified: bool = False
    contained: bool = False
    maybe_variant: bool = False
    trained_on: bool = False
    in_doubt: bool = False


def is_commercial(publication: Publication) -> bool | None:
    """Return whether what is done with a work is commercial; None if the plan does not say."""
    if publication.how == "sell":
        return True
    return None if publication.purpose is None else publication.purpose == "commercial"


def trigger(
    clause: Term,
    license_: LicenseFacts | None,
    publication: Publication,
    reached: Reached,
    licensee: Licensee,
) -> Trigger:
    """Return whether a clause that reaches a publication asks for something."""
    found = _by_publication(clause, license_, publication, reached)
    if found.status not in {APPLIES, CONDITIONAL}:
        return found
    if reached.in_doubt:
        return Trigger(IN_DOUBT, "the reading leaves open whether the clause binds", unknown=True)
    if found.status == CONDITIONAL:
        return found
    if clause.kind in LICENSEE_FACTS:
        return _by_licensee(clause, licensee, publication)
    if clause.kind == "non-commercial":
        return _by_purpose(publication, reached)
    return _by_condition(clause, publication, reached)


def _by_publication(
    clause: Term, license_: LicenseFacts | None, publication: Publication, reached: Reached
) -> Trigger:
    if clause.kind in ON_USE:
        return Trigger(APPLIES)
    if publication.how == "internal":
        return Trigger(NOT_TRIGGERED, "nothing is handed to others or offered to them")
    if reached.by == "use":
        return Trigger(NOT_TRIGGERED, "the work is used, and not handed on")
    if publication.form == "service":
        if reached.by == "service":
            if reached.only_if_modified and not reached.modified:
                return Trigger(NOT_TRIGGERED, "the plan does not modify the work")
            return Trigger(APPLIES)
        return _of_hosting(license_)
    if clause.kind in ON_SERVICE:
        return Trigger(NOT_TRIGGERED, "no service is offered")
    if publication.form == "output" and reached.by != "output":
        return Trigger(NOT_TRIGGERED, "its output goes to others, and not the work")
    return Trigger(APPLIES)


def _of_hosting(license_: LicenseFacts | None) -> Trigger:
    """Return whether a service hands a work over, by the words of its license."""
    section, quote = (
        next(iter(license_.evidence.get("hostingIsDistribution", ())), ("", ""))
        if license_
        else ("", "")
    )
    said = f": section {section}, “{quote}”" if quote else ""
    if license_ and license_.says("hostingIsDistribution", "yes"):
        return Trigger(APPLIES, f"by its license a service is distribution{said}")
    if license_ and license_.says("hostingIsDistribution", "no"):
        return Trigger(NOT_TRIGGERED, f"by its license a service hands nothing over{said}")
    return Trigger(
        CONDITIONAL,
        "its license does not say whether offering a service is distribution",
        unknown=True,
    )


def _by_licensee(clause: Term, licensee: Licensee, publication: Publication) -> Trigger:
    if clause.kind == "territory":
        return _by_place(clause, licensee)
    condition = dict(clause.parameters).get("condition", "")
    commercial = is_commercial(publication)
    if condition.startswith(COMMERCIAL_ALONE) and commercial is False:
        return Trigger(NOT_TRIGGERED, "the purpose is said not to be commercial")
    found = _by_threshold(clause, licensee)
    if not found.struck:
        return found
    if condition.startswith(COMMERCIAL_ALONE) and commercial is None:
        why = f"{found.why}; not known: whether the purpose is commercial"
        return Trigger(CONDITIONAL, why, unknown=True)
    if condition.startswith(SOME_BUSINESSES_ALONE):
        return Trigger(CONDITIONAL, f"{found.why}, if: {condition}", unknown=True)
    return found


def _by_threshold(clause: Term, licensee: Licensee) -> Trigger:
    """Return whether a number of users or a revenue lies beyond the one that a clause names."""
    given = dict(clause.parameters)
    by_users = clause.kind == "mau-threshold"
    value = licensee.monthly_users if by_users else licensee.annual_revenue_usd
    what = "monthly users" if by_users else "annual revenue"
    try:
        threshold = float(given["threshold"])
    except (KeyError, ValueError):
        return Trigger(CONDITIONAL, f"depends on the licensee's {what}", unknown=True)
    limit = f"{threshold:,.0f} {given.get('unit', '')}".strip()
    if value is None:
        return Trigger(CONDITIONAL, f"not known: {what} against {limit}", unknown=True)
    if not (given.get("unit", "").startswith("US dollars") or by_users):
        return Trigger(CONDITIONAL, f"compare the revenue with {limit}", unknown=True)
    beyond = value >= threshold if clause.label.startswith("From") else value > threshold
    when = f", counted {given['referenceDate']}" if "referenceDate" in given else ""
    is_by_month = not by_users and given.get("period", "").endswith("month")
    if is_by_month and threshold < value <= _MONTHS * threshold:
        why = f"compare the revenue of each month with {limit}: {value:,.0f} is that of the year"
        return Trigger(CONDITIONAL, why, unknown=True)
    if beyond:
        return Trigger(APPLIES, f"{value:,.0f} against {limit}{when}", struck=True)
    if given.get("unit", "").startswith("visits"):
        why = f"not known: {limit} a month, of which each of {value:,.0f} users may make several"
        return Trigger(CONDITIONAL, why, unknown=True)
    return Trigger(NOT_TRIGGERED, f"{value:,.0f} against {limit}{when}")


def _by_place(clause: Term, licensee: Licensee) -> Trigger:
    excluded = {value for name, value in clause.parameters if name == "territory"}
    named = ", ".join(sorted(excluded))
    condition = dict(clause.parameters).get("condition", "")
    if not excluded:
        return Trigger(CONDITIONAL, condition or "depends on the licensee's place", unknown=True)
    if licensee.country is None:
        return Trigger(
            CONDITIONAL, f"not known: the licensee's country; excluded are {named}", unknown=True
        )
    country = licensee.country.upper()
    country = {"UK": "GB", "EL": "GR"}.get(country, country)
    if country not in excluded and not ("EU" in excluded and country in EU):
        return Trigger(NOT_TRIGGERED, f"{country} is not among the excluded: {named}")
    if condition.startswith("Only"):
        return Trigger(CONDITIONAL, f"{country} is excluded: {condition}", unknown=True)
    return Trigger(APPLIES, f"{country} is excluded: {named}", struck=True)


def _by_purpose(publication: Publication, reached: Reached) -> Trigger:
    commercial = is_commercial(publication)
    if commercial is None:
        return Trigger(CONDITIONAL, "not known: whether the purpose is commercial", unknown=True)
    if not commercial:
        return Trigger(APPLIES, "the purpose is said not to be commercial")
    if reached.trained_on:
        return Trigger(
            IN_DOUBT,
            "whether training needs the permission that the clause withholds is not settled",
            unknown=True,
        )
    return Trigger(APPLIES, "the purpose is commercial", struck=True)


def _by_condition(clause: Term, publication: Publication, reached: Reached) -> Trigger:
    condition = dict(clause.parameters).get("condition", "")
    if not condition:
        return Trigger(APPLIES)
    if condition in HOLDS_IF_MODIFIED and reached.modified:
        return Trigger(APPLIES, "the plan modifies the work")
    if condition in FAILS_UNLESS_MODIFIED:
        return Trigger(NOT_TRIGGERED, "the plan does not modify the work")
    if condition in ASKED_OF_VARIANTS and not reached.maybe_variant:
        return Trigger(NOT_TRIGGERED, "what is published is neither converted nor quantized alone")
    if publication.form in HANDED_OVER:
        if condition in HOLDS_ON_PUBLICATION:
            return Trigger(APPLIES, "it is handed to others")
        if condition in HOLDS_IF_CONTAINED and reached.contained:
            return Trigger(APPLIES, "what is published holds the work, or what was made of it")
    if condition in HOLDS_BY_FORM and publication.form == "binary":
        return Trigger(APPLIES, "it is published in a form that is not preferred for modification")
    if reached.by == "service" and reached.only_if_modified:
        return Trigger(APPLIES, condition)
    return Trigger(CONDITIONAL, condition)
