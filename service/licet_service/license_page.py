"""One license as a page in Markdown, in the order in which a lawyer asks."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from licet_ontology.terms import license_iri, term
from licet_service.license_view import definition, resource_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from licet_service.license_view import ClauseView, Evidence, Fact, LicenseView

BOUND = {
    "onCopy": "Whoever passes on the work unchanged",
    "onVariant": "Whoever publishes the work in another format or precision",
    "onDerivative": "Whoever publishes a derivative",
    "onAdaptation": "Whoever publishes an adaptation (more than another format or precision)",
    "onAdapter": "Whoever publishes an adapter apart from its base",
    "onExtracted": "Whoever publishes a model made from output of the work",
    "onOutput": "Whoever publishes output of the work",
    "onService": "Whoever offers a service or product that uses the work",
}
"""Whom a clause binds, by the property that attaches it to its license."""

_GROUPS = {
    "duty": "Duties",
    "prohibition": "Prohibitions",
    "condition": "Conditions",
    "permission": "Permissions",
}
_HEAD = ("version", "steward", "textUrl", "osiApproved", "fsfFree")
_NAMES = ("spdxIdentifier", "hubIdentifier", "alias", "textSha256")
_SILENT = ("notStated", "notAddressed")
_ASKED = ("onCopy", "onDerivative", "onAdapter", "onExtracted", "onOutput", "onService")


def license_page(view: LicenseView) -> Iterator[str]:
    """Yield the lines of a page on one license.

    What it is, what it grants, the facts about the whole, its clauses by whom they bind, what its
    text does not state, and its other names. A clause is told in full where it first binds
    somebody, and by its label after that.
    """
    yield f"# {view.label}"
    yield ""
    yield from _head(view)
    if view.read:
        yield from _grants(view)
        yield from _whole(view)
        yield from _bound(view)
        yield from _silences(view)
    yield from _names(view)


################################################################ identity


def _head(view: LicenseView) -> Iterator[str]:
    stated = dict(view.identity)
    yield f"- Identifier: `{view.id}`"
    if view.family:
        yield f"- Family: {view.family}"
    for name in _HEAD:
        if name in stated:
            yield f"- {label_of(name)}: {_yes_or_no(stated[name])}"
    if view.issued:
        yield f"- Issued: {view.issued}"
    yield f"- Status: {_status(view.read, stated.get('secondReading', ''))}"


def _status(read: bool, second_reading: str) -> str:
    if not read:
        return "the text of this license has not been read: nothing can be concluded from it."
    if not second_reading:
        return "the text was read once, and no second reading was compared with it."
    return f"the text was read twice; the readings were compared and settled on {second_reading}."


def _names(view: LicenseView) -> Iterator[str]:
    listed = [(name, value) for name, value in view.identity if name in _NAMES]
    if not listed:
        return
    yield ""
    yield "## Known names and text"
    yield ""
    for name, pairs in groupby(sorted(listed, key=_rank), key=lambda pair: pair[0]):
        yield f"- {label_of(name)}: {', '.join(f'`{value}`' for _, value in pairs)}"


def _rank(pair: tuple[str, str]) -> int:
    return _NAMES.index(pair[0])


################################################################ the whole


STATUSES = {
    "granted": "granted",
    "reserved": "withheld",
    "conditional": "granted on conditions",
    "not-stated": "not stated",
}
"""What a page says of a right, by its status in a plan."""


def _grants(view: LicenseView) -> Iterator[str]:
    yield ""
    yield "## What it grants"
    yield ""
    for right in view.rights:
        yield f"- {right.label}: **{STATUSES[right.status]}**"
        if right.quote:
            yield f"  - {where(right.section)}: “{right.quote}”"


def _whole(view: LicenseView) -> Iterator[str]:
    stated = [fact for fact in view.facts if fact.code not in _SILENT]
    if not stated:
        return
    yield ""
    yield "## The license as a whole"
    yield ""
    for name, facts in groupby(stated, key=lambda fact: fact.name):
        values = list(facts)
        yield f"- {label_of(name)}: **{', '.join(fact.value for fact in values)}**"
        yield from _evidence_lines(values[0])


def _evidence_lines(fact: Fact) -> Iterator[str]:
    for words in fact.evidence:
        yield f"  - {where(words.section)}: “{words.quote}”"
        for settlement in words.settlements:
            yield f"    - How two readings were settled: {settlement}"


def _silences(view: LicenseView) -> Iterator[str]:
    silent = [fact for fact in view.facts if fact.code in _SILENT]
    named = {scope for clause in view.clauses for scope in clause.scopes}
    if named & {"onVariant", "onAdaptation"}:
        named.add("onDerivative")
    unbound = [BOUND[scope] for scope in _ASKED if scope not in named]
    if not (silent or unbound):
        return
    yield ""
    yield "## What the text does not state"
    yield ""
    yield "Silence is no permission: nothing is concluded from it."
    yield ""
    for fact in silent:
        yield f"- {label_of(fact.name)}: {fact.value}. {definition(fact.name)} is left open."
    for bound in unbound:
        yield f"- {bound}: the catalogue has no clause that names them."


################################################################ clauses


def _bound(view: LicenseView) -> Iterator[str]:
    told: dict[str, str] = {}
    for scope, bound in BOUND.items():
        clauses = [clause for clause in view.clauses if scope in clause.scopes]
        if not clauses:
            continue
        yield ""
        yield f"## {bound}"
        for group, heading in _GROUPS.items():
            members = [clause for clause in clauses if clause.group == group]
            if not members:
                continue
            yield ""
            yield f"### {heading}"
            yield ""
            for clause in members:
                if clause.slug in told:
                    yield f"- {clause.label} ({where(clause.section)}; {told[clause.slug]})"
                else:
                    told[clause.slug] = f"see “{bound}”"
                    yield from _clause(clause)


def _clause(clause: ClauseView) -> Iterator[str]:
    yield f"- **{clause.label}** ({clause.kind}, {where(clause.section)}): “{clause.quote}”"
    for line in parameter_lines(clause):
        yield f"  - {line}"
    for words in clause.evidence:
        yield f"  - {_acceptance(words)}"
        for settlement in words.settlements:
            yield f"    - How two readings were settled: {settlement}"
    for settlement in clause.settlements:
        yield f"  - How two readings were settled: {settlement}"


def _acceptance(words: Evidence) -> str:
    accepted = ", ".join(map(_license, words.concerns))
    concerned = f" ({accepted})" if accepted else ""
    return f"{label_of(words.about)}{concerned}, {where(words.section)}: “{words.quote}”"


def parameter_lines(clause: ClauseView) -> Iterator[str]:
    """Yield in words what is stated of a clause beside its quote: thresholds, phrases, licenses."""
    stated: dict[str, list[str]] = {}
    for name, value in clause.parameters:
        stated.setdefault(name, []).append(value)
    if "threshold" in stated:
        yield _threshold({name: values[0] for name, values in stated.items()})
    for name, words in _WORDS.items():
        if name in stated:
            yield words(stated.pop(name))
    for name in sorted(stated.keys() - _OF_A_THRESHOLD):
        yield f"{label_of(name)}: {', '.join(map(_value, stated[name]))}"
    if "threshold" not in stated:
        for name in sorted(stated.keys() & _OF_A_THRESHOLD):
            yield f"{label_of(name)}: {', '.join(stated[name])}"


_OF_A_THRESHOLD = {"threshold", "unit", "period", "referenceDate"}


def _threshold(stated: dict[str, str]) -> str:
    whole, point, fraction = stated["threshold"].partition(".")
    number = f"{int(whole):,}{point}{fraction}"
    text = f"Takes effect above {number} {stated.get('unit', '')}".rstrip()
    if "period" in stated:
        text += f", counted over: {stated['period']}"
    if "referenceDate" in stated:
        text += f", measured at: {stated['referenceDate']}"
    return text


_WORDS: dict[str, Callable[[list[str]], str]] = {
    "condition": lambda values: f"Condition: {' '.join(values)}",
    "requiresLicense": lambda values: f"Required license: {_values(values)}",
    "acceptsLicense": lambda values: f"Licenses that satisfy it: {_values(values)}",
    "acceptsLicenseInCombination": lambda values: (
        f"For a combination with a work under one of these, that license: {_values(values)}"
    ),
    "acceptsLicenseIfStated": lambda values: (
        f"Licenses that satisfy it where the work itself says so: {_values(values)}"
    ),
    "acceptanceNote": lambda values: f"Why these licenses: {' '.join(values)}",
    "exemptsLicense": lambda values: f"Leaves out works under: {_values(values)}",
    "namePrefix": lambda values: f"The name must begin with: {_quoted(values)}",
    "phrase": lambda values: f"Prescribed words: {_quoted(values)}",
    "territory": lambda values: f"Places named: {', '.join(values)} (ISO 3166, or EU)",
    "forbidsPatentRetaliation": lambda values: (
        f"Leaves no room for terms that end rights on patent litigation: {_yes_or_no(values[0])}"
    ),
}
"""How the parameters of a clause are put into words; others go by their label."""


def _quoted(values: list[str]) -> str:
    return ", ".join(f"“{value}”" for value in values)


def _values(values: list[str]) -> str:
    return ", ".join(map(_value, values))


def _value(value: str) -> str:
    return _license(value.removeprefix("license/")) if value.startswith("license/") else value


def _license(license_id: str) -> str:
    return f"{resource_view(license_iri(license_id))['label']} (`{license_id}`)"


def label_of(name: str) -> str:
    """Return the label of a term of the vocabulary, as a heading."""
    label = resource_view(term(name))["label"]
    return label[0].upper() + label[1:]


def where(section: str) -> str:
    """Return where in a license something stands, in words."""
    return f"section {section}" if section[:1].isdigit() else section


def _yes_or_no(value: str) -> str:
    return {"true": "yes", "false": "no"}.get(value, value)
