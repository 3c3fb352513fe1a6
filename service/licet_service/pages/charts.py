"""Bars, lines and flows as values that a template writes as SVG."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = 26
NAMES = 250
WIDTH = 760
FLOW_WIDTH, FLOW_HEIGHT = 900, 520
SIDE = 210
SHOWN_TERMS = 10
OTHERS = "all others"


@dataclass(frozen=True)
class Bar:
    """A bar with its name and value, and where it stands."""

    y: float
    width: float
    name: str
    value: str
    says: str
    style: str


@dataclass(frozen=True)
class Bars:
    """Bars under each other."""

    width: int
    height: float
    names: int
    bars: tuple[Bar, ...]


def bars(rows: Sequence[tuple[str, float, str, str]]) -> Bars:
    """Return bars of rows of name, value, value in words, and style."""
    most = max((value for _, value, _, _ in rows), default=0) or 1
    drawn = tuple(
        Bar(
            y=index * BAR + 4,
            width=max(1.0, value / most * (WIDTH - NAMES - 130)),
            name=name if len(name) <= 34 else name[:33] + "…",
            value=text,
            says=f"{name}: {text}",
            style=style,
        )
        for index, (name, value, text, style) in enumerate(rows)
    )
    return Bars(WIDTH, len(rows) * BAR + 8, NAMES, drawn)


@dataclass(frozen=True)
class Line:
    """A line through points, as a path and as dots that say their values."""

    name: str
    style: str
    d: str
    dots: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True)
class Lines:
    """Lines over dates, with ticks on both axes."""

    width: int
    height: int
    left: int
    bottom: int
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]


def lines(dates: Sequence[str], series: Sequence[tuple[str, str, Sequence[float | None]]]) -> Lines:
    """Return lines of percentages over dates.

    Args:
        dates: In order.
        series: Name, style, and one value for each date; none where nothing was counted.
    """
    width, height, left, bottom = WIDTH, 280, 48, 240
    known = [v for _, _, values in series for v in values if v is not None]
    top = _ceiling(max(known, default=0))
    step = (width - left - 20) / max(1, len(dates) - 1)

    def at(index: int, value: float) -> tuple[float, float]:
        return round(left + index * step, 1), round(bottom - value / top * (bottom - 20), 1)

    drawn = []
    for name, style, values in series:
        points = [
            (*at(i, v), f"{dates[i]}: {v:g} % {name}")
            for i, v in enumerate(values)
            if v is not None
        ]
        d = "M" + "L".join(f"{x:g} {y:g}" for x, y, _ in points) if points else ""
        drawn.append(Line(name, style, d, tuple(points)))
    every = max(1, math.ceil(len(dates) / 10))
    x_ticks = tuple((at(i, 0)[0], dates[i]) for i in range(0, len(dates), every))
    y_ticks = tuple((at(0, top * part / 4)[1], f"{top * part / 4:g} %") for part in range(5))
    return Lines(width, height, left, bottom, tuple(drawn), x_ticks, y_ticks)


def _ceiling(value: float) -> float:
    if value <= 0:
        return 4.0
    magnitude = 10 ** math.floor(math.log10(value))
    return float(next(magnitude * step for step in (1, 2, 4, 8, 10) if magnitude * step >= value))


@dataclass(frozen=True)
class Port:
    """A license on one side of the flows."""

    x: float
    y: float
    height: float
    name: str
    says: str
    text_x: float
    anchor: str


@dataclass(frozen=True)
class Ribbon:
    """A flow from a license to another."""

    d: str
    style: str
    says: str


@dataclass(frozen=True)
class Flows:
    """A Sankey diagram of two columns."""

    width: int
    height: int
    ports: tuple[Port, ...]
    ribbons: tuple[Ribbon, ...]


def sankey(flows: Sequence[tuple[str, str, int]]) -> Flows:
    """Return flows from parents' licenses to children's; small ones are drawn together."""
    merged = _merged(flows)
    total = sum(merged.values()) or 1
    sides = []
    for side in (0, 1):
        sums: Counter[str] = Counter()
        for pair, works in merged.items():
            sums[pair[side]] += works
        sides.append(sorted(sums.items(), key=lambda kv: (kv[0] == OTHERS, -kv[1], kv[0])))
    gaps = 8 * max(len(side) for side in sides)
    scale = (FLOW_HEIGHT - 20 - gaps) / total
    ports: list[Port] = []
    at: list[dict[str, float]] = [{}, {}]
    for side, names in enumerate(sides):
        y = 10.0
        for name, works in names:
            at[side][name] = y
            ports.append(_port(side, y, works * scale, name, works))
            y += works * scale + 8
    ribbons = []
    order = [{name: i for i, (name, _) in enumerate(names)} for names in sides]
    into = dict(at[1])
    for (a, b), works in sorted(
        merged.items(), key=lambda kv: (order[0][kv[0][0]], order[1][kv[0][1]])
    ):
        thick = works * scale
        left, right = at[0][a], into[b]
        at[0][a] += thick
        into[b] += thick
        ribbons.append(_ribbon(left, right, thick, a, b, works))
    return Flows(FLOW_WIDTH, FLOW_HEIGHT, tuple(ports), tuple(ribbons))


def _merged(flows: Sequence[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    sums: list[Counter[str]] = [Counter(), Counter()]
    for a, b, works in flows:
        sums[0][a] += works
        sums[1][b] += works
    kept = [{name for name, _ in one.most_common(SHOWN_TERMS)} for one in sums]
    merged: Counter[tuple[str, str]] = Counter()
    for a, b, works in flows:
        merged[a if a in kept[0] else OTHERS, b if b in kept[1] else OTHERS] += works
    return dict(merged)


def _port(side: int, y: float, height: float, name: str, works: int) -> Port:
    x = SIDE if side == 0 else FLOW_WIDTH - SIDE - 12
    return Port(
        x=x,
        y=round(y, 1),
        height=round(max(height, 1.0), 1),
        name=name if len(name) <= 30 else name[:29] + "…",
        says=f"{name}: {works:,} works {'were built on' if side == 0 else 'carry it'}",
        text_x=x - 6 if side == 0 else x + 18,
        anchor="end" if side == 0 else "start",
    )


def _ribbon(left: float, right: float, thick: float, a: str, b: str, works: int) -> Ribbon:
    start, end = SIDE + 12, FLOW_WIDTH - SIDE - 12
    middle = (start + end) / 2
    thick = max(thick, 0.5)
    d = (
        f"M{start} {left:.1f}C{middle:g} {left:.1f} {middle:g} {right:.1f} {end} {right:.1f}"
        f"L{end} {right + thick:.1f}"
        f"C{middle:g} {right + thick:.1f} {middle:g} {left + thick:.1f} {start} {left + thick:.1f}Z"
    )
    return Ribbon(d, "same" if a == b else "other", f"{a} → {b}: {works:,} works")
