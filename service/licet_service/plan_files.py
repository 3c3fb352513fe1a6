"""Plans as texts: YAML and JSON from files and requests, bounded and never trusted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from licet_ontology.errors import UsageError
from licet_service.bom_import import is_bom, plan_of_bom

if TYPE_CHECKING:
    from pathlib import Path

MAX_PLAN_BYTES = 2_000_000


def plan_file(path: Path) -> Any:
    """Return what a file with a plan holds: YAML, or by its name JSON, a bill or other RDF.

    Raises:
        UsageError: The file cannot be read, is too long, or holds none of these.
    """
    try:
        content = path.read_bytes() if path.stat().st_size <= MAX_PLAN_BYTES else None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if content is None:
        raise UsageError(f"{path} is longer than {MAX_PLAN_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8") from error
    if path.suffix == ".jsonld" and is_bom(json_value(text, str(path))):
        return plan_json(text, str(path))
    if path.suffix in {".ttl", ".nt", ".rdf", ".jsonld"}:
        from licet_service.plan_rdf import plan_of_rdf

        return plan_of_rdf(text, path.suffix, str(path))
    return plan_json(text, str(path)) if path.suffix == ".json" else plan_yaml(text, str(path))


def plan_json(text: str, name: str) -> Any:
    """Return the plan of a JSON text, in which no object has a member twice.

    A bill of materials, of SPDX or CycloneDX, is read as the plan it amounts to.

    Raises:
        UsageError: It is no JSON, or nests deeper than is read.
    """
    value = json_value(text, name)
    return plan_of_bom(value) if is_bom(value) else value


def json_value(text: str, name: str) -> Any:
    """Return the value of a JSON text, in which no object has a member twice.

    Raises:
        UsageError: It is no JSON, or nests deeper than is read.
    """

    def unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(found := dict(members)) < len(members):
            raise ValueError("an object has a member twice")
        return found

    try:
        return json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not JSON: {error}") from error


def plan_yaml(text: str, name: str) -> Any:
    """Return the one document of a YAML text.

    Raises:
        UsageError: It is no YAML, holds several documents, or one that is not as YAML demands.
    """
    from licet_ingest.untrusted_yaml import UnreadableYamlError, read_yaml

    try:
        found = read_yaml(text)
    except UnreadableYamlError as error:
        raise UsageError(f"{name} {error}") from error
    if found.faults:
        raise UsageError(f"{name} {found.faults[0]}")
    if len(found.documents) != 1:
        raise UsageError(f"{name} holds {len(found.documents)} YAML documents, and a plan is one")
    return found.documents[0]
