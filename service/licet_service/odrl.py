"""Licenses as ODRL 2.2 policies.

Source: ODRL Information Model 2.2 (https://www.w3.org/TR/odrl-model/) and ODRL Vocabulary &
Expression 2.2 (https://www.w3.org/TR/odrl-vocab/). Each policy names the profile in
``odrl_profile.ttl``, whose actions and left operands stand in for what both vocabularies lack.

What a policy says, and what it does not:

- The target is ``license/ID#works``, the collection of all works offered under the license:
  ODRL wants an asset, and a license text knows none.
- A clause is one rule with the clause's IRI, and ``lo:scope`` tells whom it binds. A duty is
  constrained to those who publish or offer such things, by ``lo:published``; a prohibition or
  condition only where it does not reach the work itself, so that none is told too narrowly.
- A permission is never concluded from a duty: that a text says how to publish a derivative does
  not say that one may. Permissions come from what is stated of the whole license, and from its
  listing as free or open source: by both definitions everybody may pass on copies and
  derivatives. Only these have duties; all other duties are obligations of the policy. Where a
  duty depends on a circumstance, ODRL lets nobody count on the permission outside of it.
- What the text leaves open is no rule. It is stated as ``licet:notStated`` on the policy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pyoxigraph import RdfFormat, parse, serialize

from licet_ontology.errors import UsageError
from licet_ontology.terms import BASE, license_iri, term
from licet_service.odrl_mapping import (
    CLAUSES,
    CONTEXT,
    FACTS,
    FREEDOMS,
    PROFILE,
    PROFILE_NS,
    Mapping,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from licet_service.license_view import ClauseView, Evidence, Fact, LicenseView


def odrl_policy(view: LicenseView) -> dict[str, Any]:
    """Return a license as an ODRL policy, in JSON-LD that needs no other file.

    Raises:
        UsageError: The text has not been read, so that any policy would be made up.
    """
    return {"@context": CONTEXT, **_policy(view)}


def odrl_catalogue(views: Sequence[LicenseView]) -> dict[str, Any]:
    """Return the terms of the profile and the policies of all licenses that have been read."""
    policies = [_policy(view) for view in views if view.read]
    return {"@context": CONTEXT, "@graph": [*profile_terms(), *policies]}


def profile_terms() -> list[dict[str, Any]]:
    """Return what the profile declares, in expanded JSON-LD."""
    text = files("licet_ontology").joinpath("odrl_profile.ttl").read_text(encoding="utf-8")
    triples = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]
    found: list[dict[str, Any]] = json.loads(serialize(triples, format=RdfFormat.JSON_LD) or "[]")
    return found


@dataclass
class _Rules:
    """The rules of a policy, each told once and named by its IRI after that."""

    told: set[str] = field(default_factory=set)

    def tell(self, rule: dict[str, Any]) -> dict[str, Any] | str:
        iri: str = rule["uid"]
        if iri in self.told:
            return iri
        self.told.add(iri)
        return rule


def _policy(view: LicenseView) -> dict[str, Any]:
    if not view.read:
        raise UsageError(
            f"the text of {view.id} has not been read: nothing is known that a policy could say"
        )
    iri = license_iri(view.id)
    works = {
        "uid": f"{iri}#works",
        "@type": "AssetCollection",
        "rdfs:label": f"All works offered under: {view.label}",
    }
    sections: dict[str, list[dict[str, Any] | str]] = {
        "permission": [],
        "prohibition": [],
        "obligation": [],
    }
    rules = _Rules()
    duties = {
        clause.slug: _clause_rule(view, clause)
        for clause in view.clauses
        if CLAUSES[clause.kind].rule == "duty"
    }
    permitted: set[str] = set()
    for permission, scopes in _freedoms(view):
        owed = [c for c in view.clauses if c.slug in duties and scopes & set(c.scopes)]
        if owed:
            permission["duty"] = [rules.tell(duties[clause.slug]) for clause in owed]
        permitted |= scopes
        sections["permission"].append(permission)
    for fact in view.facts:
        if mapping := FACTS.get((fact.name, fact.code)):
            sections[_section(mapping)].append(_fact_rule(view, fact, mapping))
    for clause in view.clauses:
        if clause.slug not in duties:
            section = _section(CLAUSES[clause.kind])
            sections[section].append(_clause_rule(view, clause))
        elif set(clause.scopes) - permitted:
            sections["obligation"].append(rules.tell(duties[clause.slug]))
    return {
        "@type": "Set",
        "uid": iri,
        "profile": PROFILE,
        "conflict": "prohibit",
        "rdfs:label": view.label,
        **_described(view),
        "@reverse": {"hasPolicy": works},
        **{name: found for name, found in sections.items() if found},
    }


def _section(mapping: Mapping) -> str:
    return {"licensor": "permission", "duty": "obligation"}.get(mapping.rule, mapping.rule)


def _described(view: LicenseView) -> dict[str, Any]:
    """Return names, facts and evidence of a license in Licet's own properties."""
    found: dict[str, Any] = {}
    if view.issued:
        types = {4: "gYear", 7: "gYearMonth", 10: "date"}
        type_ = types.get(len(view.issued), "string")
        found["dct:issued"] = {"@value": view.issued, "@type": f"xsd:{type_}"}
    stated: dict[str, list[Any]] = {}
    for name, value in view.identity:
        stated.setdefault(f"licet:{name}", []).append(_value(name, value))
    for fact in view.facts:
        stated.setdefault(f"licet:{fact.name}", []).append({"@id": f"licet:{fact.code}"})
    found |= {name: _plain(values) for name, values in stated.items()}
    words = dict.fromkeys(words for fact in view.facts for words in fact.evidence)
    if words:
        found["licet:evidence"] = [_evidence(one) for one in words]
    return found


################################################################ rules


def _freedoms(view: LicenseView) -> Iterator[tuple[dict[str, Any], set[str]]]:
    """Yield what a free or open-source license permits, with the scopes of the duties for it."""
    stated = dict(view.identity)
    listed = [source for name, source in FREEDOMS.items() if stated.get(name) == "true"]
    if not listed:
        return
    for action, label, scopes in _acts(view):
        name = action.rpartition("#")[2].rpartition(":")[2]
        permission = {
            **_rule(view, Mapping("permission", action), f"{license_iri(view.id)}#{name}"),
            "rdfs:label": label,
            "dct:source": [{"@id": source} for source in listed],
        }
        yield permission, scopes


def _acts(view: LicenseView) -> Iterator[tuple[str, str, set[str]]]:
    yield "distribute", "Pass on copies", {"onCopy"}
    if {"onVariant", "onAdaptation"} & {scope for c in view.clauses for scope in c.scopes}:
        variant, adaptation = {"onDerivative", "onVariant"}, {"onDerivative", "onAdaptation"}
        yield PROFILE_NS + "publishVariant", "Publish in another format or precision", variant
        yield PROFILE_NS + "publishAdaptation", "Publish adaptations", adaptation
    else:
        yield "cc:DerivativeWorks", "Publish derivatives", {"onDerivative"}


def _fact_rule(view: LicenseView, fact: Fact, mapping: Mapping) -> dict[str, Any]:
    return {
        **_rule(view, mapping, f"{license_iri(view.id)}#{fact.name}"),
        "rdfs:label": f"{fact.name}: {fact.value}",
        "licet:section": fact.section,
        "licet:quote": fact.quote,
    }


def _clause_rule(view: LicenseView, clause: ClauseView) -> dict[str, Any]:
    mapping = CLAUSES[clause.kind]
    iri = f"{BASE}clause/{license_iri(view.id).removeprefix(BASE + 'license/')}/{clause.slug}"
    stated: dict[str, list[str]] = {}
    for name, value in clause.parameters:
        stated.setdefault(name, []).append(value)
    rule = {
        **_rule(view, mapping, iri),
        "rdfs:label": clause.label,
        f"{PROFILE_NS}scope": _scopes(clause),
        "dct:type": {"@id": term("".join(map(str.capitalize, clause.kind.split("-"))))},
        "licet:section": clause.section,
        "licet:quote": clause.quote,
        **{
            f"licet:{name}": _plain([_value(name, value) for value in values])
            for name, values in stated.items()
        },
    }
    if constraints := list(_constraints(iri, clause, mapping, stated)):
        rule["constraint"] = constraints
    if refinements := list(_refinements(clause, stated)):
        action = mapping.action if ":" in mapping.action else f"odrl:{mapping.action}"
        # What is refined is an action, and ODRL wants each to say in which other it is included.
        rule["action"] = [
            {"rdf:value": {"@id": action}, "includedIn": action, "refinement": refinements}
        ]
    if clause.settlements:
        rule["licet:settlement"] = _plain(clause.settlements)
    if clause.evidence:
        rule["licet:evidence"] = [_evidence(words) for words in clause.evidence]
    return rule


def _rule(view: LicenseView, mapping: Mapping, iri: str) -> dict[str, Any]:
    types = {"duty": "Duty", "prohibition": "Prohibition"}
    rule: dict[str, Any] = {
        "@type": types.get(mapping.rule, "Permission"),
        "uid": iri,
        "target": f"{license_iri(view.id)}#works",
        "action": mapping.action,
    }
    if mapping.rule == "licensor":
        rule["assignee"] = {
            "uid": f"{license_iri(view.id)}#licensor",
            "@type": "Party",
            "rdfs:label": "Whoever offers a work under this license",
        }
    return rule


################################################################ constraints


def _constraints(
    iri: str, clause: ClauseView, mapping: Mapping, stated: dict[str, list[str]]
) -> Iterator[dict[str, Any]]:
    # Duties are those of publishers. What else reaches the work itself holds for whoever has it.
    if clause.group == "duty" or "onCopy" not in clause.scopes:
        yield _constraint(PROFILE_NS + "published", "isAnyOf", _scopes(clause))
    if mapping.purpose:
        named = {"@id": f"{iri}#purposes", "rdfs:label": clause.label}
        yield _constraint("purpose", mapping.purpose, [named])
    if mapping.ends:
        named = {"@id": f"{iri}#event", "rdfs:label": clause.label}
        yield _constraint("event", "gt", named)
    for number in stated.get("threshold", ()):
        units = [{"@id": f"{iri}#unit", "rdfs:label": unit} for unit in stated.get("unit", ())]
        counted = {
            f"licet:{name}": _plain(stated[name])
            for name in ("period", "referenceDate")
            if name in stated
        }
        above = _constraint(PROFILE_NS + "quantity", "gt", _value("threshold", number))
        yield {**above, **({"unit": units[0]} if units else {}), **counted}
    if places := stated.get("territory"):
        # ODRL wants IRIs; ISO reserves EU beside the codes of countries.
        iso = "https://www.iso.org/obp/ui/#iso:code:3166:"
        yield _constraint("spatial", "isAnyOf", [{"@id": iso + place} for place in places])
    if exempt := stated.get("exemptsLicense"):
        yield _constraint(
            PROFILE_NS + "improvedLicense",
            "isNoneOf",
            [_value("exemptsLicense", license_id) for license_id in exempt],
        )
    for text in stated.get("condition", ()):
        yield _constraint(PROFILE_NS + "circumstance", "eq", text)


def _scopes(clause: ClauseView) -> list[dict[str, str]]:
    return [{"@id": term(scope)} for scope in clause.scopes]


def _refinements(clause: ClauseView, stated: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    for prefix in stated.get("namePrefix", ()):
        yield _constraint(PROFILE_NS + "namePrefix", "eq", prefix)
    if words := stated.get("phrase"):
        yield _constraint(PROFILE_NS + "words", "isAllOf", words)
    # A pass-through clause is met by other terms as well, so its list would be too narrow.
    if clause.kind == "share-alike":
        accepted = {*stated.get("requiresLicense", ()), *stated.get("acceptsLicense", ())}
        yield _constraint(
            PROFILE_NS + "offeredLicense",
            "isAnyOf",
            [_value("acceptsLicense", license_id) for license_id in sorted(accepted)],
        )


def _constraint(left: str, operator: str, right: Any) -> dict[str, Any]:
    return {
        "@type": "Constraint",
        "leftOperand": left,
        "operator": operator,
        "rightOperand": right,
    }


################################################################ values


def _evidence(words: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "licet:Evidence",
        "licet:about": words.about,
        "licet:section": words.section,
        "licet:quote": words.quote,
    }
    if words.concerns:
        found["licet:concerns"] = [{"@id": license_iri(id_)} for id_ in words.concerns]
    if words.settlements:
        found["licet:settlement"] = _plain(words.settlements)
    return found


def _plain(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _value(name: str, value: str) -> Any:
    """Return a value of one of Licet's properties with the type that it has in the catalogue."""
    if value.startswith("license/"):
        return {"@id": BASE + value}
    if name == "threshold":
        return {"@value": value, "@type": f"xsd:{'integer' if value.isdigit() else 'decimal'}"}
    if name == "secondReading":
        return {"@value": value, "@type": "xsd:date"}
    if name in {"osiApproved", "fsfFree", "forbidsPatentRetaliation"}:
        return value == "true"
    return value
