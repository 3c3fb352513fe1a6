"""Bills of materials as plans: what others say a work was made from, to be judged by the rules.

Read are SPDX 3 in JSON-LD and CycloneDX in JSON, of whatever make. What a bill does not say,
such as how a work was derived, stays as general as it is there: a pedigree says "modified".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from licet_ontology.errors import UsageError
from licet_ontology.terms import NS
from licet_service.bom_words import GAPS_ARE, UNSETTLED

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BOM_BYTES = 20_000_000
MAX_COMPONENTS = 4_000
_VERBS = {
    "abliteratedFrom": "abliterate",
    "adaptedFrom": "modify",
    "adapterFor": "adapter",
    "basedOn": "modify",
    "bundles": "combine",
    "combines": "combine",
    "convertedFrom": "convert",
    "copyOf": "copy",
    "distilledFrom": "distill",
    "finetunedFrom": "fine-tune",
    "generatedBy": "generate",
    "mergedFrom": "merge",
    "prunedFrom": "prune",
    "quantizedFrom": "quantize",
    "trainedOn": "train",
}
_BY_WORD = {
    "contains": "bundles",
    "ancestorOf": "basedOn",
    "copiedTo": "copyOf",
    "dependsOn": "combines",
    "descendantOf": "basedOn",
    "finetunedOn": "trainedOn",
    "generates": "generatedBy",
    "hasVariant": "basedOn",
    "pretrainedOn": "trainedOn",
    "trainedOn": "trainedOn",
}
_REVERSED = frozenset({"copiedTo", "generates", "ancestorOf", "hasVariant"})
_LINEAGE = frozenset({"copiedTo", "ancestorOf", "descendantOf", "hasVariant"})
"""Relationships by which a work comes from another, of whatever class a bill says that one is."""
_UNNAMED = "a license without a name"
_ONE_MORE = "a license that is not known"
"""Stands beside the licenses of a work of which a bill says that they are not all, or not sure."""
_NOT_TOLD = frozenset({"", "NOASSERTION", "NONE"})


@dataclass
class Part:
    """A work of a bill.

    Attributes:
        key: By which others of the bill refer to it.
        kind: ``model`` or ``dataset``.
        name: ``owner/name`` where the bill tells.
        licenses: As the bill names them.
        parents: (relation, key) of what it was made from.
    """

    key: str
    kind: str
    name: str
    licenses: list[str] = field(default_factory=list[str])
    parents: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def is_bom(value: object) -> bool:
    """Tell whether a JSON value is a bill of materials that can be read."""
    if not isinstance(value, dict):
        return False
    return value.get("bomFormat") == "CycloneDX" or (
        isinstance(value.get("@graph"), list) and "spdx" in str(value.get("@context"))
    )


def read_bom(data: bytes) -> dict[str, Any]:
    """Return the plan that a bill of materials amounts to, as plans are written.

    Raises:
        UsageError: It is none, or longer than is read, or says of nothing what it was made from.
    """
    if len(data) > MAX_BOM_BYTES:
        raise UsageError(f"a bill of more than {MAX_BOM_BYTES:,} bytes is not read")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the bill is not JSON: {error}") from error
    return plan_of_bom(value)


def plan_of_bom(value: object) -> dict[str, Any]:
    """Return the plan that a bill of materials amounts to.

    Raises:
        UsageError: It is none that can be read.
    """
    if not isinstance(value, dict) or not is_bom(value):
        raise UsageError("this is neither SPDX 3 in JSON-LD nor CycloneDX in JSON")
    root, parts = _cyclonedx(value) if "bomFormat" in value else _spdx(value)
    if len(parts) > MAX_COMPONENTS:
        raise UsageError(f"the bill holds {len(parts):,} works; {MAX_COMPONENTS:,} are read")
    if root not in parts:
        raise UsageError("the bill does not say which model or dataset it is of")
    return _plan(root, parts)


################################################################ CycloneDX


def _cyclonedx(bom: dict[str, Any]) -> tuple[str, dict[str, Part]]:
    parts: dict[str, Part] = {}
    metadata = bom.get("metadata")
    described = metadata.get("component") if isinstance(metadata, dict) else None
    listed = [described, *_objects(bom.get("components"))]
    components = [one for one in listed if isinstance(one, dict)]
    for one in components:
        if (part := _component(one)) is not None:
            parts.setdefault(part.key, part)
    by_name = {(part.kind, part.name): part.key for part in parts.values()}
    todo = [(one, _ref(one)) for one in components]
    listed_refs = {ref for _, ref in todo}
    for one, key in todo:
        part = parts.get(key)
        if part is None:
            continue
        if len(todo) > MAX_COMPONENTS:
            raise UsageError(f"the bill holds more than {MAX_COMPONENTS:,} works")
        named = {
            str(p.get("name")).removeprefix("licet:relation:"): str(p.get("value")).removeprefix(NS)
            for p in _objects(one.get("properties"))
            if str(p.get("name")).startswith("licet:relation:")
        }
        part.parents += [(r, k) for k, r in named.items() if r in _VERBS and k in parts]
        for ancestor in _ancestors(one):
            # Whatever a work was made from, it is none of which nothing follows.
            found = _component(ancestor, "model")
            if found is None:
                continue
            known = by_name.get((found.kind, found.name)) or found.key
            if not found.name:
                known = f"unnamed {len(parts)}"
            elif known in parts:
                both = dict.fromkeys([*parts[known].licenses, *found.licenses])
                parts[known].licenses = [*both]
            if known not in parts:
                parts[known] = found
                by_name[found.kind, found.name] = known
                todo.append((ancestor, known))
            elif _ref(ancestor) not in listed_refs and _ancestors(ancestor):
                todo.append((ancestor, known))
            if known not in {k for _, k in part.parents}:
                part.parents.append(("basedOn", known))
        for data in _datasets(one):
            parts.setdefault(data.key, data)
            if data.key not in {k for _, k in part.parents}:
                part.parents.append(("trainedOn", data.key))
    return _ref(described) if isinstance(described, dict) else "", parts


def _ancestors(one: dict[str, Any]) -> list[dict[str, Any]]:
    pedigree = one.get("pedigree")
    return _objects(pedigree.get("ancestors")) if isinstance(pedigree, dict) else []


def _component(one: dict[str, Any], otherwise: str = "") -> Part | None:
    """Return the work that a component is; of another type, the kind that it is taken for."""
    kinds = {"machine-learning-model": "model", "data": "dataset"}
    kind = kinds.get(str(one.get("type")), otherwise)
    if not kind:
        return None
    licenses: list[str] = []
    concluded: list[str] = []
    for entry in _objects(one.get("licenses")):
        license_ = entry.get("license")
        told = license_ if isinstance(license_, dict) else entry
        name = str(told.get("id") or told.get("name") or told.get("expression") or _UNNAMED)
        (concluded if told.get("acknowledgement") == "concluded" else licenses).append(name)
    told_licenses = [name for name in concluded or licenses if _is_told(name)]
    properties = _objects(one.get("properties"))
    if UNSETTLED.intersection(
        str(p.get("value")) for p in properties if p.get("name") == "licet:gap"
    ):
        told_licenses.append(_ONE_MORE)
    return Part(_ref(one), kind, _name(one), told_licenses)


def _ref(one: dict[str, Any]) -> str:
    return str(one.get("bom-ref") or f"{one.get('type')} {_name(one)}")


def _name(one: dict[str, Any]) -> str:
    purl = re.match(r"pkg:huggingface/([^@?#]+)", str(one.get("purl") or ""))
    if purl:
        return unquote(purl[1])
    group, name = str(one.get("group") or ""), str(one.get("name") or "")
    return f"{group}/{name}" if group else name


def _datasets(one: dict[str, Any]) -> Iterator[Part]:
    """Yield the data that a model was trained on; of data without a component, no license."""
    card = one.get("modelCard")
    parameters = card.get("modelParameters") if isinstance(card, dict) else None
    for data in _objects(parameters.get("datasets") if isinstance(parameters, dict) else None):
        name = str(data.get("name") or "")
        key = str(data.get("ref") or data.get("bom-ref") or f"data {name}")
        yield Part(key, "dataset", name)


################################################################ SPDX


def _spdx(document: dict[str, Any]) -> tuple[str, dict[str, Part]]:
    nodes = [one for one in document["@graph"] if isinstance(one, dict)]
    parts: dict[str, Part] = {}
    expressions: dict[str, str] = {}
    roots: list[str] = []
    unsettled: set[str] = set()
    for one in nodes:
        key, class_ = str(one.get("spdxId") or one.get("@id") or ""), str(one.get("type"))
        if class_ in {"ai_AIPackage", "dataset_DatasetPackage"}:
            kind = "model" if class_ == "ai_AIPackage" else "dataset"
            purl = {"purl": one.get("software_packageUrl"), "name": one.get("name")}
            parts[key] = Part(key, kind, _name(purl))
            comment = str(one.get("comment") or "")
            if comment.startswith(GAPS_ARE) and any(gap in comment for gap in UNSETTLED):
                unsettled.add(key)
        elif class_ == "simplelicensing_LicenseExpression":
            expressions[key] = str(one.get("simplelicensing_licenseExpression") or "")
        elif class_ in {"software_Sbom", "Bom", "SpdxDocument"}:
            roots += [str(root) for root in _values(one.get("rootElement"))]
    concluded: dict[str, list[str]] = {}
    by_key = {str(one.get("spdxId") or one.get("@id") or ""): one for one in nodes}
    for one in nodes:
        if str(one.get("type")) not in {"Relationship", "LifecycleScopedRelationship"}:
            continue
        word, start = str(one.get("relationshipType")), str(one.get("from"))
        for to in map(str, _values(one.get("to"))):
            if word in {"hasDeclaredLicense", "hasConcludedLicense"}:
                into = concluded if word == "hasConcludedLicense" else {}
                text = expressions.get(to, "")
                if start in parts and _is_told(text):
                    into.setdefault(start, []).append(text)
                    if word == "hasDeclaredLicense":
                        parts[start].licenses.append(text)
                continue
            child, parent = (to, start) if word in _REVERSED else (start, to)
            relation = str(one.get("comment") or "").removeprefix(NS)
            if relation not in _VERBS:
                relation = _BY_WORD.get(word, "")
            if parent not in parts and word in _LINEAGE and parent in by_key:
                other = by_key[parent]
                purl = {"purl": other.get("software_packageUrl"), "name": other.get("name")}
                parts[parent] = Part(parent, "model", _name(purl))
            if relation and child in parts and parent in parts and child != parent:
                parts[child].parents.append((relation, parent))
    for key, texts in concluded.items():
        parts[key].licenses = texts
    for key in unsettled:
        parts[key].licenses.append(_ONE_MORE)
    works = list(dict.fromkeys(root for root in roots if root in parts))
    if len(works) > 1:
        raise UsageError("the bill is of several works; a plan is read of one")
    return works[0] if works else "", parts


def _values(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in _values(value) if isinstance(one, dict)]


def _is_told(name: str) -> bool:
    return name.upper() not in _NOT_TOLD


################################################################ the plan


def _plan(root: str, parts: dict[str, Part]) -> dict[str, Any]:
    """Return a plan that makes the work of a bill as the bill says it was made."""
    needed = _upstream(root, parts)
    names = {key: f"w{number}" for number, key in enumerate(needed)}
    works: dict[str, Any] = {}
    actions: list[dict[str, Any]] = []
    for key in reversed(needed):
        part = parts[key]
        steps = _steps(part, names)
        if not steps:
            works[names[key]] = _given(part)
            continue
        *before, last = steps
        for number, step in enumerate(before):
            # What is done in several ways is done one after the other to what came of it.
            made = f"{names[key]}s{number}"
            actions.append({**step, "makes": made, "type": part.kind})
            last = {**last, "contains": [*last.get("contains", ()), made]}
        last |= {"makes": names[key], "type": part.kind}
        if "/" in part.name:
            last["name"] = part.name
        if part.licenses:
            last["license"] = part.licenses
        actions.append(last)
    return {
        "title": f"Bill of materials of {parts[root].name}"[:300],
        "works": works,
        "actions": actions,
        "publish": [{"work": names[root], "how": "share"}],
    }


def _upstream(root: str, parts: dict[str, Part]) -> list[str]:
    """Return a work and all upstream of it, each before its parents; a circle is refused."""
    order: list[str] = []
    state: dict[str, int] = {}
    todo: list[tuple[str, bool]] = [(root, False)]
    while todo:
        key, done = todo.pop()
        if done:
            state[key] = 2
            order.append(key)
            continue
        if state.get(key) == 2:
            continue
        if state.get(key) == 1:
            raise UsageError(f"by the bill, {parts[key].name} was made from itself")
        state[key] = 1
        todo.append((key, True))
        for _, parent in parts[key].parents:
            if state.get(parent) == 1:
                raise UsageError(f"by the bill, {parts[parent].name} was made from itself")
            if state.get(parent) is None:
                todo.append((parent, False))
    return order[::-1]


def _given(part: Part) -> dict[str, Any]:
    given: dict[str, Any] = {"type": part.kind}
    if "/" in part.name:
        given["name"] = part.name
    if part.licenses:
        given["license"] = part.licenses
    return given


def _steps(part: Part, names: dict[str, str]) -> list[dict[str, Any]]:
    """Return one action per way in which a work was made, without what it makes."""
    by_verb: dict[str, list[str]] = {}
    for relation, parent in dict.fromkeys(part.parents):
        by_verb.setdefault(_VERBS[relation], []).append(names[parent])
    data = by_verb.pop("train", [])
    steps: list[dict[str, Any]] = []
    for verb, of in by_verb.items():
        field_ = {"generate": "by"}.get(verb, "of")
        steps.append({"do": verb, field_: of})
    if data and steps and steps[-1]["do"] in {"fine-tune", "distill"}:
        steps[-1]["on"] = data
    elif data:
        steps.append({"do": "train", "on": data})
    return steps
