"""Where the works of a lineage stand in a drawing: layers, as in Sugiyama et al. 1981."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMN = 300
BOX_WIDTH = 210
BOX_HEIGHT = 40
ROW = 54
MARGIN = 16
SWEEPS = 6


@dataclass(frozen=True)
class Place:
    """The upper left corner of a box."""

    x: float
    y: float


@dataclass(frozen=True)
class Layout:
    """A drawing: its size and the place of each node."""

    width: float
    height: float
    places: Mapping[str, Place]


def layered(layers: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> Layout:
    """Return places in columns by layer, ordered so that few edges cross.

    Args:
        layers: The layer of each node; smaller ones stand to the left.
        edges: Pairs of nodes.
    """
    columns: defaultdict[int, list[str]] = defaultdict(list)
    for node, layer in sorted(layers.items()):
        columns[layer].append(node)
    near: defaultdict[str, list[str]] = defaultdict(list)
    for a, b in edges:
        near[a].append(b)
        near[b].append(a)
    order = sorted(columns)
    heights = {layer: _centred(columns[layer], columns) for layer in order}
    rows = {node: row for layer in order for node, row in heights[layer].items()}
    for sweep in range(SWEEPS):
        for layer in order if sweep % 2 == 0 else reversed(order):
            columns[layer].sort(key=lambda node: (_middle(node, near, rows), node))
            rows |= _centred(columns[layer], columns)
    tallest = max(map(len, columns.values()))
    places = {
        node: Place(MARGIN + order.index(layers[node]) * COLUMN, MARGIN + rows[node] * ROW)
        for node in layers
    }
    width = 2 * MARGIN + (len(order) - 1) * COLUMN + BOX_WIDTH
    return Layout(width, 2 * MARGIN + (tallest - 1) * ROW + BOX_HEIGHT, places)


def _centred(column: list[str], columns: Mapping[int, list[str]]) -> dict[str, float]:
    tallest = max(map(len, columns.values()))
    start = (tallest - len(column)) / 2
    return {node: start + index for index, node in enumerate(column)}


def _middle(node: str, near: Mapping[str, list[str]], rows: Mapping[str, float]) -> float:
    others = near.get(node, ())
    return sum(rows[other] for other in others) / len(others) if others else rows[node]
