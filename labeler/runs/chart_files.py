"""A chart as an SVG that follows the reader's light or dark, and as a PNG for slides."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from labeler.dataset.files import PART, replace_durably, write_durably
from labeler.runs.chart import Area, Chart, Dot, Line, Mark, Place, Words, marks_of, size_of

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

_LIGHT = {
    "ground": "#ffffff",
    "ink": "#1e2326",
    "faint": "#5f6b72",
    "grid": "#dfe4e7",
    "first": "#0072b2",
    "second": "#d55e00",
}
_DARK = {
    "ground": "#1e2326",
    "ink": "#f2f4f5",
    "faint": "#9aa5ab",
    "grid": "#384046",
    "first": "#56b4e9",
    "second": "#f0a030",
}
"""Okabe and Ito's colours, which colour-blind eyes tell apart."""
_BAND = 0.16
_DENSITY, _SMOOTH = 2, 2
"""Pixels of the PNG for each of the chart's, and how many more it is drawn with."""


def write_chart(chart: Chart, folder: Path, name: str) -> tuple[Path, Path]:
    """Writes NAME.svg and NAME.png; gives their paths. Raises UserError."""
    svg, png = folder / f"{name}.svg", folder / f"{name}.png"
    _write(svg, _svg(chart).encode())
    _write(png, _png(chart))
    return svg, png


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + PART)
    write_durably(part, data)
    replace_durably(part, path)


def _svg(chart: Chart) -> str:
    width, height = size_of(chart)
    body = "\n".join(_element(mark) for mark in marks_of(chart))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" font-family="system-ui, sans-serif">\n'
        f"<title>{escape(chart.title)}</title>\n<desc>{escape(chart.foot)}</desc>\n"
        f"<style>{_rules(_LIGHT)} @media (prefers-color-scheme: dark) {{ {_rules(_DARK)} }}"
        f"</style>\n"
        f'<rect width="100%" height="100%" class="f-ground"/>\n{body}\n</svg>\n'
    )


def _rules(inks: Mapping[str, str]) -> str:
    return " ".join(
        f".f-{name} {{ fill: {color}; }} .s-{name} {{ stroke: {color}; }}"
        for name, color in inks.items()
    )


def _element(mark: Mark) -> str:
    match mark:
        case Line():
            dash = f' stroke-dasharray="{mark.dash:g}"' if mark.dash else ""
            return (
                f'<polyline points="{_points(mark.places)}" class="s-{mark.ink}" fill="none" '
                f'stroke-width="{mark.width:g}" stroke-linejoin="round"{dash}/>'
            )
        case Area():
            return (
                f'<polygon points="{_points(mark.places)}" class="f-{mark.ink}" '
                f'fill-opacity="{_BAND}"/>'
            )
        case Dot():
            x, y = mark.place
            if mark.ink == "first":
                return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{mark.side / 2:g}" class="f-first"/>'
            half = mark.side / 2
            return (
                f'<rect x="{x - half:.1f}" y="{y - half:.1f}" width="{mark.side:g}" '
                f'height="{mark.side:g}" class="f-{mark.ink}"/>'
            )
        case Words():
            x, y = mark.place
            return (
                f'<text x="{x:.1f}" y="{y:.1f}" font-size="{mark.size:g}" class="f-{mark.ink}" '
                f'text-anchor="{mark.anchor}">{escape(mark.text)}</text>'
            )


def _points(places: Sequence[Place]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _png(chart: Chart) -> bytes:
    """Drawn larger and reduced: Pillow's lines have no soft edges."""
    from PIL import Image

    scale = _DENSITY * _SMOOTH
    width, height = (round(scale * side) for side in size_of(chart))
    canvas = _Canvas((width, height), scale)
    for mark in marks_of(chart):
        canvas.draw(mark)
    small = canvas.picture.resize((width // _SMOOTH, height // _SMOOTH), Image.Resampling.BOX)
    stream = io.BytesIO()
    small.save(stream, "PNG", optimize=True)
    return stream.getvalue()


class _Canvas:
    """The light theme: a PNG cannot follow the reader's, and slides and paper are mostly white."""

    def __init__(self, size: tuple[int, int], scale: int) -> None:
        from PIL import Image

        self.picture = Image.new("RGB", size, _LIGHT["ground"])
        self._scale = scale

    def draw(self, mark: Mark) -> None:
        from PIL import ImageDraw

        pen = ImageDraw.Draw(self.picture, "RGBA")
        match mark:
            case Line():
                for part in _dashes(mark):
                    self._line(pen, part, _LIGHT[mark.ink], mark.width)
            case Area():
                color = _LIGHT[mark.ink] + f"{round(255 * _BAND):02x}"
                pen.polygon(self._scaled(mark.places), fill=color)
            case Dot():
                (x, y), half = mark.place, mark.side / 2
                corners = self._scaled([(x - half, y - half), (x + half, y + half)])
                shape = pen.ellipse if mark.ink == "first" else pen.rectangle
                shape(corners, fill=_LIGHT[mark.ink])
            case Words():
                self._words(pen, mark)

    def _line(self, pen: ImageDraw, places: Sequence[Place], color: str, width: float) -> None:
        pen.line(self._scaled(places), fill=color, width=round(self._scale * width), joint="curve")

    def _words(self, pen: ImageDraw, mark: Words) -> None:
        from PIL import ImageFont

        font = ImageFont.load_default(self._scale * mark.size)
        anchor = {"start": "ls", "middle": "ms", "end": "rs"}[mark.anchor]
        [place] = self._scaled([mark.place])
        pen.text(place, mark.text, fill=_LIGHT[mark.ink], font=font, anchor=anchor)

    def _scaled(self, places: Sequence[Place]) -> list[Place]:
        return [(self._scale * x, self._scale * y) for x, y in places]


def _dashes(line: Line) -> Iterator[Sequence[Place]]:
    """The line itself, or the pieces of a dashed one, which is straight."""
    if not line.dash:
        yield line.places
        return
    (x1, y1), (x2, y2) = line.places
    length = math.hypot(x2 - x1, y2 - y1)
    for begin in range(0, int(length), round(2 * line.dash)):
        a, b = begin / length, min(1.0, (begin + line.dash) / length)
        yield (x1 + a * (x2 - x1), y1 + a * (y2 - y1)), (x1 + b * (x2 - x1), y1 + b * (y2 - y1))
