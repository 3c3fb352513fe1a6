"""The tasks of the REST API: single works, searches and lineage, as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal, NamedNode

from licet_ontology.nodes import text_of
from licet_ontology.terms import (
    GRAPH_HUB,
    GRAPH_ONTOLOGY,
    RDFS,
    SCHEMA,
    SKOS,
    local_name,
    reading_graphs,
    term,
    work_iri,
)
from licet_reasoning.search import SearchIndex
from licet_service.cursors import cursor_of, place_of
from licet_service.license_view import license_ids, license_view, resource_view
from licet_service.problems import ProblemError
from licet_service.work_names import kind_and_id, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licet_reasoning.search import IndexedWork
    from licet_service.dataset import OpenSnapshot

LINKS: Final = 20
"""Derivations listed by which one work joins a lineage; their number is always whole."""
_SEVERITIES: Final = ("error", "unknown", "warning", "notice")


def search_works(
    opened: OpenSnapshot,
    text: str,
    facets: Mapping[str, str],
    reading: str,
    limit: int,
    cursor: str | None,
) -> dict[str, Any]:
    """Return a page of works by text and facets, most downloaded first."""
    of_reading = {
        f"{name}/{reading}" if name in {"finding", "question"} else name: value
        for name, value in facets.items()
    }
    with SearchIndex(opened.snapshot.path) as index:
        after = None if cursor is None else _rank_at(index, cursor)
        found = index.search(text, of_reading, after, limit)
        following = [*index.works([found.last])] if found.more else []
        return {
            "snapshot": opened.snapshot.id,
            "reading": reading,
            "total": found.total,
            "items": [_listed(index, work, reading) for work in index.works(found.ranks)],
            "next": _cursor(following[0]) if following else None,
        }


def facet_values(opened: OpenSnapshot, name: str, reading: str, limit: int) -> dict[str, Any]:
    """Return the most frequent values of a facet, with the number of works of each."""
    of_reading = f"{name}/{reading}" if name in {"finding", "question"} else name
    with SearchIndex(opened.snapshot.path) as index:
        values = index.facet(of_reading, limit)
    return {
        "snapshot": opened.snapshot.id,
        "reading": reading,
        "facet": name,
        "values": [{"value": value, "works": works} for value, works in values],
    }


def lineage(
    opened: OpenSnapshot,
    work: str,
    direction: str,
    depth: int | None,
    reading: str,
    limit: int,
    cursor: str | None,
) -> dict[str, Any]:
    """Return a page of the works above or below one, nearest first, and how many there are.

    Counts are of all works at each distance, whatever the page and the wanted depth.
    """
    with SearchIndex(opened.snapshot.path) as index:
        rank = index.rank(*kind_and_id(work))
        if rank is None:
            raise _unknown(work)
        found = index.lineage(rank, direction)
        counts = [len(level) for level in found.levels[1:]]
        wanted = found.levels[1 : None if depth is None else depth + 1]
        ranks = [(d, int(r)) for d, level in enumerate(wanted, start=1) for r in level]
        if cursor is not None:
            at_depth, *place = place_of(cursor, int, int, str, str)
            last = (int(at_depth), index.position(int(place[0]), str(place[1]), str(place[2])))
            ranks = [pair for pair in ranks if pair > last]
        page = index.works([rank for _, rank in ranks[:limit]])
        items = []
        for (distance, _), one in zip(ranks, page, strict=False):
            links, count = index.links(found, one.rank, LINKS)
            others = index.works([other for _, other in links])
            steps = [
                {"relation": relation, "work": name_of(other.kind, other.id)}
                for (relation, _), other in zip(links, others, strict=True)
            ]
            listed = _listed(index, one, reading)
            items.append({**listed, "depth": distance, "links": steps, "link_count": count})
        last_one = page[-1] if page else None
        return {
            "snapshot": opened.snapshot.id,
            "reading": reading,
            "work": work,
            "direction": direction,
            "total": sum(counts),
            "by_depth": [{"depth": d, "works": n} for d, n in enumerate(counts, start=1)],
            "items": items,
            "next": cursor_of(items[-1]["depth"], *_key(last_one))
            if last_one and len(ranks) > limit
            else None,
        }


def work_summary(opened: OpenSnapshot, work: str, reading: str) -> dict[str, Any]:
    """Return what is stated of a work, and how its findings count."""
    kind, work_id = kind_and_id(work)
    with SearchIndex(opened.snapshot.path) as index:
        rank = index.rank(kind, work_id)
        if rank is None:
            raise _unknown(work)
        listed = _listed(index, index.works([rank])[0], reading)
        derivations = [
            {"relation": relation, "work": name_of(parent.kind, parent.id)}
            for relation, parent in _parents(index, rank)
        ]
    iri = listed["iri"]
    return {
        "snapshot": opened.snapshot.id,
        "reading": reading,
        **listed,
        "url": _one(opened, iri, SCHEMA + "url", GRAPH_HUB) or None,
        "stated_licenses": _texts(opened, iri, term("statedLicense"), GRAPH_HUB),
        "circumstances": [
            local_name(c) for c in _iris(opened, iri, term("circumstance"), GRAPH_HUB)
        ],
        "situation": _one(opened, iri, term("situation"), reading_graphs(reading)[0]) or None,
        "derivations": derivations,
    }


def _parents(index: SearchIndex, rank: int) -> list[tuple[str, IndexedWork]]:
    edges = index.edges(rank, "up")
    works = index.works([other for _, other in edges])
    return [(relation, parent) for (relation, _), parent in zip(edges, works, strict=True)]


def work_obligations(opened: OpenSnapshot, work: str, reading: str) -> dict[str, Any]:
    """Return the clauses that bind whoever publishes a work, and those that may do so."""
    iri, situation = _situation(opened, work, reading)
    inferred = reading_graphs(reading)[0]

    def clauses(name: str) -> set[str]:
        return set(_iris(opened, situation, term(name), inferred))

    bound, inherited = clauses("boundBy"), clauses("inherits")
    for_part = clauses("inheritsForPart") - clauses("inheritsAsWhole")
    views = [
        {
            **resource_view(clause),
            "inherited": clause in inherited,
            "for_part": clause in for_part,
            "in_doubt": clause not in bound,
        }
        for clause in bound | clauses("mightBeBoundBy")
    ]
    views.sort(key=lambda view: (view["in_doubt"], not view["inherited"], view["iri"]))
    return {**_about(opened, work, iri, reading), "situation": situation, "obligations": views}


def work_findings(opened: OpenSnapshot, work: str, reading: str) -> dict[str, Any]:
    """Return what is wrong or not known about a work, the gravest first."""
    iri, situation = _situation(opened, work, reading)
    graph = reading_graphs(reading)[1]
    found = [
        _finding(opened, node, graph, open_=open_)
        for name, open_ in (("hasFinding", False), ("hasOpenQuestion", True))
        for node in _iris(opened, situation, term(name), graph)
    ]
    found.sort(key=lambda one: (_SEVERITIES.index(one["severity"]), one["open"], one["iri"]))
    return {**_about(opened, work, iri, reading), "situation": situation, "findings": found}


def licenses(opened: OpenSnapshot) -> dict[str, Any]:
    """Return the licenses of the catalogue, in short, with the number of works under each."""
    with SearchIndex(opened.snapshot.path) as index:
        works = dict(index.facet("license", -1))
    listed = []
    for license_id in license_ids():
        view = license_view(license_id)
        listed.append(
            {
                "id": view.id,
                "label": view.label,
                "read": view.read,
                "family": view.family,
                "issued": view.issued,
                "clauses": len(view.clauses),
                "works": works.get(license_id, 0),
            }
        )
    return {"snapshot": opened.snapshot.id, "licenses": listed}


def license_details(_: OpenSnapshot, license_id: str) -> dict[str, Any]:
    """Return one license with its facts and clauses."""
    if license_id not in license_ids():
        raise ProblemError("not-found", f"No license {license_id!r} is in the catalogue.")
    return asdict(license_view(license_id))


def snapshot_statistics(opened: OpenSnapshot, reading: str) -> dict[str, Any]:
    """Return how many works, derivations, situations and triples the snapshot holds."""
    opened.see(reading)
    manifest = opened.snapshot.manifest
    with SearchIndex(opened.snapshot.path) as index:
        facets = {
            name: [{"value": value, "works": works} for value, works in index.facet(facet, 1000)]
            for name, facet in (
                ("kinds", "kind"),
                ("relations", "relation"),
                ("gaps", "gap"),
                ("findings", f"finding/{reading}"),
                ("open_questions", f"question/{reading}"),
            )
        }
    return {
        "snapshot": opened.snapshot.id,
        "finished": manifest["finished"],
        "statistics_of": manifest.get("statistics_of", opened.snapshot.id),
        "reading": reading,
        "works": manifest["counts"]["works"],
        "works_in_graph": manifest["counts"]["works_in_graph"],
        "derivations": manifest["counts"]["derivations"],
        "situations": manifest["readings"][reading]["situations"],
        "triples": sum(manifest["triples"].values()),
        **facets,
    }


def _listed(index: SearchIndex, work: IndexedWork, reading: str) -> dict[str, Any]:
    """Return a work as lists show it; what is found of it only if its own record was read."""
    found = index.findings(work.rank, reading) if work.in_graph else []
    return {
        "work": name_of(work.kind, work.id),
        "kind": work.kind,
        "iri": work_iri(work.kind, work.id),
        "author": work.author,
        "in_graph": work.in_graph,
        "downloads": work.downloads,
        "likes": work.likes,
        "modified": work.modified,
        "licenses": list(work.licenses),
        "gaps": list(work.gaps),
        "findings": [
            {"code": code, "severity": severity, "open": open_} for code, severity, open_ in found
        ],
    }


def _finding(opened: OpenSnapshot, node: str, graph: str, *, open_: bool) -> dict[str, Any]:
    kind = _one(opened, node, term("kind"), graph)
    against = _iris(opened, node, term("conflictsWith"), graph)
    return {
        "iri": node,
        "code": _one(opened, node, term("code"), graph),
        "severity": _one(opened, node, term("severity"), graph),
        "open": open_,
        "inherited": _one(opened, node, term("inherited"), graph) == "true",
        "label": _one(opened, kind, RDFS + "label", GRAPH_ONTOLOGY),
        "definition": _one(opened, kind, SKOS + "definition", GRAPH_ONTOLOGY),
        "remedy": _one(opened, kind, term("remedy"), GRAPH_ONTOLOGY),
        "because": resource_view(_one(opened, node, term("because"), graph)),
        "against": [resource_view(iri) for iri in against],
    }


def _situation(opened: OpenSnapshot, work: str, reading: str) -> tuple[str, str]:
    """Return the IRIs of a work and of its situation."""
    opened.see(reading)
    iri = work_iri(*kind_and_id(work))
    situation = _one(opened, iri, term("situation"), reading_graphs(reading)[0])
    if not situation:
        raise _unknown(work)
    return iri, situation


def _about(opened: OpenSnapshot, work: str, iri: str, reading: str) -> dict[str, Any]:
    return {"snapshot": opened.snapshot.id, "reading": reading, "work": work, "iri": iri}


def _unknown(work: str) -> ProblemError:
    detail = f"{work} is not in the graph, so nothing is known of it."
    return ProblemError("not-found", detail, work=work)


def _rank_at(index: SearchIndex, cursor: str) -> int:
    downloads, kind, work_id = place_of(cursor, int, str, str)
    return index.position(int(downloads), str(kind), str(work_id))


def _key(work: IndexedWork) -> tuple[int, str, str]:
    return work.downloads or 0, work.kind, work.id


def _cursor(work: IndexedWork) -> str:
    return cursor_of(*_key(work))


def _objects(opened: OpenSnapshot, subject: str, predicate: str, graph: str) -> list[Any]:
    quads = opened.store.quads_for_pattern(
        NamedNode(subject), NamedNode(predicate), None, NamedNode(graph)
    )
    return [quad.object for quad in quads]


def _iris(opened: OpenSnapshot, subject: str, predicate: str, graph: str) -> list[str]:
    found = _objects(opened, subject, predicate, graph)
    return sorted(node.value for node in found if isinstance(node, NamedNode))


def _texts(opened: OpenSnapshot, subject: str, predicate: str, graph: str) -> list[str]:
    found = _objects(opened, subject, predicate, graph)
    return sorted(node.value for node in found if isinstance(node, Literal))


def _one(opened: OpenSnapshot, subject: str, predicate: str, graph: str) -> str:
    return next(iter(sorted(map(text_of, _objects(opened, subject, predicate, graph)))), "")
