"""Boxes and their names can be read, whatever colour the class has and the picture is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from labeler.dataset.category_edits import PALETTE
from labeler.gui import theme
from labeler.gui.label import painting
from labeler.gui.picture_view import EDGE, text_color
from tests.dataset.color_eyes import contrast, luminance

READABLE = 4.5
"""WCAG 2.2, 1.4.3: text against its ground."""
SEEN = 3.0
"""WCAG 2.2, 1.4.11: the parts of a picture that one must see."""


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_a_name_is_readable_on_a_plate_of_any_color(color: str) -> None:
    ink = text_color(QColor(color)).name()
    assert contrast(luminance(ink), luminance(color)) >= READABLE


@pytest.mark.parametrize("edge", [EDGE, painting._OUTLINE], ids=["preview", "label"])
@pytest.mark.parametrize("color", PALETTE)
def test_a_box_stands_out_by_its_own_edge_on_any_picture(color: str, edge: QColor) -> None:
    assert edge.alpha() == 255  # so that the picture below does not count
    assert contrast(luminance(color), luminance(edge.name())) >= SEEN


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "field", "raised"])
def test_words_of_the_window_are_readable(colors: theme.Colors, ground: str) -> None:
    behind = luminance(getattr(colors, ground))
    for ink in ("text", "faint"):
        assert contrast(luminance(getattr(colors, ink)), behind) >= READABLE, ink


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_the_accent_carries_words_and_is_seen_as_a_ring(colors: theme.Colors) -> None:
    ink = luminance(colors.on_accent)
    for ground in (colors.accent, colors.accent_over):
        assert contrast(ink, luminance(ground)) >= READABLE
    for ground in (colors.window, colors.field, colors.raised, colors.ground):
        assert contrast(luminance(colors.accent), luminance(ground)) >= SEEN
