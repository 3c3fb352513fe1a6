"""Drawings as values that templates write as SVG: no style, no script, a text for everything."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from licet_service.pages.addresses import path_of, split_work
from licet_service.pages.layout import BOX_HEIGHT, BOX_WIDTH, layered
from licet_service.pages.words import relation

STRIPES = 8
DENSE = 100
ROOM_FOR_MORE = 60
"""Beside the last column, for how many works are not shown there."""
NAME_CHARACTERS = 29


@dataclass(frozen=True)
class Node:
    """A box of a lineage: what it says, where it leads, how it looks."""

    x: float
    y: float
    work: str
    name: str
    terms: str
    stripe: str
    state: str
    says: str
    path: str
    hidden: int


@dataclass(frozen=True)
class Edge:
    """A line from a work to what was made from it, with the name of the relation."""

    d: str
    name: str
    says: str
    x: float
    y: float
    is_named: bool


@dataclass(frozen=True)
class Drawing:
    """A lineage: boxes, lines, and the licenses with their colours."""

    width: float
    height: float
    box_width: int
    box_height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    legend: tuple[tuple[str, str], ...]

    @property
    def is_dense(self) -> bool:
        """Whether so many lines are drawn that they would cover each other."""
        return len(self.edges) > DENSE


def lineage_drawing(lineage: dict[str, Any], reading: str) -> Drawing:
    """Return the drawing of a lineage as ``lineage_around`` gives it."""
    works = {one["work"]: one for one in lineage["works"]}
    pairs = [(edge["parent"], edge["child"]) for edge in lineage["edges"]]
    layout = layered({name: one["layer"] for name, one in works.items()}, pairs)
    legend = _legend(lineage["works"])
    nodes = []
    for name, one in works.items():
        place = layout.places[name]
        terms = _terms(one)
        is_open = one["unknowns"] or not _has_license(one)
        state = "error" if one["errors"] else "unknown" if is_open else "plain"
        nodes.append(
            Node(
                x=place.x,
                y=place.y,
                work=name,
                name=_shortened(split_work(name)[1]),
                terms=_shortened(terms, NAME_CHARACTERS + 4),
                stripe=legend.get(terms, "stripe-none"),
                state=state + (" focus" if name == lineage["focus"] else ""),
                says=f"{split_work(name)[1]}. {terms}. {_state(one)}",
                path=f"{path_of(name)}?reading={reading}",
                hidden=one["hidden"],
            )
        )
    return Drawing(
        layout.width + (ROOM_FOR_MORE if any(node.hidden for node in nodes) else 0),
        layout.height,
        BOX_WIDTH,
        BOX_HEIGHT,
        tuple(nodes),
        tuple(_edges(lineage["edges"], layout.places)),
        tuple((terms, stripe) for terms, stripe in legend.items()),
    )


def _legend(works: list[dict[str, Any]]) -> dict[str, str]:
    known = [_terms(work) for work in works if _has_license(work)]
    common = Counter(known).most_common(STRIPES)
    return {terms: f"stripe-{index}" for index, (terms, _) in enumerate(common)}


def _terms(work: dict[str, Any]) -> str:
    """Return the ids of the licenses of a work, or why none is known."""
    names = [
        t["iri"].rpartition("/license/")[2] if "/license/" in t["iri"] else t["label"]
        for t in work["terms"]
    ]
    return ", ".join(names) or "terms not known"


def _has_license(work: dict[str, Any]) -> bool:
    return any("/license/" in term["iri"] for term in work["terms"])


def _state(work: dict[str, Any]) -> str:
    if work["errors"]:
        return f"Violations found: {work['errors']}."
    if not _has_license(work):
        return "Its terms are not known."
    return f"Not known: {work['unknowns']}." if work["unknowns"] else "No violation was found."


def _edges(edges: list[dict[str, Any]], places: Any) -> list[Edge]:
    names: defaultdict[str, set[str]] = defaultdict(set)
    for edge in edges:
        names[edge["child"]].add(_named(edge))
    drawn: list[Edge] = []
    labelled: set[str] = set()
    for edge in edges:
        name, made_from = split_work(edge["child"])[1], split_work(edge["parent"])[1]
        parent, child = places[edge["parent"]], places[edge["child"]]
        start_x, start_y = parent.x + BOX_WIDTH, parent.y + BOX_HEIGHT / 2
        end_x, end_y = child.x, child.y + BOX_HEIGHT / 2
        if end_x <= start_x:  # both in one column, or a cycle: around the right side
            end_x = child.x + BOX_WIDTH
            bend = max(start_x, end_x) + 40
            bends = (bend, bend)
        else:
            bends = ((start_x + end_x) / 2,) * 2
        d = (
            f"M{start_x:g} {start_y:g}"
            f"C{bends[0]:g} {start_y:g} {bends[1]:g} {end_y:g} {end_x:g} {end_y:g}"
        )
        # One name for all lines into a box, where they all say the same.
        alone = len(names[edge["child"]]) == 1
        label_x = end_x - 4 if alone else (start_x + 3 * end_x) / 4
        label_y = end_y - 4 if alone else (start_y + 3 * end_y) / 4 - 3
        drawn.append(
            Edge(
                d,
                _named(edge),
                f"{name} — {_named(edge)} → {made_from}",
                label_x,
                label_y,
                not alone or edge["child"] not in labelled,
            )
        )
        labelled.add(edge["child"])
    return drawn


def _named(edge: dict[str, Any]) -> str:
    return " and ".join(map(relation, edge["relations"])) or "uses"


def _shortened(text: str, at_most: int = NAME_CHARACTERS) -> str:
    return text if len(text) <= at_most else text[: at_most - 1] + "…"
