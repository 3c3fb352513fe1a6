"""Which rule and action of ODRL each kind of clause, and each fact about a license, stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from licet_ontology.terms import BASE, DCTERMS, NS, RDF, RDFS, XSD

PROFILE: Final = BASE + "odrl"
PROFILE_NS: Final = PROFILE + "#"

_AS_IRI = {"@type": "@id"}
_AS_TERM = {"@type": "@vocab"}
_TOKENS = (
    *("Set", "Permission", "Prohibition", "Duty", "AssetCollection", "Party", "Constraint"),
    *("use", "attribute", "nextPolicy", "distribute", "grantUse"),
    *("eq", "gt", "isAnyOf", "isNoneOf", "isAllOf"),
    *("event", "purpose", "spatial", "prohibit", "rightOperand", "unit"),
)
CONTEXT: Final[dict[str, Any]] = {
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "cc": "http://creativecommons.org/ns#",
    "dct": DCTERMS,
    "licet": NS,
    "rdf": RDF,
    "rdfs": RDFS,
    "xsd": XSD,
    "uid": "@id",
    **{token: f"odrl:{token}" for token in _TOKENS},
    **{
        name: {"@id": f"odrl:{name}", **_AS_IRI}
        for name in (
            *("profile", "hasPolicy", "target", "assignee", "constraint", "refinement"),
            *("permission", "prohibition", "obligation", "duty", "includedIn"),
        )
    },
    **{
        name: {"@id": f"odrl:{name}", **_AS_TERM}
        for name in ("conflict", "action", "leftOperand", "operator")
    },
}
"""The terms of http://www.w3.org/ns/odrl.jsonld that are used, with the same meaning; inline, so
that a policy is read without a network."""


@dataclass(frozen=True)
class Mapping:
    """How clauses of a kind, or a fact about a license, are told in ODRL.

    Attributes:
        rule: What the rule is; ``licensor`` is a permission of whoever offers the work.
        action: In ODRL, CC REL or the profile.
        purpose: The operator between the purpose of the action and those that the clause names.
        ends: Whether the rule applies after the event that the clause names.
    """

    rule: Literal["duty", "permission", "prohibition", "licensor"]
    action: str
    purpose: str = ""
    ends: bool = False


CLAUSES: Final[dict[str, Mapping]] = {
    "attribution": Mapping("duty", "attribute"),
    "notice-file": Mapping("duty", "cc:Notice"),
    "license-copy": Mapping("duty", "cc:Notice"),
    "state-changes": Mapping("duty", PROFILE_NS + "stateChanges"),
    "share-alike": Mapping("duty", "cc:ShareAlike"),
    "source-disclosure": Mapping("duty", "cc:SourceCode"),
    "pass-through": Mapping("duty", "nextPolicy"),
    "naming": Mapping("duty", PROFILE_NS + "nameAsPrescribed"),
    "display-notice": Mapping("duty", PROFILE_NS + "displayWords"),
    "extracted-model-notice": Mapping("duty", PROFILE_NS + "stateOrigin"),
    "output-dataset-notice": Mapping("duty", PROFILE_NS + "stateOrigin"),
    "registration": Mapping("duty", PROFILE_NS + "register"),
    "impact-report": Mapping("duty", PROFILE_NS + "reportImpact"),
    "documentation-duty": Mapping("duty", PROFILE_NS + "document"),
    "use-restriction": Mapping("prohibition", "use", purpose="isAnyOf"),
    "non-commercial": Mapping("prohibition", "cc:CommercialUse"),
    "no-derivatives": Mapping("prohibition", "cc:DerivativeWorks"),
    "output-improvement-ban": Mapping("prohibition", PROFILE_NS + "improveOtherModels"),
    "output-restriction": Mapping("prohibition", PROFILE_NS + "useOutput"),
    "no-further-restrictions": Mapping("prohibition", PROFILE_NS + "imposeTerms"),
    "technical-measures": Mapping("prohibition", PROFILE_NS + "applyTechnicalMeasures"),
    "hosting-prohibition": Mapping("prohibition", PROFILE_NS + "provideService"),
    "guardrail-circumvention": Mapping("prohibition", PROFILE_NS + "circumventSafeguards"),
    "trademark": Mapping("prohibition", PROFILE_NS + "useMarks"),
    "mau-threshold": Mapping("prohibition", "use"),
    "revenue-threshold": Mapping("prohibition", "use"),
    # Each territory in the catalogue is one where rights are withheld.
    "territory": Mapping("prohibition", "use"),
    "field-of-use": Mapping("prohibition", "use", purpose="isNoneOf"),
    "acceptance": Mapping("duty", PROFILE_NS + "acceptTerms"),
    "runtime-restriction": Mapping("licensor", PROFILE_NS + "restrictAtRuntime"),
    "unilateral-change": Mapping("licensor", PROFILE_NS + "changeTerms"),
    "termination": Mapping("prohibition", "use", ends=True),
    "patent-retaliation": Mapping("prohibition", PROFILE_NS + "exerciseEndedRights", ends=True),
}
"""By the code of the kind of a clause."""

FACTS: Final[dict[tuple[str, str], Mapping]] = {
    ("commercialUse", "permitted"): Mapping("permission", "cc:CommercialUse"),
    ("commercialUse", "prohibited"): Mapping("prohibition", "cc:CommercialUse"),
    ("sublicensing", "permitted"): Mapping("permission", "grantUse"),
    ("sublicensing", "prohibited"): Mapping("prohibition", "grantUse"),
    ("patentGrant", "granted"): Mapping("permission", PROFILE_NS + "practisePatents"),
    ("extractedModels", "prohibited"): Mapping("prohibition", PROFILE_NS + "extractModel"),
    ("revocability", "revocable"): Mapping("licensor", PROFILE_NS + "withdrawRights"),
}
"""By the name of a fact about a license and the code of its value; no other value is a rule."""

FREEDOMS: Final = {
    "fsfFree": "https://www.gnu.org/philosophy/free-sw.html",
    "osiApproved": "https://opensource.org/osd",
}
"""The definitions of which each lets everybody pass on copies and derivatives."""
