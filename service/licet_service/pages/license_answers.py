"""What the pages on licenses show: the catalogue, and how much of the graph carries a license."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import NamedNode, QuerySolutions, Variable

from licet_ontology.nodes import text_of
from licet_ontology.terms import BASE, PREFIXES, license_iri, reading_graphs
from licet_reasoning.cube import QB
from licet_service.license_page import BOUND, STATUSES, label_of, parameter_lines, where
from licet_service.license_view import license_ids, license_view
from licet_service.pages.cube import slice_iri

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from licet_service.dataset import OpenSnapshot
    from licet_service.license_view import ClauseView, LicenseView, RightView

_GROUPS: Final = ("duty", "prohibition", "condition", "permission")
_SILENT: Final = ("notStated", "notAddressed")


def license_page(opened: OpenSnapshot, license_id: str) -> dict[str, Any]:
    """Return one license with its clauses by whom they bind, its facts and who carries it.

    Raises:
        UsageError: There is none of that id.
    """
    return {**_license(license_view(license_id)), "works": _carried(opened, license_id)}


def license_list(opened: OpenSnapshot) -> list[dict[str, Any]]:
    """Return id, name, family and works of each license of the catalogue."""
    listed = [{**one, "works": _carried(opened, one["id"])} for one in _catalogue()]
    return sorted(listed, key=lambda one: (-one["works"], one["id"]))


def license_comparison(opened: OpenSnapshot, license_ids: Sequence[str]) -> dict[str, Any]:
    """Return licenses side by side: rows of facts, and rows of clause kinds by whom they bind.

    Raises:
        UsageError: There is no license of such an id.
    """
    views = [license_view(id_) for id_ in license_ids]
    names = dict.fromkeys(fact.name for view in views for fact in view.facts)
    facts = [
        {
            "label": label_of(name),
            "cells": [[_fact(f) for f in view.facts if f.name == name] for view in views],
        }
        for name in names
    ]
    rights = [
        {
            "label": label,
            "cells": [[_right(r) for r in v.rights if r.label == label] for v in views],
        }
        for label in dict.fromkeys(right.label for view in views for right in view.rights)
    ]
    clauses = []
    for scope, bound in BOUND.items():
        for group in _GROUPS:
            of = [[c for c in v.clauses if scope in c.scopes and c.group == group] for v in views]
            for kind in sorted({clause.kind for some in of for clause in some}):
                cells = [
                    [_clause(c, v.id) for c in some if c.kind == kind]
                    for some, v in zip(of, views, strict=True)
                ]
                clauses.append({"bound": bound, "group": group, "kind": kind, "cells": cells})
    return {
        "licenses": [
            {"id": v.id, "label": v.label, "read": v.read, "works": _carried(opened, v.id)}
            for v in views
        ],
        "rights": rights,
        "facts": facts,
        "clauses": clauses,
    }


def _license(view: LicenseView) -> dict[str, Any]:
    scopes = []
    for scope, bound in BOUND.items():
        groups = [
            {
                "group": group,
                "clauses": [
                    _clause(c, view.id)
                    for c in view.clauses
                    if scope in c.scopes and c.group == group
                ],
            }
            for group in _GROUPS
        ]
        if any(group["clauses"] for group in groups):
            scopes.append({"scope": scope, "bound": bound, "groups": groups})
    return {
        "id": view.id,
        "label": view.label,
        "read": view.read,
        "issued": view.issued,
        "family": view.family,
        "identity": [
            {"label": label_of(name), "name": name, "value": value} for name, value in view.identity
        ],
        "rights": [_right(right) for right in view.rights],
        "facts": [_fact(fact) for fact in view.facts],
        "scopes": scopes,
        "accepted": list(_accepted(view)),
    }


_ACCEPTANCES: Final = {
    "requiresLicense": "required",
    "acceptsLicense": "accepted for any derivative",
    "acceptsLicenseInCombination": "accepted where works under both are combined",
    "acceptsLicenseIfStated": "accepted where the work itself says so",
}


def _accepted(view: LicenseView) -> Iterator[dict[str, Any]]:
    """Yield the licenses that satisfy a share-alike or pass-through term, with the words."""
    for clause in view.clauses:
        for name, value in clause.parameters:
            if name in _ACCEPTANCES:
                id_ = value.removeprefix("license/")
                words = next((e for e in clause.evidence if id_ in e.concerns), clause)
                yield {
                    "accepted": {"text": id_, "href": f"/license/{id_}"},
                    "how": _ACCEPTANCES[name],
                    "where": where(words.section),
                    "quote": words.quote,
                }


_MARKS: Final = {
    "granted": "plain",
    "reserved": "error",
    "conditional": "warning",
    "not-stated": "unknown",
}


def _right(right: RightView) -> dict[str, Any]:
    return {
        "label": right.label,
        "status": STATUSES[right.status],
        "mark": _MARKS[right.status],
        "where": where(right.section),
        "quote": right.quote,
    }


def _fact(fact: Any) -> dict[str, Any]:
    return {
        "label": label_of(fact.name),
        "value": fact.value,
        "silent": fact.code in _SILENT,
        "evidence": [{"where": where(e.section), "quote": e.quote} for e in fact.evidence],
    }


def _clause(clause: ClauseView, license_id: str) -> dict[str, Any]:
    return {
        "iri": f"{BASE}clause/{license_id}/{clause.slug}",
        "slug": clause.slug,
        "kind": clause.kind,
        "group": clause.group,
        "label": clause.label,
        "where": where(clause.section),
        "quote": clause.quote,
        "lines": [line.replace("`", "") for line in parameter_lines(clause)],
    }


_counts: dict[str, dict[str, int]] = {}


def _carried(opened: OpenSnapshot, license_id: str) -> int:
    """Return how many works carry a license; all are counted once for each snapshot."""
    snapshot = opened.snapshot.id
    if snapshot not in _counts:
        _counts.clear()
        _counts[snapshot] = _counted(opened)
    return _counts[snapshot].get(license_iri(license_id), 0)


def _counted(opened: OpenSnapshot) -> dict[str, int]:
    """Return works by license as the statistics hold them, for the graph is long to count."""
    reading = opened.snapshot.manifest["default_reading"]
    found = opened.store.query(
        "SELECT ?slice ?license ?works WHERE { ?slice qb:observation ?cell . "
        "?cell licet:byTerms ?license ; licet:workCount ?works }",
        prefixes={**PREFIXES, "qb": QB},
        default_graph=[NamedNode(reading_graphs(reading)[2])],
        substitutions={Variable("slice"): NamedNode(slice_iri(reading, "terms", "by-terms"))},
    )
    assert isinstance(found, QuerySolutions)  # noqa: S101 - it is a SELECT
    return {text_of(row["license"]): int(text_of(row["works"])) for row in found}


@cache
def _catalogue() -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "id": id_,
            "label": view.label,
            "family": view.family,
            "read": view.read,
        }
        for id_ in license_ids()
        for view in [license_view(id_)]
    )
