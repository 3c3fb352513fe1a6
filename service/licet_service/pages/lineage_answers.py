"""The lineage around one work, bounded, with what each work of it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from licet_ontology.terms import BASE, local_name
from licet_service.pages.graph_reading import GraphReading
from licet_service.pages.lineage_bounds import MAX_WORKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from licet_service.dataset import OpenSnapshot

COUNTED = 5_000
"""Ancestors, and descendants, that are counted; beyond that there are “more than” so many."""
FAN = 8
"""Children of a work that are shown at first; so a root of thousands stays readable."""


def lineage_around(
    opened: OpenSnapshot,
    work: str,
    reading: str,
    *,
    up: int = 6,
    down: int = 1,
    expanded: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the works around one, their edges, and how many there are in all.

    Args:
        opened: The snapshot.
        work: Its kind and id: ``model/owner/name``.
        reading: Whose findings are counted.
        up: Generations of ancestors.
        down: Generations of descendants.
        expanded: Works all of whose neighbours are shown, up to ``MAX_WORKS`` in all.
    """
    opened.see(reading)
    graph = GraphReading(opened.store, reading)
    focus = BASE + work
    wide = {BASE + name for name in expanded}
    layers: dict[str, int] = {focus: 0}
    hidden: dict[str, int] = {}

    def visit(start: list[str], step: int, generations: int) -> None:
        frontier = start
        for generation in range(1, MAX_WORKS):
            following: list[str] = []
            for name in frontier:
                near = graph.parents(name) if step < 0 else graph.children(name, COUNTED)
                shown_at_all = generation <= generations or name in wide
                fan = MAX_WORKS if step < 0 or name in wide else FAN
                fresh = [n for n in near if n not in layers]
                room = min(fan, MAX_WORKS - len(layers)) if shown_at_all else 0
                for other in fresh[:room]:
                    layers[other] = layers[name] + step
                    following.append(other)
                if len(fresh) > room:
                    hidden[name] = hidden.get(name, 0) + len(fresh) - room
            frontier = following
            if not frontier:
                return

    visit([focus], -1, up)
    visit([focus], 1, down)
    for name in sorted(wide & set(layers) - {focus}):
        visit([name], 1 if layers[name] >= 0 else -1, 0)
    works = [_work(graph, name, layer, hidden.get(name, 0)) for name, layer in layers.items()]
    edges = [
        {
            "child": local_name(child),
            "parent": local_name(parent),
            "relations": graph.relations(child, parent),
        }
        for child in layers
        for parent in graph.parents(child)
        if parent in layers
    ]
    ancestors, many_ancestors = _reached(graph, focus, upwards=True)
    descendants, many_descendants = _reached(graph, focus, upwards=False)
    return {
        "focus": work,
        "works": works,
        "edges": edges,
        "ancestors": {"count": ancestors, "more": many_ancestors},
        "descendants": {"count": descendants, "more": many_descendants},
    }


def _work(graph: GraphReading, iri: str, layer: int, hidden: int) -> dict[str, Any]:
    errors, unknowns, _ = graph.severities(iri)
    return {
        "work": local_name(iri),
        "layer": layer,
        "terms": graph.terms(iri),
        "errors": errors,
        "unknowns": unknowns,
        "hidden": hidden,
    }


def _reached(graph: GraphReading, start: str, *, upwards: bool) -> tuple[int, bool]:
    """Return how many works are reached from one, and whether there are more."""
    seen = {start}
    frontier = [start]
    while frontier and len(seen) <= COUNTED:
        name = frontier.pop()
        near = graph.parents(name) if upwards else graph.children(name, COUNTED + 1)
        fresh = set(near) - seen
        seen |= fresh
        frontier += fresh
    return min(len(seen) - 1, COUNTED), len(seen) > COUNTED
