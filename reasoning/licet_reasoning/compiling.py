"""Readings, rules and catalogue put into the file that `licet_reasoning.compiled` reads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
from pyoxigraph import NamedNode, RdfFormat, serialize

from licet_ontology import modules
from licet_ontology.names import names_of_families, names_of_licenses
from licet_ontology.nodes import text_of
from licet_ontology.terms import OWL, RDF, RDFS, SKOS, local_name, term
from licet_queries.library import folder_queries
from licet_reasoning.beginnings import prescribed_beginnings
from licet_reasoning.compiled import ABOUT_INPUTS, BY_KEY, STAGES
from licet_reasoning.explanation import PARAMETERS
from licet_reasoning.quotient import compile_reading, shipped_catalogue, told_facts
from licet_reasoning.rules import finding_severities, stage_rules
from licet_reasoning.sight import sight, sight_of_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pyoxigraph import Triple

    from licet_queries.library import SavedQuery
    from licet_reasoning.sight import Sight

LICENSE_FACTS = (
    "adapters",
    "commercialUse",
    "extractedModels",
    "hostingIsDistribution",
    "patentGrant",
    "revocability",
    "separableRemix",
    "sublicensing",
    "targetWorkType",
)
"""Properties that say something of a license as a whole."""


def content_of(kept: Path | None) -> bytes:
    """Return all that hypothetical works are judged by, as `licet_reasoning.compiled` reads it.

    Args:
        kept: A folder that keeps the closed catalogue, or None.
    """
    return _with_index(_sections(kept))


def _sections(kept: Path | None) -> dict[str, Any]:
    closed = shipped_catalogue(kept)
    programs = {name: compile_reading(name) for name in modules.readings()}
    told = dict.fromkeys(t for p in programs.values() for t in told_facts(closed, p.axioms))
    facts: defaultdict[str, list[Triple]] = defaultdict(list)
    for t in told:
        if isinstance(t.subject, NamedNode):
            facts[t.subject.value].append(t)
    index = _Index(closed)
    licenses = sorted(
        {
            *index.subjects(RDF + "type", term("License")),
            *index.subjects(RDF + "type", term("UnreadLicense")),
        }
    )
    clauses = {iri: sorted(index.objects(iri, term("hasClause"))) for iri in licenses}
    scopes = [
        s
        for s in index.subjects(RDFS + "subPropertyOf", term("hasClause"))
        if s != term("hasClause")
    ]
    stated = _Index(modules.catalogue())
    severity = finding_severities()
    rules = {
        "work": stage_rules("work"),
        "lineage": stage_rules("lineage"),
        "inputs": [r for r in folder_queries("findings") if r.header["code"] in ABOUT_INPUTS],
        "findings": folder_queries("findings"),
    }
    of_stage = {stage: sight_of_all(rule.bare for rule in rules[stage]) for stage in STAGES}
    return {
        "readings": {
            name: {
                "axioms": asdict(program.axioms),
                "relations": program.automaton.relations,
                "moves": {
                    relation: [
                        (state, target)
                        for state, target in enumerate(program.automaton.step[:, i].tolist())
                        if target
                    ]
                    for i, relation in enumerate(program.automaton.relations)
                },
                "accepts": program.automaton.accepts.tolist(),
                "starts": program.automaton.starts,
            }
            for name, program in programs.items()
        },
        "rules": {
            stage: list(map(_rule, rules[stage])) for stage in ("work", "lineage", "findings")
        },
        "sights": {
            rule.name: _as_json(sight(rule.bare)) for stage in STAGES for rule in rules[stage]
        },
        "findings": [
            {
                "code": code,
                "severity": severity[code],
                "label": index.text(iri, RDFS + "label"),
                "definition": index.text(iri, SKOS + "definition"),
                "remedy": index.text(iri, term("remedy")),
            }
            for code in sorted(query.header["code"] for query in folder_queries("findings"))
            for iri in (term(f"finding-{code}"),)
        ],
        "licenses": {iri: _license(iri, index, scopes) for iri in licenses},
        "terms": _terms(index, stated, licenses, clauses, scopes),
        "kinds": {
            clause: sorted(
                local_name(kind)
                for kind in index.objects(clause, RDF + "type")
                if kind != OWL + "Thing"
            )
            for iri in licenses
            for clause in clauses[iri]
        },
        "owners": _owners(index, scopes),
        "links": _links(
            index,
            {c for found in clauses.values() for c in found},
            {local_name(link) for p in programs.values() for _, _, link in p.axioms.license_chains},
        ),
        **{
            f"facts-{stage}": {
                subject: _lines(seen)
                for subject, triples in facts.items()
                if (seen := [t for t in triples if _sees(seeing, t, index)])
            }
            for stage, seeing in of_stage.items()
        },
        "always": sorted(
            {text_of(t.object) for t in closed if t.predicate.value == term("exemptsLicense")}
        ),
        "clauses": clauses,
        "beginnings": [asdict(beginning) for beginning in prescribed_beginnings()],
        "names": names_of_licenses(),
        "family_names": names_of_families(),
    }


def _lines(triples: Iterable[Triple]) -> str:
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()


def _sees(seeing: Sight, triple: Triple, index: _Index) -> bool:
    """Return whether rules could ask for a triple; of types, for those that they name."""
    predicate, object_ = triple.predicate.value, text_of(triple.object)
    if predicate == RDF + "type":
        return object_ in seeing.properties
    return seeing.shows(predicate, frozenset(index.objects(object_, RDF + "type")))


def _rule(rule: SavedQuery) -> dict[str, Any]:
    return {
        "name": rule.name,
        "folder": rule.folder,
        "text": rule.text,
        "header": {key: rule.header[key] for key in ("code", "points-out") if key in rule.header},
    }


def _as_json(seen: Sight) -> dict[str, Any]:
    return {
        "properties": sorted(seen.properties),
        "behind": {
            name: None if behind is None else sorted(behind) for name, behind in seen.behind.items()
        },
        "kinds": {name: sorted(kinds) for name, kinds in seen.kinds.items()},
        "first": sorted(seen.first),
    }


class _Index:
    """Triples by subject and predicate, and by predicate and object."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._objects: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._subjects: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for t in triples:
            subject, predicate, object_ = text_of(t.subject), t.predicate.value, text_of(t.object)
            self._objects[subject, predicate].append(object_)
            self._subjects[predicate, object_].append(subject)

    def objects(self, subject: str, predicate: str) -> list[str]:
        return sorted(set(self._objects.get((subject, predicate), ())))

    def subjects(self, predicate: str, object_: str) -> list[str]:
        return sorted(set(self._subjects.get((predicate, object_), ())))

    def text(self, subject: str, predicate: str) -> str:
        return next(iter(self.objects(subject, predicate)), "")


def _license(iri: str, index: _Index, scopes: Sequence[str]) -> dict[str, Any]:
    evidence: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for node in index.objects(iri, term("evidence")):
        for about in index.objects(node, term("about")):
            evidence[about].append(
                (index.text(node, term("section")), index.text(node, term("quote")))
            )
    return {
        "label": index.text(iri, RDFS + "label"),
        "read": term("UnreadLicense") not in index.objects(iri, RDF + "type"),
        "families": [index.text(f, RDFS + "label") for f in index.objects(iri, term("family"))],
        "facts": {
            name: [local_name(value) for value in values]
            for name in LICENSE_FACTS
            if (values := index.objects(iri, term(name)))
        },
        "evidence": {name: sorted(places) for name, places in evidence.items()},
        "scopes": {
            local_name(scope): found for scope in scopes if (found := index.objects(iri, scope))
        },
    }


def _owners(index: _Index, scopes: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    owners: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for license_ in sorted(
        {
            *index.subjects(RDF + "type", term("License")),
        }
    ):
        for scope in scopes:
            for clause in index.objects(license_, scope):
                owners[clause][scope].append(license_)
    return {clause: dict(found) for clause, found in owners.items()}


def _links(
    index: _Index, clauses: Iterable[str], of_axioms: Iterable[str]
) -> dict[str, dict[str, list[str]]]:
    names = {
        "acceptsLicense",
        "acceptsLicenseInCombination",
        "acceptsLicenseIfStated",
        "requiresLicense",
        "exemptsLicense",
        "satisfiableUnder",
        *of_axioms,
    }
    return {
        clause: found
        for clause in sorted(clauses)
        if (found := {n: iris for n in sorted(names) if (iris := index.objects(clause, term(n)))})
    }


def _terms(
    index: _Index,
    stated: _Index,
    licenses: Sequence[str],
    clauses: dict[str, list[str]],
    scopes: Sequence[str],
) -> dict[str, dict[str, Any]]:
    """Return what is shown of each clause, license, gap and circumstance."""
    found: dict[str, dict[str, Any]] = {}
    for iri in licenses:
        found[iri] = {"type": "license", "label": index.text(iri, RDFS + "label")}
        for clause in clauses[iri]:
            kind = stated.objects(clause, RDF + "type")[0]
            found.setdefault(
                clause,
                {
                    "type": "clause",
                    "kind": index.text(kind, term("code")),
                    "label": index.text(clause, RDFS + "label"),
                    "definition": index.text(kind, SKOS + "definition"),
                    "license": index.text(iri, RDFS + "label"),
                    "section": index.text(clause, term("section")),
                    "quote": index.text(clause, term("quote")),
                    "text_sha256": index.text(iri, term("textSha256")),
                    "remedy": index.text(kind, term("remedy")),
                    "parameters": [
                        (name, text)
                        for name in PARAMETERS
                        for text in stated.objects(clause, term(name))
                    ],
                },
            )
    for class_ in ("Gap", "Circumstance"):
        for iri in index.subjects(RDF + "type", term(class_)):
            found[iri] = {
                "type": "circumstance",
                "label": index.text(iri, RDFS + "label"),
                "definition": index.text(iri, SKOS + "definition"),
            }
    return found


def _with_index(content: dict[str, Any]) -> bytes:
    """Return sections as JSON, one after the other, behind a line that says where each is."""
    index: dict[str, dict[str, tuple[int, int]]] = {}
    parts: list[bytes] = []
    length = 0
    for name, section in content.items():
        index[name] = {}
        for key, value in section.items() if name in BY_KEY else (("", section),):
            parts.append(orjson.dumps(value))
            index[name][key] = length, len(parts[-1])
            length += len(parts[-1])
    return b"".join((orjson.dumps(index), b"\n", *parts))
