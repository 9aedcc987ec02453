"""Curves are drawn where their points are, for screens in either theme and for slides."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image as Pillow

from labeler.errors import UserError
from labeler.runs.chart import Chart, Line, Panel, Series, Spot, marks_of, size_of, ticks_to
from labeler.runs.chart_files import write_chart

SVG = "{http://www.w3.org/2000/svg}"
FIRST = [Spot(1, 0.2, 0.1, 0.3), Spot(4, 0.9, 0.8, 1.0)]
SECOND = [Spot(1, 0.0), Spot(4, 0.5)]


def _chart(title: str = "mugs", foot: str = "") -> Chart:
    series = (Series("pretrained", "first", FIRST), Series("scratch", "second", SECOND))
    return Chart(title, "two runs", [Panel("AP50", "epochs", series, level=0.5)], foot)


def test_a_curve_goes_through_its_points() -> None:
    marks = marks_of(_chart())
    curves = {m.ink: m.places for m in marks if isinstance(m, Line) and m.width == 3}
    level = next(m.places[0][1] for m in marks if isinstance(m, Line) and m.dash)
    (x1, low), (x2, high) = curves["first"]
    assert high < level < low  # pixels count downwards
    assert curves["second"][1] == (x2, pytest.approx(level))
    left = min(m.places[0][0] for m in marks if isinstance(m, Line) and m.dash)
    assert (x2 - left) / (x1 - left) == pytest.approx(4.0)


def test_the_svg_follows_light_and_dark_and_no_name_breaks_it(tmp_path: Path) -> None:
    svg, _ = write_chart(_chart('<b> & "mugs"', "Scratch was <0.1."), tmp_path, "curves")
    tree = ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    assert tree.findtext(f"{SVG}title") == '<b> & "mugs"'
    assert "Scratch was <0.1." in [text.text for text in tree.iter(f"{SVG}text")]
    rules = tree.findtext(f"{SVG}style") or ""
    light, dark = rules.split("prefers-color-scheme: dark")
    inks = {name for each in tree.iter() for name in each.get("class", "").split()}
    assert inks
    for ink in inks:
        shades = [re.findall(rf"\.{ink} {{ \w+: (#\w+)", part)[0] for part in (light, dark)]
        assert shades[0] != shades[1]
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_the_png_shows_both_curves_at_double_density(tmp_path: Path) -> None:
    _, png = write_chart(_chart(), tmp_path, "curves")
    with Pillow.open(png) as picture:
        width, height = size_of(_chart())
        assert picture.size == (2 * width, 2 * height)
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    for color in ((0, 114, 178), (213, 94, 0)):
        assert int((np.abs(pixels - color).max(axis=2) < 8).sum()) > 2000


@pytest.mark.parametrize("end", [0.0, 0.3, 1.0, 7.4, 60.0, 181.3, 20000.0])
def test_the_axis_has_a_few_round_ticks(end: float) -> None:
    ticks = ticks_to(end)
    assert 2 <= len(ticks) <= 7
    assert ticks[0] == 0
    assert ticks[-1] <= max(end, 1.0) * (1 + 1e-9)


def test_curves_without_points_and_long_sentences_are_drawn_too(tmp_path: Path) -> None:
    empty = Panel("AP50", "epochs", [Series("pretrained", "first", [])])
    chart = Chart("mugs", "", [empty, empty, empty], "Nothing was scored yet. " * 20)
    write_chart(chart, tmp_path, "curves")
    assert size_of(chart)[1] > size_of(Chart("mugs", "", [empty, empty, empty]))[1] + 80


def test_a_folder_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Cannot write"):
        write_chart(_chart(), tmp_path / "nowhere", "curves")
