"""Line charts as SVG: coloured by the page's style sheet, so that they follow light and dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trainer.report.markup import Markup, joined, tag

Point = tuple[float, float]

_WIDTH, _HEIGHT = 380.0, 230.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 14.0, 12.0, 40.0
_MOST_POINTS = 300


@dataclass(frozen=True, slots=True)
class Line:
    """style: "one" or "two", a colour of the style sheet. band: (x, low, high) around the line."""

    name: str
    points: Sequence[Point]
    style: str
    band: Sequence[tuple[float, float, float]] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """From low to high, with a tick at each multiple of step."""

    label: str
    low: float
    high: float
    step: float

    @classmethod
    def over(cls, label: str, values: Sequence[float], ticks: int = 5) -> Axis:
        """From 0 to the next tick over all values."""
        highest = max((value for value in values if math.isfinite(value)), default=0.0)
        step = _round_step(highest / ticks) if highest > 0 else 1.0
        return cls(label, 0.0, step * max(1, math.ceil(highest / step - 1e-9)), step)

    @property
    def ticks(self) -> list[float]:
        count = math.floor((self.high - self.low) / self.step + 1e-9)
        return [self.low + number * self.step for number in range(count + 1)]

    def share(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)


SHARE = Axis("", 0.0, 1.0, 0.25)


def line_chart(
    title: str,
    lines: Sequence[Line],
    x: Axis,
    y: Axis,
    mark: tuple[float, float, str] | None = None,
) -> Markup:
    """A figure. mark: a dot at x, y with words for who points at it or listens."""
    parts = [tag("title", title), *_grid(x, y)]
    parts += [_band(line, x, y) for line in lines if line.band]
    parts += [_line(line, x, y) for line in lines]
    if mark is not None:
        at_x, at_y = _place(mark[0], mark[1], x, y)
        dot = tag("circle", tag("title", mark[2]), cx=at_x, cy=at_y, r=5.5, class_="mark")
        parts.append(dot)
    drawing = tag("svg", *parts, viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", role="img")
    key = [
        tag("span", tag("i", class_=f"swatch {line.style}"), line.name, class_="key")
        for line in lines
        if line.name != title
    ]
    return tag("figure", tag("figcaption", tag("b", title), *key), drawing)


def time_axis(seconds: Sequence[float]) -> tuple[Axis, float]:
    """To the last of the moments, and how many seconds the axis's unit has."""
    longest = max((*seconds, 1e-3))
    units = ((3600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))
    unit, label = next(each for each in units if longest >= 5 * each[0] or each[0] == 1.0)
    return replace(Axis.over(label, [longest / unit]), high=longest / unit), unit


def thinned(points: Sequence[Point]) -> list[Point]:
    """At most some hundred points, each the mean of its neighbours."""
    stride = math.ceil(len(points) / _MOST_POINTS) or 1
    groups = [points[begin : begin + stride] for begin in range(0, len(points), stride)]
    return [
        (sum(p[0] for p in group) / len(group), sum(p[1] for p in group) / len(group))
        for group in groups
    ]


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, not less than least."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least * (1 - 1e-9))


def _place(x_value: float, y_value: float, x: Axis, y: Axis) -> Point:
    across, down = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    return _LEFT + across * x.share(x_value), _HEIGHT - _BOTTOM - down * y.share(y_value)


def _grid(x: Axis, y: Axis) -> list[Markup]:
    parts: list[Markup] = []
    for tick in y.ticks:
        _, at = _place(x.low, tick, x, y)
        parts.append(tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=at, y2=at, class_="rule"))
        parts.append(tag("text", _label(tick), x=_LEFT - 8, y=at + 4, class_="tick end"))
    for tick in x.ticks:
        at, _ = _place(tick, y.low, x, y)
        parts.append(tag("text", _label(tick), x=at, y=_HEIGHT - _BOTTOM + 18, class_="tick mid"))
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(tag("text", x.label, x=middle, y=_HEIGHT - 4, class_="tick mid"))
    return parts


def _line(line: Line, x: Axis, y: Axis) -> Markup:
    places = [_place(*point, x, y) for point in line.points]
    if len(places) == 1:
        return tag("circle", cx=places[0][0], cy=places[0][1], r=3.5, class_=f"dot {line.style}")
    return tag("polyline", points=_path(places), class_=f"line {line.style}")


def _band(line: Line, x: Axis, y: Axis) -> Markup:
    there = [_place(at, high, x, y) for at, _, high in line.band]
    back = [_place(at, low, x, y) for at, low, _ in reversed(line.band)]
    return tag("polygon", points=_path([*there, *back]), class_=f"band {line.style}")


def _path(places: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _label(value: float) -> str:
    return f"{value:.4g}"


def bar(share: float | None) -> Markup:
    """A score from 0 to 1 as a bar of that length."""
    length = 0.0 if share is None else min(max(share, 0.0), 1.0)
    return tag("span", tag("i", style=f"width:{100 * length:.1f}%"), class_="bar")


def beside(figures: Sequence[Markup]) -> Markup:
    """Figures in a row, as many as there is room for."""
    return tag("div", joined(figures), class_="figures")
