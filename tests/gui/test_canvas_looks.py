"""What the canvas paints: many boxes, suggestions, the magnifier, brightness and contrast."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.dataset.model import BBox
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.drag import Doing, Drag
from labeler.gui.label.geometry import Size
from labeler.gui.label.loupe import SIDE, loupe_place
from labeler.gui.label.painting import ShownBox
from labeler.gui.label.picture import Picture
from labeler.gui.label.tone import STEPS, Tone

IMAGE = Size(640, 360)
GREY, DARK = QColor(60, 60, 60), QColor(12, 12, 12)


def shown_canvas(qtbot: QtBot, *boxes: ShownBox) -> Canvas:
    """Left half grey, right half almost black, at 100 %: the corner at (80, 60)."""
    picture = QImage(640, 360, QImage.Format.Format_RGB32)
    picture.fill(GREY)
    for x in range(320, 640):
        for y in range(0, 360):
            picture.setPixelColor(x, y, DARK)
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(800, 480)
    canvas.show()
    canvas.shows_names = canvas.shows_crosshair = False
    canvas.show_picture(Picture((picture,)), IMAGE)
    canvas.show_actual_size()
    canvas.set_boxes(boxes)
    return canvas


def painted(canvas: Canvas) -> QImage:
    return canvas.grab().toImage()


def move(canvas: Canvas, kind: QEvent.Type, x: float, y: float) -> None:
    at, left = QPointF(*canvas.viewport.to_screen(x, y)), Qt.MouseButton.LeftButton
    QApplication.sendEvent(
        canvas, QMouseEvent(kind, at, at, left, left, Qt.KeyboardModifier.NoModifier)
    )


def test_a_drag_among_many_boxes_shows_what_painting_afresh_shows(qtbot: QtBot) -> None:
    boxes = [
        ShownBox(n, BBox(20 + n * 9, 20 + n * 5, 60, 40), f"class {n % 3}", "#e69f00")
        for n in range(1, 40)
    ]
    canvas = shown_canvas(qtbot, *boxes)
    canvas.shows_names = True
    canvas.select((1,))
    move(canvas, QEvent.Type.MouseButtonPress, 60, 45)
    for step in range(5):  # the first frames fill the layer that the later ones show
        move(canvas, QEvent.Type.MouseMove, 100 + 20 * step, 120)
        dragged = painted(canvas)
    assert canvas.drag is not None
    assert canvas.drag.bbox == BBox(29 + 120, 25 + 75, 60, 40)

    fresh = shown_canvas(qtbot, *boxes)
    fresh.shows_names = True
    fresh.selection, fresh.drag, fresh.pointer = canvas.selection, canvas.drag, canvas.pointer
    assert dragged == painted(fresh)


def test_a_dragged_box_is_seen_where_it_would_be_dropped_and_no_more_where_it_was(
    qtbot: QtBot,
) -> None:
    canvas = shown_canvas(qtbot, ShownBox(1, BBox(50, 50, 100, 80), "mug", "#0000ff"))

    def is_blue(x: float, y: float) -> bool:
        """Whether a line of the box goes through this point of the picture."""
        across, down = (round(side) for side in canvas.viewport.to_screen(x, y))
        near = painted(canvas).copy(across - 2, down - 2, 5, 5)
        return any(near.pixelColor(n % 5, n // 5).blue() > 200 for n in range(25))

    assert (is_blue(50, 70), is_blue(150, 70)) == (True, True)
    move(canvas, QEvent.Type.MouseButtonPress, 100, 90)
    move(canvas, QEvent.Type.MouseMove, 120, 150)  # by 20 and 60
    move(canvas, QEvent.Type.MouseMove, 122, 151)  # by 22 and 61
    assert (is_blue(50, 70), is_blue(150, 70)) == (False, False)
    assert (is_blue(72, 130), is_blue(172, 130)) == (True, True)


@pytest.mark.parametrize("tone", [Tone(), Tone(2, 1)])
@pytest.mark.parametrize("zoom", [1.0, 0.73, 5.0])
def test_a_pan_shows_what_painting_afresh_shows(qtbot: QtBot, zoom: float, tone: Tone) -> None:
    chance = random.Random(3)
    boxes = [
        ShownBox(
            n,
            BBox(chance.uniform(0, 500), chance.uniform(0, 300), 3 + n, 2 + n / 2),
            f"class {n % 3}",
            "#e69f00",
        )
        for n in range(1, 80)
    ]
    canvas = shown_canvas(qtbot, *boxes)
    canvas.shows_names, canvas.tone = True, tone
    canvas.zoom(zoom)
    for dx, dy in ((0, 0), (5, 0), (0, 7), (-13, -11), (40, -3), (0, -60), (0, 90), (3, 2.5)):
        canvas.pan(dx, dy)
        panned = painted(canvas)
        fresh = shown_canvas(qtbot, *boxes)
        fresh.shows_names, fresh.tone, fresh.viewport = True, tone, canvas.viewport
        assert panned == painted(fresh), (dx, dy)


def test_every_change_is_seen_at_once_although_most_is_painted_only_once(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, ShownBox(1, BBox(50, 50, 100, 80), "mug", "#e69f00"))
    changes = (
        lambda: canvas.set_boxes([ShownBox(1, BBox(60, 50, 100, 80), "mug", "#e69f00")]),
        lambda: canvas.set_boxes([ShownBox(1, BBox(60, 50, 100, 80), "mug", "#56b4e9")]),
        canvas.toggle_names,
        lambda: canvas.set_tone(Tone(2)),
        lambda: canvas.select((1,)),
        lambda: canvas.zoom(1.5),
        lambda: canvas.show_picture(None, IMAGE, "Opening…"),
        lambda: canvas.resize(700, 480),
    )
    seen = [painted(canvas) for _ in range(3)][-1]
    for change in changes:
        change()
        now = painted(canvas)
        assert now != seen
        assert painted(canvas) == painted(canvas) == now
        seen = now


def test_a_suggestion_is_dashed(qtbot: QtBot) -> None:
    def blues(dashed: bool) -> int:
        box = ShownBox(1, BBox(50, 50, 200, 100), "mug", "#0000ff", dashed=dashed)
        canvas = shown_canvas(qtbot, box)
        left, top = (round(side) for side in canvas.viewport.to_screen(50, 50))
        line = painted(canvas).copy(left, top - 1, 200, 3)
        colors = [[line.pixelColor(x, y) for y in range(3)] for x in range(200)]
        return sum(any(each.blue() > 200 for each in column) for column in colors)

    assert blues(dashed=False) == 200
    assert 80 < blues(dashed=True) < 150


def test_each_suggestion_shows_its_own_score(qtbot: QtBot) -> None:
    def shown(*scores: float) -> QImage:
        boxes = [
            ShownBox(n, BBox(50, 60 * n, 200, 30), "mug", "#0000ff", score=score)
            for n, score in enumerate(scores, 1)
        ]
        canvas = shown_canvas(qtbot, *boxes)
        canvas.shows_names = True
        return painted(canvas)

    assert shown(0.91, 0.37) != shown(0.91, 0.91)


def test_brightness_shows_what_is_dark_and_leaves_the_picture_alone(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot)
    assert canvas.picture is not None
    before = canvas.picture.levels[0].copy()
    plain = painted(canvas)
    canvas.set_tone(canvas.tone.changed(brightness=5))
    bright = painted(canvas)
    assert plain.pixelColor(600, 200) == DARK
    assert bright.pixelColor(600, 200).red() > 60
    assert bright.pixelColor(10, 10) == plain.pixelColor(10, 10)  # the ground beside it stays
    assert canvas.picture.levels[0] == before
    canvas.set_tone(Tone())
    assert painted(canvas) == plain


def test_contrast_parts_dark_from_bright(qtbot: QtBot) -> None:
    low, plain, high = (Tone(0, contrast).table() for contrast in (-4, 0, 4))
    assert list(plain) == list(range(256))
    assert (high[60], high[200]) == (0, 255)
    assert 60 < low[60] < low[200] < 200


def test_brightness_goes_as_far_as_its_steps_and_never_cuts_off() -> None:
    tone = Tone().changed(brightness=100)
    assert tone.brightness == STEPS
    assert (tone.table()[0], tone.table()[255]) == (0, 255)
    assert list(tone.table()) == sorted(tone.table())


def test_the_magnifier_shows_the_picture_four_times_as_large(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot)
    canvas.pointer = QPointF(*canvas.viewport.to_screen(310, 180))  # 10 pixels left of the edge
    assert painted(canvas).pixelColor(460, 100) == DARK
    canvas.toggle_magnifier()
    place = loupe_place(canvas.pointer, canvas.screen_size(), QRectF()).toRect()
    row = place.center().y() + 20
    shown = painted(canvas)
    edge = next(
        x for x in range(place.left() + 5, place.right()) if shown.pixelColor(x, row) == DARK
    )
    assert abs(edge - (place.center().x() + 40)) <= 2


def test_the_magnifier_does_not_cover_what_is_drawn() -> None:
    screen = QSizeF(1000, 700)
    corner = QPointF(500, 350)
    for x, y in ((-200, -150), (200, -150), (-200, 150), (200, 150)):
        drawn = QRectF(corner, corner + QPointF(x, y)).normalized()
        place = loupe_place(corner, screen, drawn)
        assert not place.intersects(drawn)
        assert QRectF(QPointF(0, 0), screen).contains(place)
    for corner in (QPointF(5, 5), QPointF(995, 5), QPointF(5, 695), QPointF(995, 695)):
        place = loupe_place(corner, screen, QRectF())
        assert QRectF(QPointF(0, 0), screen).contains(place)
        assert (place.width(), place.height()) == (SIDE, SIDE)


def test_the_magnifier_is_there_while_a_box_is_drawn(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot)
    canvas.pointer = QPointF(300, 200)
    canvas.drag = Drag(Doing.DRAW, (100, 100)).to(220, 140, IMAGE)
    without = painted(canvas)
    canvas.toggle_magnifier()
    assert painted(canvas) != without
