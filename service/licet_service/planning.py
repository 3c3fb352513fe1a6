"""Plans: read from files and requests, judged on the snapshot in force, and given back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from licet_ontology.errors import UsageError
from licet_ontology.terms import DEFAULT_READING
from licet_reasoning.assessment import assess
from licet_reasoning.compiled import compiled
from licet_reasoning.hypothesis import Ground
from licet_reasoning.plan import read_plan

if TYPE_CHECKING:
    from pathlib import Path

    from licet_reasoning.plan_outcome import PlanReport
    from licet_service.dataset import OpenSnapshot

MAX_PLAN_BYTES = 2_000_000
RDF_SUFFIXES = frozenset({".ttl", ".jsonld", ".nt", ".rdf", ".trig", ".nq"})


def ground_of(opened: OpenSnapshot) -> Ground:
    """Return what hypothetical works stand on: a snapshot, and what its data folder keeps."""
    return Ground(compiled(opened.snapshot.path.parents[1] / "cache"), opened.store)


def plan(opened: OpenSnapshot, plan: Any, reading: str = DEFAULT_READING) -> dict[str, Any]:
    """Return what a plan amounts to, as JSON values.

    Args:
        opened: The snapshot.
        plan: The plan, as mappings, lists, texts and numbers.
        reading: The reading of contested law.

    Raises:
        UsageError: It is no plan, or names works that are not there.
    """
    report = assess(read_plan(plan), ground_of(opened), reading)
    return report_json(report, opened.snapshot.id)


def plan_file(path: Path) -> Any:
    """Return what a file with a plan holds: YAML, or JSON by its name.

    Raises:
        UsageError: The file cannot be read, is too long, or holds neither.
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
    if path.suffix == ".json":
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path} is not JSON: {error}") from error
    return plan_yaml(text, str(path))


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


def report_json(report: PlanReport, snapshot: str) -> dict[str, Any]:
    """Return what a plan amounts to as JSON values, complete."""
    from licet_service.report import verdict_on

    return {
        "verdict": verdict_on(report.severities),
        "reading": report.reading,
        "snapshot": snapshot,
        "title": report.title,
        "assessments": [asdict(one) for one in report.assessments],
    }
