"""Curves of scores as plain marks, which a PNG and an SVG are drawn from alike."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Place = tuple[float, float]
"""x, y in the chart's own pixels, origin top left."""

WIDTH = 1120.0
_PANEL_HEIGHT = 300.0
_LEFT, _RIGHT, _TOP, _BETWEEN, _UNDER = 64.0, 24.0, 116.0, 96.0, 64.0
_TITLE, _WORDS, _SMALL = 26.0, 18.0, 15.0
_LINE = 24.0
_LETTERS = 120
"""Of a line of words as wide as the chart, at most."""
_MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Spot:
    """A measured point; y, low and high from 0 to 1. low and high: its interval, if known."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One curve. ink: "first" or "second", its colour in either theme."""

    name: str
    ink: str
    spots: Sequence[Spot]


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes: scores from 0 to 1 over x from 0. level: a line across, where given."""

    title: str
    x_label: str
    series: Sequence[Series]
    level: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels row by row, two in a row. foot: sentences below, wrapped here."""

    title: str
    subtitle: str
    panels: Sequence[Panel]
    foot: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """ink: "ink", "faint", "grid", "first", "second". dash: pixels drawn and left out, if any."""

    places: Sequence[Place]
    ink: str
    width: float
    dash: float = 0.0


@dataclass(frozen=True, slots=True)
class Area:
    """A band, filled lightly."""

    places: Sequence[Place]
    ink: str


@dataclass(frozen=True, slots=True)
class Dot:
    """Round for the first curve, square for the second: told apart without colours too."""

    place: Place
    ink: str
    side: float = 9.0


@dataclass(frozen=True, slots=True)
class Words:
    """anchor: "start", "middle" or "end" of the words is at the place; y is their base line."""

    place: Place
    text: str
    size: float
    ink: str
    anchor: str = "start"


Mark = Line | Area | Dot | Words


def size_of(chart: Chart) -> tuple[float, float]:
    """Width and height in pixels."""
    rows = math.ceil(len(chart.panels) / 2)
    foot = _LINE * len(_wrapped(chart.foot)) + (20 if chart.foot else 0)
    return WIDTH, _TOP + rows * (_PANEL_HEIGHT + _BETWEEN) - _BETWEEN + _UNDER + foot


def marks_of(chart: Chart) -> list[Mark]:
    """Everything to be drawn, what lies lowest first."""
    marks: list[Mark] = [
        Words((_LEFT, 40), chart.title, _TITLE, "ink"),
        Words((_LEFT, 66), chart.subtitle, _SMALL, "faint"),
    ]
    single = len(chart.panels) == 1
    width = (WIDTH - _LEFT - _RIGHT - (0 if single else _LEFT + _RIGHT)) / (1 if single else 2)
    for number, panel in enumerate(chart.panels):
        left = _LEFT + (number % 2) * (width + _LEFT + _RIGHT)
        top = _TOP + (number // 2) * (_PANEL_HEIGHT + _BETWEEN)
        marks += _Axes(panel, left, top, width).marks()
    bottom = size_of(chart)[1]
    lines = _wrapped(chart.foot)
    for number, line in enumerate(lines):
        y = bottom - 18 - _LINE * (len(lines) - 1 - number)
        marks.append(Words((_LEFT, y), line, _WORDS, "ink"))
    return marks


class _Axes:
    """One panel at its place."""

    def __init__(self, panel: Panel, left: float, top: float, width: float) -> None:
        self._panel = panel
        self._left, self._top, self._width = left, top, width
        furthest = max((spot.x for each in panel.series for spot in each.spots), default=0.0)
        self._ticks = ticks_to(furthest)
        self._end = max(furthest, self._ticks[-1], 1e-9)

    def marks(self) -> Iterator[Mark]:
        yield Words((self._left, self._top - 14), self._panel.title, _WORDS, "ink")
        yield from self._grid()
        for each in self._panel.series:
            yield from self._band(each)
        for each in self._panel.series:
            yield from self._curve(each)
        yield from self._legend()

    def _grid(self) -> Iterator[Mark]:
        right, bottom = self._left + self._width, self._top + _PANEL_HEIGHT
        for tenth in range(0, 11, 2):
            y = self._y(tenth / 10)
            yield Line(((self._left, y), (right, y)), "grid", 1.0)
            yield Words((self._left - 10, y + 5), f"{tenth / 10:.1f}", _SMALL, "faint", "end")
        for tick in self._ticks:
            x = self._x(tick)
            yield Line(((x, bottom), (x, bottom + 6)), "faint", 1.0)
            yield Words((x, bottom + 23), f"{tick:g}", _SMALL, "faint", "middle")
        middle = self._left + self._width / 2
        yield Words((middle, bottom + 45), self._panel.x_label, _SMALL, "faint", "middle")
        if self._panel.level is not None:
            y = self._y(self._panel.level)
            yield Line(((self._left, y), (right, y)), "faint", 1.0, dash=6.0)

    def _band(self, series: Series) -> Iterator[Mark]:
        known = [
            (self._x(s.x), self._y(s.low), self._y(s.high))
            for s in series.spots
            if s.low is not None and s.high is not None
        ]
        if len(known) > 1:
            above = [(x, high) for x, _, high in known]
            below = [(x, low) for x, low, _ in reversed(known)]
            yield Area((*above, *below), series.ink)
        for x, low, high in known:
            yield Line(((x, low), (x, high)), series.ink, 1.0)

    def _curve(self, series: Series) -> Iterator[Mark]:
        places = [(self._x(spot.x), self._y(spot.y)) for spot in series.spots]
        if len(places) > 1:
            yield Line(places, series.ink, 3.0)
        for place in places:
            yield Dot(place, series.ink)

    def _legend(self) -> Iterator[Mark]:
        """On the right above the axes: there no curve is in the way."""
        x = self._left + self._width
        for series in reversed(self._panel.series):
            yield Words((x, self._top - 14), series.name, _SMALL, series.ink, "end")
            x -= 7.6 * len(series.name) + 8
            yield Dot((x, self._top - 19), series.ink)
            x -= 22

    def _x(self, value: float) -> float:
        return self._left + self._width * value / self._end

    def _y(self, score: float) -> float:
        return self._top + _PANEL_HEIGHT * (1 - min(1.0, max(0.0, score)))


def ticks_to(end: float) -> list[float]:
    """Round numbers from 0 to about end, six at most."""
    if end <= 0:
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(end / _MOST_TICKS))
    step = next(f * power for f in (1, 2, 2.5, 5, 10) if end / (f * power) <= _MOST_TICKS)
    return [number * step for number in range(math.floor(end / step + 1e-9) + 1)]


def _wrapped(sentences: str) -> list[str]:
    return textwrap.wrap(sentences, _LETTERS)
