"""A bill of materials as SPDX 3.0.1 in JSON-LD, with the AI and dataset profiles.

A work whose license is not known has ``NOASSERTION``. What SPDX demands and nobody has stated
is left out, and the profile that demands it is then not claimed.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from licet_ontology.terms import BASE, NS
from licet_service.bom_words import GAPS_ARE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_service.bom import Bill, BilledLicense, BilledWork

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
NO_ASSERTION = "NOASSERTION"
_CLASSES = {"model": "ai_AIPackage", "dataset": "dataset_DatasetPackage"}
_PURPOSES = {"model": "model", "dataset": "data", "service": "application"}
_RELATIONS = {"trainedOn": "trainedOn", "bundles": "contains", "combines": "dependsOn"}
"""What SPDX calls a derivation, from the work to its parent; ``descendantOf`` for all others."""
_REVERSED = {"copyOf": "copiedTo", "generatedBy": "generates"}
"""The same, from the parent to the work."""


def spdx3(bill: Bill) -> dict[str, Any]:
    """Return the bill as an SPDX document."""
    return _Document(bill).json()


class _Document:
    """One document being written."""

    def __init__(self, bill: Bill) -> None:
        self.bill = bill
        root = bill.works[0]
        self.base = f"{BASE}bom/{quote(root.key)}/{quote(bill.snapshot or 'none')}#"
        self.graph: list[dict[str, Any]] = []
        self.agents: dict[str, str] = {}
        self.expressions: dict[str, str] = {}

    def json(self) -> dict[str, Any]:
        """Return the document."""
        tool = self._id("licet")
        self.graph += [
            {
                "type": "CreationInfo",
                "@id": "_:creation",
                "specVersion": "3.0.1",
                "created": self.bill.created,
                "createdBy": [self._agent("licet", "SoftwareAgent")],
                "createdUsing": [tool],
            },
            {
                "type": "Tool",
                "spdxId": tool,
                "creationInfo": "_:creation",
                "name": f"licet {version('licet')}",
            },
        ]
        works = [self._work(work) for work in self.bill.works]
        for work in self.bill.works:
            for how, licenses, known in (
                ("hasDeclaredLicense", work.declared, bool(work.declared)),
                ("hasConcludedLicense", work.concluded, bool(work.concluded)),
            ):
                target = self._expression(licenses if known else ())
                self._relate(work.key, how, self._id(work.key), [target])
            for relation, kind, id_ in work.parents:
                self._lineage(work, relation, f"{kind}/{id_}")
        profiles = ["core", "software", "simpleLicensing"]
        for kind, profile in (("model", "ai"), ("dataset", "dataset")):
            of_kind = [work for work in self.bill.works if work.kind == kind]
            if of_kind and all(work.created and work.author for work in of_kind):
                profiles.append(profile)
        bom = self._id("bom")
        root = self._id(self.bill.works[0].key)
        element = {"creationInfo": "_:creation", "profileConformance": profiles}
        self.graph += [
            {
                "type": "software_Sbom",
                "spdxId": bom,
                "name": f"Bill of materials of {self.bill.works[0].id}",
                **element,
                "rootElement": [root],
                "element": works,
            },
            {
                "type": "SpdxDocument",
                "spdxId": self._id("document"),
                "name": f"{self.bill.works[0].id}, from snapshot {self.bill.snapshot}",
                **element,
                "dataLicense": self._plain_expression("CC0-1.0"),
                "rootElement": [bom],
                "element": [
                    one["spdxId"] for one in self.graph if "spdxId" in one and one["spdxId"] != bom
                ],
            },
        ]
        return {"@context": CONTEXT, "@graph": self.graph}

    def _id(self, name: str) -> str:
        return f"{self.base}{quote(name)}"

    def _agent(self, name: str, class_: str = "Agent") -> str:
        if name not in self.agents:
            self.agents[name] = self._id(f"agent/{name}")
            self.graph.append(
                {
                    "type": class_,
                    "spdxId": self.agents[name],
                    "creationInfo": "_:creation",
                    "name": name,
                }
            )
        return self.agents[name]

    def _work(self, work: BilledWork) -> str:
        node: dict[str, Any] = {
            "type": _CLASSES.get(work.kind, "software_Package"),
            "spdxId": self._id(work.key),
            "creationInfo": "_:creation",
            "name": work.id,
            "software_primaryPurpose": _PURPOSES[work.kind],
            # The Hub numbers no versions; a work is as it was when it was last changed.
            "software_packageVersion": work.modified or NO_ASSERTION,
            "software_copyrightText": NO_ASSERTION,
        }
        if work.author:
            node["suppliedBy"] = self._agent(work.author)
            node["originatedBy"] = [self._agent(work.author)]
        if work.created:
            node["releaseTime"] = _time(work.created)
        if work.created and work.kind == "dataset":
            node["builtTime"] = _time(work.modified or work.created)
        if work.kind == "dataset":
            node["dataset_datasetType"] = ["noAssertion"]
        if work.url:
            node["software_downloadLocation"] = quote(work.url, ":/")
        if work.kind == "model":
            node["software_packageUrl"] = f"pkg:huggingface/{quote(work.id)}"
        if work.gaps:
            node["comment"] = GAPS_ARE + ", ".join(work.gaps)
        self.graph.append(node)
        return str(node["spdxId"])

    def _expression(self, licenses: Iterable[BilledLicense]) -> str:
        spdx = [license_.spdx for license_ in licenses]
        if not spdx:
            return self._plain_expression(NO_ASSERTION)
        return self._plain_expression(" AND ".join(sorted(spdx)))

    def _plain_expression(self, text: str) -> str:
        if text not in self.expressions:
            self.expressions[text] = self._id(f"license/{text}")
            self.graph.append(
                {
                    "type": "simplelicensing_LicenseExpression",
                    "spdxId": self.expressions[text],
                    "creationInfo": "_:creation",
                    "simplelicensing_licenseExpression": text,
                }
            )
        return self.expressions[text]

    def _lineage(self, work: BilledWork, relation: str, parent: str) -> None:
        start, to = self._id(work.key), self._id(parent)
        word = _RELATIONS.get(relation, "descendantOf")
        if relation in _REVERSED:
            start, to, word = to, start, _REVERSED[relation]
        self._relate(f"{work.key}/{relation}/{parent}", word, start, [to], f"{NS}{relation}")

    def _relate(self, key: str, word: str, start: str, to: list[str], comment: str = "") -> None:
        relation: dict[str, Any] = {
            "type": "Relationship",
            "spdxId": self._id(f"relation/{word}/{key}"),
            "creationInfo": "_:creation",
            "relationshipType": word,
            "from": start,
            "to": to,
        }
        if comment:
            relation["comment"] = comment
        self.graph.append(relation)


def _time(text: str) -> str:
    """Return a time without fractions of seconds, as SPDX wants it."""
    return f"{text[:19]}Z"
