"""A bill of materials as CycloneDX 1.6 (ML-BOM), with pedigree."""

from __future__ import annotations

import uuid
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from licet_ontology.terms import BASE, NS

if TYPE_CHECKING:
    from licet_service.bom import Bill, BilledLicense, BilledWork

_TYPES = {"model": "machine-learning-model", "dataset": "data", "service": "application"}


def cyclonedx(bill: Bill) -> dict[str, Any]:
    """Return the bill as a CycloneDX document."""
    root, *others = bill.works
    by_key = {work.key: work for work in bill.works}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"{BASE}{root.key}?snapshot={bill.snapshot}")
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": bill.created,
            "tools": {
                "components": [
                    {"type": "application", "name": "licet", "version": version("licet")}
                ]
            },
            "component": _component(root, by_key),
            "properties": [_property("snapshot", bill.snapshot)],
        },
        "components": [_component(work, by_key) for work in others],
        "dependencies": [
            {
                "ref": work.key,
                "dependsOn": sorted({f"{kind}/{id_}" for _, kind, id_ in work.parents}),
            }
            for work in bill.works
        ],
    }


def _component(work: BilledWork, by_key: dict[str, BilledWork]) -> dict[str, Any]:
    models = [by_key[f"model/{id_}"] for _, kind, id_ in _direct(work) if kind == "model"]
    data = [id_ for _, kind, id_ in _direct(work) if kind == "dataset"]
    component: dict[str, Any] = {
        "type": _TYPES[work.kind],
        "bom-ref": work.key,
        **_named(work),
    }
    if work.kind == "model" and data:
        component["modelCard"] = {
            "modelParameters": {"datasets": [{"ref": f"dataset/{id_}"} for id_ in data]}
        }
    if models:
        relations = {f"{id_}": relation for relation, kind, id_ in work.parents if kind == "model"}
        component["pedigree"] = {
            "ancestors": [{"type": _TYPES[one.kind], **_named(one)} for one in models],
            "notes": "; ".join(f"{relation} {id_}" for id_, relation in relations.items()),
        }
    component["properties"] = [
        *(_property(f"relation:{kind}/{id_}", f"{NS}{r}") for r, kind, id_ in work.parents),
        *(_property("gap", gap) for gap in work.gaps),
        *(_property("stated-license", text) for text in work.stated),
    ]
    return component


def _direct(work: BilledWork) -> list[tuple[str, str, str]]:
    """Return the parents of a work, each once."""
    found = {(kind, id_): relation for relation, kind, id_ in work.parents}
    return [(relation, kind, id_) for (kind, id_), relation in found.items()]


def _named(work: BilledWork) -> dict[str, Any]:
    group, _, name = work.id.rpartition("/")
    fields: dict[str, Any] = {"name": name}
    if group:
        fields["group"] = group
        fields["publisher"] = work.author or group
    if licenses := _licenses(work):
        fields["licenses"] = licenses
    if work.kind == "model":
        fields["purl"] = f"pkg:huggingface/{quote(work.id)}"
    if work.url:
        fields["externalReferences"] = [{"type": "distribution", "url": quote(work.url, ":/")}]
    return fields


def _licenses(work: BilledWork) -> list[dict[str, Any]]:
    """Return what a work declares, and what it is taken to be under."""
    return [
        {"license": {**_license(one), "acknowledgement": how}}
        for how, licenses in (("declared", work.declared), ("concluded", work.concluded))
        for one in licenses
    ]


def _license(license_: BilledLicense) -> dict[str, Any]:
    # Only what the SPDX list has may stand as an id; other licenses go by their names.
    told = {"id": license_.spdx} if license_.is_listed else {"name": license_.spdx}
    return {**told, "url": license_.url} if license_.url else told


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"licet:{name}", "value": value}
